"""What a sale that was cancelled here still owes the buyer, and what of it still stands open at Amazon."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, reasons, refund_limits, states
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.moments import written
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.words import usable

_HOLDS: Final = frozenset({states.AUTHORIZATION_INITIATED, states.AUTHORIZED})
_CHARGING: Final = frozenset({Verb.AUTHORIZE, Verb.CAPTURE})
_WARNING: Final = "sale-cancelled"


def cancelled_whole(order: Order) -> bool:
    """Whether the whole sale was cancelled here; then no state at Amazon revives the order."""
    return order.cancelled is not None and order.cancelled.whole


def due_of(order: Order, charge: Charge) -> Money:
    """Return how much of a captured charge is to be refunded for the sale's cancelling; never below nothing.

    Refunds under way count as given, declined ones do not. Of a charge that was captured after the whole sale was
    cancelled all of it is due.
    """
    nothing = Money.zero(charge.amount)
    if order.cancelled is None:
        return nothing
    goal = order.cancelled.goal(charge.id)
    if goal is None:
        return refund_limits.refundable(order, charge) if order.cancelled.whole else nothing
    left = goal - refund_limits.spent_by_refunds(order, charge) if goal.same_currency(nothing) else nothing
    return max(left, nothing)


def due(order: Order) -> Money | None:
    """Return what is due to the buyer over all charges; None when nothing is, or the currencies do not fit."""
    if order.cancelled is None:
        return None
    found = [amount for charge in limits.captured_charges(order) if (amount := due_of(order, charge))]
    if not found or not all(amount.same_currency(found[0]) for amount in found):
        return None
    return total(found, found[0])


def charged_after(order: Order) -> bool:
    """Whether a charge was captured after the sale was cancelled, and not all of it went back."""
    if not cancelled_whole(order) or order.cancelled is None:
        return False
    late = [c for c in limits.captured_charges(order) if order.cancelled.goal(c.id) is None]
    return any(refund_limits.refundable(order, charge) for charge in late)


def open_at_amazon(order: Order, now: datetime) -> bool:
    """Whether the whole sale is cancelled here, and at Amazon something can still be charged."""
    if not cancelled_whole(order):
        return False
    if any(charge.state in _HOLDS and not limits.lapsed(charge, now) for charge in order.charges):
        return True
    end = limits.permission_end(order)
    return usable(order) and (end is None or now < end)


def warned(order: Order, offer: Offer) -> Offer:
    """Return an offer, behind a warning where it would charge an order whose sale was cancelled here."""
    if offer.verdict == "no" or offer.verb not in _CHARGING or not cancelled_whole(order):
        return offer
    sentence = reasons.warning_sentence(_WARNING)
    reason = f"{offer.reason} {sentence}" if offer.reason else sentence
    return replace(offer, verdict="warn", reason=reason, warnings=(*offer.warnings, _WARNING), advised=False)


def told(order: Order, now: datetime) -> str:
    """Say that, when and by whom a sale was cancelled here, and what of it is still due or open; empty: it was not."""
    cancelled, left = order.cancelled, due(order)
    if cancelled is None:
        return ""
    what = "" if cancelled.whole else "lines, "
    parts = [f"{what}{written(cancelled.at)} by {cancelled.person}, refunds {cancelled.refunds}"]
    if left is not None:
        parts.append(f"REFUND DUE {left}")
    if open_at_amazon(order, now):
        parts.append("still open at Amazon")
    return "; ".join(parts)
