"""Deadlines in the cache: how a row carries its own, and what ends on each day of a calendar.

The table `lapse` holds one row for each, written whenever the row of the order changes in that.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from azpay_tui.domain.lapses import Day, DayOfLapses, Lapse, Mark, Sum
from azpay_tui.store.cache.shop import money
from azpay_tui.store.times import from_micros, storable, to_micros

NONE: Final = "[]"
"""What a row without deadlines holds."""
_LARGEST: Final = (1 << 63) - 1
# Added up in two parts: whole sums may be larger than what SQLite counts with.
_PART: Final = 1_000_000_000
_ON_DAY: Final = f"""SELECT currency, exponent, sum(minor / {_PART}), sum(minor % {_PART}), count(DISTINCT rid)
    FROM lapse INDEXED BY lapse_at WHERE mark = ? AND at >= ? AND at > ? AND at < ?
    GROUP BY currency, exponent ORDER BY currency IS NULL, currency, exponent"""
WITHIN: Final = "(SELECT DISTINCT rid FROM lapse INDEXED BY lapse_at WHERE mark = ? AND at >= ? AND at > ? AND at < ?)"
"""The numbers of the rows that have a mark within a time: its name, from when, after which moment, until when."""


def to_lapses(found: Iterable[Lapse]) -> str:
    """Write the deadlines of an order as its row holds them."""
    return json.dumps([_written(one) for one in found], separators=(",", ":")) if found else NONE


def _written(one: Lapse) -> list[str | int | None]:
    amount = one.amount
    if amount is None or amount.minor > _LARGEST:  # too large for a column: counted without its amount
        return [one.mark, to_micros(one.at), None, None, None]
    return [one.mark, to_micros(one.at), amount.minor, storable(amount.currency), amount.exponent]


def from_lapses(text: str) -> tuple[Lapse, ...]:
    """Read what `to_lapses` wrote."""
    if text == NONE:
        return ()
    return tuple(Lapse(mark, from_micros(at), money(*amount)) for mark, at, *amount in json.loads(text))


def write_lapses(cache: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> None:
    """Replace the deadlines of new or changed rows, each by its number and column; raises `sqlite3.Error`."""
    known = [(rid, text) for rid, text in texts]
    cache.executemany("DELETE FROM lapse WHERE rid = ?", [(rid,) for rid, _text in known])
    cache.executemany("INSERT INTO lapse VALUES (?, ?, ?, ?, ?, ?, ?)", _rows(known))


def _rows(texts: Iterable[tuple[int, str]]) -> Iterator[tuple[str | int | None, ...]]:
    for rid, text in texts:
        if text != NONE:
            yield from ((rid, n, *values) for n, values in enumerate(json.loads(text)))


def on_days(cache: sqlite3.Connection, mark: Mark, days: Sequence[Day]) -> tuple[DayOfLapses, ...]:
    """Return what ends on each of these days by one mark; each day is a range of an index."""
    now = to_micros(days[0].start) if days else 0
    found = []
    for day in days:
        rows = cache.execute(_ON_DAY, (mark, to_micros(day.start), now, to_micros(day.end))).fetchall()
        sums = (
            Sum(money(None if high is None else high * _PART + low, currency, exponent), count)
            for currency, exponent, high, low, count in rows
        )
        found.append(DayOfLapses(day, tuple(sums)))
    return tuple(found)
