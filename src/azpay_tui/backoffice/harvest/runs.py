"""Remembering millions of numbers in eight bytes each."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

_FRESH: Final = 1 << 15


class Numbers:
    """A growing set of whole numbers from 0 to 2**64 - 1, kept in sorted runs that are merged as they grow."""

    def __init__(self) -> None:
        self._fresh: set[int] = set()
        self._runs: list[array[int]] = []

    def __len__(self) -> int:
        """Return how many there are, when none was added twice."""
        return len(self._fresh) + sum(map(len, self._runs))

    def __contains__(self, number: int) -> bool:
        """Tell whether a number was added."""
        return number in self._fresh or any(
            (at := bisect_right(run, number)) and run[at - 1] == number for run in self._runs
        )

    def add(self, number: int) -> None:
        """Add a number that is not in it."""
        self._fresh.add(number)
        if len(self._fresh) >= _FRESH:
            self._settle(self._fresh)
            self._fresh = set()

    def _settle(self, numbers: Iterable[int]) -> None:
        run = array("Q", sorted(numbers))
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = array("Q", heapq.merge(self._runs.pop(), run))
        self._runs.append(run)
