"""What changed in the cache since the last look, whoever changed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.deliveries import Delivery
from azpay_tui.domain.marks import Marks
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.queue import remaining
from azpay_tui.domain.rows import ListRow, SyncStatus, TimelineEntry
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.store.errors import StoreError

READ_ERRORS: Final = (BackOfficeError, StoreError)
"""What a read of the cache may raise; each says in one sentence what is wrong."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """One look at the cache."""

    status: SyncStatus
    counts: dict[str, int] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    """Orders changed since the look before."""
    left: timedelta | None = None
    """How long a first sync still takes at Amazon's pace; None: there is none, or no pace is kept."""
    sources: tuple[SourceState, ...] = ()
    """Where orders come from by themselves, and how each fares."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Everything shown of one order."""

    order: Order | None
    row: ListRow | None
    offers: tuple[Offer, ...]
    timeline: tuple[TimelineEntry, ...]
    marks: Marks = field(default_factory=Marks)
    slips: tuple[Booked, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


def time_left(desk: Desk, status: SyncStatus) -> timedelta | None:
    """Return how long a first sync still takes at Amazon's pace."""
    return None if status.first is None else remaining(status.first.reads, desk.budget())


class Feed:
    """Looks at the cache for a screen; every method may raise one of `READ_ERRORS`."""

    def __init__(self, desk: Desk) -> None:
        """Start before the first look, which reports no changes."""
        self._desk = desk
        self._revision: int | None = None

    def pulse(self) -> Pulse:
        """Look at what changed; cheap, and cheaper when nothing did."""
        reader = self._desk.reader
        revision = reader.revision()
        before, self._revision = self._revision, revision
        changed = reader.changed_since(before) if before is not None and before != revision else ()
        status = reader.status(self._desk.now())
        return Pulse(status, reader.counts(), changed, time_left(self._desk, status), self._desk.sources())

    def look(self, order_id: str, row: ListRow | None) -> Looked:
        """Read one order whole, with the verdicts on it."""
        reader = self._desk.reader
        order = reader.order(order_id)
        if order is None:
            return Looked(None, row, (), ())
        marks, slips, deliveries = reader.marks(order_id), reader.slips(order_id), reader.deliveries(order_id)
        return Looked(order, row, self._desk.offers(order), reader.timeline(order_id), marks, slips, deliveries)
