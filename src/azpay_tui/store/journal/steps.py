"""The single steps of which the journal's transactions are made; all run inside the caller's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from azpay_tui.domain.intent import OPEN_STATES, State
from azpay_tui.store.errors import IntentConflict, NotAsConfirmed, OrderBusy
from azpay_tui.store.journal.chain import facts_of
from azpay_tui.store.journal.digests import digest_of_intent
from azpay_tui.store.journal.rows import money, to_intent
from azpay_tui.store.journal.tables import AuditRow, EvidenceRow, IntentRow, RoomRow
from azpay_tui.store.journal.tracking import add_own_id
from azpay_tui.store.times import storable, to_text

ROOM: Final = 64 * 1024
"""Bytes held in the file for the outcome of each open intent."""


def hold_room(session: Session, intent_id: str) -> None:
    """Hold room in the file for the outcome of an intent."""
    if session.get(RoomRow, intent_id) is None:
        session.add(RoomRow(intent_id=intent_id, pad=bytes(ROOM)))


def must(session: Session, intent_id: str) -> IntentRow:
    """Return the row of an intent; raises `IntentConflict` when there is none."""
    row = session.exec(select(IntentRow).where(IntentRow.id == intent_id)).first()
    if row is None:
        raise IntentConflict(f"There is no intent {intent_id}.")
    return row


def must_be_as_confirmed(session: Session, row: IntentRow) -> None:
    """Raise `NotAsConfirmed` when an intent's request is not the one that the audit chain tells of.

    SQLite finds damage to its own structure, not a flipped bit in a key, an amount or a body. Sent again with another
    key a request would act twice, and one that was never sent is repeated by nobody, whatever its row says. A first
    attempt is made from memory: there the bytes alone are looked at.
    """
    as_it_was = hashlib.sha256(row.body).hexdigest() == row.body_sha256
    if as_it_was and (row.attempts or row.state != "intent"):
        found = session.exec(
            select(AuditRow.data)
            .where(AuditRow.intent_id == row.id, AuditRow.kind == "intent")
            .order_by(col(AuditRow.seq))
        ).first()
        told = _facts(found or "{}")
        is_now = {
            "verb": row.verb, "target": row.target, "key": row.key, "method": row.method, "path": row.path,
            "body_sha256": row.body_sha256, "merchant": row.merchant,
            "amount": str(money(row.amount_minor, row.amount_currency, row.amount_exponent) or ""),
        }  # fmt: skip
        as_it_was = is_now == {name: told.get(name) for name in is_now} and _is_as_left(session, row)
    if not as_it_was:
        raise NotAsConfirmed(
            f"{row.id} is not what was confirmed: the journal was damaged or edited, so nothing is sent. "
            "See azpay audit verify and restore the newest back-up."
        )


def _is_as_left(session: Session, row: IntentRow) -> bool:
    """Whether a row is as the last step left it, and an attempt was told of; rows without a digest are of old."""
    told = select(AuditRow.data).where(AuditRow.intent_id == row.id)
    if session.exec(told.where(AuditRow.kind == "attempt").limit(1)).first() is None:
        return False
    last = _facts(session.exec(told.order_by(col(AuditRow.seq).desc()).limit(1)).one())
    return last.get("row", "") in ("", digest_of_intent(session.connection().exec_driver_sql, row.seq))


def _facts(data: str) -> dict[str, object]:
    """Read what a row of the audit chain says; nothing, where that is damaged too."""
    try:
        return facts_of(data)
    except ValueError:
        return {}


def request_ids(session: Session, intent_ids: Iterable[str]) -> dict[str, str]:
    """Return Amazon's id of the last answered request of each intent that has one."""
    query = (
        select(EvidenceRow.intent_id, EvidenceRow.request_id)
        .where(col(EvidenceRow.intent_id).in_(tuple(intent_ids)), col(EvidenceRow.request_id).is_not(None))
        .order_by(col(EvidenceRow.id))
    )
    return {intent_id: request_id for intent_id, request_id in session.exec(query) if request_id is not None}


def refuse_second(session: Session, merchant: str, order_id: str) -> None:
    """Raise `OrderBusy` when the order has an open intent."""
    query = select(IntentRow).where(
        IntentRow.merchant == merchant, IntentRow.order_id == order_id, col(IntentRow.state).in_(OPEN_STATES)
    )
    other = session.exec(query).first()
    if other is not None:
        raise OrderBusy(to_intent(other))


def give_room(session: Session, intent_id: str) -> None:
    """Give the room held for an outcome back, to be used in this very transaction."""
    room = session.get(RoomRow, intent_id)
    if room is not None:
        session.delete(room)
        session.flush()


def change(
    session: Session,
    row: IntentRow,
    state: State,
    reason: str | None,
    by: str,
    at: datetime,
    result_id: str | None,
    next_due: datetime | None,
) -> None:
    """Give an intent its new state; who settled it and when is kept while the state stays."""
    if state in OPEN_STATES:
        row.settled_by = row.settled_at = None
    elif row.state != state or row.settled_by is None:
        row.settled_by, row.settled_at = storable(by), to_text(at)
    if reason is not None or row.state != state:
        row.reason = None if reason is None else storable(reason)
    row.state = state
    row.next_due = to_text(next_due)
    if result_id is not None:
        row.result_id = result_id
        add_own_id(session.connection(), row.order_id, result_id, at)
    session.add(row)
