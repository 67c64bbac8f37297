"""Taking buyers out of what the cache keeps of Amazon's answers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from azpay_tui.domain.order import Charge, Permission, Refund
from azpay_tui.domain.rows import ReadResult
from azpay_tui.store.cache.facts import from_json, to_json
from azpay_tui.store.personal import impersonal, impersonal_fact


def without_person(read: ReadResult) -> ReadResult:
    """Return what may be kept of a read of an order whose buyer's data was removed."""
    fact = impersonal_fact(read.fact) if isinstance(read.fact, Permission | Charge | Refund) else read.fact
    return replace(read, fact=fact, raw=impersonal(read.raw), error=read.error and "It could not be read.")


def forget_person(cache: sqlite3.Connection, order_ids: Sequence[str]) -> None:
    """Take the buyer out of all that was read of orders, inside the caller's transaction. Raises `sqlite3.Error`."""
    found = cache.execute(
        """SELECT o.object_id, o.fact, o.raw FROM json_each(?) AS wanted
            CROSS JOIN object AS o ON o.order_id = wanted.value""",
        (json.dumps(order_ids),),
    ).fetchall()
    cache.executemany(
        "UPDATE object SET fact = ?, raw = ?, error = CASE error WHEN '' THEN '' ELSE 'It could not be read.' END"
        " WHERE object_id = ?",
        [
            (None if fact is None else to_json(impersonal_fact(from_json(fact))), impersonal(raw), object_id)
            for object_id, fact, raw in found
        ],
    )
