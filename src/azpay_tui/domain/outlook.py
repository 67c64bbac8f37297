"""What a wish does and what an order will look like when it has succeeded, for the person who confirms it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, refund_limits, states
from azpay_tui.domain.closing import seen_open_until
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.moments import written
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.order import Charge, Order

TITLES: Final[dict[Verb, str]] = {
    Verb.AUTHORIZE: "AUTHORIZE: hold the buyer's money",
    Verb.CAPTURE: "CAPTURE: take the money",
    Verb.VOID: "VOID AUTHORIZATION: let the held money go",
    Verb.REFUND: "REFUND: money leaves your account",
    Verb.CANCEL: "CANCEL ORDER: nothing will be charged any more",
    Verb.CLOSE: "CLOSE ORDER: no more charges",
}
"""What a verb does, above everything else that is shown before it is confirmed."""
PREFIX: Final = "After this: "
"""How every sentence begins."""
AS_IT_IS: Final = f"{PREFIX}as it is now: it is so already, nothing is sent."
"""The sentence where the wish has come true already."""


def after(order: Order, wish: Wish, now: datetime) -> str:
    """Say what will be so once the wish has succeeded at `now` (UTC); a wish without its amount is told in general."""
    charge = order.charge(wish.target)
    match wish.verb:
        case Verb.AUTHORIZE:
            said = _authorized(order, wish, now)
        case Verb.CAPTURE:
            said = _captured(order, wish.amount, charge, now)
        case Verb.VOID:
            said = _voided(order, charge, now)
        case Verb.REFUND:
            said = _refunded(order, wish.amount, charge)
        case Verb.CANCEL:
            said = _cancelled(order, now)
        case Verb.CLOSE:
            said = _closed(order, now)
        case Verb.REFRESH:
            said = "the order is read again; nothing changes at Amazon"
    return f"{PREFIX}{said}."


def _authorized(order: Order, wish: Wish, now: datetime) -> str:
    amount, held = wish.amount, limits.held_total(order, now)
    if wish.capture_now:
        taken = limits.captured_total(order)
        already = f"captured {taken + amount} in all" if taken and amount is not None else f"captured {amount}"
        return f"{already}, taken at once; {_left(order, amount)}"
    what = str(amount) if amount is not None else "the amount you type"
    several = f" ({held + amount} in all)" if held and amount is not None and held.same_currency(amount) else ""
    decided = f"Amazon decides until {written(now + limits.PENDING_LIFE)}; then " if wish.pending_allowed else ""
    guaranteed, lapses = written(now + limits.GUARANTEE), written(now + limits.AUTHORIZATION_LIFE)
    return (
        f"{decided}{what} of the buyer's money held{several}, nothing taken; a capture is guaranteed until "
        f"{guaranteed}, the hold lapses on {lapses}"
    )


def _captured(order: Order, amount: Money | None, charge: Charge | None, now: datetime) -> str:
    before = limits.captured_total(order)
    if amount is None or before is None or not before.same_currency(amount):
        return "the amount you type is taken from the buyer"
    parts = [f"captured {before + amount}"]
    rest = charge.amount - amount if charge is not None and charge.amount.same_currency(amount) else None
    if rest is not None and rest.minor > 0:
        parts.append(f"the other {rest} of this authorization gone (only a new one can take it)")
    parts.append(_left(order, amount))
    end = limits.guarantee_end(charge) if charge else None
    if end is not None and now > end:
        parts.append("once Amazon has decided, which takes hours and may be a decline")
    return ", ".join(parts)


def _left(order: Order, taking: Money | None) -> str:
    """Say what a capture leaves to charge and what becomes of the order."""
    permission, captured = order.permission, limits.captured_total(order)
    if permission is not None and permission.state == states.CLOSED:
        return "the order stays closed; refunds stay possible"
    like = permission.limit if permission is not None else None
    if like is None or captured is None or taking is None or not like.same_currency(taking):
        return "the order stays open"
    if permission is not None and permission.kind != states.ONE_TIME:
        return "the agreement stays open"
    if not limits.balance_fits(order):
        return "what is left to charge is not known here; refunds stay possible"
    left = like - captured - taking
    if left.minor <= 0:
        return f"left to charge {Money.zero(like)}, the order closes; refunds stay possible"
    return f"left to charge {left}, the order stays open"


def _voided(order: Order, charge: Charge | None, now: datetime) -> str:
    amount = f" of {charge.amount}" if charge else ""
    permission, end = order.permission, limits.permission_end(order)
    said = f"the hold{amount} on the buyer's money ends and nothing is taken by it; the order"
    if permission is None or permission.state == states.CLOSED:
        return f"{said} stays closed, so nothing more can be charged"
    until = f" until {written(end)}" if end is not None and end > now else ""
    return f"{said} stays open{until} and can be authorized again"


def _refunded(order: Order, amount: Money | None, charge: Charge | None) -> str:
    if charge is None or charge.captured is None:
        return "the buyer gets the money back, in days"
    most, spent = refund_limits.refund_left(order, charge), refund_limits.spent_by_refunds(order, charge)
    if amount is None or not amount.same_currency(charge.captured):
        return f"the amount you type goes back, besides the {spent} refunded of {charge.captured} captured"
    given = spent + amount
    more = given - charge.captured
    parts = [f"refunded {given} of {charge.captured} captured"]
    if more.minor > 0:
        parts.append(f"{more} more than was taken, which you pay yourself")
    left = max(charge.captured - given, Money.zero(given))
    goodwill = f" (with goodwill {(most - amount).grouped()})" if most - amount > left else ""
    parts.append(f"left to refund {left}{goodwill}")
    parts.append("the buyer has it in days, at most 9 working days; it cannot be charged again")
    return ", ".join(parts)


def open_charges(order: Order, now: datetime) -> list[Charge]:
    """Return the charges that hold or take money at `now` (UTC): authorizations not lapsed, and running captures."""
    return [c for c in order.charges if c.state in states.LIVE_CHARGE and not limits.lapsed(c, now)]


def _cancelled(order: Order, now: datetime) -> str:
    open_ = open_charges(order, now)
    held = f"the hold of {_sum(open_)} ends, " if open_ else ""
    return (
        f"the order is closed for good at Amazon, {held}nothing was taken and nothing can be charged; Amazon tells "
        "the buyer, who must order again to buy"
    )


def _closed(order: Order, now: datetime) -> str:
    open_, captured = open_charges(order, now), limits.captured_total(order)
    parts = ["the order is closed for good at Amazon: no new charge can be made"]
    if captured:
        parts.append(f"the captured {captured} stay yours and can be refunded")
        parts.append(f"the buyer sees it closed now instead of open {seen_open_until(order, now)}")
    live = [charge for charge in open_ if charge.state == states.AUTHORIZED]
    ends = [end for charge in live if (end := limits.authorization_end(charge)) is not None]
    if live:
        until = f" until {written(min(ends))}" if ends else ""
        parts.append(f"the authorized {_sum(live)} can still be captured{until}")
    if len(open_) > len(live):
        parts.append("what Amazon is deciding goes on")
    return "; ".join(parts)


def _sum(charges: list[Charge]) -> Money:
    like = charges[0].amount
    return total([charge.amount for charge in charges if charge.amount.same_currency(like)], like)
