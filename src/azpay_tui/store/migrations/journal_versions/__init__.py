"""Steps of journal.db, oldest first."""
