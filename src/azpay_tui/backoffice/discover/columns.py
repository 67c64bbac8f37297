"""What the columns of Amazon's reports mean, as far as anybody knows.

The titles of settlements are documented; those of the other reports are not, and are taken to be those of the older
interface. Ids are found wherever they stand, so a title that is otherwise loses a label and no order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO, Final

from azpay_tui.backoffice.discover.taking import Listener
from azpay_tui.backoffice.harvest import Environment, Reading, Report, read, take
from azpay_tui.backoffice.harvest.taking import Track
from azpay_tui.domain.mapping import Mapping
from azpay_tui.domain.reports import ORDERS, KnownReport
from azpay_tui.domain.rows import TrackedOrder, TrackResult

SOURCE: Final = "reports"
"""What orders come from that a report named."""
_ORDERS: Final = Mapping(
    {
        "number": ("SellerOrderId",),
        "permission": ("AmazonOrderReferenceId",),
        "amount": ("OrderTotalAmount",),
        "currency": ("CurrencyCode", "OrderTotalCurrencyCode"),
        "created": ("CreationTimestamp", "CreationDate"),
    }
)
# Amounts and times of the other reports are those of a charge, a refund or a payment, not of the order.
_OTHERS: Final = Mapping({"number": ("SellerOrderId",), "permission": ("AmazonOrderReferenceId",)})


_HEAD: Final = 16 * 1024
"""Bytes in which the titles stand, also behind the header of a settlement."""


def mapping_of(report_type: str, stream: BinaryIO) -> Mapping | None:
    """Return what the columns of a report mean, of those that it has; None when it has none of them.

    Looks at the beginning of the file, which it puts back.
    """
    text = stream.read(_HEAD).decode("latin-1").casefold()
    stream.seek(0)
    wanted = _ORDERS if report_type == ORDERS else _OTHERS
    there = {field: names for field, names in wanted.columns.items() if any(name.casefold() in text for name in names)}
    return Mapping(there) if there else None


class Taker:
    """Harvests reports into the stores and remembers which orders they name; implements `taking.Take`."""

    def __init__(
        self, track: Track, environment: Environment, listener: Listener, stopped: Callable[[], bool] | None = None
    ) -> None:
        self._track = track
        self._environment = environment
        self._listener = listener
        self._stopped = stopped
        self.orders: set[str] = set()

    def __call__(self, stream: BinaryIO, report: KnownReport) -> Report:
        """Harvest the file of a report."""
        reading = Reading(SOURCE, "amazon", self._environment, mapping_of(report.report_type, stream))
        return take(read(stream, reading), self._tracked, self._heard, self._stopped)

    def _tracked(self, orders: Sequence[TrackedOrder]) -> TrackResult:
        self.orders.update(order.order_id for order in orders)
        return self._track(orders)

    def _heard(self, report: Report) -> None:
        self._listener.read(report.lines)
