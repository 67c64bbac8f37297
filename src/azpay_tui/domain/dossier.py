"""Everything that is known of one intent, laid out for the person who decides about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from azpay_tui.domain import effect
from azpay_tui.domain.intent import REPLAY_WINDOW, Intent, Seen, State
from azpay_tui.domain.order import Order, kind_of
from azpay_tui.domain.telling import plain

SETTLEMENTS: Final[tuple[State, ...]] = ("succeeded", "refused", "abandoned")
"""What a person may decide."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came back for one attempt."""

    at: datetime
    kind: str
    """`unsent`, `answered` or `lost`."""
    message: str
    status: int | None
    code: str | None
    request_id: str | None
    server_date: datetime | None
    length: int
    """Bytes of the whole answer."""
    sha256: str
    body: str
    """What of the answer is no personal data; empty when it cannot be read."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request put on the wire."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    """None: no answer was ever taken down."""
    outcome: str | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """One intent with all that was sent and came back."""

    intent: Intent
    body_sha256: str
    attempts: tuple[Attempt, ...]
    settled_note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One fact; without a label it goes on with the one before, without a value it is a heading."""

    label: str
    value: str = ""


def may_be_settled(state: str, confirmed: datetime, now: datetime) -> bool:
    """Whether a person may decide: one is asked for, or no machine repeats the request any more."""
    return not_to_be_settled(state, confirmed, now) is None


def not_to_be_settled(state: str, confirmed: datetime, now: datetime) -> str | None:
    """Say why nobody may decide about an open intent yet, or None.

    While a machine may repeat the request, whoever says that nothing happened could be proved wrong a second later,
    and the same wish would have a new key by then.
    """
    if state == "attention" or (state == "unknown" and now - confirmed >= REPLAY_WINDOW):
        return None
    return "Not yet: the outcome is being learned, and the same request repeated, for 15 minutes after it began."


def means(outcome: State, intent: Intent) -> str:
    """Say what a person's decision does."""
    amount = f"{intent.draft.wish.amount} counts" if intent.draft.wish.amount else "It counts"
    match outcome:
        case "succeeded":
            return f"It happened at Amazon. {amount} as done; the order is free again."
        case "refused":
            return "Amazon turned it down: nothing moved. The order is free; the same again gets a new key."
        case _:
            return "It never reached Amazon: nothing moved. The order is free; the same again gets a new key."


def lines(dossier: Dossier, order: Order | None, now: datetime, where: tzinfo = UTC) -> Iterator[Line]:
    """Yield everything: the wish, each attempt with what came back, the order as last read, and what the rules say.

    Times are those of a zone; `order` is what is known of it here, None: nothing.
    """
    yield from _wish(dossier, where)
    for attempt in dossier.attempts:
        yield from _attempt(attempt, where)
    if not dossier.attempts:
        yield Line("SENT")
        yield Line("Attempts", "none: it was never sent")
    yield from _at_amazon(dossier.intent, order, now, where)
    yield from _rules(dossier.intent, order, now, where)


def _wish(dossier: Dossier, where: tzinfo) -> Iterator[Line]:
    intent = dossier.intent
    draft, wish = intent.draft, intent.draft.wish
    amount = f" {wish.amount}" if wish.amount else ""
    yield Line("CONFIRMED")
    yield Line("Intent", f"{intent.id}: {wish.verb}{amount}, now {intent.state}")
    yield Line("Object", wish.target)
    if wish.target != wish.order_id:
        yield Line("Order", wish.order_id)
    yield Line("Confirmed", f"{_at(draft.at, where)} by {draft.person}")
    yield Line("Request", f"{draft.prepared.method} {draft.prepared.path}, {len(draft.prepared.body)} bytes")
    yield Line("Request key", draft.key)
    yield Line("Body SHA-256", dossier.body_sha256)
    if wish.note:
        yield Line("Note", wish.note)
    if draft.accepted_warnings:
        yield Line("Accepted", ", ".join(draft.accepted_warnings))
    if intent.result_id:
        yield Line("Result", intent.result_id)
    if intent.settled_by and intent.settled_at:
        yield Line("Settled", f"{_at(intent.settled_at, where)} by {intent.settled_by.removeprefix('person ')}")
    if dossier.settled_note:
        yield Line("Because", dossier.settled_note)


def _attempt(attempt: Attempt, where: tzinfo) -> Iterator[Line]:
    yield Line(f"ATTEMPT {attempt.number}")
    yield Line("Sent", _at(attempt.started_at, where))
    ended = "no answer was taken down: the program ended before" if attempt.ended_at is None else ""
    yield Line("Ended", ended or f"{_at(attempt.ended_at, where)}, {attempt.outcome}")
    for found in attempt.evidence:
        status = f"HTTP {found.status}" if found.status is not None else found.kind
        code = f", {found.code}" if found.code else ""
        yield Line("Came back", f"{status}{code}{f': {found.message}' if found.message else ''}")
        if found.request_id:
            yield Line("Request id", found.request_id)
        if found.server_date is not None:
            yield Line("Amazon's date", _at(found.server_date, where))
        if found.length:
            yield Line("Answer", f"{found.length} bytes, SHA-256 {found.sha256}")
            yield Line("", found.body or "nothing of it can be shown")


def _at_amazon(intent: Intent, order: Order | None, now: datetime, where: tzinfo) -> Iterator[Line]:
    yield Line("AT AMAZON")
    if order is None:
        yield Line("Order", "nothing is known of it here: refresh it")
        return
    read = order.refreshed_at
    yield Line("Read", f"{_at(read, where)}, {_ago(now - read)}" if read is not None else "never")
    for name, value in Seen.of(order).facts:
        if value and name.split(" ")[0] in (intent.draft.wish.target, intent.draft.wish.order_id, intent.result_id):
            yield Line(_fact(name), value)
    changed = intent.draft.seen.differences(Seen.of(order))
    for name, before, after in changed:
        yield Line("Changed since", f"{_fact(name)}: {before or 'nothing'}, now {after or 'nothing'}")
    if not changed:
        yield Line("Changed since", "nothing: all is as it was when it was confirmed")


def _fact(name: str) -> str:
    object_id, _, what = name.partition(" ")
    kind = kind_of(object_id)
    return f"{'order' if kind in (None, 'permission') else object_id.rpartition('-')[2]} {what}"


def _rules(intent: Intent, order: Order | None, now: datetime, where: tzinfo) -> Iterator[Line]:
    yield Line("RULES")
    judged = effect.read_back(intent, order) if order is not None else None
    if judged is not None:
        yield Line("Read back", f"what was read last proves: {judged.state}")
    else:
        yield Line("Read back", "what was read last proves neither that it happened nor that it did not")
    if intent.reason:
        yield Line("Why", plain(intent.reason))
    if not intent.open:
        return
    age = now - intent.draft.at
    if age < REPLAY_WINDOW:
        yield Line(
            "Repeating", f"the same request is repeated by itself until {_at(intent.draft.at + REPLAY_WINDOW, where)}"
        )
    else:
        yield Line("Repeating", f"confirmed {_ago(age)}: only at a person's word, with the same key and bytes")
    if intent.state == "unknown" and intent.next_due is not None:
        yield Line("Next look", _at(intent.next_due, where))
    yield Line("YOUR DECISION")
    for outcome in SETTLEMENTS:
        yield Line(outcome, means(outcome, intent))


def _ago(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 1:
        return "just now"
    return (
        f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago" if minutes < 2880 else f"{age.days} d ago"
    )


def _at(moment: datetime | None, where: tzinfo) -> str:
    return "" if moment is None else f"{moment.astimezone(where):%Y-%m-%d %H:%M:%S %Z}"
