"""The guided actions on a whole sale, as the pane of actions offers them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from azpay_tui.domain.intent import OPEN_STATES, Verb
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.owing import cancelled_whole, due, open_at_amazon

ENDS: Final = {
    "e": ("cancel-sale", "Cancel sale: end what is held, refund what was taken"),
    "o": ("cannot-fulfil", "Cannot fulfil: cancel the sale, the buyer is to order again"),
}
"""By their letters the commands, and what they do."""


def may_end(order: Order, offers: Iterable[Offer], now: datetime) -> bool:
    """Tell whether the guided actions on the sale are offered: something moves, or may be cancelled here at least."""
    if order.permission is None or order.id in order.missing:
        return False
    if any(intent.state in OPEN_STATES for intent in order.intents):
        return False
    if not cancelled_whole(order):
        return any(offer.verdict != "no" and offer.verb is not Verb.REFRESH for offer in offers)
    return due(order) is not None or open_at_amazon(order, now)
