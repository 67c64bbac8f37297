"""A source as JSON and as words; moments and spans as one types them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import CommandError
from azpay_tui.cli.output import utc
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.spans import parse, written


def shape(state: SourceState) -> dict[str, object]:
    """Return the JSON of a source."""
    return {
        "name": state.name,
        "kind": state.kind,
        "side": state.side,
        "state": state.word,
        "every": written(state.every),
        "started": utc(state.started_at),
        "ended": utc(state.ended_at),
        "covered_until": utc(state.covered_until),
        "next": utc(state.next_at),
        "message": state.message or None,
        "lines": state.lines,
        "orders": state.orders,
        "ids": state.ids,
        "bad": state.bad,
        "replaced": state.replaced,
        "runs": state.runs,
        "failures": state.failures,
    }


def states(context: Context) -> tuple[SourceState, ...]:
    """Return every configured source with how it fares; loads nothing heavy. Raises `ConfigError` and `StoreError`."""
    from azpay_tui.backoffice.sources.outcome import configured
    from azpay_tui.store.files import DataDir
    from azpay_tui.store.locks import is_held

    profile = context.profile()
    if not profile.sources:
        return ()
    known = {state.name: state for state in context.reader().sources()}
    data = DataDir(profile.data_dir)
    return configured(profile.sources, known, lambda name: is_held(data.source_lock(name)))


def moment(text: str | None, now: datetime, where: tzinfo) -> datetime | None:
    """Read a day (in the profile's zone), a time or a span back from now; raises `CommandError` (exit code 2)."""
    if text is None:
        return None
    span = parse(text)
    if span is not None:
        return now - span
    try:
        found = datetime.fromisoformat(text.upper())
        return (found if found.tzinfo is not None else found.replace(tzinfo=where)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CommandError(
            f"{text[:60]!r} is no time: write a day such as 2026-08-24, a time such as 2026-08-24T12:00:00Z, or 90d."
        ) from error
