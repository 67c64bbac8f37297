"""A program that is read like a file: no shell, no terminal, bounded in time and size, and gone at the end."""

from __future__ import annotations

import contextlib
import io
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Ended = Literal["stopped", "slow", "large", "asks"]
"""Why a program was ended before it had finished: `asks` for a password or the like, where nobody can answer."""

_LOOK: Final = 0.1
"""Seconds between two looks at the clock and at whether to stop."""
_GRACE: Final = 1.0
"""Seconds from SIGTERM to SIGKILL, and from a program's end to that of output that its children hold open."""
_LAST: Final = 5.0
"""Seconds to wait for a killed program; one the kernel cannot end yet is left to the kernel."""
_SILENT: Final = 1.0
"""Seconds without output after which a question at its end counts as one."""
_CHUNK: Final = 64 * 1024
_PIPE: Final = 1024 * 1024
"""Bytes that a pipe holds at most."""
_KEPT: Final = 4 * 1024
_HELD_BACK: Final = 64 * 1024
_WIDE_ENDS: Final = (b"\0", b"\0\0\0")
"""What follows the byte of a line end in UTF-16 and UTF-32 whose low end comes first."""
_ASKING: Final = ("SSH_ASKPASS", "SUDO_ASKPASS", "GIT_ASKPASS", "DISPLAY", "WAYLAND_DISPLAY")


class Process:
    """A running program; `stdout` gives its output as it comes. Use it with `with`: at the end nothing of it runs.

    It is the leader of a session and group of its own without a terminal, so that it cannot ask anybody anything and
    everything it starts ends with it. The part of a line at the end of its output is held back until it is known that
    the program ended well. One thread reads.
    """

    def __init__(
        self,
        words: Sequence[str],
        given: bytes | None,
        *,
        seconds: float,
        max_bytes: int,
        stop: threading.Event,
        asks: Callable[[bytes], bool],
        whole_lines: bool = False,
    ) -> None:
        """Start it; `given` goes to its standard input. Raises `OSError` when it cannot be started.

        `seconds` limits how long it may be waited for in all, not how long its output takes to be digested. `asks`
        tells whether a text ends with a question. `whole_lines`: a last line without an end is never handed on.
        """
        self._stop = stop
        self._left = seconds
        self._room = max_bytes
        self._asks = asks
        self._whole_lines = whole_lines
        self._given = memoryview(given or b"")
        self.ended: Ended | None = None
        self.errors = b""
        """The last of its standard error."""
        self.last = b""
        """The last of its output."""
        self.half = b""
        """Bytes behind the last line end that were not handed on, because the program did not end well."""
        self._tail = b""
        self._quiet = self._over = 0.0
        self._child = subprocess.Popen(
            list(words),
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=_environment(os.environ),
            start_new_session=True,
        )
        self._selector = selectors.DefaultSelector()
        for pipe, events in (
            (self._child.stdin, selectors.EVENT_WRITE),
            (self._child.stdout, selectors.EVENT_READ),
            (self._child.stderr, selectors.EVENT_READ),
        ):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                self._selector.register(pipe, events)
        self.stdout = io.BufferedReader(_Output(self), _CHUNK)

    @property
    def code(self) -> int | None:
        """How it ended: its exit code, negative for a signal; None while it runs."""
        return self._child.returncode

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it with everything it started, reap it and close its pipes; harmless when done."""
        self._end()
        self._selector.close()
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what it did not read is not missed
                    pipe.close()

    # Reading

    def _next(self) -> bytes:
        """Return what it prints next; empty at the end, after which `code` or `ended` is known."""
        while self.ended is None:
            found = self._wait()
            if found is None:
                return self._rest()
            if found:
                return found
        self._end()
        found = b"" if self.ended == "large" else self._printed()
        self.half, self._tail = self._tail, b""
        return found

    def _printed(self) -> bytes:
        """Return whole lines of what it had printed when it was ended and nobody had read yet."""
        assert self._child.stdout is not None
        found = b""
        while len(found) < _PIPE and (got := _read(self._child.stdout.fileno())):
            found += self._lines(got)
        return found

    def _wait(self) -> bytes | None:
        """Wait for output and return whole lines of it; empty when there is none yet, None at its end."""
        assert self._child.stdout is not None
        if self._stop.is_set():
            self.ended = "stopped"
            return b""
        began = time.monotonic()
        ready = self._selector.select(min(_LOOK, max(0.0, self._left)))
        got: bytes | None = b""
        for key, _events in ready:
            if key.fileobj is self._child.stdin:
                self._feed()
            elif key.fileobj is self._child.stderr:
                self._hear()
            else:
                got = _read(self._child.stdout.fileno())
        self._left -= time.monotonic() - began
        if got is None:  # the pipe is closed
            return None
        if got:
            self._quiet = 0.0
            return self._lines(got)
        self._quiet += time.monotonic() - began
        if self._quiet > _SILENT and (self._asks(self._tail) or self._asks(self.errors)):
            self.ended = "asks"
        elif self._left <= 0:
            self.ended = "slow"
        elif not ready and self._is_over():
            return None
        return b""

    def _is_over(self) -> bool:
        """Whether the program has ended although something it started holds its output open."""
        if not self._exited():
            return False
        self._over += _LOOK
        return self._over > _GRACE

    def _lines(self, got: bytes) -> bytes:
        if len(got) > self._room:
            self.ended, got = "large", got[: self._room]
        self._room -= len(got)
        self.last = (self.last + got)[-_KEPT:]
        whole = self._tail + got
        end = whole.rfind(b"\n") + 1
        if len(whole) - end > _HELD_BACK:
            end = len(whole)
        self._tail = whole[end:]
        return whole[:end]

    def _rest(self) -> bytes:
        """Wait for the program's end and return what was held back, unless it ended badly."""
        while not self._exited() and self.ended is None:
            if self._stop.wait(min(_LOOK, 0.01)):
                self.ended = "stopped"
            elif self._left <= 0:
                self.ended = "slow"
            self._left -= 0.01
        with contextlib.suppress(OSError):
            self._hear()
        self._end()
        rest, self._tail = self._tail, b""
        whole = not self._whole_lines or rest in _WIDE_ENDS
        if self._child.returncode == 0 and self.ended is None and whole:
            return rest
        self.half = rest
        return b""

    def _feed(self) -> None:
        pipe = self._child.stdin
        assert pipe is not None
        try:
            self._given = self._given[os.write(pipe.fileno(), self._given[:_CHUNK]) :] if self._given else self._given
        except BlockingIOError:
            return
        except OSError:  # it reads no more: what it prints says why
            self._given = memoryview(b"")
        if not self._given:
            self._selector.unregister(pipe)
            with contextlib.suppress(OSError):
                pipe.close()

    def _hear(self) -> None:
        pipe = self._child.stderr
        assert pipe is not None
        if pipe not in self._selector.get_map():
            return
        got = _read(pipe.fileno())
        if got is None:
            self._selector.unregister(pipe)
        elif got:
            self.errors = (self.errors + got)[-_KEPT:]

    # Ending

    def _exited(self) -> bool:
        """Whether the program has ended; it stays a zombie, so that its group cannot become another's meanwhile."""
        if sys.platform == "darwin" or self._child.returncode is not None:
            return self._child.poll() is not None
        try:
            return os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # reaped by somebody else
            return True

    def _end(self) -> None:
        """End the whole group: at once when the program itself has ended, else after it had time to."""
        if self._child.returncode is not None:
            return
        if not self._exited():
            self._signal(signal.SIGTERM)
            end = time.monotonic() + _GRACE
            while not self._exited() and time.monotonic() < end:
                time.sleep(0.01)
        self._signal(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(_LAST)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # nothing of it runs, or it runs as another
            os.killpg(self._child.pid, number)


class _Output(io.RawIOBase):
    """The program's output as a stream."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._ready = b""
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not self._ready and not self._over:
            self._ready = self._process._next()
            self._over = not self._ready or self._process.ended is not None
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


def _read(descriptor: int) -> bytes | None:
    """Return what can be read now, empty when there is nothing yet; None when the other side is closed."""
    try:
        return os.read(descriptor, _CHUNK) or None
    except BlockingIOError:
        return b""


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return our environment without what could open a window to ask for a password.

    Programs are not looked for in the directory where azpay was started, which may be anybody's.
    """
    kept = {name: value for name, value in ours.items() if name not in (*_ASKING, "PATH")}
    path = os.pathsep.join(filter(os.path.isabs, ours.get("PATH", os.defpath).split(os.pathsep)))
    return kept | {"PATH": path or os.defpath, "SSH_ASKPASS_REQUIRE": "never"}
