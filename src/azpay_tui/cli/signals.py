"""SIGHUP, SIGTERM and Ctrl-C end a command in order: what is on the wire is finished, then the exit code says why."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from azpay_tui.cli.outcome import Terminated

_SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


class _State:
    """Whether a signal may interrupt right now, and the first one that came."""

    held = 0
    waiting: int | None = None
    wake: type[Exception] | None = None
    received = False


def _on_signal(number: int, frame: FrameType | None) -> None:
    if _State.received:
        return  # it is ending already
    if _State.held:
        _State.waiting = number if _State.waiting is None else _State.waiting
        if _State.wake is not None:
            raise _State.wake
        return
    _State.received = True
    raise Terminated(number)


@contextlib.contextmanager
def handled() -> Iterator[None]:
    """Turn the first of these signals into `Terminated`, raised in the main thread; later ones change nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _State.held, _State.waiting, _State.wake, _State.received = 0, None, None, False
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        if before[number] is not signal.SIG_IGN:  # nohup
            signal.signal(number, _on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let a signal wait until a few steps that belong together are done."""
    _State.held += 1
    try:
        yield
    finally:
        _State.held -= 1
    number = _State.waiting
    if number is not None and not _State.held:
        _State.waiting, _State.received = None, True
        raise Terminated(number)


@contextlib.contextmanager
def waking(error: type[Exception]) -> Iterator[None]:
    """Inside of `held`, while waiting for somebody else: let a signal end the wait by an error; it goes on waiting."""
    _State.wake = error
    try:
        if _State.waiting is not None:
            raise error
        yield
    finally:
        _State.wake = None


def waiting() -> bool:
    """Tell whether a signal waits for the end of `held`."""
    return _State.waiting is not None


@contextlib.contextmanager
def released() -> Iterator[None]:
    """Give the signals back to what handles them itself: the console, the simulator."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if handler is _on_signal:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
