"""Reports as API v2 answers them (API guide, reports): strict about what goes back into a request, open about words."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from azpay_tui.amazon.v2.wire import Label, Time, Wire, Word, parse
from azpay_tui.domain import reports

_IDENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,255}", re.ASCII)
_LONGEST: Final = 16 * 1024
"""Characters of an address or token."""


def is_ident(text: str) -> bool:
    """Tell whether a text may be the id of a report, document or schedule: it becomes a part of a path."""
    return _IDENT.fullmatch(text) is not None


def _ident(text: str) -> str:
    if not is_ident(text):
        raise ValueError("not an id")
    return text


def _limited(text: str) -> str:
    if not 0 < len(text) <= _LONGEST or not text.isascii() or not text.isprintable():
        raise ValueError("not an address")
    return text


Ident = Annotated[str, AfterValidator(_ident)]
Limited = Annotated[str, AfterValidator(_limited)]


class _Report(Wire):
    report_id: Ident
    report_type: Word
    processing_status: Word
    start_time: Time = None
    end_time: Time = None
    created_time: Time = None
    report_document_id: Ident | None = None

    def told(self) -> reports.Report:
        return reports.Report(
            id=self.report_id,
            report_type=self.report_type,
            state=self.processing_status,
            start=self.start_time,
            end=self.end_time,
            created=self.created_time,
            document_id=self.report_document_id,
        )


class _Reports(Wire):
    reports: list[_Report] | None = None
    next_token: Limited | None = None


class _Schedule(Wire):
    report_schedule_id: Ident
    report_type: Word
    schedule_frequency: Word
    next_report_creation_time: Time = None


class _Schedules(Wire):
    report_schedules: list[_Schedule] | None = None


class _Made(Wire):
    report_id: Ident


class _Scheduled(Wire):
    report_schedule_id: Ident


class _Document(Wire):
    report_document_id: Ident
    url: Limited
    compression_algorithm: Label = None


def page(body: bytes) -> reports.ReportPage:
    """Read a part of the list. Raises `UnreadableError`, as all of these."""
    got = parse(body, _Reports)
    return reports.ReportPage(tuple(one.told() for one in got.reports or ()), got.next_token)


def report(body: bytes) -> reports.Report:
    """Read one report."""
    return parse(body, _Report).told()


def made(body: bytes) -> str:
    """Read the id of a report that was asked for."""
    return parse(body, _Made).report_id


def scheduled(body: bytes) -> str:
    """Read the id of a schedule that was made."""
    return parse(body, _Scheduled).report_schedule_id


def schedules(body: bytes) -> tuple[reports.Schedule, ...]:
    """Read the schedules."""
    return tuple(
        reports.Schedule(one.report_schedule_id, one.report_type, one.schedule_frequency, one.next_report_creation_time)
        for one in parse(body, _Schedules).report_schedules or ()
    )


def address(body: bytes) -> tuple[str, str | None]:
    """Read where a file lies, and how it is compressed; None: not at all."""
    got = parse(body, _Document)
    packed = got.compression_algorithm
    return got.url, None if packed in (None, "N/A", "NONE") else packed
