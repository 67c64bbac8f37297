"""What is known of the reports: asked of Amazon, remembered in the cache."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from azpay_tui.amazon.reports import Reply, Reports
from azpay_tui.backoffice.clock import Clock
from azpay_tui.backoffice.discover.asking import Asker
from azpay_tui.domain.reports import FAILED, KnownReport, Report, ReportPage

KEPT_FOR: Final = timedelta(days=90)
"""Amazon forgets reports after this (API guide, reports)."""


class Book(Protocol):
    """Where reports are remembered."""

    def all(self) -> tuple[KnownReport, ...]:
        """Return every report, the newest first."""
        ...

    def put(self, *reports: KnownReport) -> None:
        """Remember reports as they are now."""
        ...

    def swap(self, old_id: str, report: KnownReport | None) -> None:
        """Remember a report under the id it got, or forget it."""
        ...


class Finder:
    """Brings the book in step with Amazon."""

    def __init__(self, reports: Reports, book: Book, asker: Asker, clock: Clock) -> None:
        self._reports = reports
        self._book = book
        self._asker = asker
        self._clock = clock

    def find(self, since: datetime | None = None) -> None:
        """Remember every report that Amazon made since a moment, at most the 90 days that she keeps and lists them.

        Raises a `BackOfficeError` when the list cannot be had.
        """
        start = None if since is None or since <= self._clock() - KEPT_FOR else since
        known = {report.id: report for report in self._book.all()}
        token: str | None = None
        while True:
            page = self._page(start, token)
            self._book.put(*(self._merged(report, known.get(report.id)) for report in page.reports))
            if page.next_token in (None, token) or not page.reports:
                return
            token = page.next_token

    def _page(self, since: datetime | None, token: str | None) -> ReportPage:
        return self._asker.need(lambda: self._reports.listed(since=since, token=token))

    def look_at(self, report: KnownReport) -> KnownReport:
        """Ask how far a report is, and remember it; one that cannot be read now is returned as it is."""
        reply: Reply[Report] = self._asker.ask(lambda: self._reports.report(report.id))
        if reply.value is not None:
            known = self._merged(reply.value, report)
        elif reply.answer.status == 404:
            known = replace(report, state=FAILED, message="Amazon does not know it any more.")
        else:
            return report
        if known != report:
            self._book.put(known)
        return known

    def _merged(self, found: Report, known: KnownReport | None) -> KnownReport:
        if known is not None:
            return replace(known, state=found.state, document_id=found.document_id or known.document_id)
        asked = found.created or self._clock()
        return KnownReport(found.id, found.report_type, found.start, found.end, found.state, found.document_id, asked)
