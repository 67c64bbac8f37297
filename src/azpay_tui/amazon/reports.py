"""The way to Amazon's reports, in domain words; each API version that has reports implements it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Generic, Protocol, TypeVar

from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.reports import Report, ReportAsk, ReportPage, Schedule

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """What came of one question about reports."""

    answer: Answer
    """How Amazon answered; never of the place where a file lies."""
    value: T | None = None
    """What was asked for; None: the answer, or `problem`, says why there is none."""
    problem: str = ""
    """Why a file could not be had although Amazon named it, one sentence."""

    @property
    def sentence(self) -> str:
        """Return what went wrong."""
        return self.problem or self.answer.message


class Reports(Protocol):
    """Asks for reports and their schedules; moves no money and deletes nothing.

    No method raises for anything that Amazon or the network does. Requests wait for their turn behind those of money.
    """

    def create(self, ask: ReportAsk) -> Reply[str]:
        """Ask for a report once and return its id; the same report asked for again is the same one (same key)."""
        ...

    def listed(self, *, since: datetime | None = None, token: str | None = None) -> Reply[ReportPage]:
        """Return reports that were made since a moment, newest first, without it those of 90 days; or the next page."""
        ...

    def report(self, report_id: str) -> Reply[Report]:
        """Return how far a report is."""
        ...

    def download(self, document_id: str, sink: BinaryIO, most: int) -> Reply[int]:
        """Write the file of a completed report, at most `most` bytes of it, and return its size.

        `sink` is a file of one's own that can be begun anew; what is in it counts only when there is a size.
        """
        ...

    def schedules(self) -> Reply[tuple[Schedule, ...]]:
        """Return the schedules there are."""
        ...

    def create_schedule(self, report_type: str, frequency: str, next_at: datetime) -> Reply[str]:
        """Have a report made again and again, the first one at `next_at`; never replaces a schedule that exists."""
        ...
