"""Refunds and authorizations of the journal that succeeded without an id, and what they turned out to be."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from azpay_tui.domain import states
from azpay_tui.domain.order import Charge, Refund, Unnamed
from azpay_tui.store.cache.shop import money
from azpay_tui.store.times import from_text

_CLOCKS: Final = timedelta(minutes=5)
"""By how much Amazon's clock and the one of this machine, corrected, may differ at the worst."""
_UNNAMED: Final = """SELECT i.order_id, i.verb, i.target, i.amount_minor, i.amount_currency, i.amount_exponent, i.at,
    i.capture_now
    FROM json_each(?) AS wanted CROSS JOIN intent AS i ON i.order_id = wanted.value
    WHERE i.verb IN ('authorize', 'refund') AND i.state = 'succeeded' AND i.result_id IS NULL
        AND i.amount_minor IS NOT NULL ORDER BY i.seq"""
_RESULTS: Final = """SELECT i.order_id, i.result_id
    FROM json_each(?) AS wanted CROSS JOIN intent AS i ON i.order_id = wanted.value WHERE i.result_id IS NOT NULL"""


def unnamed(journal: sqlite3.Connection, wanted: str) -> Iterator[tuple[str, tuple[Unnamed, ...], frozenset[str]]]:
    """Yield each of the orders (a JSON list) that has any, with these and the ids of all that its other intents made.

    Raises `sqlite3.Error`.
    """
    found: dict[str, list[Unnamed]] = {}
    for order_id, verb, target, minor, currency, exponent, at, capture_now in journal.execute(_UNNAMED, (wanted,)):
        amount = money(minor, currency, exponent)
        if amount is not None:
            made = Unnamed(verb, target, amount, from_text(at), bool(capture_now))
            found.setdefault(order_id, []).append(made)
    if not found:
        return
    own: dict[str, set[str]] = {order_id: set() for order_id in found}
    for order_id, result_id in journal.execute(_RESULTS, (json.dumps([*found]),)):
        own[order_id].add(result_id)
    for order_id, made_here in found.items():
        yield order_id, tuple(made_here), frozenset(own[order_id])


def without_objects(
    unnamed: Sequence[Unnamed], own: Container[str], objects: Iterable[Charge | Refund]
) -> list[Unnamed]:
    """Return what succeeded without an id, without those that have an object nothing else here made: it became known.

    One that Amazon declined in the end is what was made where no other can be.
    """
    free = sorted((made for made in objects if made.id not in own), key=lambda made: made.state == states.DECLINED)
    left = []
    for one in reversed(unnamed):  # fewer objects can be a newer one
        fits = (made for made in free if _may_be(made, one))
        found = next(fits, None)
        if found is None:
            left.append(one)
        else:
            free.remove(found)
    return left[::-1]


def _may_be(made: Charge | Refund, one: Unnamed) -> bool:
    """Whether an object can be what an intent made: of that kind and amount, and not there before."""
    of_kind = made.charge_id == one.target if isinstance(made, Refund) else one.verb == "authorize"
    return of_kind and made.amount == one.amount and (made.created is None or made.created >= one.at - _CLOCKS)
