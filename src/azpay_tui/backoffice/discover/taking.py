"""What is wanted of Amazon's reports, what came of it, and who hears of it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, Protocol

from azpay_tui.backoffice.harvest import Report
from azpay_tui.domain.reports import DISCOVERY, KnownReport, Schedule


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to discover."""

    back: timedelta = timedelta(days=90)
    """How far the reports go back."""
    types: tuple[str, ...] = DISCOVERY
    ask: bool = True
    """Whether reports may be asked for; without it only those that are there already are harvested."""
    schedule: bool = True
    """Whether a daily schedule is made for each type that has none."""
    patience: timedelta = timedelta(hours=2)
    """How long reports are waited for."""


Take = Callable[[BinaryIO, KnownReport], Report | None]
"""Harvests the file of a report to its end; None: whoever does it keeps the count."""


class Listener(Protocol):
    """Hears how far a discovery is."""

    def said(self, sentence: str) -> None:
        """Hear something that happened."""
        ...

    def waiting(self, ready: int, total: int) -> None:
        """Hear how many of the reports that were asked for are ready."""
        ...

    def read(self, lines: int) -> None:
        """Hear how many lines of a report were harvested."""
        ...


class Silent:
    """Hears nothing."""

    def said(self, sentence: str) -> None:
        """Let it pass."""

    def waiting(self, ready: int, total: int) -> None:
        """Let it pass."""

    def read(self, lines: int) -> None:
        """Let it pass."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One report and what came of it."""

    report: KnownReport
    taken: Report | None = None
    """What was in it; None: nothing was harvested, and the report's state and message say why."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """What came of a discovery."""

    outcomes: tuple[Outcome, ...]
    """The reports that came to an end, in that order."""
    waiting: tuple[KnownReport, ...] = ()
    """Reports that Amazon is still making; the next discovery goes on with them."""
    problems: tuple[str, ...] = ()
    """What failed although the rest was done, a sentence each."""
    made: tuple[str, ...] = ()
    """Types for which a daily schedule was made."""
    kept: tuple[Schedule, ...] = ()
    """Schedules that were there already."""
    orders: int = 0
    """Different orders that the reports name."""

    @property
    def harvested(self) -> tuple[Report, ...]:
        """Return what was in each report that was harvested."""
        return tuple(outcome.taken for outcome in self.outcomes if outcome.taken is not None)
