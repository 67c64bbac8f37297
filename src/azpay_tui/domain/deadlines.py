"""The deadlines of an order: what of it ends at the 7-, 30- and 180-day marks, and when to authorize for a late parcel.

Lengths are those of `domain.limits`; what Amazon says of an end goes before them, also where a sandbox is shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from azpay_tui.domain import limits, states
from azpay_tui.domain.lapses import Lapse, parse_day
from azpay_tui.domain.marks import MarkChange, MarkError
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.owing import cancelled_whole
from azpay_tui.domain.reminders import FURTHEST, MORNING
from azpay_tui.domain.status import fully_captured
from azpay_tui.domain.words import usable

LATE: Final = timedelta(days=30)
"""A parcel that leaves later than this after the order cannot be paid by an authorization made with the order."""


def lapses(order: Order, now: datetime) -> tuple[Lapse, ...]:
    """Return what of an order ends by itself after `now` (UTC), the soonest first.

    Of each live authorization its guarantee and its end, each with what is held; of a one-time permission that can be
    charged its end, with what may still be charged and is not held.
    """
    if cancelled_whole(order):  # nothing of it is waited for any more
        return ()
    found = []
    for charge in live(order, now):
        guarantee, end = limits.guarantee_end(charge), limits.authorization_end(charge)
        if guarantee is not None and (end is None or guarantee < end):
            found.append(Lapse("guarantee", guarantee, charge.amount))
        if end is not None:
            found.append(Lapse("authorization", end, charge.amount))
    end = limits.permission_end(order)
    if usable(order) and end is not None:
        found.append(Lapse("permission", end, limits.chargeable_left(order, now)))
    return tuple(sorted((one for one in found if one.at > now), key=lambda one: one.at))


def live(order: Order, now: datetime) -> tuple[Charge, ...]:
    """Return the authorizations that can be captured at `now` (UTC)."""
    return tuple(c for c in order.charges if c.state == states.AUTHORIZED and not limits.lapsed(c, now))


@dataclass(frozen=True, slots=True)
class Advice:
    """When to authorize for a parcel that leaves on a known day."""

    sentence: str
    """What to do; moments in it are found again by `domain.moments`."""
    remind: datetime | None = None
    """When to be reminded of it, UTC; None: there is nothing to wait for."""


def advise(order: Order, ships: date, now: datetime, where: tzinfo) -> Advice:
    """Say when to authorize and capture for a parcel that leaves on a day of a time zone.

    An authorization is guaranteed for 7 days and ends after 30, so it belongs into the week before the parcel leaves
    (extension's manual for fulfilment beyond 30 days; asynchronous processing).
    """
    leaves = datetime.combine(ships, time.max, where).astimezone(UTC)
    begin = datetime.combine(ships - limits.GUARANTEE + timedelta(days=1), MORNING, where).astimezone(UTC)
    remind = begin if begin > now else None
    again = f"authorize in the week before it ships, from {written(begin)} on" if remind else "authorize now"
    if fully_captured(order):
        return Advice("It is captured: it can ship on any day.")
    held = live(order, now)
    ends = [end for end in map(limits.authorization_end, held) if end is not None]
    closes = limits.permission_end(order)
    shut = not usable(order) or (closes is not None and closes < leaves)
    if ends and min(ends) < leaves:
        if shut:
            return Advice(
                f"The authorization ends before it ships, on {written(min(ends))}, and the order cannot be authorized "
                "again then: capture before, or ask the buyer to order again."
            )
        return Advice(
            f"The authorization ends before it ships, on {written(min(ends))}: void it or let it end, and {again}.",
            remind,
        )
    sure = [end for end in map(limits.guarantee_end, held) if end is not None]
    if sure and min(sure) < leaves:
        word = f"The guarantee ends before it ships, on {written(min(sure))}: a capture after that may be declined."
        more = "Capture before." if shut else f"To be sure void it and {again}."
        return Advice(f"{word} {more}", None if shut else remind)
    if sure:
        return Advice(f"Capture when it ships: the authorization is guaranteed until {written(min(sure))}.")
    if not usable(order):
        return Advice("The order cannot be authorized any more: ask the buyer to order again.")
    if closes is not None and closes < leaves:
        return Advice(
            f"The order closes at Amazon before it ships, on {written(closes)}: "
            "ship earlier, or ask the buyer to order again."
        )
    late = " That is more than 30 days away: nothing authorized today lasts so long." if leaves - now > LATE else ""
    word = f"{again[0].upper()}{again[1:]}"
    return Advice(f"{word}: an authorization is guaranteed for 7 days and ends after 30.{late}", remind)


def parse_ships(text: str, now: datetime, where: tzinfo) -> date:
    """Read the day on which a parcel leaves, such as 2026-12-01; raises `MarkError` with a sentence."""
    day, today = parse_day(text.strip()), now.astimezone(where).date()
    if day is None:
        raise MarkError(f"{text[:40]!r} is no day: write the day of shipping as {today + timedelta(days=30)}.")
    if day < today:
        raise MarkError(f"{day} is over already: name the day on which it will ship.")
    if day - today > FURTHEST:
        raise MarkError("A day of shipping can be a year away at most: no order stays open so long.")
    return day


def marked(ships: date, advice: Advice, where: tzinfo) -> MarkChange:
    """Return what is noted on the order: the day, and a reminder for when it is time to authorize."""
    if advice.remind is None:
        return MarkChange(note=f"Ships {ships}.")
    begin = advice.remind.astimezone(where).date()
    return MarkChange(remind=advice.remind, note=f"Ships {ships}: authorize from {begin} on, not earlier.")
