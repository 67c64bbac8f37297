"""The shop's side of orders: who named them, what the shop says of them, and what holds for the journal as a whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Sighting
from azpay_tui.domain.rows import OrderLine
from azpay_tui.store.times import from_micros, from_text, to_micros

_SIGHTINGS: Final = """SELECT s.order_id, s.source, s.side, s.number, s.status, s.claim, s.lines, s.prices, s.changed_at
    FROM json_each(?) AS wanted CROSS JOIN sighting AS s ON s.order_id = wanted.value ORDER BY s.rowid"""
_SHARED: Final = """SELECT s.order_id, s.number,
        (SELECT json_group_array(others.order_id) FROM (
            SELECT o.order_id FROM sighting AS o INDEXED BY sighting_number
            WHERE o.source = s.source AND o.number = s.number AND o.side = 'shop' AND o.number <> ''
                AND o.order_id <> s.order_id
            ORDER BY o.rowid LIMIT 5) AS others)
    FROM json_each(?) AS wanted CROSS JOIN sighting AS s ON s.order_id = wanted.value
    WHERE s.side = 'shop' AND s.number <> ''"""
"""The oldest ones: where a second order gets a number, the row of the first is then made anew."""
_ASKED: Final = "SELECT EXISTS (SELECT 1 FROM sighting INDEXED BY sighting_shop WHERE side = 'shop')"
_SINCE: Final = """SELECT min(created) FROM sighting INDEXED BY sighting_shop
    WHERE side = 'shop' AND created IS NOT NULL"""
_ASKED_AT: Final = "SELECT max(covered_until) FROM source WHERE side = 'shop'"


@dataclass(frozen=True, slots=True)
class Bound:
    """Which orders a source of the shop's side could have named: whether there is one, and from when on."""

    asked: bool = False
    since: datetime | None = None
    """Creation of the oldest order that one named; None when none of them says."""


@dataclass(slots=True)
class Said:
    """What was said of one order."""

    sightings: list[Sighting] = field(default_factory=list)
    shared: list[tuple[str, str]] = field(default_factory=list)
    lines: tuple[OrderLine, ...] = ()
    word: Sighting | None = None
    """The sighting whose status counts."""
    word_at: datetime | None = None
    """When it last said something else than before."""
    word_rank: tuple[bool, str] = (False, "")
    lines_rank: tuple[bool, bool, str] = (False, False, "")
    """Lines of which a slip can be made go before others."""


def bound(journal: sqlite3.Connection) -> Bound:
    """Look up what holds for every order of a journal; raises `sqlite3.Error`."""
    asked = bool(journal.execute(_ASKED).fetchone()[0])
    return Bound(asked, from_text(journal.execute(_SINCE).fetchone()[0]))


def unexpected(cache: sqlite3.Connection, before: Bound, after: Bound) -> list[str]:
    """Return the orders that no shop named and whose rows another bound changes; raises `sqlite3.Error`."""
    sql = "SELECT order_id FROM list_row INDEXED BY row_unnamed WHERE shop_named = 0"
    if before.asked and after.asked:
        limits = [to_micros(since) for since in (before.since, after.since) if since is not None]
        sql += " AND created < ?" if len(limits) == 1 else " AND created >= ? AND created < ?"
        return [row[0] for row in cache.execute(sql, sorted(limits))]
    return [row[0] for row in cache.execute(sql)]


def asked_at(cache: sqlite3.Connection) -> datetime | None:
    """Return until when configured sources of the shop's side told everything; raises `sqlite3.Error`."""
    micros: int | None = cache.execute(_ASKED_AT).fetchone()[0]
    return from_micros(micros)


def said_of(journal: sqlite3.Connection, order_ids: Iterable[str]) -> dict[str, Said]:
    """Collect what sources said of orders; one that none named is left out. Raises `sqlite3.Error`."""
    wanted = json.dumps([*order_ids])
    found: dict[str, Said] = {}
    told = journal.execute(_SIGHTINGS, (wanted,))
    for order_id, source, side, number, status, claim, lines, prices, changed_at in told:
        said = found.setdefault(order_id, Said())
        sighting = Sighting(source, side, number or None, status, claim)
        said.sightings.append(sighting)
        if side != "shop":
            continue
        # What a configured source says goes on being so until it says otherwise; a file was true once.
        rank = (source != "import", changed_at)
        if (status is not None or claim is not None) and rank >= said.word_rank:
            said.word, said.word_at, said.word_rank = sighting, from_text(changed_at), rank
        if lines != "[]" and (whole := (prices != "[]", *rank)) >= said.lines_rank:
            said.lines, said.lines_rank = _lines(lines, prices), whole
    for order_id, number, others in journal.execute(_SHARED, (wanted,)):
        if others != "[]":
            found[order_id].shared += [(number, other) for other in json.loads(others)]
    return found


def money(minor: int | None, currency: str | None, exponent: int | None) -> Money | None:
    """Put an amount together from its three columns."""
    if minor is None or currency is None or exponent is None:
        return None
    return Money(minor, currency, exponent)


def _lines(text: str, prices: str) -> tuple[OrderLine, ...]:
    rows: list[list[Any]] = json.loads(text)
    more: list[list[Any]] = json.loads(prices) or [["item", None, None, None, None]] * len(rows)
    return tuple(
        OrderLine(name, quantity, money(minor, currency, exponent), sku, kind, *_prices(*price))
        for (name, quantity, minor, currency, exponent, sku), (kind, *price) in zip(rows, more, strict=True)
    )


def _prices(
    currency: str | None, exponent: int | None, unit: int | None, tax: int | None
) -> tuple[Money | None, Money | None]:
    return money(unit, currency, exponent), money(tax, currency, exponent)
