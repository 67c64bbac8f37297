"""The simulator's own time: a base clock plus what it was advanced by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

#: The clock stops before the calendar does: terms of years are still added to its moment.
LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)


def system_time() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


class Clock:
    """``now`` decides states; what a client sees in the Date header may be off by a skew on top."""

    def __init__(self, base: Callable[[], datetime] = system_time) -> None:
        self._base = base
        self.offset = timedelta()

    def now(self) -> datetime:
        """The simulated moment, UTC."""
        return self._base() + self.offset

    def advance(self, span: timedelta) -> datetime:
        """Move the clock forward; answer the new moment. Raises ValueError for one beyond LAST."""
        if span > LAST - self.now():
            raise ValueError("the clock ends with the year 8999")
        self.offset += span
        return self.now()
