"""Fixtures of the console's tests."""

from tests.tui.pictures import picture

__all__ = ["picture"]
