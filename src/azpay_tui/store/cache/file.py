"""The cache's file: every transaction on it with the journal beside, what is refused, and its write-ahead log."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from azpay_tui.store.errors import CacheUnavailable, cache_error
from azpay_tui.store.files import DataDir
from azpay_tui.store.locks import Lease
from azpay_tui.store.sqlite import BUSY_SECONDS, CACHE_PRAGMAS, Handle, connect, connect_reader

_LOG_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of the write-ahead log after which it is moved into the file."""
_TRIES: Final = 30
"""Seconds for which emptying the log is tried."""


class CacheFile:
    """An existing, migrated cache; safe from any thread and beside other processes.

    Every method raises `CacheUnavailable` when the file is gone, locked for longer than the busy time, full, damaged or
    newer; then nothing was changed.
    """

    def __init__(self, data: DataDir, *, refusal: CacheUnavailable | None = None, busy: float = BUSY_SECONDS) -> None:
        """Open nothing before it is needed; `refusal` is raised by every write, `busy` is in seconds."""
        self.path: Path = data.cache
        self._checkpoint_lock = data.checkpoint_lock
        self._refusal = refusal
        self._cache = Handle(data.cache, lambda path: _open(path, busy))
        self._journal = Handle(data.journal, connect_reader)
        self._lock = threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection | None]]:
        """Run the block with the connections to cache and journal, the latter None where there is none."""
        with self._lock, self._translated():
            cache = self._cache.get()
            if cache is None:
                raise CacheUnavailable(f"The cache {self.path} is gone; start again, it is rebuilt.")
            yield cache, self._journal.get()

    @contextmanager
    def writing(self) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection | None]]:
        """Run the block in one transaction of the cache, with the journal to read beside."""
        self.refuse()
        with self.reading() as (cache, journal):
            cache.execute("BEGIN IMMEDIATE")
            try:
                yield cache, journal
                cache.execute("COMMIT")
            except BaseException:
                try:
                    if cache.in_transaction:
                        cache.execute("ROLLBACK")
                except sqlite3.Error:
                    self._cache.close()  # which undoes it as well: the next transaction begins on a new connection
                raise

    def refuse(self) -> None:
        """Raise why nothing is written to this file, if there is a reason."""
        if self._refusal is not None:
            raise self._refusal

    def tidy(self) -> None:
        """Move a write-ahead log that has grown long into the file."""
        with contextlib.suppress(OSError):
            if self.path.with_name(self.path.name + "-wal").stat().st_size > _LOG_LIMIT:
                self.checkpoint()

    def checkpoint(self) -> bool:
        """Move the write-ahead log into the file, unless another process is doing it; returns whether it is empty."""
        turn = Lease(self._checkpoint_lock)
        if not turn.try_acquire():
            return False
        try:
            with self.reading() as (cache, _journal):
                busy, *_pages = cache.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
        finally:
            turn.release()

    def compact(self, pause: Callable[[float], bool]) -> None:
        """Write search index and file anew without what was deleted, and empty the log.

        `pause` waits so many seconds and tells whether to give up. Raises `CacheUnavailable`, also when others read for
        so long that the log cannot be emptied.
        """
        with self.writing() as (cache, _journal):
            cache.execute("INSERT INTO search (search) VALUES ('rebuild')")
        with self.reading() as (cache, _journal):
            cache.execute("VACUUM")
        for _try in range(_TRIES):
            if self.checkpoint() or pause(1.0):
                return
        raise CacheUnavailable(f"The log of the cache {self.path} cannot be emptied: another program reads in it.")

    def close(self) -> None:
        """Close the connections; safe to call twice."""
        with self._lock:
            self._cache.close()
            self._journal.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise cache_error(error, self.path) from error


def _open(path: Path, busy: float) -> sqlite3.Connection:
    connection = connect(path, busy=busy)
    for pragma in CACHE_PRAGMAS:
        connection.execute(pragma).fetchall()
    return connection
