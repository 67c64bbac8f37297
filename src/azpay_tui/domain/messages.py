"""Messages to shops, buyers and admins: what waits to be told, how telling went, and when it is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

Kind = Literal["shop", "buyer", "admin"]
"""Who is told: the shop's software of a change, a buyer, the people who run the shop."""
Channel = Literal["command", "webhook", "mail"]
"""Which way it goes."""
MessageState = Literal["waiting", "delivered", "failed", "dropped"]
"""Failed: given up by itself; dropped: by a person, or because it was wrong by then. Neither is tried again unless a
person says so."""
MESSAGE_STATES: Final[tuple[MessageState, ...]] = get_args(MessageState)
Result = Literal["delivered", "refused", "unknown", "interrupted"]
"""How one attempt ended. Unknown: it may have arrived; interrupted: so it may, because azpay died meanwhile."""
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between two attempts (Standard Webhooks); after the attempt behind the last one a message has failed."""
INTERRUPTED: Final = "azpay was ended before an answer came."
"""What is written down of an attempt that nobody ended."""


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message that is about to be kept."""

    kind: Kind
    channel: Channel
    order_id: str
    """Empty: it is about no order, such as a test. Messages of one order, kind and channel go in their order."""
    subject: str
    """What it is about, in one line."""
    body: str
    """What is delivered: of a hook JSON without the id, of a mail its text."""
    to: str = ""
    """Who gets it where the channel does not say so: the address of a mail."""
    occasion: str = ""
    """What it is told for, when that is told only once: of one occasion one message is ever kept."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the journal keeps it; times are UTC."""

    id: str
    """The same at every attempt, and of no other message anywhere: whoever gets it twice knows it by that."""
    seq: int
    """Rises with every message of a journal: what was written first has the lower one."""
    draft: MessageDraft
    created: datetime
    person: str
    """In whose process, or by whom, it was made."""
    state: MessageState
    attempts: int = 0
    """All that were begun."""
    tries: int = 0
    """Those since it was made, or since a person had it sent again."""
    next_due: datetime | None = None
    """When it is tried by itself; None unless it waits."""
    ended_at: datetime | None = None
    why: str = ""
    """What the last attempt came to, one sentence; empty before one has ended."""


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt to deliver a message; without an end it is under way, or its process died."""

    number: int
    at: datetime
    ended_at: datetime | None = None
    result: Result | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side took it."""

    why: str = "Delivered."


@dataclass(frozen=True, slots=True)
class Refused:
    """It certainly was not taken; `permanent`: trying again is of no use."""

    why: str
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been taken: a time-out, an answer that never came."""

    why: str


Outcome = Delivered | Refused | Unknown


@dataclass(frozen=True, slots=True)
class After:
    """What an attempt makes of its message."""

    state: MessageState
    next_due: datetime | None
    result: Result
    why: str


def after(outcome: Outcome, tries: int, at: datetime, *, repeatable: bool) -> After:
    """Judge the attempt that ended at `at`, the `tries`-th of its message.

    `repeatable`: whoever gets a message twice knows it by its id, so that one that may have arrived is sent again.
    Otherwise it has failed, and a person decides.
    """
    match outcome:
        case Delivered(why):
            return After("delivered", None, "delivered", why)
        case Unknown(why):
            result: Result = "unknown"
            over = not repeatable
        case Refused(why, permanent):
            result, over = "refused", permanent
    if over or tries > len(WAITS):
        return After("failed", None, result, why)
    return After("waiting", at + WAITS[tries - 1], result, why)


_WORDS: Final[Mapping[MessageState, str]] = {
    "waiting": "not told yet",
    "delivered": "told",
    "failed": "could not be told",
    "dropped": "not told, dropped",
}


def told(kind: Kind, channel: Channel, state: MessageState, subject: str) -> str:
    """Say in the history of an order who was told what, or was not."""
    return f"{kind} {_WORDS[state]} by {channel}{f': {subject}' if subject else ''}"
