"""When an object is read again by itself: by the class of its state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from azpay_tui.domain import limits, refund_limits, states
from azpay_tui.domain.order import Charge, Fact, Order, Permission, Refund

DAILY: Final = timedelta(days=1)
WEEKLY: Final = timedelta(days=7)
_SHORTEST: Final = timedelta(seconds=3)
_LONGEST: Final = timedelta(hours=1)
_CAPTURED_FRESH: Final = timedelta(days=30)
_FIRST_RETRY: Final = timedelta(seconds=30)


def next_due(fact: Fact, order: Order | None, now: datetime) -> datetime | None:
    """Return when to read an object again, UTC, or None for never.

    In flight: after half the time it has been so, from seconds to an hour. Resting: daily, and exactly at the 7, 30 and
    180-day marks. Captured: while refundable daily, weekly after 30 days. Ended: never.
    """
    match fact:
        case Permission():
            return _of_permission(fact, now)
        case Charge():
            return _of_charge(fact, order, now)
        case Refund():
            if fact.state in (states.REFUNDED, states.DECLINED):
                return None
            return _in_flight(fact.updated or fact.created, now)


def after_error(attempts: int, now: datetime) -> datetime:
    """Return when to try an object again that could not be read `attempts` times in a row: 30 s doubling to an hour."""
    return now + min(_LONGEST, _FIRST_RETRY * (1 << min(attempts, 10)))


def _in_flight(since: datetime | None, now: datetime) -> datetime:
    elapsed = now - since if since is not None and since < now else timedelta()
    return now + max(_SHORTEST, min(_LONGEST, elapsed / 2))


def _resting(marks: list[datetime | None], now: datetime) -> datetime:
    ahead = [mark for mark in marks if mark is not None and mark > now]
    return min([now + DAILY, *ahead])


def _of_permission(permission: Permission, now: datetime) -> datetime | None:
    if permission.state == states.CLOSED:
        return None
    ends = [permission.expires]
    if permission.expires is None and permission.created is not None and permission.kind == states.ONE_TIME:
        ends.append(permission.created + limits.PERMISSION_LIFE)
    return _resting(ends, now)


def _of_charge(charge: Charge, order: Order | None, now: datetime) -> datetime | None:
    match charge.state:
        case states.AUTHORIZATION_INITIATED | states.CAPTURE_INITIATED:
            return _in_flight(charge.updated or charge.created, now)
        case states.AUTHORIZED:
            return _resting([limits.guarantee_end(charge), limits.authorization_end(charge)], now)
        case states.CAPTURED:
            if order is not None and refund_limits.refund_left(order, charge).minor <= 0:
                return None
            old = charge.created is not None and now - charge.created > _CAPTURED_FRESH
            return now + (WEEKLY if old else DAILY)
        case states.CANCELED | states.DECLINED:
            return None
    return now + DAILY
