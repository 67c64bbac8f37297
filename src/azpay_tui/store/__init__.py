"""What is kept on disk: the journal that cannot be fetched again and the cache that can."""
