"""Plain sqlite3 connections for what must not wait for an import of SQLAlchemy, and settings shared by both ways."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

BUSY_SECONDS: Final = 5.0
"""How long a connection waits for another one's lock."""


def _newest(database: str) -> int:
    steps = Path(__file__).parent / "migrations" / f"{database}_versions"
    return max(int(step.name[1:5]) for step in steps.glob("v[0-9][0-9][0-9][0-9]_*.py"))


JOURNAL_SCHEMA: Final = _newest("journal")
CACHE_SCHEMA: Final = _newest("cache")
"""The newest shapes this program knows, by the names of its steps; kept in `PRAGMA user_version`."""

_NO_ROOM: Final = frozenset(
    {
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMMAP,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""What SQLite says where a file beside a log-keeping database cannot be made; of another kind of file it never does."""
COMMON_PRAGMAS: Final = ("PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF")
JOURNAL_PRAGMAS: Final = (
    *COMMON_PRAGMAS,
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
)
CACHE_PRAGMAS: Final = (
    *COMMON_PRAGMAS,
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    # One process at a time moves the log into the file, see `CacheStore.checkpoint`.
    "PRAGMA wal_autocheckpoint = 0",
)


class Still(sqlite3.Connection):
    """A look at a file in which nothing can change now: it takes no locks, sees no change, and is kept for one look."""


def connect(path: Path, *, mode: str = "rw", immutable: bool = False, busy: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open an existing database without implicit transactions; the caller begins and commits.

    `rw` also for readers: a rollback journal left by a crash must be rolled back before anything is read.
    Raises `sqlite3.Error`.
    """
    extra = "&immutable=1" if immutable else ""
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}{extra}"
    kind = Still if immutable else sqlite3.Connection
    return sqlite3.connect(uri, uri=True, timeout=busy, isolation_level=None, check_same_thread=False, factory=kind)


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open an existing database for reading only; raises `sqlite3.Error`."""
    connection = connect(path)
    try:
        for pragma in (*COMMON_PRAGMAS, "PRAGMA query_only = ON"):
            connection.execute(pragma)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        # A log-keeping database wants files beside it, for which there may be no right or no room. Without a log there
        # is nobody who writes, because he would have had to make one: the file itself is all there is.
        if _has_log(path) or (_is_writable(path.parent) and getattr(error, "sqlite_errorcode", 0) not in _NO_ROOM):
            raise
        connection = connect(path, mode="ro", immutable=True)
        connection.execute("PRAGMA query_only = ON")
    except UnicodeDecodeError as error:
        connection.close()
        raise damage("what it says of its own tables cannot be read") from error
    return connection


def damage(words: str) -> sqlite3.DatabaseError:
    """Make the error of a damaged file where SQLite raised none, or quoted bytes in it that Python cannot read."""
    error = sqlite3.DatabaseError(words)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _has_log(path: Path) -> bool:
    for suffix in ("-wal", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            if path.with_name(path.name + suffix).stat().st_size:
                return True
    return False


def _is_writable(directory: Path) -> bool:
    return os.access(directory, os.W_OK)


def schema_of(path: Path) -> int:
    """Return the schema number of a database; 0 when there is none or it is empty. Raises `sqlite3.Error`."""
    if not path.exists():
        return 0
    with closing(connect_reader(path)) as connection:
        return schema_in(connection)


def schema_in(connection: sqlite3.Connection) -> int:
    """Return the schema number of an open database; 0 when it is empty. Raises `sqlite3.Error`."""
    number = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if number or not connection.execute("SELECT EXISTS (SELECT 1 FROM sqlite_master)").fetchone()[0]:
        return number
    # Tables and number are made in one transaction: somebody took the number out. Where the steps are noted it is too.
    try:
        return int(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.OperationalError, TypeError, ValueError) as error:
        raise damage("it has tables and no schema number") from error


class Handle:
    """A connection that is opened when first needed and again when the file was replaced; not for several threads."""

    def __init__(self, path: Path, opener: Callable[[Path], sqlite3.Connection | None]) -> None:
        """Name the file; nothing is opened yet. An opener that returns None finds the file not ready."""
        self._path = path
        self._opener = opener
        self._connection: sqlite3.Connection | None = None
        self._of: tuple[int, int, int] | None = None

    def get(self) -> sqlite3.Connection | None:
        """Return the connection, or None when there is no such file; raises what the opener raises."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self.close()
            return None
        of = (os.getpid(), found.st_dev, found.st_ino)
        if self._connection is None or self._of != of or isinstance(self._connection, Still):
            if self._of is not None and self._of[0] != of[0]:
                self._abandon()
            self.close()
            self._connection, self._of = self._opener(self._path), of
        return self._connection

    def _abandon(self) -> None:
        """Leave a connection inherited by a forked process alone: it is its parent's."""
        _abandoned.append(self._connection)
        self._connection = None

    def close(self) -> None:
        """Close it; the next use opens it again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


_abandoned: Final[list[sqlite3.Connection | None]] = []
