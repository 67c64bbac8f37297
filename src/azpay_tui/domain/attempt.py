"""How one attempt to fulfil a wish ended, and what that proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from azpay_tui.domain import states
from azpay_tui.domain.intent import KEYED_VERBS, Verb, Wish
from azpay_tui.domain.order import Charge, Fact, Permission, Refund, order_id_of


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


def refuses(code: str | None) -> bool:
    """Tell whether a reason code of a whole answer says that Amazon did not do what was asked."""
    return code in _REFUSALS


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
