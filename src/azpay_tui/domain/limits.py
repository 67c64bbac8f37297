"""Amounts and clocks: what Amazon allows for a charge, a capture and a refund, and until when.

Source: API guide, manage refunds, deferred transactions and asynchronous processing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from azpay_tui.domain import states
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.order import Charge, Order, Refund

GUARANTEE: Final = timedelta(days=7)
"""A capture inside it is immediate and guaranteed; later it may go pending and be declined."""
AUTHORIZATION_LIFE: Final = timedelta(days=30)
PERMISSION_LIFE: Final = timedelta(days=180)
PENDING_LIFE: Final = timedelta(hours=24)
"""Amazon decides a pending authorization within it."""
SOON: Final = timedelta(hours=48)
"""A deadline this near needs attention."""
MAX_CHARGES: Final = 25
"""Charges of a one-time permission."""
MAX_REFUNDS: Final = 10
"""Refunds of one charge; declined ones are not counted."""
REFUND_LATE_WORKING_DAYS: Final = 9

_GOODWILL: Final = {"USD": 75_00, "GBP": 75_00, "EUR": 75_00, "JPY": 8_400}
_SINGLE_MAXIMUM: Final = {"JPY": 10_000_000}
_SINGLE_MAXIMUM_OTHER: Final = 150_000_00


def single_maximum(currency: str) -> Money:
    """Return the largest amount of one charge or refund: 150,000, or 10,000,000 yen (API guide, charge and refund)."""
    return Money(_SINGLE_MAXIMUM.get(currency, _SINGLE_MAXIMUM_OTHER), currency)


def guarantee_end(charge: Charge) -> datetime | None:
    """Return when the 7 days end in which a capture is immediate, UTC."""
    return charge.created + GUARANTEE if charge.created else None


def authorization_end(charge: Charge) -> datetime | None:
    """Return when an authorization lapses: what Amazon says, else 30 days after it was made, UTC."""
    if charge.expires is not None:
        return charge.expires
    return charge.created + AUTHORIZATION_LIFE if charge.created else None


def permission_end(order: Order) -> datetime | None:
    """Return when a one-time permission ends by itself: what Amazon says, else after 180 days; None for other kinds."""
    permission = order.permission
    if permission is None or permission.kind != states.ONE_TIME:
        return None
    if permission.expires is not None:
        return permission.expires
    return permission.created + PERMISSION_LIFE if permission.created else None


def lapsed(charge: Charge, now: datetime) -> bool:
    """Whether the authorization ended unused: by Amazon's word or by time."""
    if charge.state == states.CANCELED:
        return charge.reason == states.EXPIRED_UNUSED
    end = authorization_end(charge)
    return charge.state == states.AUTHORIZED and end is not None and now >= end


def captured_total(order: Order) -> Money | None:
    """Return what was captured over all known charges; None when the order's currency is unknown yet."""
    like = _like(order)
    if like is None:
        return None
    return total([c.captured for c in order.charges if c.captured is not None and c.state == states.CAPTURED], like)


def held_total(order: Order, now: datetime) -> Money | None:
    """Return what is authorized or being decided (authorizations that have not lapsed, and running captures)."""
    like = _like(order)
    if like is None:
        return None
    live = [c.amount for c in order.charges if c.state in states.LIVE_CHARGE and not lapsed(c, now)]
    return total(live, like)


def refunded_total(order: Order) -> Money | None:
    """Return what was refunded or is being refunded over all captured charges; declined refunds are not in it."""
    like = _like(order)
    if like is None:
        return None
    return total([spent_by_refunds(order, charge) for charge in captured_charges(order)], like)


def settled_refunds(order: Order) -> Money | None:
    """Return what certainly went back to the buyer: refunds that are final."""
    like = _like(order)
    if like is None:
        return None
    amounts = []
    for charge in captured_charges(order):
        known = total([r.amount for r in order.refunds_of(charge.id) if r.state == states.REFUNDED], charge.amount)
        pending = total(_in_flight(order, charge), charge.amount)
        beyond = (charge.refunded or Money.zero(charge.amount)) - pending
        amounts.append(max(known, beyond, key=lambda money: money.minor))
    return total(amounts, like)


def captured_charges(order: Order) -> tuple[Charge, ...]:
    """Return the charges whose money was taken."""
    return tuple(charge for charge in order.charges if charge.state == states.CAPTURED)


def own_refunds_in_flight(order: Order, charge: Charge) -> list[Money]:
    """Return amounts of this journal's refunds that are open or accepted and not yet known as objects."""
    known = {refund.id for refund in order.refunds}
    return [
        intent.amount
        for intent in order.intents
        if intent.verb == "refund" and intent.target == charge.id and intent.amount and intent.result_id not in known
    ]


def _in_flight(order: Order, charge: Charge) -> list[Money]:
    pending = [r.amount for r in order.refunds_of(charge.id) if r.state == states.REFUND_INITIATED]
    return pending + own_refunds_in_flight(order, charge)


def spent_by_refunds(order: Order, charge: Charge) -> Money:
    """Return what refunds of a charge use up: all not declined, in flight included, or Amazon's own total if larger."""
    amounts = [refund.amount for refund in order.refunds_of(charge.id) if refund.state != states.DECLINED]
    known = total(amounts + own_refunds_in_flight(order, charge), charge.amount)
    if charge.refunded is not None and charge.refunded > known:
        return charge.refunded
    return known


def refund_cap(charge: Charge) -> Money:
    """Return the largest total of refunds of a charge: captured plus the lesser of 15 % (cut) and the goodwill sum.

    The goodwill sum is 75 USD, GBP or EUR, or 8,400 yen; for other currencies there is none (API guide, manage refunds).
    """
    captured = charge.captured or Money.zero(charge.amount)
    goodwill = min(captured.minor * 15 // 100, _GOODWILL.get(captured.currency, 0))
    return Money(captured.minor + goodwill, captured.currency, captured.exponent)


def refund_left(order: Order, charge: Charge) -> Money:
    """Return how much may still be refunded up to the cap, refunds in flight counted; never negative."""
    left = refund_cap(charge) - spent_by_refunds(order, charge)
    return left if left.minor > 0 else Money.zero(left)


def refundable(order: Order, charge: Charge) -> Money:
    """Return captured minus refunded (declined refunds excepted); never negative."""
    captured = charge.captured or Money.zero(charge.amount)
    left = captured - spent_by_refunds(order, charge)
    return left if left.minor > 0 else Money.zero(left)


def refund_count(order: Order, charge: Charge) -> int:
    """Count the refunds made of a charge, declined ones excepted."""
    made = [refund for refund in order.refunds_of(charge.id) if refund.state != states.DECLINED]
    return len(made) + len(own_refunds_in_flight(order, charge))


def last_refund(order: Order, charge: Charge) -> Refund | None:
    """Return the newest refund of a charge."""
    refunds = order.refunds_of(charge.id)
    return refunds[-1] if refunds else None


def chargeable_left(order: Order, now: datetime) -> Money | None:
    """Return the amount authorized when none is given: the order's amount minus captured and held, at most the balance.

    None when nothing is left or too little is known.
    """
    amount, captured, held = order.amount, captured_total(order), held_total(order, now)
    if amount is None or captured is None or held is None or order.permission is None:
        return None
    if (amount.currency, amount.exponent) != (captured.currency, captured.exponent):
        return None
    left = amount - captured - held
    balance = order.permission.balance
    if balance is not None and balance < left:
        left = balance
    return left if left.minor > 0 else None


def balance_fits(order: Order) -> bool:
    """Whether the balance at Amazon is explained by the charges known here.

    Whether open authorizations lower the balance is not documented, so both readings are accepted.
    """
    permission = order.permission
    if permission is None or permission.limit is None or permission.balance is None:
        return True
    like = permission.limit
    if any(charge.amount.currency != like.currency for charge in order.charges):
        return False
    taken = permission.limit - permission.balance
    captured = total([c.captured for c in order.charges if c.captured is not None and c.state == states.CAPTURED], like)
    open_ = total([c.amount for c in order.charges if c.state in states.LIVE_CHARGE], like)
    return taken in (captured, captured + open_)


def fully_known(order: Order) -> bool:
    """Whether every charge of the order is known here.

    True when a complete source named it, or when captures explain a balance of zero.
    """
    if not balance_fits(order):
        return False
    if order.shop.complete:
        return True
    permission = order.permission
    captured = captured_total(order)
    if permission is None or permission.limit is None or permission.balance is None or captured is None:
        return False
    return permission.balance.minor == 0 and captured == permission.limit


def working_days_after(start: datetime, days: int) -> datetime:
    """Return the moment so many working days (Monday to Friday) after `start`."""
    moment = start
    while days > 0:
        moment += timedelta(days=1)
        if moment.weekday() < 5:
            days -= 1
    return moment


def _like(order: Order) -> Money | None:
    permission = order.permission
    if permission is not None and permission.limit is not None:
        return Money.zero(permission.limit)
    if order.charges:
        return Money.zero(order.charges[0].amount)
    return Money.zero(order.shop.amount) if order.shop.amount else None
