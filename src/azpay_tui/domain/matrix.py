"""Which action is valid when: Amazon's rules as one table of data, plus the rules that cut across its rows.

`ROWS` is the table. Each charge of an order falls into one row; capture, void and refund take the verdict of their
charge's row, authorize, cancel and close the strictest of all rows that count. A policy may narrow the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from azpay_tui.domain import limits, reasons, states, status
from azpay_tui.domain.intent import MONEY_VERBS, OPEN_STATES, Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer, Verdict
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.policy import Policy

PermissionClass = Literal["usable", "suspended", "blocked", "closed"]
ChargeClass = Literal[
    "none",
    "pending",
    "fresh",
    "aged",
    "lapsed",
    "capturing",
    "captured",
    "soft",
    "hard",
    "rejected",
    "voided",
    "canceled",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """One verdict of the table; the sentence may name `{end}`, `{since}`, `{reasons}` and `{tries}`."""

    verdict: Verdict
    sentence: str | None = None
    warning: str | None = None


def _no(sentence: str) -> Cell:
    return Cell("no", sentence)


def _warn(name: str) -> Cell:
    return Cell("warn", reasons.warning_sentence(name), name)


YES: Final = Cell("yes")
BY_REFUNDS: Final = Cell("yes")
"""Placeholder of the refund column: rows 18 to 22 decide by amounts."""

_DECIDING: Final = _no("Amazon is still deciding about this authorization; it takes up to 24 hours.")
_ONE_CAPTURE: Final = _no("This charge was captured already; Amazon allows one capture per charge.")
_RUNNING: Final = _no("A capture is running; wait until Amazon has decided.")
_SETTLES: Final = _no("A capture is running: not before it settles.")
_TAKEN: Final = _no("Money was taken, so the order cannot be cancelled; refund it, or close the order.")
_CLOSED: Final = _no("The order is closed at Amazon ({reasons}).")
_ALREADY_CLOSED: Final = _no("The order is already closed ({reasons}).")
_NOT_CAPTURED: Final = _no("Nothing was captured of this charge, so there is nothing to refund.")
_NO_CHARGE: Final = _no("There is no authorization; authorize first.")
_DECLINED: Final = _no("This authorization was declined ({since}).")
_ENDED: Final = _no("This authorization was ended ({since}).")
_LAPSED: Final = _no("The authorization lapsed on {end}; authorize again.")
_BUYER: Final = _no("The buyer must repair the payment method first ({reasons}).")
_UNKNOWN_REASON: Final = _no("Amazon does not let the order be charged: {reasons}.")
_AMAZON_ENDED: Final = _no("Amazon ended the order ({reasons}).")
_AGED: Final = Cell("yes", "More than 7 days old: the capture may go pending and be declined.")
_TRIES: Final = Cell("yes", "Declined so far: {tries}.")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the verdicts for one kind of charge on one kind of permission."""

    number: str
    """Number of the row; a letter marks the same row on a permission that is suspended (s) or closed (c)."""
    capture: Cell
    void: Cell
    cancel: Cell
    close: Cell
    authorize: Cell
    refund: Cell = _NOT_CAPTURED


def _suspended(row: Row, number: str, **cells: Cell) -> Row:
    return replace(row, number=number, **{"authorize": _BUYER, "close": YES, **cells})


def _closed(row: Row, number: str) -> Row:
    return replace(row, number=number, cancel=_CLOSED, close=_ALREADY_CLOSED, authorize=_CLOSED)


_NOTHING: Final = Row("2", _NO_CHARGE, _NO_CHARGE, YES, _warn("nothing-charged"), YES, _no("Nothing was captured."))
_PENDING: Final = Row("3", _DECIDING, YES, YES, _warn("leaves-pending"), _warn("decision-under-way"))
_FRESH: Final = Row("4", YES, YES, YES, _warn("leaves-authorization"), _warn("second-hold"))
_AGED_ROW: Final = replace(_FRESH, number="5", capture=_AGED)
_LAPSED_ROW: Final = Row("6", _LAPSED, _LAPSED, YES, _warn("nothing-charged"), YES)
_CAPTURING: Final = Row("7", _RUNNING, _RUNNING, _RUNNING, _warn("leaves-pending"), _SETTLES, _SETTLES)
_CAPTURED: Final = Row("8", _ONE_CAPTURE, _ONE_CAPTURE, _TAKEN, YES, YES, BY_REFUNDS)
_SOFT: Final = Row("13", _DECLINED, _DECLINED, YES, _warn("nothing-charged"), _TRIES)
_HARD: Final = Row("14", _DECLINED, _DECLINED, YES, YES, _warn("same-card"))
_REJECTED: Final = Row("15", _DECLINED, _DECLINED, _AMAZON_ENDED, _AMAZON_ENDED, _AMAZON_ENDED)
_VOIDED: Final = Row("16", _ENDED, _ENDED, YES, _warn("nothing-charged"), YES)

ROWS: Final[dict[tuple[PermissionClass, ChargeClass], Row]] = {
    ("usable", "none"): _NOTHING,
    ("usable", "pending"): _PENDING,
    ("usable", "fresh"): _FRESH,
    ("usable", "aged"): _AGED_ROW,
    ("usable", "lapsed"): _LAPSED_ROW,
    ("usable", "capturing"): _CAPTURING,
    ("usable", "captured"): _CAPTURED,
    ("usable", "soft"): _SOFT,
    ("usable", "hard"): _HARD,
    ("usable", "rejected"): replace(_REJECTED, cancel=YES, close=YES),
    ("usable", "voided"): _VOIDED,
    ("usable", "canceled"): _VOIDED,
    ("suspended", "none"): _suspended(_NOTHING, "12"),
    ("suspended", "pending"): _suspended(_PENDING, "3s", close=_warn("leaves-pending")),
    ("suspended", "fresh"): _suspended(_FRESH, "11"),
    ("suspended", "aged"): _suspended(_AGED_ROW, "11"),
    ("suspended", "lapsed"): _suspended(_LAPSED_ROW, "12"),
    ("suspended", "capturing"): replace(_CAPTURING, number="7s"),
    ("suspended", "captured"): _suspended(_CAPTURED, "8s"),
    ("suspended", "soft"): _suspended(_SOFT, "12"),
    ("suspended", "hard"): _suspended(_HARD, "14"),
    ("suspended", "rejected"): _suspended(_REJECTED, "15s", cancel=YES),
    ("suspended", "voided"): _suspended(_VOIDED, "12"),
    ("suspended", "canceled"): _suspended(_VOIDED, "12"),
    ("closed", "none"): _closed(_NOTHING, "17"),
    ("closed", "pending"): _closed(_PENDING, "10"),
    ("closed", "fresh"): _closed(_FRESH, "10"),
    ("closed", "aged"): _closed(_AGED_ROW, "10"),
    ("closed", "lapsed"): _closed(_LAPSED_ROW, "17"),
    ("closed", "capturing"): replace(_CAPTURING, number="7c", close=_ALREADY_CLOSED),
    ("closed", "captured"): replace(_closed(_CAPTURED, "9"), cancel=_TAKEN),
    ("closed", "soft"): _closed(_SOFT, "17"),
    ("closed", "hard"): _closed(_HARD, "17"),
    ("closed", "rejected"): _REJECTED,
    ("closed", "voided"): _closed(_VOIDED, "17"),
    ("closed", "canceled"): _closed(_VOIDED, "17"),
}
"""The table. `blocked` (a reason this version does not know) takes the suspended rows with its own sentence."""

UNKNOWN_STATE: Final = _no("Amazon gives the state {raw!r}, which this version does not know; refresh and tell us.")
_LIVE: Final = frozenset({"pending", "fresh", "aged", "capturing"})


def permission_class(order: Order) -> PermissionClass:
    """Classify a permission in a known state by its state and reasons."""
    permission = order.permission
    if permission is None or permission.state == states.CLOSED:
        return "closed"
    if not status.payment_blocked(order):
        return "usable"
    known = states.PAYMENT_METHOD_REASONS | {states.CHARGE_IN_PROGRESS}
    codes = {reason.code for reason in permission.reasons}
    return "suspended" if codes and codes <= known else "blocked"


def charge_class(charge: Charge, now: datetime) -> ChargeClass:
    """Classify a charge in a known state by its state, its reason and its age."""
    match charge.state:
        case states.AUTHORIZATION_INITIATED:
            return "pending"
        case states.CAPTURE_INITIATED:
            return "capturing"
        case states.CAPTURED:
            return "captured"
        case states.DECLINED:
            return _decline_class(charge.reason)
    if limits.lapsed(charge, now):
        return "lapsed"
    if charge.state == states.CANCELED:
        return "canceled" if charge.reason == states.PERMISSION_CANCELED else "voided"
    end = limits.guarantee_end(charge)
    return "fresh" if end is not None and now <= end else "aged"


def _decline_class(reason: str | None) -> ChargeClass:
    if reason == states.AMAZON_REJECTED:
        return "rejected"
    return "hard" if reason in states.HARD_DECLINES else "soft"


def row_of(order: Order, charge: Charge | None, now: datetime) -> Row:
    """Return the row of one charge of an order, or of an order without charges."""
    permission = permission_class(order)
    kind: ChargeClass = "none" if charge is None else charge_class(charge, now)
    row = ROWS[("suspended" if permission == "blocked" else permission, kind)]
    return replace(row, authorize=_UNKNOWN_REASON) if permission == "blocked" and row.authorize is _BUYER else row


def rows_of(order: Order, now: datetime) -> tuple[Row, ...]:
    """Return the rows that decide what belongs to the whole order.

    Live and captured charges always count; an ended one only while it is the last, since a later charge
    supersedes it.
    A synchronous decline, which leaves no charge at Amazon, counts like a declined last charge.
    """
    counting = [c for c in order.charges if charge_class(c, now) in _LIVE | {"captured"}]
    last = status.last_charge(order)
    decline = _later_decline(order, last)
    rows = [row_of(order, charge, now) for charge in counting]
    if decline is not None:
        permission = permission_class(order)
        kind = _decline_class(decline)
        rows.append(ROWS[("suspended" if permission == "blocked" else permission, kind)])
    elif last is not None and last not in counting:
        rows.append(row_of(order, last, now))
    return tuple(rows) or (row_of(order, None, now),)


def _later_decline(order: Order, last: Charge | None) -> str | None:
    if not order.declines:
        return None
    decline = order.declines[-1]
    return decline.reason if last is None or last.created is None or decline.at > last.created else None


def offers(order: Order, policy: Policy, now: datetime) -> tuple[Offer, ...]:
    """Return the verdict on every verb and object of an order at `now` (UTC), narrowed by a policy.

    Verbs come in the order authorize, capture, void, refund, cancel, close, refresh; a verb without a possible
    object has one entry without a target. Every `no` and `warn` carries a sentence.
    """
    found = _blocked(order) or [
        _authorize(order, now),
        *_of_charges(order, Verb.CAPTURE, now),
        *_of_charges(order, Verb.VOID, now),
        *_of_charges(order, Verb.REFUND, now),
        _of_order(order, Verb.CANCEL, now),
        _of_order(order, Verb.CLOSE, now),
    ]
    return (*(policy.narrow(offer) for offer in found), Offer(Verb.REFRESH, order.id, "yes"))


def _blocked(order: Order) -> list[Offer] | None:
    """Return `no` for everything when the order as a whole cannot be judged or is locked by an open intent."""
    sentence = None
    busy = next((intent for intent in order.intents if intent.state in OPEN_STATES), None)
    if busy is not None:
        amount = f" of {busy.amount}" if busy.amount else ""
        sentence = (
            f"A {busy.verb}{amount} by {busy.person}, confirmed {busy.at:%Y-%m-%d %H:%M} UTC, is not settled "
            f"({busy.state}): settle {busy.id} first."
        )
    elif order.id in order.missing:
        sentence = "Amazon does not know this id here: check the id, region and environment, then refresh."
    elif order.permission is None:
        sentence = "Nothing was read from Amazon yet: refresh first."
    if sentence is None:
        return None
    return [Offer(verb, None, "no", sentence) for verb in MONEY_VERBS]


def _sentence(cell: Cell, order: Order, charge: Charge | None) -> str | None:
    if cell.sentence is None or "{" not in cell.sentence:
        return cell.sentence
    permission = order.permission
    codes = [reason.code for reason in permission.reasons] if permission else []
    words = ", ".join(codes) or (permission.state if permission else "unknown")
    end = limits.authorization_end(charge) if charge else None
    since = charge.reason or charge.state if charge else "declined"
    tries = len(order.declines) + sum(1 for c in order.charges if c.state == states.DECLINED)
    when = f"{end:%Y-%m-%d %H:%M} UTC" if end else "an unknown date"
    return cell.sentence.format(reasons=words, end=when, since=since, tries=tries)


def _offer(verb: Verb, target: str | None, cell: Cell, order: Order, charge: Charge | None = None) -> Offer:
    warnings = (cell.warning,) if cell.warning else ()
    return Offer(verb, target, cell.verdict, _sentence(cell, order, charge), warnings)


def _unknown(verb: Verb, target: str, raw: str) -> Offer:
    sentence = UNKNOWN_STATE.sentence or ""
    return Offer(verb, target, "no", sentence.format(raw=raw))


def _of_charges(order: Order, verb: Verb, now: datetime) -> list[Offer]:
    if not order.charges:
        cell: Cell = getattr(row_of(order, None, now), verb)
        return [_unread(order, verb) or _offer(verb, None, cell, order)]
    unknown = set(status.unrecognised(order))
    found = []
    for charge in order.charges:
        if charge.id in unknown or order.id in unknown:
            found.append(_unknown_object(order, verb, charge))
        else:
            found.append(_of_charge(order, verb, charge, now))
    return found


def _unread(order: Order, verb: Verb) -> Offer | None:
    waiting = [object_id for object_id in order.unread if object_id != order.id]
    if not waiting:
        return None
    return Offer(verb, None, "no", f"{len(waiting)} known charge or refund was not read yet: refresh first.")


def _unknown_object(order: Order, verb: Verb, charge: Charge) -> Offer:
    if charge.state not in states.CHARGE_STATES:
        return _unknown(verb, charge.id, charge.state)
    if not charge.amount.known:
        sentence = f"The currency {charge.amount.currency} is not one this version moves; use Seller Central."
        return Offer(verb, charge.id, "no", sentence)
    return _unknown(verb, charge.id, order.permission.state if order.permission else "")


def _of_charge(order: Order, verb: Verb, charge: Charge, now: datetime) -> Offer:
    cell: Cell = getattr(row_of(order, charge, now), verb)
    if verb is Verb.REFUND and cell is BY_REFUNDS:
        return _refund(order, charge)
    offer = _offer(verb, charge.id, cell, order, charge)
    if offer.verdict == "no":
        return offer
    if verb is Verb.CAPTURE:
        largest = min(charge.amount, limits.single_maximum(charge.amount.currency), key=lambda money: money.minor)
        offer = replace(offer, minimum=_smallest(charge.amount), maximum=largest)
    if charge.state == states.AUTHORIZED:
        offer = replace(offer, changes_at=limits.authorization_end(charge))
    return offer


def _smallest(like: Money) -> Money:
    return Money(1, like.currency, like.exponent)


def _refund(order: Order, charge: Charge) -> Offer:
    """Decide rows 18 to 22: by the cap, the number of refunds, what is in flight and the last refund's fate."""
    verb = Verb.REFUND
    if any(r.id in set(status.unrecognised(order)) for r in order.refunds_of(charge.id)):
        return Offer(
            verb, charge.id, "no", "A refund of this charge is in a state this version does not know; refresh."
        )
    left, cap = limits.refund_left(order, charge), limits.refund_cap(charge)
    count = limits.refund_count(order, charge)
    if count >= limits.MAX_REFUNDS:
        return Offer(
            verb, charge.id, "no", f"{count} refunds were made of this charge; Amazon allows {limits.MAX_REFUNDS}."
        )
    if left.minor <= 0:
        return Offer(verb, charge.id, "no", f"Everything Amazon allows to give back ({cap}) was refunded.")
    sentences, warnings = [], []
    if limits.refundable(order, charge).minor <= 0:
        warnings.append("beyond-capture")
    last = limits.last_refund(order, charge)
    in_flight = any(r.state == states.REFUND_INITIATED for r in order.refunds_of(charge.id))
    if in_flight or limits.own_refunds_in_flight(order, charge):
        warnings.append("refund-under-way")
    if last is not None and last.state == states.DECLINED:
        why = reasons.explain(last.reason or "Declined")
        sentences.append(f"The last refund was declined: {why.sentence} {why.next_step}")
    sentences += [reasons.warning_sentence(name) for name in warnings]
    largest = min(left, limits.single_maximum(left.currency), key=lambda money: money.minor)
    verdict: Verdict = "warn" if warnings else "yes"
    return Offer(verb, charge.id, verdict, " ".join(sentences) or None, tuple(warnings), _smallest(left), largest)


_STRICTNESS: Final[dict[Verdict, int]] = {"yes": 0, "warn": 1, "no": 2}


def _strictest(order: Order, verb: Verb, now: datetime) -> Offer:
    offers_ = [
        _offer(verb, order.id, getattr(row, verb), order, status.last_charge(order)) for row in rows_of(order, now)
    ]
    worst = max(offers_, key=lambda offer: _STRICTNESS[offer.verdict])
    if worst.verdict != "warn":
        return worst
    warned = [offer for offer in offers_ if offer.verdict == "warn"]
    names = dict.fromkeys(name for offer in warned for name in offer.warnings)
    captured = limits.captured_total(order)
    if captured is not None and captured.minor > 0:
        names.pop("nothing-charged", None)
    if not names:
        return Offer(verb, order.id, "yes")
    return replace(worst, reason=" ".join(map(reasons.warning_sentence, names)), warnings=tuple(names))


def _of_order(order: Order, verb: Verb, now: datetime) -> Offer:
    """Judge cancel or close."""
    unknown = _unknown_order(order, verb)
    return unknown or _partly_known(order, _strictest(order, verb, now))


def _unknown_order(order: Order, verb: Verb) -> Offer | None:
    found = status.unrecognised(order)
    if not found:
        return None
    charges = {charge.id: charge.state for charge in order.charges}
    raw = order.permission.state if order.permission and order.id in found else charges.get(found[0])
    if raw is None or raw in states.CHARGE_STATES | states.PERMISSION_STATES:
        if raw is None:
            return None
        return Offer(verb, order.id, "no", "The order is in a currency this version does not move; use Seller Central.")
    return _unknown(verb, order.id, raw)


def _partly_known(order: Order, offer: Offer) -> Offer:
    if offer.verdict == "no" or limits.fully_known(order):
        return offer
    sentence = reasons.warning_sentence("partly-known")
    reason = f"{offer.reason} {sentence}" if offer.reason else sentence
    return replace(offer, verdict="warn", reason=reason, warnings=(*offer.warnings, "partly-known"))


def _authorize(order: Order, now: datetime) -> Offer:
    permission = order.permission
    unknown = _unknown_order(order, Verb.AUTHORIZE)
    if unknown is not None or permission is None:
        return unknown or Offer(Verb.AUTHORIZE, order.id, "no", "Nothing was read from Amazon yet: refresh first.")
    for rule in _AUTHORIZE_RULES:
        sentence = rule(order, now)
        if sentence is not None:
            return Offer(Verb.AUTHORIZE, order.id, "no", sentence)
    offer = _strictest(order, Verb.AUTHORIZE, now)
    if offer.verdict == "no":
        return offer
    balance = permission.balance or permission.limit
    if balance is not None:
        largest = min(balance, limits.single_maximum(balance.currency), key=lambda money: money.minor)
        offer = replace(offer, minimum=_smallest(balance), maximum=largest)
    live = [limits.authorization_end(c) for c in order.charges if charge_class(c, now) in ("fresh", "aged")]
    moments = [end for end in (*live, limits.permission_end(order)) if end is not None and end > now]
    return _partly_known(order, replace(offer, changes_at=min(moments, default=None)))


def _wrong_kind(order: Order, now: datetime) -> str | None:
    kind = order.permission.kind if order.permission else states.ONE_TIME
    if kind in (states.RECURRING, states.SAVED_WALLET):
        return f"This is a {kind} permission: recurring charges are not made here yet."
    return None if kind == states.ONE_TIME else f"This version does not know the kind of permission {kind!r}."


def _charge_under_way(order: Order, now: datetime) -> str | None:
    permission = order.permission
    if permission is None or permission.state != states.NON_CHARGEABLE or status.payment_blocked(order):
        return None
    return "A charge is under way (ChargeInProgress): capture or void it first, or wait until it is decided."


def _too_many(order: Order, now: datetime) -> str | None:
    if len(order.charges) < limits.MAX_CHARGES:
        return None
    return f"{len(order.charges)} charges were made; Amazon allows {limits.MAX_CHARGES} for an order."


def _too_old(order: Order, now: datetime) -> str | None:
    end = limits.permission_end(order)
    if end is None or now < end:
        return None
    return f"The order reached the end of its life on {end:%Y-%m-%d %H:%M} UTC; ask the buyer to order again."


def _nothing_left(order: Order, now: datetime) -> str | None:
    permission = order.permission
    if permission is None or permission.balance is None or permission.balance.minor > 0:
        return None
    return None if permission.state == states.CLOSED else "Nothing is left to charge: the balance is zero."


_AUTHORIZE_RULES: Final[tuple[Callable[[Order, datetime], str | None], ...]] = (
    _wrong_kind,
    _charge_under_way,
    _too_many,
    _too_old,
    _nothing_left,
)
