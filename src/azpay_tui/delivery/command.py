"""Telling a shop by a program of its own: JSON on standard input, no shell, bounded in time, gone at the end."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import Final

from azpay_tui.domain.announcements import envelope
from azpay_tui.domain.messages import Delivered, Message, Outcome, Refused, Unknown
from azpay_tui.domain.spans import written
from azpay_tui.programs import Process

_ENOUGH: Final = 1 << 62
"""Bytes a program may print: what it prints is thrown away but for its last line, and its time is bounded."""
_SHOWN: Final = 300


class CommandCourier:
    """Runs a program for every message; it gets a message again, with the same id, when nobody knows how it ended."""

    repeatable: Final = True

    def __init__(self, words: Sequence[str], timeout: timedelta) -> None:
        """Take the program with its words, and how long it may run."""
        self._words = tuple(words)
        self._timeout = timeout

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        """Run it once; exit code 0 means that the shop knows."""
        program = PurePath(self._words[0]).name
        try:
            process = Process(
                self._words,
                envelope(message) + b"\n",
                seconds=self._timeout.total_seconds(),
                max_bytes=_ENOUGH,
                stop=stop,
                asks=lambda _text: False,
            )
        except FileNotFoundError:
            return Refused(f"There is no program {program!r}: install it, or correct command.")
        except OSError as error:
            return Refused(f"{program} cannot be started: {error.strerror}. Check it, and command.")
        with process:
            while process.stdout.read(1 << 20):
                pass
        return self._judge(program, process)

    def _judge(self, program: str, process: Process) -> Outcome:
        said = _last_line(process.errors) or _last_line(process.last)
        told = f": {said}" if said else "."
        if process.ended == "stopped":
            return Unknown(f"{program} was ended because azpay ended.")
        if process.ended is not None:
            return Unknown(f"{program} did not end within {written(self._timeout)} and was ended{told}")
        if process.code == 0:
            return Delivered(f"{program} ended with 0.")
        if process.code is None or process.code < 0:
            return Unknown(f"{program} was ended by signal {-(process.code or 0)}{told}")
        return Refused(f"{program} ended with {process.code}{told}")


def _last_line(output: bytes) -> str:
    """Return the last line that says anything, on one line and not long."""
    lines = output.decode("utf-8", "replace").splitlines()
    plain = ("".join(char if char.isprintable() else " " for char in line).strip() for line in reversed(lines))
    found = next((line for line in plain if line), "")
    return found if len(found) <= _SHOWN else f"{found[:_SHOWN]}..."
