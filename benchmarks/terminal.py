"""A program on a pseudo terminal: how long until it paints, and how many bytes it sends."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

_DEADLINE = 60.0


@dataclass(frozen=True)
class Painted:
    """What one key caused: milliseconds from the key to the first and the last byte of the paint, and all bytes."""

    first: float
    last: float
    size: int
    text: bytes


class Terminal:
    """Runs a program at 80x24 until the block ends; it learns nothing of the terminal but its size."""

    def __init__(self, command: Sequence[str], *, remote: bool = False) -> None:
        self._command = list(command)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TEXTUAL_"))}
        kept.pop("SSH_CONNECTION", None)
        self._env = {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        if remote:
            self._env["SSH_CONNECTION"] = "192.0.2.1 50000 192.0.2.2 22"
        self.received = b""

    def __enter__(self) -> Terminal:
        self.started = time.perf_counter()
        self._pid, self._master = pty.fork()
        if self._pid == 0:
            try:
                os.execve(self._command[0], self._command, self._env)
            finally:
                os._exit(127)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._master)

    def _read(self, seconds: float) -> bytes:
        if not select.select([self._master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._master, 65536)
        except OSError:
            data = b""
        if not data:
            raise RuntimeError(f"the program ended: {self.received[-2000:].decode(errors='replace')}")
        self.received += data
        return data

    def until(self, sign: bytes) -> float:
        """Read until a text was painted; returns the milliseconds since the start of the program."""
        end = time.perf_counter() + _DEADLINE
        while sign not in self.received:
            self._read(0.2)
            if time.perf_counter() > end:
                raise RuntimeError(f"{sign!r} was never painted")
        return (time.perf_counter() - self.started) * 1000

    def settle(self, quiet: float) -> None:
        """Read until nothing came for so many seconds."""
        while self._read(quiet):
            pass

    def press(self, key: bytes, *, quiet: float = 0.08) -> Painted:
        """Press a key and read its paint, which is over when nothing came for `quiet` seconds."""
        before = len(self.received)
        start = time.perf_counter()
        os.write(self._master, key)
        while not self._read(1.0):  # a key that paints nothing would be a mistake of the benchmark
            if time.perf_counter() - start > _DEADLINE:
                raise RuntimeError(f"nothing was painted for {key!r}")
        first = last = time.perf_counter()
        while self._read(quiet):
            last = time.perf_counter()
        text = self.received[before:]
        return Painted((first - start) * 1000, (last - start) * 1000, len(text), text)

    def answer(self, key: bytes, sign: bytes) -> float:
        """Press a key and return the milliseconds until a text was painted; what else is painted does not count."""
        before, start = len(self.received), time.perf_counter()
        os.write(self._master, key)
        while sign not in self.received[before:]:
            self._read(0.2)
            if time.perf_counter() - start > _DEADLINE:
                raise RuntimeError(f"{sign!r} was never painted for {key!r}")
        return (time.perf_counter() - start) * 1000

    def watch(self, seconds: float) -> None:
        """Read what is painted for so many seconds."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)

    def idle(self, seconds: float) -> int:
        """Return the bytes sent while nobody does anything."""
        before = len(self.received)
        self.watch(seconds)
        return len(self.received) - before

    def memory(self) -> float:
        """Return resident memory in MB; 0 where the system does not tell."""
        try:
            with open(f"/proc/{self._pid}/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        except OSError:
            return 0.0
