"""What a run leaves behind: when a source is asked next, how far back, and what to say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.backoffice.harvest import Report
from azpay_tui.backoffice.sources.tap import SourceError
from azpay_tui.domain.sources import STOPPED, SourceState
from azpay_tui.sourcing import Source

_LONGEST_WAIT: Final = timedelta(hours=1)
"""A source that goes on failing is asked at least this often, or as often as it is configured."""
_LEAST_PAUSE: Final = timedelta(seconds=1)


def configured(
    sources: Sequence[Source], known: Mapping[str, SourceState], asked: Callable[[str], bool] = lambda _name: False
) -> tuple[SourceState, ...]:
    """Return the state of every configured source; one that never ran is there too.

    `asked` tells whether a process is asking the source of this name, which is looked at where a run did not end.
    """
    states = []
    for source in sources:
        state = known.get(source.name) or SourceState(source.name, source.kind, source.side, source.every)
        running = state.running or (state.started_at is not None and state.ended_at is None and asked(source.name))
        states.append(replace(state, kind=source.kind, side=source.side, every=source.every, running=running))
    return tuple(states)


def is_due(state: SourceState, now: datetime) -> bool:
    """Tell whether a source's time has come; a time that lies too far ahead was written by a clock that was wrong."""
    if state.next_at is None:
        return True
    return now >= state.next_at or state.next_at - now > max(state.every, _LONGEST_WAIT) * 2


def look_back(source: Source, state: SourceState, now: datetime) -> datetime:
    """Return since when a source is asked: first a long time back, then from its last good run, with some overlap."""
    if state.covered_until is None:
        return now - source.first
    return min(state.covered_until, now) - source.since


def begun(state: SourceState, now: datetime) -> SourceState:
    """Return the state of a source that is asked from now on."""
    return counted(replace(state, started_at=now, ended_at=None, message="", runs=state.runs + 1), Report())


def counted(state: SourceState, report: Report) -> SourceState:
    """Return the state with the counts of a run."""
    return replace(
        state,
        lines=report.lines,
        orders=report.orders,
        ids=report.ids,
        bad=report.bad,
        replaced=report.replaced,
    )


def wrong(name: str, report: Report) -> SourceError | None:
    """Return what was wrong with what a source gave, although it gave it willingly; None when it will do.

    Ids of another environment among good ones will do: many shops have both in one database.
    """
    if not report.problems or not (report.broken or not report.orders):
        return None
    return SourceError(_own(name, report.problems[0]))


def ended(
    source: Source,
    before: SourceState,
    begun: SourceState,
    report: Report,
    problem: SourceError | None,
    now: datetime,
    stopped: bool,
    *,
    covers: bool,
    notes: Sequence[str] = (),
) -> SourceState:
    """Return the state after a run; `covers`: it looked back as far as it would have by itself.

    `notes` is what a source that gave everything it has cannot give.
    """
    state = replace(counted(begun, report), ended_at=now)
    assert begun.started_at is not None
    if stopped:
        # Due again when somebody may go on.
        sentence = f"{STOPPED} {_kept(report)}".rstrip()
        return replace(state, ok=before.ok, next_at=before.next_at, message=sentence)
    if problem is not None:
        failures = before.failures + 1
        wait = min(source.every * 2 ** min(failures, 20), max(source.every, _LONGEST_WAIT))
        sentence = f"{problem.message} {_kept(report)}".rstrip()
        return replace(state, ok=False, message=sentence, failures=failures, next_at=now + wait)
    return replace(
        state,
        ok=True,
        message=" ".join((_good(source.name, report), *notes)),
        failures=0,
        covered_until=begun.started_at if covers else before.covered_until,
        next_at=max(begun.started_at + source.every, now + _LEAST_PAUSE),
    )


def _good(name: str, report: Report) -> str:
    if not report.lines and not report.orders:
        return "Nothing is new since the last time."
    told = f"{_count(report.orders, 'order')} with {_count(report.ids, 'id')} in {_count(report.lines, report.unit)}: "
    told += f"{report.added:,} new, {report.updated:,} changed."
    if report.bad:
        line = report.first[0]
        told += f" {_count(report.bad, 'line')} not understood, the first is {line.number}: {line.reason}"
    return " ".join([told, *(_sentence(_own(name, text)) for text in report.problems[:1])])


def _kept(report: Report) -> str:
    return f"{_count(report.orders, 'order')} that came before {_verb(report.orders)} kept." if report.orders else ""


def _verb(count: int) -> str:
    return "is" if count == 1 else "are"


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _own(name: str, text: str) -> str:
    return text.removeprefix(f"{name}: ")
