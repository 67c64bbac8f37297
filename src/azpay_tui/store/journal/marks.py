"""Writing people's marks inside the caller's transaction, each change with its row in the audit chain."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlmodel import Session

from azpay_tui.domain.marks import MarkEdit, Standing
from azpay_tui.store.journal.audit import AuditWriter
from azpay_tui.store.journal.tables import MarkRow, NoteRow
from azpay_tui.store.marks import COLUMNS, from_columns, to_columns
from azpay_tui.store.times import storable, to_text


def write_mark(
    session: Session, audit: AuditWriter, edit: MarkEdit, at: datetime, person: str, session_id: str, *, undo: bool
) -> tuple[bool, int | None]:
    """Write one edit; returns whether it was written and the number of the note it added.

    It is not where the marks are no longer as the edit saw them, or a note to retract is retracted already.
    """
    row = session.get(MarkRow, edit.order_id)
    present = Standing() if row is None else from_columns(*(getattr(row, name) for name in COLUMNS))
    retracted = [session.get(NoteRow, number) for number in edit.retract]
    notes = [note for note in retracted if note is not None and note.retracted_at is None]
    if present != edit.before or len(notes) != len(edit.retract):
        return False, None
    columns = to_columns(edit.after)
    if edit.after != edit.before:
        session.merge(MarkRow.model_validate({"order_id": edit.order_id, **columns}))
    for note in notes:
        note.retracted_at, note.retracted_by = to_text(at), storable(person)
        session.add(note)
    number = None
    if edit.note:
        added = NoteRow(order_id=edit.order_id, at=to_text(at), person=storable(person), text=storable(edit.note))
        session.add(added)
        session.flush()
        number = added.id
    before = to_columns(edit.before)
    data: dict[str, str | int | bool | list[str] | None] = {
        name: value for name, value in columns.items() if value != before[name]
    }
    if number is not None:
        # A note may name a buyer, and a chain cannot forget: only its fingerprint goes in.
        data |= {"note": number, "note_sha256": hashlib.sha256(storable(edit.note).encode()).hexdigest()}
    if edit.retract:
        data["retracted"] = [str(retracted_id) for retracted_id in edit.retract]
    if undo:
        data["undo"] = True
    audit.add(at, person, "mark", session=session_id, order_id=edit.order_id, data=data)
    return True, number
