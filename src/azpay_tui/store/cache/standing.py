"""How well the cache is in step with Amazon, and how the connection to it is."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Final, cast

from azpay_tui.domain.rows import Connection, SyncStatus
from azpay_tui.store.cache import steps
from azpay_tui.store.cache.queue import first_sync
from azpay_tui.store.times import from_micros, to_micros

_MANY: Final = 100_000
"""Objects due are counted up to this."""
_UNKNOWN: Final = "SELECT count(*) FROM intent WHERE state IN ('unknown', 'attention')"
_STATE: Final = "SELECT connection, since, last_success, message, shop_asked FROM state"
_DUE: Final = """SELECT count(*) FROM (SELECT 1 FROM object INDEXED BY object_due
    WHERE due_at IS NOT NULL AND attempts = 0 AND turn IS NULL AND due_at <= ? LIMIT ?)"""
_DUE_FAILED: Final = """SELECT count(*) FROM (SELECT 1 FROM object INDEXED BY object_failed
    WHERE attempts > 0 AND due_at <= ? LIMIT ?)"""
_ERRORS: Final = "SELECT count(*) FROM (SELECT 1 FROM object INDEXED BY object_failed WHERE attempts > 0 LIMIT ?)"


def status(
    cache: sqlite3.Connection | None, journal: sqlite3.Connection | None, now: datetime, *, holder: bool
) -> SyncStatus:
    """Return how well the cache is in step; objects due again and errors are counted up to 100,000.

    `holder`: whether this process holds the refresh lease. A missing cache is one that is starting.
    """
    unknown = 0 if journal is None else journal.execute(_UNKNOWN).fetchone()[0]
    switch = None if journal is None else steps.switch(journal)
    if cache is None:
        return SyncStatus("STARTING", None, None, 0, 0, unknown, timedelta(), holder, switch=switch)
    word, since, success, message, heard = cache.execute(_STATE).fetchone()
    never, first = first_sync(cache)
    again, failed = (cache.execute(sql, (to_micros(now), _MANY)).fetchone()[0] for sql in (_DUE, _DUE_FAILED))
    errors = cache.execute(_ERRORS, (_MANY,)).fetchone()[0]
    offsets = [row[0] for row in cache.execute("SELECT offset_us FROM clock_sample").fetchall()]
    return SyncStatus(
        connection=cast(Connection, word),
        since=from_micros(since),
        last_success=from_micros(success),
        queue=never + again + failed,
        errors=errors,
        unknown=unknown,
        clock_offset=timedelta(microseconds=int(median(offsets)) if offsets else 0),
        holder=holder,
        message=message,
        first=None if first is None else replace(first, between=min(never, again)),
        shop_heard=bool(heard),
        switch=switch,
    )
