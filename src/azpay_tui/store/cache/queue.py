"""The head of the queue and the objects of one order, as people look at them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import datetime
from itertools import chain, islice
from typing import Final

from azpay_tui.domain.queue import MOST_WAITING, Queue, Queued
from azpay_tui.domain.rows import FIRST_SYNC, FirstSync
from azpay_tui.store.cache.due import in_turns
from azpay_tui.store.times import from_micros, to_micros

_COLUMNS: Final = """object_id, order_id, kind, json_extract(fact, '$.state'), due_at, read_at, attempts, error,
    missing"""
_FAILING: Final = f"""SELECT {_COLUMNS} FROM object INDEXED BY object_failed WHERE attempts > 0
    ORDER BY due_at, object_id LIMIT ?"""
_NEXT: Final = f"""SELECT {_COLUMNS} FROM object INDEXED BY object_due WHERE due_at IS NOT NULL AND attempts = 0
    AND turn IS NULL ORDER BY due_at, object_id LIMIT ?"""
_NEW: Final = f"""SELECT {_COLUMNS} FROM object INDEXED BY object_turn WHERE turn IS NOT NULL
    ORDER BY turn, object_id LIMIT ?"""
_OF_ORDER: Final = f"SELECT {_COLUMNS} FROM object WHERE order_id = ? ORDER BY length(object_id), object_id"
_WAITING: Final = """SELECT kind, count(*) FROM (
        SELECT kind FROM object INDEXED BY object_due
        WHERE due_at IS NOT NULL AND attempts = 0 AND turn IS NULL AND due_at <= ? LIMIT ?
    ) GROUP BY kind"""
_FIRST: Final = "SELECT kind, total, n FROM first_read WHERE n > 0 ORDER BY kind"
_Row = tuple[str, str, str, str | None, int | None, int | None, int, str, int]


def head(cache: sqlite3.Connection, now: datetime, limit: int) -> Queue:
    """Return what waits at `now`, and up to `limit` failing and `limit` other objects; raises `sqlite3.Error`."""
    waiting = Counter(dict(cache.execute(_WAITING, (to_micros(now), MOST_WAITING)).fetchall()))
    waiting.update({kind: n for kind, _total, n in cache.execute(_FIRST).fetchall()})
    failing, known, new = (
        [_queued(row) for row in cache.execute(sql, (limit,)).fetchall()] for sql in (_FAILING, _NEXT, _NEW)
    )
    due = [each for each in known if each.due is not None and each.due <= now]
    following = chain(in_turns(new, due), known[len(due) :])
    return Queue(tuple(sorted(waiting.items())), (*failing, *islice(following, limit)))


def first_sync(cache: sqlite3.Connection) -> tuple[int, FirstSync | None]:
    """Return how many objects were never asked for, and how far that is when they are many orders'."""
    found = cache.execute(_FIRST).fetchall()
    total, left = next(((total, n) for kind, total, n in found if kind == "permission"), (0, 0))
    waiting = tuple((kind, n) for kind, _total, n in found)
    first = FirstSync(total, left, waiting) if total >= FIRST_SYNC else None
    return sum(n for _kind, n in waiting), first


def of_order(cache: sqlite3.Connection, order_id: str) -> tuple[Queued, ...]:
    """Return every object of an order, permission first; raises `sqlite3.Error`."""
    return tuple(map(_queued, cache.execute(_OF_ORDER, (order_id,)).fetchall()))


def _queued(row: _Row) -> Queued:
    object_id, order_id, kind, state, due, read, attempts, error, missing = row
    return Queued(object_id, order_id, kind, state, from_micros(due), from_micros(read), attempts, error, bool(missing))
