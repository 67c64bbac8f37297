"""Amounts and clocks: what Amazon allows for an authorization and a capture, and until when.

Source: API guide, manage refunds, deferred transactions and asynchronous processing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from azpay_tui.domain import states
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.order import Charge, Order, kind_of

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
    """Return what was captured over all known charges; None when the currency is not known yet or there are several."""
    return added_up([c.captured for c in captured_charges(order) if c.captured is not None], nothing_in(order))


def held_total(order: Order, now: datetime) -> Money | None:
    """Return what is authorized or being decided (authorizations that have not lapsed, and running captures).

    Authorizations that succeeded without an id are in it: nobody can tell what became of them.
    None when the currency is not known yet or there are several.
    """
    live = [c.amount for c in order.charges if c.state in states.LIVE_CHARGE and not lapsed(c, now)]
    return added_up(live + unnamed_holds(order, now), nothing_in(order))


def unnamed_holds(order: Order, now: datetime) -> list[Money]:
    """Return amounts that authorizations hold, or took at once, whose charges are not known by their ids."""
    return [
        made.amount
        for made in order.unnamed
        if made.verb == "authorize" and (made.capture_now or now < made.at + AUTHORIZATION_LIFE)
    ]


def captured_charges(order: Order) -> tuple[Charge, ...]:
    """Return the charges whose money was taken."""
    return tuple(charge for charge in order.charges if charge.state == states.CAPTURED)


def chargeable_most(order: Order) -> Money | None:
    """Return the most that may be authorized: the balance, else what captures leave of the limit; None when unknown."""
    permission, captured = order.permission, captured_total(order)
    if permission is None or permission.balance is not None or permission.limit is None:
        return permission.balance if permission else None
    return permission.limit if captured is None else permission.limit - captured


def chargeable_left(order: Order, now: datetime) -> Money | None:
    """Return the amount authorized when none is given: the order's amount minus captured and held, at most the balance.

    Never more than one charge may be. None when nothing is left or too little is known.
    """
    amount, captured, held = order.amount, captured_total(order), held_total(order, now)
    if amount is None or captured is None or held is None or order.permission is None:
        return None
    if not amount.known or not amount.same_currency(captured):
        return None
    bounds = [amount - captured - held, single_maximum(amount.currency)]
    most = chargeable_most(order)
    if most is not None:
        if not most.same_currency(amount):
            return None
        bounds.append(most)
    left = min(bounds, key=lambda money: money.minor)
    return left if left.minor > 0 else None


def balance_fits(order: Order) -> bool:
    """Whether the balance at Amazon is explained by the charges known here.

    Whether open authorizations lower the balance is not documented, so both readings are accepted. The limit of other
    than one-time permissions is per month and says nothing about the sum of their charges.
    """
    permission = order.permission
    if permission is None or permission.limit is None or permission.balance is None:
        return True
    if permission.kind != states.ONE_TIME:
        return True
    captured = captured_total(order)
    open_ = added_up([c.amount for c in order.charges if c.state in states.LIVE_CHARGE], nothing_in(order))
    if captured is None or open_ is None or not permission.balance.same_currency(permission.limit):
        return False
    return permission.limit - permission.balance in (captured, captured + open_)


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


def unread_charges(order: Order) -> tuple[str, ...]:
    """Return ids of charges that are known here and were never read, in order."""
    return tuple(sorted(object_id for object_id in order.unread if kind_of(object_id) == "charge"))


def added_up(amounts: list[Money], like: Money | None) -> Money | None:
    """Return the sum of amounts in the currency of `like`; None when that is not known or one has another."""
    if like is None or not all(amount.same_currency(like) for amount in amounts):
        return None
    return total(amounts, like)


def nothing_in(order: Order) -> Money | None:
    """Return nothing in the currency of the order: the permission's, else its first charge's, else the shop's."""
    permission = order.permission
    if permission is not None and permission.limit is not None:
        return Money.zero(permission.limit)
    if order.charges:
        return Money.zero(order.charges[0].amount)
    return Money.zero(order.shop.amount) if order.shop.amount else None
