"""Writing people's marks inside the caller's transaction, each change with its row in the audit chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, insert
from sqlmodel import col, select, update

from azpay_tui.domain.marks import MarkEdit, Standing
from azpay_tui.store.journal.audit import AuditWriter, Fact, fingerprint
from azpay_tui.store.journal.tables import MarkRow, NoteRow
from azpay_tui.store.marks import COLUMNS, Value, from_columns, to_columns
from azpay_tui.store.times import storable, to_text

_CHUNK: Final = 500


def write_marks(
    connection: Connection,
    audit: AuditWriter,
    edits: Sequence[MarkEdit],
    at: datetime,
    person: str,
    session: str,
    *,
    undo: bool,
) -> dict[str, int | None]:
    """Write edits, an order at most once; returns the orders that changed, each with the number of the note it got.

    Left alone is what is no longer as its edit saw it, also a note that is retracted already.
    """
    present, open_notes = _standings(connection, edits), _open_notes(connection, edits)
    stamp, number = to_text(at), connection.execute(select(func.max(NoteRow.id))).scalar_one() or 0
    done: dict[str, int | None] = {}
    rows: list[dict[str, Value]] = []
    notes: list[dict[str, str | int]] = []
    for edit in edits:
        if present.get(edit.order_id, Standing()) != edit.before or not open_notes.issuperset(edit.retract):
            continue
        done[edit.order_id] = None
        if edit.after != edit.before:
            rows.append({"order_id": edit.order_id, **to_columns(edit.after)})
        if edit.note:
            number += 1
            done[edit.order_id] = number
            text = storable(edit.note)
            notes.append(
                {"id": number, "order_id": edit.order_id, "at": stamp, "person": storable(person), "text": text}
            )
        data = _told(edit, done[edit.order_id], undo=undo)
        audit.add(at, person, "mark", session=session, order_id=edit.order_id, data=data)
    if rows:
        connection.execute(insert(MarkRow).prefix_with("OR REPLACE"), rows)
    if notes:
        connection.execute(insert(NoteRow), notes)
    retracted = [{"number": note} for edit in edits if edit.order_id in done for note in edit.retract]
    if retracted:
        retract = update(NoteRow).where(col(NoteRow.id) == bindparam("number"))
        connection.execute(retract.values(retracted_at=stamp, retracted_by=storable(person)), retracted)
    return done


def _standings(connection: Connection, edits: Sequence[MarkEdit]) -> dict[str, Standing]:
    columns = [MarkRow.__table__.c[name] for name in ("order_id", *COLUMNS)]  # type: ignore[attr-defined]
    found: dict[str, Standing] = {}
    for ids in _chunks([edit.order_id for edit in edits]):
        rows = connection.execute(select(*columns).where(col(MarkRow.order_id).in_(ids)))
        found |= {row[0]: from_columns(*row[1:]) for row in rows}
    return found


def _open_notes(connection: Connection, edits: Sequence[MarkEdit]) -> set[int | None]:
    found: set[int | None] = set()
    for ids in _chunks([note for edit in edits for note in edit.retract]):
        still = select(NoteRow.id).where(col(NoteRow.id).in_(ids), col(NoteRow.retracted_at).is_(None))
        found |= set(connection.execute(still).scalars())
    return found


def _chunks(values: Sequence[str] | Sequence[int]) -> Iterable[Sequence[str] | Sequence[int]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _told(edit: MarkEdit, note: int | None, *, undo: bool) -> dict[str, Fact]:
    """Return what the audit chain says of an edit: the columns that differ, and which notes came or went."""
    before = to_columns(edit.before)
    told: dict[str, Fact] = {name: value for name, value in to_columns(edit.after).items() if value != before[name]}
    if "tags" in told:
        # People's words, like notes; of a word even a hash could be guessed.
        told["tags"] = len(edit.after.tags)
    if note is not None:
        told |= {"note": note, "note_sha256": fingerprint(edit.note)}
    if edit.retract:
        told["retracted"] = [str(number) for number in edit.retract]
    if undo:
        told["undo"] = True
    return told
