"""What automatic steps go by: the switch, what was done to an order, and orders that may have a step before them."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from itertools import takewhile
from typing import Final

from azpay_tui.domain.automatic import LEFT, STATUS_OF
from azpay_tui.domain.switch import POLICY, Act, Switch
from azpay_tui.domain.switching import MOST_FAILURES
from azpay_tui.store.cache.lapses import NONE
from azpay_tui.store.journal.switched import SWITCH, switch_of
from azpay_tui.store.times import to_micros

_SWITCH: Final = "SELECT value FROM meta WHERE name = ?"
_ACTS: Final = "SELECT verb, person, state FROM intent WHERE order_id = ? ORDER BY seq"
_ENDED: Final = f"""SELECT state FROM intent WHERE person = '{POLICY}' AND seq > ?
    AND state NOT IN ('intent', 'sent', 'abandoned') ORDER BY seq DESC LIMIT {MOST_FAILURES}"""
_FAILED: Final = frozenset({"declined", "refused", "unknown", "attention"})
_WORDS: Final = tuple(sorted({*STATUS_OF.values(), *LEFT}))
_OF: Final = f"r.status IN ({', '.join('?' * len(_WORDS))}) AND r.k_newest < ?"
# What is captured and closed has nothing before it, and there is ever more of it.
_OPEN: Final = "(r.status <> 'CAPTURED' OR r.lapses <> ?)"
_ALL: Final = f"""SELECT r.order_id FROM list_row AS r INDEXED BY row_all_status
    WHERE {_OF} AND {_OPEN} ORDER BY r.k_newest, r.order_id LIMIT ?"""
_SINCE: Final = f"""SELECT r.order_id FROM list_row AS r INDEXED BY row_revision
    WHERE {_OF} AND {_OPEN} AND r.revision > ? ORDER BY r.revision, r.rid LIMIT ?"""


def switch(journal: sqlite3.Connection) -> Switch | None:
    """Return how the switch stands; None while it was never turned, or where somebody edited it."""
    row = journal.execute(_SWITCH, (SWITCH,)).fetchone()
    return None if row is None else switch_of(str(row[0]))


def acts(journal: sqlite3.Connection, order_id: str) -> tuple[Act, ...]:
    """Return every intent on an order, the oldest first."""
    return tuple(Act(*row) for row in journal.execute(_ACTS, (order_id,)))


def failures(journal: sqlite3.Connection, after: int) -> int:
    """Return how many of the newest steps after an intent failed in a row, up to `MOST_FAILURES`.

    What ended before anything was sent counts neither way.
    """
    states = (state for (state,) in journal.execute(_ENDED, (after,)))
    return len(list(takewhile(_FAILED.__contains__, states)))


def stirred(cache: sqlite3.Connection, since: datetime, revision: int, limit: int) -> tuple[str, ...]:
    """Return orders made after `since` in a status that a step may follow, changed after a revision (0: all)."""
    values: tuple[str | int, ...] = (*_WORDS, -to_micros(since), NONE)
    if revision:
        return tuple(row[0] for row in cache.execute(_SINCE, (*values, revision, limit)))
    return tuple(row[0] for row in cache.execute(_ALL, (*values, limit)))
