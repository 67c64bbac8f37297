"""People's marks between the journal's rows and the domain; reading them needs nothing but sqlite3."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Final

from azpay_tui.domain.marks import Marks, Note, Reminder, Review, Standing, Trouble
from azpay_tui.store.addresses import load_moved
from azpay_tui.store.times import from_text, storable, to_text

COLUMNS: Final = (
    "review_about",
    "review_at",
    "review_by",
    "remind_until",
    "remind_about",
    "remind_at",
    "remind_by",
    "tags",
)
"""Columns of the table `mark` after the order's id."""
Value = str | None
_MARKS: Final = f"""SELECT m.order_id, {", ".join(f"m.{name}" for name in COLUMNS)}
    FROM json_each(?) AS wanted CROSS JOIN mark AS m ON m.order_id = wanted.value"""
_NOTES: Final = """SELECT n.order_id, n.id, n.at, n.person, n.text
    FROM json_each(?) AS wanted CROSS JOIN note AS n ON n.order_id = wanted.value
    WHERE n.retracted_at IS NULL ORDER BY n.id DESC"""


def to_columns(standing: Standing) -> dict[str, Value]:
    """Write a standing as the columns of its row."""
    review, reminder = standing.review, standing.reminder
    return {
        "review_about": " ".join(review.trouble.about) if review else None,
        "review_at": to_text(review.at) if review else None,
        "review_by": storable(review.person) if review else None,
        "remind_until": to_text(reminder.until) if reminder else None,
        "remind_about": " ".join(reminder.trouble.about) if reminder else None,
        "remind_at": to_text(reminder.at) if reminder else None,
        "remind_by": storable(reminder.person) if reminder else None,
        "tags": storable(" ".join(standing.tags)),
    }


def from_columns(
    review_about: str | None,
    review_at: str | None,
    review_by: str | None,
    remind_until: str | None,
    remind_about: str | None,
    remind_at: str | None,
    remind_by: str | None,
    tags: str,
) -> Standing:
    """Read what `to_columns` wrote."""
    review = reminder = None
    if review_at is not None:
        review = Review(_trouble(review_about), from_text(review_at), review_by or "")
    if remind_until is not None:
        trouble = _trouble(remind_about)
        reminder = Reminder(from_text(remind_until), trouble, from_text(remind_at or remind_until), remind_by or "")
    return Standing(review, reminder, tuple(tags.split()))


def _trouble(about: str | None) -> Trouble:
    return Trouble(tuple((about or "").split()))


def load(journal: sqlite3.Connection, order_ids: Iterable[str]) -> dict[str, Marks]:
    """Return the marks of those orders that have any. Raises `sqlite3.Error`."""
    wanted = json.dumps([*order_ids])
    found = {row[0]: from_columns(*row[1:]) for row in journal.execute(_MARKS, (wanted,)).fetchall()}
    notes: dict[str, list[Note]] = {}
    for order_id, number, at, person, text in journal.execute(_NOTES, (wanted,)).fetchall():
        notes.setdefault(order_id, []).append(Note(number, from_text(at), person, text))
    moved = load_moved(journal, wanted)
    return {
        order_id: Marks(found.get(order_id, Standing()), tuple(notes.get(order_id, ())), moved.get(order_id))
        for order_id in {**found, **notes, **moved}
    }
