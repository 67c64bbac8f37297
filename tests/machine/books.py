"""The oracle for sales: slips against effects, what went back against what was taken, and who signed what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from tests.machine import judge

from azpay_tui.domain.goods import SlipError, ordered
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.order import Order
from azpay_tui.domain.slips import Booked, taken
from azpay_tui.domain.switch import POLICY
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.model import Charge
from azpay_tui.simulator.model import Order as Theirs
from azpay_tui.simulator.records import LedgerEntry

CHARGING: Final = frozenset({Verb.AUTHORIZE, Verb.CAPTURE})
BY_POLICY: Final = frozenset({Verb.AUTHORIZE, Verb.CAPTURE, Verb.CLOSE})
OVER: Final = frozenset({"CANCELED", "REFUNDING", "CAPTURING", "PENDING", "UNKNOWN", "UNRECOGNISED", "NOT FOUND"})
"""Status words that an order may have whose sale was cancelled in whole: over, or on its way there."""


def given(charge: Charge) -> int:
    """Return what went back of a charge or is on its way, in minor units: whoever asked, unless Amazon declined."""
    return sum(refund.amount for refund in charge.refunds if refund.state != "Declined")


def wrong_slips(simulator: Simulator, intents: Sequence[Intent], slips: Iterable[Booked]) -> Iterator[str]:
    """Yield a sentence for each slip that is not exactly one intent's, or says otherwise than the ledger."""
    own = {slip.intent: slip for slip in slips if slip.intent}
    for intent, many in Counter(slip.intent for slip in slips if slip.intent).items():
        if many > 1:
            yield f"{intent} has {many} slips"
    strays = set(own) - {intent.id for intent in intents}
    if strays:
        yield f"there are slips of {strays}, and no such intents"
    effects = [entry for entry in simulator.ledger if entry.effect]
    for intent in intents:
        if intent.id in own:
            yield from _of_effect(intent, own[intent.id], [entry for entry in effects if judge.fits(intent, entry)])


def _of_effect(intent: Intent, booked: Booked, entries: Sequence[LedgerEntry]) -> Iterator[str]:
    """A slip comes to just what its one effect moved, and is linked to what Amazon made of it."""
    name = f"the slip of {intent.id} ({booked.became})"
    if booked.verb is Verb.CAPTURE:
        entries = [entry for entry in entries if entry.operation == "capture"]
    if len(entries) > 1 or any(entry.amount != booked.slip.total.decimal() for entry in entries):
        yield f"{name} comes to {booked.slip.total}, and its effects are {entries}"
    if not entries or intent.settled_by != "answer":
        return
    linked = booked.charge if booked.verb is Verb.CAPTURE else booked.refund
    if linked != entries[0].id:
        yield f"{name} is linked to {linked}, and Amazon made {entries[0].id}"


def wrong_pieces(order: Order, slips: Sequence[Booked]) -> Iterator[str]:
    """Yield a sentence where more pieces were taken than ordered, or more were given back than a charge took."""
    counting = [slip for slip in slips if slip.order_id == order.id and slip.counts]
    captures = [slip for slip in counting if slip.verb is Verb.CAPTURE]
    try:
        goods = ordered(order.shop.lines, order.shop.amount)
        goods.minus([slip.slip.goods for slip in captures])
        for charge in {slip.charge for slip in counting if slip.verb is Verb.REFUND}:
            own = [slip.slip for slip in captures if slip.charge == charge]
            back = [slip.slip.goods for slip in counting if slip.verb is Verb.REFUND and slip.charge == charge]
            (taken(own) if own else goods).minus(back)
    except SlipError as error:
        yield f"{order.id}: {error}"


def given_twice(order: Theirs, intents: Iterable[Intent], at_first: Mapping[str, int]) -> Iterator[str]:
    """Yield a sentence for a charge of which more went back than was taken, without anybody's word that it may.

    `at_first` is what had gone back of each charge when the order came.
    """
    agreed = {i.draft.wish.target for i in intents if "beyond-capture" in i.draft.accepted_warnings}
    for charge in order.charges:
        limit = max(charge.captured or 0, at_first.get(charge.charge_id, 0))
        if charge.charge_id not in agreed and given(charge) > limit:
            yield f"{charge.captured} were taken of {charge.charge_id}, and {given(charge)} went back"


def signed_wrong(intents: Sequence[Intent], unattended: set[str], effects: Iterable[LedgerEntry]) -> Iterator[str]:
    """Yield a sentence for each intent that a tick made and `policy` did not sign, and for each step taken twice.

    `unattended` are the intents that came to be while the automatic actor worked and nobody else did.
    """
    for intent in intents:
        if (intent.draft.person == POLICY) != (intent.id in unattended):
            yield f"{intent.id} is signed {intent.draft.person}"
        elif intent.draft.person == POLICY and intent.draft.wish.verb not in BY_POLICY:
            yield f"{intent.id} {intent.draft.wish.verb} was begun by policy"
    done = Counter(
        (intent.draft.wish.order_id, intent.draft.wish.verb)
        for intent in intents
        for entry in effects
        if intent.draft.person == POLICY and entry.operation == intent.draft.wish.verb and judge.fits(intent, entry)
    )
    for (order_id, verb), many in done.items():
        if many > 1:
            yield f"policy did {many} times {verb} on {order_id}"


def charged_after(intents: Iterable[Intent], before: frozenset[str]) -> Iterator[str]:
    """Yield a sentence for each charge of a cancelled sale to which nobody said that this is known.

    `before` are the intents of the order that had been sent when its sale was cancelled.
    """
    for intent in intents:
        told = "sale-cancelled" in intent.draft.accepted_warnings and intent.draft.person != POLICY
        if intent.draft.wish.verb in CHARGING and intent.attempts and intent.id not in before and not told:
            yield f"{intent.id} {intent.draft.wish.verb} by {intent.draft.person} charged a sale that was cancelled"
