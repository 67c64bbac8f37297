"""Where an order stands as its shop sees it, whatever the shop calls it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from azpay_tui.simulator.model import Order

Standing = Literal[
    "open", "pending", "authorized", "capturing", "part-captured", "captured", "shipped", "part-refunded", "refunded",
    "declined", "voided", "lapsed", "canceled", "unknown",
]  # fmt: skip

#: How long a parcel waits after its capture.
_PACKING: Final = timedelta(days=2)
_ON_THE_WAY: Final[dict[str, Standing]] = {
    "AuthorizationInitiated": "pending",
    "Authorized": "authorized",
    "CaptureInitiated": "capturing",
    "Declined": "declined",
}


def standing(order: Order, now: datetime) -> Standing:
    """Return how far the order got; what was paid in full two days ago is on its way to the buyer."""
    captured = order.captured()
    refunded = sum(charge.refunded(pending=False) for charge in order.charges)
    if captured and refunded:
        return "refunded" if refunded >= captured else "part-refunded"
    if captured:
        return _paid(order, now) if captured >= order.amount else "part-captured"
    live = [charge for charge in order.charges if charge.state in _ON_THE_WAY and charge.state != "Declined"]
    if live:
        return _ON_THE_WAY[live[0].state]
    if not order.charges:
        return "canceled" if order.state == "Closed" else "open"
    last = order.charges[-1]
    if last.state == "Canceled":
        if last.reason == "ExpiredUnused":
            return "lapsed"
        return "canceled" if order.state == "Closed" else "voided"
    return _ON_THE_WAY.get(last.state, "unknown")


def _paid(order: Order, now: datetime) -> Standing:
    last = max(charge.updated for charge in order.charges if charge.captured)
    return "shipped" if now - last > _PACKING else "captured"
