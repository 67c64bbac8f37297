"""What a person can wish, the record of a confirmed wish, and how long its outcome is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from azpay_tui.domain.goods import Slip
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.switch import Switch


class Verb(StrEnum):
    """What a person can ask for; `REFRESH` reads, the others move or end something at Amazon."""

    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    CANCEL = "cancel"
    CLOSE = "close"
    REFRESH = "refresh"


MONEY_VERBS: Final = (Verb.AUTHORIZE, Verb.CAPTURE, Verb.VOID, Verb.REFUND, Verb.CANCEL, Verb.CLOSE)
KEYED_VERBS: Final = frozenset({Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND})
"""Verbs whose request carries an idempotency key (POST); the others are simply repeated (API guide, idempotency)."""

State = Literal["intent", "sent", "unknown", "accepted", "succeeded", "declined", "refused", "abandoned", "attention"]
OPEN_STATES: Final[frozenset[State]] = frozenset({"intent", "sent", "unknown", "attention"})
"""States in which an intent locks its order."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person or a script asks for, before anything is checked."""

    verb: Verb
    order_id: str
    target: str
    """Id of the object acted on: a charge for capture, void and refund; the permission for the others."""
    amount: Money | None = None
    """None for void, cancel and close."""
    capture_now: bool = False
    """Authorize only: take the money at once."""
    pending_allowed: bool = False
    """Authorize only: let Amazon decide within 24 hours (canHandlePendingAuthorization)."""
    note: str = ""
    """Stays local; a request body holds nothing variable."""
    slip: Slip | None = None
    """Which lines it takes or gives back; stays local, its total is the amount."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The exact request of an intent, stored before it is sent and sent again byte for byte."""

    method: str
    path: str
    """Below the API version, such as `/charges/ID/capture`."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where an intent acts: one merchant account in one region and environment."""

    api: str
    region: str
    environment: str
    merchant: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What was true of an order when the person confirmed: the compared facts, flat, in a fixed order."""

    facts: tuple[tuple[str, str], ...]
    """Pairs such as `("S01-…-C000001 state", "Authorized")`."""

    @classmethod
    def of(cls, order: Order) -> Seen:
        """Take states, reason codes, captured, refunded and balance of everything known of the order."""
        facts: list[tuple[str, str]] = []
        if order.permission is not None:
            permission = order.permission
            facts.append((f"{permission.id} state", permission.state))
            facts.append((f"{permission.id} reasons", " ".join(sorted(reason.code for reason in permission.reasons))))
            balance = "" if permission.balance is None else str(permission.balance)
            facts.append((f"{permission.id} balance", balance))
        for charge in order.charges:
            facts.append((f"{charge.id} state", charge.state))
            facts.append((f"{charge.id} reason", charge.reason or ""))
            facts.append((f"{charge.id} captured", str(charge.captured) if charge.captured else ""))
            facts.append((f"{charge.id} refunded", str(charge.refunded) if charge.refunded else ""))
        for refund in order.refunds:
            facts.append((f"{refund.id} state", refund.state))
            facts.append((f"{refund.id} reason", refund.reason or ""))
        return cls(tuple(facts))

    def differences(self, fresh: Seen) -> tuple[tuple[str, str, str], ...]:
        """List what is different in `fresh`: (what, before, now), in a stable order."""
        before, now = dict(self.facts), dict(fresh.facts)
        names = [*before, *(name for name in now if name not in before)]
        return tuple(
            (name, before.get(name, ""), now.get(name, ""))
            for name in names
            if before.get(name, "") != now.get(name, "")
        )


@dataclass(frozen=True, slots=True)
class IntentDraft:
    """Everything the journal needs to make a wish durable before it is sent."""

    wish: Wish
    place: Place
    prepared: Prepared
    key_base: str
    """Hash of everything in the key but the counter; equal wishes on an equal state share it."""
    counter: int
    key: str
    """32 hex digits sent as the idempotency key (POST verbs); kept for the others as an identity."""
    seen: Seen
    person: str
    session: str
    """Session of the process that owns it (its lock is released by the kernel when the process ends)."""
    at: datetime
    accepted_warnings: tuple[str, ...] = ()
    slips_seen: int = 0
    """How many slips of the order there were when the one of the wish was checked."""
    switch: Switch | None = None
    """The switch that a step without a person rests on: it is made durable only while that stands so."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A journal row: the wish, where it stands and what is known of its outcome."""

    id: str
    draft: IntentDraft
    state: State
    reason: str | None
    """A sentence or Amazon's reason code; None while nothing is known."""
    attempts: int
    """Requests put on the wire so far."""
    next_due: datetime | None
    """When the janitor looks at it again; None when it never will by itself."""
    result_id: str | None
    """Id of the charge or refund Amazon made."""
    settled_by: str | None
    """`answer`, `read-back`, `person NAME`; None while open."""
    settled_at: datetime | None
    reconciled: bool
    """Whether a later independent read agreed."""
    request_id: str | None = None
    """Amazon's id of the last request it answered: what its support asks for."""

    @property
    def open(self) -> bool:
        """Whether it still locks its order."""
        return self.state in OPEN_STATES


RETRY_AFTER: Final = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    *(timedelta(days=1),) * 6,
)
"""Waits of the janitor between looks at an unknown outcome; after the last one a person is asked."""
REPLAY_WINDOW: Final = timedelta(minutes=15)
"""A machine repeats a request only this long after a person confirmed it; later it only reads back."""
