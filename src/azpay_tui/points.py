"""Named moments of work on money at which a test may kill, stop or switch; outside tests nothing happens at them.

A program that moves money has to survive its end at every one of its steps. The steps have names here, so that this can
be tried at each of them instead of being hoped for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, get_args

Point = Literal[
    "confirmed",  # a person said yes; nothing is on disk
    "intent-durable",
    "read-fresh",  # the order was read once more, nothing is compared yet
    "compared",  # everything still is as it was seen; the attempt comes next
    "replaying",  # nothing was proved; the same bytes go out again next
    "attempt-durable",
    "request-leaving",
    "answer-read",  # or given up; nothing is judged
    "judged",  # the outcome is known to this process alone
    "outcome-durable",
    "result-tracked",  # what Amazon made is a known object
    "projected",  # the list shows it
    "read-back",
    "settling",  # the next step ends the intent without an attempt
    "settled",
    "taking-over",  # the next step judges what a dead process left
    "taken-over",
    "committing",  # every row of a journal transaction is written, none of it is durable
    "committed",
]
POINTS: Final[tuple[Point, ...]] = get_args(Point)
Visitor = Callable[[Point], None]

_visitor: Visitor | None = None


def reach(point: Point) -> None:
    """Say that a moment has come; the visitor runs in the calling thread."""
    if _visitor is not None:
        _visitor(point)


def visit(visitor: Visitor | None) -> None:
    """Have `visitor` called at every moment, in this process; None ends that. For tests: nothing here calls it."""
    global _visitor
    _visitor = visitor
