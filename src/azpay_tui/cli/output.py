"""Standard output carries the result and nothing else; everything for the person goes to standard error."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, TextIO

from azpay_tui.cli.outcome import CommandError
from azpay_tui.domain.money import Money
from azpay_tui.domain.queue import about

LONG: Final = 2000
"""Characters of one text shown outside of tables."""
_STEERING: Final = ("\t", "\r")
_FORMULA: Final = re.compile(r"(^|[,;|])(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b])")
"""Where a formula could begin, also in a spreadsheet that parts cells at another sign than they were written with, that
takes quotes away, or that reads wide signs as Asian ones do."""
_BOLD: Final = "\x1b[1m"
_PLAIN: Final = "\x1b[0m"


def is_terminal(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal; a closed one is not."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def colours(stream: TextIO) -> bool:
    """Tell whether a stream may get colour: a terminal that has some and a person who wants it."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def shown(text: str, limit: int = LONG) -> str:
    """Return outside text so that no byte of it can steer a terminal."""
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    # Deferred: JSON, the way of scripts, never needs it.
    from azpay_tui.tui.display import display

    return display(text, limit)


def result(text: str) -> None:
    """Write a result; a reader that has gone away ends nothing."""
    _write(sys.stdout, text + "\n")


def say(text: str) -> None:
    """Tell the person something, on standard error."""
    _write(sys.stderr, text + "\n")


def ask(prompt: str) -> str | None:
    """Ask on the terminal; what was typed before the question is thrown away. None when the input ended."""
    with contextlib.suppress(Exception):  # no terminal after all: then there is nothing to throw away
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    _write(sys.stderr, prompt)
    try:
        line = sys.stdin.readline()
    except OSError:  # the terminal is gone
        return None
    return line.strip() if line else None


def json_result(value: object) -> None:
    """Write one JSON document: ASCII only, so that nothing in it can steer a terminal."""
    result(json_text(value))


def json_text(value: object) -> str:
    """Return a JSON document on one line; DEL, the one control character JSON leaves as it is, is escaped too."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("\x7f", "\\u007f")


def error_value(error: CommandError) -> dict[str, object]:
    """Return the JSON of an error."""
    return {"code": error.code, "message": error.message, "changes_at": utc(error.changes_at)}


def utc(at: datetime | None) -> str | None:
    """Write a time for scripts: RFC 3339, UTC, whole seconds."""
    if at is None:
        return None
    from datetime import UTC

    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def amount_text(money: Money | None) -> str:
    """Return an amount as a cell: empty where there is none."""
    return "" if money is None else str(money)


def csv_result(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write RFC 4180 text (UTF-8, CRLF) whose cells no spreadsheet takes for a formula."""
    with contextlib.suppress(AttributeError, ValueError):
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    _write(sys.stdout, text.getvalue())


def cell(value: str, limit: int = LONG) -> str:
    """Return a text as a spreadsheet may have it: an apostrophe before what would start a formula.

    What is written is looked at, not what came: a character that is not shown may have stood before the formula.
    """
    safe = _FORMULA.sub(r"\1'", shown(value, limit))
    return f"'{safe}" if value.startswith(_STEERING) and not safe.startswith("'") else safe


def table(columns: Mapping[str, str], rows: Iterable[Mapping[str, str]], right: frozenset[str] = frozenset()) -> None:
    """Write rows: aligned columns on a terminal, else tab-separated lines under a header.

    `columns` maps keys to titles; `right` names the keys set to the right. Cells are outside text; what is no terminal
    may be a file that a spreadsheet opens.
    """
    written = shown if is_terminal(sys.stdout) else cell
    lines = [[written(row[key], 200) for key in columns] for row in rows]
    titles = list(columns.values())
    if not is_terminal(sys.stdout):
        result("\n".join("\t".join(line) for line in [titles, *lines]))
        return
    from azpay_tui.tui.display import fit, width

    sizes = [max([len(title), *(width(line[at]) for line in lines)]) for at, title in enumerate(titles)]
    sides: list[Literal["left", "right"]] = ["right" if key in right else "left" for key in columns]

    def laid(cells: Sequence[str]) -> str:
        parts = [fit(text, size, side) for text, size, side in zip(cells, sizes, sides, strict=True)]
        return "  ".join(parts).rstrip()

    head = laid(titles)
    result("\n".join([f"{_BOLD}{head}{_PLAIN}" if colours(sys.stdout) else head, *map(laid, lines)]))


_OFTEN: Final = 0.2
_SELDOM: Final = 30.0
"""Seconds between two texts of a progress, on a terminal and elsewhere."""


class Progress:
    """A count on one line of a terminal; silent elsewhere, unless it is a text."""

    def __init__(self, what: str) -> None:
        """Name what is counted."""
        self._what = what
        self._on = is_terminal(sys.stderr)
        self._last = -1
        self._width = 0
        self._told = time.monotonic()

    def __call__(self, done: int, total: int | None = None, left: Callable[[], timedelta | None] | None = None) -> None:
        """Show how far it is, with a total a hundred times at most; `left` is asked how long the rest takes."""
        step = done * 100 // total if total else done
        if self._on and step != self._last:
            self._last = step
            rest = left() if left is not None else None
            more = f", {about(rest)} left" if rest is not None else ""
            text = f"{self._what}: {done:,}{f' of {total:,}' if total is not None else ''}{more} "
            _write(sys.stderr, f"\r{text:<{self._width}}")
            self._width = len(text)

    def text(self, make: Callable[[], str]) -> None:
        """Show how far it is in words, made only when it is time for some; elsewhere a line every half minute."""
        now = time.monotonic()
        if now - self._told < (_OFTEN if self._on else _SELDOM):
            return
        self._told = now
        line = f"{self._what}: {make()}"
        if not self._on:
            say(line)
            return
        _write(sys.stderr, f"\r{line:<{self._width}} ")
        self._last, self._width = 0, len(line)

    def end(self) -> None:
        """Leave the line."""
        if self._on and self._last >= 0:
            _write(sys.stderr, "\n")


_GONE: Final = (errno.EPIPE, errno.EIO, errno.ECONNRESET)
"""The reader has enough, or its terminal is gone: what the command does, and its exit code, do not depend on it."""


class _Loss:
    """Whether a result could not be written although somebody wanted it (a full disk)."""

    happened = False


def lost() -> bool:
    """Tell, once, whether a part of the result could not be written."""
    happened, _Loss.happened = _Loss.happened, False
    return happened


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _Loss.happened = _Loss.happened or (stream is sys.stdout and error.errno not in _GONE)
        # Nothing more goes there, also not when the interpreter ends.
        with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)


def tame_streams() -> None:
    """Let no character that the terminal's encoding lacks end the program, and no stream that was closed.

    A closed stream's number would go to the next file opened, which may be a database.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  # as long as the process
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
