"""How long personal data of a buyer is kept: until some days after the last moment at which something was due."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, states
from azpay_tui.domain.order import Order
from azpay_tui.domain.status import fully_captured

_HOLDING: Final = (
    "unknown", "unrecognised", "diverged", "refund-declined", "refund-late", "stuck", "refund-due",
    "charged-after-cancel", "cancel-open",
)  # fmt: skip
"""Attention codes that say that money may be owed or astray: for these somebody may have to reach the buyer."""


def duty(order: Order, now: datetime, codes: tuple[str, ...] = (), *, reminder: bool = False) -> str | None:
    """Say what is still due with an order, as the end of a sentence; None when nothing is.

    `codes`: its attention codes that nobody has reviewed; `reminder`: a person wants to be reminded of it.
    """
    if order.intents:
        return f"a {order.intents[0].verb} is not settled ({order.intents[0].id})"
    if reminder:
        return "somebody wants to be reminded of it"
    holding = [code for code in codes if code in _HOLDING]
    if holding:
        return f"it needs a person ({holding[0]})"
    if _is_unread(order):
        return "it was never read from Amazon"
    if any(charge.state in states.LIVE_CHARGE and not limits.lapsed(charge, now) for charge in order.charges):
        return "an authorization or a capture has not ended"
    if any(refund.state not in (states.REFUNDED, states.DECLINED) for refund in order.refunds):
        return "a refund is not decided"
    return "it can still be charged" if _is_chargeable(order, now) else None


def ended_at(
    order: Order,
    now: datetime,
    heard_at: datetime | None,
    acted_at: datetime | None,
    codes: tuple[str, ...] = (),
    *,
    reminder: bool = False,
) -> datetime | None:
    """Return since when nothing is due with an order, UTC; None while something is.

    It is the last change that Amazon tells of, or the last act of ours (`acted_at`). An order that was never read may
    have been open for as long as a permission lives, counted from when it was made or heard of (`heard_at`).
    """
    unread = _is_unread(order)
    if duty(order, now, codes, reminder=reminder) is not None and (order.intents or reminder or not unread):
        return None
    if unread:
        # Nothing is heard of before it is made: a later moment is a mistake of the shop's, and would keep it for ever.
        known = [moment for moment in (order.created, heard_at) if moment is not None]
        return min(known) + limits.PERMISSION_LIFE if known else None
    facts = [*([order.permission] if order.permission else ()), *order.charges, *order.refunds]
    moments = [moment for fact in facts if (moment := fact.updated or fact.created) is not None]
    lapsed = [limits.authorization_end(charge) for charge in order.charges if charge.state == states.AUTHORIZED]
    moments += [end for end in lapsed if end is not None]
    end = limits.permission_end(order)
    if _is_open(order) and end is not None and end <= now:
        moments.append(end)
    if acted_at is not None:
        moments.append(acted_at)
    return max(moments, default=order.shop.created or heard_at)


def no_buyer(order: Order) -> str:
    """Say why the buyer of an order is not known here."""
    if order.purged_at is not None:
        return f"personal data removed on {order.purged_at:%Y-%m-%d}"
    return "not known (Amazon shows it for 30 days)"


def _is_unread(order: Order) -> bool:
    return order.permission is None and order.id not in order.missing


def _is_open(order: Order) -> bool:
    return order.permission is not None and order.permission.state != states.CLOSED


def _is_chargeable(order: Order, now: datetime) -> bool:
    if not _is_open(order) or order.canceled_here or fully_captured(order):
        return False
    end = limits.permission_end(order)
    return end is None or end > now
