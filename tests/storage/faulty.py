"""SQLite that fails at the n-th statement: a connection class put under every connection of the product.

Nothing in the product knows of it: `sqlite3.connect` is given a factory. SQLAlchemy's connections and the plain ones
both come through it, and every statement of theirs is counted, commits among them.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from azpay_tui.store.sqlite import Still

Database = Literal["journal", "cache"]
Fails = Literal["once", "on", "late", "kill"]
"""`once`: this statement. `on`: this one and all after it. `late`: a commit that took hold and did not say so.
`kill`: the process is killed before it."""

ERRORS = {
    "BUSY": (sqlite3.SQLITE_BUSY, "database is locked"),
    "FULL": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "IOERR": (sqlite3.SQLITE_IOERR_FSYNC, "disk I/O error"),
    "CORRUPT": (sqlite3.SQLITE_CORRUPT, "database disk image is malformed"),
    "READONLY": (sqlite3.SQLITE_READONLY, "attempt to write a readonly database"),
}
_UNDONE = frozenset({"FULL", "IOERR"})
"""After these SQLite has undone the whole transaction by itself."""


def error_of(name: str) -> sqlite3.Error:
    """Make the exception that Python's sqlite3 module raises for a result code."""
    code, text = ERRORS[name]
    error = sqlite3.DatabaseError(text) if name == "CORRUPT" else sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    error.sqlite_errorname = f"SQLITE_{name}"
    return error


@dataclass
class Trouble:
    """What goes wrong, and every statement of the database concerned since it was armed; nothing until then."""

    database: Database = "journal"
    at: int = 0
    """Number of the statement that fails, from 1; 0: none."""
    error: str = "BUSY"
    fails: Fails = "once"
    armed: bool = False
    statements: list[str] = field(default_factory=list)
    hits: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def meets(self, database: str, sql: str) -> bool:
        """Count a statement; tell whether it is to fail."""
        with self._lock:
            if not self.armed or database != self.database:
                return False
            self.statements.append(sql)
            number = len(self.statements)
            hit = self.at > 0 and (number >= self.at if self.fails == "on" else number == self.at)
            self.hits += hit
            return hit


class _Cursor(sqlite3.Cursor):
    connection: _Connection

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._run(sql, super().execute, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._run(sql, super().executemany, *values)

    def _run(self, sql: str, run: Any, *values: Any) -> sqlite3.Cursor:
        self.connection.trouble_before(sql, lambda: run(sql, *values))
        return run(sql, *values)  # type: ignore[no-any-return]


class _Connection(sqlite3.Connection):
    trouble: Trouble
    database: str

    def cursor(self, factory: Any = _Cursor) -> sqlite3.Cursor:
        return super().cursor(factory)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self.cursor().execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self.cursor().executemany(sql, *values)

    def commit(self) -> None:
        if self.in_transaction:
            self.trouble_before("COMMIT", super().commit)
        super().commit()

    def trouble_before(self, sql: str, run: Any) -> None:
        trouble = self.trouble
        if not trouble.meets(self.database, sql):
            return
        if trouble.fails == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif trouble.fails == "late":
            run()
        elif trouble.error in _UNDONE and self.in_transaction:
            super().rollback()
        raise error_of(trouble.error)


@contextmanager
def troubled(patch: pytest.MonkeyPatch) -> Iterator[Trouble]:
    """Put trouble under every connection opened within the block; the tests' own raw ones excepted."""
    trouble = Trouble()
    real = sqlite3.connect

    def connect(database: Any, *arguments: Any, **named: Any) -> sqlite3.Connection:
        name = Path(str(database).partition("?")[0]).stem
        if name not in get_args(Database) or not named.get("uri"):
            return real(database, *arguments, **named)
        if named.pop("factory", sqlite3.Connection) is not sqlite3.Connection:
            return real(database, *arguments, factory=Still, **named)
        made = real(database, *arguments, factory=_Connection, **named)
        assert isinstance(made, _Connection)
        made.trouble, made.database = trouble, name
        return made

    with patch.context() as patched:
        patched.setattr(sqlite3, "connect", connect)
        yield trouble
        trouble.armed = False


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """Look at a database beside the product, with nothing in between."""
    connection = sqlite3.Connection(f"file:{path}?mode=ro", uri=True, timeout=5.0)
    try:
        yield connection
    finally:
        connection.close()
