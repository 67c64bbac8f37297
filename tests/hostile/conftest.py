"""Fixtures of the hostile tests."""

from tests.tui.rest import _at_rest

__all__ = ["_at_rest"]
