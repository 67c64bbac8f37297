"""Reading messages of the journal: fixed SQL on any connection, nothing heavy imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from azpay_tui.domain.messages import Channel, Message, MessageDraft, MessageState, Try
from azpay_tui.store.times import from_text, storable, to_text

Query = Callable[[str, tuple[Any, ...]], Iterable[Sequence[Any]]]
"""Runs one statement with values, on a connection of SQLAlchemy's or sqlite3's, and gives its rows."""
LETTERS: Final = "letters_since"
"""Name of the meta row that says since when letters are written by themselves, and of that fact in the chain."""
_WHY: Final = "(SELECT why FROM message_try WHERE message_seq = m.seq AND ended_at IS NOT NULL ORDER BY number DESC)"
_SELECT: Final = f"""SELECT m.id, m.seq, m.kind, m.channel, m.order_id, m.subject, m.body, m.recipient, m.created,
    m.person, m.state, m.attempts, m.tries, m.next_due, m.ended_at, m.occasion, coalesce({_WHY}, '')
    FROM message AS m"""
_DUE: Final = f"""{_SELECT} WHERE m.state = 'waiting' AND m.next_due <= ?
    AND m.channel IN (SELECT value FROM json_each(?)) AND (m.order_id = '' OR NOT EXISTS (
        SELECT 1 FROM message AS o WHERE o.state = 'waiting' AND o.order_id = m.order_id AND o.kind = m.kind
        AND o.channel = m.channel AND o.seq < m.seq))
    AND (? IS NULL OR m.id IN (SELECT value FROM json_each(?)))
    ORDER BY m.next_due, m.seq LIMIT ?"""
_TRIES: Final = "SELECT number, at, ended_at, result, why FROM message_try WHERE message_seq = ? ORDER BY number"
_OCCASIONS: Final = """SELECT occasion FROM message
    WHERE occasion <> '' AND occasion IN (SELECT value FROM json_each(?))"""
_OPEN: Final = f"{_SELECT} WHERE m.seq IN (SELECT message_seq FROM message_try WHERE ended_at IS NULL) ORDER BY m.seq"


def find_due(
    query: Query, at: datetime, channels: Sequence[Channel], limit: int, only: Collection[str] | None = None
) -> tuple[Message, ...]:
    """Return messages whose time has come, the longest due first; of those that go one after the other the first.

    `only`: the ids of those that are looked at, instead of all.
    """
    wanted = None if only is None else json.dumps([*only])
    values = to_text(at), json.dumps(channels), wanted, wanted, limit
    return tuple(message_of(row) for row in query(_DUE, values))


def find_begun(query: Query) -> tuple[Message, ...]:
    """Return messages with an attempt that has no end."""
    return tuple(message_of(row) for row in query(_OPEN, ()))


def find_message(query: Query, name: str) -> tuple[Message, ...]:
    """Return the message of this id, or those whose id begins so; any text may be asked for."""
    name = storable(name)
    exact = tuple(message_of(row) for row in query(f"{_SELECT} WHERE m.id = ?", (name,)))
    begins = f"{_SELECT} WHERE substr(m.id, 1, length(?)) = ? ORDER BY m.seq LIMIT 2"
    return exact or (tuple(message_of(row) for row in query(begins, (name, name))) if name else ())


def find_messages(
    query: Query, order_id: str | None, states: Sequence[MessageState], limit: int
) -> tuple[Message, ...]:
    """Return messages, newest first, of one order or of all; empty `states` means all."""
    terms: list[str] = []
    values: list[str | int] = []
    if order_id is not None:
        terms.append("m.order_id = ?")
        values.append(order_id)
    if states:
        terms.append(f"m.state IN ({', '.join('?' * len(states))})")
        values += states
    where = f"WHERE {' AND '.join(terms)} " if terms else ""
    return tuple(message_of(row) for row in query(f"{_SELECT} {where}ORDER BY m.seq DESC LIMIT ?", (*values, limit)))


def leave_out_told(query: Query, drafts: Sequence[MessageDraft]) -> list[MessageDraft]:
    """Return the drafts without those of an occasion that a message was kept for before, also one of these drafts."""
    wanted = json.dumps([draft.occasion for draft in drafts if draft.occasion])
    told = {row[0] for row in query(_OCCASIONS, (wanted,))} if wanted != "[]" else set[str]()
    left = []
    for draft in drafts:
        if draft.occasion and draft.occasion in told:
            continue
        told.add(draft.occasion)
        left.append(draft)
    return left


def find_tries(query: Query, seq: int) -> tuple[Try, ...]:
    """Return every attempt of a message, in their order."""
    return tuple(
        Try(number, from_text(at), from_text(ended), result, why)
        for number, at, ended, result, why in query(_TRIES, (seq,))
    )


def message_of(row: Sequence[Any]) -> Message:
    """Make the domain object of a row."""
    name, seq, kind, channel, order_id, subject, body, recipient, created, person, state, *rest = row
    attempts, tries, next_due, ended_at, occasion, why = rest
    draft = MessageDraft(kind, channel, order_id, subject, body, recipient, occasion)
    due, ended = from_text(next_due), from_text(ended_at)
    return Message(name, seq, draft, from_text(created), person, state, attempts, tries, due, ended, why)
