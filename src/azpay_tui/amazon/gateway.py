"""The one way to Amazon, in domain words; each API version implements it."""

from __future__ import annotations

from typing import Protocol

from azpay_tui.amazon.reports import Reports
from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.calls import Budget, Call
from azpay_tui.domain.deliveries import Parcel
from azpay_tui.domain.intent import Prepared, Wish


class Gateway(Protocol):
    """Reads objects and sends prepared requests.

    Preparing is pure and apart from sending, so that the exact bytes are in the journal before they leave and a
    replay sends the very same ones. No method raises for anything Amazon or the network does: the answer says it.
    """

    def read(self, object_id: str, *, urgent: bool = False) -> Answer:
        """Read a permission, charge or refund by its id.

        `urgent` reads belong to money and go before those of the refresh. 404 comes back as an answer with status 404.
        Reads may be tried again inside (named transport errors, within the total deadline).
        """
        ...

    def prepare(self, wish: Wish) -> Prepared:
        """Build the request of a wish: same wish, same bytes."""
        ...

    def send(self, prepared: Prepared, key: str | None) -> Answer:
        """Send a prepared request once; `key` is the idempotency key of POST requests, None for the others."""
        ...

    def prepare_delivery(self, parcel: Parcel) -> Prepared:
        """Build the request that tells Amazon of a parcel: same parcel, same bytes."""
        ...

    def deliver(self, parcel: Parcel, key: str) -> Answer:
        """Tell Amazon of a parcel once; `key` is an idempotency key, which Amazon may not heed here.

        An answer of 2xx says that Amazon has the parcel only without a reason code.
        """
        ...

    def reports(self) -> Reports | None:
        """Return the way to Amazon's reports, on the same connections and in the same pace; None: this API has none."""
        ...

    def calls(self) -> tuple[Call, ...]:
        """Return the newest requests of this process, oldest first; safe from any thread."""
        ...

    def budget(self) -> tuple[Budget, ...]:
        """Return how many requests the pace allows now, per operation; empty when no pace is kept."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...
