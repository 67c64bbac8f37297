"""One wish from check to outcome: live read, verdict, durable intent, fresh read, compare, send, read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from azpay_tui.amazon.gateway import Gateway
from azpay_tui.backoffice.booking import refused
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import (
    BackOfficeError,
    ChangedError,
    CredentialsError,
    NotValidError,
    OfflineError,
    UsageError,
)
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.records import Ready
from azpay_tui.backoffice.stores import Journal, Reader
from azpay_tui.domain import effect, limits, matrix, outlook, reasons, refund_limits
from azpay_tui.domain.goods import SlipError
from azpay_tui.domain.idempotency import derive_key, key_base
from azpay_tui.domain.intent import IntentDraft, Place, Seen, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.remaining import rest_to_charge
from azpay_tui.domain.slips import Booked, given_elsewhere, slip_of
from azpay_tui.domain.switch import Switch
from azpay_tui.domain.telling import ALREADY_SO


def suggest(order: Order, verb: Verb, target: str, now: datetime, booked: Sequence[Booked]) -> Money | None:
    """Return the amount used when none is given; None when nothing is left or the verb has no amount.

    Capture: the authorized amount. Authorize: the order's amount minus what was captured and what is authorized or
    being decided, at most the balance. Both are without what lines cost that were cancelled here, which `booked`, the
    order's slips, tell to the minor unit; none where all the other lines are held already. Where the lines cannot tell
    it is at most what captures leave of the order's amount. Refund: captured minus refunded, declined refunds excepted.
    """
    charge = order.charge(target)
    match verb:
        case Verb.AUTHORIZE:
            rest = _rest(order, verb, now, booked)
            if rest is not None and not rest and limits.held_total(order, now):
                return None
            return _without_cancelled(limits.chargeable_left(order, now), rest)
        case Verb.CAPTURE:
            rest = _rest(order, verb, now, booked)
            return _without_cancelled(_held(order, charge, rest), rest)
        case Verb.REFUND:
            left = refund_limits.refundable(order, charge) if charge else None
            return left if left else None
        case _:
            return None


def _rest(order: Order, verb: Verb, now: datetime, booked: Sequence[Booked]) -> Money | None:
    """Return how much of the lines that were not cancelled here a verb may charge; None where none were cancelled.

    An authorization comes on top of what is held, whose slips, if they are being captured, take nothing more.
    """
    if verb is not Verb.AUTHORIZE:
        return rest_to_charge(order, booked) if verb is Verb.CAPTURE else None
    open_, held = [charge.id for charge in outlook.open_charges(order, now)], limits.held_total(order, now)
    rest = rest_to_charge(order, [one for one in booked if one.charge not in open_])
    if rest is None or held is None or not held.same_currency(rest):
        return rest
    return max(rest - held, Money.zero(rest))


def _held(order: Order, charge: Charge | None, rest: Money | None) -> Money | None:
    """Return what a charge holds; where lines were cancelled that leave nothing, at most what the order lacks."""
    amount, captured = order.amount, limits.captured_total(order)
    if charge is None or rest is None or rest or amount is None or captured is None:
        return charge.amount if charge else None
    if not (amount.known and amount.same_currency(captured) and captured.same_currency(charge.amount)):
        return charge.amount
    lacks = min(charge.amount, amount - captured)
    return lacks if lacks.minor > 0 else None


def _without_cancelled(amount: Money | None, rest: Money | None) -> Money | None:
    """Return at most what the lines cost that were not cancelled here; all of it where that is nothing."""
    return min(amount, rest) if amount is not None and rest and rest.same_currency(amount) else amount


def own_objects(journal: Journal, order_id: str) -> frozenset[str]:
    """Return ids of charges and refunds that this journal's intents acted on or made."""
    found: set[str] = set()
    for intent in journal.intents(order_id=order_id):
        if intent.state in ("accepted", "succeeded"):
            found.add(intent.draft.wish.target)
            found.update([intent.result_id] if intent.result_id else [])
    return frozenset(found)


def describe(differences: Iterable[tuple[str, str, str]]) -> str:
    """Put differences into words: `S01-… state was Authorized, is Captured; …`."""
    return "; ".join(f"{name} was {old or 'nothing'}, is {new or 'nothing'}" for name, old, new in differences)


def find_offer(offers: Iterable[Offer], wish: Wish) -> Offer:
    """Return the offer for a wish's verb and target; raises `NotValidError` when there is none or it says no."""
    found = [offer for offer in offers if offer.verb is wish.verb]
    offer = next((o for o in found if o.target == wish.target), None) or next(
        (o for o in found if o.target is None), None
    )
    if offer is None:
        raise NotValidError(f"{wish.target} is not an object on which {wish.verb} can act; see azpay orders actions.")
    if offer.verdict == "no":
        raise NotValidError(offer.reason or f"{wish.verb} is not valid now.", offer.changes_at)
    return offer


def check_amount(order: Order, wish: Wish, offer: Offer, now: datetime, booked: Sequence[Booked]) -> Offer:
    """Check a wish's amount against its offer; returns it, with `beyond-capture` or `lines-cancelled` where needed.

    `booked` are the order's slips but for the wish's own. Raises `UsageError` for a missing or superfluous amount,
    `NotValidError` for one outside the limits.
    """
    amount = wish.amount
    if offer.minimum is None or offer.maximum is None:
        if amount is not None:
            raise UsageError(f"{wish.verb} takes no amount.")
        return offer
    if amount is None:
        raise UsageError(f"Nothing is left to {wish.verb} by default: give an amount.")
    if amount.currency != offer.maximum.currency:
        raise UsageError(f"The amount must be in {offer.maximum.currency}, the currency of the order.")
    why = f" {offer.policy}" if offer.policy else ""
    if amount < offer.minimum:
        raise NotValidError(f"The amount must be at least {offer.minimum}.{why}")
    if amount > offer.maximum:
        raise NotValidError(f"{amount} is above the limit: at most {offer.maximum} is allowed.{why}", offer.changes_at)
    charge = order.charge(wish.target)
    if wish.verb is Verb.REFUND and charge is not None and amount > refund_limits.refundable(order, charge):
        return _warned(offer, "beyond-capture")
    rest = _rest(order, wish.verb, now, booked)
    if rest is not None and not (rest.same_currency(amount) and amount <= rest):
        return _warned(offer, "lines-cancelled")
    return offer


def _warned(offer: Offer, name: str) -> Offer:
    if name in offer.warnings:
        return offer
    sentence = reasons.warning_sentence(name)
    reason = f"{offer.reason} {sentence}" if offer.reason else sentence
    return replace(offer, verdict="warn", reason=reason, warnings=(*offer.warnings, name))


def check_accepted(offer: Offer, accepted: Iterable[str]) -> tuple[str, ...]:
    """Return the warnings of an offer that were accepted; raises `NotValidError` naming those that were not."""
    given = set(accepted)
    missing = [name for name in offer.warnings if name not in given]
    if missing:
        names = " ".join(missing)
        raise NotValidError(f"{offer.reason} Accept this warning to go on: {names}.")
    return offer.warnings


def check_note(offer: Offer, note: str) -> None:
    """Raise `NotValidError` when the shop's policy asks for a reason and none was written."""
    if offer.needs_note is not None and not note.strip():
        raise NotValidError(offer.needs_note)


class Checker:
    """Turns a wish into the one record a dialog shows and the call is made of."""

    def __init__(
        self,
        reader: Reader,
        journal: Journal,
        gateway: Gateway,
        reading: Reading,
        health: Health,
        clock: CorrectedClock,
        policy: Policy,
        place: Place,
    ) -> None:
        """Take the parts."""
        self._reader = reader
        self._journal = journal
        self._gateway = gateway
        self._reading = reading
        self._health = health
        self._clock = clock
        self._policy = policy
        self._place = place

    def offers(self, order: Order) -> tuple[Offer, ...]:
        """Return every verdict on the order as cached: matrix, policy, read-only, open intent, connection."""
        found = matrix.offers(order, self._policy, self._clock())
        off = self._health.verbs_off
        if off is None:
            return found
        return tuple(
            offer
            if offer.verb is Verb.REFRESH or offer.verdict == "no"
            else replace(offer, verdict="no", reason=off, warnings=(), changes_at=None, waits=True)
            for offer in found
        )

    def check(self, wish: Wish, seen: Seen | None) -> Ready:
        """Read the order live and judge the wish; see `Desk.check`."""
        cached = self._reader.order(wish.order_id)
        if cached is None:
            raise UsageError(f"The order {wish.order_id} is not known here: import or track it first.")
        if self._policy.stands_still is not None:
            raise NotValidError(self._policy.stands_still)
        refusal = self._refusal(cached, wish)
        try:
            fresh = self._reading.order(wish.order_id)
        except (OfflineError, CredentialsError):
            if refusal is not None:
                raise refusal from None
            raise
        off = self._health.verbs_off
        if off is not None:
            raise NotValidError(off)
        changed = effect.differences(seen or Seen.of(cached), fresh, own_objects(self._journal, wish.order_id))
        if changed and refusal is None and effect.already_so(fresh, wish):
            return self._ready(wish, fresh, Offer(wish.verb, wish.target, "yes", ALREADY_SO), already_so=True)
        if changed:
            raise ChangedError(f"The order changed at Amazon: {describe(changed)}. Look at it and run it again.")
        return self._ready(wish, fresh, self._judge(fresh, wish), already_so=False)

    def _judge(self, order: Order, wish: Wish) -> Offer:
        now = self._clock()
        offer = find_offer(matrix.offers(order, self._policy, now), wish)
        return check_amount(order, wish, offer, now, self._journal.slips(order.id))

    def _refusal(self, cached: Order, wish: Wish) -> BackOfficeError | None:
        """Return what the cached verdict forbids; amounts and unaccepted warnings do not count."""
        try:
            find_offer(matrix.offers(cached, self._policy, self._clock()), wish)
        except NotValidError as error:
            return error
        return None

    def _ready(self, wish: Wish, order: Order, offer: Offer, *, already_so: bool) -> Ready:
        booked = self._journal.slips(order.id)
        try:
            slip = slip_of(order, wish, booked)
        except SlipError as error:
            raise refused(error) from error
        now = self._clock()
        base = key_base(self._place, wish, order)
        counter = self._journal.counter(base)
        return Ready(
            wish=wish,
            order=order,
            offer=offer,
            prepared=self._gateway.prepare(wish),
            base=base,
            counter=counter,
            key=derive_key(base, counter),
            seen=Seen.of(order),
            read_at=now,
            after=outlook.AS_IT_IS if already_so else outlook.after(order, wish, now),
            already_so=already_so,
            slip=slip,
            slips_seen=len(booked),
            elsewhere=given_elsewhere(booked) if wish.verb is Verb.REFUND else "",
        )

    def draft(
        self, ready: Ready, accepted: Iterable[str], person: str, session: str, switch: Switch | None = None
    ) -> IntentDraft:
        """Make the journal's draft of a confirmed wish; `switch` is what a step without a person rests on.

        Raises `NotValidError` where nothing may be sent, for a warning not accepted and for a reason not given,
        `ChangedError` when the request key is not the one shown.
        """
        if self._policy.stands_still is not None:
            raise NotValidError(self._policy.stands_still)
        names = check_accepted(ready.offer, accepted)
        check_note(ready.offer, ready.wish.note)
        counter = self._journal.counter(ready.base)
        if counter != ready.counter:
            raise ChangedError("An equal request was decided meanwhile: look at the order and run it again.")
        return IntentDraft(
            wish=replace(ready.wish, slip=ready.slip),
            place=self._place,
            prepared=ready.prepared,
            key_base=ready.base,
            counter=counter,
            key=ready.key,
            seen=ready.seen,
            person=person,
            session=session,
            at=self._clock(),
            accepted_warnings=names,
            slips_seen=ready.slips_seen,
            switch=switch,
        )
