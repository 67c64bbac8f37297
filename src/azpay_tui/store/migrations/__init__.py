"""Schema changes of both databases, applied in one transaction each."""
