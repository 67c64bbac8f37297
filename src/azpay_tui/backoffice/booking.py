"""A refund that was made elsewhere is written down; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from azpay_tui.backoffice.errors import BackOfficeError, NotValidError, UsageError, translated
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.stores import Journal, Reader
from azpay_tui.domain.goods import Slip, SlipError, SlipLimit
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.slips import Booked, left_to_refund
from azpay_tui.store import errors as store_errors

if TYPE_CHECKING:
    from azpay_tui.backoffice.clock import Clock


def refused(error: SlipError) -> BackOfficeError:
    """Return what a front end is told of a slip that cannot be made: over a limit it is not valid now."""
    return NotValidError(str(error)) if isinstance(error, SlipLimit) else UsageError(str(error))


class Booking:
    """Writes slips that have no intent; works without a connection and in a read-only profile."""

    def __init__(
        self, journal: Journal, reader: Reader, clock: Clock, person: str, tell: Callable[[Event], None]
    ) -> None:
        """`person` is who writes down; `tell` hears which order changed."""
        self._journal = journal
        self._reader = reader
        self._clock = clock
        self._person = person
        self._tell = tell

    def record(self, order_id: str, charge: str, slip: Slip, note: str) -> Booked:
        """Write down a refund that was made elsewhere, with its lines held against what its charge took.

        Its pieces count as given back from now on; money is what Amazon says. Raises `UsageError`, `NotValidError` or
        `ChangedError`, and `StoreError` when the journal cannot be written.
        """
        order = self._reader.order(order_id)
        taken = order.charge(charge) if order is not None else None
        if order is None or taken is None:
            raise UsageError(f"{charge} is not known here; refresh the order.")
        known = self._reader.slips(order_id)
        try:
            left_to_refund(order, taken, known).minus([slip.goods])
        except SlipError as error:
            raise refused(error) from error
        now = self._clock()
        booked = Booked("", Verb.REFUND, charge, None, slip, order_id=order_id, at=now, person=self._person, note=note)
        try:
            number = self._journal.record_slip(booked, now, len(known))
        except store_errors.StoreError as error:
            raise translated(error) from error
        self._tell(Event("orders", (order_id,)))
        return replace(booked, number=number)
