"""Reading which parcels Amazon was told of; needs nothing but sqlite3."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast

from azpay_tui.domain.deliveries import Delivery, Outcome, Parcel
from azpay_tui.store.errors import readable
from azpay_tui.store.times import from_text, storable

Query = Callable[[str, tuple[Any, ...]], Iterable[Sequence[Any]]]
"""Runs one statement with values, on a connection of SQLAlchemy's or sqlite3's, and gives its rows."""
_KNOWN: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'delivery'"
"""A journal of an older azpay that may only be read has none."""
_SELECT: Final = """SELECT id, order_id, carrier, tracking, at, person, outcome, why, request_id, ended_at
    FROM delivery"""


def seal_of(salt: str, tracking: str) -> str:
    """Return what the chain keeps of a tracking number: without the salt, which a purge removes, it tells nothing."""
    return hashlib.sha256(f"{salt}\n{tracking}".encode()).hexdigest()


def of_order(query: Query, order_id: str) -> tuple[Delivery, ...]:
    """Return the attempts of an order, newest first.

    Raises `JournalUnavailable` where one is damaged, and what `query` raises.
    """
    return _load(query, "order_id", order_id)


def with_number(query: Query, tracking: str) -> tuple[Delivery, ...]:
    """Return the attempts with a tracking number, of whichever order, newest first; raises as `of_order`."""
    return _load(query, "tracking", tracking)


def _load(query: Query, column: str, value: str) -> tuple[Delivery, ...]:
    if not [*query(_KNOWN, ())]:
        return ()
    rows = query(f"{_SELECT} WHERE {column} = ? ORDER BY id DESC", (storable(value),))
    with readable([value] if column == "order_id" else ()):
        return tuple(_delivery(*row) for row in rows)


def _delivery(
    number: int,
    order_id: str,
    carrier: str,
    tracking: str,
    at: str,
    person: str,
    outcome: str,
    why: str,
    request_id: str,
    ended_at: str | None,
) -> Delivery:
    parcel = Parcel(order_id, carrier, tracking)
    return Delivery(number, parcel, from_text(at), person, cast(Outcome, outcome), why, request_id, from_text(ended_at))
