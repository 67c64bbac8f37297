"""Taking buyers out of what the cache keeps of Amazon's answers and of what sources said."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from typing import Final

from azpay_tui.domain.order import Charge, Permission, Refund
from azpay_tui.domain.rows import ReadResult
from azpay_tui.store.cache.facts import from_json, to_json
from azpay_tui.store.personal import impersonal, impersonal_fact

_OBJECTS: Final = """SELECT o.object_id, o.fact, o.raw FROM json_each(?) AS wanted
    CROSS JOIN object AS o ON o.order_id = wanted.value"""
_ROWS: Final = """SELECT r.buyer, r.search_text FROM json_each(?) AS wanted
    CROSS JOIN list_row AS r ON r.order_id = wanted.value"""
_SAYING: Final = {"state": "message", "source": "message", "report": "message"}
"""Texts that belong to no order and may quote what a program or Amazon said."""
_SHORTEST: Final = 4
"""Characters of a part of a name or address from which on it says whose it is."""
_UNREAD: Final = "It could not be read."


def without_person(read: ReadResult) -> ReadResult:
    """Return what may be kept of a read of an order whose buyer's data was removed."""
    fact = impersonal_fact(read.fact) if isinstance(read.fact, Permission | Charge | Refund) else read.fact
    return replace(read, fact=fact, raw=impersonal(read.raw), error=_UNREAD if read.error else read.error)


def forget_person(cache: sqlite3.Connection, order_ids: Sequence[str]) -> None:
    """Take the buyer out of all that was read of orders, inside the caller's transaction. Raises `sqlite3.Error`."""
    wanted = (json.dumps(order_ids),)
    found = cache.execute(_OBJECTS, wanted).fetchall()
    facts = [None if fact is None else from_json(fact) for _id, fact, _raw in found]
    words = _words(facts, cache.execute(_ROWS, wanted))
    for table, column in _SAYING.items():
        for rowid, said in cache.execute(f"SELECT rowid, {column} FROM {table} WHERE {column} <> ''").fetchall():
            if any(word in said.casefold() for word in words):
                cache.execute(f"UPDATE {table} SET {column} = '' WHERE rowid = ?", (rowid,))
    cache.executemany(
        "UPDATE object SET fact = ?, raw = ?, error = CASE error WHEN '' THEN '' ELSE ? END WHERE object_id = ?",
        [
            (None if fact is None else to_json(impersonal_fact(fact)), impersonal(raw), _UNREAD, object_id)
            for (object_id, _fact, raw), fact in zip(found, facts, strict=True)
        ],
    )


def _words(facts: Iterable[Permission | Charge | Refund | None], rows: Iterable[tuple[str | None, str]]) -> set[str]:
    """Return, folded, what names the buyers of orders."""
    parts: list[str | None] = []
    for fact in facts:
        if isinstance(fact, Permission):
            persons = (fact.buyer, fact.shipping, fact.billing)
            parts += [part for person in persons if person is not None for part in astuple(person)]
    for buyer, text in rows:
        parts += [buyer, *(line for line in text.splitlines() if "@" in line)]
    return {part.casefold() for part in parts if part and len(part) >= _SHORTEST}
