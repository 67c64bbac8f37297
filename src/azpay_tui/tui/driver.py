"""The terminal as the console uses it: Textual's Linux driver with input that cannot end or steer the program."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import select
import selectors
import signal
import sys
import time
from collections.abc import Callable
from typing import IO, Any, Final, cast

from textual import constants, events
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from azpay_tui.tui.decoder import InputDecoder

_GONE: Final = frozenset({errno.EIO, errno.EPIPE, errno.ENXIO, errno.EBADF})
"""What writing to a terminal says that is no longer there."""
_KITTY_POP: Final = "\x1b[<u"
_POINTER: Final = "\x1b]22;"
_READ_SIZE: Final = 4096
RESIZE_CALM: Final = 0.15
"""Seconds without another resize after which the screen is laid out anew."""
RESIZE_LONGEST: Final = 1.0
"""Seconds after which it is, though the resizing goes on."""


class TerminalOutput:
    """Writes to the terminal; once the terminal is gone it swallows everything instead of stopping the program."""

    def __init__(self, fileno: int, on_gone: Callable[[], None]) -> None:
        """Write to a file descriptor; `on_gone` is called once, from the writing thread."""
        self._fileno = fileno
        self._on_gone = on_gone
        self.gone = False

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._fileno

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return os.isatty(self._fileno)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def write(self, text: str) -> int:
        """Write all of a text."""
        data = memoryview(text.encode("utf-8", errors="replace"))
        while data and not self.gone:
            try:
                data = data[os.write(self._fileno, data) :]
            except BlockingIOError:
                select.select([], [self._fileno], [], 1.0)
            except OSError as error:
                if error.errno not in _GONE:
                    raise
                self.gone = True
                self._on_gone()
        return len(text)


class ConsoleDriver(LinuxDriver):
    """Linux driver that reads through `InputDecoder` and treats the end of its input as a hangup.

    Tells the app by calling its `leave(signal_number)` on the event loop.
    """

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        """Take over the process's standard input and output."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # Output goes where a terminal was checked to be, and never through a buffer that fails at exit.
        output = cast(IO[str], TerminalOutput(cast(IO[str], sys.__stdout__).fileno(), self._hang_up))
        self._file = cast(Any, output)
        # Lives as long as the process: the driver is stopped and started again around a suspend.
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        self.deaf = False
        """Whether input is thrown away (set while the program is ending)."""
        self.noise_at = float("-inf")
        """Monotonic seconds of the last bytes that were anything but one lone Enter, also when they made no key."""
        self._resize: asyncio.TimerHandle | None = None
        self._resize_since = 0.0

    @property
    def mouse(self) -> bool:
        """Whether the terminal reports the mouse; setting it takes effect at once."""
        return self._mouse

    @mouse.setter
    def mouse(self, on: bool) -> None:
        if on != self._mouse:
            self._disable_mouse_support()
            self._mouse = on
            self._enable_mouse_support()

    @property
    def resizing(self) -> bool:
        """Whether the terminal changed its size and nothing was drawn for it yet."""
        return self._resize is not None

    def write(self, data: str) -> None:
        """Write, but neither end a keyboard mode that was not begun nor choose a pointer: old terminals print those."""
        if data != _KITTY_POP and not data.startswith(_POINTER):
            super().write(data)

    def _hang_up(self) -> None:
        leave = getattr(self._app, "leave", None)
        if leave is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(leave, signal.SIGHUP)

    def _query_in_band_window_resize(self) -> None:
        """Ask nothing: SIGWINCH is enough, and every question to a terminal has an answer that may come late."""

    def _enable_mouse_support(self) -> None:
        """Report buttons and wheel, not every motion."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000l\x1b[?1006l")

    def start_application_mode(self) -> None:
        """Take over the terminal."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, _READ_SIZE)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # Replaces the handler that was just set: it lays out and paints for every step of a drag.
        signal.signal(signal.SIGWINCH, lambda number, frame: self._loop.call_soon_threadsafe(self._take_resize))

    def _get_terminal_size(self) -> tuple[int, int]:
        """Ask the terminal itself: variables of the environment do not follow a resize."""
        with contextlib.suppress(OSError):
            columns, rows = os.get_terminal_size(cast(Any, self._file).fileno())
            if columns and rows:
                return columns, rows
        return super()._get_terminal_size()

    def _take_resize(self) -> None:
        """Wait until the size stays as it is, but not for ever."""
        now = self._loop.time()
        if self._resize is None:
            self._resize_since = now
        else:
            self._resize.cancel()
        calm = min(now + RESIZE_CALM, self._resize_since + RESIZE_LONGEST)
        self._resize = self._loop.call_at(max(now, calm), self._resized)

    def _resized(self) -> None:
        self._resize = None
        size = Size(*self._get_terminal_size())
        self._app.post_message(events.Resize(size, size))
        resized = getattr(self._app, "resized", None)
        if resized is not None:
            resized()

    def disable_input(self) -> None:
        """Stop reading at once instead of at the next poll."""
        os.write(self._wake_write, b"x")
        super().disable_input()

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:
            # Whatever it is, the app's own crash handler reports it; without input the program is of no use.
            self._app.call_later(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        """Read until told to stop or the terminal is gone."""
        decoder = InputDecoder(constants.ESCAPE_DELAY)
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._wake_read, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                ready = selector.select(decoder.remaining())
                for key, _mask in ready:
                    if key.fd == self._wake_read or not self._read(decoder):
                        return
                for message in decoder.tick():
                    self.process_message(message)

    def _read(self, decoder: InputDecoder) -> bool:
        """Take what is there; returns False when the terminal is gone."""
        try:
            data = os.read(self.fileno, _READ_SIZE)
        except OSError as error:
            if error.errno not in _GONE:
                raise
            data = b""
        if not data:
            self._hang_up()
            return False
        if data != b"\r":
            self.noise_at = time.monotonic()
        decoder.mouse = self._mouse
        for message in decoder.feed(data):
            if not self.deaf:
                self.process_message(message)
        return True
