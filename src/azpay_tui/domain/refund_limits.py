"""Refunds of a charge: what went back, what is under way, and how much more Amazon allows.

Source: API guide, manage refunds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations
from typing import Final

from azpay_tui.domain import limits, states
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.order import Charge, Order, Refund, Unnamed, kind_of

MAX_REFUNDS: Final = 10
"""Refunds of one charge; declined ones are not counted."""
REFUND_LATE_WORKING_DAYS: Final = 9

_GOODWILL: Final = {"USD": 75_00, "GBP": 75_00, "EUR": 75_00, "JPY": 8_400}


def refunded_total(order: Order) -> Money | None:
    """Return what was refunded or is being refunded over all captured charges; declined refunds are not in it.

    None when the currency is not known yet or there are several.
    """
    return limits.added_up(
        [spent_by_refunds(order, charge) for charge in limits.captured_charges(order)], limits.nothing_in(order)
    )


def settled_refunds(order: Order) -> Money | None:
    """Return what certainly went back to the buyer: refunds that are final.

    None when the currency is not known yet or there are several.
    """
    amounts = []
    for charge in limits.captured_charges(order):
        _, in_flight = _settled_and_in_flight(order, charge)
        amounts.append(spent_by_refunds(order, charge) - total(in_flight, charge.amount))
    return limits.added_up(amounts, limits.nothing_in(order))


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


def declined_refund(order: Order, charge: Charge) -> Refund | None:
    """Return the newest refund of a charge that Amazon declined, while less was given back since than it declined.

    What is on its way counts as given back, and without an id only what Amazon's total shows.
    """
    declined = [one for one in order.refunds_of(charge.id) if one.state == states.DECLINED]
    if not declined:
        return None
    if any((one.updated or one.created) is None or not one.amount.same_currency(charge.amount) for one in declined):
        return declined[-1]
    return declined[-1] if _owed_by_declines(order, charge) else None


def _owed_by_declines(order: Order, charge: Charge) -> int:
    """Return what declined refunds leave owed, minor units: each from its decline until others were asked for.

    One that was asked for again and declined again is owed once. Within a second, as fine as Amazon's times are, a
    decline goes before what makes up for it, and after what was declined.
    """
    moments: list[tuple[datetime, int, int]] = []
    for refund in order.refunds_of(charge.id):
        lost, decided = refund.state == states.DECLINED, refund.updated or refund.created
        if refund.created is not None and refund.amount.same_currency(charge.amount):
            moments.append((refund.created, 0 if lost else 2, -refund.amount.minor))
        if decided is not None and lost:
            moments.append((decided, 1, refund.amount.minor))
    if not unseen_refunds(order, charge):
        moments += [(made.at, 2, -made.amount.minor) for made in unnamed_refunds(order, charge)]
    owed = 0
    for _, _, minor in sorted(moments):
        owed = max(0, owed + minor)
    return owed


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
