"""What ends by itself and when: the marks at 7, 30 and 180 days, and the days of a calendar. Knows no order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, get_args

from azpay_tui.domain.money import Money

Mark = Literal["authorization", "guarantee", "permission"]
"""What ends: money held for 30 days, the guarantee of 7 days within that, or the order at Amazon after 180 days."""
MARKS: Final[tuple[Mark, ...]] = get_args(Mark)
DAYS: Final = 30
"""Days of a calendar unless somebody asks for others: no authorization lives longer."""
MOST_DAYS: Final = 366
FILTER_OF: Final[dict[Mark, str]] = {"authorization": "lapses", "guarantee": "guarantee", "permission": "closes"}
"""The field of a filter that asks when a mark is reached."""
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YEARS: Final = range(1970, 3000)


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that ends by itself unless somebody acts."""

    mark: Mark
    at: datetime
    """UTC."""
    amount: Money | None
    """Held, or (permission) what may still be charged; None: nothing, or it is not known."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a calendar, as its time zone has it."""

    day: date
    start: datetime
    """UTC; of the first day of a calendar the moment from which it looks ahead."""
    end: datetime
    """UTC; the first moment that is not of the day."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What ends on one day in one currency."""

    amount: Money | None
    """None: orders without an amount."""
    orders: int


@dataclass(frozen=True, slots=True)
class DayOfLapses:
    """One day of the calendar, with what ends on it."""

    day: Day
    sums: tuple[Sum, ...]
    """By currency, orders without an amount last."""


def one_day(day: date, where: tzinfo) -> Day:
    """Return a day of a time zone, whole; raises `ValueError` for one that no deadline can be on."""
    if day.year not in _YEARS:
        raise ValueError(f"{day} is too far away.")
    start, end = (datetime.combine(each, time.min, where).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return Day(day, start, end)


def days_ahead(now: datetime, days: int, where: tzinfo) -> tuple[Day, ...]:
    """Return so many days of a time zone from `now` on (UTC), of the first one only what is left of it."""
    today = now.astimezone(where).date()
    found = [one_day(today + timedelta(days=number), where) for number in range(days)]
    return tuple(Day(each.day, max(each.start, now), each.end) for each in found)


def parse_day(text: str) -> date | None:
    """Read a day such as 2026-11-27; None when it is none, or none that a deadline can be on."""
    if _DATE.fullmatch(text) is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def totals(days: tuple[DayOfLapses, ...]) -> tuple[Sum, ...]:
    """Add up a calendar by currency; currencies are never added to each other.

    An order that has something ending on two days counts on both.
    """
    found: dict[tuple[str, int] | None, Sum] = {}
    for each in days:
        for one in each.sums:
            key = None if one.amount is None else (one.amount.currency, one.amount.exponent)
            before = found.get(key)
            if before is None:
                found[key] = one
            elif before.amount is not None and one.amount is not None:
                found[key] = Sum(before.amount + one.amount, before.orders + one.orders)
            else:
                found[key] = Sum(None, before.orders + one.orders)
    return tuple(sorted(found.values(), key=lambda one: "~" if one.amount is None else one.amount.currency))


def bars(days: tuple[DayOfLapses, ...], cells: int) -> dict[tuple[date, str], int]:
    """Return how many cells each day's amount is drawn with, by day and currency code.

    The largest day of each currency fills all cells, since currencies cannot be compared; any amount has at least one.
    """
    amounts = {
        (each.day.day, one.amount.currency): one.amount.minor
        for each in days
        for one in each.sums
        if one.amount is not None and one.amount.minor > 0
    }
    most: dict[str, int] = {}
    for (_day, currency), minor in amounts.items():
        most[currency] = max(minor, most.get(currency, 0))
    return {key: max(1, minor * cells // most[key[1]]) for key, minor in amounts.items()}
