"""The way to a shop's own interface: read-only, page by page; knows nothing of Amazon, journal or cache."""
