"""Time as Amazon sees it: the local clock corrected by the `Date` header of its answers."""

from __future__ import annotations

import logging
import statistics
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from azpay_tui.backoffice.stores import Cache
from azpay_tui.domain.attempt import CLOCK_LIMIT, Answer
from azpay_tui.store.errors import CacheUnavailable

_log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
"""Returns the time now, aware UTC."""

SHOWN_OFF: Final = timedelta(minutes=5)
"""A larger offset against the real Amazon is shown as CLOCK OFF."""
VERBS_OFF: Final = timedelta(hours=1)
"""A larger offset against the real Amazon switches the verbs off."""
_WORTH_CORRECTING: Final = timedelta(seconds=2)
"""A smaller change is none: `Date` has whole seconds, so each process would measure another offset of the same clock,
and what two of them do within a second would seem to have happened in the other order."""


def local_clock() -> datetime:
    """Return the machine's time, UTC."""
    return datetime.now(UTC)


class CorrectedClock:
    """Local time plus the offset of Amazon's clock, one per profile: stored, and the same in all processes."""

    def __init__(self, cache: Cache, stored: timedelta, local: Clock = local_clock) -> None:
        """Start from the offset the profile has stored."""
        self._cache = cache
        self._local = local
        self._lock = threading.Lock()
        self._samples: deque[timedelta] = deque([stored] if stored else (), maxlen=5)
        self._stored = stored
        self._offset = stored

    @property
    def offset(self) -> timedelta:
        """Amazon's clock minus ours."""
        with self._lock:
            return self._offset

    def _median(self) -> timedelta:
        return timedelta(seconds=statistics.median(s.total_seconds() for s in self._samples or (timedelta(),)))

    def __call__(self) -> datetime:
        """Return the corrected time, UTC."""
        return self._local() + self.offset

    def machine(self) -> datetime:
        """Return the machine's own time, UTC: for spans, which no correction may stretch."""
        return self._local()

    def adopt(self, stored: timedelta) -> None:
        """Take over an offset that another process measured and stored."""
        with self._lock:
            if stored != self._stored:
                self._stored = self._offset = stored
                self._samples.clear()
                self._samples.append(stored)

    def learn(self, answer: Answer) -> bool:
        """Take a sample from an answer; returns whether the clock had to jump.

        `Date` has whole seconds, so half a second is added. The median of the last five samples is believed. A sample
        far from it replaces all others: one side set its clock, and a median of old samples would keep every signature
        refused.
        """
        if answer.server_date is None or answer.received_at is None:
            return False
        sample = answer.server_date + timedelta(milliseconds=500) - answer.received_at
        with self._lock:
            jumped = abs(sample - self._median()) > CLOCK_LIMIT
            if jumped:
                self._samples.clear()
            self._samples.append(sample)
            measured = self._median()
            store = jumped or abs(measured - self._stored) > _WORTH_CORRECTING
            if store:
                self._offset = measured
        if store:
            try:
                agreed = self._cache.add_clock_sample(measured, jumped=jumped)
            except CacheUnavailable as error:  # here it holds all the same, and the answer is worth more
                _log.warning("the clock's offset could not be stored: %s", error)
            else:
                with self._lock:
                    self._stored = self._offset = agreed
        return jumped
