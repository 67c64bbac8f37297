"""Plain sqlite3 connections for what must not wait for an import of SQLAlchemy, and settings shared by both ways."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

BUSY_SECONDS: Final = 5.0
"""How long a connection waits for another one's lock."""
JOURNAL_SCHEMA: Final = 1
CACHE_SCHEMA: Final = 1
"""The newest shapes this program knows; kept in `PRAGMA user_version`."""

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


def connect(path: Path, *, mode: str = "rw", immutable: bool = False, busy: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open an existing database without implicit transactions; the caller begins and commits.

    `rw` also for readers: a rollback journal left by a crash must be rolled back before anything is read.
    Raises `sqlite3.Error`.
    """
    extra = "&immutable=1" if immutable else ""
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}{extra}"
    return sqlite3.connect(uri, uri=True, timeout=busy, isolation_level=None, check_same_thread=False)


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open an existing database for reading only; raises `sqlite3.Error`."""
    connection = connect(path)
    try:
        for pragma in (*COMMON_PRAGMAS, "PRAGMA query_only = ON"):
            connection.execute(pragma)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        # A log-keeping database in a directory that cannot be written opens only when nothing can change it.
        if _is_writable(path.parent) or path.with_name(path.name + "-wal").exists():
            raise
        connection = connect(path, mode="ro", immutable=True)
        connection.execute("PRAGMA query_only = ON")
    return connection


def _is_writable(directory: Path) -> bool:
    return os.access(directory, os.W_OK)


def schema_of(path: Path) -> int:
    """Return the schema number of a database; 0 when there is none or it is empty. Raises `sqlite3.Error`."""
    if not path.exists():
        return 0
    connection = connect_reader(path)
    try:
        row = connection.execute("PRAGMA user_version").fetchone()
    finally:
        connection.close()
    return int(row[0])
