"""How the console begins and ends: terminal or not, signals, hangups and crashes, each with its exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

from azpay_tui.tui.display import display

USAGE: Final = 2
CRASHED: Final = 70
STOP_TIMEOUT: Final = 26.0
"""Seconds in which a request on the wire may still be answered after the console was told to end: its own deadline of
25 s, and one to write the outcome down."""
GRACE: Final = 1.0
"""Seconds after that before the process ends whatever it is doing."""
SIGNALS: Final = (signal.SIGHUP, signal.SIGTERM)
_RESTORE: Final = b"\x1b[?2026l\x1b[?2004l\x1b[?1000l\x1b[?1006l\x1b[?1004l\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"


def refusal(terminal: str | None, *, on_terminal: bool) -> str | None:
    """Return why the console cannot be drawn here, or None; `terminal` is the value of TERM."""
    twin = (
        "The same on the command line: azpay orders list, azpay orders show ORDER, azpay orders actions ORDER, "
        "azpay capture ORDER (azpay --help lists all)."
    )
    if not on_terminal:
        return f"The console needs a terminal for input and output. {twin}"
    if terminal in (None, "", "dumb", "unknown"):
        return f"The console cannot be drawn on a terminal of the type {terminal or 'unknown'!r} (TERM). {twin}"
    return None


def exit_code(signal_number: int) -> int:
    """Return the exit code of a program ended by a signal."""
    return 128 + signal_number


class Signals:
    """Own handling of SIGHUP and SIGTERM: finish what is in flight, restore the terminal, leave with 129 or 143.

    While it is entered, the first of them calls `leave` (in the main thread, between two instructions) and starts a
    watch that ends the process when leaving takes longer than `STOP_TIMEOUT` plus `GRACE`.
    """

    def __init__(self, leave: Callable[[int], None], limit: float = STOP_TIMEOUT + GRACE) -> None:
        """`limit` is in seconds."""
        self._leave = leave
        self._limit = limit
        self._over = threading.Event()
        self._before: dict[int, Any] = {}
        self._modes: list[Any] | None = None
        self.received: int | None = None
        """The first signal that came."""

    def __enter__(self) -> Signals:
        """Take over the signals and note how the terminal is set."""
        with contextlib.suppress(termios.error, ValueError):
            self._modes = termios.tcgetattr(sys.__stdin__.fileno()) if sys.__stdin__ else None
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *exception: object) -> None:
        """Give the signals back."""
        self._over.set()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.take(number)

    def take(self, number: int) -> None:
        """Act on a signal, or on the end of the input (a hangup); only the first counts."""
        if self.received is not None:
            return
        self.received = number
        threading.Thread(target=self._watch, name="leave-watch", daemon=True).start()
        self._leave(number)

    def _watch(self) -> None:
        if not self._over.wait(self._limit) and self.received is not None:
            self.restore_terminal()
            os._exit(exit_code(self.received))

    def restore_terminal(self) -> None:
        """Put the terminal back by hand, when the screen library can no longer do it."""
        with contextlib.suppress(OSError, ValueError, termios.error):
            if sys.__stdin__ is not None and self._modes is not None:
                termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, self._modes)
        with contextlib.suppress(OSError, ValueError):
            if sys.__stdout__ is not None:
                os.set_blocking(sys.__stdout__.fileno(), False)
                os.write(sys.__stdout__.fileno(), _RESTORE)


def crash_lines(error: BaseException) -> Iterator[str]:
    """Describe an exception without any value: types, places and source lines, no messages and no locals.

    A message may hold an address, a name or a credential, so not even the message is kept.
    """
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield f"{type(current).__module__}.{type(current).__qualname__}"
        for frame in traceback.extract_tb(current.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
            if frame.line:
                yield f"    {frame.line}"
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if current is not None:
            yield "from"


def write_report(error: BaseException, directory: Path, at: datetime) -> Path | None:
    """Write a crash report only its owner can read (0600); returns where, or None when that is not possible."""
    path = directory / f"crash-{at:%Y%m%dT%H%M%SZ}-{os.getpid()}.txt"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write("\n".join(display(line, 400) for line in crash_lines(error)) + "\n")
    except OSError:
        return None
    return path


def crash_message(error: BaseException, report: Path | None) -> str:
    """Return the few lines a person sees after a crash."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    where = f"A report without any data lies in {display(str(report), 300)}." if report else "No report was written."
    return (
        f"azpay stopped because of an internal error ({type(error).__name__}{place}). {where}\n"
        "Nothing confirmed is lost: the journal has it, and the next start settles what was on its way."
    )
