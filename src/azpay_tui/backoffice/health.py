"""The connection as a word, kept for the status line and for other processes."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import Final, Literal

from azpay_tui.amazon.errors import HELD_BACK, KEY_UNUSABLE
from azpay_tui.backoffice.clock import SHOWN_OFF, VERBS_OFF, CorrectedClock
from azpay_tui.backoffice.stores import Cache
from azpay_tui.backoffice.wording import no_access, no_way
from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.rows import Connection, SyncStatus
from azpay_tui.store.errors import CacheUnavailable

_log = logging.getLogger(__name__)

_OFFLINE_AFTER: Final = 3
"""Lost answers in a row that count as no connection; a refused connection counts at once."""
AUTH_WAIT: Final = timedelta(hours=1)
"""Until what Amazon refused access to is tried again by itself; a person's word tries at once."""
_DOWN: Final = frozenset({"OFFLINE", "AUTH FAILED"})
Fault = Literal["offline", "auth", "throttled", "object", "none"]


class Health:
    """Learns from every answer; says whether to go on."""

    def __init__(self, cache: Cache, clock: CorrectedClock, *, simulated: bool) -> None:
        """Start as STARTING; `simulated` accepts any clock offset."""
        self._cache = cache
        self._clock = clock
        self._simulated = simulated
        self._lock = threading.Lock()
        self._lost = 0
        self.connection: Connection = "STARTING"
        """The word shown."""
        self.message = ""
        """The last error, one sentence."""
        self._stored: Connection | None = "STARTING"
        self._stored_at: datetime | None = None
        self._failed_at: datetime | None = None
        self.sends = 0
        """How many requests on money left so far, or may have left."""
        self.sends_refused = 0
        """To how many of them Amazon refused access."""
        self._refused: tuple[datetime, str] | None = None
        """When that was and what Amazon said, where it was the last one that was answered."""

    def learn(self, answer: Answer) -> Fault:
        """Take in how a call ended and return what kind of fault it was for the caller."""
        fault = self._fault(answer)
        self._clock.learn(answer)
        now = self._clock()
        with self._lock:
            self._lost = self._lost + 1 if answer.kind == "lost" else 0
            if fault == "offline" or self._lost >= _OFFLINE_AFTER:
                self.connection, self.message, self._failed_at = "OFFLINE", no_way(answer), now
            elif fault == "auth":
                self.connection, self.message, self._failed_at = "AUTH FAILED", no_access(answer), now
            elif answer.kind == "answered":
                self.connection = self._online_word()
                self.message = answer.message if fault in ("object", "throttled") else ""
            stale = self._stored_at is None or (now - self._stored_at).total_seconds() >= 1
            store = self.connection != self._stored or (answer.kind == "answered" and stale)
            if store:
                self._stored, self._stored_at = self.connection, now
            connection, message = self.connection, self.message
        if store:
            success = now if answer.kind == "answered" and fault != "auth" else None
            try:
                self._cache.set_sync(connection=connection, message=message, success_at=success, now=now)
            except CacheUnavailable as error:  # an answer about money is not lost over a word for the status line
                _log.warning("how the connection is could not be stored: %s", error)
                with self._lock:
                    self._stored = None
        return fault

    def learn_sent(self, answer: Answer) -> None:
        """Take in how a request on money ended; what `sending_refused` tells follows from it."""
        refused = self.learn(answer) == "auth" and answer.kind == "answered"
        with self._lock:
            self.sends += answer.kind != "unsent"
            self.sends_refused += refused
            if answer.kind == "answered":
                self._refused = (self._clock(), no_access(answer)) if refused else None

    @property
    def sending_refused(self) -> str | None:
        """Why nothing is sent by itself: what Amazon said when it refused access to a request within the last hour.

        One sentence or two; None when it did not. Reading may be granted all the same.
        """
        refused = self._refused
        return refused[1] if refused is not None and self._clock() - refused[0] < AUTH_WAIT else None

    def adopt(self, status: SyncStatus) -> None:
        """Take over that Amazon answered another process since this one's last call failed: only one keeps asking."""
        with self._lock:
            if self.connection not in _DOWN or status.connection in _DOWN or self._failed_at is None:
                return
            if status.last_success is not None and status.last_success > self._failed_at:
                self.connection, self.message, self._lost = status.connection, status.message, 0
                self._stored = status.connection

    @property
    def doubtful(self) -> bool:
        """Whether the last call got no answer: maybe there is no connection."""
        return self._lost > 0 or self.connection == "OFFLINE"

    def _online_word(self) -> Connection:
        off = not self._simulated and abs(self._clock.offset) > SHOWN_OFF
        return "CLOCK OFF" if off else "ONLINE"

    @property
    def fault(self) -> Fault:
        """What keeps every read from Amazon, `offline` or `auth`; else `none`."""
        words: dict[str, Fault] = {"OFFLINE": "offline", "AUTH FAILED": "auth"}
        return words.get(self.connection, "none")

    @property
    def verbs_off(self) -> str | None:
        """Why no verb may run because of connection or clock, or None."""
        if self.connection == "OFFLINE":
            return f"{self.message or 'Amazon cannot be reached.'} Actions are off until there is a connection."
        if self.connection == "AUTH FAILED":
            return f"{self.message} Actions are off until then."
        if not self._simulated and abs(self._clock.offset) > VERBS_OFF:
            return "The clock of this machine is more than an hour off; set it first."
        return None

    def _fault(self, answer: Answer) -> Fault:
        if answer.kind == "unsent":
            local: dict[str | None, Fault] = {HELD_BACK: "throttled", KEY_UNUSABLE: "auth"}
            return local.get(answer.reason_code, "offline")
        if answer.kind == "lost" or answer.status is None:
            return "object"
        if answer.status in (401, 403):
            return "auth"
        if answer.status == 429:
            return "throttled"
        return "none" if answer.status < 300 or answer.status == 404 else "object"
