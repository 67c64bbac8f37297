"""A terminal back office for Amazon Pay."""
