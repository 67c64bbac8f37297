"""Timers by name: setting one again puts it off."""

from __future__ import annotations

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer


class Alarms:
    """The one-shot timers of a screen."""

    def __init__(self, owner: MessagePump) -> None:
        """Timers end with their owner."""
        self._owner = owner
        self._timers: dict[str, Timer] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._timers

    def set(self, name: str, seconds: float, callback: Callable[[], object]) -> None:
        """Call back after `seconds`, unless it is stopped or set again before."""
        self.stop(name)

        def ring() -> None:
            self._timers.pop(name, None)
            callback()

        self._timers[name] = self._owner.set_timer(seconds, ring)

    def stop(self, name: str) -> None:
        """Forget a timer; one that is not set is no error."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.stop()
