"""Confirmed wishes on their way: made durable, handed to the one thread that sends, waited for."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from azpay_tui.backoffice.act import Checker
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import NotValidError, translated
from azpay_tui.backoffice.records import Event, Ready
from azpay_tui.backoffice.sender import Sender
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.stores import Cache, Journal
from azpay_tui.backoffice.threads import Threads
from azpay_tui.domain.intent import Intent
from azpay_tui.domain.switch import POLICY, Switch
from azpay_tui.domain.telling import ALREADY_SO
from azpay_tui.points import reach
from azpay_tui.store import errors as store_errors

_log = logging.getLogger(__name__)


class Session(Protocol):
    """The lock that shows other processes that this one lives."""

    id: str

    def is_alive(self, session_id: str) -> bool:
        """Tell whether a session's process still runs."""
        ...


class Outbox:
    """What this process has promised to send; safe from any thread."""

    def __init__(
        self,
        journal: Journal,
        cache: Cache,
        checker: Checker,
        sender: Sender,
        session: Session,
        person: str,
        clock: CorrectedClock,
        tell: Callable[[Event], None],
        stop: threading.Event,
        threads: Threads,
    ) -> None:
        """Take the parts; `person` is who confirms, `tell` hears of every intent, `stop` refuses new ones."""
        self._journal = journal
        self._cache = cache
        self._checker = checker
        self._sender = sender
        self._session = session
        self._person = person
        self._clock = clock
        self._tell = tell
        self._stop = stop
        self._threads = threads
        self._waiting: deque[Intent] = deque()
        self._flight: dict[str, Intent] = {}
        self._done = threading.Condition()
        self._handing = threading.Lock()
        self._sends = False

    def submit(self, ready: Ready, accepted: Iterable[str], switch: Switch | None = None) -> Intent:
        """Make the confirmed wish durable and hand it to the sender; returns after the commit.

        With a `switch` it is no person's: it is signed `policy`, and refused unless the switch stands so.
        """
        with self._handing:
            if self._stop.is_set():
                raise NotValidError("The program is ending; nothing new is sent.")
            return self._submit(ready, accepted, switch)

    def end(self, until: float) -> None:
        """Wait, at most until a moment of the monotonic clock, for what is being made durable to reach the sender.

        Nothing new comes after it: the program's end has been told before.
        """
        if self._handing.acquire(timeout=max(0.0, until - time.monotonic())):
            self._handing.release()

    def _submit(self, ready: Ready, accepted: Iterable[str], switch: Switch | None) -> Intent:
        person = self._person if switch is None else POLICY
        draft = self._checker.draft(ready, accepted, person, self._session.id, switch)
        order_id = ready.wish.order_id
        with self._done:  # so that recovery cannot see the row before it is known to be worked on
            try:
                reach("confirmed")
                intent = self._journal.open_intent(draft)
            except store_errors.StoreError as error:
                raise translated(error) from error
            reach("intent-durable")
            if not ready.already_so:
                self._flight[intent.id] = intent
        if ready.already_so:
            intent = self._journal.move(intent.id, "succeeded", ALREADY_SO, "read-back", self._clock(), reconciled=True)
        show(self._cache, [order_id], self._clock())
        self._tell(Event("intent", (order_id,), intent))
        if not ready.already_so:
            self._send(intent)
        return intent

    def wait(self, intent_id: str, timeout: float) -> None:
        """Wait up to `timeout` seconds until an intent is no longer being worked on."""
        end = time.monotonic() + timeout
        with self._done:
            while intent_id in self._flight:
                left = end - time.monotonic()
                if left <= 0 or not self._done.wait(left):
                    break

    def in_flight(self) -> tuple[Intent, ...]:
        """Return intents the sender of this process is working on or has waiting."""
        with self._done:
            return tuple(self._flight.values())

    def works_on(self, intent: Intent) -> bool:
        """Whether a process that lives is sending an intent: this one by its list, another by its session's lock."""
        session = intent.draft.session
        if session != self._session.id:
            return self._session.is_alive(session)
        with self._done:
            return intent.id in self._flight or self._sender.repeats(intent)

    def _send(self, intent: Intent) -> None:
        """Hand an intent to the one thread that sends; it lives while there is something to send."""
        with self._done:
            self._waiting.append(intent)
            if self._sends:
                return
            self._sends = True
        self._threads.begin("azpay-send", self._send_all)

    def _next(self) -> Intent | None:
        with self._done:
            if not self._waiting:
                self._sends = False
                return None
            return self._waiting.popleft()

    def _send_all(self) -> None:
        while (intent := self._next()) is not None:
            try:
                self._sender.send_new(intent)
            except store_errors.StoreError as error:
                # The outcome itself is in the journal, or recovery finds it out: one sentence will do.
                _log.warning("%s could not be followed to the end: %s", intent.id, error)
            except Exception:
                # The journal has every step that was taken: recovery settles the rest.
                _log.exception("sending %s failed", intent.id)
            finally:
                with self._done:
                    self._flight.pop(intent.id, None)
                    self._done.notify_all()
                self._tell(Event("orders", (intent.draft.wish.order_id,)))
