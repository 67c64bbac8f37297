"""Status word, attention codes, ship verdict and deadlines of an order, derived in this one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.domain import limits, owing, refund_limits, states
from azpay_tui.domain.declines import declined_last, repaired
from azpay_tui.domain.intent import OPEN_STATES
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Order
from azpay_tui.domain.remaining import rest_is_paid, taken_for_cancelled
from azpay_tui.domain.words import last_charge as last_charge
from azpay_tui.domain.words import payment_blocked as payment_blocked
from azpay_tui.domain.words import stop_shipment as stop_shipment
from azpay_tui.domain.words import unrecognised as unrecognised
from azpay_tui.domain.words import usable as usable

STATUS_WORDS: Final = (
    "UNKNOWN",
    "NEW",
    "NOT FOUND",
    "UNRECOGNISED",
    "CAPTURING",
    "REFUNDING",
    "PENDING",
    "AUTHORIZED",
    "REFUNDED",
    "PART-REFUNDED",
    "PART-CAPTURED",
    "CAPTURED",
    "SUSPENDED",
    "CANCELED",
    "DECLINED",
    "VOIDED",
    "EXPIRED",
    "CLOSED",
    "OPEN",
)
ATTENTION_CODES: Final = (
    "unknown",
    "lapses-soon",
    "lapsed",
    "declined",
    "suspended",
    "repaired",
    "refund-declined",
    "refund-late",
    "diverged",
    "stop-shipment",
    "stuck",
    "unrecognised",
    "refund-due",
    "charged-after-cancel",
    "cancel-open",
    "message-failed",
)
_CAPTURE_LIFE: Final = timedelta(hours=24)
"""A capture still running after it is stuck (one and a half hours were seen in practice)."""
_INTENT_LIFE: Final = timedelta(hours=1)
_CHARGED_ANEW: Final = ("OPEN", "VOIDED", "EXPIRED")
"""Status words of orders for which nothing is held or taken, and no try of it was declined."""


@dataclass(frozen=True, slots=True)
class Ship:
    """Whether the parcel may leave."""

    word: str
    """`SHIP` or `HOLD`."""
    reason: str


def _has_intent(order: Order, *, intent_states: tuple[str, ...], verb: str | None = None) -> bool:
    return any(i.state in intent_states and (verb is None or i.verb == verb) for i in order.intents)


def _charge_in(order: Order, state: str) -> bool:
    return any(charge.state == state for charge in order.charges)


def _authorized(order: Order, now: datetime) -> bool:
    return any(c.state == states.AUTHORIZED and not limits.lapsed(c, now) for c in order.charges)


def _refunded_word(order: Order) -> str | None:
    captured, refunded = limits.captured_total(order), refund_limits.settled_refunds(order)
    if captured is None or refunded is None or refunded.minor <= 0 or captured.minor <= 0:
        return None
    return "REFUNDED" if refunded >= captured else "PART-REFUNDED"


def _captured_word(order: Order) -> str | None:
    captured, amount, permission = limits.captured_total(order), order.amount, order.permission
    if captured is None or captured.minor <= 0 or permission is None:
        return None
    nothing_left = permission.balance is not None and permission.balance.minor == 0
    reached = amount is not None and amount.same_currency(captured) and captured >= amount
    if permission.state == states.CLOSED or nothing_left or reached or rest_is_paid(order):
        return "CAPTURED"
    return "PART-CAPTURED" if usable(order) else None


def fully_captured(order: Order) -> bool:
    """Whether something is captured and nothing more will be: what was not cancelled is paid, or nothing is left."""
    return _captured_word(order) == "CAPTURED"


def _ended_word(order: Order, now: datetime) -> str | None:
    charge = last_charge(order)
    if charge is None:
        return None
    if limits.lapsed(charge, now):
        return "EXPIRED"
    return "VOIDED" if charge.state == states.CANCELED else None


def _canceled(order: Order) -> bool:
    ended = (c for c in order.charges if c.state == states.CANCELED)
    return order.canceled_here or any(charge.reason in states.ORDER_CANCELED for charge in ended)


def _new_word(order: Order) -> str | None:
    if order.id in order.missing:
        return "NOT FOUND"
    return "NEW" if order.permission is None else None


def _flight_word(order: Order) -> str | None:
    if _charge_in(order, states.CAPTURE_INITIATED) or _moving(order, "capture"):
        return "CAPTURING"
    if any(refund.state == states.REFUND_INITIATED for refund in order.refunds) or _moving(order, "refund"):
        return "REFUNDING"
    return "PENDING" if _charge_in(order, states.AUTHORIZATION_INITIATED) or _moving(order, "authorize") else None


def _moving(order: Order, verb: str) -> bool:
    """Whether this journal's own request is under way: being sent, or accepted and not to be seen at Amazon yet."""
    if _has_intent(order, intent_states=("intent", "sent"), verb=verb):
        return True
    accepted = [i for i in order.intents if i.verb == verb and i.state == "accepted"]
    if verb == "capture":
        targets = {intent.target for intent in accepted}
        return any(c.id in targets and c.state == states.AUTHORIZED for c in order.charges)
    seen = {charge.id for charge in order.charges} | {refund.id for refund in order.refunds}
    return any(intent.result_id not in seen for intent in accepted)


_RULES: Final[tuple[Callable[[Order, datetime], str | None], ...]] = (
    lambda order, now: "UNKNOWN" if _has_intent(order, intent_states=("unknown", "attention")) else None,
    lambda order, now: _new_word(order),
    lambda order, now: "UNRECOGNISED" if unrecognised(order) else None,
    lambda order, now: _flight_word(order),
    # What the shop decided stays so whatever becomes of it at Amazon: a lapse or a close revives nothing.
    lambda order, now: "CANCELED" if owing.cancelled_whole(order) else None,
    lambda order, now: "AUTHORIZED" if _authorized(order, now) else None,
    lambda order, now: _refunded_word(order),
    lambda order, now: _captured_word(order),
    lambda order, now: "SUSPENDED" if payment_blocked(order) else None,
    lambda order, now: "CANCELED" if _canceled(order) else None,
    lambda order, now: "DECLINED" if declined_last(order) else None,
    _ended_word,
    lambda order, now: "CLOSED" if order.permission and order.permission.state == states.CLOSED else None,
)
"""First match wins; what no rule names is OPEN."""


def status_of(order: Order, now: datetime) -> str:
    """Return the one status word of an order at `now` (UTC)."""
    for rule in _RULES:
        word = rule(order, now)
        if word is not None:
            return word
    return "OPEN"


def _live_deadlines(order: Order, now: datetime) -> list[datetime]:
    ends = []
    for charge in order.charges:
        if charge.state == states.AUTHORIZED and not limits.lapsed(charge, now):
            ends += [end for end in (limits.guarantee_end(charge), limits.authorization_end(charge)) if end]
    return ends


def _flight_limits(order: Order) -> list[datetime]:
    """Return when each thing in flight counts as stuck."""
    allowed = {states.AUTHORIZATION_INITIATED: limits.PENDING_LIFE, states.CAPTURE_INITIATED: _CAPTURE_LIFE}
    ends = []
    for charge in order.charges:
        since = charge.updated or charge.created
        if charge.state in allowed and since is not None:
            ends.append(since + allowed[charge.state])
    ends += [intent.at + _INTENT_LIFE for intent in order.intents if intent.state in ("intent", "sent")]
    return ends


def _refund_limits(order: Order) -> list[datetime]:
    return [end for refund in order.refunds if (end := refund_limits.refund_arrives(refund)) is not None]


def _refund_declined(order: Order) -> bool:
    return any(refund_limits.declined_refund(order, charge) for charge in limits.captured_charges(order))


def _rest_waits(order: Order, word: str) -> bool:
    """Whether part of the order is captured, the rest is not, and nothing is under way for it."""
    return word in ("PART-CAPTURED", "PART-REFUNDED", "REFUNDED") and _captured_word(order) == "PART-CAPTURED"


def charged_elsewhere(order: Order) -> bool:
    """Whether the balance at Amazon shows a charge that is not known here, as far as the known ones were read."""
    return order.permission is not None and not limits.unread_charges(order) and not limits.balance_fits(order)


def attention(order: Order, now: datetime) -> tuple[str, ...]:
    """Return why an order needs a person, in the order of `ATTENTION_CODES`.

    A decline or a lapse counts as long as something is left to charge, also when a part was captured before. A decline
    whose payment method the buyer has repaired since is `repaired` instead; so is an order whose payment method had
    failed without a charge, when somebody was written to about it.
    """
    word = status_of(order, now)
    rest = _rest_waits(order, word)
    declined = word == "DECLINED" or (rest and declined_last(order))
    mended = (declined or rest or word in _CHARGED_ANEW) and repaired(order) is not None
    over = owing.cancelled_whole(order)
    found = {
        "unknown": word == "UNKNOWN",
        "lapses-soon": not over and any(now < end <= now + limits.SOON for end in _live_deadlines(order, now)),
        "lapsed": (word == "EXPIRED" or (rest and _ended_word(order, now) == "EXPIRED")) and usable(order),
        "declined": declined and not mended,
        "suspended": word == "SUSPENDED",
        "repaired": mended,
        "refund-declined": _refund_declined(order),
        "refund-late": any(end <= now for end in _refund_limits(order)),
        "diverged": charged_elsewhere(order),
        "stop-shipment": stop_shipment(order),
        "stuck": any(end <= now for end in _flight_limits(order)),
        "unrecognised": bool(unrecognised(order)),
        "refund-due": owing.due(order) is not None,
        "charged-after-cancel": owing.charged_after(order) or taken_for_cancelled(order),
        "cancel-open": owing.open_at_amazon(order, now),
        "message-failed": bool(order.untold),
    }
    return tuple(code for code in ATTENTION_CODES if found[code])


_HOLDS: Final = {
    "UNKNOWN": "The outcome of an action is not known yet: settle it first.",
    "NEW": "Nothing was read from Amazon yet: refresh first.",
    "NOT FOUND": "Amazon does not know this id here.",
    "UNRECOGNISED": "Amazon says something this version does not know: look into Seller Central.",
    "REFUNDED": "The money went back.",
    "CANCELED": "The order was cancelled.",
}


def ship(order: Order, now: datetime) -> Ship:
    """Say whether the parcel may leave: captured, or authorized inside the 7-day guarantee; everything else holds.

    Captured means the order's amount, or all that will be taken; a part of it does not pay for the parcel.
    """
    word = status_of(order, now)
    if stop_shipment(order):
        return Ship("HOLD", "Amazon says not to ship this order.")
    if owing.cancelled_whole(order):
        return Ship("HOLD", _HOLDS["CANCELED"])
    if word in _HOLDS:
        return Ship("HOLD", _HOLDS[word])
    busy = next((intent for intent in order.intents if intent.state in OPEN_STATES), None)
    if busy is not None:
        return Ship("HOLD", f"{busy.named} by {busy.person} is not settled ({busy.id}).")
    captured, returning = limits.captured_total(order), refund_limits.refunded_total(order)
    if captured is not None and captured.minor > 0 and fully_captured(order):
        if returning is not None and returning >= captured:
            return Ship("HOLD", "The money is going back.")
        return Ship("SHIP", f"{captured} captured.")
    for charge in order.charges:
        end = limits.guarantee_end(charge)
        if charge.state == states.AUTHORIZED and not limits.lapsed(charge, now) and end is not None and now < end:
            return Ship("SHIP", f"{charge.amount} authorized; guaranteed when captured by {written(end)}.")
    return Ship("HOLD", _why_hold(order, word))


def _why_hold(order: Order, word: str) -> str:
    captured = limits.captured_total(order)
    match word:
        case "CAPTURING":
            return "The capture is not decided yet."
        case "PENDING":
            return "Amazon is still deciding about the authorization."
        case "AUTHORIZED":
            return "The 7-day guarantee is over: capture first, then ship."
    if captured is not None and captured.minor > 0:
        return f"Only {captured} of {order.amount or 'the order'} is captured."
    return "Nothing is captured or authorized."


def expires_at(order: Order, now: datetime) -> datetime | None:
    """Return the next deadline that ends something of value, UTC.

    The guarantee, then the end of a live authorization; without one the end of a permission with money left; else None.
    """
    ends = [end for end in _live_deadlines(order, now) if end > now]
    if ends:
        return min(ends)
    done = fully_captured(order) or status_of(order, now) in ("CAPTURED", "REFUNDED", "CANCELED")
    if usable(order) and not done:
        end = limits.permission_end(order)
        return end if end is not None and end > now else None
    return None


def changes_at(order: Order, now: datetime) -> datetime | None:
    """Return the next moment at which time alone changes status, attention, ship verdict or deadline; None: never."""
    moments = [*_live_deadlines(order, now), *_flight_limits(order), *_refund_limits(order)]
    moments += [end - limits.SOON for end in _live_deadlines(order, now)]
    end = limits.permission_end(order)
    if end is not None:
        moments.append(end)
    return min((moment for moment in moments if moment > now), default=None)
