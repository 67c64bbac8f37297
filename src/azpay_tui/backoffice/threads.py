"""The threads of a desk: begun by name, and waited for when it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Pool(Protocol):
    """A few threads that do the same to several things at once."""

    def map(self, body: Callable[[T], R], things: Iterable[T], /) -> Iterator[R]:
        """Do it to all of them; what comes of it in their order."""
        ...

    def shutdown(self, *, wait: bool = True, cancel_futures: bool = False) -> None:
        """End the threads; what is not begun is dropped with `cancel_futures`."""
        ...


class Threads:
    """The only maker of a desk's threads, and keeper of those `join` has to wait for; safe from any thread.

    Another one in its place decides what runs when, so that a test can try one order of events after another.
    """

    def __init__(self) -> None:
        """Start without any."""
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, body: Callable[[], None], *, awaited: bool = True) -> None:
        """Do something beside everything else; `awaited`: `join` waits for its end."""
        thread = threading.Thread(target=body, name=name, daemon=True)
        with self._lock:
            thread.start()
            if awaited:
                self._threads = [*(other for other in self._threads if other.is_alive()), thread]

    def pool(self, name: str, workers: int) -> Pool:
        """Return threads that start with the first thing to do."""
        return ThreadPoolExecutor(workers, thread_name_prefix=name)

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
