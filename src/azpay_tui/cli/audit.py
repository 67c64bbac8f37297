"""The audit chain: whether it and all it speaks of is as it was written, and what it tells an auditor."""

from __future__ import annotations

from collections.abc import Sequence

from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, UNEXPECTED, CommandError
from azpay_tui.cli.output import json_result, result, say, shown
from azpay_tui.paths import shown as shown_path
from azpay_tui.store.journal.anchors import Anchor, parse_anchor
from azpay_tui.store.journal.verify import Verified


def verify_audit(context: Context, written_down: Sequence[str], *, as_json: bool) -> int:
    """Say whether the journal is as it was written; exit code 1 when it is not, 2 when there is none to verify."""
    try:
        anchors = [parse_anchor(text) for text in written_down]
    except ValueError as error:
        raise CommandError(str(error)) from error
    found = verified(context, anchors)
    if as_json:
        json_result(shape(found))
        return OK if found.whole else UNEXPECTED
    for fault in found.faults():
        result(shown(fault))
    if found.whole:
        result(f"{found.rows:,} {'row' if found.rows == 1 else 'rows'}, chain whole.")
    if found.bad is None:
        result(shown(head_line(found)))
    if not found.whole:
        backups = shown_path(context.profile().data_dir / "backups")
        say(f"Keep a copy of the journal, and compare with the back-ups in {backups}.")
    return OK if found.whole else UNEXPECTED


def verified(context: Context, anchors: Sequence[Anchor] = ()) -> Verified:
    """Check the journal; raises `CommandError` (exit code 2) when there is none."""
    found = context.journal_reader().verify(anchors)
    if found is None:
        where = shown_path(context.profile().data_dir)
        raise CommandError(f"There is no journal in {where}, so there is nothing to verify.", code="no-journal")
    return found


def head_line(found: Verified) -> str:
    """Say how the chain ends, to be written down, and what was told of it outside."""
    if not found.head:
        return "The chain has no rows."
    held = "no anchor of it is known here"
    if found.newest_anchor is not None:
        newest = f"row {found.newest_anchor.seq:,}{f' of {found.newest_anchor.day}' if found.newest_anchor.day else ''}"
        held = f"it holds {found.anchors:,} {'anchor' if found.anchors == 1 else 'anchors'}, the newest {newest}"
    return f"Head {head(found)}; {held}."


def head(found: Verified) -> str:
    """Return the end of a chain that is whole as `--anchor` takes it."""
    return f"{found.rows}:{found.head}" if found.head and found.bad is None else ""


def shape(found: Verified) -> dict[str, object]:
    """Write what was found for scripts."""
    return {
        "rows": found.rows,
        "whole": found.whole,
        "first_bad_row": found.bad,
        "head": head(found) or None,
        "anchors": found.anchors,
        "faults": list(found.faults()),
        "disagreements": [
            {"what": wrong.what, "why": wrong.sentence, "row": wrong.row or None} for wrong in found.disagreements
        ],
    }
