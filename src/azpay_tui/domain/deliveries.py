"""Delivery trackers: which parcel carries an order, as Amazon is told, so that it can tell the buyer of its arrival.

It moves no money and is no intent: nothing of the order changes, and nobody waits for it. Amazon takes a tracking
number once and has no way to ask for it (API guide, delivery tracker), so of a lost answer nobody ever learns more than
that it is not known: nothing is sent again but on a person's word.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from azpay_tui.domain.attempt import Answer, refuses
from azpay_tui.domain.intent import Place, Prepared, Verb
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Order, kind_of
from azpay_tui.domain.picking import TRACKING
from azpay_tui.domain.slips import Booked

Outcome = Literal["sent", "refused", "unknown", "unsent"]
"""Of one attempt; unknown also while it is under way, and of one whose process died."""
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
ALREADY_SO: Final = "already so"
_CARRIER: Final = re.compile(r"[A-Z0-9](?:[A-Z0-9 _-]{0,62}[A-Z0-9])?", re.ASCII)
_MOST: Final = 60
_SHOWN: Final = 5
_BAD_VALUE: Final = "InvalidParameterValue"
"""Amazon's code also of a number that it has already."""
_OTHER_REFUSALS: Final = frozenset({"InvalidInputFormat"})
_WORDS: Final[dict[Outcome, str]] = {
    "sent": "sent to Amazon",
    "refused": "refused by Amazon",
    "unknown": "not known whether Amazon has it",
    "unsent": "not sent",
}


class ParcelError(ValueError):
    """A carrier or a number that can be none; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel of an order, in Amazon's words."""

    order_id: str
    carrier: str
    """Amazon's code of the carrier, such as `UPS`."""
    tracking: str
    """Its tracking number; it names the buyer on the carrier's page, so it is personal. Empty when it was purged."""

    @property
    def named(self) -> str:
        """Carrier and number, for people."""
        return f"{self.carrier} {self.tracking or '(number removed)'}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to tell Amazon of a parcel, as the journal keeps it; times are UTC."""

    number: int
    """Its own number in this journal, from 1."""
    parcel: Parcel
    at: datetime
    person: str
    outcome: Outcome = "unknown"
    why: str = ""
    """What came of it, one sentence; empty while no answer came, and when it was purged."""
    request_id: str = ""
    """What Amazon calls the request; empty when it did not say."""
    ended_at: datetime | None = None

    @property
    def became(self) -> str:
        """What became of it, in words."""
        return _WORDS[self.outcome]

    @property
    def why_not(self) -> str:
        """What came of it, to be put behind what became of it; empty where Amazon was told."""
        return f": {self.why}" if self.why and self.outcome != "sent" else ""

    @property
    def told(self) -> str:
        """Of which parcel it was and what became of it, for somebody who is about to send the number again."""
        return f"{self.parcel.carrier} for {self.parcel.order_id}: {self.became}"

    @property
    def may_be_there(self) -> bool:
        """Whether Amazon has the number, or may have it."""
        return self.outcome in ("sent", "unknown")


@dataclass(frozen=True, slots=True)
class DeliveryReady:
    """A parcel that Amazon may be told of: the one record that is shown, and that the call is made of."""

    parcel: Parcel
    order: Order
    """As read from Amazon at `read_at`, UTC."""
    read_at: datetime
    prepared: Prepared
    earlier: tuple[Delivery, ...]
    """Every attempt with this number before it, newest first."""
    already_so: Delivery | None = None
    """Amazon has it from this attempt: nothing is sent."""

    @property
    def before(self) -> tuple[Delivery, ...]:
        """The earlier attempts that a person sees before confirming, the newest."""
        return self.earlier[:_SHOWN]


def parcel_of(order_id: str, carrier: str, tracking: str) -> Parcel:
    """Read what was typed; the code of a carrier is written in capitals. Raises `ParcelError`.

    Amazon's list of carriers is long and grows: a code is held against its shape, and Amazon says whether it knows it.
    """
    if kind_of(order_id) != "permission":
        raise ParcelError(f"{order_id[:_MOST]!r} is no order that Amazon knows.")
    code, number = carrier.strip().upper(), tracking.strip()
    if not code:
        raise ParcelError("Say who carries it: Amazon's code of the carrier, such as UPS.")
    if not is_carrier(code):
        raise ParcelError(f"{carrier[:_MOST]!r} is no code of a carrier, such as UPS: letters, digits, - and _.")
    if not number:
        raise ParcelError("Say the tracking number.")
    if not TRACKING.fullmatch(number):
        raise ParcelError(f"{tracking[:_MOST]!r} is no tracking number, such as 1Z999AA10123456784.")
    return Parcel(order_id, code, number)


def is_carrier(text: str) -> bool:
    """Tell whether a text has the shape of Amazon's code of a carrier; what a slip calls its carrier may have none."""
    return _CARRIER.fullmatch(text.strip().upper()) is not None


def told_before(parcel: Parcel, earlier: Sequence[Delivery]) -> Delivery | None:
    """Return why a parcel need not, or must not, be sent: an attempt with its number that Amazon has or may have.

    `earlier` are the attempts with this number, newest first. One that is certain goes before one that is not known,
    and one of this very parcel before one of another order.
    """
    there = [one for one in earlier if one.may_be_there]
    return min(there, key=lambda one: (one.parcel != parcel, one.outcome != "sent"), default=None)


def why_not_again(parcel: Parcel, before: Delivery) -> str | None:
    """Say why a parcel is not sent after an attempt with its number; None: Amazon has this very one, all is done.

    How it is sent all the same, each face adds for itself.
    """
    told = f"by {before.person} at {written(before.at)}"
    if before.parcel != parcel:
        return (
            f"{parcel.tracking} was sent {told} for {before.parcel.order_id} with {before.parcel.carrier}, and Amazon "
            "takes a number once: check it."
        )
    if before.outcome == "sent":
        return None
    return f"{parcel.tracking} was sent {told} and no answer came, so Amazon may have it."


def delivery_key(place: Place, parcel: Parcel, earlier: Sequence[Delivery]) -> str:
    """Make the idempotency key: the same for the same parcel, another one after each time that Amazon refused it.

    So what comes again after a lost answer is the same request to an Amazon that honours the key here, which its guide
    leaves open; what was refused is not answered from memory.
    """
    refused = sum(one.parcel == parcel and one.outcome == "refused" for one in earlier)
    parts = (place.environment, place.region, place.merchant, "delivery", parcel.order_id, parcel.carrier)
    return hashlib.sha256("\n".join((*parts, parcel.tracking, f"{refused}")).encode()).hexdigest()[:32]


def judge(answer: Answer, earlier: Sequence[Delivery]) -> tuple[Outcome, str]:
    """Say what became of an attempt, with a sentence; `earlier` are those with the same number before it.

    Whatever is no clear answer leaves it unknown. So does a refused value where an earlier attempt may have arrived:
    Amazon says the same of a number that it has.
    """
    if answer.kind == "unsent":
        return "unsent", answer.message
    status, code = answer.status, answer.reason_code
    if answer.kind == "lost" or status is None:
        return "unknown", answer.message
    if 200 <= status < 300:
        return ("sent" if code is None else "unknown"), answer.message
    if status == 429:
        return "refused", "Amazon takes no more of them at the moment and did not take this one: try again in a minute."
    if 400 <= status < 500 and (refuses(code) or code in _OTHER_REFUSALS):
        if code == _BAD_VALUE and any(one.outcome == "unknown" for one in earlier):
            return "unknown", f"{answer.message} So Amazon answers also when it has the number from the time before."
        return "refused", answer.message
    return "unknown", answer.message


def to_offer(slips: Sequence[Booked], deliveries: Sequence[Delivery]) -> tuple[str, str] | None:
    """Return carrier and number of the newest slip whose parcel Amazon was not told of; None when there is none."""
    known = {one.parcel.tracking for one in deliveries if one.may_be_there}
    taken = (one.slip for one in slips if one.verb is Verb.CAPTURE and one.counts)
    return next(((slip.carrier, slip.tracking) for slip in taken if slip.tracking and slip.tracking not in known), None)


def not_told(slips: Sequence[Booked], deliveries: Sequence[Delivery]) -> str | None:
    """Say of which parcel Amazon was not told, the newest; None when there is none."""
    offered = to_offer(slips, deliveries)
    return None if offered is None else f"{' '.join(filter(None, offered))}: Amazon was not told of it"
