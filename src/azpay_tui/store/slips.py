"""Slips between the journal's rows and the domain; reading them needs nothing but sqlite3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast

from azpay_tui.domain.goods import Goods, Line, Slip
from azpay_tui.domain.intent import State, Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.slips import Booked
from azpay_tui.store.errors import readable
from azpay_tui.store.times import from_text, storable

Query = Callable[[str, tuple[Any, ...]], Iterable[Sequence[Any]]]
"""Runs one statement with values, on a connection of SQLAlchemy's or sqlite3's, and gives its rows."""
_KNOWN: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'slip'"
"""A journal of an older azpay that may only be read has no slips."""
# An authorization that takes the money at once has no charge before Amazon names it.
_SELECT: Final = """SELECT s.id, s.order_id, s.intent_id, s.verb,
    CASE WHEN i.verb = 'authorize' THEN coalesce(i.result_id, '') ELSE s.charge END,
    i.state, CASE WHEN s.verb = 'refund' THEN i.result_id END, s.at, s.person, s.currency, s.exponent, s.lines,
    s.shipping, s.shipping_tax, s.adjustment, s.document, s.carrier, s.tracking, s.restock, s.note
    FROM slip AS s LEFT JOIN intent AS i ON i.id = s.intent_id"""


def load(query: Query, order_id: str | None = None, limit: int = -1) -> tuple[Booked, ...]:
    """Return slips, newest first: of one order, or of all; a `limit` below nothing is none.

    Raises `JournalUnavailable` where one is damaged, and what `query` raises.
    """
    if not [*query(_KNOWN, ())]:
        return ()
    where = " WHERE s.order_id = ?" if order_id is not None else ""
    values = (limit,) if order_id is None else (order_id, limit)
    rows = query(f"{_SELECT}{where} ORDER BY s.id DESC LIMIT ?", values)
    with readable([order_id] if order_id is not None else ()):
        return tuple(_booked(*row) for row in rows)


def _booked(
    number: int,
    order_id: str,
    intent: str | None,
    verb: str,
    charge: str,
    state: str | None,
    refund: str | None,
    at: str,
    person: str,
    currency: str,
    exponent: int,
    lines: str,
    shipping: int,
    shipping_tax: int,
    adjustment: int,
    document: str,
    carrier: str,
    tracking: str,
    restock: int,
    note: str,
) -> Booked:
    def money(minor: int) -> Money:
        return Money(minor, currency, exponent)

    made = tuple(
        Line(key, name, quantity, money(amount), money(tax)) for key, name, quantity, amount, tax in json.loads(lines)
    )
    goods = Goods(made, money(shipping), money(shipping_tax))
    slip = Slip(goods, money(adjustment), document, carrier, tracking, bool(restock))
    return Booked(
        intent or "",
        Verb(verb),
        charge,
        cast(State | None, state),
        slip,
        number,
        order_id,
        refund,
        from_text(at),
        person,
        note,
    )


def to_columns(slip: Slip) -> dict[str, str | int]:
    """Write what a slip itself says as the columns of its row."""
    goods = slip.goods
    lines = [[line.key, line.name, line.quantity, line.amount.minor, line.tax.minor] for line in goods.lines]
    return {
        "currency": storable(goods.shipping.currency),
        "exponent": goods.shipping.exponent,
        "lines": storable(json.dumps(lines, ensure_ascii=False, separators=(",", ":"))),
        "shipping": goods.shipping.minor,
        "shipping_tax": goods.shipping_tax.minor,
        "adjustment": slip.adjustment.minor,
        "document": storable(slip.document),
        "carrier": storable(slip.carrier),
        "tracking": storable(slip.tracking),
        "restock": int(slip.restock),
    }
