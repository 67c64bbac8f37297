"""Keeping in step at a person's word: single orders, or everything that is due, once."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence

from azpay_tui.backoffice.errors import BackOfficeError, CredentialsError
from azpay_tui.backoffice.messages.messaging import Messaging
from azpay_tui.backoffice.purging import Purging
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.recovery import Recovery
from azpay_tui.backoffice.refresher import Refresher
from azpay_tui.backoffice.threads import Threads
from azpay_tui.backoffice.tracking import Tracking
from azpay_tui.store.errors import StoreError

_log = logging.getLogger(__name__)


class Syncing:
    """Reads what was asked for, and does what follows from it."""

    def __init__(
        self,
        reading: Reading,
        recovery: Recovery,
        refresher: Refresher,
        tracking: Tracking,
        purging: Purging,
        messaging: Messaging,
        threads: Threads,
        tell: Callable[[Event], None],
    ) -> None:
        """Take the parts."""
        self._reading = reading
        self._recovery = recovery
        self._refresher = refresher
        self._tracking = tracking
        self._purging = purging
        self._messaging = messaging
        self._threads = threads
        self._tell = tell

    def orders(self, order_ids: Sequence[str]) -> None:
        """Read orders now and look at what is open on them; raises what reading raises."""
        try:
            for order_id in order_ids:
                self._reading.order(order_id, everything=True)
        except BackOfficeError:
            with contextlib.suppress(StoreError):  # the first error says what is wrong
                self._recovery.follow(order_ids)
            raise
        self._recovery.follow(order_ids)

    def orders_in_background(self, order_ids: Sequence[str]) -> None:
        """Read orders in a thread of its own, then settle what is open on them; events tell how it went.

        Once Amazon refuses access nothing more is asked.
        """

        def read() -> None:
            refused = None
            for order_id in order_ids:
                problem = refused
                try:
                    if refused is None:
                        self._reading.order(order_id, everything=True)
                except BackOfficeError as error:
                    _log.info("refresh of %s failed: %s", order_id, error.message)
                    problem = error.message
                    refused = problem if isinstance(error, CredentialsError) else None
                self._tell(Event("read", (order_id,), problem=problem))
            if refused is None:
                self._refresher.settle_orders(order_ids)
            else:
                self._recovery.follow(order_ids)
            self._tell(Event("orders", tuple(order_ids)))
            self._tell(Event("sync"))

        self._threads.begin("azpay-refresh-order", read, awaited=False)

    def once(self, *, all_: bool, act: bool, progress: Callable[[int, int], None] | None) -> int:
        """Ask sources, read everything due, settle open intents, tell the shop; returns the number of objects read.

        `act` takes the automatic steps that are switched on.
        """
        self._tracking.ask_due()
        try:
            return self._refresher.once(all_=all_, act=act, progress=progress)
        finally:
            self._purging.due()
            if self._messaging.active:
                self._threads.aside("azpay-messages", self._messaging.run_due)
            else:
                self._messaging.run_due()
