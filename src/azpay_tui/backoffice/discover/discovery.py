"""Discovery: ask Amazon for reports, wait for them, harvest them, and have them made daily from then on.

Everything that was begun is remembered, and Amazon keeps reports for 90 days: a run that is ended in the middle is gone
on with by the next one. Nothing here moves money, and nothing is deleted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from azpay_tui.amazon.reports import Reports
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.discover import planning
from azpay_tui.backoffice.discover.asking import AmazonRefusedError, Asker, Pause
from azpay_tui.backoffice.discover.book import Book, Finder
from azpay_tui.backoffice.discover.harvesting import Harvester, Run
from azpay_tui.backoffice.discover.missing import Missing, RefusedError
from azpay_tui.backoffice.discover.taking import Discovered, Listener, Silent, Take, Wanted
from azpay_tui.backoffice.errors import OfflineError
from azpay_tui.backoffice.health import Health
from azpay_tui.domain.reports import DAILY, KnownReport, Schedule, is_open, word_of

_FIRST_LOOK: Final = 2.0
_LONGEST_PAUSE: Final = 60.0
"""Seconds between two looks at what is being made; they grow."""
_OFFLINE_LOOKS: Final = 10
"""Looks in a row that may fail before the waiting is given up."""
_GROWTH: Final = 1.5
_DAY: Final = timedelta(days=1)


class Discovery:
    """Learns of orders from the reports of one profile; one run at a time."""

    def __init__(
        self,
        reports: Reports,
        book: Book,
        health: Health,
        clock: CorrectedClock,
        pause: Pause,
        stopped: Callable[[], bool],
        scratch: Path,
        *,
        simulated: bool,
    ) -> None:
        """Take the parts; `pause` waits so many seconds, it and `stopped` tell whether to end."""
        self._lock = threading.Lock()
        self._stopped = stopped
        self._reports = reports
        self._book = book
        self._clock = clock
        self._pause = pause
        self._asker = Asker(health, clock, pause)
        self._finder = Finder(reports, book, self._asker, clock)
        self._missing = Missing(reports, book, self._asker, clock, simulated=simulated)
        self._harvester = Harvester(reports, book, self._asker, clock, scratch)

    def run(self, wanted: Wanted, take: Take, listener: Listener | None = None) -> Discovered:
        """Find what is there, ask for what is missing, wait, harvest, schedule.

        Raises a `BackOfficeError` when Amazon cannot be asked at all. What fails for one report is a problem of the
        result, and the others are harvested all the same.
        """
        with self._lock:
            return self._discover(wanted, Run(take, listener or Silent(), self._stopped))

    def _discover(self, wanted: Wanted, run: Run) -> Discovered:
        self._finder.find()
        coming: set[str] = set()
        if wanted.ask:
            for report_type in wanted.types:
                try:
                    coming |= self._missing.ask_for(report_type, wanted.back, run.listener.said)
                except RefusedError as refused:
                    run.problem(f"Amazon makes no report of {word_of(report_type)}: {refused}")
            if len(run.problems) == len(wanted.types):
                raise AmazonRefusedError(run.problems[0])
        waiting = self._wait(coming, wanted.patience, run)
        self._harvester.rest(run)
        made, kept = self._schedules(wanted, run)
        return Discovered(tuple(run.outcomes), waiting, tuple(run.problems), made, kept)

    def look(self, since: datetime, take: Take, listener: Listener, stopped: Callable[[], bool]) -> tuple[str, ...]:
        """Harvest what has become ready since a moment, whoever asked for it; returns what failed, a sentence each.

        Nothing is asked for and nothing is waited for. Raises as `run`.
        """
        with self._lock:
            return self._look(since, Run(take, listener, stopped))

    def _look(self, since: datetime, run: Run) -> tuple[str, ...]:
        self._finder.find(since)
        self._harvester.rest(run)
        for report in sorted(self._book.all(), key=planning.urgency):
            if run.stopped():
                break
            if is_open(report.state) and planning.is_coming(report, self._clock()):
                self._harvester.settle(self._finder.look_at(report), run)
        return tuple(run.problems)

    def _wait(self, coming: set[str], patience: timedelta, run: Run) -> tuple[KnownReport, ...]:
        """Harvest reports as they become ready; returns those that did not."""
        left = set(coming)
        if left:
            count = "a report" if len(left) == 1 else f"{len(left)} reports"
            run.listener.said(
                f"Waiting for Amazon to make {count}. Ctrl-C leaves; a later azpay discover goes on with the same."
            )
        seconds, offline, end = _FIRST_LOOK, 0, self._clock() + patience
        while left and not self._stopped():
            try:
                for report in self._of(left):
                    looked = self._finder.look_at(report)
                    if not is_open(looked.state):
                        self._harvester.settle(looked, run)
                        left.discard(report.id)
                    offline = 0
                    run.listener.waiting(len(coming) - len(left), len(coming))
            except OfflineError as error:
                offline += 1
                if offline == _OFFLINE_LOOKS:
                    raise replace(error, message=f"{error.message} The next run goes on with these reports.") from error
            if not left or self._clock() >= end or self._pause(seconds):
                break
            seconds = min(seconds * _GROWTH, _LONGEST_PAUSE)
        return tuple(self._of(left))

    def _of(self, ids: set[str]) -> list[KnownReport]:
        return sorted((report for report in self._book.all() if report.id in ids), key=planning.urgency)

    def _schedules(self, wanted: Wanted, run: Run) -> tuple[tuple[str, ...], tuple[Schedule, ...]]:
        """Have each type made daily that no schedule makes; a schedule that is there stays as it is."""
        if not (wanted.ask and wanted.schedule) or self._stopped():
            return (), ()
        there = self._asker.need(self._reports.schedules)
        kept = tuple(schedule for schedule in there if schedule.report_type in wanted.types)
        made = []
        first = self._clock().replace(microsecond=0) + _DAY
        for report_type in wanted.types:
            if any(schedule.report_type == report_type for schedule in kept):
                continue
            problem = self._arrange(report_type, first)
            if problem is None:
                made.append(report_type)
            else:
                run.problem(f"No daily report of {word_of(report_type)} could be arranged: {problem}")
        return tuple(made), kept

    def _arrange(self, report_type: str, first: datetime) -> str | None:
        reply = self._asker.ask(lambda: self._reports.create_schedule(report_type, DAILY, first))
        return None if reply.value is not None else reply.sentence
