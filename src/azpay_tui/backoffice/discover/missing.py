"""Asking Amazon for the reports that are missing, once each, in as few pieces as she takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from azpay_tui.amazon.reports import Reports
from azpay_tui.backoffice.clock import Clock
from azpay_tui.backoffice.discover import planning
from azpay_tui.backoffice.discover.asking import Asker
from azpay_tui.backoffice.discover.book import Book
from azpay_tui.backoffice.discover.planning import Span
from azpay_tui.backoffice.errors import NotValidError
from azpay_tui.domain.reports import ASKED, IN_PROGRESS, KnownReport, ReportAsk, word_of

_SWITCH: Final = (
    "The simulator has these reports only with its switch live_reports_in_sandbox on: "
    'PATCH /_sim/settings with {"live_reports_in_sandbox": true}.'
)

_MANY: Final = 100
"""Finished reports of one type, such as those of an hourly schedule, in whose place one report of all is faster."""


class RefusedError(Exception):
    """There is no report as it was asked for; the text is Amazon's sentence.

    `final`: she refuses it. Else she had trouble, and the same report is asked for again by the next run.
    """

    def __init__(self, sentence: str, *, final: bool) -> None:
        super().__init__(sentence)
        self.final = final


class Missing:
    """Asks for what is not there yet; remembers how long a time Amazon takes."""

    def __init__(self, reports: Reports, book: Book, asker: Asker, clock: Clock, *, simulated: bool) -> None:
        self._reports = reports
        self._book = book
        self._asker = asker
        self._clock = clock
        self._simulated = simulated
        self._width: timedelta | None = None

    def ask_for(self, report_type: str, back: timedelta, said: Callable[[str], None]) -> set[str]:
        """Ask for what of a type is not there yet; returns the ids of all that are still to come.

        Raises `RefusedError` when Amazon does not make such reports, and a `BackOfficeError` when she cannot be asked.
        """
        now = self._clock()
        known = [report for report in self._book.all() if report.report_type == report_type]
        for report in known:  # what an earlier run was not told the id of
            if report.state == ASKED and report.start is not None and report.end is not None:
                try:
                    self._create(report_type, Span(report.start, report.end))
                except RefusedError as refused:
                    if not refused.final:
                        raise
                    # It is a gap again, and asked for in another way.
        known = [report for report in self._book.all() if report.report_type == report_type]
        coming = {report.id for report in known if planning.is_coming(report, now)}
        if sum(report.finished for report in known) > _MANY:
            known = [report for report in known if not report.finished]
        end = now.replace(microsecond=0)
        for gap in planning.gaps(Span(end - back, end), known, now):
            coming |= self._fill(report_type, gap, said)
        return coming

    def _fill(self, report_type: str, gap: Span, said: Callable[[str], None]) -> set[str]:
        width = gap.end - gap.start if self._width is None else min(self._width, gap.end - gap.start)
        while True:
            pieces = planning.pieces(gap, width)
            try:
                asked = {self._create(report_type, pieces[0]).id}
            except RefusedError as refused:
                narrow = planning.narrower(width) if refused.final else None
                if narrow is None:
                    raise
                width = self._width = narrow
                continue
            asked |= {self._create(report_type, piece).id for piece in pieces[1:]}
            parts = f", in {len(pieces)} parts" if len(pieces) > 1 else ""
            said(f"Asked for the report of {word_of(report_type)}, {gap.start:%Y-%m-%d} to {gap.end:%Y-%m-%d}{parts}.")
            return asked

    def _create(self, report_type: str, span: Span) -> KnownReport:
        """Ask for one report; the wish is remembered before it is sent, so that it is the same one after a crash."""
        ident = planning.provisional(report_type, span)
        report = KnownReport(ident, report_type, span.start, span.end, ASKED, None, self._clock())
        self._book.put(report)
        reply = self._asker.ask(lambda: self._reports.create(ReportAsk(report_type, span.start, span.end)))
        if reply.value is None:
            final = reply.answer.status is not None and 400 <= reply.answer.status < 500
            if final:
                self._book.swap(ident, None)
            if self._simulated and "does not exist in sandbox" in reply.sentence:
                raise NotValidError(_SWITCH)
            raise RefusedError(reply.sentence, final=final)
        made = replace(report, id=reply.value, state=IN_PROGRESS)
        self._book.swap(ident, made)
        return made
