"""Delivers what is kept: one message at a time on this machine, again and again until it has arrived or is given up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.messages.ports import MessageParts
from azpay_tui.domain.messages import INTERRUPTED, After, Channel, Message, Unknown, after
from azpay_tui.store.errors import MessageConflict

_log = logging.getLogger(__name__)

IN_A_ROW: Final = 3
"""Failures of a channel in a row after which the rest of its messages waits: it is the other side that is down."""
_AT_ONCE: Final = 100
"""Messages read at a time, of which the first that still is as it was read is delivered."""
_RESTS: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=5))
"""For how long a channel is left alone then, longer each time."""


class Engine:
    """Delivers messages that are due; safe from any thread and beside other processes."""

    def __init__(
        self,
        parts: MessageParts,
        clock: CorrectedClock,
        stop: threading.Event,
        give_up: threading.Event | None = None,
        failed: Callable[[Message], None] = lambda _message: None,
        outdated: Callable[[Message], str | None] = lambda _message: None,
    ) -> None:
        """Take the parts; after `stop` nothing begins, after `give_up` (default: the same) nothing goes on.

        `failed` hears of each message that is given up. `outdated` says why one is not to be sent any more.
        """
        self._book = parts.book
        self._couriers = parts.couriers
        self._lock = parts.lock
        self._clock = clock
        self._stop = stop
        self._give_up = give_up or stop
        self._failed = failed
        self._outdated = outdated
        self._failures: dict[Channel, int] = {}
        self._rests: dict[Channel, tuple[datetime, timedelta]] = {}
        """Since when, and for how long, a channel is left alone."""

    def next(self, only: Collection[str] | None = None) -> Message | None:
        """Deliver the message that is due the longest, or drop it; returns it as it then is, None when there is none.

        None also while another process delivers. `only`: the ids of those looked at. Raises the store's errors.
        """
        with self.turn() as mine:
            if not mine:
                return None
            self._bury()
            for message in self._book.due(self._clock(), self._open_channels(), _AT_ONCE, only):
                if self._stop.is_set():
                    break
                why = self._outdated(message)
                try:
                    begun = self._book.begin(message, self._clock())
                except MessageConflict:  # dropped just now
                    continue
                return self._deliver(begun) if why is None else self._leave(begun, why)
        return None

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Take the right to tell for the block; yields whether no other process has it."""
        lock = self._lock()
        held = lock.try_acquire()
        try:
            yield held
        finally:
            if held:
                lock.release()

    def _open_channels(self) -> list[Channel]:
        now = self._clock()
        for channel, (since, rest) in list(self._rests.items()):
            if not since <= now < since + rest:  # also when the clock was put back
                del self._rests[channel]
        return [channel for channel in self._couriers if channel not in self._rests]

    def _leave(self, message: Message, why: str) -> Message:
        """Drop a message that is wrong by now; the attempt that is not made keeps the reason."""
        return self._book.end(message, After("dropped", None, "refused", why), self._clock())

    def _deliver(self, message: Message) -> Message:
        channel = message.draft.channel
        courier = self._couriers[channel]
        try:
            outcome = courier.deliver(message, self._give_up)
        except Exception as error:
            _log.exception("message %s failed", message.id)
            outcome = Unknown(f"It failed in a way that nobody expected ({type(error).__name__}); see the log.")
        now = self._clock()
        done = self._book.end(message, after(outcome, message.tries, now, repeatable=courier.repeatable), now)
        self._judge(channel, good=done.state == "delivered")
        if done.state == "failed":
            self._failed(done)
        return done

    def _judge(self, channel: Channel, *, good: bool) -> None:
        """Leave a channel alone for a while when nothing arrives at all, so that one outage costs few attempts."""
        self._failures[channel] = failures = 0 if good else self._failures.get(channel, 0) + 1
        if failures >= IN_A_ROW:
            self._rests[channel] = self._clock(), _RESTS[min(failures - IN_A_ROW, len(_RESTS) - 1)]

    def _bury(self) -> None:
        """End the attempts of processes that died: nobody delivers but who has the right to."""
        for message in self._book.begun():
            courier = self._couriers.get(message.draft.channel)
            repeatable = courier.repeatable if courier is not None else message.draft.channel != "mail"
            now = self._clock()
            step = after(Unknown(INTERRUPTED), message.tries, now, repeatable=repeatable)
            if step.state == "waiting":  # nothing is wrong with the other side
                step = replace(step, next_due=now)
            ended = self._book.end(message, step, now, interrupted=True)
            if ended.state == "failed":
                self._failed(ended)
