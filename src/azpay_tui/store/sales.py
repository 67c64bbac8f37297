"""Sales that were cancelled here, between the journal's rows and the domain; reading needs nothing but sqlite3."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, Final, cast

from azpay_tui.domain.money import Money
from azpay_tui.domain.sale import Cancelled, Goal, Pieces, Refunds, together
from azpay_tui.store.times import from_text

_ACTS: Final = """SELECT s.order_id, s.at, s.person, s.whole, s.refunds, s.goals, s.pieces
    FROM json_each(?) AS wanted CROSS JOIN sale AS s ON s.order_id = wanted.value ORDER BY s.id"""
_DELETED: Final = """SELECT d.order_id FROM json_each(?) AS wanted
    CROSS JOIN deletion AS d ON d.order_id = wanted.value"""


def load(journal: sqlite3.Connection, order_ids: Iterable[str]) -> dict[str, Cancelled]:
    """Return what was cancelled of those orders of which anything was. Raises `sqlite3.Error`."""
    return read(journal.execute(_ACTS, (json.dumps([*order_ids]),)).fetchall())


def read(rows: Iterable[Any]) -> dict[str, Cancelled]:
    """Put together what rows say: order, moment, person and the rest of the table's columns, oldest first."""
    acts: dict[str, list[Cancelled]] = {}
    for order_id, at, person, whole, refunds, goals, pieces in rows:
        act = Cancelled(
            from_text(at),
            person,
            bool(whole),
            cast(Refunds, refunds),
            tuple(Goal(charge, Money(*amount)) for charge, *amount in json.loads(goals)),
            tuple(_pieces(bool(json.loads(goals)), *one) for one in json.loads(pieces)),
        )
        acts.setdefault(order_id, []).append(act)
    found = {order_id: together(known) for order_id, known in acts.items()}
    return {order_id: one for order_id, one in found.items() if one is not None}


def deleted(journal: sqlite3.Connection, order_ids: Iterable[str]) -> set[str]:
    """Return which of these orders were deleted. Raises `sqlite3.Error`."""
    return {row[0] for row in journal.execute(_DELETED, (json.dumps([*order_ids]),)).fetchall()}


def _pieces(
    taken: bool,
    lines: list[tuple[str, int]],
    minor: int | None,
    currency: str,
    exponent: int,
    among: str = "",
) -> Pieces:
    """Read the pieces of an act; an act says how much goes back just where money had been taken for them.

    Older acts do not say which lines they were among.
    """
    freight = Money(minor, currency, exponent) if minor is not None else None
    return Pieces(tuple((key, count) for key, count in lines), freight, taken, among)


def goals_text(act: Cancelled) -> str:
    """Write the goals of an act as its column."""
    return json.dumps([[goal.charge_id, *_columns(goal.refunded)] for goal in act.goals])


def pieces_text(act: Cancelled) -> str:
    """Write the pieces of an act as its column."""
    return json.dumps([[one.lines, *_columns(one.shipping), one.among] for one in act.pieces])


def _columns(amount: Money | None) -> tuple[int | None, str | None, int | None]:
    return (None, None, None) if amount is None else (amount.minor, amount.currency, amount.exponent)
