"""Status word, attention codes, ship verdict and deadlines of an order, derived in this one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.domain import limits, states
from azpay_tui.domain.order import Charge, Order

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
    "refund-declined",
    "refund-late",
    "diverged",
    "stop-shipment",
    "stuck",
    "unrecognised",
)
_CAPTURE_LIFE: Final = timedelta(hours=24)
"""A capture still running after it is stuck (one and a half hours were seen in practice)."""
_INTENT_LIFE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ship:
    """Whether the parcel may leave."""

    word: str
    """`SHIP` or `HOLD`."""
    reason: str


def last_charge(order: Order) -> Charge | None:
    """Return the newest charge."""
    return order.charges[-1] if order.charges else None


def payment_blocked(order: Order) -> bool:
    """Whether the permission is not chargeable for another reason than a charge in progress."""
    permission = order.permission
    if permission is None or permission.state != states.NON_CHARGEABLE:
        return False
    return any(reason.code != states.CHARGE_IN_PROGRESS for reason in permission.reasons) or not permission.reasons


def usable(order: Order) -> bool:
    """Whether the permission may be charged, now or when the charge in progress is done."""
    permission = order.permission
    if permission is None or permission.state == states.CLOSED or payment_blocked(order):
        return False
    return permission.state in (states.CHARGEABLE, states.NON_CHARGEABLE)


def unrecognised(order: Order) -> tuple[str, ...]:
    """Return the ids of objects with a state word or a currency this version does not know."""
    found = []
    permission = order.permission
    if permission is not None:
        amounts = [amount for amount in (permission.limit, permission.balance) if amount is not None]
        if permission.state not in states.PERMISSION_STATES or not all(amount.known for amount in amounts):
            found.append(permission.id)
    found += [c.id for c in order.charges if c.state not in states.CHARGE_STATES or not c.amount.known]
    found += [r.id for r in order.refunds if r.state not in states.REFUND_STATES or not r.amount.known]
    return tuple(found)


def _has_intent(order: Order, *, intent_states: tuple[str, ...], verb: str | None = None) -> bool:
    return any(i.state in intent_states and (verb is None or i.verb == verb) for i in order.intents)


def _charge_in(order: Order, state: str) -> bool:
    return any(charge.state == state for charge in order.charges)


def _authorized(order: Order, now: datetime) -> bool:
    return any(c.state == states.AUTHORIZED and not limits.lapsed(c, now) for c in order.charges)


def _refunded_word(order: Order) -> str | None:
    captured, refunded = limits.captured_total(order), limits.settled_refunds(order)
    if captured is None or refunded is None or refunded.minor <= 0 or captured.minor <= 0:
        return None
    return "REFUNDED" if refunded >= captured else "PART-REFUNDED"


def _captured_word(order: Order) -> str | None:
    captured, amount, permission = limits.captured_total(order), order.amount, order.permission
    if captured is None or captured.minor <= 0 or permission is None:
        return None
    comparable = amount is not None and (amount.currency, amount.exponent) == (captured.currency, captured.exponent)
    nothing_left = permission.balance is not None and permission.balance.minor == 0
    reached = comparable and amount is not None and captured >= amount
    if permission.state == states.CLOSED or nothing_left or reached:
        return "CAPTURED"
    return "PART-CAPTURED" if usable(order) else None


def _declined_last(order: Order) -> bool:
    charge = last_charge(order)
    if order.declines:
        latest = order.declines[-1].at
        if charge is None or charge.created is None or latest > charge.created:
            return True
    return charge is not None and charge.state == states.DECLINED


def _ended_word(order: Order, now: datetime) -> str | None:
    charge = last_charge(order)
    if charge is None:
        return None
    if limits.lapsed(charge, now):
        return "EXPIRED"
    return "VOIDED" if charge.state == states.CANCELED else None


def _canceled(order: Order) -> bool:
    ended = (states.PERMISSION_CANCELED, states.AMAZON_CANCELED)
    return order.canceled_here or any(c.state == states.CANCELED and c.reason in ended for c in order.charges)


def _new_word(order: Order) -> str | None:
    if order.id in order.missing:
        return "NOT FOUND"
    return "NEW" if order.permission is None else None


def _flight_word(order: Order) -> str | None:
    moving = ("intent", "sent")
    if _charge_in(order, states.CAPTURE_INITIATED) or _has_intent(order, intent_states=moving, verb="capture"):
        return "CAPTURING"
    refunding = any(refund.state == states.REFUND_INITIATED for refund in order.refunds)
    known = {refund.id for refund in order.refunds}
    accepted = any(i.verb == "refund" and i.state == "accepted" and i.result_id not in known for i in order.intents)
    if refunding or accepted or _has_intent(order, intent_states=moving, verb="refund"):
        return "REFUNDING"
    pending = _charge_in(order, states.AUTHORIZATION_INITIATED)
    return "PENDING" if pending or _has_intent(order, intent_states=moving, verb="authorize") else None


_RULES: Final[tuple[Callable[[Order, datetime], str | None], ...]] = (
    lambda order, now: "UNKNOWN" if _has_intent(order, intent_states=("unknown", "attention")) else None,
    lambda order, now: _new_word(order),
    lambda order, now: "UNRECOGNISED" if unrecognised(order) else None,
    lambda order, now: _flight_word(order),
    lambda order, now: "AUTHORIZED" if _authorized(order, now) else None,
    lambda order, now: _refunded_word(order),
    lambda order, now: _captured_word(order),
    lambda order, now: "SUSPENDED" if payment_blocked(order) else None,
    lambda order, now: "CANCELED" if _canceled(order) else None,
    lambda order, now: "DECLINED" if _declined_last(order) else None,
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
    return [
        limits.working_days_after(refund.created, limits.REFUND_LATE_WORKING_DAYS)
        for refund in order.refunds
        if refund.state == states.REFUND_INITIATED and refund.created is not None
    ]


def stop_shipment(order: Order) -> bool:
    """Whether any reason says not to ship."""
    codes = {charge.reason for charge in order.charges} | {refund.reason for refund in order.refunds}
    if order.permission is not None:
        codes |= {reason.code for reason in order.permission.reasons}
    return bool(codes & states.STOP_SHIPMENT)


def _refund_declined(order: Order) -> bool:
    for charge in limits.captured_charges(order):
        refund = limits.last_refund(order, charge)
        if refund is not None and refund.state == states.DECLINED:
            return True
    return False


def attention(order: Order, now: datetime) -> tuple[str, ...]:
    """Return why an order needs a person, in the order of `ATTENTION_CODES`."""
    word = status_of(order, now)
    found = {
        "unknown": word == "UNKNOWN",
        "lapses-soon": any(now < end <= now + limits.SOON for end in _live_deadlines(order, now)),
        "lapsed": word == "EXPIRED" and usable(order),
        "declined": word == "DECLINED",
        "suspended": word == "SUSPENDED",
        "refund-declined": _refund_declined(order),
        "refund-late": any(end <= now for end in _refund_limits(order)),
        "diverged": order.permission is not None and not limits.balance_fits(order),
        "stop-shipment": stop_shipment(order),
        "stuck": any(end <= now for end in _flight_limits(order)),
        "unrecognised": bool(unrecognised(order)),
    }
    return tuple(code for code in ATTENTION_CODES if found[code])


def ship(order: Order, now: datetime) -> Ship:
    """Say whether the parcel may leave: captured, or authorized inside the 7-day guarantee; everything else holds."""
    word = status_of(order, now)
    if stop_shipment(order):
        return Ship("HOLD", "Amazon says not to ship this order.")
    if word in ("UNKNOWN", "NEW", "NOT FOUND", "UNRECOGNISED"):
        return Ship("HOLD", "What Amazon did is not known yet.")
    if word in ("REFUNDED", "CANCELED"):
        return Ship("HOLD", "The money went back." if word == "REFUNDED" else "The order was cancelled.")
    captured = limits.captured_total(order)
    if captured is not None and captured.minor > 0:
        return Ship("SHIP", f"{captured} captured.")
    for charge in order.charges:
        end = limits.guarantee_end(charge)
        if charge.state == states.AUTHORIZED and end is not None and now < end:
            return Ship("SHIP", f"{charge.amount} authorized; guaranteed when captured by {end:%Y-%m-%d %H:%M} UTC.")
    if word == "AUTHORIZED":
        return Ship("HOLD", "The 7-day guarantee is over: capture first, then ship.")
    return Ship("HOLD", "Nothing is captured or authorized.")


def expires_at(order: Order, now: datetime) -> datetime | None:
    """Return the next deadline that ends something of value, UTC.

    The guarantee, then the end of a live authorization; without one the end of a permission with money left; else None.
    """
    ends = [end for end in _live_deadlines(order, now) if end > now]
    if ends:
        return min(ends)
    if usable(order) and status_of(order, now) not in ("CAPTURED", "REFUNDED", "CANCELED"):
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
