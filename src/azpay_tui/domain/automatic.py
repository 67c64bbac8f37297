"""The next step that may be taken on an order without a person, and why an order is left to one; pure.

Only what the matrix says a plain `yes` to, on an order that was made after the switch was turned, that nobody touched,
on which shop and Amazon agree, and whose total the shop named: nothing is guessed and nothing is tried twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, states
from azpay_tui.domain.concerns import concern
from azpay_tui.domain.divergence import differences
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.marks import Marks
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.money import AmountError, Money
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.status import attention, status_of
from azpay_tui.domain.switch import POLICY, Act
from azpay_tui.domain.switching import CLOSE, parts_of
from azpay_tui.domain.table import charge_class
from azpay_tui.domain.words import payment_blocked

VERBS: Final = {
    "authorize": (Verb.AUTHORIZE,),
    "authorize-and-capture": (Verb.AUTHORIZE, Verb.CAPTURE),
    CLOSE: (Verb.CLOSE,),
}
"""What each part of a mode does."""
STATUS_OF: Final = {Verb.AUTHORIZE: "OPEN", Verb.CAPTURE: "AUTHORIZED", Verb.CLOSE: "CAPTURED"}
"""The only status in which each of these is done."""
LEFT: Final = frozenset(
    {"UNKNOWN", "NOT FOUND", "UNRECOGNISED", "PART-CAPTURED", "SUSPENDED", "DECLINED", "VOIDED", "EXPIRED"}
)
"""Status words of orders that need a person before anything more is charged."""
MOST_UNSENT: Final = 5
"""So many tries of one verb on one order that ended before anything was sent leave it to a person."""
_UNMARKED: Final = Marks()
_CLEAR: Final = frozenset({None, "open", "authorized"})
"""What the shop may say of an order of which money is held or taken."""
_UNTOLD: Final = frozenset({"paid-unseen"})
"""Disagreements that stand in the way of money, and not of closing: the shop was not told yet."""
_ASIDE: Final = frozenset({"message-failed", "repaired"})
"""Attention codes that stand in the way of nothing: somebody was not told, or the buyer was told that it goes on."""


@dataclass(frozen=True, slots=True)
class Step:
    """What would be done now."""

    verb: Verb
    target: str
    amount: Money | None
    why: str
    """One sentence; holds no outside text."""


@dataclass(frozen=True, slots=True)
class Pause:
    """An order that is left to a person, or until something is known."""

    why: str
    """One sentence; may hold outside text."""
    stale: bool = False
    """Whether what is known is older than what was done: then it is read again."""


def verbs_of(mode: str) -> frozenset[Verb]:
    """Return what a mode does by itself."""
    return frozenset(verb for part in parts_of(mode) for verb in VERBS.get(part, ()))


def next_step(
    order: Order,
    policy: Policy,
    mode: str,
    since: datetime,
    now: datetime,
    acts: Sequence[Act] = (),
    marks: Marks = _UNMARKED,
) -> Step | Pause | None:
    """Return the step that is due on an order, why it is left alone, or None when there is nothing to do.

    `since` is when the mode was switched on: older orders are none of its business. `acts` are all intents that the
    journal has of the order, `marks` what people noted on it.
    """
    permission = order.permission
    if permission is None or permission.created is None or permission.created <= since:
        return None
    try:
        return _judged(order, policy, verbs_of(mode), now, acts, marks)
    except AmountError:
        return Pause("Its amounts are in currencies that cannot be added up.")


def _judged(
    order: Order, policy: Policy, verbs: frozenset[Verb], now: datetime, acts: Sequence[Act], marks: Marks
) -> Step | Pause | None:
    word = status_of(order, now)
    verb = next((verb for verb in verbs if STATUS_OF[verb] == word), None)
    if verb is Verb.CLOSE and _closed(order):
        return None
    if verb is None:
        charges = verbs != {Verb.CLOSE}
        return Pause(f"It is {word}: a person decides what comes next.") if charges and word in LEFT else None
    touched, unclear = _touched(verb, acts, marks), _unclear(order, verb, now)
    if touched is not None:
        return touched
    if unclear is not None:
        return Pause(unclear)
    step = _of_charge(order, now) if verb is Verb.CAPTURE else _of_order(order, verb, now)
    if isinstance(step, Pause):
        return step
    offer = next((one for one in offers(order, policy, now) if (one.verb, one.target) == (verb, step.target)), None)
    if offer is None or offer.verdict != "yes":
        return Pause((offer.reason if offer is not None else None) or f"{verb} is not plainly valid now.")
    least, most, amount = offer.minimum, offer.maximum, step.amount
    if amount is not None and (least is None or most is None or not least <= amount <= most):
        return Pause(f"{amount} is not within what may be {verb}d now: at most {most}.")
    return step


def _closed(order: Order) -> bool:
    return order.permission is None or order.permission.state == states.CLOSED


def _touched(verb: Verb, acts: Iterable[Act], marks: Marks) -> Pause | None:
    """Say who had the order in hand, or what was tried already."""
    unsent = 0
    for act in acts:
        if act.person != POLICY:
            if verb is Verb.CLOSE and act.verb in ("authorize", "capture") and act.state == "succeeded":
                continue
            return Pause(f"{act.person} has it in hand ({act.verb}: {act.state}).")
        if act.state == "abandoned":
            unsent += act.verb == verb
        elif act.state not in ("succeeded", "accepted"):
            return Pause(f"The {act.verb} was tried once ({act.state}): a person decides what comes next.")
        elif act.verb == verb:  # a program that died had no time to read what it had done
            return Pause(f"The {verb} was done ({act.state}), and what was read last does not show it.", stale=True)
    if unsent >= MOST_UNSENT:
        return Pause(f"The {verb} could not be sent {unsent} times: a person decides what comes next.")
    standing = marks.standing
    if standing.reminder is not None or standing.review is not None:
        return Pause("A person reviewed it or put it off.")
    if verb is not Verb.CLOSE and (standing.tags or marks.notes):
        return Pause("A person wrote a note on it or tagged it.")
    return None


def _unclear(order: Order, verb: Verb, now: datetime) -> str | None:
    """Say what is not known of the order, or on what shop and Amazon disagree."""
    shop = order.shop
    if order.cancelled is not None:
        return "The sale was cancelled here, in whole or in part."
    if order.unread or order.missing:
        return "Not all of it was read from Amazon."
    if shop.waits:
        return "The shop's word changed, and it was not read from Amazon again since."
    if shop.amount is None or not shop.amount.known:
        return "The shop did not name its total."
    if payment_blocked(order) or (verb is not Verb.CLOSE and _closed(order)):
        return "Its payment is blocked or closed at Amazon."
    code = next((code for code in attention(order, now) if code not in _ASIDE), None)
    if code is not None:
        return concern(code).sentence
    if verb is not Verb.CLOSE and shop.claim not in _CLEAR:
        return f"The shop says that it is {shop.claim}."
    allowed = _UNTOLD if verb is Verb.CLOSE else frozenset()
    found = next((one for one in differences(order, now) if one.code not in allowed), None)
    return None if found is None else found.sentence


def _of_order(order: Order, verb: Verb, now: datetime) -> Step | Pause:
    total, permission = order.shop.amount, order.permission
    if verb is Verb.CLOSE:
        return Step(verb, order.id, None, "It is captured in full: nothing more will be charged.")
    if order.charges or order.declines or order.refunds:
        return Pause("It was charged before: a person decides whether it is charged again.")
    if permission is None or permission.balance is None or permission.balance != permission.limit:
        return Pause("Its balance at Amazon shows that something was charged.")
    if limits.chargeable_left(order, now) != total:
        return Pause(f"Amazon does not let its total of {total} be charged: {permission.balance} is left.")
    return Step(verb, order.id, total, f"It is new, and its total of {total} is not authorized.")


def _of_charge(order: Order, now: datetime) -> Step | Pause:
    charge = order.charges[0]
    if len(order.charges) != 1 or order.refunds or order.declines:
        return Pause("It was charged more than once: a person decides which authorization is captured.")
    if not _whole(order, charge):
        return Pause(f"{charge.amount} is authorized, and its total is {order.shop.amount}.")
    if charge_class(charge, now) != "fresh":
        return Pause("Its authorization is no longer guaranteed: a capture may be declined.")
    return Step(Verb.CAPTURE, charge.id, charge.amount, f"Its whole total of {charge.amount} is authorized.")


def _whole(order: Order, charge: Charge) -> bool:
    total = order.shop.amount
    return total is not None and charge.amount.same_currency(total) and charge.amount == total
