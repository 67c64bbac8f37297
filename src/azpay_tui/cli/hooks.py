"""Exceptions that nobody caught: told by types and places, for Python's own way of telling shows their messages."""

from __future__ import annotations

import sys
import threading
from types import TracebackType


def install() -> None:
    """Take the place of Python's own hooks; whoever has taken it before, such as a test, keeps it."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _program_ended
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _thread_ended
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _ignored


def told(error: BaseException) -> str:
    """Describe an exception by types and places alone."""
    from azpay_tui.tui.display import display
    from azpay_tui.tui.lifecycle import crash_lines

    return "\n".join(display(line, 400) for line in crash_lines(error))


def _program_ended(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    _tell(error)


def _thread_ended(arguments: threading.ExceptHookArgs) -> None:
    if not isinstance(arguments.exc_value, SystemExit):
        _tell(arguments.exc_value)


def _ignored(arguments: sys.UnraisableHookArgs) -> None:
    """Tell of what went wrong while something was cleaned up."""
    _tell(arguments.exc_value)


def _tell(error: BaseException | None) -> None:
    from azpay_tui.cli.output import say

    if error is not None:
        say(f"azpay: an internal error.\n{told(error)}")
