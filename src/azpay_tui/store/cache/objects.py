"""Writing objects: what a read brought, objects newly heard of, and what the difference shows to have happened."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from azpay_tui.domain.claims import Claim
from azpay_tui.domain.order import Charge, Order, Permission, Refund, kind_of, order_id_of
from azpay_tui.domain.reconcile import changes
from azpay_tui.domain.rows import ReadResult
from azpay_tui.store.cache.assemble import Parts
from azpay_tui.store.cache.facts import from_json, kind_name, to_json
from azpay_tui.store.times import from_micros, storable, to_micros

_OVERLAP: Final = timedelta(minutes=2)
"""Reads further apart than this did not overlap: the later one is believed whatever its time stamp says."""
_DONE: Final[frozenset[Claim]] = frozenset({"shipped", "refunded", "canceled"})
"""What a shop says of an order that it is done with."""
_LATER: Final = 1 << 60
"""More microseconds than any order is old."""
_NEW: Final = """INSERT INTO object (object_id, order_id, kind, raw, due_at, turn, attempts, error, missing)
    VALUES (?, ?, ?, '', ?, ?, 0, '', 0) ON CONFLICT DO NOTHING"""


def order_ids_of(reads: Iterable[ReadResult]) -> list[str]:
    """Return the orders that reads belong to, each once."""
    return list(dict.fromkeys(order_id_of(read.object_id) for read in reads))


def store_read(cache: sqlite3.Connection, read: ReadResult, now: datetime) -> None:
    """Store one read inside the caller's transaction."""
    object_id, order_id, moment = read.object_id, order_id_of(read.object_id), to_micros(now)
    kind = kind_of(object_id)
    if kind is None:
        return
    cache.execute(_NEW, (object_id, order_id, kind, moment, None))
    at, due = to_micros(read.at), to_micros(read.due)
    if read.missing:
        cache.execute(
            """UPDATE object SET missing = 1, read_at = ?, tried_at = ?, due_at = ?, attempts = 0, error = '', raw = ?,
                turn = NULL WHERE object_id = ?""",
            (at, at, due, storable(read.raw), object_id),
        )
        return
    fact = read.fact
    if not isinstance(fact, Permission | Charge | Refund) or fact.id != object_id or kind_name(fact) != kind:
        cache.execute(
            """UPDATE object SET attempts = attempts + 1, error = ?, tried_at = ?, due_at = ?, turn = NULL
                WHERE object_id = ?""",
            (storable(read.error or "The answer was about something else."), at, due, object_id),
        )
        return
    place = _order_of_time(cache, fact, read.at, now)
    if place == "unsure":
        cache.execute("UPDATE object SET due_at = ?1 WHERE object_id = ?2 AND due_at > ?1", (moment, object_id))
    if place != "newer":
        return
    cache.execute(
        """UPDATE object SET fact = ?, raw = ?, read_at = ?, tried_at = ?, due_at = ?, attempts = 0, error = '',
            missing = 0, turn = NULL WHERE object_id = ?""",
        (to_json(fact), storable(read.raw), at, at, due, object_id),
    )
    if isinstance(fact, Refund) and order_id_of(fact.charge_id) == order_id and kind_of(fact.charge_id) == "charge":
        cache.execute(_NEW, (fact.charge_id, order_id, "charge", moment, None))


def _order_of_time(
    cache: sqlite3.Connection, fact: Permission | Charge | Refund, at: datetime, now: datetime
) -> Literal["newer", "older", "unsure"]:
    """Say whether a read brought something newer than what is known, or overlapped it and brought what was so before.

    The time of its state tells, which neither a charge's refunds nor a permission's balance change. Of the same state
    what was asked for later is likely newer: clocks of two processes differ a little, and one that was set back does
    not tell.
    """
    known, read_at = cache.execute("SELECT fact, read_at FROM object WHERE object_id = ?", (fact.id,)).fetchone()
    if known is None or read_at is None:
        return "newer"
    before, seen = from_json(known), from_micros(read_at)
    if before.updated == fact.updated:
        return "unsure" if before != fact and at < seen <= now else "newer"
    if before.updated is None or fact.updated is None or abs(seen - at) >= _OVERLAP:
        return "newer"
    return "older" if fact.updated < before.updated else "newer"


def add_objects(cache: sqlite3.Connection, parts: Mapping[str, Parts], now: datetime) -> None:
    """Make an object, due at once, for every id that has none yet, and bring those never read into their turn."""
    moment = to_micros(now)
    known = [
        (order_id, part)
        for order_id, part in parts.items()
        if (part.tracked or part.ids or part.intents) and not part.deleted
    ]
    turns = {order_id: _turn(part, now) for order_id, part in known}
    cache.executemany(
        _NEW,
        [
            (object_id, order_id, kind_of(object_id), moment, turns[order_id])
            for order_id, part in known
            for object_id in sorted(({order_id} | part.ids) - part.cached)
            if kind_of(object_id) is not None
        ],
    )
    cache.executemany(
        "UPDATE object SET turn = ?1 WHERE order_id = ?2 AND turn IS NOT NULL AND turn <> ?1",
        [(turns[order_id], order_id) for order_id, part in known if part.cached and not part.reads],
    )


def remove_objects(cache: sqlite3.Connection, order_ids: Sequence[str]) -> None:
    """Forget everything that was read of orders; raises `sqlite3.Error`."""
    wanted = (json.dumps([*order_ids]),)
    which = "order_id IN (SELECT value FROM json_each(?))"
    cache.execute(f"UPDATE object SET turn = NULL WHERE turn IS NOT NULL AND {which}", wanted)  # counted by a trigger
    for table in ("object", "happening"):
        cache.execute(f"DELETE FROM {table} WHERE {which}", wanted)


def _turn(part: Parts, now: datetime) -> int:
    """Return the place of an order's objects among what was never read.

    The newest order first, as the shop or else our journal dates it, its permission before its charges; after all of
    these the orders that the shop is done with.
    """
    age = -to_micros(part.shop.created or part.added_at or now)
    return age + _LATER if part.shop.claim in _DONE else age


def read_again(cache: sqlite3.Connection, parts: Mapping[str, Parts], now: datetime) -> None:
    """Have the objects read now of orders whose shop says something else than when they were read.

    Amazon's side is only as old as the shop's then, and the two can be compared. One that fails keeps its turn.
    """
    moment = to_micros(now)
    cache.executemany(
        "UPDATE object SET due_at = ?1 WHERE order_id = ?2 AND due_at > ?1 AND attempts = 0",
        [(moment, order_id) for order_id, part in parts.items() if part.shop.waits],
    )


def happened(cache: sqlite3.Connection, before: Order, after: Order, now: datetime) -> None:
    """Add to the timeline what fresh facts show, at the time Amazon gives, else now."""
    facts: Sequence[Permission | Charge | Refund] = (
        *((after.permission,) if after.permission else ()),
        *after.charges,
        *after.refunds,
    )
    times = {fact.id: fact.updated or fact.created for fact in facts}
    known: Sequence[Permission | Charge | Refund] = (
        *((before.permission,) if before.permission else ()),
        *before.charges,
        *before.refunds,
    )
    told = {fact.id: fact.updated for fact in known}
    rows = []
    for change in changes(before, after):
        at = times.get(change.object_id)
        if at is None or at > now or (change.object_id in told and told[change.object_id] == at):
            at = now
        amount = change.amount
        columns = (amount.minor, storable(amount.currency), amount.exponent) if amount else (None, None, None)
        if amount is not None and abs(amount.minor) >= 1 << 63:
            columns = (None, None, None)
        rows.append((after.id, to_micros(at), storable(change.what), change.object_id, *columns))
    cache.executemany(
        """INSERT INTO happening (order_id, at, what, object_id, amount_minor, amount_currency, amount_exponent)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
        rows,
    )
