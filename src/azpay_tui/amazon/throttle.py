"""The pace of requests: Amazon's published quotas, money before refresh, and one common pause when Amazon says slow."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from azpay_tui.amazon.errors import HeldBackError
from azpay_tui.domain.calls import Budget


class Operation(StrEnum):
    """What Amazon counts separately (API guide, throttling limits)."""

    CREATE_CHARGE = "create-charge"
    CAPTURE = "capture"
    CANCEL_CHARGE = "cancel-charge"
    GET_CHARGE = "get-charge"
    CREATE_REFUND = "create-refund"
    GET_REFUND = "get-refund"
    GET_PERMISSION = "get-permission"
    CLOSE_PERMISSION = "close-permission"
    DELIVERY = "track-delivery"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class Quota:
    """A token bucket: `burst` requests at once, `rate` more each second."""

    burst: int
    rate: float


# What Amazon allows of reports is not published: a pace that nobody can take for a burst.
_REPORTS: Final = Quota(10, 1)
# Amazon publishes two versions of the live restore rates; the lower ones are safe under both.
LIVE: Final[Mapping[Operation, Quota]] = {
    Operation.CREATE_CHARGE: Quota(10, 1),
    Operation.CAPTURE: Quota(20, 1),
    Operation.CANCEL_CHARGE: Quota(10, 1),
    Operation.GET_CHARGE: Quota(20, 2),
    Operation.CREATE_REFUND: Quota(10, 1),
    Operation.GET_REFUND: Quota(20, 2),
    Operation.GET_PERMISSION: Quota(20, 2),
    Operation.CLOSE_PERMISSION: Quota(10, 1),
    Operation.DELIVERY: Quota(10, 1),
    Operation.REPORTS: _REPORTS,
}
SANDBOX: Final[Mapping[Operation, Quota]] = {
    Operation.CREATE_CHARGE: Quota(2, 1),
    Operation.CAPTURE: Quota(2, 1),
    Operation.CANCEL_CHARGE: Quota(2, 1),
    Operation.GET_CHARGE: Quota(5, 1),
    Operation.CREATE_REFUND: Quota(2, 1),
    Operation.GET_REFUND: Quota(5, 1),
    Operation.GET_PERMISSION: Quota(5, 1),
    Operation.CLOSE_PERMISSION: Quota(2, 1),
    Operation.DELIVERY: Quota(1, 1),
    Operation.REPORTS: _REPORTS,
}

RESERVE: Final = 2
"""Tokens a refresh leaves in each bucket, so that the reads of a money action need not wait for it."""
PAUSE_BASE: Final = 1.0
PAUSE_CAP: Final = 60.0
"""Seconds: the pause after a 429 is drawn from 0 to a ceiling (full jitter) that doubles with each in a row."""
RETRY_AFTER_CAP: Final = 3600.0
"""Seconds: a longer Retry-After is taken for a mistake and cut to this."""
URGENT_PATIENCE: Final = 20.0
REFRESH_PATIENCE: Final = 60.0
"""Seconds a request waits for its turn before it is given back unsent."""


def quotas(environment: str, pace: Literal["quota", "off"]) -> Mapping[Operation, Quota]:
    """Return the quotas to keep: none when the profile switches the pace off, else by environment."""
    if pace == "off":
        return {}
    return LIVE if environment == "live" else SANDBOX


def _wait(condition: threading.Condition, seconds: float) -> None:
    condition.wait(seconds)


@dataclass(slots=True)
class _Bucket:
    quota: Quota
    tokens: float
    at: float

    def fill(self, now: float) -> None:
        self.tokens = min(self.quota.burst, self.tokens + (now - self.at) * self.quota.rate)
        self.at = now

    def wait(self, floor: int) -> float:
        """Seconds until a token above `floor` is there; a rounding error is no wait."""
        seconds = (floor + 1 - self.tokens) / self.quota.rate
        return seconds if seconds > 1e-6 else 0.0


@dataclass
class Throttle:
    """Lets requests go one by one; safe from any thread.

    An empty `quotas` means no pace, but a 429 still pauses everything. `clock` is monotonic seconds, `wait` waits on
    the condition for at most so many seconds, `jitter` returns 0 to 1; tests give their own.
    """

    quotas: Mapping[Operation, Quota]
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[threading.Condition, float], None] = _wait
    jitter: Callable[[], float] = random.random
    _buckets: dict[Operation, _Bucket] = field(init=False)
    _condition: threading.Condition = field(init=False, default_factory=threading.Condition)
    _urgent: int = field(init=False, default=0)
    _paused_until: float = field(init=False, default=float("-inf"))
    _throttled: int = field(init=False, default=0)
    _stopped: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Start with full buckets."""
        now = self.clock()
        self._buckets = {name: _Bucket(quota, quota.burst, now) for name, quota in self.quotas.items()}

    def acquire(self, operation: Operation, *, urgent: bool) -> None:
        """Wait for the turn of a request; urgent ones go first, whatever they do.

        Raises `HeldBackError` when stopped, or when the turn cannot come within the patience for such a request.
        """
        with self._condition:
            self._urgent += urgent
            try:
                until = self.clock() + (URGENT_PATIENCE if urgent else REFRESH_PATIENCE)
                while (seconds := self._turn(operation, urgent)) > 0:
                    if self.clock() + seconds > until:
                        raise HeldBackError(
                            f"Amazon allows no more requests for another {seconds:.0f} seconds; nothing was sent.",
                            seconds,
                        )
                    self.wait(self._condition, seconds)
            finally:
                self._urgent -= urgent
                self._condition.notify_all()

    def _turn(self, operation: Operation, urgent: bool) -> float:
        """Take a token and return 0, or return the seconds after which to ask again."""
        if self._stopped:
            raise HeldBackError("The program is ending; nothing was sent.")
        now = self.clock()
        if now < self._paused_until:
            return self._paused_until - now
        if self._urgent and not urgent:
            return 1.0  # woken earlier, when the urgent ones are through
        bucket = self._buckets.get(operation)
        if bucket is None:
            return 0.0
        bucket.fill(now)
        seconds = bucket.wait(0 if urgent else min(RESERVE, bucket.quota.burst - 1))
        if seconds == 0:
            bucket.tokens -= 1
        return seconds

    def throttled(self, retry_after: float | None) -> None:
        """Tell of a 429: everything pauses, for `retry_after` seconds when Amazon said so, else for a random while."""
        with self._condition:
            self._throttled += 1
            if retry_after is None:
                ceiling = min(PAUSE_CAP, PAUSE_BASE * 2 ** min(self._throttled, 10))
                seconds = ceiling * self.jitter()
            else:
                seconds = min(max(retry_after, 0.0), RETRY_AFTER_CAP)
            self._paused_until = max(self._paused_until, self.clock() + seconds)

    def answered(self) -> None:
        """Tell of any other whole answer: the next pause starts small again."""
        with self._condition:
            self._throttled = 0

    def budget(self) -> tuple[Budget, ...]:
        """Return what is left of every bucket; nothing goes while everything pauses."""
        with self._condition:
            now = self.clock()
            for bucket in self._buckets.values():
                bucket.fill(now)
            paused = now < self._paused_until
            return tuple(
                Budget(str(name), 0 if paused else int(bucket.tokens), bucket.quota.burst, bucket.quota.rate)
                for name, bucket in self._buckets.items()
            )

    def stopped(self) -> bool:
        """Tell whether nothing goes any more."""
        return self._stopped

    def stop(self) -> None:
        """Give back everything that waits, unsent, and let nothing go any more."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()
