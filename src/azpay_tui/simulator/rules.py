"""The state machine: balances, what a permission reports, decisions that fall due."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from azpay_tui.simulator.model import BUYER_WINDOW, LIVE, PERMISSION_LIFE, REFUSAL_REASONS, Charge, Order
from azpay_tui.simulator.settings import Settings


def taken(order: Order, now: datetime) -> int:
    """What counts against the limit: everything captured, or this calendar month's (UTC) when it is recurring."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return order.captured(month if order.kind == "Recurring" else None)


def room(order: Order, now: datetime) -> int:
    """What may still be captured, in minor units; captures under way are counted."""
    return order.limit - taken(order, now) - order.capturing()


def balance(order: Order, settings: Settings, now: datetime) -> int:
    """What may still be charged, in minor units: captures reduce it, live charges only under the switch."""
    spent = taken(order, now)
    if settings.open_charges_reduce_balance:
        spent += sum(charge.amount for charge in order.charges if charge.state in LIVE)
    return max(0, order.limit - spent)


def reported_state(order: Order, settings: Settings) -> tuple[str, list[str]]:
    """State and reasons a client is told; a live charge counts under the switch."""
    if (
        settings.charge_in_progress_blocks
        and order.state in ("Chargeable", "NonChargeable")
        and any(charge.state in LIVE for charge in order.charges)
    ):
        return "NonChargeable", [*order.reasons, "ChargeInProgress"]
    return order.state, list(order.reasons)


def charge_expires(charge: Charge, settings: Settings) -> datetime:
    """When an authorization lapses unused."""
    return charge.created + timedelta(days=settings.authorization_days)


def permission_expires(order: Order) -> datetime:
    """End of a permission: 180 days after it was made, 13 months when it was extended at checkout.

    A recurring one lives 13 months from its last charge.
    """
    if order.kind == "Recurring":
        return _months_later(max((charge.created for charge in order.charges), default=order.created), 13)
    return _months_later(order.created, 13) if order.extended else order.created + PERMISSION_LIFE


def _months_later(moment: datetime, months: int) -> datetime:
    """The same day some months on, or the last one of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def buyer_visible(order: Order, now: datetime) -> bool:
    """Buyer and addresses can be read for the first 30 days, of a recurring permission until 30 days after its end."""
    if order.kind == "Recurring":
        return order.state != "Closed" or now < order.updated + BUYER_WINDOW
    return now < order.created + BUYER_WINDOW


def close(order: Order, reason: str, now: datetime) -> None:
    """End the permission."""
    order.state, order.reasons, order.updated = "Closed", [reason], now


def cancel_charge(charge: Charge, reason: str, now: datetime) -> None:
    """End an authorization without a capture."""
    charge.state, charge.reason, charge.updated, charge.decides_at = "Canceled", reason, now, None


def cancel_open_charges(order: Order, reason: str, now: datetime) -> None:
    """End every authorization that is pending or unused; a capture under way goes on."""
    for charge in order.charges:
        if charge.state in ("AuthorizationInitiated", "Authorized"):
            cancel_charge(charge, reason, now)


def suspend(order: Order, reason: str, now: datetime) -> None:
    """The buyer has to repair the payment method."""
    if order.state in ("Chargeable", "NonChargeable"):
        order.state, order.updated = "NonChargeable", now
        if reason not in order.reasons:
            order.reasons = [*order.reasons, reason]


def apply_decline(order: Order, reason: str, now: datetime) -> None:
    """What a decline does to the permission: a hard one suspends it, Amazon's rejection ends it."""
    if reason == "HardDeclined":
        suspend(order, "PaymentMethodInvalid", now)
    elif reason in REFUSAL_REASONS:
        suspend(order, REFUSAL_REASONS[reason], now)
    elif reason == "AmazonRejected" and order.state != "Closed":
        close(order, "AmazonCanceled", now)
        cancel_open_charges(order, "AmazonCanceled", now)


def decline_charge(order: Order, charge: Charge, reason: str, now: datetime) -> None:
    """Amazon declines a pending authorization or capture."""
    charge.state, charge.reason, charge.updated = "Declined", reason, now
    charge.decides_at = charge.capturing = None
    apply_decline(order, reason, now)


def finish_capture(order: Order, charge: Charge, amount: int, now: datetime) -> None:
    """Money is taken; a balance of zero closes the permission."""
    charge.state, charge.reason, charge.captured, charge.updated = "Captured", None, amount, now
    charge.decides_at = charge.capturing = None
    spent = order.kind == "OneTime" and order.captured() >= order.limit
    if spent and order.state in ("Chargeable", "NonChargeable"):
        close(order, "AmazonClosed", now)


def approve_charge(order: Order, charge: Charge, now: datetime) -> None:
    """What is being decided about a charge succeeds."""
    if charge.state == "CaptureInitiated":
        finish_capture(order, charge, charge.capturing or charge.amount, now)
    elif charge.capture_now and charge.amount <= room(order, now):
        finish_capture(order, charge, charge.amount, now)
    else:
        charge.state, charge.updated, charge.decides_at = "Authorized", now, None


def settle_due(order: Order, now: datetime, settings: Settings, *, moved: bool = False) -> bool:
    """Apply everything that fell due until ``now``; answer whether anything changed.

    Sample objects are held: their time passes only when the clock is moved (``moved``).
    """
    changed = False
    for charge in order.charges:
        for refund in charge.refunds:
            if refund.decides_at is not None and refund.decides_at <= now and (moved or not refund.held):
                refund.state, refund.updated, refund.decides_at = "Refunded", refund.decides_at, None
                changed = True
        if charge.held and not moved:
            continue
        if charge.decides_at is not None and charge.decides_at <= now:
            if charge.verdict is None:
                approve_charge(order, charge, charge.decides_at)
            else:
                decline_charge(order, charge, charge.verdict, charge.decides_at)
            changed = True
        lapses = charge_expires(charge, settings)
        if charge.state == "Authorized" and lapses <= now:
            cancel_charge(charge, "ExpiredUnused", lapses)
            changed = True
    if moved and order.state in ("Chargeable", "NonChargeable") and permission_expires(order) <= now:
        close(order, "Expired", permission_expires(order))
        changed = True
    return changed
