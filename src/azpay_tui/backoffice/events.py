"""Facts for screens, told from any thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from azpay_tui.backoffice.records import Event

_log = logging.getLogger(__name__)


class Events:
    """Calls every listener for every event; a listener that fails is logged and kept."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._lock = threading.Lock()
        self._listeners: dict[int, Callable[[Event], None]] = {}
        self._next = 0

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Add a listener; returns the way to remove it."""
        with self._lock:
            self._next += 1
            number = self._next
            self._listeners[number] = listener

        def stop() -> None:
            with self._lock:
                self._listeners.pop(number, None)

        return stop

    def tell(self, event: Event) -> None:
        """Call the listeners in the order they came."""
        with self._lock:
            listeners = list(self._listeners.values())
        for listener in listeners:
            try:
                listener(event)
            except Exception:
                _log.exception("a listener failed on %s", event.kind)
