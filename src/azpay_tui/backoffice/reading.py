"""Reading objects from Amazon into the cache: one order for money, or whatever is due."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.amazon.gateway import Gateway
from azpay_tui.backoffice import schedule
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import BackOfficeError, CredentialsError, OfflineError, UsageError, translated
from azpay_tui.backoffice.health import Fault, Health
from azpay_tui.backoffice.stores import Cache, Reader
from azpay_tui.backoffice.threads import Threads
from azpay_tui.backoffice.wording import no_access
from azpay_tui.domain import states
from azpay_tui.domain.attempt import Answer, clock_is_off
from azpay_tui.domain.order import Order, order_id_of
from azpay_tui.domain.rows import Due, ReadResult
from azpay_tui.domain.telling import unsent
from azpay_tui.store import errors as store_errors

_WORKERS: Final = 4
_PIECE: Final = 2 * _WORKERS
"""Objects read before it is looked whether something else goes first: four seconds at Amazon's pace."""
_STORED: Final = 40
_HELD: Final = 2.0
"""Reads, and seconds, after which what was read is stored: little is lost, and storing costs little."""


@dataclass(frozen=True, slots=True)
class _Read:
    due: Due
    answer: Answer
    fault: Fault
    begun: datetime
    """When it was asked for, by the machine's clock: Amazon may have changed it since."""


class Reading:
    """Reads objects with a few threads and stores what came; the only writer of facts into the cache."""

    def __init__(
        self, gateway: Gateway, cache: Cache, reader: Reader, clock: CorrectedClock, health: Health, threads: Threads
    ) -> None:
        """Take the parts; threads start with the first read and end with `close`."""
        self._gateway = gateway
        self._cache = cache
        self._reader = reader
        self._clock = clock
        self._health = health
        self.refusals = 0
        """How many reads Amazon refused access to so far; nobody goes on asking when there is one more."""
        self.refusal = ""
        """What is to be said of the last of them."""
        self._pool = threads.pool("azpay-read", _WORKERS)
        # Of its own: what waits behind a refresh for a thread cannot ask for its turn before it.
        self._first = threads.pool("azpay-first", _WORKERS)

    def close(self) -> None:
        """End the threads; reads not begun are dropped."""
        for pool in (self._first, self._pool):
            pool.shutdown(wait=True, cancel_futures=True)

    def one(self, object_id: str, *, urgent: bool) -> Answer:
        """Read one object; a refusal because of the clock corrects the clock and is sent once more."""
        offset = self._clock.offset
        answer = self._gateway.read(object_id, urgent=urgent)
        if answer.status in (401, 403) and clock_is_off(answer, offset):
            self._clock.learn(answer)
            answer = self._gateway.read(object_id, urgent=urgent)
        return answer

    def ask(self, object_id: str) -> Fault:
        """Read one object without storing it: whether there is a connection, and what time it is at Amazon."""
        return self._health.learn(self.one(object_id, urgent=False))

    def order(self, order_id: str, *, everything: bool = False) -> Order:
        """Read what can have changed of one order, store it and return the order; for money and for `refresh`.

        `everything` also reads what has ended. Raises `UsageError` for an order not tracked, `OfflineError` when an
        object could not be read, `CredentialsError` when Amazon refused the key, and `StoreError` when the cache could
        not take what was read: nothing is decided by what is not kept. It only reads.
        """
        try:
            return self._order(order_id, everything)
        except store_errors.StoreError as error:
            raise translated(error) from error

    def _order(self, order_id: str, everything: bool) -> Order:
        known = self._reader.order(order_id)
        if known is None:
            raise UsageError(f"The order {order_id} is not known here: import or track it first.")
        ids = [i for i in self._cache.objects_of(order_id) if everything or not _ended(known, i)]
        reads = list(self._first.map(lambda i: self._read(Due(i, order_id, 0), urgent=True), ids))
        self._store(reads, known)
        for read in sorted(reads, key=lambda read: read.fault != "auth"):  # what ends all asking, before others
            _raise_fault(read)
        fresh = self._reader.order(order_id)
        if fresh is None:
            raise UsageError(f"The order {order_id} is not known here: import or track it first.")
        return fresh

    def due(
        self,
        dues: Sequence[Due],
        stop: threading.Event,
        progress: Callable[[int], None] | None = None,
        enough: Callable[[], bool] = lambda: False,
    ) -> Fault:
        """Read due objects until done, stopped, enough, or a fault concerns all; returns that fault or `none`.

        What was read is stored every few seconds, so that no end loses more than that; `enough` is asked now and then.
        """
        reads: list[_Read] = []
        fault: Fault = "none"
        since = float("-inf")  # The first ones are shown at once.
        try:
            for start in range(0, len(dues), _PIECE):
                if stop.is_set():
                    break
                piece = list(self._pool.map(lambda due: self._read(due, urgent=False), dues[start : start + _PIECE]))
                reads += piece
                fault = self._fault(piece)
                if fault != "none" or enough():
                    break
                if len(reads) >= _STORED or time.monotonic() - since >= _HELD:
                    kept, reads, since = reads, [], time.monotonic()
                    self._keep(kept, progress)
        finally:
            self._keep(reads, progress)  # Also when a signal ends the command.
        return fault

    def _keep(self, reads: Sequence[_Read], progress: Callable[[int], None] | None) -> None:
        self._store(reads)
        if reads and progress is not None:
            progress(len(reads))

    def _fault(self, reads: Sequence[_Read]) -> Fault:
        if self._health.fault == "offline":
            return "offline"
        faults: tuple[Fault, ...] = ("offline", "auth", "throttled")
        return next((fault for fault in faults if any(read.fault == fault for read in reads)), "none")

    def _read(self, due: Due, *, urgent: bool) -> _Read:
        begun = self._clock.machine()
        answer = self.one(due.object_id, urgent=urgent)
        fault = self._health.learn(answer)
        if fault == "auth":
            self.refusals, self.refusal = self.refusals + 1, no_access(answer)
        return _Read(due, answer, fault, begun)

    def _store(self, reads: Iterable[_Read], *known: Order) -> None:
        now = self._clock()
        orders: dict[str, Order | None] = {order.id: order for order in known}
        results = []
        for read in reads:
            if read.due.order_id not in orders:
                orders[read.due.order_id] = self._reader.order(read.due.order_id)
            result = self._result(read, orders[read.due.order_id], now)
            if result is not None:
                results.append(result)
        if results:
            self._cache.put(results, now)

    def _result(self, read: _Read, order: Order | None, now: datetime) -> ReadResult | None:
        answer, object_id = read.answer, read.due.object_id
        at = now - max(timedelta(), self._clock.machine() - read.begun)
        if read.fault in ("offline", "auth", "throttled"):
            return None
        if answer.status == 404:
            return ReadResult(object_id, at, None, missing=True, due=now + schedule.DAILY)
        fact = answer.fact
        if fact is None or order_id_of(fact.id) != read.due.order_id:
            due = schedule.after_error(read.due.attempts, now)
            return ReadResult(object_id, at, None, error=answer.message or "The answer is unreadable.", due=due)
        raw = answer.raw.decode("utf-8", "replace")
        return ReadResult(object_id, at, fact, due=schedule.next_due(fact, order, now), raw=raw)


def _ended(order: Order, object_id: str) -> bool:
    """Whether an object is in a state that nothing can change any more."""
    charge = order.charge(object_id)
    if charge is not None:
        return charge.state in (states.CANCELED, states.DECLINED)
    final = (states.REFUNDED, states.DECLINED)
    return any(refund.id == object_id and refund.state in final for refund in order.refunds)


def _raise_fault(read: _Read) -> None:
    error = _error_of(read)
    if error is not None:
        raise error


def _error_of(read: _Read) -> BackOfficeError | None:
    message = read.answer.message
    if read.fault == "auth":
        return CredentialsError(unsent(no_access(read.answer)))
    if read.fault in ("offline", "throttled"):
        return OfflineError(unsent(message))
    if read.answer.fact is None and read.answer.status != 404:
        return OfflineError(unsent(f"{read.due.object_id} could not be read. {message}"))
    return None
