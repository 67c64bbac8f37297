"""A real pseudo terminal with an emulator behind it, for what only bytes can tell."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

ROOT = Path(__file__).parent.parent.parent
DEADLINE = 120.0
"""Seconds after which something counts as never coming; what comes is waited for no longer than it takes."""
QUIET = 0.3
"""Seconds without output and without work after which a repaint counts as over."""
LOOK = 0.02
"""Seconds between looks at what the program does."""


class Terminal:
    """Runs a program on a pseudo terminal, answers nothing, counts bytes."""

    def __init__(self, *command: str, columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = b""
        self.status: int | None = None
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            **(env or {}),
        }
        self.pid, self._master = self._start(command, environment)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _start(self, command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, int]:
        """Begin the program; returns its process id and our end of its terminal."""
        pid, master = pty.fork()
        if pid == 0:
            try:
                os.chdir(ROOT)
                os.execve(command[0], command, environment)
            finally:
                os._exit(127)
        return pid, master

    def _look(self) -> int | None:
        """Return its exit code once it has ended."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    @classmethod
    def console(cls, *, columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None) -> Terminal:
        """Start the console on a desk in memory and wait for its list."""
        terminal = cls(sys.executable, "-m", "tests.tui.console_main", columns=columns, rows=rows, env=env)
        terminal.until(lambda: "SIMULATOR" in terminal.text and "ONLINE" in terminal.text)
        terminal.settle()
        return terminal

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, timeout: float) -> bytes:
        """Read once; empty when nothing came in time or the program closed the terminal."""
        if self._master < 0 or not select.select([self._master], [], [], timeout)[0]:
            return b""
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return b""
        self.received += data
        self._stream.feed(data)
        return data

    def settle(self, quiet: float = QUIET) -> bytes:
        """Read until the program has neither painted nor worked for so many seconds; returns what came.

        On a busy machine a program that is given no time is quiet too, but it does not sleep.
        """
        found, end = b"", time.monotonic() + DEADLINE
        since, before = time.monotonic(), frozenset[str]()
        while time.monotonic() - since < quiet:
            data, working = self.read(LOOK), self._working()
            found += data
            # A thread that only looks whether there is input is awake for a moment; one that works stays awake.
            if data or working & (before | {str(self.pid)}):
                since = time.monotonic()
            before = working
            assert time.monotonic() < end, "the program paints without end"
        return found

    def _working(self) -> frozenset[str]:
        """Return the program's threads that do not sleep, as far as the system tells."""
        found = set()
        for status in Path(f"/proc/{self.pid}/task").glob("*/stat"):
            with contextlib.suppress(OSError):
                if status.read_text(errors="replace").rpartition(")")[2].split()[0] in "RD":
                    found.add(status.parent.name)
        return frozenset(found)

    def until(self, condition: Callable[[], bool]) -> None:
        """Read until something is on the screen."""
        end = time.monotonic() + DEADLINE
        while not condition():
            self.read(0.05)
            assert time.monotonic() < end, f"never came; the screen is\n{self.text}"

    def send(self, data: bytes) -> None:
        """Type without waiting."""
        os.write(self._master, data)

    def press(self, data: bytes) -> bytes:
        """Type, and return what the program painted."""
        self.send(data)
        return self.settle()

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def modes(self) -> list[object]:
        return termios.tcgetattr(self._master)

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        os.close(self._master)
        self._master = -1

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Return the exit code (negative: killed by that signal), reading what the program still writes."""
        end = time.monotonic() + DEADLINE
        while self.status is None:
            self.read(0.02)
            self.status = self._look()
            if self.status is not None:
                while self.read(0):
                    pass
            assert time.monotonic() < end, f"does not end; the screen is\n{self.text}"
        return self.status

    def close(self) -> None:
        """End the program whatever it does."""
        if self.status is None and self._look() is None:
            os.kill(self.pid, signal.SIGKILL)
            while self._look() is None:
                time.sleep(LOOK)
        if self._master >= 0:
            os.close(self._master)
