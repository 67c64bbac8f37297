"""Telling, as the desk has it: what is to be told is kept and delivered in the background, or when a person says so."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Final, TypeVar

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import BackOfficeError, BusyError, NotValidError, UsageError, translated
from azpay_tui.backoffice.messages.announcing import Announcer
from azpay_tui.backoffice.messages.engine import Engine
from azpay_tui.backoffice.messages.letters import Correspondence, Letters
from azpay_tui.backoffice.messages.ports import MessageParts
from azpay_tui.backoffice.records import Event, ProfileInfo
from azpay_tui.backoffice.stores import Reader
from azpay_tui.domain.messages import Message, MessageState, Try
from azpay_tui.store import errors as store_errors

_log = logging.getLogger(__name__)
T = TypeVar("T")

_TICK: Final = 1.0
"""Seconds between two looks at what is to be told."""
_TROUBLE: Final = 30.0
"""Seconds until it is tried again when the journal could not be read or written."""
_PATIENCE: Final = 60.0
"""Seconds that a person's wish waits for another process that delivers."""
_GLANCE: Final = 0.05
_GRACE: Final = 2.0
"""Seconds that a delivery under way may still take when the program ends."""


class Messaging:
    """Implements `Messages`; safe from any thread and beside other processes."""

    def __init__(
        self,
        parts: MessageParts,
        reader: Reader,
        info: ProfileInfo,
        clock: CorrectedClock,
        tell: Callable[[Event], None],
        stop: threading.Event,
        show: Callable[[str], None] = lambda _order_id: None,
    ) -> None:
        """Take the parts; `tell` hears that messages changed, `stop` ends everything.

        `show` brings into the lists that a message about an order failed for good, or is in somebody's hands again.
        """
        self._book = parts.book
        self._hooks = parts.hooks
        self._active = bool(parts.couriers)
        self._info = info
        self._clock = clock
        self._tell = tell
        self._show = show
        self._stop = stop
        self._give_up = threading.Event()
        names = {"profile": info.name, "environment": info.environment}
        self._announcer = Announcer(parts.book, reader, parts.hooks, clock, **names)
        self._letters = Correspondence(parts.book, reader, parts.mail, info, clock)
        self._engine = Engine(parts, clock, stop, self._give_up, self._shown, self._letters.outdated)
        self._busy = threading.Lock()
        self._told = ""
        """Why nothing could be told last; empty when it could."""
        self._wake = threading.Event()

    @property
    def active(self) -> bool:
        """Whether the profile names anybody to be told."""
        return self._active

    @property
    def _may_send(self) -> bool:
        """Whether this process may tell anybody; where it may not, what is to be told waits for one that may."""
        return self._info.read_only_reason is None

    @property
    def letters(self) -> Letters:
        """What is written to buyers and to the shop's admin."""
        return self._letters

    # In the background

    def run(self) -> None:
        """Tell and deliver until stopped, where anything may be sent; the body of a thread."""
        wait = 0.0
        while self._may_send and not self._stop.is_set():
            if wait:
                self._wake.wait(wait)
                self._wake.clear()
            if self._stop.is_set():
                return
            try:
                wait = 0.0 if self._step() is not None else _TICK
            except store_errors.StoreError as error:
                self._complain(error)
                wait = _TROUBLE
            except Exception:
                _log.exception("telling failed")
                wait = _TROUBLE
            if not self._active:  # nobody is to be told, which is known now
                return

    def end(self, until: float) -> None:
        """Let a delivery that is under way end, for a moment and not beyond `until` (monotonic clock)."""
        self._wake.set()
        if self._busy.acquire(timeout=max(0.0, min(_GRACE, until - time.monotonic()))):
            self._busy.release()
        self._give_up.set()

    def run_due(self) -> None:
        """Tell and deliver everything that is due now, where anything may be sent.

        What fails is in the history of its message.
        """
        try:
            while self._may_send and not self._stop.is_set() and self._step() is not None:
                pass
        except store_errors.StoreError as error:
            self._complain(error)

    def _complain(self, error: store_errors.StoreError) -> None:
        if str(error) != self._told:  # what lasts, such as a journal of a newer program, is said once
            self._told = str(error)
            _log.warning("nothing is told: %s", error)

    def _step(self, only: Collection[str] | None = None) -> Message | None:
        """Look at what is to be told, then deliver one message, of these ids or of all."""
        with self._busy:
            if self._may_send and (self._announcer.has_news or self._letters.has_news):
                with self._engine.turn() as mine:
                    told = self._announcer.look() + self._letters.look() if mine else 0
                if told:
                    self._tell(Event("sync"))
            done = self._engine.next(only) if self._active else None
        if done is not None:
            self._tell(Event("sync"))
        return done

    def _shown(self, message: Message) -> None:
        order_id = message.draft.order_id
        if order_id:
            self._show(order_id)
            self._tell(Event("orders", (order_id,)))

    # What a person does

    def list(
        self, *, order_id: str | None = None, states: Sequence[MessageState] = (), limit: int = 100
    ) -> tuple[Message, ...]:
        """Return messages, newest first; empty `states` means all."""
        return _translated(lambda: self._book.messages(order_id=order_id, states=states, limit=limit))

    def show(self, name: str) -> tuple[Message, tuple[Try, ...]]:
        """Return a message and every attempt to deliver it."""

        def both() -> tuple[Message, tuple[Try, ...]]:
            message = self._book.message(name)
            return message, self._book.tries(message)

        return _translated(both)

    def retry(self, name: str, seen: Message | None = None) -> Message:
        """Have a message sent again, whatever became of it; with `seen` only if it still is as it was seen.

        Raises `NotValidError` where nothing may be written.
        """
        self._must_be_writable()
        return self._changed(lambda: self._book.retry(name, self._clock(), seen))

    def drop(self, name: str) -> Message:
        """Have a message not sent any more. Raises `NotValidError` where nothing may be written."""
        self._must_be_writable()
        return self._drop(name)

    def send(self) -> tuple[Message, ...]:
        """Keep what is to be told, deliver what is due now; returns messages as they are after an attempt.

        Raises `NotValidError` where nothing may be sent.
        """
        self._must_be_writable()
        return self._send()

    def test(self) -> tuple[Message, ...]:
        """Send a test to every hook, once."""
        if not self._hooks:
            raise UsageError("This profile tells nobody: add a section [profiles.NAME.tell] with command or webhook.")
        made = {message.id for message in _translated(self._announcer.test)}
        self._send(made)
        self._wait_for_turn()  # another process may have been faster
        done = tuple(self.show(name)[0] for name in sorted(made))
        for waiting in (message.id for message in done if message.state == "waiting"):
            # Not tried again behind a person's back, and not left to others where nothing else may be written.
            self._drop(waiting)
        return done

    def _send(self, only: Collection[str] | None = None) -> tuple[Message, ...]:
        self._wait_for_turn()
        done: list[Message] = []
        while not self._stop.is_set():
            message = _translated(lambda: self._step(only))
            if message is None:
                break
            done.append(message)
        return tuple(done)

    def _wait_for_turn(self) -> None:
        end = time.monotonic() + _PATIENCE
        while True:
            with self._engine.turn() as mine:
                if mine:
                    return
            if time.monotonic() > end or self._stop.wait(_GLANCE):
                raise BusyError(
                    "Another azpay delivers messages right now and does not come to an end: try again in a moment."
                )

    def _must_be_writable(self) -> None:
        if self._info.read_only_reason is not None:
            raise NotValidError(self._info.read_only_reason)

    def _drop(self, name: str) -> Message:
        return self._changed(lambda: self._book.drop(name, self._clock()))

    def _changed(self, change: Callable[[], Message]) -> Message:
        message = _translated(change)
        self._shown(message)
        self._wake.set()
        self._tell(Event("sync"))
        return message


def _translated(call: Callable[[], T]) -> T:
    try:
        return call()
    except store_errors.StoreError as error:
        problem: BackOfficeError = translated(error)
        raise problem from error
