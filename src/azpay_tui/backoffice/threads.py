"""The threads of a desk: begun by name, and waited for when it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """Keeps every thread that `join` has to wait for; safe from any thread."""

    def __init__(self) -> None:
        """Start without any."""
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, body: Callable[[], None]) -> None:
        """Do something beside everything else."""
        thread = threading.Thread(target=body, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def aside(self, name: str, body: Callable[[], T]) -> T:
        """Do something in a thread of its own and wait for it, so that a signal here lets it end as it should."""
        done: list[T | BaseException] = []
        over = threading.Event()

        def run() -> None:
            try:
                done.append(body())
            except BaseException as error:
                done.append(error)
            finally:
                over.set()

        self.begin(name, run)
        over.wait()  # not join: a signal that breaks one off makes the thread count as ended
        if isinstance(done[0], BaseException):
            raise done[0]
        return done[0]

    def join(self, end: float) -> None:
        """Wait until all are over, or until a moment of the monotonic clock."""
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    @property
    def alive(self) -> bool:
        """Whether one of them still runs."""
        return any(thread.is_alive() for thread in self._threads)
