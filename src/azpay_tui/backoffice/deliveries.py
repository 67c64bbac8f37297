"""Telling Amazon of parcels: checked on a live read, confirmed by a person, written down before it is sent.

No intent, because no money depends on it: it locks no order, and nothing repeats it by itself. What is on disk before
the request leaves says that it is not known whether Amazon has it; the answer makes something else of it, and whatever
ends in between leaves just that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from azpay_tui.amazon.gateway import Gateway
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import NotValidError, ToldBeforeError, UsageError, translated
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.records import Event, ProfileInfo
from azpay_tui.backoffice.stores import Deliveries, Reader
from azpay_tui.domain.attempt import Answer, clock_is_off
from azpay_tui.domain.deliveries import Delivery, DeliveryReady, Parcel, delivery_key, judge, told_before, why_not_again
from azpay_tui.domain.policy import Policy
from azpay_tui.store import errors as store_errors

_log = logging.getLogger(__name__)


class Delivering:
    """Tells Amazon of parcels; safe from any thread and beside other processes."""

    def __init__(
        self,
        info: ProfileInfo,
        book: Deliveries,
        reader: Reader,
        gateway: Gateway,
        reading: Reading,
        health: Health,
        clock: CorrectedClock,
        policy: Policy,
        tell: Callable[[Event], None],
    ) -> None:
        """Take the parts; `tell` hears which order changed."""
        self._info = info
        self._book = book
        self._reader = reader
        self._gateway = gateway
        self._reading = reading
        self._health = health
        self._clock = clock
        self._policy = policy
        self._tell = tell

    def check(self, parcel: Parcel, *, again: bool) -> DeliveryReady:
        """Read the order live and say what would be sent of its parcel.

        Raises `NotValidError` where nothing may be sent, `ToldBeforeError`, unless `again`, where Amazon has the number
        of another parcel or may have this one; `UsageError` for an order that is not known here, and what a live read
        raises.
        """
        known = self._reader.order(parcel.order_id)
        if known is None:
            raise UsageError(f"The order {parcel.order_id} is not known here: import or track it first.")
        self._must_be_allowed()
        if known.purged_at is not None:
            raise NotValidError(f"The personal data of the buyer of {parcel.order_id} was removed: nothing is sent.")
        try:
            earlier = self._book.with_number(parcel.tracking)
        except store_errors.StoreError as error:
            raise translated(error) from error
        before = None if again else told_before(parcel, earlier)
        why = None if before is None else why_not_again(parcel, before)
        if why is not None:
            raise ToldBeforeError(why)
        order = self._reading.order(parcel.order_id)
        if self._health.verbs_off is not None:
            raise NotValidError(self._health.verbs_off)
        return DeliveryReady(parcel, order, self._clock(), self._gateway.prepare_delivery(parcel), earlier, before)

    def send(self, ready: DeliveryReady) -> Delivery:
        """Write down what was confirmed, tell Amazon once, and write down what came of it.

        Nothing is sent of what Amazon has already. Raises `NotValidError` where nothing may be sent, `ChangedError`
        when the same number was sent meanwhile, `StoreError` when the journal cannot be written before it.
        """
        if ready.already_so is not None:
            return ready.already_so
        self._must_be_allowed()
        key = delivery_key(self._info.place, ready.parcel, ready.earlier)
        try:
            begun = self._book.begin(ready.parcel, len(ready.earlier), self._clock())
        except store_errors.StoreError as error:
            raise translated(error) from error
        answer = self._sent(ready.parcel, key)
        outcome, why = judge(answer, ready.earlier)
        try:
            done = self._book.end(begun, answer, outcome, why, self._clock())
        except store_errors.StoreError as error:
            # The journal goes on saying that it is not known, and so does whoever asked.
            _log.error("what became of delivery %s could not be written down: %s", begun.number, error)
            done = begun
        self._tell(Event("orders", (ready.parcel.order_id,)))
        return done

    def _sent(self, parcel: Parcel, key: str) -> Answer:
        """Send once, and once more after a refusal that shows that the clock was wrong."""
        offset = self._clock.offset
        answer = self._gateway.deliver(parcel, key)
        self._health.learn(answer)
        if answer.status in (401, 403) and clock_is_off(answer, offset):
            answer = self._gateway.deliver(parcel, key)
            self._health.learn(answer)
        return answer

    def _must_be_allowed(self) -> None:
        if self._policy.stands_still is not None:
            raise NotValidError(self._policy.stands_still)
