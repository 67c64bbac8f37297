"""Fixtures of the console's tests."""

from tests.tui.pictures import picture
from tests.tui.rest import _at_rest

__all__ = ["_at_rest", "picture"]
