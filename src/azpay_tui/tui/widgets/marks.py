"""People's marks on an order, as lines of its detail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Final

from rich.text import Text

from azpay_tui.domain.addresses import NOT_PROTECTED
from azpay_tui.domain.marks import Marks, needs_person
from azpay_tui.tui.widgets.words import absolute, outside, plural, relative

MOST_NOTES: Final = 20
"""Notes shown; `azpay orders show` has all."""
MARKS: Final = {
    "unprotected": f"P {NOT_PROTECTED}",
    "reviewed": "reviewed",
    "later": "put off",
    "due": "z reminder",
    "note": "n note",
}
"""The marks of a list row in words."""
_NAME: Final = 60


def attention_line(codes: tuple[str, ...], marks: Marks, shown: tuple[str, ...], now: datetime) -> Text | None:
    """Return why an order needs a person, or who has taken note of it; `shown` are the marks of its list row."""
    if not codes:
        return None
    said, review = ", ".join(codes), marks.standing.review
    if needs_person(codes, shown):
        return Text(f"! needs you: {said}", "bold")
    if "reviewed" in shown and review is not None:
        return Text(f"  {said}: reviewed by {outside(review.person, _NAME)} {relative(review.at, now)}")
    return Text(f"  {said}: put off")


def mark_lines(marks: Marks, now: datetime, where: tzinfo) -> Iterator[Text]:
    """Yield the reminder, the tags and the newest note; all of them are further down."""
    reminder, tags = marks.standing.reminder, marks.standing.tags
    if marks.moved is not None:
        yield Text(f"P {NOT_PROTECTED} by Amazon: the parcel goes elsewhere", "bold")
    if reminder is not None:
        sign = "z reminder is due" if marks.due(now) else "z reminder"
        moment = f"{absolute(reminder.until, where)}, {relative(reminder.until, now)}"
        yield Text(f"{sign}: {moment}, by {outside(reminder.person, _NAME)}", "bold" if marks.due(now) else "")
    if tags:
        yield Text(f"  tags: {outside(' '.join(tags), 300)}")
    if marks.notes:
        newest = marks.notes[0]
        said = outside(newest.text, 320)
        yield Text(f"n note by {outside(newest.person, _NAME)} {relative(newest.at, now)}: {said}")


def note_lines(marks: Marks, where: tzinfo) -> Iterator[Text]:
    """Yield the notes, newest first."""
    if not marks.notes:
        return
    yield Text(f"\nNOTES {len(marks.notes)} (newest first)", "bold")
    for note in marks.notes[:MOST_NOTES]:
        yield Text(f"{absolute(note.at, where)}  {outside(note.person, _NAME)}: {outside(note.text, 320)}")
    if len(marks.notes) > MOST_NOTES:
        yield Text(f"and {plural(len(marks.notes) - MOST_NOTES, 'older one', 'older ones')}: azpay orders show")
