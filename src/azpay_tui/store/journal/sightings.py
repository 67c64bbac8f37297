"""What each source said of an order: kept apart by source and number, written only when it says something else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from sqlalchemy import Connection

from azpay_tui.domain.rows import OrderLine, Side, TrackedOrder
from azpay_tui.store.times import storable, to_text

_KNOWN: Final = """SELECT s.order_id, s.source, s.number, s.side, s.status, s.claim, s.lines, s.created, s.labels,
    s.prices, s.rowid
    FROM json_each(?) AS wanted CROSS JOIN sighting AS s ON s.order_id = wanted.value ORDER BY s.rowid"""
_INSERT: Final = """INSERT INTO sighting
    (order_id, source, number, side, status, claim, lines, created, labels, prices, first_at, changed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UPDATE: Final = """UPDATE sighting SET number = ?, side = ?, status = ?, claim = ?, lines = ?, created = ?, labels = ?,
    prices = ?, changed_at = coalesce(?, changed_at) WHERE rowid = ?"""
_NO_LINES: Final = "[]"

News = Literal["nothing", "labels", "sighting"]
"""What is new of a source's word: nothing; at most its labels; that it names the order, or what it says of it."""


@dataclass(slots=True)
class _Said:
    """What one source said of one order under one number."""

    number: str
    side: Side
    status: str | None
    claim: str | None
    lines: str
    created: str | None
    labels: str
    """Digest of the labels it gave; empty for what was told before digests were kept."""
    prices: str
    row: int | None
    """Its row in the file; None while it has none."""


class Sightings:
    """The sightings of the orders of one batch, as they were and as they become."""

    def __init__(self, connection: Connection, order_ids: Sequence[str]) -> None:
        """Read what is known of these orders."""
        self._connection = connection
        self._known: dict[tuple[str, str], list[_Said]] = {}
        for order_id, source, *said in connection.exec_driver_sql(_KNOWN, (json.dumps(order_ids),)).fetchall():
            self._known.setdefault((order_id, source), []).append(_Said(*said))
        self._new: list[tuple[str, str, _Said]] = []
        self._changed: dict[int, tuple[_Said, bool]] = {}

    def say(self, order: TrackedOrder) -> News:
        """Take in what a source says of an order; tells whether it is anything else than it said before.

        What it leaves out stays. An order that it named without a number gets the first number that it gives.
        """
        key, number = (order.order_id, order.source), storable(order.number or "")
        created, labels = to_text(order.created), _digest(order)
        known = self._known.get(key)
        said = None if known is None else _meant(known, number)
        if said is None:
            status, prices = storable(order.shop_status) if order.shop_status else None, _prices(order.lines)
            said = _Said(number, order.side, status, order.claim, _written(order.lines), created, labels, prices, None)
            self._known.setdefault(key, []).append(said)
            self._new.append((*key, said))
            return "sighting"
        before = replace(said)
        said.number, said.labels = number or said.number, labels
        if order.side != "person":  # a file that only names an id, such as a log, takes nothing back
            said.side = order.side
        if order.shop_status or order.claim is not None:
            said.status = storable(order.shop_status) if order.shop_status else None
            said.claim = order.claim
        if order.lines:
            said.lines, said.prices = _written(order.lines), _prices(order.lines)
        said.created = created or said.created
        if said == before:
            return "nothing"
        told = said != replace(before, labels=labels)
        if said.row is not None:
            self._changed[said.row] = (said, told or self._changed.get(said.row, (said, False))[1])
        return "sighting" if told else "labels"

    def write(self, stamp: str) -> None:
        """Write what is new, at the time `stamp`; the orders themselves must be in the journal."""
        if self._new:
            rows = [(order_id, source, *_columns(said), stamp, stamp) for order_id, source, said in self._new]
            self._connection.exec_driver_sql(_INSERT, rows)
        if self._changed:
            changes = [(*_columns(said), stamp if told else None, row) for row, (said, told) in self._changed.items()]
            self._connection.exec_driver_sql(_UPDATE, changes)


def _columns(said: _Said) -> tuple[str | None, ...]:
    return said.number, said.side, said.status, said.claim, said.lines, said.created, said.labels, said.prices


def _digest(order: TrackedOrder) -> str:
    """Tell one set of labels from another: two numbers of one order may each come again and again with their own."""
    labels = (order.number, order.amount, order.created, order.buyer_name, order.buyer_email, order.complete)
    return hashlib.blake2b(repr(labels).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _meant(known: list[_Said], number: str) -> _Said | None:
    """Return which of a source's sightings a further word is about; None when it is another one."""
    if not number:
        return known[-1]
    same = [said for said in known if said.number == number] or [said for said in known if not said.number]
    return same[0] if same else None


def _written(lines: Sequence[OrderLine]) -> str:
    if not lines:
        return _NO_LINES
    rows = [[line.name, line.quantity, *_amount(line), line.sku] for line in lines]
    return storable(json.dumps(rows, ensure_ascii=False, separators=(",", ":")))


def _prices(lines: Sequence[OrderLine]) -> str:
    """Write what lines say beside their amounts; nothing where they say no more."""
    if all((line.kind, line.unit, line.tax) == ("item", None, None) for line in lines):
        return _NO_LINES
    return storable(json.dumps([_price(line) for line in lines], separators=(",", ":")))


def _price(line: OrderLine) -> tuple[str, str | None, int | None, int | None, int | None]:
    unit, tax = line.unit, line.tax
    like = unit if unit is not None else tax
    if like is None:
        return line.kind, None, None, None, None
    said = [None if money is None or not money.same_currency(like) else money.minor for money in (unit, tax)]
    return line.kind, like.currency, like.exponent, said[0], said[1]


def _amount(line: OrderLine) -> tuple[int | None, str | None, int | None]:
    amount = line.amount
    return (None, None, None) if amount is None else (amount.minor, amount.currency, amount.exponent)
