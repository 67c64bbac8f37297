"""Having orders read again whose last outcome is younger than what is known of them.

An outcome is followed by a read of its order, which `reconciled` then tells of. Where that read failed, or its process
died before, the order would look untouched for a day.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.store.times import from_text, to_micros

_UNSURE: Final = timedelta(seconds=2)
"""As much as two moments may be apart that were taken in another order: each process corrects its clock by whole
seconds. Too many reads cost little, one that is missing hides an act."""
_NEWEST: Final = 1000
"""Intents looked at where no order is named; an older outcome was looked at by an earlier start."""
_ENDED: Final = "i.attempts > 0 AND i.settled_at IS NOT NULL AND i.reconciled = 0"
_OF: Final = f"""SELECT i.order_id, max(i.settled_at) FROM json_each(?) AS wanted
    CROSS JOIN intent AS i ON i.order_id = wanted.value WHERE {_ENDED} GROUP BY i.order_id"""
_OF_ALL: Final = f"""SELECT i.order_id, max(i.settled_at) FROM (SELECT * FROM intent ORDER BY seq DESC LIMIT ?) AS i
    WHERE {_ENDED} GROUP BY i.order_id"""
_OLDER: Final = "order_id = ?1 AND read_at < ?2 AND due_at > ?3 AND attempts = 0"


def read_outcomes(
    cache: sqlite3.Connection, journal: sqlite3.Connection | None, order_ids: Iterable[str], now: datetime
) -> None:
    """Have the objects of these orders read now where an outcome may be younger; raises `sqlite3.Error`."""
    if journal is not None:
        outcomes = journal.execute(_OF, (json.dumps([*order_ids]),)).fetchall()
        have_read(cache, [(order_id, from_text(at) + _UNSURE) for order_id, at in outcomes], now)


def read_overtaken(
    cache: sqlite3.Connection, journal: sqlite3.Connection | None, order_ids: Iterable[str], now: datetime
) -> None:
    """Have those read once more that were read before an outcome and stored after it; raises `sqlite3.Error`.

    An outcome of a later time than now says nothing: by such a clock every read would be too old.
    """
    if journal is not None:
        outcomes = [(one, from_text(at)) for one, at in journal.execute(_OF, (json.dumps([*order_ids]),))]
        have_read(cache, [(order_id, at) for order_id, at in outcomes if at <= now], now)


def unread(
    cache: sqlite3.Connection, journal: sqlite3.Connection | None, now: datetime
) -> list[tuple[str, datetime]]:  # fmt: skip
    """Return the orders of the newest intents of which an outcome may be younger, each with the time until which a read
    is too old; raises `sqlite3.Error`.
    """
    if journal is None:
        return []
    outcomes = [(one, from_text(at) + _UNSURE) for one, at in journal.execute(_OF_ALL, (_NEWEST,))]
    sql = f"SELECT EXISTS (SELECT 1 FROM object WHERE {_OLDER})"
    return [(one, at) for one, at in outcomes if cache.execute(sql, (one, to_micros(at), to_micros(now))).fetchone()[0]]


def have_read(cache: sqlite3.Connection, orders: Iterable[tuple[str, datetime]], now: datetime) -> None:
    """Have the objects read now that were read before these times; one that fails keeps its turn.

    Raises `sqlite3.Error`.
    """
    cache.executemany(
        f"UPDATE object SET due_at = ?3 WHERE {_OLDER}",
        [(order_id, to_micros(at), to_micros(now)) for order_id, at in orders],
    )
