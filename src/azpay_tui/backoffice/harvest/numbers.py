"""Millions of numbers in eight bytes each."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_right
from collections.abc import Iterable


class Numbers:
    """A growing collection of whole numbers below 2**64, kept in sorted runs that are merged as they grow."""

    def __init__(self) -> None:
        self._runs: list[array[int]] = []

    def add(self, numbers: Iterable[int]) -> None:
        """Add some thousands at once."""
        run = array("Q", sorted(numbers))
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = array("Q", heapq.merge(self._runs.pop(), run))
        self._runs.append(run)

    def last(self, number: int) -> int:
        """Return the greatest one that is not above a number; -1 when there is none."""
        return max((run[at - 1] for run in self._runs if (at := bisect_right(run, number))), default=-1)

    def __contains__(self, number: int) -> bool:
        """Tell whether a number was added."""
        return self.last(number) == number
