"""What is told of a sale that was cancelled here."""

from __future__ import annotations

from azpay_tui.cli import shapes
from azpay_tui.cli.output import utc
from azpay_tui.domain.order import Order
from azpay_tui.domain.owing import due


def sale_value(order: Order) -> dict[str, object] | None:
    """Write that a sale was cancelled as JSON; None: it was not."""
    cancelled = order.cancelled
    if cancelled is None:
        return None
    return {
        "at": utc(cancelled.at),
        "by": cancelled.person,
        "whole": cancelled.whole,
        "refunds": cancelled.refunds,
        "due": shapes.money(due(order)),
    }
