"""Which object is read next."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Final, TypeVar

from azpay_tui.domain.limits import SOON
from azpay_tui.domain.rows import Due
from azpay_tui.store.times import to_micros

Row = TypeVar("Row")

FRESH: Final = timedelta(seconds=60)
"""What is on screen is read again when it is older than this."""

_WATCHED: Final = """SELECT o.object_id, o.order_id, o.attempts
    FROM json_each(?) AS wanted CROSS JOIN object AS o ON o.order_id = wanted.value
    WHERE o.attempts = 0 AND (o.tried_at IS NULL OR o.tried_at NOT BETWEEN ? AND ?)
    ORDER BY wanted.key > 0, o.tried_at, wanted.key, o.object_id LIMIT ?"""
_LAPSING: Final = """SELECT object_id, order_id, attempts FROM object INDEXED BY object_lapse
    WHERE lapse_at > ? AND lapse_at <= ? AND attempts = 0 AND due_at <= ? ORDER BY lapse_at, object_id LIMIT ?"""
_RESTING: Final = """SELECT object_id, order_id, attempts FROM object INDEXED BY object_due
    WHERE due_at IS NOT NULL AND attempts = 0 AND turn IS NULL AND due_at <= ? ORDER BY due_at, object_id LIMIT ?"""
_NEW: Final = """SELECT object_id, order_id, attempts FROM object INDEXED BY object_turn
    WHERE turn IS NOT NULL ORDER BY turn, object_id LIMIT ?"""
_FAILING: Final = """SELECT object_id, order_id, attempts FROM object INDEXED BY object_failed
    WHERE attempts > 0 AND due_at <= ? ORDER BY due_at, object_id LIMIT ?"""
_ALL: Final = """SELECT object_id, order_id, attempts FROM object
    WHERE tried_at IS NULL OR tried_at < ? ORDER BY attempts > 0, tried_at, turn IS NULL, turn, object_id LIMIT ?"""


def find(
    cache: sqlite3.Connection, now: datetime, limit: int, watched: Collection[str], all_: bool
) -> tuple[Due, ...]:  # fmt: skip
    """Return up to `limit` objects in the order in which they are read; raises `sqlite3.Error`.

    On screen (the first of the watched, then what was never asked for or the longest ago), lapsing soon, then in turns
    one that was never read and one that rests, then what fails.
    """
    moment = to_micros(now)
    if all_:
        return tuple(Due(*row) for row in cache.execute(_ALL, (moment, limit)).fetchall())
    fresh = (to_micros(now - FRESH), to_micros(now + FRESH))
    found: dict[str, Due] = {}
    steps: tuple[tuple[tuple[str, tuple[str | int, ...]], ...], ...] = (
        ((_WATCHED, (json.dumps([*watched]), *fresh)),),
        ((_LAPSING, (moment, to_micros(now + SOON), moment)),),
        ((_NEW, ()), (_RESTING, (moment,))),
        ((_FAILING, (moment,)),),
    )
    for step in steps:
        if len(found) >= limit:
            break
        for row in in_turns(*(cache.execute(sql, (*values, limit)).fetchall() for sql, values in step)):
            found.setdefault(row[0], Due(*row))
    return tuple(found.values())[:limit]


def in_turns(*lines: Iterable[Row]) -> Iterator[Row]:
    """Take one of each line after the other, until all are empty."""
    return (row for row in chain.from_iterable(zip_longest(*lines)) if row is not None)
