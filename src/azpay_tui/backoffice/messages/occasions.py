"""What letters are written for, and whether one that waited still is right."""

from __future__ import annotations

from typing import Final

from azpay_tui.backoffice.composing import ADMIN, CONFIRMATION, PAYMENT_METHOD
from azpay_tui.domain.declines import decline_of, repaired
from azpay_tui.domain.messages import Message
from azpay_tui.domain.order import Order, kind_of
from azpay_tui.domain.owing import cancelled_whole

_NOT_SENT: Final = "so the letter was not sent"


def occasion_of(kind: str, order: Order) -> str:
    """Return what a letter is written for, when one is enough."""
    if kind == CONFIRMATION:
        return f"{kind}:{order.id}"
    decline = decline_of(order)
    return f"{kind}:{decline.key}" if decline is not None and kind in (PAYMENT_METHOD, ADMIN) else ""


def outdated(message: Message, order: Order | None) -> str | None:
    """Say why a letter is wrong by now, in one sentence; None while it is right, or nothing is known of its order.

    Only what came after it was written counts, so that what a person wants to say all the same is said: their own
    letter right after it was written, and each one that they have sent again.
    """
    kind, _, about = message.draft.occasion.partition(":")
    if not about or order is None or order.permission is None or _wanted_again(message):
        return None
    if cancelled_whole(order) and order.cancelled is not None and order.cancelled.at > message.created:
        return f"The sale was cancelled, {_NOT_SENT}."
    if kind == CONFIRMATION:
        return f"The order was cancelled, {_NOT_SENT}." if order.canceled_here else None
    unknown = any(kind_of(one) == "charge" for one in order.unread | order.missing)
    if unknown and not order.canceled_here:  # it may be the declined one
        return None
    if occasion_of(kind, order) != message.draft.occasion:
        return f"The order does not wait with that decline any more, {_NOT_SENT}."
    mended = repaired(order)
    if mended is not None and mended > message.created:
        return f"The buyer has repaired the payment method, {_NOT_SENT}."
    return None


def _wanted_again(message: Message) -> bool:
    """Whether a person had it sent again and nobody tried it since."""
    return message.tries == 0 and (message.attempts > 0 or message.next_due != message.created)
