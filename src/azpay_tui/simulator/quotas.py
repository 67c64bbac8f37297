"""Amazon's published request quotas as token buckets."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from azpay_tui.simulator.routes import Operation
from azpay_tui.simulator.settings import Settings

#: Operation -> burst and tokens per second in live, by the newer and the older published table; reports have none.
LIVE: Final[dict[Operation, tuple[int, int, int]]] = {
    "authorize": (10, 4, 1), "capture": (20, 4, 1), "void": (10, 2, 1), "refund": (10, 4, 1), "close": (10, 2, 1),
    "get-permission": (20, 4, 2), "get-charge": (20, 4, 2), "get-refund": (20, 4, 2), "update-permission": (10, 2, 1),
    "create-session": (40, 8, 4), "get-session": (40, 8, 4), "update-session": (20, 8, 2), "track-delivery": (10, 1, 1),
}  # fmt: skip
#: Operation -> burst in sandbox, by the newer and the older table; one token comes back per second.
SANDBOX: Final[dict[Operation, tuple[int, int]]] = {
    "authorize": (2, 2), "capture": (2, 2), "void": (2, 2), "refund": (2, 2), "close": (5, 2),
    "get-permission": (10, 5), "get-charge": (5, 5), "get-refund": (5, 5), "update-permission": (5, 2),
    "create-session": (5, 2), "get-session": (10, 5), "update-session": (5, 2), "track-delivery": (1, 1),
}  # fmt: skip


def quota(settings: Settings, operation: Operation) -> tuple[int, int] | None:
    """Burst and tokens per second of an operation under the switches, None without a published quota."""
    older = settings.quota_rates == "older"
    if settings.quotas == "live" and operation in LIVE:
        burst, newer_rate, older_rate = LIVE[operation]
        return burst, older_rate if older else newer_rate
    if settings.quotas == "sandbox" and operation in SANDBOX:
        return SANDBOX[operation][1 if older else 0], 1
    return None


class Buckets:
    """One token bucket per operation; cancel and close share theirs."""

    def __init__(self) -> None:
        self._levels: dict[Operation, tuple[float, datetime]] = {}

    def take(self, settings: Settings, operation: Operation, now: datetime) -> bool:
        """Take a token; False when the operation is over its quota. One without a published quota always passes."""
        if settings.quotas == "off":
            self._levels.clear()
            return True
        operation = "close" if operation == "cancel" else operation
        found = quota(settings, operation)
        if found is None:
            return True
        burst, rate = found
        level, since = self._levels.get(operation, (float(burst), now))
        level = min(float(burst), level + rate * max(0.0, (now - since).total_seconds()))
        granted = level >= 1.0
        self._levels[operation] = (level - 1.0 if granted else level, now)
        return granted
