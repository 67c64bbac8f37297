"""The back office of one profile: everything a front end may do, behind one object."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from azpay_tui.backoffice import act
from azpay_tui.backoffice.clock import Clock, CorrectedClock, local_clock
from azpay_tui.backoffice.discover.taking import Discovered, Listener
from azpay_tui.backoffice.discover.taking import Wanted as Asked
from azpay_tui.backoffice.messages.letters import Letters
from azpay_tui.backoffice.messages.ports import Messages
from azpay_tui.backoffice.records import Event, ProfileInfo, Ready, SaleDone, SaleReady
from azpay_tui.backoffice.stores import Reader
from azpay_tui.backoffice.threads import Threads
from azpay_tui.backoffice.wiring import Parts, wired
from azpay_tui.domain.calls import Budget, Call
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.deliveries import Delivery, DeliveryReady, Parcel
from azpay_tui.domain.dossier import Dossier
from azpay_tui.domain.goods import Slip
from azpay_tui.domain.intent import OPEN_STATES, Intent, Seen, State, Verb, Wish
from azpay_tui.domain.marks import MarkChange, Marked
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Address, Order
from azpay_tui.domain.rows import TrackedOrder, TrackResult
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.switch import Switch


class BackOffice:
    """Implements `Desk`; safe from any thread. One sender thread, a few for reading, one for the refresh."""

    def __init__(
        self,
        info: ProfileInfo,
        parts: Parts,
        clock: CorrectedClock | None = None,
        local: Clock = local_clock,
        pause: Callable[[float], bool] | None = None,
        jitter: Callable[[], float] = random.random,
        threads: Threads | None = None,
    ) -> None:
        """Take what bootstrap built; nothing is started and nothing is read from Amazon.

        `pause` replaces every wait on the way of money (seconds in, whether to stop out) where time is not the
        machine's; `jitter` draws from 0 to 1; `threads` decide what runs when.
        """
        self._info = info
        clock = clock or CorrectedClock(parts.cache, parts.reader.status(local()).clock_offset, local)
        self.works = wired(info, parts, clock, pause, jitter, threads or Threads())

    # Reading

    @property
    def profile(self) -> ProfileInfo:
        """Where and who, and why steps without a person pause."""
        paused = self.works.automatic.paused
        return self._info if paused is None else replace(self._info, paused=paused)

    @property
    def reader(self) -> Reader:
        """Reads of the cache."""
        return self.works.parts.reader

    def now(self) -> datetime:
        """Return the corrected time, UTC."""
        return self.works.clock()

    def offers(self, order: Order) -> tuple[Offer, ...]:
        """Return every verdict on the order as cached: matrix, policy, read-only, open intent, connection."""
        return self.works.checker.offers(order)

    def suggest(self, order: Order, verb: Verb, target: str) -> Money | None:
        """Return the amount used when none is given; None when nothing is left."""
        booked = self.reader.slips(order.id) if order.cancelled is not None else ()
        return act.suggest(order, verb, target, self.works.clock(), booked)

    # Acting

    def check(self, wish: Wish, seen: Seen | None = None) -> Ready:
        """Read the order live and judge the wish."""
        return self.works.checker.check(wish, seen)

    def submit(self, ready: Ready, accepted: Iterable[str] = ()) -> Intent:
        """Make the confirmed wish durable and hand it to the sender; returns after the commit."""
        return self.works.outbox.submit(ready, accepted)

    def wait(self, intent_id: str, timeout: float) -> Intent:
        """Wait up to `timeout` seconds until an intent is no longer being worked on; returns it as it then is."""
        self.works.outbox.wait(intent_id, timeout)
        return self.works.settling.intent(intent_id)

    def in_flight(self) -> tuple[Intent, ...]:
        """Return intents the sender of this process is working on or has waiting."""
        return self.works.outbox.in_flight()

    def calls(self) -> tuple[Call, ...]:
        """Return the newest requests of this process to Amazon, oldest first, in corrected time."""
        offset = self.works.clock.offset
        return tuple(replace(call, at=call.at + offset) for call in self.works.parts.gateway.calls())

    def budget(self) -> tuple[Budget, ...]:
        """Return how many requests Amazon's pace allows now, per operation."""
        return self.works.parts.gateway.budget()

    # The journal

    def intents(self, *, order_id: str | None = None, open_only: bool = False, limit: int = 100) -> tuple[Intent, ...]:
        """Return journal entries, newest first."""
        return self.works.parts.journal.intents(order_id=order_id, states=OPEN_STATES if open_only else (), limit=limit)

    def dossier(self, intent_id: str) -> Dossier:
        """Return an intent with all that was sent and came back."""
        return self.works.settling.dossier(intent_id)

    def resume(self, intent_id: str | None = None, timeout: float = 30.0) -> tuple[Intent, ...]:
        """Settle open intents now, each once; returns those looked at. An id is the person's word for that one."""
        return self.works.settling.resume(intent_id, timeout)

    def settle(self, intent_id: str, outcome: State, note: str) -> Intent:
        """Take a person's decision on an intent that rules cannot settle; a note is required."""
        return self.works.settling.settle(intent_id, outcome, note)

    # Keeping in step

    def refresh(self, order_ids: Sequence[str], *, wait: bool = False) -> None:
        """Read orders from Amazon, now; without `wait` in the background, settling what is open on them."""
        if wait:
            self.works.syncing.orders(order_ids)
        else:
            self.works.syncing.orders_in_background(order_ids)

    def sync_once(
        self, *, all_: bool = False, act: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Ask sources, read everything due, settle open intents, tell the shop; returns the number of objects read.

        `act` takes the automatic steps that are switched on.
        """
        return self.works.syncing.once(all_=all_, act=act, progress=progress)

    def sync_now(self) -> None:
        """Wake the background refresh."""
        self.works.refresher.wake()

    def watch(self, order_ids: Sequence[str]) -> None:
        """Say what is on screen."""
        self.works.refresher.watch(order_ids)

    # Learning of orders

    def track(self, orders: Sequence[TrackedOrder]) -> TrackResult:
        """Learn of orders; new ids are due at once."""
        return self.works.tracking.track(orders)

    def sources(self) -> tuple[SourceState, ...]:
        """Return every configured source with how it fares."""
        return self.works.tracking.sources()

    def run_source(self, name: str) -> None:
        """Ask a source in the background, as soon as the one that is asked now is done."""
        self.works.tracking.run_source(name)

    def ask_source(
        self, name: str, *, since: datetime | None = None, listener: Callable[[SourceState], None] | None = None
    ) -> SourceState:
        """Ask a source now and wait for the end."""
        return self.works.tracking.ask_source(name, since, listener)

    def discover(self, wanted: Asked, listener: Listener) -> Discovered:
        """Learn of orders from Amazon's reports; one discovery at a time."""
        return self.works.tracking.discover(wanted, listener)

    # Marks

    def mark(self, order_ids: Sequence[str], change: MarkChange) -> Marked:
        """Change people's marks on orders."""
        return self.works.marking.mark(order_ids, change)

    def unmark(self) -> Marked:
        """Undo the last change of marks."""
        return self.works.marking.undo()

    @property
    def messages(self) -> Messages:
        """What shops, buyers and admins are told."""
        return self.works.messaging

    @property
    def letters(self) -> Letters:
        """What is written to buyers and to the shop's admin."""
        return self.works.messaging.letters

    # Sales

    def plan_sale(self, order_id: str, wanted: Wanted) -> SaleReady:
        """Read an order live and say what cancelling its sale comes to."""
        return self.works.selling.plan(order_id, wanted)

    def cancel_sale(
        self, ready: SaleReady, accepted: Iterable[str], note: str, told: Callable[[Intent], None]
    ) -> SaleDone:
        """Write down that a sale was cancelled, then do its steps, in a thread that belongs to no screen."""
        names = tuple(accepted)
        return self.works.threads.aside(
            "azpay-cancel-sale", lambda: self.works.selling.carry_out(ready, names, note, told)
        )

    def delete_order(self, order_id: str) -> None:
        """Take an order out of the lists for good."""
        self.works.threads.aside("azpay-delete", lambda: self.works.selling.delete(order_id))

    def readdress(self, order_id: str, address: Address | None) -> Marked:
        """Have a parcel sent elsewhere, None: where Amazon says; nothing goes to Amazon."""
        return self.works.addressing.readdress(order_id, address)

    # Slips

    def record_slip(self, order_id: str, charge: str, slip: Slip, note: str) -> Booked:
        """Write down a refund that was made elsewhere; nothing is sent and no money is counted."""
        return self.works.booking.record(order_id, charge, slip, note)

    # Parcels

    def check_delivery(self, parcel: Parcel, *, again: bool = False) -> DeliveryReady:
        """Read the order live and say what Amazon would be told of a parcel."""
        return self.works.delivering.check(parcel, again=again)

    def send_delivery(self, ready: DeliveryReady) -> Delivery:
        """Tell Amazon of a parcel, once; returns what became of it."""
        return self.works.threads.aside("azpay-delivery", lambda: self.works.delivering.send(ready))

    # Personal data

    def expired(self, keep: timedelta | None = None) -> tuple[str, ...]:
        """Return the orders whose buyers' personal data is no longer to be kept."""
        return self.works.purging.expired(keep)

    def purge(self, order_ids: Sequence[str]) -> tuple[str, ...]:
        """Remove the personal data of these orders' buyers for good; returns the orders where it is gone."""
        return self.works.threads.aside("azpay-purge", lambda: self.works.purging.purge(order_ids))

    # Automatic steps

    def switch_on(self, mode: str) -> Switch:
        """Switch exactly the automatic steps on that the policy wants."""
        return self.works.switching.on(mode)

    def switch_off(self) -> Switch | None:
        """Switch automatic steps off at once; None when they were not on."""
        return self.works.switching.off()

    # Life

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` from any thread for every event."""
        return self.works.events.subscribe(listener)

    def start(self) -> None:
        """Judge what earlier processes left, then start the background refresh; sends nothing by itself."""
        self.works.recovery.take_over()
        self.works.threads.begin("azpay-refresh", self.works.refresher.run)
        self.works.tracking.start()
        self.works.threads.begin("azpay-expiry", self.works.purging.run)
        self.works.threads.begin("azpay-messages", self.works.messaging.run)

    def stop(self, timeout: float) -> int:
        """Take nothing new, finish what is in flight within `timeout` seconds; returns the intents still in flight."""
        end = time.monotonic() + timeout
        self.works.stop.set()
        self.works.outbox.end(end)
        self.works.refresher.wake()
        self.works.tracking.wake()
        self.works.messaging.end(end)
        self.works.threads.join(end)
        left = len(self.in_flight())
        self.works.refresher.release()
        self.works.parts.gateway.close()
        self.works.reading.close()
        self.works.parts.close()
        return left
