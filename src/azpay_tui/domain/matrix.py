"""Which action is valid when: the rows of the action matrix plus the rules that cut across them.

Capture, void and refund take the verdict of their charge's row; authorize, cancel and close the strictest of all rows
that count (see `table`). A policy may narrow the result, never widen it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, owing, reasons, refund_limits, states, words
from azpay_tui.domain.intent import MONEY_VERBS, OPEN_STATES, Verb
from azpay_tui.domain.moments import written
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer, Verdict
from azpay_tui.domain.order import Charge, Order, Refund
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.table import BY_REFUNDS, Cell, charge_class, row_of, rows_of


def offers(order: Order, policy: Policy, now: datetime) -> tuple[Offer, ...]:
    """Return the verdict on every verb and object of an order at `now` (UTC), narrowed by a policy.

    Verbs come in the order authorize, capture, void, refund, cancel, close, refresh; a verb without a possible
    object has one entry without a target. Every `no` and `warn` carries a sentence.
    """
    found = _judged(order, now)
    lock = _lock(order)
    if lock is not None:
        found = [Offer(offer.verb, offer.target, "no", lock) for offer in found]
    found = [owing.warned(order, policy.narrow(offer, order, now)) for offer in found]
    return (*found, Offer(Verb.REFRESH, order.id, "yes"))


def _judged(order: Order, now: datetime) -> list[Offer]:
    nothing = _nothing_known(order)
    if nothing is not None:
        return [Offer(verb, None, "no", nothing) for verb in MONEY_VERBS]
    return [
        _of_order(order, Verb.AUTHORIZE, now),
        *_of_charges(order, Verb.CAPTURE, now),
        *_of_charges(order, Verb.VOID, now),
        *_of_charges(order, Verb.REFUND, now),
        _of_order(order, Verb.CANCEL, now),
        _of_order(order, Verb.CLOSE, now),
    ]


def _lock(order: Order) -> str | None:
    """Say which open intent locks the order: verbs on one order exclude each other."""
    busy = next((intent for intent in order.intents if intent.state in OPEN_STATES), None)
    if busy is None:
        return None
    amount = f" of {busy.amount}" if busy.amount else ""
    what = f"{busy.named}{amount} by {busy.person}, confirmed {written(busy.at)}, is not settled ({busy.state})"
    match busy.state:
        case "unknown":
            again = f", next at {written(busy.next_due)}" if busy.next_due else ""
            return (
                f"{what}: whether money moved is not known. It is read back by itself{again}; refresh the order "
                f"to look now, or azpay journal resume {busy.id}. Do not repeat it."
            )
        case "attention":
            return f"{what}: a person must decide, azpay journal settle {busy.id}."
    return f"{what}: it is being sent. Wait, refresh the order, or see azpay journal show {busy.id}."


def _nothing_known(order: Order) -> str | None:
    if order.id in order.missing:
        return "Amazon does not know this id here: check the id, region and environment, then refresh."
    return "Nothing was read from Amazon yet: refresh first." if order.permission is None else None


def _sentence(cell: Cell, order: Order, charge: Charge | None) -> str | None:
    if cell.sentence is None or "{" not in cell.sentence:
        return cell.sentence
    permission = order.permission
    codes = [reason.code for reason in permission.reasons] if permission else []
    end = limits.authorization_end(charge) if charge else None
    return cell.sentence.format(
        reasons=", ".join(codes) or (permission.state if permission else "unknown"),
        end=written(end) if end else "an unknown date",
        since=charge.reason or charge.state if charge else "declined",
        tries=len(order.declines) + sum(1 for c in order.charges if c.state == states.DECLINED),
    )


def _offer(verb: Verb, target: str | None, cell: Cell, order: Order, charge: Charge | None = None) -> Offer:
    warnings = (cell.warning,) if cell.warning else ()
    return Offer(verb, target, cell.verdict, _sentence(cell, order, charge), warnings)


def _bounded(offer: Offer, largest: Money) -> Offer:
    """Give an offer its amounts: from one minor unit to the smaller of `largest` and what Amazon allows at once."""
    largest = min(largest, limits.single_maximum(largest.currency), key=lambda money: money.minor)
    return replace(offer, minimum=Money(1, largest.currency, largest.exponent), maximum=largest)


def _earliest(moments: Iterable[datetime | None], now: datetime) -> datetime | None:
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


# Capture, void and refund: one charge each


def _of_charges(order: Order, verb: Verb, now: datetime) -> list[Offer]:
    unknown = dict(words.unrecognised_why(order))
    found = []
    for charge in order.charges:
        why = unknown.get(order.id) or unknown.get(charge.id)
        found.append(Offer(verb, charge.id, "no", why) if why else _of_charge(order, verb, charge, now))
    unread = "This charge was not read yet: refresh first."
    found += [Offer(verb, charge_id, "no", unread) for charge_id in limits.unread_charges(order)]
    return found or [_without_charge(order, verb, unknown.get(order.id), now)]


def _without_charge(order: Order, verb: Verb, unknown: str | None, now: datetime) -> Offer:
    cell: Cell = getattr(row_of(order, None, now), verb)
    offer = _offer(verb, None, cell, order)
    if unknown is not None:
        return replace(offer, reason=unknown)
    if not limits.fully_known(order):
        return replace(offer, reason="No charge of this order is known here: track its id when there is one.")
    return offer


def _of_charge(order: Order, verb: Verb, charge: Charge, now: datetime) -> Offer:
    cell: Cell = getattr(row_of(order, charge, now), verb)
    if verb is Verb.REFUND and cell is BY_REFUNDS:
        return _refund(order, charge)
    offer = _offer(verb, charge.id, cell, order, charge)
    kind = charge_class(charge, now)
    if offer.verdict != "no" and verb is Verb.CAPTURE:
        offer = _bounded(offer, charge.amount)
    if offer.verdict != "no" and kind in ("fresh", "aged"):
        return replace(offer, changes_at=_earliest([limits.authorization_end(charge)], now))
    if verb is Verb.CAPTURE and kind == "pending":
        since = charge.updated or charge.created
        return replace(offer, changes_at=_earliest([since + limits.PENDING_LIFE if since else None], now))
    return offer


def _refund(order: Order, charge: Charge) -> Offer:
    """Decide rows 18 to 22: by the cap, the number of refunds, what is in flight and the last refund's fate."""
    verb, refunds = Verb.REFUND, order.refunds_of(charge.id)
    why = _refund_barred(order, charge)
    if why is not None:
        return Offer(verb, charge.id, "no", why)
    sentences, warnings = [], []
    if refund_limits.refundable(order, charge).minor <= 0:
        warnings.append("beyond-capture")
    in_flight = any(refund.state == states.REFUND_INITIATED for refund in refunds)
    if in_flight or refund_limits.own_refunds_in_flight(order, charge):
        warnings.append("refund-under-way")
    if declined := refund_limits.declined_refund(order, charge):
        sentences.append(_declined_refund(declined, last=declined == refunds[-1]))
    if unseen := _unseen_refunds(order, charge):
        sentences.append(unseen)
    sentences += [reasons.warning_sentence(name) for name in warnings]
    verdict: Verdict = "warn" if warnings else "yes"
    offer = Offer(verb, charge.id, verdict, " ".join(sentences) or None, tuple(warnings))
    return _bounded(offer, refund_limits.refund_left(order, charge))


def _refund_barred(order: Order, charge: Charge) -> str | None:
    unknown = dict(words.unrecognised_why(order))
    for refund in order.refunds_of(charge.id):
        if refund.id in unknown:
            return f"{refund.id}: {unknown[refund.id]}"
    if refund_limits.unread_refunds(order):
        return "A refund of this order was not read yet: refresh first."
    count = refund_limits.refund_count(order, charge)
    if count >= refund_limits.MAX_REFUNDS:
        return f"{count} refunds were made of this charge; Amazon allows {refund_limits.MAX_REFUNDS}."
    if not charge.captured:
        return "Amazon does not say how much was captured of this charge: refresh, or use Seller Central."
    if refund_limits.refund_left(order, charge).minor <= 0:
        said = (
            f"Everything Amazon allows to give back of this charge ({refund_limits.refund_cap(charge)}) was refunded."
        )
        return f"{said} {_unseen_refunds(order, charge)}".rstrip()
    return None


def _unseen_refunds(order: Order, charge: Charge) -> str:
    unseen = refund_limits.unseen_refunds(order, charge)
    if not unseen:
        return ""
    return (
        f"Refunds of {unseen} count as made though Amazon's total does not show them: what Amazon declined of them "
        "counts no more once its id is known (azpay orders track REFUND-ID)."
    )


def _declined_refund(declined: Refund, *, last: bool) -> str:
    said = f"{'The last refund' if last else f'A refund of {declined.amount}'} was declined."
    why = f" {reasons.explain(declined.reason, 'refund').sentence}" if declined.reason else ""
    return f"{said}{why} If it is declined again, refund the buyer another way."


# Authorize, cancel and close: the order as a whole

_STRICTNESS: Final[dict[Verdict, int]] = {"yes": 0, "warn": 1, "no": 2}


def _of_order(order: Order, verb: Verb, now: datetime) -> Offer:
    rules = (_not_judged, *_AUTHORIZE_RULES) if verb is Verb.AUTHORIZE else (_not_judged,)
    sentence = next((why for rule in rules if (why := rule(order, now)) is not None), None)
    offer = _strictest(order, verb, now) if sentence is None else Offer(verb, order.id, "no", sentence)
    if verb is Verb.AUTHORIZE:
        offer = _authorize(order, _second_hold(order, offer, now), now)
    elif "leaves-authorization" in offer.warnings:
        offer = replace(offer, changes_at=_earliest(_lapses(order, now), now))
    return _partly_known(order, offer)


def _second_hold(order: Order, offer: Offer, now: datetime) -> Offer:
    """Warn also of authorizations whose charges nobody knows by their ids."""
    name = "second-hold"
    if offer.verdict == "no" or name in offer.warnings or not limits.unnamed_holds(order, now):
        return offer
    return _warned(offer, name)


def _warned(offer: Offer, name: str) -> Offer:
    sentence = reasons.warning_sentence(name)
    reason = f"{offer.reason} {sentence}" if offer.reason else sentence
    return replace(offer, verdict="warn", reason=reason, warnings=(*offer.warnings, name))


def _strictest(order: Order, verb: Verb, now: datetime) -> Offer:
    last = words.last_charge(order)
    found = [_offer(verb, order.id, getattr(row, verb), order, last) for row in rows_of(order, now)]
    worst = max(found, key=lambda offer: _STRICTNESS[offer.verdict])
    if worst.verdict == "no":
        return worst
    names = dict.fromkeys(name for offer in found for name in offer.warnings)
    captured = limits.captured_total(order)
    if captured is not None and captured.minor > 0:
        names.pop("nothing-charged", None)
    known = dict.fromkeys(offer.reason for offer in found if offer.verdict == "yes" and offer.reason)
    sentences = [*known, *map(reasons.warning_sentence, names)]
    return Offer(verb, order.id, "warn" if names else "yes", " ".join(sentences) or None, tuple(names))


def _partly_known(order: Order, offer: Offer) -> Offer:
    return offer if offer.verdict == "no" or limits.fully_known(order) else _warned(offer, "partly-known")


def _lapses(order: Order, now: datetime) -> list[datetime | None]:
    return [limits.authorization_end(c) for c in order.charges if charge_class(c, now) in ("fresh", "aged")]


def _authorize(order: Order, offer: Offer, now: datetime) -> Offer:
    """Add the amounts, and when a lapse or the end of the order changes the verdict."""
    if offer.verdict == "no":
        waits = _charge_under_way(order, now) is not None
        return replace(offer, changes_at=_earliest(_lapses(order, now), now)) if waits else offer
    largest = limits.chargeable_most(order)
    if largest is None:
        return Offer(Verb.AUTHORIZE, order.id, "no", "Amazon does not say how much may be charged: refresh.")
    moments = [*_lapses(order, now), limits.permission_end(order)]
    return replace(_bounded(offer, largest), changes_at=_earliest(moments, now))


def _not_judged(order: Order, now: datetime) -> str | None:
    """Say why the order as a whole cannot be judged: something of it is not understood, or was never read."""
    for object_id, why in words.unrecognised_why(order):
        if object_id == order.id or order.charge(object_id) is not None:
            return why
    unread = limits.unread_charges(order)
    return f"{len(unread)} of its charges not read yet: refresh first." if unread else None


def _wrong_kind(order: Order, now: datetime) -> str | None:
    kind = order.permission.kind if order.permission else states.ONE_TIME
    if kind in (states.RECURRING, states.SAVED_WALLET):
        return f"This is a {kind} permission: recurring charges are not made here yet."
    return None if kind == states.ONE_TIME else f"This version does not know the kind of permission {kind!r}."


def _charge_under_way(order: Order, now: datetime) -> str | None:
    permission = order.permission
    if permission is None or permission.state != states.NON_CHARGEABLE or words.payment_blocked(order):
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
    return f"The order reached the end of its life on {written(end)}; ask the buyer to order again."


def _nothing_left(order: Order, now: datetime) -> str | None:
    permission, left = order.permission, limits.chargeable_most(order)
    if permission is None or permission.state == states.CLOSED or left is None or left.minor > 0:
        return None
    return "Nothing is left to charge: the balance is zero."


_AUTHORIZE_RULES: Final[tuple[Callable[[Order, datetime], str | None], ...]] = (
    _wrong_kind,
    _charge_under_way,
    _too_many,
    _too_old,
    _nothing_left,
)
