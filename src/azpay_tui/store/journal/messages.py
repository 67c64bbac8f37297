"""Keeping messages in the journal: what is to be told, every attempt to tell it, and what the shop knows already.

Every method is one durable transaction with its rows in the audit chain.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert
from sqlmodel import Session, col, delete, select

from azpay_tui.domain.messages import INTERRUPTED, After, Channel, Message, MessageDraft, MessageState, Try
from azpay_tui.store.errors import MessageConflict, NoSuchMessage
from azpay_tui.store.journal import posted
from azpay_tui.store.journal.audit import AuditWriter, Fact
from azpay_tui.store.journal.digests import MESSAGE, digest_of_try, digests, seal_of_letter
from azpay_tui.store.journal.file import JournalFile
from azpay_tui.store.journal.message_tables import MessageRow, MessageTryRow, ToldRow
from azpay_tui.store.journal.purging import purged_among
from azpay_tui.store.journal.tables import MetaRow
from azpay_tui.store.times import from_text, storable, to_text

_TELLING: Final = "telling_since"
"""Name of the meta row that is there while a shop is told."""
_TOLD: Final = "SELECT order_id, status FROM told WHERE order_id IN (SELECT value FROM json_each(?))"
_ACTED: Final = """SELECT DISTINCT order_id FROM intent WHERE order_id IN (SELECT value FROM json_each(?))
    AND attempts > 0 AND at >= (SELECT value FROM meta WHERE name = ?)"""
_WHY_LIMIT: Final = 2000
"""Characters kept of what an attempt came to."""


class MessageBook:
    """The messages of one journal; safe from any thread and beside other processes.

    Raises `JournalUnavailable` when the file cannot be read or written: then nothing changed.
    """

    def __init__(
        self,
        file: JournalFile,
        *,
        person: str = "",
        session: str = "",
        draw: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        """Keep them in this file; `draw` returns so many bytes in hexadecimal digits that no other message has."""
        self._file = file
        self._person = person
        self._session = session
        self._draw = draw

    # Making

    def enqueue(self, drafts: Sequence[MessageDraft], at: datetime) -> tuple[Message, ...]:
        """Keep messages that are due at once; returns those that were kept.

        Of a buyer whose personal data was removed none is, for a buyer or admin; and none of an occasion that one was
        kept for before, whatever became of that one.
        """
        with self._file.writing() as (session, audit):
            return self._enqueue(session.connection(), audit, drafts, at)

    def announce(self, told: Mapping[str, str], drafts: Sequence[MessageDraft], at: datetime) -> tuple[Message, ...]:
        """Keep messages together with what the shop knows from now on: the status of each of these orders."""
        with self._file.writing() as (session, audit):
            connection = session.connection()
            rows = [{"order_id": order_id, "status": status, "at": to_text(at)} for order_id, status in told.items()]
            if rows:
                connection.execute(insert(ToldRow).prefix_with("OR REPLACE"), rows)
            if session.get(MetaRow, _TELLING) is None:
                session.add(MetaRow(name=_TELLING, value=to_text(at)))
            return self._enqueue(connection, audit, drafts, at)

    def told(self, order_ids: Iterable[str] | None = None) -> dict[str, str] | None:
        """Return which status the shop knows of orders (default: of all); None when nobody is told yet."""
        wanted = None if order_ids is None else json.dumps([*order_ids])
        with self._file.plain() as connection:
            run = connection.exec_driver_sql
            if run("SELECT 1 FROM meta WHERE name = ?", (_TELLING,)).first() is None:
                return None
            found = run("SELECT order_id, status FROM told") if wanted is None else run(_TOLD, (wanted,))
            return {order_id: status for order_id, status in found}

    def acted_on(self, order_ids: Iterable[str]) -> frozenset[str]:
        """Return those of these orders about which something was sent since the shop is told."""
        with self._file.plain() as connection:
            found = connection.exec_driver_sql(_ACTED, (json.dumps([*order_ids]), _TELLING))
            return frozenset(order_id for (order_id,) in found)

    def forget_told(self) -> None:
        """Forget what the shop knows, because nobody is told any more; whoever is told again begins anew."""
        if self.told(()) is None:
            return
        with self._file.writing() as (session, _audit):
            session.connection().execute(delete(ToldRow))
            session.connection().execute(delete(MetaRow).where(col(MetaRow.name) == _TELLING))

    def letters_since(self, at: datetime) -> datetime:
        """Return since when letters are written by themselves; `at` when they were not until now."""
        with self._file.plain() as connection:
            found = connection.exec_driver_sql("SELECT value FROM meta WHERE name = ?", (posted.LETTERS,)).scalar()
        if found is not None:
            return from_text(str(found))
        with self._file.writing() as (session, audit):
            session.merge(MetaRow(name=posted.LETTERS, value=to_text(at)))
            told: dict[str, Fact] = {posted.LETTERS: to_text(at)}
            audit.add(at, self._person, "letters", session=self._session, order_id="", data=told)
        return at

    def forget_letters(self) -> None:
        """Forget since when letters are written, because none are; whoever is written to again begins anew."""
        with self._file.plain() as connection:
            if connection.exec_driver_sql("SELECT 1 FROM meta WHERE name = ?", (posted.LETTERS,)).first() is None:
                return
        with self._file.writing() as (session, _audit):
            session.connection().execute(delete(MetaRow).where(col(MetaRow.name) == posted.LETTERS))

    # Delivering

    def due(
        self, at: datetime, channels: Sequence[Channel], limit: int, only: Collection[str] | None = None
    ) -> tuple[Message, ...]:
        """Return messages for these channels whose time has come, the longest due first; `only` those of these ids."""
        with self._file.plain() as connection:
            return posted.find_due(connection.exec_driver_sql, at, channels, limit, only)

    def begun(self) -> tuple[Message, ...]:
        """Return messages with an attempt without an end: of a dead process, when no other one delivers."""
        with self._file.plain() as connection:
            return posted.find_begun(connection.exec_driver_sql)

    def begin(self, message: Message, at: datetime) -> Message:
        """Write down that an attempt begins; durable before it returns. Raises `MessageConflict` when it may not."""
        with self._file.writing() as (session, audit):
            row = _must(session, message.id)
            if row.state != "waiting" or row.attempts != message.attempts:
                raise MessageConflict(f"{row.id} is not as it was any more ({row.state}); it is not sent.")
            row.attempts += 1
            row.tries += 1
            session.add(row)
            number = row.attempts
            begun = to_text(at)
            session.add(MessageTryRow(message_seq=row.seq, number=number, at=begun, ended_at=None, result=None, why=""))
            told: dict[str, Fact] = {"act": "began", "attempt": number, "state": row.state}
            self._tell(audit, row, at, {**told, **_sealed(row), **_tried(session, row)})
            return replace(message, attempts=number, tries=row.tries)

    def end(self, message: Message, step: After, at: datetime, *, interrupted: bool = False) -> Message:
        """Write down how the last attempt of a message ended, and what that makes of it.

        A message that a person dropped meanwhile stays dropped unless it was delivered.
        """
        why = storable(INTERRUPTED if interrupted else step.why)[:_WHY_LIMIT]
        result = "interrupted" if interrupted else step.result
        with self._file.writing() as (session, audit):
            row = _must(session, message.id)
            tried = session.get_one(MessageTryRow, (row.seq, row.attempts))
            gone = bool(row.order_id and purged_among(session.connection(), [row.order_id]))
            tried.ended_at, tried.result, tried.why = to_text(at), result, "" if gone else why
            session.add(tried)
            if row.state == "waiting" or step.state == "delivered":
                _move(row, step.state, step.next_due, at)
            session.add(row)
            told: dict[str, Fact] = {"act": result, "attempt": row.attempts, "state": row.state}
            if row.salt:  # what the other side says may name the buyer, and goes with the letter
                told["why_seal"] = seal_of_letter(row.salt, tried.why)
            self._tell(audit, row, at, {**told, **_tried(session, row)})
            return _read(session, row)

    # What a person does

    def retry(self, name: str, at: datetime, seen: Message | None = None) -> Message:
        """Have a message sent again, now, whatever became of it; raises `MessageConflict` when there is no such one.

        With `seen` also when it is not as it was seen any more: it may have arrived meanwhile.
        """
        with self._file.writing() as (session, audit):
            row = _must(session, self._only(session, name))
            if seen is not None and (row.state, row.attempts) != (seen.state, seen.attempts):
                what = "was tried" if row.state == seen.state else f"is {row.state}"
                raise MessageConflict(f"{row.id} {what} by now: nothing was changed.")
            if row.kind != "shop" and not row.body:
                raise MessageConflict(f"{row.id} is empty: the personal data of its buyer was removed.")
            row.tries = 0
            _move(row, "waiting", at, at)
            session.add(row)
            self._tell(audit, row, at, {"act": "retried", "state": row.state})
            return _read(session, row)

    def drop(self, name: str, at: datetime) -> Message:
        """Have a message not sent any more; raises `MessageConflict` when it neither waits nor failed."""
        with self._file.writing() as (session, audit):
            row = _must(session, self._only(session, name))
            if row.state not in ("waiting", "failed"):
                raise MessageConflict(f"{row.id} is {row.state} already: there is nothing to drop.")
            _move(row, "dropped", None, at)
            session.add(row)
            self._tell(audit, row, at, {"act": "dropped", "state": row.state})
            return _read(session, row)

    # Reading

    def message(self, name: str) -> Message:
        """Return the message of an id or of its beginning; raises `MessageConflict` when there is none, or several."""
        with self._file.reading() as session:
            return _read(session, _must(session, self._only(session, name)))

    def messages(
        self, *, order_id: str | None = None, states: Sequence[MessageState] = (), limit: int = 1000
    ) -> tuple[Message, ...]:
        """Return messages, newest first; empty `states` means all."""
        with self._file.plain() as connection:
            return posted.find_messages(connection.exec_driver_sql, order_id, states, limit)

    def tries(self, message: Message) -> tuple[Try, ...]:
        """Return every attempt to deliver a message."""
        with self._file.plain() as connection:
            return posted.find_tries(connection.exec_driver_sql, message.seq)

    def _enqueue(
        self, connection: Connection, audit: AuditWriter, drafts: Sequence[MessageDraft], at: datetime
    ) -> tuple[Message, ...]:
        purged = purged_among(connection, [draft.order_id for draft in drafts]) if drafts else set()
        kept = [draft for draft in drafts if draft.kind == "shop" or draft.order_id not in purged]
        kept = posted.leave_out_told(connection.exec_driver_sql, kept)
        last = connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM message").scalar_one()
        messages = tuple(
            Message(f"M-{seq:06}-{self._draw(4)}", seq, draft, at, self._person, "waiting", next_due=at)
            for seq, draft in enumerate(kept, last + 1)
        )
        rows = [_row(message, self._draw(16)) for message in messages]
        if rows:
            connection.execute(insert(MessageRow), [row.model_dump() for row in rows])
        fixed = digests(connection.exec_driver_sql, "message", MESSAGE, f"WHERE seq > {last:d} ORDER BY seq")
        for row, (_values, digest) in zip(rows, fixed, strict=True):
            self._tell(audit, row, at, {"act": "queued", "state": "waiting", "message_row": digest, **_sealed(row)})
        return messages

    def _only(self, session: Session, name: str) -> str:
        found = posted.find_message(session.connection().exec_driver_sql, name)
        if not found:
            raise NoSuchMessage(f"There is no message {name!r}; see azpay messages list.")
        if len(found) > 1:
            raise NoSuchMessage(f"Several messages begin with {name!r}: write out an id of azpay messages list.")
        return found[0].id

    def _tell(self, audit: AuditWriter, row: MessageRow, at: datetime, told: Mapping[str, Fact]) -> None:
        about: dict[str, Fact] = {"message": row.id, "about": row.kind, "channel": row.channel}
        facts = {**about, "due": row.next_due, "ended": row.ended_at, **told}
        audit.add(at, self._person, "message", session=self._session, order_id=row.order_id, data=facts)


def _sealed(row: MessageRow) -> dict[str, Fact]:
    """Return what the chain keeps of what is told to whom; a letter names the buyer, and is guessed from its template.

    Nothing of a letter from before there were salts.
    """
    if row.kind != "shop" and not row.salt:
        return {}
    name = "text_sha256" if row.kind == "shop" else "text_seal"
    return {name: seal_of_letter(row.salt, row.recipient, row.subject, row.body)}


def _tried(session: Session, row: MessageRow) -> dict[str, Fact]:
    session.flush()
    return {"try_row": digest_of_try(session.connection().exec_driver_sql, row.seq, row.attempts)}


def _row(message: Message, salt: str) -> MessageRow:
    draft = message.draft
    return MessageRow(
        seq=message.seq,
        id=message.id,
        kind=draft.kind,
        channel=draft.channel,
        order_id=draft.order_id,
        subject=storable(draft.subject),
        body=storable(draft.body),
        recipient=storable(draft.to),
        created=to_text(message.created),
        person=storable(message.person),
        state=message.state,
        attempts=0,
        tries=0,
        next_due=to_text(message.created),
        ended_at=None,
        occasion=draft.occasion,
        salt=salt if draft.kind != "shop" else "",
    )


def _must(session: Session, name: str) -> MessageRow:
    row = session.exec(select(MessageRow).where(MessageRow.id == name)).first()
    if row is None:
        raise NoSuchMessage(f"There is no message {name!r}; see azpay messages list.")
    return row


def _move(row: MessageRow, state: MessageState, next_due: datetime | None, at: datetime) -> None:
    row.state = state
    row.next_due = to_text(next_due)
    row.ended_at = None if state == "waiting" else to_text(at)


def _read(session: Session, row: MessageRow) -> Message:
    session.flush()
    return posted.find_message(session.connection().exec_driver_sql, row.id)[0]
