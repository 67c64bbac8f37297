"""What is still to be done at Amazon for a sale that was cancelled here, step by step.

Every step is one that the action matrix offers in the state that the steps before it leave, so carrying out what was
interrupted is deriving it again. What shall have gone back in all is a goal per charge: nothing is given twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, matrix, owing, refund_limits, states
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order, Reason, Refund
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.slips import Booked, given_elsewhere
from azpay_tui.domain.words import usable

_MOST_STEPS: Final = 2 * limits.MAX_CHARGES + refund_limits.MAX_REFUNDS
"""More than any order needs: the end of a plan whatever the rules say."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done at Amazon; it becomes an intent of its own."""

    verb: Verb
    target: str
    amount: Money | None
    why: str
    """A sentence."""
    warnings: tuple[str, ...] = ()
    needs_note: str | None = None
    """Why a note must be written with it (a sentence); None: it need not."""

    def same_as(self, other: Step) -> bool:
        """Whether both do the same to the same object."""
        return (self.verb, self.target, self.amount) == (other.verb, other.target, other.amount)


def steps_of(order: Order, policy: Policy, now: datetime) -> tuple[tuple[Step, ...], Order]:
    """Return what is still to be done for a sale cancelled here, and the order as it is assumed to be afterwards."""
    steps: list[Step] = []
    while len(steps) < _MOST_STEPS and (step := next_step(order, policy, now)) is not None:
        steps.append(step)
        order = _assumed(order, step, now)
    return tuple(steps), order


def next_step(order: Order, policy: Policy, now: datetime) -> Step | None:
    """Return the first thing to do at Amazon for a sale cancelled here; None when nothing is, or nothing can be."""
    if order.cancelled is None:
        return None
    offers = [offer for offer in matrix.offers(order, policy, now) if offer.verdict != "no"]
    steps = [_end, _refund, _close] if order.cancelled.whole else [_refund]
    return next((step for find in steps if (step := find(order, offers)) is not None), None)


def _end(order: Order, offers: list[Offer]) -> Step | None:
    """Cancel the order where nothing was captured, else end each authorization that lives."""
    found = _offer(offers, Verb.CANCEL)
    if found is not None:
        return _step(found, None, "nothing was captured: the order ends with every hold; Amazon tells the buyer")
    void = _offer(offers, Verb.VOID)
    charge = order.charge(void.target or "") if void is not None else None
    if void is None or charge is None:
        return None
    return _step(void, None, f"the hold of {charge.amount} ends")


def _refund(order: Order, offers: list[Offer]) -> Step | None:
    if order.cancelled is None or order.cancelled.refunds != "automatic":
        return None
    for charge in limits.captured_charges(order):
        amount, offer = owing.due_of(order, charge), _offer(offers, Verb.REFUND, charge.id)
        if not amount or offer is None or offer.minimum is None or offer.maximum is None:
            continue
        amount = min(amount, offer.maximum)
        if amount < offer.minimum:
            continue
        step = _step(offer, amount, f"of {charge.captured} captured, money goes back to the buyer")
        if amount > refund_limits.refundable(order, charge) and "beyond-capture" not in step.warnings:
            step = replace(step, warnings=(*step.warnings, "beyond-capture"))
        return step
    return None


def _close(order: Order, offers: list[Offer]) -> Step | None:
    found = _offer(offers, Verb.CLOSE)
    if found is None or not usable(order) or not limits.captured_charges(order):
        return None
    return _step(found, None, "nothing more can be charged for it")


def _offer(offers: list[Offer], verb: Verb, target: str | None = None) -> Offer | None:
    return next((o for o in offers if o.verb is verb and o.target and target in (None, o.target)), None)


def _step(offer: Offer, amount: Money | None, why: str) -> Step:
    return Step(offer.verb, offer.target or "", amount, why, offer.warnings, offer.needs_note)


def _assumed(order: Order, step: Step, now: datetime) -> Order:
    """Return the order as it is when a step has succeeded."""
    match step.verb:
        case Verb.CANCEL | Verb.CLOSE:
            reasons = (Reason("MerchantClosed"),)
            closed = order.permission and replace(order.permission, state=states.CLOSED, reasons=reasons)
            order = replace(order, permission=closed)
            if step.verb is Verb.CANCEL:
                live = [charge.id for charge in order.charges if charge.state in states.LIVE_CHARGE]
                order = _ended(order, live, states.PERMISSION_CANCELED)
            return order
        case Verb.REFUND if step.amount is not None:
            number = f"{order.id}-R{999_000 + len(order.refunds):06d}"
            made = Refund(number, step.target, states.REFUND_INITIATED, step.amount, created=now)
            return replace(order, refunds=(*order.refunds, made))
        case _:
            return _ended(order, [step.target], states.MERCHANT_CANCELED)


def _ended(order: Order, charge_ids: Sequence[str], reason: str) -> Order:
    charges = tuple(
        replace(charge, state=states.CANCELED, reason=reason) if charge.id in charge_ids else charge
        for charge in order.charges
    )
    return replace(order, charges=charges)


def elsewhere(steps: Sequence[Step], booked: Sequence[Booked]) -> tuple[str, ...]:
    """Say what was recorded as given back elsewhere, which no sum counts, where steps refund; empty else."""
    said = given_elsewhere(booked)
    return (said,) if said and any(step.verb is Verb.REFUND for step in steps) else ()
