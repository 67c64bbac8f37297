"""A confirmed wish, its identity on the wire, and what one attempt to fulfil it proved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from azpay_tui.domain import states
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Fact, Order, Permission, Refund, kind_of, order_id_of


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


@dataclass(frozen=True, slots=True)
class Answer:
    """How one attempt ended, in domain words; made by a gateway, judged by `classify`."""

    kind: Literal["unsent", "answered", "lost"]
    """`unsent`: provably never left this machine. `answered`: a whole HTTP answer was read. `lost`: anything else."""
    message: str
    """One sentence for the operator."""
    status: int | None = None
    reason_code: str | None = None
    request_id: str | None = None
    fact: Fact | None = None
    """The object of a readable 2xx answer."""
    retry_after: timedelta | None = None
    server_date: datetime | None = None
    """Amazon's `Date` header, UTC."""
    received_at: datetime | None = None
    """Local time when it arrived, UTC, uncorrected."""
    raw: bytes = b""
    """The body as received, capped; evidence."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an attempt means for its intent."""

    state: Literal["succeeded", "accepted", "declined", "refused", "unknown", "later", "unsent", "clock"]
    """`later`: throttled, same key again. `unsent`: proven unsent. `clock`: correct the offset, send it once more."""
    reason: str | None
    result_id: str | None = None


_DECLINES: Final = states.SOFT_DECLINES | states.HARD_DECLINES | {states.AMAZON_REJECTED}
_STATE_ERRORS: Final = frozenset(
    {
        "InvalidChargeStatus",
        "InvalidChargePermissionStatus",
        "TransactionAmountExceeded",
        "TransactionCountExceeded",
        "PeriodicAmountExceeded",
        "ResourceNotFound",
    }
)
_REFUSALS: Final = _STATE_ERRORS | {
    "InvalidHeaderValue",
    "MissingHeader",
    "MissingHeaderValue",
    "InvalidRequest",
    "InvalidParameterValue",
    "MissingParameterValue",
    "InvalidParameterCombination",
    "InvalidRequestFormat",
    "UnrecognizedField",
    "InvalidSandboxSimulationSpecified",
    "CurrencyMismatch",
    "UnauthorizedAccess",
    "InvalidAccountStatus",
    "InvalidRequestSignature",
    "UnsupportedOperation",
    "RequestNotSupported",
    "ChargePermissionNotModifiable",
}
CLOCK_LIMIT: Final = timedelta(minutes=4)
"""A refusal whose Date differs by more than this is a clock problem, not a verdict."""


def classify(
    wish: Wish, answer: Answer, attempt: int, clock_corrected: bool = False, offset: timedelta = timedelta()
) -> Judgement:
    """Judge one attempt (numbered from 1) of a wish by what came back.

    A timeout, a cut or odd answer and every 5xx is `unknown`, never failed. From the second attempt on an error
    about state is no refusal, because the first attempt may be what changed the state. `clock_corrected` says that
    this very intent was already sent once more after a correction of the clock; `offset` is the correction that was in
    force when it was sent.
    """
    if answer.kind == "unsent":
        return Judgement("unsent", answer.message)
    if answer.kind == "lost" or answer.status is None:
        return Judgement("unknown", answer.message)
    status, code = answer.status, answer.reason_code
    if 200 <= status < 300:
        return _of_success(wish, answer)
    if status == 429:
        return Judgement("later", code or "TooManyRequests")
    if status in (401, 403) and not clock_corrected and clock_is_off(answer, offset):
        return Judgement("clock", code)
    if status in (400, 401, 403, 404, 405, 409, 422):
        if code in _DECLINES and wish.verb in KEYED_VERBS and status == 422:
            return Judgement("declined", code)
        if code in _REFUSALS and attempt == 1:
            return Judgement("refused", code)
    return Judgement("unknown", code or answer.message)


def clock_is_off(answer: Answer, offset: timedelta) -> bool:
    """Whether Amazon's `Date` differs by more than 4 minutes from our time as corrected by `offset`."""
    if answer.server_date is None or answer.received_at is None:
        return False
    return abs(answer.server_date - answer.received_at - offset) > CLOCK_LIMIT


def _of_success(wish: Wish, answer: Answer) -> Judgement:
    judged = None if answer.fact is None else judge_fact(wish, answer.fact)
    return judged or Judgement("unknown", answer.message or "Amazon's answer does not fit the request.")


def judge_fact(wish: Wish, fact: Fact) -> Judgement | None:
    """Say what an object proves about a wish made of it, or None when it proves nothing.

    Used for the answer to the request and for a read of the very object it named. Ids and amounts must match.
    """
    match fact:
        case Charge():
            return _judge_charge(wish, fact)
        case Refund():
            if wish.verb is not Verb.REFUND or fact.charge_id != wish.target or fact.amount != wish.amount:
                return None
            word = {states.REFUND_INITIATED: "accepted", states.REFUNDED: "succeeded", states.DECLINED: "declined"}
            return _judgement(word.get(fact.state), fact.reason, fact.id)
        case Permission():  # pragma: no branch - there is no other kind
            if wish.verb not in (Verb.CANCEL, Verb.CLOSE) or fact.id != wish.target or fact.state != states.CLOSED:
                return None
            return Judgement("succeeded", None)


def _judge_charge(wish: Wish, charge: Charge) -> Judgement | None:
    if wish.verb is Verb.AUTHORIZE:
        if order_id_of(charge.id) != wish.order_id or charge.amount != wish.amount:
            return None
        words = {
            states.AUTHORIZED: "succeeded",
            states.AUTHORIZATION_INITIATED: "accepted",
            states.CAPTURE_INITIATED: "accepted",
            states.CAPTURED: "succeeded",
            states.DECLINED: "declined",
            states.CANCELED: "succeeded",
        }
        return _judgement(words.get(charge.state), charge.reason, charge.id)
    if charge.id != wish.target:
        return None
    if wish.verb is Verb.CAPTURE:
        if charge.state == states.CAPTURED:
            return Judgement("succeeded", None, charge.id) if charge.captured == wish.amount else None
        words = {states.CAPTURE_INITIATED: "accepted", states.DECLINED: "declined"}
        return _judgement(words.get(charge.state), charge.reason, charge.id)
    if wish.verb is Verb.VOID and charge.state == states.CANCELED:
        return Judgement("succeeded", None, charge.id)
    return None


def _judgement(word: str | None, reason: str | None, result_id: str) -> Judgement | None:
    match word:
        case "succeeded" | "accepted" | "declined":
            return Judgement(word, reason if word == "declined" else None, result_id)
        case _:
            return None


def key_base(place: Place, wish: Wish, order: Order) -> str:
    """Hash what makes a wish this one and no other: where, what, on which object, how much, and the totals seen.

    Totals seen are captured, the sum of refunds not declined, and the number of refunds known by id; for an
    authorization also the number of charges known by id, so that a second equal one after a void is a new wish.
    The same wish on the same observed state has the same hash on every host and after a lost journal.
    """
    charges = [c for c in order.charges if wish.verb is Verb.AUTHORIZE or c.id == wish.target]
    refunds = [r for r in order.refunds if wish.verb is Verb.AUTHORIZE or r.charge_id == wish.target]
    own = [i for i in order.intents if i.verb == Verb.REFUND and i.result_id and i.target == wish.target]
    ids = {r.id for r in refunds} | {i.result_id for i in own}
    captured = sum(c.captured.minor for c in charges if c.captured is not None)
    refunded = sum(r.amount.minor for r in refunds if r.state != states.DECLINED)
    refunded += sum(i.amount.minor for i in own if i.amount and i.result_id not in {r.id for r in refunds})
    made = {c.id for c in charges} | {i for i in order.unread if kind_of(i) == "charge"}
    made |= {i.result_id for i in order.intents if i.verb == Verb.AUTHORIZE and i.result_id}
    parts = (
        place.environment,
        place.region,
        place.merchant,
        wish.verb,
        wish.target,
        str(wish.amount.minor) if wish.amount else "",
        wish.amount.currency if wish.amount else "",
        "capture-now" if wish.capture_now else "",
        "pending" if wish.pending_allowed else "",
        f"captured {captured}",
        f"refunded {refunded}",
        f"refunds {len(ids)}",
        f"charges {len(made)}" if wish.verb is Verb.AUTHORIZE else "",
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def derive_key(base: str, counter: int) -> str:
    """Make the idempotency key: 32 hexadecimal digits, Amazon's limit (API guide, idempotency)."""
    return hashlib.sha256(f"{base}\n{counter}".encode()).hexdigest()[:32]


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
