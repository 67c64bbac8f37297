"""The audit chain: whether it and all it speaks of is as it was written, and what it tells an auditor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final

from azpay_tui.cli import resolve
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, UNEXPECTED, CommandError
from azpay_tui.cli.output import json_result, json_text, result, say, shown, utc
from azpay_tui.domain.trail import Happening, facts, sentence, shared_accounts
from azpay_tui.paths import private_opener
from azpay_tui.paths import shown as shown_path
from azpay_tui.store.journal.anchors import Anchor, parse_anchor
from azpay_tui.store.journal.verify import Verified

_HASHES: Final = (
    *("row", "slip_row", "was", "attempt_row", "attempt_was", "evidence_row", "kept_sha256", "forgot"),
    *("delivery_row", "delivery_was", "tracking_seal", "tracking_sha256", "body_seal"),
    *("message_row", "text_seal", "text_sha256", "try_row", "why_seal"),
)
"""Facts of a row that are for the check alone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows an auditor wants; days are those of the profile's zone, both included."""

    order: str | None = None
    first: str | None = None
    last: str | None = None


def export_audit(context: Context, wanted: Wanted, output: Path | None, *, as_json: bool) -> int:
    """Write the audit trail for an auditor; exit code 1 when the chain is not whole, which stands at its top."""
    profile = context.profile()
    found = verified(context)
    order_id = None if wanted.order is None else resolve.order_id(context.reader(), wanted.order)
    first, last = _moment(wanted.first, profile.zone), _moment(wanted.last, profile.zone, after=True)
    rows = context.journal_reader().trail(first=first, last=last, order_id=order_id)
    about = {
        "profile": profile.name,
        "environment": profile.environment,
        "region": profile.region,
        "merchant": profile.merchant_id,
        "order": order_id,
        "from": utc(first),
        "before": utc(last),
    }
    if as_json:
        lines = [json_text({**about, "chain": shape(found), "rows": [_row_shape(row) for row in rows]})]
    else:
        lines = [shown(line) for line in _lines(about, found, rows, profile.zone)]
    if output is None:
        for line in lines:
            result(line)
    else:
        _save(output, "".join(f"{line}\n" for line in lines))
        say(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'} written to {shown_path(output)}.")
    return OK if found.whole else UNEXPECTED


def _lines(about: dict[str, str | None], found: Verified, rows: Sequence[Happening], zone: tzinfo) -> Iterator[str]:
    yield f"Audit trail of profile {about['profile']}: {about['environment']} {about['region']} {about['merchant']}"
    if about["order"] is not None:
        yield f"Order {about['order']}"
    if about["from"] is not None or about["before"] is not None:
        yield f"From {about['from'] or 'the beginning'} until {about['before'] or 'now'}"
    yield from found.faults() or (f"The chain is whole: {found.rows:,} rows.",)
    if found.bad is None:
        yield head_line(found)
    yield from shared_accounts(rows)
    count = f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}"
    yield f"{count}. Keys and hashes are shortened; texts of people are left out."
    for row in rows:
        yield ""
        local = f"{row.at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
        yield f"#{row.seq:<7} {row.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC  ({local})"
        yield f"         {row.who}"
        yield f"         {row.order_id + ': ' if row.order_id else ''}{sentence(row)}"


def _row_shape(row: Happening) -> dict[str, object]:
    return {
        "seq": row.seq,
        "at": utc(row.at),
        "person": row.person,
        "os_user": row.fact("os_user") or None,
        "login": row.fact("login") or None,
        "origin": row.fact("origin") or None,
        "kind": row.kind,
        "order": row.order_id or None,
        "intent": row.intent_id or None,
        "what": sentence(row),
        "facts": {name: value for name, value in facts(row) if name not in _HASHES},
    }


def _moment(day: str | None, zone: tzinfo, *, after: bool = False) -> datetime | None:
    """Return the moment at which a day begins in a zone, or with `after` the one at which it is over."""
    if day is None:
        return None
    try:
        found = date.fromisoformat(day) + timedelta(days=after)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"{day!r} is no day: write it as 2026-11-22.") from error
    return datetime.combine(found, time(), zone)


def _save(file: Path, text: str) -> None:
    """Write a new file for this person alone; an existing one is left as it is."""
    try:
        with open(file, "x", encoding="utf-8", opener=private_opener) as stream:
            stream.write(text)
    except OSError as error:
        raise CommandError(f"{shown_path(file)} cannot be written: {error.strerror}. Name a new file.") from error


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
