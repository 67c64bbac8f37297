"""People's marks on the command line: `azpay orders mark`, and what `azpay orders show` says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from azpay_tui.cli import resolve, shapes
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import json_result, result, shown, utc
from azpay_tui.domain.addresses import NOT_PROTECTED
from azpay_tui.domain.marks import MarkChange, MarkError, Marks, clean_note, clean_tag
from azpay_tui.domain.reminders import parse_when


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of `azpay orders mark` as they were typed."""

    reviewed: bool | None
    remind: str | None
    no_remind: bool
    note: str | None
    tags: tuple[str, ...]
    untags: tuple[str, ...]


def mark(context: Context, text: str, wanted: Wanted, *, as_json: bool) -> int:
    """Mark one order; works without a connection and in a read-only profile."""
    anything = wanted.reviewed is not None or wanted.remind is not None or wanted.no_remind
    anything = anything or wanted.note is not None or bool(wanted.tags or wanted.untags)
    if not anything:
        raise CommandError(
            "Say what to mark: --reviewed, --remind WHEN, --note TEXT, --tag WORD (azpay orders mark --help)."
        )
    if wanted.remind is not None and wanted.no_remind:
        raise CommandError("Choose one of --remind and --no-remind.")
    with context.desk() as desk:
        order_id = resolve.order_id(desk.reader, text)
        try:
            change = MarkChange(
                reviewed=wanted.reviewed,
                remind=None if wanted.remind is None else parse_when(wanted.remind, desk.now(), context.profile().zone),
                forget_reminder=wanted.no_remind,
                note="" if wanted.note is None else clean_note(wanted.note),
                tags=tuple(map(clean_tag, wanted.tags)),
                untags=tuple(map(clean_tag, wanted.untags)),
            )
        except MarkError as error:
            raise CommandError(str(error)) from error
        done = desk.mark([order_id], change)
        marks = desk.reader.marks(order_id)
    if as_json:
        json_result({"order": order_id, "marks": shapes.marks(marks)})
    else:
        result(shown(done.sentence))
    return OK


def mark_lines(marks: Marks) -> Iterator[str]:
    """Yield what people marked on an order, one fact a line."""
    review, reminder = marks.standing.review, marks.standing.reminder
    facts = {
        "Reviewed": f"{' '.join(review.trouble.codes)}, {utc(review.at)} by {review.person}" if review else "",
        "Reminder": f"{utc(reminder.until)} by {reminder.person}" if reminder else "",
        "Tags": " ".join(marks.standing.tags),
    }
    if marks.moved is not None:
        facts["Address"] = (
            f"{NOT_PROTECTED}: changed here by {marks.moved.person}, {utc(marks.moved.at)} (azpay address)"
        )
    for label, value in facts.items():
        if value:
            yield f"{label:<15}{shown(value)}"
    for note in marks.notes:
        yield f"  note {utc(note.at)}  {shown(note.person)}: {shown(note.text)}"
