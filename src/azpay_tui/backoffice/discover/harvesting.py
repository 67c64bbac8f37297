"""From a finished report to the orders in it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Final

from azpay_tui.amazon.reports import Reports
from azpay_tui.backoffice.clock import Clock
from azpay_tui.backoffice.discover import planning
from azpay_tui.backoffice.discover.asking import Asker
from azpay_tui.backoffice.discover.book import Book
from azpay_tui.backoffice.discover.taking import Listener, Outcome, Silent, Take
from azpay_tui.backoffice.errors import StoreError
from azpay_tui.backoffice.harvest import Report
from azpay_tui.domain.reports import CANCELLED, FAILED, KnownReport, word_of
from azpay_tui.paths import shown

MOST: Final = 512 * 1024 * 1024
"""Bytes of one report; a million lines have half of that."""

_WITHOUT: Final = "There is nothing in it."


def never() -> bool:
    """Return that nobody wants it stopped."""
    return False


@dataclass
class Run:
    """One run, and what it came to so far."""

    take: Take
    listener: Listener = field(default_factory=Silent)
    stopped: Callable[[], bool] = never
    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def problem(self, sentence: str) -> None:
        """Note what failed; the rest is done all the same."""
        self.problems.append(sentence)
        self.listener.said(sentence)


def _title(report: KnownReport) -> str:
    """Return which report it is, for people: its type and its days."""
    if report.start is None or report.end is None:
        return word_of(report.report_type)
    return f"{word_of(report.report_type)}, {report.start:%Y-%m-%d} to {report.end:%Y-%m-%d}"


def _no_room(scratch: Path, error: OSError) -> StoreError:
    return StoreError(f"A report could not be put down in {shown(scratch)}: {error.strerror}. Make room there.")


class Harvester:
    """Downloads what is ready and hands it to whoever takes the orders out of it."""

    def __init__(self, reports: Reports, book: Book, asker: Asker, clock: Clock, scratch: Path) -> None:
        """Take the parts; `scratch` is a private directory where a file lies, without a name, while it is read."""
        self._reports = reports
        self._book = book
        self._asker = asker
        self._clock = clock
        self._scratch = scratch

    def settle(self, report: KnownReport, run: Run) -> None:
        """Do what the end of a report asks for."""
        what = f"The report of {_title(report)}"
        if report.state == CANCELLED:
            # One word of Amazon for two things: the time holds no data, or somebody cancelled it.
            self._done(report, "Amazon has nothing for this time, or it was cancelled.", run)
            run.listener.said(f"{what}: nothing for this time, or it was cancelled.")
        elif report.state == FAILED:
            message = report.message or "Amazon could not make it; ask again later."
            self._done(report, message, run)
            run.problem(f"{what} failed: {message}")
        elif report.finished:
            self._harvest(report, run)

    def rest(self, run: Run) -> None:
        """Harvest everything that is ready, whoever asked for it: the shop's own schedules, settlements."""
        for report in sorted(self._book.all(), key=planning.urgency):
            if run.stopped():
                return
            if report.harvested_at is not None or any(outcome.report.id == report.id for outcome in run.outcomes):
                continue
            if report.state in (
                CANCELLED,
                FAILED,
            ):  # an empty day is no news, and what failed long ago is none any more
                self._book.put(replace(report, harvested_at=self._clock(), message=report.message or _WITHOUT))
            elif not report.finished:
                continue
            elif planning.holds_nothing_new(report, self._book.all()):
                self._book.put(replace(report, harvested_at=self._clock(), message="All of it was in a later report."))
            else:
                self._harvest(report, run)

    def _harvest(self, report: KnownReport, run: Run) -> None:
        assert report.document_id is not None
        document_id = report.document_id
        with self._file() as file:
            try:
                reply = self._asker.ask(lambda: self._reports.download(document_id, file, MOST))
            except OSError as error:
                raise _no_room(self._scratch, error) from error
            if reply.value is None:
                self._lacks(report, reply.sentence, reply.answer.status == 404, run)
                return
            taken = run.take(file, report)
        if run.stopped() or (taken is not None and taken.interrupted):  # in the middle of it: it is harvested again
            return
        if taken is None:
            self._done(report, "", run)
            return
        what = word_of(report.report_type)
        for problem in taken.problems:
            run.listener.said(problem)
        if taken.orders == 0 and taken.lines > 1:
            run.problem(f"The report of {what} {report.id} names no order of this profile: is it of another account?")
        told = f"{taken.lines:,} lines, {taken.orders:,} orders, {taken.added:,} of them new."
        self._done(report, told, run, taken)
        run.listener.said(f"{what.capitalize()}: {told}")

    def _file(self) -> BinaryIO:
        try:
            return tempfile.TemporaryFile(dir=self._scratch)
        except OSError as error:
            raise _no_room(self._scratch, error) from error

    def _lacks(self, report: KnownReport, sentence: str, gone: bool, run: Run) -> None:
        lacking = replace(report, message=sentence, state=FAILED if gone else report.state)
        self._book.put(lacking)
        run.outcomes.append(Outcome(lacking))
        run.problem(f"The report of {word_of(report.report_type)} {report.id} could not be had: {sentence}")

    def _done(self, report: KnownReport, message: str, run: Run, taken: Report | None = None) -> None:
        done = replace(report, harvested_at=self._clock(), message=message)
        self._book.put(done)
        run.outcomes.append(Outcome(done, taken))
