"""What the program tells of its own troubles on standard error: sentences, types and places, never a value it held."""

from __future__ import annotations

import logging

from azpay_tui.cli.hooks import told


class _Formatter(logging.Formatter):
    """One line for a record, and of an exception what a crash report has: no message, for it may hold a name or key."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record so that no byte of it can steer a terminal."""
        from azpay_tui.tui.display import display

        line = display(f"{record.levelname} {record.name}: {record.getMessage()}", 2000)
        error = record.exc_info[1] if record.exc_info else None
        return line if error is None else f"{line}\n{told(error)}"


class _Handler(logging.Handler):
    """Writes to standard error as it is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a closed stream ends nothing."""
        from azpay_tui.cli.output import say

        say(self.format(record))


def install() -> None:
    """Take the place of what Python prints of logs by itself; whoever has taken it before, such as a test, keeps it."""
    root = logging.getLogger()
    if not root.handlers:
        handler = _Handler(logging.WARNING)
        handler.setFormatter(_Formatter())
        root.addHandler(handler)
