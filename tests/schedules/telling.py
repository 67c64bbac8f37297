"""What many runs came to, for the table of figures and for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.schedules.search import Totals
from tests.support.figures import tell

PROMISES: Final = ("R1", "R2", "R3", "R4", "R5", "R6", "R9", "R13", "R14", "R19")
"""What runs can break."""


def tell_all(totals: Totals) -> None:
    """Write the figure of every promise down; that of R1 counts schedules, the others what was looked at in them."""
    for promise in PROMISES:
        says = f"p95 {totals.p95:.1f} s" if promise == "R6" else ""
        runs = totals.schedules if promise == "R1" else totals.checks[promise]
        tell(promise, runs, totals.broken[promise], seed=totals.first.get(promise, ""), says=says)


def lines(totals: Totals) -> Iterator[str]:
    """Say for people what came of the runs."""
    yield f"{totals.schedules} runs, {len(totals.failed)} broke a promise; in {totals.asked} a person is asked"
    yield f"{totals.shared} of them went on from the very same state as another, so that they went on as it did"
    for promise in PROMISES:
        yield f"{promise:4} looked at {totals.checks[promise]:7}, broken {totals.broken[promise]}"
    yield f"young unknown outcomes settled: {len(totals.waits)}, p95 {totals.p95:.1f} s after the restart"
