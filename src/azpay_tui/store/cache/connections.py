"""Connections to cache and journal for reading: a pair for each thread, opened when it is needed."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from azpay_tui.store.errors import OlderSchema, cache_error, journal_error
from azpay_tui.store.files import DataDir
from azpay_tui.store.sqlite import CACHE_SCHEMA, JOURNAL_SCHEMA, Handle, connect_reader, schema_in


class Connections:
    """Those of one data directory; safe from any thread. A file that is missing is None where it is read."""

    def __init__(self, data: DataDir) -> None:
        """Open nothing yet."""
        self._data = data
        self._local = threading.local()
        self._all: weakref.WeakSet[_Handles] = weakref.WeakSet()

    @contextmanager
    def reading(self) -> Iterator[tuple[sqlite3.Connection | None, sqlite3.Connection | None]]:
        """Run the block with this thread's connections to cache and journal.

        Raises `OlderSchema` for a file of an older program, `CacheUnavailable` and `JournalUnavailable` for one that
        is damaged, locked or not readable.
        """
        handles = getattr(self._local, "handles", None)
        if handles is None:
            handles = self._local.handles = _Handles(self._data)
            self._all.add(handles)
        with handles.used:
            try:
                cache = handles.cache.get()
            except sqlite3.Error as error:
                raise cache_error(error, self._data.cache) from error
            try:
                journal = handles.journal.get()
            except sqlite3.Error as error:
                raise journal_error(error, self._data.journal) from error
            try:
                yield cache, journal
            except sqlite3.Error as error:
                raise cache_error(error, self._data.cache) from error

    def close(self) -> None:
        """Close the connections of every thread once it is through with them; a later use opens new ones."""
        for handles in list(self._all):
            handles.close()


class _Handles:
    """The two connections of one thread, which another one may close between two uses."""

    def __init__(self, data: DataDir) -> None:
        self.used = threading.RLock()
        """Held while they are in use: SQLite closed under a query takes the whole process with it."""
        self.cache = Handle(data.cache, lambda path: _checked(path, CACHE_SCHEMA))
        self.journal = Handle(data.journal, lambda path: _checked(path, JOURNAL_SCHEMA))

    def close(self) -> None:
        with self.used:
            self.cache.close()
            self.journal.close()

    def __del__(self) -> None:
        # Its thread has ended. Python's connections hold themselves, so that they would stay open until they are found.
        self.close()


def _checked(path: Path, schema: int) -> sqlite3.Connection | None:
    connection = connect_reader(path)
    try:
        found = schema_in(connection)
    except sqlite3.Error:
        connection.close()
        raise
    if found >= schema:
        return connection
    connection.close()
    if found == 0:  # being made by another process just now
        return None
    raise OlderSchema(f"{path} was made by an older azpay; open it once for writing to bring it up to date.")
