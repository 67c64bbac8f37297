"""Steps of cache.db, oldest first."""
