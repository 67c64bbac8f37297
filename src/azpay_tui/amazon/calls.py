"""The last requests of this process, remembered at the edge where they leave."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from azpay_tui.domain.calls import Call

KEPT: Final = 500
"""Requests that are remembered."""


class CallLog:
    """Remembers the newest requests; safe from any thread."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def add(self, call: Call) -> None:
        """Remember a request."""
        with self._lock:
            self._calls.append(call)

    def all(self) -> tuple[Call, ...]:
        """Return what is remembered, oldest first."""
        with self._lock:
            return tuple(self._calls)
