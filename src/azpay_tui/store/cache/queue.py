"""The head of the queue and the objects of one order, as people look at them."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Final

from azpay_tui.domain.queue import MOST_WAITING, Queue, Queued
from azpay_tui.store.times import from_micros, to_micros

_COLUMNS: Final = """object_id, order_id, kind, json_extract(fact, '$.state'), due_at, read_at, attempts, error,
    missing"""
_FAILING: Final = f"""SELECT {_COLUMNS} FROM object INDEXED BY object_failed WHERE attempts > 0
    ORDER BY due_at, object_id LIMIT ?"""
_NEXT: Final = f"""SELECT {_COLUMNS} FROM object INDEXED BY object_due WHERE due_at IS NOT NULL AND attempts = 0
    ORDER BY due_at, object_id LIMIT ?"""
_OF_ORDER: Final = f"SELECT {_COLUMNS} FROM object WHERE order_id = ? ORDER BY length(object_id), object_id"
_WAITING: Final = """SELECT kind, count(*) FROM (
        SELECT kind FROM object INDEXED BY object_due WHERE due_at IS NOT NULL AND attempts = 0 AND due_at <= ? LIMIT ?
    ) GROUP BY kind ORDER BY kind"""
_Row = tuple[str, str, str, str | None, int | None, int | None, int, str, int]


def head(cache: sqlite3.Connection, now: datetime, limit: int) -> Queue:
    """Return what waits at `now`, and up to `limit` failing and `limit` other objects; raises `sqlite3.Error`."""
    waiting = cache.execute(_WAITING, (to_micros(now), MOST_WAITING)).fetchall()
    rows = [*cache.execute(_FAILING, (limit,)).fetchall(), *cache.execute(_NEXT, (limit,)).fetchall()]
    return Queue(tuple((str(kind), int(count)) for kind, count in waiting), tuple(map(_queued, rows)))


def of_order(cache: sqlite3.Connection, order_id: str) -> tuple[Queued, ...]:
    """Return every object of an order, permission first; raises `sqlite3.Error`."""
    return tuple(map(_queued, cache.execute(_OF_ORDER, (order_id,)).fetchall()))


def _queued(row: _Row) -> Queued:
    object_id, order_id, kind, state, due, read, attempts, error, missing = row
    return Queued(object_id, order_id, kind, state, from_micros(due), from_micros(read), attempts, error, bool(missing))
