"""A program on a terminal of its own: type, wait for a text, read every byte it wrote."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

DEADLINE = 120.0
"""Seconds after which waiting has failed."""


class Terminal:
    """Runs a command on a pseudo-terminal; it ends with the block."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 80, lines: int = 24, env: Mapping[str, str] | None = None
    ) -> None:
        self._command = list(command)
        self._size = struct.pack("HHHH", lines, columns, 0, 0)
        self._env = env
        self.written = b""

    def __enter__(self) -> Terminal:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, self._size)
        self.process = subprocess.Popen(
            self._command, stdin=slave, stdout=slave, stderr=slave, env=self._env, start_new_session=True
        )
        os.close(slave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal under the program."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def _read(self, seconds: float) -> bool:
        """Take what was written; False when there is nothing more to come."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.written += data
        return bool(data)

    @property
    def text(self) -> str:
        """What was written so far, without escape sequences."""
        return re.sub(
            r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)", "", self.written.decode("utf-8", "replace")
        )

    def wait_for(self, text: str) -> None:
        """Wait until a text was written."""
        end = time.monotonic() + DEADLINE
        while text not in self.text:
            assert time.monotonic() < end, f"{text!r} never came: {self.text[-2000:]!r}"
            assert self._read(0.2) or text in self.text, f"{text!r} never came: {self.text[-2000:]!r}"

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def ended(self) -> int:
        """Wait for the end and return the exit code."""
        end = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it did not end: {self.text[-2000:]!r}"
            self._read(0.1)
        while self._read(0.1) and select.select([self._master], [], [], 0)[0]:
            pass
        return int(self.process.returncode)
