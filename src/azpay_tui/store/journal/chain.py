"""The audit chain over plain SQL: nothing heavy imported, nothing written."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from azpay_tui.store.journal.digests import Query

COLUMNS: Final = ("seq", "at", "person", "session", "kind", "order_id", "intent_id", "data")
"""The hashed columns, in their order; `hash` is the last one of the table."""
KINDS: Final = frozenset(
    {
        *("intent", "attempt", "outcome", "settle", "slip", "track", "mark", "purge", "message", "settings", "sale"),
        *("delete", "address", "switch", "delivery", "letters"),
    }
)
"""What rows tell of."""
ANCHORED: Final = "anchored"
"""Fact of a row: number of the row that was told outside last."""
HEAD: Final = "audit_head"
"""Name of the meta row that holds `SEQ HASH` of the last row, so that a cut at the end is seen."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the chain that is as it was written."""

    seq: int
    at: str
    person: str
    session: str
    kind: str
    order_id: str
    intent_id: str
    data: str
    hash: str


@dataclass(frozen=True, slots=True)
class Walked:
    """How a walk along the chain ended."""

    rows: int
    """Rows that are as they were written, from the first on."""
    head: str
    """Hash of the last of them."""
    bad: int | None
    """Number of the first row that is not; None: all are."""
    why: str = ""
    """What is wrong there."""


def chain_hash(values: tuple[bytes, ...], before: str) -> str:
    """Hash one row: each column's stored bytes with their length in front, then the hash before."""
    digest = hashlib.sha256()
    for value in values:
        digest.update(len(value).to_bytes(8, "big"))
        digest.update(value)
    digest.update(before.encode())
    return digest.hexdigest()


def walk(query: Query, visit: Callable[[Row], None] | None = None) -> Walked:
    """Go along the whole chain up to the first row that was edited, cut, swapped, added by hand or cannot be read.

    `visit` sees every row before that one, in their order.
    """
    types = " || ' ' || ".join(f"typeof({name})" for name in (*COLUMNS, "hash"))
    blobs = ", ".join(f"CAST({name} AS BLOB)" for name in (*COLUMNS, "hash"))
    expected = " ".join(("integer", *("text",) * len(COLUMNS)))
    number, before = 0, ""
    try:
        for seq, kinds, *values in query(f"SELECT seq, {types}, {blobs} FROM audit ORDER BY seq"):
            if seq != number + 1:
                return Walked(number, before, number + 1, f"it is missing: the next row is {seq}")
            if kinds != expected:
                return Walked(number, before, seq, "its columns are not of the kinds that azpay writes")
            hashed = chain_hash(tuple(values[:-1]), before)
            if values[-1] != hashed.encode():
                return Walked(number, before, seq, "it is not what was written, or the row before it is not")
            number, before = seq, hashed
            if visit is not None:
                visit(Row(seq, *(value.decode("utf-8", "replace") for value in values[1:])))
        head = next(iter(query(f"SELECT value FROM meta WHERE name = '{HEAD}'")), None)
    except sqlite3.DatabaseError as error:
        return Walked(number, before, number + 1, f"it cannot be read: {error}")
    if (head[0] if head else "0 ") != f"{number} {before}":
        return Walked(number, before, number + 1, "the chain does not end where its end was noted")
    return Walked(number, before, None)


def facts_of(data: str) -> dict[str, Any]:
    """Read what a row says: texts, whole numbers, yes or no, and lists of texts. Raises `ValueError` for all else."""
    try:
        facts = json.loads(data, parse_float=_no_fact, parse_constant=_no_fact)
    except RecursionError as error:
        raise ValueError("nested without end") from error
    if not isinstance(facts, dict) or not all(map(_is_fact, facts.values())):
        raise ValueError("no facts")
    return facts


def _no_fact(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no fact")


def _is_fact(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str | int)


def first_bad_row(query: Query) -> int | None:
    """Check the whole chain; returns the number of the first row that was edited, cut, swapped or added by hand."""
    return walk(query).bad
