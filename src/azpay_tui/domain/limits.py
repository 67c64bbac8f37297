"""Amounts and clocks: what Amazon allows for a charge, a capture and a refund, and until when.

Source: API guide, manage refunds, deferred transactions and asynchronous processing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations
from typing import Final

from azpay_tui.domain import states
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.order import Charge, Order, Refund, Unnamed, kind_of

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
    """Return what was captured over all known charges; None when the currency is not known yet or there are several."""
    return _sum([c.captured for c in captured_charges(order) if c.captured is not None], nothing_in(order))


def held_total(order: Order, now: datetime) -> Money | None:
    """Return what is authorized or being decided (authorizations that have not lapsed, and running captures).

    Authorizations that succeeded without an id are in it: nobody can tell what became of them.
    None when the currency is not known yet or there are several.
    """
    live = [c.amount for c in order.charges if c.state in states.LIVE_CHARGE and not lapsed(c, now)]
    return _sum(live + unnamed_holds(order, now), nothing_in(order))


def unnamed_holds(order: Order, now: datetime) -> list[Money]:
    """Return amounts that authorizations hold, or took at once, whose charges are not known by their ids."""
    return [
        made.amount
        for made in order.unnamed
        if made.verb == "authorize" and (made.capture_now or now < made.at + AUTHORIZATION_LIFE)
    ]


def refunded_total(order: Order) -> Money | None:
    """Return what was refunded or is being refunded over all captured charges; declined refunds are not in it.

    None when the currency is not known yet or there are several.
    """
    return _sum([spent_by_refunds(order, charge) for charge in captured_charges(order)], nothing_in(order))


def settled_refunds(order: Order) -> Money | None:
    """Return what certainly went back to the buyer: refunds that are final.

    None when the currency is not known yet or there are several.
    """
    amounts = []
    for charge in captured_charges(order):
        _, in_flight = _settled_and_in_flight(order, charge)
        amounts.append(spent_by_refunds(order, charge) - total(in_flight, charge.amount))
    return _sum(amounts, nothing_in(order))


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
    pending = [r.amount for r in order.refunds_of(charge.id) if r.state not in (states.REFUNDED, states.DECLINED)]
    flight = pending + own_refunds_in_flight(order, charge)
    return [amount for amount in flight if amount.same_currency(charge.amount)]


def spent_by_refunds(order: Order, charge: Charge) -> Money:
    """Return what refunds of a charge use up: all not declined, those in flight included, and those made elsewhere.

    Whether Amazon's own total holds refunds in flight is not documented. While the refunds known here explain it either
    way it adds nothing; a total they cannot explain holds refunds made elsewhere, and those in flight come on top.
    A refund that succeeded without an id is as one in flight while the total has no room for it: that may lag behind.
    """
    settled, in_flight = _settled_and_in_flight(order, charge)
    reported, pending = _reported(charge), total(in_flight, charge.amount)
    if reported <= settled or reported.minor in _subset_sums(in_flight, settled):
        return settled + pending
    return reported + pending


def unnamed_refunds(order: Order, charge: Charge) -> list[Unnamed]:
    """Return the refunds of a charge that succeeded without an id, oldest first."""
    return [made for made in order.unnamed if made.verb == "refund" and made.target == charge.id]


def unseen_refunds(order: Order, charge: Charge) -> Money:
    """Return what refunds come to that succeeded without an id, and for which Amazon's total has no room."""
    return total(_shown_and_unseen(order, charge)[1], charge.amount)


def _settled_and_in_flight(order: Order, charge: Charge) -> tuple[Money, list[Money]]:
    """Return what certainly went back of a charge, and the amounts that may not be in Amazon's total yet."""
    shown, unseen = _shown_and_unseen(order, charge)
    return _final(order, charge) + total(shown, charge.amount), _in_flight(order, charge) + unseen


def _shown_and_unseen(order: Order, charge: Charge) -> tuple[list[Money], list[Money]]:
    """Divide what refunds without an id gave back: what Amazon's total has room for, as much as it can be, and not."""
    amounts = [m.amount for m in unnamed_refunds(order, charge) if m.amount.same_currency(charge.amount)]
    room = (_reported(charge) - _final(order, charge)).minor
    some = range(min(len(amounts), MAX_REFUNDS))
    fitting = (
        chosen
        for many in range(len(some) + 1)
        for chosen in combinations(some, many)
        if not chosen or sum(amounts[one].minor for one in chosen) <= room
    )
    shown = max(fitting, key=lambda chosen: sum(amounts[one].minor for one in chosen))
    return [amounts[one] for one in shown], [amount for one, amount in enumerate(amounts) if one not in shown]


def _final(order: Order, charge: Charge) -> Money:
    return _added([r.amount for r in order.refunds_of(charge.id) if r.state == states.REFUNDED], charge.amount)


def _reported(charge: Charge) -> Money:
    return _added([charge.refunded] if charge.refunded is not None else [], charge.amount)


def _subset_sums(amounts: list[Money], start: Money) -> set[int]:
    """Return every total the settled refunds and some of those in flight can add up to, in minor units."""
    sums = {start.minor}
    for amount in amounts[:MAX_REFUNDS]:
        sums |= {value + amount.minor for value in sums}
    return sums


def goodwill(currency: str) -> int:
    """Return the most Amazon allows above a sum in minor units: 75 USD, GBP or EUR, or 8,400 yen; others have none."""
    return _GOODWILL.get(currency, 0)


def refund_cap(charge: Charge) -> Money:
    """Return the largest total of refunds of a charge: captured plus the lesser of 15 % (cut) and the goodwill sum.

    The goodwill sum is 75 USD, GBP or EUR, or 8,400 yen; other currencies have none (API guide, manage refunds).
    """
    captured = _taken(charge)
    more = min(captured.minor * 15 // 100, goodwill(captured.currency))
    return Money(captured.minor + more, captured.currency, captured.exponent)


def refund_left(order: Order, charge: Charge) -> Money:
    """Return how much may still be refunded up to the cap, refunds in flight counted; never negative."""
    left = refund_cap(charge) - spent_by_refunds(order, charge)
    return left if left.minor > 0 else Money.zero(left)


def refundable(order: Order, charge: Charge) -> Money:
    """Return captured minus refunded (declined refunds excepted); never negative."""
    captured = _taken(charge)
    left = captured - spent_by_refunds(order, charge)
    return left if left.minor > 0 else Money.zero(left)


def refund_count(order: Order, charge: Charge) -> int:
    """Count the refunds made of a charge, declined ones excepted."""
    made = [refund for refund in order.refunds_of(charge.id) if refund.state != states.DECLINED]
    return len(made) + len(own_refunds_in_flight(order, charge)) + len(unnamed_refunds(order, charge))


def last_refund(order: Order, charge: Charge) -> Refund | None:
    """Return the newest refund of a charge."""
    refunds = order.refunds_of(charge.id)
    return refunds[-1] if refunds else None


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
    open_ = _sum([c.amount for c in order.charges if c.state in states.LIVE_CHARGE], nothing_in(order))
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


def unread_refunds(order: Order) -> tuple[str, ...]:
    """Return ids of refunds that were never read and are not this journal's own, whose amount it knows; in order."""
    own = {intent.result_id for intent in order.intents}
    return tuple(sorted(i for i in order.unread if kind_of(i) == "refund" and i not in own))


def refund_arrives(refund: Refund) -> datetime | None:
    """Return by when the buyer has the money of a refund that is under way; later it is late (UTC)."""
    if refund.state != states.REFUND_INITIATED or refund.created is None:
        return None
    return working_days_after(refund.created, REFUND_LATE_WORKING_DAYS)


def working_days_after(start: datetime, days: int) -> datetime:
    """Return the moment so many working days (Monday to Friday) after `start`."""
    moment = start
    while days > 0:
        moment += timedelta(days=1)
        if moment.weekday() < 5:
            days -= 1
    return moment


def _taken(charge: Charge) -> Money:
    return _added([charge.captured] if charge.captured is not None else [], charge.amount)


def _added(amounts: list[Money], like: Money) -> Money:
    """Add up what is in the currency of `like`; the rest makes its object unrecognised and its verbs `no`."""
    return total([amount for amount in amounts if amount.same_currency(like)], like)


def _sum(amounts: list[Money], like: Money | None) -> Money | None:
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
