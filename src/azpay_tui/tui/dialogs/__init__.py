"""Dialogs: each asks one question and returns the answer; none acts itself."""
