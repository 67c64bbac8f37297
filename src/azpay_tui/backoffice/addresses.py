"""Sending a parcel elsewhere: local, durable, with its row in the audit chain; Amazon is told nothing."""

from __future__ import annotations

from collections.abc import Callable

from azpay_tui.backoffice.clock import Clock
from azpay_tui.backoffice.errors import NotValidError, UsageError, translated
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.stores import Cache, Journal, Reader
from azpay_tui.domain.addresses import NOT_PROTECTED
from azpay_tui.domain.marks import Marked
from azpay_tui.domain.order import Address
from azpay_tui.store import errors as store_errors

_AGAIN = "{}: the parcel goes again where Amazon says."
_ELSEWHERE = f"{{}}: the parcel goes elsewhere; the order is marked {NOT_PROTECTED}. Nothing was sent to Amazon."


class Addressing:
    """Keeps where parcels go. Works without a connection and in a read-only profile. Safe from any thread."""

    def __init__(
        self, journal: Journal, cache: Cache, reader: Reader, clock: Clock, tell: Callable[[Event], None]
    ) -> None:
        """`tell` hears which orders changed."""
        self._journal, self._cache, self._reader = journal, cache, reader
        self._clock, self._tell = clock, tell

    def readdress(self, order_id: str, address: Address | None) -> Marked:
        """Keep where a parcel goes, None: where Amazon says. Raises `NotValidError`, `UsageError` or `StoreError`."""
        order, now = self._reader.order(order_id), self._clock()
        if order is None:
            raise UsageError(f"The order {order_id} is not known here: import or track it first.")
        try:
            done = self._journal.readdress(order_id, address, now)
        except store_errors.StoreError as error:
            raise translated(error) from error
        if not done:
            why = "it goes where Amazon says already" if address is None else "the buyer's personal data was removed"
            raise NotValidError(f"{order_id}: {why}.")
        show(self._cache, [order_id], now)
        self._tell(Event("orders", (order_id,)))
        return Marked((_AGAIN if address is None else _ELSEWHERE).format(order_id), (order_id,))
