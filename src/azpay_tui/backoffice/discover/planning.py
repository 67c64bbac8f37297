"""Which reports to ask for: what is wanted less what was asked for before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.domain.reports import ASKED, CANCELLED, COMPLETED, DISCOVERY, FAILED, KnownReport

OVERLAP: Final = timedelta(days=1)
"""What Amazon recorded last may not have been in a report that was made right after; it is asked for again."""
FRESH: Final = timedelta(days=1)
"""How long a report that is being made is waited for; then it is asked for anew."""
RECENT: Final = timedelta(hours=1)
"""What happened since such a report was asked for is left to the next one."""
NARROWER: Final = (timedelta(days=30), timedelta(days=14), timedelta(days=7), timedelta(days=1))
"""Widths that are tried when Amazon refuses a longer time; how long it may be is not documented."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time with data, from `start` until `end`, UTC."""

    start: datetime
    end: datetime


def gaps(wanted: Span, known: Iterable[KnownReport], now: datetime) -> tuple[Span, ...]:
    """Return what no report of this type holds or is going to hold; all of `known` are of that type."""
    covered = []
    for report in known:
        if report.start is None or report.end is None or report.state == FAILED:
            continue
        if report.harvested_at is not None:
            if report.state != CANCELLED:  # whether there was nothing or somebody cancelled it, nobody knows
                covered.append(Span(report.start, report.end))
        elif report.state == COMPLETED or now - report.asked_at < FRESH:
            covered.append(Span(report.start, now if now - report.end < RECENT else report.end))
    found, start = [], wanted.start
    for span in (*_merged(covered), Span(wanted.end, wanted.end)):
        if span.start > start:
            begin = start if start == wanted.start else max(wanted.start, start - OVERLAP)
            found.append(Span(begin, min(span.start, wanted.end)))
        start = max(start, span.end)
        if start >= wanted.end:
            break
    return tuple(found)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if span.end <= span.start:
            continue
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def pieces(span: Span, width: timedelta) -> tuple[Span, ...]:
    """Cut a time into pieces of at most `width`, the newest first."""
    found, end = [], span.end
    while end > span.start:
        start = max(span.start, end - width)
        found.append(Span(start, end))
        end = start
    return tuple(found)


def narrower(width: timedelta) -> timedelta | None:
    """Return the next width to try, None when there is none."""
    return next((one for one in NARROWER if one < width), None)


def holds_nothing_new(report: KnownReport, known: Sequence[KnownReport]) -> bool:
    """Whether everything in a report was in a later one of its type that is harvested."""
    return any(
        other.report_type == report.report_type
        and other.harvested_at is not None
        and other.state == COMPLETED
        and other.asked_at >= report.asked_at
        and None not in (report.start, report.end, other.start, other.end)
        and other.start <= report.start  # type: ignore[operator]
        and report.end <= other.end  # type: ignore[operator]
        for other in known
        if other.id != report.id
    )


def urgency(report: KnownReport) -> tuple[int, float]:
    """Return what sorts reports: orders before their charges and refunds, each of these the newest first."""
    kinds = (*DISCOVERY, report.report_type)
    return kinds.index(report.report_type), -report.asked_at.timestamp()


def is_coming(report: KnownReport, now: datetime) -> bool:
    """Whether a report was asked for lately, has an id, and nobody looked yet at what came of it."""
    return report.harvested_at is None and report.state != ASKED and now - report.asked_at < FRESH


def provisional(report_type: str, span: Span) -> str:
    """Return what a report is called until its id is known."""
    return f"{ASKED}:{report_type}:{span.start:%Y%m%dT%H%M%SZ}:{span.end:%Y%m%dT%H%M%SZ}"
