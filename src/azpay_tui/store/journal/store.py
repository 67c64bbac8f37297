"""The action journal: what was confirmed, what was sent, what came back. Every method is one durable transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import col, func, or_, select

from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.dossier import Dossier
from azpay_tui.domain.intent import OPEN_STATES, Intent, IntentDraft, State, Verb
from azpay_tui.domain.marks import MarkEdit
from azpay_tui.domain.order import Address
from azpay_tui.domain.rows import TrackedOrder, TrackResult
from azpay_tui.domain.sale import Cancelled
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.switch import POLICY, Switch
from azpay_tui.store.errors import IntentConflict
from azpay_tui.store.journal import entries
from azpay_tui.store.journal.addresses import write_address
from azpay_tui.store.journal.audit import AuditWriter
from azpay_tui.store.journal.chain import first_bad_row
from azpay_tui.store.journal.dossiers import read_dossier
from azpay_tui.store.journal.file import JournalFile
from azpay_tui.store.journal.marks import write_marks
from azpay_tui.store.journal.outside import strayed
from azpay_tui.store.journal.purging import purge_orders, purged_among
from azpay_tui.store.journal.read import ONE, intent_of, narrowed
from azpay_tui.store.journal.rows import to_evidence, to_intent, to_row
from azpay_tui.store.journal.sales import delete_order, write_act
from azpay_tui.store.journal.slips import write_slip, write_slip_of
from azpay_tui.store.journal.steps import (
    change,
    give_room,
    hold_room,
    must,
    must_be_as_confirmed,
    refuse_second,
    request_ids,
)
from azpay_tui.store.journal.switching import must_stand, turn
from azpay_tui.store.journal.tables import AttemptRow, EvidenceRow, IntentRow, MetaRow
from azpay_tui.store.journal.tracking import track_orders
from azpay_tui.store.slips import load
from azpay_tui.store.times import storable, to_text

_FINAL: Final = frozenset({"succeeded", "declined", "refused", "abandoned"})


class JournalStore:
    """The journal of one shop, region and environment; safe from any thread and beside other processes.

    Raises `JournalUnavailable` when the file is locked for longer than the busy time, full, read-only, damaged or
    newer, `OrderBusy` and `IntentConflict`: in every case nothing was changed.
    """

    def __init__(self, file: JournalFile, *, person: str = "", session: str = "") -> None:
        """Keep the journal in this file; `person` and `session` are those of this process."""
        self.file = file
        self._person = person
        self._session = session

    def open_intent(self, draft: IntentDraft) -> Intent:
        """Make a wish durable, with its slip; raises `OrderBusy` (with the open intent) when the order has an open one,
        `SlipsChanged` when its slip was checked against others than there are, `SwitchedOff` when its switch is off.
        """
        self.file.refuse()
        self.file.ballast.ensure()
        wish = draft.wish
        with self.file.writing() as (session, audit):
            refuse_second(session, draft.place.merchant, wish.order_id)
            rests = {} if draft.switch is None else must_stand(session, draft.switch)
            seq = (session.exec(select(func.max(IntentRow.seq))).one() or 0) + 1
            row = to_row(seq, draft)
            session.add(row)
            session.flush()
            hold_room(session, row.id)
            audit.add(
                draft.at,
                draft.person,
                "intent",
                session=draft.session,
                order_id=wish.order_id,
                intent_id=row.id,
                data={**entries.of_intent(session, row, draft), **rests},
            )
            write_slip_of(session.connection(), audit, draft, row.id)
            return to_intent(row)

    def start_attempt(self, intent_id: str, at: datetime) -> int:
        """Mark an open intent as sent and return the attempt's number, from 1; durable before it returns.

        Raises `IntentConflict` when the intent is not open any more, `NotAsConfirmed` when its request is not the one
        that was confirmed.
        """
        with self.file.writing() as (session, audit):
            row = must(session, intent_id)
            if row.state not in OPEN_STATES:
                raise IntentConflict(f"{intent_id} is {row.state}; it is not sent again.")
            must_be_as_confirmed(session, row)
            found = entries.found(session, row)
            row.attempts += 1
            row.state = "sent"
            row.session = self._session or row.session  # whoever repeats it is the one to wait for
            number = row.attempts
            session.add(row)
            session.add(
                AttemptRow(intent_id=intent_id, number=number, started_at=to_text(at), ended_at=None, outcome=None)
            )
            hold_room(session, intent_id)
            self._tell(audit, row, at, "attempt", {**found, **entries.of_attempt(session, row, number)})
            return number

    def record(
        self,
        intent_id: str,
        attempt: int,
        answer: Answer,
        state: State,
        reason: str | None,
        result_id: str | None,
        next_due: datetime | None,
        at: datetime,
    ) -> Intent:
        """Store the evidence of an attempt, the intent's new state and an audit row in one transaction.

        A settled outcome is never overwritten: an answer that comes later is kept as evidence only. A full disk does
        not lose the outcome: room held in the file and beside it is used, and at last the evidence is cut.
        """

        def write(keep: int) -> Intent:
            with self.file.writing() as (session, audit):
                row = must(session, intent_id)
                tried = session.get(AttemptRow, (intent_id, attempt))
                if tried is None:
                    raise IntentConflict(f"{intent_id} has no attempt {attempt}.")
                found = entries.found(session, row, attempt)
                give_room(session, intent_id)
                purged = bool(purged_among(session.connection(), [row.order_id]))
                evidence = to_evidence(intent_id, attempt, answer, to_text(at), keep, purged=purged)
                session.add(evidence)
                if tried.ended_at is None:
                    tried.ended_at, tried.outcome = to_text(at), state
                    session.add(tried)
                # What two processes repeat is accepted by the answer of one, whatever the other one did not hear.
                late = row.state in _FINAL or (row.state == "accepted" and state in OPEN_STATES)
                if not late:
                    change(session, row, state, reason, "answer", at, result_id, next_due)
                told = entries.of_outcome(session, row, answer, evidence, state, reason, result_id, late=late)
                self._tell(audit, row, at, "outcome", {**found, **told})
                return to_intent(row, request_ids(session, [intent_id]).get(intent_id))

        return self.file.despite_full_disk(write)

    def move(
        self,
        intent_id: str,
        state: State,
        reason: str | None,
        by: str,
        at: datetime,
        *,
        note: str = "",
        result_id: str | None = None,
        next_due: datetime | None = None,
        reconciled: bool | None = None,
        seen: Intent | None = None,
    ) -> Intent:
        """Change an intent without an attempt: abandoned, settled by read-back or a person, later look.

        `by` is `read-back`, `answer` or `person NAME`. A settled intent can only be marked (same state) or become
        `attention`, and one that was `seen` only be changed while it stands as it did then; raises `IntentConflict`
        otherwise, `OrderBusy` when `attention` would be a second open intent.
        """

        def write(_keep: int) -> Intent:
            with self.file.writing() as (work, audit):
                row = must(work, intent_id)
                if seen is not None and (row.state, row.attempts) != (seen.state, seen.attempts):
                    raise IntentConflict(f"{intent_id} went on meanwhile and is {row.state} now: nothing was changed.")
                if row.state in _FINAL and state not in (row.state, "attention"):
                    raise IntentConflict(f"{intent_id} is {row.state} already; it cannot become {state}.")
                if row.state not in OPEN_STATES and state in OPEN_STATES:
                    refuse_second(work, row.merchant, row.order_id)
                if state not in OPEN_STATES:
                    give_room(work, intent_id)
                before, found = row.state, entries.found(work, row)
                change(work, row, state, reason, by, at, result_id, next_due)
                if note:
                    row.settled_note = storable(note)
                if reconciled is not None:
                    row.reconciled = reconciled
                work.add(row)
                told = entries.of_settling(work, row, before, reason, by, note, result_id)
                self._tell(audit, row, at, "settle", {**found, **told})
                return to_intent(row, request_ids(work, [intent_id]).get(intent_id))

        return self.file.despite_full_disk(write)

    def intent(self, intent_id: str) -> Intent | None:
        """Return one intent; None for any text that is no id of one, also what no database can be asked for."""
        found = self._select(ONE, (storable(intent_id),))
        return found[0] if found else None

    def intents(
        self, *, order_id: str | None = None, states: Iterable[State] = (), limit: int = 1000
    ) -> tuple[Intent, ...]:
        """Return intents, newest first; empty `states` means all."""
        return self._select(*narrowed(order_id, tuple(states), limit))

    def _select(self, sql: str, values: tuple[str | int, ...]) -> tuple[Intent, ...]:
        """Read intents in plain SQL: several times in each action on money, a fifth of the time that models take."""
        with self.file.plain() as connection:
            return tuple(map(intent_of, connection.exec_driver_sql(sql, values).mappings()))

    def decided(self) -> tuple[Intent, ...]:
        """Return the newest intents that a person settled and no later read agreed with yet."""
        query = (
            select(IntentRow)
            .where(col(IntentRow.settled_by).startswith("person "), col(IntentRow.reconciled).is_(False))
            .order_by(col(IntentRow.seq).desc())
            .limit(1000)
        )
        with self.file.reading() as session:
            return tuple(to_intent(row) for row in session.exec(query))

    def counter(self, base: str) -> int:
        """Return the counter for a new key under this base.

        It rises with every proven refusal or decline, with every intent that was sent and that a person settled, and
        with every success of which Amazon never named the object: the totals seen do not have it. One that ended
        without being sent does not count.
        """
        by_person = col(IntentRow.settled_by).startswith("person") & (col(IntentRow.attempts) > 0)
        makes = col(IntentRow.verb).in_((Verb.AUTHORIZE, Verb.REFUND))
        unnamed = makes & (col(IntentRow.state) == "succeeded") & col(IntentRow.result_id).is_(None)
        counted = or_(col(IntentRow.state).in_(("declined", "refused")), by_person, unnamed)
        query = select(func.count()).select_from(IntentRow).where(IntentRow.key_base == base, counted)
        with self.file.reading() as session:
            return session.exec(query).one()

    def track(self, orders: Sequence[TrackedOrder], at: datetime) -> TrackResult:
        """Learn of orders and ids in one transaction; merges, never removes.

        Raises `ValueError` for an id that does not belong to its order; then nothing was learnt.
        """
        with self.file.writing() as (session, audit):
            return track_orders(session.connection(), audit, orders, at, self._person, self._session)

    def mark(self, edits: Sequence[MarkEdit], at: datetime, *, undo: bool = False) -> dict[str, int | None]:
        """Change people's marks on orders in one transaction, an order at most once.

        Returns the orders that changed, each with the number of the note it got. An order whose marks are no longer as
        its edit saw them is left alone.
        """
        with self.file.writing() as (session, audit):
            return write_marks(session.connection(), audit, edits, at, self._person, self._session, undo=undo)

    def readdress(self, order_id: str, address: Address | None, at: datetime) -> bool:
        """Keep where a parcel goes, None: where Amazon says; tells whether it was done (see `write_address`)."""
        with self.file.writing() as (session, audit):
            return write_address(session.connection(), audit, order_id, address, at, self._person, self._session)

    def slips(self, order_id: str) -> tuple[Booked, ...]:
        """Return the slips of an order, newest first."""
        with self.file.plain() as connection:
            return load(connection.exec_driver_sql, order_id)

    def record_slip(self, booked: Booked, at: datetime, seen: int) -> int:
        """Write down what was done elsewhere and return the slip's number; `seen` is how many slips the order had.

        Raises `SlipsChanged` when there are others by now.
        """
        with self.file.writing() as (session, audit):
            return write_slip(session.connection(), audit, booked, at, self._session, seen)

    def purge(self, order_ids: Sequence[str], at: datetime) -> tuple[str, ...]:
        """Take out what is personal of orders, in one transaction; returns those where it is gone now.

        Left alone is an order with an intent that is not settled. Ids, numbers and what was wished and sent stay.
        """
        with self.file.writing() as (session, audit):
            return purge_orders(session.connection(), audit, order_ids, at, self._person, self._session)

    def cancel_sale(
        self, order_id: str, act: Cancelled, seen: Cancelled | None, counts: tuple[int, int] | None = None
    ) -> bool:
        """Write that a sale was cancelled; tells whether it was: not where what was `seen` is not so any more.

        With `counts` only while the order has so many intents and slips.
        """
        with self.file.writing() as (session, audit):
            return write_act(session.connection(), audit, order_id, act, seen, counts, self._person, self._session)

    def delete(self, order_id: str, at: datetime) -> bool:
        """Delete an order so that nothing brings it back; tells whether it is: not while an action is not settled."""
        with self.file.writing() as (session, audit):
            return delete_order(session.connection(), audit, order_id, at, self._person, self._session)

    def turn(self, to: Switch, seen: Switch | None) -> Switch:
        """Turn the switch of automatic steps, in one transaction; raises `SwitchedOff` unless it stands as `seen`."""
        with self.file.writing() as (session, audit):
            return turn(session, audit, to, seen, self._session)

    def strayed(self) -> str | None:
        """Say why nothing may be done by itself on the word of this journal, one sentence; see `outside`."""
        return strayed(self.file)

    def verify(self) -> int | None:
        """Check the audit chain; returns the number of the first row that is not as it was written, or None."""
        with self.file.plain() as connection:
            return first_bad_row(connection.exec_driver_sql)

    def evidence(self, intent_id: str) -> tuple[EvidenceRow, ...]:
        """Return what came back for an intent, oldest first."""
        with self.file.reading() as session:
            rows = session.exec(
                select(EvidenceRow).where(EvidenceRow.intent_id == intent_id).order_by(col(EvidenceRow.id))
            )
            return tuple(rows)

    def dossier(self, intent_id: str) -> Dossier | None:
        """Return an intent with all that was sent and came back."""
        intent = self.intent(intent_id)
        if intent is None:
            return None
        with self.file.plain() as connection:
            return read_dossier(connection.exec_driver_sql, intent)

    def meta(self, name: str) -> str | None:
        """Return a named fact about the journal itself."""
        with self.file.reading() as session:
            row = session.get(MetaRow, name)
            return None if row is None else row.value

    def set_meta(self, name: str, value: str) -> None:
        """Store a named fact about the journal itself."""
        with self.file.writing() as (session, _audit):
            session.merge(MetaRow(name=name, value=value))

    def close(self) -> None:
        """Close every connection; safe to call twice."""
        self.file.close()

    def _tell(self, audit: AuditWriter, row: IntentRow, at: datetime, kind: str, told: entries.Entry) -> None:
        by_person = str(told.get("by") or "").startswith("person ")
        person = POLICY if row.person == POLICY and not by_person else self._person or row.person
        audit.add(at, person, kind, session=self._session, order_id=row.order_id, intent_id=row.id, data=told)
