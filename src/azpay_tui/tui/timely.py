"""One-shot timers that ring on a busy machine too."""

from __future__ import annotations

from textual.message_pump import MessagePump
from textual.timer import Timer, TimerCallback


class Timely(MessagePump):
    """Comes first among the bases of an app, a screen or a widget that sets one-shot timers.

    The framework leaves out a tick that is late before it is waited for. Of an interval that is one of many; of a
    one-shot timer it is the only one, and whatever waits for it (a pane that is to follow, paint that was held back, a
    new size) would wait for ever.
    """

    def set_timer(
        self, delay: float, callback: TimerCallback | None = None, *, name: str | None = None, pause: bool = False
    ) -> Timer:
        """Call back once after `delay` seconds, or as soon as the machine has time for it."""
        timer = super().set_timer(delay, callback, name=name, pause=pause)
        timer._skip = False
        return timer
