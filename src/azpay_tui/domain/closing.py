"""Closing what was captured: a paid order stays open at Amazon until somebody closes it, or for 180 days.

Source: guide, post-purchase order modifications; object charge permission.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, states
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import Settings
from azpay_tui.domain.reasons import Step
from azpay_tui.domain.status import fully_captured
from azpay_tui.domain.words import usable

UNCLOSED: Final = "status=CAPTURED closes<366d"
"""The filter that finds them: captured, nothing under way, and the order's own end still to come."""


def seen_open_until(order: Order, now: datetime) -> str:
    """Return until when the buyer sees an open order, as the end of a sentence."""
    end = limits.permission_end(order)
    return f"until {written(end)}" if end is not None and end > now else "until Amazon closes it"


def unclosed(order: Order, now: datetime) -> bool:
    """Whether everything of a one-time order is captured, nothing is held, and Amazon still has it open.

    With nothing left to charge Amazon closes it itself.
    """
    permission = order.permission
    if permission is None or permission.kind != states.ONE_TIME or not usable(order):
        return False
    if permission.balance is not None and not permission.balance:
        return False
    held = limits.held_total(order, now)
    return fully_captured(order) and held is not None and not held and not order.intents


def reminder(order: Order, settings: Settings, now: datetime) -> Step | None:
    """Return what to do about an order that is captured and not closed, unless the policy says never."""
    if settings.close_after_capture == "never" or not unclosed(order, now):
        return None
    seen = seen_open_until(order, now)
    return Step(f"All of it is captured, and the buyer sees it open {seen}: close it{{}}.", Verb.CLOSE)


def next_step(intent: Intent, order: Order, settings: Settings, valid: Collection[Verb], now: datetime) -> Step | None:
    """Return what to do once a capture has succeeded: close the order, where all of it is captured by that."""
    wish = intent.draft.wish
    captures = wish.verb is Verb.CAPTURE or (wish.verb is Verb.AUTHORIZE and wish.capture_now)
    return reminder(order, settings, now) if captures and Verb.CLOSE in valid else None
