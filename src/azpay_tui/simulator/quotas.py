"""Amazon's published request quotas as token buckets (the higher of the two published restore rates)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from azpay_tui.simulator.settings import Quotas

_LIVE: Final[dict[str, tuple[int, int]]] = {
    "authorize": (10, 4), "capture": (20, 4), "void": (10, 2), "refund": (10, 4), "cancel": (10, 2), "close": (10, 2),
    "get-permission": (20, 4), "get-charge": (20, 4), "get-refund": (20, 4),
}  # fmt: skip
_SANDBOX: Final[dict[str, tuple[int, int]]] = {
    "authorize": (2, 1), "capture": (2, 1), "void": (2, 1), "refund": (2, 1), "cancel": (5, 1), "close": (5, 1),
    "get-permission": (10, 1), "get-charge": (5, 1), "get-refund": (5, 1),
}  # fmt: skip


class Buckets:
    """One token bucket per operation (burst, tokens per second); cancel and close share theirs."""

    def __init__(self) -> None:
        self._levels: dict[str, tuple[float, datetime]] = {}

    def take(self, quotas: Quotas, operation: str, now: datetime) -> bool:
        """Take a token; False when the operation is over its quota. One without a published quota always passes."""
        if quotas == "off":
            self._levels.clear()
            return True
        table = _LIVE if quotas == "live" else _SANDBOX
        operation = "close" if operation == "cancel" else operation
        if operation not in table:
            return True
        burst, rate = table[operation]
        level, since = self._levels.get(operation, (float(burst), now))
        level = min(float(burst), level + rate * max(0.0, (now - since).total_seconds()))
        granted = level >= 1.0
        self._levels[operation] = (level - 1.0 if granted else level, now)
        return granted
