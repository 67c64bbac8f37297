"""How an order was paid, in the words of a shop's list of payments; pure."""

from __future__ import annotations

from typing import Final

from azpay_tui.domain import states

PAYMENT_METHOD: Final = "Amazon Pay"
"""What shops call the payment method."""
AMAZON_PAY: Final = "amazon-pay"
"""The same as a filter says it."""
UNSEEN: Final = ("NEW", "NOT FOUND")
"""Status words of orders that Amazon was not asked for yet, or does not know."""


def method_of(status: str) -> str | None:
    """Return how an order of a status was paid; None while Amazon was not asked, and where it does not know it."""
    return None if status in UNSEEN else PAYMENT_METHOD


def method_words(kind: str) -> str:
    """Return the payment method of a permission; one that is not for a single order is named, as Amazon's own word."""
    return PAYMENT_METHOD if kind == states.ONE_TIME else f"{PAYMENT_METHOD} ({kind})"
