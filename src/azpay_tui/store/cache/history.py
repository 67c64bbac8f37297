"""What happened to an order: Amazon's facts over time, and what was done here."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Final, Literal

from azpay_tui.domain.messages import told
from azpay_tui.domain.rows import TimelineEntry
from azpay_tui.domain.switch import POLICY
from azpay_tui.domain.telling import plain
from azpay_tui.store.cache.shop import money
from azpay_tui.store.times import from_micros, from_text

_HAPPENINGS: Final = """SELECT at, what, object_id, amount_minor, amount_currency, amount_exponent
    FROM happening WHERE order_id = ? ORDER BY at, id"""
_INTENTS: Final = """SELECT at, verb, person, target, amount_minor, amount_currency, amount_exponent, state, reason,
    settled_at, settled_by, result_id FROM intent WHERE order_id = ? ORDER BY seq"""
_MESSAGES: Final = """SELECT created, ended_at, kind, channel, state, subject FROM message
    WHERE order_id = ? ORDER BY seq"""
_LEARNT: Final = {"import": "imported", "us": "made here", "track": "tracked"}
_TRACKED: Final = "SELECT added_at, source FROM tracked WHERE order_id = ?"


def timeline(
    cache: sqlite3.Connection | None, journal: sqlite3.Connection | None, order_id: str
) -> tuple[TimelineEntry, ...]:
    """Return what happened to an order, newest first; raises `sqlite3.Error`."""
    found: list[tuple[datetime, TimelineEntry]] = []

    def add(at: datetime, source: Literal["amazon", "us", "import", "policy"], what: str, *rest: object) -> None:
        object_id, minor, currency, exponent = rest
        amount = money(minor, currency, exponent)  # type: ignore[arg-type]
        found.append((at, TimelineEntry(at, source, what, object_id, amount)))  # type: ignore[arg-type]

    if journal is not None:
        for added_at, source in journal.execute(_TRACKED, (order_id,)).fetchall():
            word = _LEARNT.get(source, f"learnt from {source}")
            whose: Literal["us", "import"] = "us" if source in ("us", "track") else "import"
            add(from_text(added_at), whose, word, order_id, None, None, None)
        for at, verb, person, target, *rest in journal.execute(_INTENTS, (order_id,)).fetchall():
            amount, (state, reason, settled_at, settled_by, result_id) = rest[:3], rest[3:]
            own = person == POLICY
            ours: Literal["us", "policy"] = "policy" if own else "us"
            add(from_text(at), ours, f"{verb} {'begun' if own else 'confirmed'} by {person}", target, *amount)
            if settled_at is not None:
                why = f" ({plain(reason)})" if reason else ""
                by = f" by {settled_by}" if settled_by not in ("answer", None) else ""
                add(from_text(settled_at), ours, f"{verb} {state}{by}{why}", result_id or target, *amount)
            elif state in ("unknown", "attention"):
                add(from_text(at), ours, f"{verb} {state}: {plain(reason) or 'no answer yet'}", target, *amount)
        for created, ended_at, kind, channel, state, subject in journal.execute(_MESSAGES, (order_id,)).fetchall():
            add(from_text(ended_at or created), "us", told(kind, channel, state, subject), None, None, None, None)
    if cache is not None:
        for micros, what, object_id, *amount in cache.execute(_HAPPENINGS, (order_id,)).fetchall():
            add(from_micros(micros), "amazon", what, object_id, *amount)
    found.sort(key=lambda pair: pair[0])
    return tuple(entry for _at, entry in reversed(found))
