"""Buyers' personal data expires: once a day, by the process that refreshes, and whenever a person wants it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from azpay_tui.backoffice.clock import Clock
from azpay_tui.backoffice.errors import BackOfficeError, NotValidError, translated
from azpay_tui.backoffice.refresher import Lease
from azpay_tui.backoffice.stores import Cache, Journal, Reader
from azpay_tui.store import errors as store_errors

_log = logging.getLogger(__name__)

BATCH: Final = 200
"""Orders of one transaction, so that money and other processes get in between."""
_EVERY: Final = 60.0
_AGAIN: Final = 6 * 3600.0
"""Seconds between two purges of one process: each writes the databases anew."""
_BREATH: Final = 0.05
_TOLD: Final = timedelta(days=1)
"""So lately must Amazon have told the time: a machine's clock alone removes nothing for ever."""

Wipe = Callable[[datetime, Callable[[float], bool]], int]
"""Removes every trace; gets the time, and what waits for seconds and tells whether to stop."""


class Purging:
    """Removes personal data; safe from any thread, one purge at a time."""

    def __init__(
        self,
        journal: Journal,
        cache: Cache,
        reader: Reader,
        wipe: Wipe,
        keep: timedelta,
        lease: Lease,
        clock: Clock,
        where: tzinfo,
        stop: threading.Event,
    ) -> None:
        """`keep` is how long data is kept after the last open duty, `where` the zone whose midnight begins a day."""
        self._journal = journal
        self._cache = cache
        self._reader = reader
        self._wipe = wipe
        self._keep = keep
        self._lease = lease
        self._clock = clock
        self._where = where
        self._stop = stop
        self._lock = threading.Lock()
        self._next = 0.0

    def expired(self, keep: timedelta | None = None) -> tuple[str, ...]:
        """Return the orders with which nothing was due for so long, by now."""
        return self._reader.expired(self._clock() - (self._keep if keep is None else keep))

    def purge(self, order_ids: Sequence[str]) -> tuple[str, ...]:
        """Remove the personal data of orders everywhere; returns those where it is gone. Raises `BackOfficeError`."""
        try:
            with self._lock:
                done: list[str] = []
                for start in range(0, len(order_ids), BATCH):
                    gone = self._journal.purge(order_ids[start : start + BATCH], self._clock())
                    self._cache.purge(gone, self._clock())
                    done += gone
                    if self._stop.wait(_BREATH):
                        break
                self._wipe(self._clock(), self._stop.wait)
                return tuple(done)
        except store_errors.StoreError as error:
            raise translated(error) from error

    def delete(self, order_id: str) -> None:
        """Delete an order: its buyer's data everywhere, its row, and its way back. Raises `BackOfficeError`s."""
        try:
            with self._lock:
                if not self._journal.delete(order_id, self._clock()):
                    raise NotValidError(f"An action on {order_id} is not settled: delete it when that is done.")
                self._cache.reproject([order_id], self._clock())
                self._wipe(self._clock(), self._stop.wait)
        except store_errors.StoreError as error:
            raise translated(error) from error

    def due(self) -> None:
        """Remove what expired before today, if this process may refresh; what fails is tried again later.

        Orders that expire today wait for midnight: one purge a day is enough, and then nobody works. Nothing expires
        while Amazon has not been heard for a day.
        """
        if time.monotonic() < self._next:
            return
        held = self._lease.held
        if not held and not self._lease.try_acquire():
            return
        try:
            now = self._clock()
            told = self._reader.status(now).last_success
            if told is None or abs(now - told) > _TOLD:
                return
            today = now.astimezone(self._where).replace(hour=0, minute=0, second=0, microsecond=0)
            expired = self._reader.expired(today - self._keep)
            if self.purge(expired):
                self._next = time.monotonic() + _AGAIN
        except (BackOfficeError, store_errors.StoreError) as error:
            _log.warning("personal data that expired is not removed yet: %s", error)
        finally:
            if not held:
                self._lease.release()

    def run(self) -> None:
        """Look every minute whether something expired, until stopped; the body of a thread."""
        while not self._stop.wait(_EVERY):
            if self._lease.held:
                try:
                    self.due()
                except Exception:
                    _log.exception("personal data that expired is not removed yet")
