"""What may be done with an order right now, and why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money

Verdict = Literal["yes", "warn", "no"]


@dataclass(frozen=True, slots=True)
class Offer:
    """The verdict on one verb and one object of an order."""

    verb: Verb
    target: str | None
    """Id of the object; None when the verb has no possible object."""
    verdict: Verdict
    reason: str | None = None
    """A sentence for the operator: always set for `no` and `warn`, for a `yes` when there is something to know."""
    warnings: tuple[str, ...] = ()
    """Names that must be accepted, each; only with `warn`."""
    minimum: Money | None = None
    """Smallest amount; None for verbs without an amount."""
    maximum: Money | None = None
    """Largest amount; for a refund the cap left with refunds in flight counted."""
    changes_at: datetime | None = None
    """When time alone changes the verdict, UTC."""
    waits: bool = False
    """Whether a `no` has no other cause than a missing connection, or the clock of this machine."""
    policy: str | None = None
    """What the shop's policy made stricter: which setting, where it comes from, what to do. It is in `reason` too."""
    needs_note: str | None = None
    """Why a note must be written with it (a sentence); None: it need not."""
    advised: bool = True
    """Whether it may be advised as a next step; False: only who insists does it, such as charging a cancelled sale."""


def valid_verbs(offers: Iterable[Offer]) -> frozenset[Verb]:
    """Return the verbs that are offered, with or without a warning, and that may be advised as the next step."""
    return frozenset(offer.verb for offer in offers if offer.verdict != "no" and offer.advised)
