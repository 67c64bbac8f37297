"""What a decline leads to: who can mend it, how often it was tried, and whether it is mended already.

Source: API guide, reason codes of charge permission and charge; handling of declines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from azpay_tui.domain import states
from azpay_tui.domain.limits import unread_charges
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, LocalDecline, Order
from azpay_tui.domain.tries import USUAL, Tries
from azpay_tui.domain.words import last_charge, payment_blocked

Next = Literal["buyer", "again", "admin"]
"""Who acts next: the buyer repairs the payment method, the shop tries again, or the shop's admin looks into it."""

_BUYERS: Final = states.HARD_DECLINES | states.PAYMENT_METHOD_REASONS
_SETTLING: Final = timedelta(seconds=10)
"""For so long after a decline Amazon may still be writing its state down; no buyer repairs anything that fast."""
_WRITTEN: Final = "%Y%m%dT%H%M%S.%fZ"
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


def next_of(reason: str | None, tries: int = 1, allowed: Tries = USUAL) -> Next:
    """Return who acts after a decline for this reason; one that this version does not know is the admin's."""
    if reason in _BUYERS:
        return "buyer"
    if reason in states.SOFT_DECLINES:
        return "again" if allowed.most is None or tries < allowed.most else "buyer"
    return "admin"


def declined_last(order: Order) -> bool:
    """Whether the newest charge, or the newest try that left none at Amazon, was declined."""
    return bool(_row(order))


def decline_of(order: Order, allowed: Tries = USUAL) -> Decline | None:
    """Return the decline that an order waits with, or that its payment method failed; None when it waits with none.

    An order that was cancelled waits for nothing, and neither does one with an authorization or capture made since. Of
    one that is closed no buyer is asked anything: it cannot be charged again. `allowed` is how many soft declines the
    shop takes before the buyer is asked.
    """
    if order.canceled_here:
        return None
    row = _row(order)
    if row:
        last, reason = row[0], row[0].reason or ""
        ended = order.permission is not None and order.permission.state == states.CLOSED
        who: Next = "admin" if ended else next_of(reason, _soft(row), allowed)
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
    Of one that failed without a charge nothing at Amazon tells afterwards: it counts when somebody was written to.
    """
    permission, failed = order.permission, _failed(order)
    if permission is None or permission.state != states.CHARGEABLE or permission.updated is None or failed is None:
        return None
    return permission.updated if permission.updated > failed + _SETTLING else None


def decided_in(key: str) -> datetime | None:
    """Return when that was decided which left no charge, from a decline's key; None for one that tells no time.

    Raises `ValueError` for a key that no decline has.
    """
    written = key.partition("@")[2]
    return datetime.strptime(written, _WRITTEN).replace(tzinfo=UTC) if written else None


def soft_declines(order: Order) -> tuple[datetime | None, ...]:
    """Return when the soft declines in a row were decided that an order waits with (UTC), the newest first.

    None of them counts any more once Amazon's state of the order changed after the last one: the buyer did something.
    """
    row, permission = _row(order), order.permission
    found = tuple(_decided(one) for one in row[: _soft(row)])
    newest = found[0] if found else None
    if newest is None or permission is None or permission.updated is None:
        return found
    mended = permission.state == states.CHARGEABLE and permission.updated > newest + _SETTLING
    return () if mended else found


def _failed(order: Order) -> datetime | None:
    """Return when the payment method failed that nothing was charged with since."""
    found = decline_of(order)
    if found is not None:
        return found.at if found.reason in _BUYERS else None
    if order.asked is None or order.canceled_here or unread_charges(order):
        return None
    since = (one for one in order.charges if one.created is None or one.created > order.asked)
    return order.asked if next(since, None) is None else None


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
    return "" if moment is None else moment.astimezone(UTC).strftime(_WRITTEN)
