"""Checking the audit chain over plain SQL: nothing heavy imported, nothing written."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from azpay_tui.store.errors import JournalUnavailable, NewerSchema, journal_error
from azpay_tui.store.files import DataDir
from azpay_tui.store.sqlite import JOURNAL_SCHEMA, connect_reader

COLUMNS: Final = ("seq", "at", "person", "session", "kind", "order_id", "intent_id", "data")
"""The hashed columns, in their order; `hash` is the last one of the table."""
HEAD: Final = "audit_head"
"""Name of the meta row that holds `SEQ HASH` of the last row, so that a cut at the end is seen."""

Query = Callable[[str], Iterable[Sequence[Any]]]
"""Runs one statement on a connection, SQLAlchemy's or sqlite3's, and gives its rows."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What a look at the whole chain found."""

    rows: int
    bad: int | None
    """Number of the first row that is not as it was written; None: all are."""


def chain_hash(values: tuple[bytes, ...], before: str) -> str:
    """Hash one row: each column's stored bytes with their length in front, then the hash before."""
    digest = hashlib.sha256()
    for value in values:
        digest.update(len(value).to_bytes(8, "big"))
        digest.update(value)
    digest.update(before.encode())
    return digest.hexdigest()


def first_bad_row(query: Query) -> int | None:
    """Check the whole chain; returns the number of the first row that was edited, cut, swapped or added by hand."""
    types = " || ' ' || ".join(f"typeof({name})" for name in (*COLUMNS, "hash"))
    blobs = ", ".join(f"CAST({name} AS BLOB)" for name in (*COLUMNS, "hash"))
    expected = " ".join(("integer", *("text",) * len(COLUMNS)))
    number, before = 0, ""
    for seq, kinds, *values in query(f"SELECT seq, {types}, {blobs} FROM audit ORDER BY seq"):
        number += 1
        if seq != number or kinds != expected:
            return number
        before = chain_hash(tuple(values[:-1]), before)
        if values[-1] != before.encode():
            return number
    head = next(iter(query(f"SELECT value FROM meta WHERE name = '{HEAD}'")), None)
    return None if (head[0] if head else "0 ") == f"{number} {before}" else number + 1


def look_at_chain(connection: sqlite3.Connection) -> Chain:
    """Count and check the chain in one transaction, so that a row written meanwhile is no broken end."""
    connection.execute("BEGIN")
    try:
        rows = int(connection.execute("SELECT count(*) FROM audit").fetchone()[0])
        return Chain(rows, first_bad_row(connection.execute))
    finally:
        connection.execute("COMMIT")


def verify_chain(data_dir: Path) -> Chain | None:
    """Check the chain of a data directory, also one that cannot be written; None when it has no journal yet.

    Raises `JournalUnavailable` when the journal cannot be read, `NewerSchema` when this program does not know its rows.
    """
    path = DataDir(data_dir).journal
    try:
        if not path.exists():
            return None
        with closing(connect_reader(path)) as connection:
            schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if schema > JOURNAL_SCHEMA:
                raise NewerSchema(
                    f"The journal {path} was written by a newer azpay: only that one can verify it, or a newer one."
                )
            return look_at_chain(connection) if schema else None
    except OSError as error:
        raise JournalUnavailable(f"The journal {path} cannot be read: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise journal_error(error, path) from error
