"""What a decline leads to: who can mend it, how often it was tried, and whether it is mended already.

Source: API guide, reason codes of charge permission and charge; handling of declines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from azpay_tui.domain import states
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, LocalDecline, Order
from azpay_tui.domain.words import last_charge, payment_blocked

Next = Literal["buyer", "again", "admin"]
"""Who acts next: the buyer repairs the payment method, the shop tries again, or the shop's admin looks into it."""

MOST_TRIES: Final = 3
"""Soft declines in a row after which the buyer is asked for another payment method; Amazon names no number."""
_BUYERS: Final = states.HARD_DECLINES | states.PAYMENT_METHOD_REASONS
_SETTLING: Final = timedelta(seconds=10)
"""For so long after a decline Amazon may still be writing its state down; no buyer repairs anything that fast."""
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Decline:
    """That an order was declined and waits."""

    key: str
    """Tells it from every other decline of all orders; the same after a restart and on another machine."""
    reason: str
    """Amazon's word."""
    at: datetime | None
    """When it was decided, UTC."""
    amount: Money | None
    next: Next
    tries: int
    """Declines in a row up to this one; 0 when the payment method failed without one."""


def next_of(reason: str | None, tries: int = 1) -> Next:
    """Return who acts after a decline for this reason; one that this version does not know is the admin's."""
    if reason in _BUYERS:
        return "buyer"
    if reason in states.SOFT_DECLINES:
        return "again" if tries < MOST_TRIES else "buyer"
    return "admin"


def declined_last(order: Order) -> bool:
    """Whether the newest charge, or the newest try that left none at Amazon, was declined."""
    return bool(_row(order))


def decline_of(order: Order) -> Decline | None:
    """Return the decline that an order waits with, or that its payment method failed; None when it waits with none.

    An order that was cancelled waits for nothing, and neither does one with an authorization or capture made since. Of
    one that is closed no buyer is asked anything: it cannot be charged again.
    """
    if order.canceled_here:
        return None
    row = _row(order)
    if row:
        last, reason = row[0], row[0].reason or ""
        ended = order.permission is not None and order.permission.state == states.CLOSED
        who: Next = "admin" if ended else next_of(reason, _soft(row))
        return Decline(_key(order, last), reason, _decided(last), last.amount, who, len(row))
    permission, charge = order.permission, last_charge(order)
    if permission is None or not payment_blocked(order) or (charge is not None and charge.state in states.LIVE_CHARGE):
        return None
    reason = next((one.code for one in permission.reasons if one.code in states.PAYMENT_METHOD_REASONS), "")
    if not reason:
        return None
    since = permission.updated or permission.created
    return Decline(f"{order.id}@{_written(since)}", reason, since, order.amount, "buyer", 0)


def repaired(order: Order) -> datetime | None:
    """Return since when an order whose payment method was declined can be charged again; None while it cannot.

    Amazon makes such an order NonChargeable with the decline, and Chargeable when the buyer has repaired the method.
    """
    permission, found = order.permission, decline_of(order)
    if permission is None or permission.state != states.CHARGEABLE or permission.updated is None or found is None:
        return None
    if found.reason not in _BUYERS or found.at is None:
        return None
    return permission.updated if permission.updated > found.at + _SETTLING else None


_Try = Charge | LocalDecline


def _row(order: Order) -> list[_Try]:
    """Return the declines at the end of all tries, the newest first."""
    tries: list[_Try] = [*order.charges, *order.declines]
    if order.declines:  # charges alone are in order
        tries.sort(key=_made)
    row: list[_Try] = []
    for one in reversed(tries):
        if isinstance(one, Charge) and one.state != states.DECLINED:
            break
        row.append(one)
    return row


def _soft(row: list[_Try]) -> int:
    """Count how many of the newest declines may pass next time."""
    return next((n for n, one in enumerate(row) if one.reason not in states.SOFT_DECLINES), len(row))


def _made(one: _Try) -> tuple[datetime, bool]:
    return (one.at, False) if isinstance(one, LocalDecline) else (one.created or _LONG_AGO, True)


def _decided(one: _Try) -> datetime | None:
    return one.at if isinstance(one, LocalDecline) else one.updated or one.created


def _key(order: Order, one: _Try) -> str:
    return f"{order.id}@{_written(one.at)}" if isinstance(one, LocalDecline) else one.id


def _written(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
