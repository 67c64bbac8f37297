"""Deleting an order: only what owes nobody anything may leave the lists as if it had never been."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from azpay_tui.domain import limits, refund_limits, states
from azpay_tui.domain.cancellable import ELSEWHERE, lost, taken_elsewhere
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Order
from azpay_tui.domain.owing import due
from azpay_tui.domain.words import unrecognised_why, usable

KEPT = "The journal keeps what was wished, sent and answered, with amounts and ids; nothing of the buyer."
"""What stays of an order that was deleted, one sentence."""
FIRST = "azpay cancel-sale ORDER"
"""What refunds and ends everything."""


def why_not(order: Order, now: datetime, told_of: Collection[str] = ()) -> str | None:
    """Say why an order may not be deleted at `now` (UTC), one sentence with what to do; None when it may.

    `told_of` are the ids of which Amazon ever told anything here: it may know them still, whatever it answers today.
    """
    if order.intents:
        busy = order.intents[0]
        return f"{busy.named} of this order is not settled ({busy.id}, {busy.state}): delete it when that is done."
    if order.id in order.missing:
        return _why_not_unknown(order, told_of)
    if order.permission is None or order.unread:
        return "Not all of this order was read from Amazon yet: refresh it first."
    odd = next((why for _, why in unrecognised_why(order)), None)
    return odd or _why_not_all_known(order, told_of) or _owed(order, now)


def _why_not_all_known(order: Order, told_of: Collection[str]) -> str | None:
    """Say which charge may have taken money that is not to be seen.

    One that Amazon does not find, never told of and shows no money of was somebody's mistake, and keeps nothing.
    """
    if taken_elsewhere(order):
        return lost(order) or ELSEWHERE
    balance = order.permission.balance if order.permission is not None else None
    return lost(order) if balance is None or order.missing.intersection(told_of) else None


def _why_not_unknown(order: Order, told_of: Collection[str]) -> str | None:
    """Say why an order that Amazon does not find may not be deleted: only what it never knew owes nobody anything."""
    if order.charges or order.refunds or {order.id, *order.missing}.intersection(told_of):
        return (
            "Amazon knew this order before and does not find it now, so what was paid for it is not known: refresh it "
            "later, or look into Seller Central."
        )
    return None


def _owed(order: Order, now: datetime) -> str | None:
    live = [c for c in order.charges if c.state in states.LIVE_CHARGE and not limits.lapsed(c, now)]
    if live:
        return f"{live[0].amount} are held or being taken for this order: end that first ({FIRST})."
    pending = next((r for r in order.refunds if r.state not in (states.REFUNDED, states.DECLINED)), None)
    if pending is not None:
        by = f", expected by {written(arrives)}" if (arrives := refund_limits.refund_arrives(pending)) else ""
        return f"A refund of {pending.amount} is under way{by}: delete the order when the buyer has it."
    captured, back = limits.captured_total(order), refund_limits.settled_refunds(order)
    if captured is None or back is None or back < captured or due(order) is not None:
        return f"{captured or 'What'} was paid and did not all go back: refund it first ({FIRST})."
    end = limits.permission_end(order)
    if usable(order) and (end is None or now < end):
        return f"The order can still be charged at Amazon: end it first ({FIRST})."
    return None
