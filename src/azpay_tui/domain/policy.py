"""What a shop narrows; nothing here ever widens Amazon's rules.

An offer only gets stricter: a larger least amount, a smaller largest one, a warning, or `no`. Where a setting did that,
the offer says which one, where it comes from and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, reasons, refund_limits, states
from azpay_tui.domain.declines import soft_declines
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.moments import written
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.policies import PRESETS, Settings

_SAME: Final = "same-card"
_OTHER_METHOD: Final = "ask the buyer for another payment method"
_AGAIN: Final = "for another amount cancel the order and place it again with the customer"


@dataclass(frozen=True, slots=True)
class Policy:
    """The narrowing that applies to one profile."""

    settings: Settings = PRESETS["amazon"]
    read_only: str | None = None
    """Why nothing may be moved (a sentence), or None."""

    @property
    def stands_still(self) -> str | None:
        """Why nothing may be moved or ended from here, one sentence; None: it may.

        Read-only, or a shop that has all of it done elsewhere and only looks here (`payment_action = "review"`).
        """
        if self.read_only is not None or self.settings.payment_action != "review":
            return self.read_only
        return (
            f"Nothing is moved or ended from here ({self.settings.why('payment_action')}): do it where the shop's "
            "payments are handled, or set payment_action otherwise."
        )

    def narrow(self, offer: Offer, order: Order, now: datetime) -> Offer:
        """Return the offer, or a stricter one; `now` is UTC."""
        if offer.verb is Verb.REFRESH or offer.verdict == "no":
            return offer
        if self.read_only is not None:
            return replace(offer, verdict="no", reason=self.read_only, warnings=(), changes_at=None)
        if self.stands_still is not None:
            return Offer(offer.verb, offer.target, "no", self.stands_still, policy=self.stands_still)
        offer = _retried(self.settings, offer, order, now)
        if offer.verdict == "no":
            return offer
        for bound in _bounds(self.settings, offer, order, now):
            offer = _within(offer, bound)
            if offer.verdict == "no":
                return offer if _held(order, now) else replace(offer, changes_at=None)
        if not self.settings.reason_required:
            return offer
        return replace(offer, needs_note=f"Write down the reason as the note ({self.settings.why('reason_required')}).")


@dataclass(frozen=True, slots=True)
class _Bound:
    """The amounts that one setting leaves, and the sentence about it."""

    sentence: str
    least: Money | None = None
    most: Money | None = None
    known: bool = True
    """False: what the setting goes by is not known, so nothing is left."""


def _within(offer: Offer, bound: _Bound) -> Offer:
    low, high = offer.minimum, offer.maximum
    if low is None or high is None:
        return offer
    comparable = all(low.same_currency(money) for money in (bound.least, bound.most) if money is not None)
    if bound.known and comparable:
        least = low if bound.least is None else max(low, bound.least)
        most = high if bound.most is None else min(high, bound.most)
        if (least, most) == (low, high):
            return offer
        if least <= most:
            reason = f"{offer.reason} {bound.sentence}" if offer.reason else bound.sentence
            policy = f"{offer.policy} {bound.sentence}" if offer.policy else bound.sentence
            return replace(offer, minimum=least, maximum=most, reason=reason, policy=policy)
    return replace(
        offer, verdict="no", reason=bound.sentence, policy=bound.sentence, warnings=(), minimum=None, maximum=None
    )


def _retried(settings: Settings, offer: Offer, order: Order, now: datetime) -> Offer:
    """Return the offer, stricter where the payment was declined softly as often in a row as the shop takes."""
    allowed, row = settings.soft_declines, soft_declines(order)
    if offer.verb is not Verb.AUTHORIZE or allowed.most is None or len(row) < allowed.most:
        return offer
    why = f"Declined softly {len(row)} times in a row ({settings.why('soft_declines')})"
    first = row[allowed.most - 1]
    until = first + allowed.pause if first is not None and allowed.pause is not None else None
    if until is not None and now < until:
        sentence = f"{why}: not tried again before {written(until)}; {_OTHER_METHOD}."
        return Offer(offer.verb, offer.target, "no", sentence, changes_at=until, policy=sentence)
    if _SAME in offer.warnings:
        return offer
    sentence = f"{why}: {_OTHER_METHOD}."
    known = [offer.reason] if offer.reason else []
    reason = " ".join([*known, reasons.warning_sentence(_SAME), sentence])
    warnings = (*offer.warnings, _SAME)
    return replace(offer, verdict="warn", reason=reason, warnings=warnings, policy=sentence, advised=False)


def _held(order: Order, now: datetime) -> bool:
    """Whether time alone can free an amount: a hold that will lapse."""
    held = limits.held_total(order, now)
    return held is not None and held.minor > 0


def _bounds(settings: Settings, offer: Offer, order: Order, now: datetime) -> Iterator[_Bound]:
    charge = order.charge(offer.target) if offer.target else None
    if offer.verb is Verb.AUTHORIZE:
        yield from _of_authorize(settings, order, now)
    elif offer.verb is Verb.CAPTURE and charge is not None:
        yield from _of_capture(settings, order, charge)
    elif offer.verb is Verb.REFUND and charge is not None:
        yield from _of_refund(settings, order, charge)


def _of_authorize(settings: Settings, order: Order, now: datetime) -> Iterator[_Bound]:
    if settings.whole_amounts and order.amount is not None:
        sentence = (
            f"Only the order's whole amount of {order.amount} may be authorized ({settings.why('whole_amounts')}); "
            f"{_AGAIN}."
        )
        yield _Bound(sentence, least=order.amount, most=order.amount)
    yield from _overcharge(settings, order, limits.held_total(order, now))


def _of_capture(settings: Settings, order: Order, charge: Charge) -> Iterator[_Bound]:
    if not settings.partial_capture:
        only = f"Only the whole authorization of {charge.amount} may be captured"
        if settings.whole_amounts:
            yield _Bound(f"{only} ({settings.why('whole_amounts')}); {_AGAIN}.", least=charge.amount)
        else:
            less = "to take less, void it and authorize the smaller amount"
            yield _Bound(f"{only} ({settings.why('partial_capture')}); {less}.", least=charge.amount)
    running = [one.amount for one in order.charges if one.state == states.CAPTURE_INITIATED]
    like = all(amount.same_currency(charge.amount) for amount in running)
    yield from _overcharge(settings, order, total(running, charge.amount) if like else None)


def _overcharge(settings: Settings, order: Order, held: Money | None) -> Iterator[_Bound]:
    """Bound what is charged by the order's total and what the shop allows above it; `held` counts as charged."""
    if settings.overcharge.percent is None:
        return
    why, most = settings.why("overcharge"), _chargeable(settings, order)
    captured = limits.captured_total(order)
    spent = captured + held if captured is not None and held is not None and captured.same_currency(held) else None
    if most is None or spent is None or not most.same_currency(spent):
        unknown = f"How much this order may be charged in all is not known here ({why})"
        yield _Bound(f"{unknown}; refresh it, or import its total.", known=False)
        return
    sentence = (
        f"No more than {most} may be charged in all for this order of {order.amount} ({why}); "
        "for more, place another order with the customer."
    )
    yield _Bound(sentence, most=most - spent)


def _chargeable(settings: Settings, order: Order) -> Money | None:
    """Return the order's total with what the shop allows above it; None where it is not known or Amazon decides."""
    amount = order.amount
    above = settings.overcharge.of(amount) if amount is not None else None
    return amount + above if amount is not None and above is not None else None


def _of_refund(settings: Settings, order: Order, charge: Charge) -> Iterator[_Bound]:
    left = refund_limits.refundable(order, charge)
    if not settings.partial_refund and left:
        why = settings.why("whole_amounts" if settings.whole_amounts else "partial_refund")
        most = left if settings.whole_amounts else None
        instead = "for another amount refund all of it and place the order again with the customer"
        yield _Bound(f"Only all that is left, {left}, may be refunded ({why}); {instead}.", least=left, most=most)
    taken = charge.captured
    above = settings.refund_above.of(taken) if taken is not None else None
    if taken is not None and above is not None:
        sentence = (
            f"No more than {taken + above} may be refunded of {taken} captured ({settings.why('refund_above')}); "
            "give more in another way, such as a voucher."
        )
        yield _Bound(sentence, most=taken + above - refund_limits.spent_by_refunds(order, charge))
