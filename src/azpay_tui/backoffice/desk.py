"""The back office of one profile: everything a front end may do, behind one object."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from azpay_tui.amazon.gateway import Gateway
from azpay_tui.backoffice import act
from azpay_tui.backoffice.addresses import Addressing
from azpay_tui.backoffice.automatic import Automatic
from azpay_tui.backoffice.booking import Booking
from azpay_tui.backoffice.clock import CorrectedClock, local_clock
from azpay_tui.backoffice.discover.book import Book
from azpay_tui.backoffice.discover.discovery import Discovery
from azpay_tui.backoffice.discover.taking import Discovered, Listener
from azpay_tui.backoffice.discover.taking import Wanted as Asked
from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.backoffice.events import Events
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.marks import Marking
from azpay_tui.backoffice.messages.letters import Letters
from azpay_tui.backoffice.messages.messaging import Messaging
from azpay_tui.backoffice.messages.ports import MessageParts, Messages
from azpay_tui.backoffice.outbox import Outbox, Session
from azpay_tui.backoffice.outcomes import Outcomes
from azpay_tui.backoffice.ports import Clock, Event, ProfileInfo, Ready, SaleDone, SaleReady
from azpay_tui.backoffice.purging import Purging, Wipe
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.recovery import Recovery
from azpay_tui.backoffice.refresher import Lease, Refresher
from azpay_tui.backoffice.selling import Selling
from azpay_tui.backoffice.sender import Sender
from azpay_tui.backoffice.settling import Settling
from azpay_tui.backoffice.sources.engine import SourceParts
from azpay_tui.backoffice.stores import Cache, Journal, Reader
from azpay_tui.backoffice.switching import Switching
from azpay_tui.backoffice.threads import Threads
from azpay_tui.backoffice.tracking import Tracking
from azpay_tui.domain import matrix
from azpay_tui.domain.calls import Budget, Call
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.dossier import Dossier
from azpay_tui.domain.goods import Slip
from azpay_tui.domain.intent import OPEN_STATES, Intent, Seen, State, Verb, Wish
from azpay_tui.domain.keeping import DEFAULT_DAYS
from azpay_tui.domain.marks import MarkChange, Marked
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Address, Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.rows import TrackedOrder, TrackResult
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.switch import Switch

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What bootstrap builds for a desk."""

    journal: Journal
    cache: Cache
    reader: Reader
    gateway: Gateway
    reports: Book
    session: Session
    lease: Lease
    daily: Callable[[], None]
    """Housekeeping of the lease holder: back-up, checkpoint; cheap when done already."""
    close: Callable[[], None]
    """Closes the stores."""
    scratch: Path
    """A private directory for files that are gone again at once."""
    sources: SourceParts
    """Where orders come from by themselves."""
    messages: MessageParts
    """What is to be told, and on which ways."""
    wipe: Wipe
    """Removes every trace of personal data that was purged."""
    keep: timedelta = timedelta(days=DEFAULT_DAYS)
    """How long personal data of buyers is kept after nothing is due with their order any more."""


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
        self._parts = parts
        journal, cache, reader, gateway = parts.journal, parts.cache, parts.reader, parts.gateway
        stored = reader.status(local()).clock_offset
        self.clock = clock = clock or CorrectedClock(cache, stored, local)
        self._policy = policy = Policy(info.policy, info.read_only_reason)
        self._events = Events()
        tell = self._events.tell
        self._stop = stop = threading.Event()
        simulated = info.environment == "simulator"
        self._health = health = Health(cache, clock, simulated=simulated)
        pause = pause or stop.wait
        self._threads = threads = threads or Threads()
        self._reading = reading = Reading(gateway, cache, reader, clock, health, threads)
        outcomes = Outcomes(journal, cache, clock, tell, pause)
        sender = Sender(journal, outcomes, gateway, reading, health, clock, policy, stop, pause, jitter)
        self._checker = act.Checker(reader, journal, gateway, reading, health, clock, policy, info.place)
        self._outbox = Outbox(
            journal, cache, self._checker, sender, parts.session, info.person, clock, tell, stop, threads
        )
        worked_on, read_only = self._outbox.works_on, info.read_only_reason is not None
        self._recovery = Recovery(journal, cache, reader, sender, clock, worked_on, tell, read_only=read_only)
        self._settling = Settling(
            journal, cache, reader, self._recovery, sender, reading, info, clock, worked_on, tell, stop
        )
        checker, outbox = self._checker, self._outbox
        self._automatic = Automatic(info, journal, reader, checker, outbox, health, clock, policy, reading.order, tell)
        self._refresher = Refresher(
            cache,
            reader,
            reading,
            self._recovery,
            sender,
            health,
            clock,
            parts.lease,
            tell,
            stop,
            pause,
            parts.daily,
            self._automatic.turn,
        )
        self._switching = Switching(info, journal, reader, clock, self._refresher.ask, tell)
        discovery: Discovery | None = None
        if (reports := gateway.reports()) is not None:
            discovery = Discovery(
                reports, parts.reports, health, clock, pause, stop.is_set, parts.scratch, simulated=simulated
            )
        where, sources, lease = info.environment, parts.sources, parts.lease
        self.tracking = Tracking(
            journal, cache, reader, self._refresher, sources, discovery, where, lease, clock, tell, stop, threads
        )
        zone = ZoneInfo(info.timezone)
        self._marking = Marking(journal, cache, reader, clock, info.person, zone, tell)
        self._messaging = Messaging(parts.messages, reader, info, clock, tell, stop)
        self._addressing = Addressing(journal, cache, reader, clock, tell)
        self._booking = Booking(journal, reader, clock, info.person, tell)
        self._purging = Purging(journal, cache, reader, parts.wipe, parts.keep, lease, clock, zone, stop)
        self._selling = Selling(
            self._checker, self._outbox, self._marking, self._purging, journal, cache, reader, reading, health, clock,
            policy, info.person, tell,
        )  # fmt: skip

    # Reading

    @property
    def profile(self) -> ProfileInfo:
        """Where and who."""
        return self._info

    @property
    def reader(self) -> Reader:
        """Reads of the cache."""
        return self._parts.reader

    def now(self) -> datetime:
        """Return the corrected time, UTC."""
        return self.clock()

    def offers(self, order: Order) -> tuple[Offer, ...]:
        """Return every verdict on the order as cached: matrix, policy, read-only, open intent, connection."""
        found = matrix.offers(order, self._policy, self.clock())
        off = self._health.verbs_off
        if off is None:
            return found
        return tuple(
            offer
            if offer.verb is Verb.REFRESH or offer.verdict == "no"
            else replace(offer, verdict="no", reason=off, warnings=(), changes_at=None, waits=True)
            for offer in found
        )

    def suggest(self, order: Order, verb: Verb, target: str) -> Money | None:
        """Return the amount used when none is given; None when nothing is left."""
        return act.suggest(order, verb, target, self.clock())

    # Acting

    def check(self, wish: Wish, seen: Seen | None = None) -> Ready:
        """Read the order live and judge the wish."""
        return self._checker.check(wish, seen)

    def submit(self, ready: Ready, accepted: Iterable[str] = ()) -> Intent:
        """Make the confirmed wish durable and hand it to the sender; returns after the commit."""
        return self._outbox.submit(ready, accepted)

    def wait(self, intent_id: str, timeout: float) -> Intent:
        """Wait up to `timeout` seconds until an intent is no longer being worked on; returns it as it then is."""
        self._outbox.wait(intent_id, timeout)
        return self._settling.intent(intent_id)

    def in_flight(self) -> tuple[Intent, ...]:
        """Return intents the sender of this process is working on or has waiting."""
        return self._outbox.in_flight()

    def calls(self) -> tuple[Call, ...]:
        """Return the newest requests of this process to Amazon, oldest first, in corrected time."""
        offset = self.clock.offset
        return tuple(replace(call, at=call.at + offset) for call in self._parts.gateway.calls())

    def budget(self) -> tuple[Budget, ...]:
        """Return how many requests Amazon's pace allows now, per operation."""
        return self._parts.gateway.budget()

    # The journal

    def intents(self, *, order_id: str | None = None, open_only: bool = False, limit: int = 100) -> tuple[Intent, ...]:
        """Return journal entries, newest first."""
        return self._parts.journal.intents(order_id=order_id, states=OPEN_STATES if open_only else (), limit=limit)

    def dossier(self, intent_id: str) -> Dossier:
        """Return an intent with all that was sent and came back."""
        return self._settling.dossier(intent_id)

    def resume(self, intent_id: str | None = None, timeout: float = 30.0) -> tuple[Intent, ...]:
        """Settle open intents now, each once; returns those looked at. An id is the person's word for that one."""
        return self._settling.resume(intent_id, timeout)

    def settle(self, intent_id: str, outcome: State, note: str) -> Intent:
        """Take a person's decision on an intent that rules cannot settle; a note is required."""
        return self._settling.settle(intent_id, outcome, note)

    # Keeping in step

    def refresh(self, order_ids: Sequence[str], *, wait: bool = False) -> None:
        """Read orders from Amazon, now; without `wait` in the background, settling what is open on them."""
        if wait:
            for order_id in order_ids:
                self._reading.order(order_id, everything=True)
            self._recovery.follow(order_ids)
            return

        def read() -> None:
            for order_id in order_ids:
                problem = None
                try:
                    self._reading.order(order_id, everything=True)
                except BackOfficeError as error:
                    _log.info("refresh of %s failed: %s", order_id, error.message)
                    problem = error.message
                self._events.tell(Event("read", (order_id,), problem=problem))
            self._refresher.settle_orders(order_ids)
            self._events.tell(Event("orders", tuple(order_ids)))
            self._events.tell(Event("sync"))

        self._threads.begin("azpay-refresh-order", read, awaited=False)

    def sync_once(
        self, *, all_: bool = False, act: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Ask sources, read everything due, settle open intents, tell the shop; returns the number of objects read.

        `act` takes the automatic steps that are switched on.
        """
        self.tracking.ask_due()
        try:
            return self._refresher.once(all_=all_, act=act, progress=progress)
        finally:
            self._purging.due()
            if self._messaging.active:
                self._threads.aside("azpay-messages", self._messaging.run_due)
            else:
                self._messaging.run_due()

    def sync_now(self) -> None:
        """Wake the background refresh."""
        self._refresher.wake()

    def watch(self, order_ids: Sequence[str]) -> None:
        """Say what is on screen."""
        self._refresher.watch(order_ids)

    # Learning of orders

    def track(self, orders: Sequence[TrackedOrder]) -> TrackResult:
        """Learn of orders; new ids are due at once."""
        return self.tracking.track(orders)

    def sources(self) -> tuple[SourceState, ...]:
        """Return every configured source with how it fares."""
        return self.tracking.sources()

    def run_source(self, name: str) -> None:
        """Ask a source in the background, as soon as the one that is asked now is done."""
        self.tracking.run_source(name)

    def ask_source(
        self, name: str, *, since: datetime | None = None, listener: Callable[[SourceState], None] | None = None
    ) -> SourceState:
        """Ask a source now and wait for the end."""
        return self.tracking.ask_source(name, since, listener)

    def discover(self, wanted: Asked, listener: Listener) -> Discovered:
        """Learn of orders from Amazon's reports; one discovery at a time."""
        return self.tracking.discover(wanted, listener)

    # Marks

    def mark(self, order_ids: Sequence[str], change: MarkChange) -> Marked:
        """Change people's marks on orders."""
        return self._marking.mark(order_ids, change)

    def unmark(self) -> Marked:
        """Undo the last change of marks."""
        return self._marking.undo()

    @property
    def messages(self) -> Messages:
        """What shops, buyers and admins are told."""
        return self._messaging

    @property
    def letters(self) -> Letters:
        """What is written to buyers and to the shop's admin."""
        return self._messaging.letters

    # Sales

    def plan_sale(self, order_id: str, wanted: Wanted) -> SaleReady:
        """Read an order live and say what cancelling its sale comes to."""
        return self._selling.plan(order_id, wanted)

    def cancel_sale(
        self, ready: SaleReady, accepted: Iterable[str], note: str, told: Callable[[Intent], None]
    ) -> SaleDone:
        """Write down that a sale was cancelled, then do its steps, in a thread that belongs to no screen."""
        names = tuple(accepted)
        return self._threads.aside("azpay-cancel-sale", lambda: self._selling.carry_out(ready, names, note, told))

    def delete_order(self, order_id: str) -> None:
        """Take an order out of the lists for good."""
        self._threads.aside("azpay-delete", lambda: self._selling.delete(order_id))

    def readdress(self, order_id: str, address: Address | None) -> Marked:
        """Have a parcel sent elsewhere, None: where Amazon says; nothing goes to Amazon."""
        return self._addressing.readdress(order_id, address)

    # Slips

    def record_slip(self, order_id: str, charge: str, slip: Slip, note: str) -> Booked:
        """Write down a refund that was made elsewhere; nothing is sent and no money is counted."""
        return self._booking.record(order_id, charge, slip, note)

    # Personal data

    def expired(self, keep: timedelta | None = None) -> tuple[str, ...]:
        """Return the orders whose buyers' personal data is no longer to be kept."""
        return self._purging.expired(keep)

    def purge(self, order_ids: Sequence[str]) -> tuple[str, ...]:
        """Remove the personal data of these orders' buyers for good; returns the orders where it is gone."""
        return self._threads.aside("azpay-purge", lambda: self._purging.purge(order_ids))

    # Automatic steps

    def switch_on(self, mode: str) -> Switch:
        """Switch exactly the automatic steps on that the policy wants."""
        return self._switching.on(mode)

    def switch_off(self) -> Switch | None:
        """Switch automatic steps off at once; None when they were not on."""
        return self._switching.off()

    # Life

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` from any thread for every event."""
        return self._events.subscribe(listener)

    def start(self) -> None:
        """Judge what earlier processes left, then start the background refresh; sends nothing by itself."""
        self._recovery.take_over()
        self._threads.begin("azpay-refresh", self._refresher.run)
        self.tracking.start()
        self._threads.begin("azpay-expiry", self._purging.run)
        self._threads.begin("azpay-messages", self._messaging.run)

    def stop(self, timeout: float) -> int:
        """Take nothing new, finish what is in flight within `timeout` seconds; returns the intents still in flight."""
        end = time.monotonic() + timeout
        self._stop.set()
        self._outbox.end(end)
        self._refresher.wake()
        self.tracking.wake()
        self._messaging.end(end)
        self._threads.join(end)
        left = len(self.in_flight())
        self._refresher.release()
        self._parts.gateway.close()
        self._reading.close()
        self._parts.close()
        return left
