"""The back office of one profile: everything a front end may do, behind one object."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

from azpay_tui.amazon.gateway import Gateway
from azpay_tui.backoffice import act
from azpay_tui.backoffice.clock import CorrectedClock, local_clock
from azpay_tui.backoffice.discover.book import Book
from azpay_tui.backoffice.discover.columns import Taker
from azpay_tui.backoffice.discover.discovery import Discovery
from azpay_tui.backoffice.discover.taking import Discovered, Listener, Wanted
from azpay_tui.backoffice.errors import BackOfficeError, BusyError, NotValidError, StoreError, UsageError
from azpay_tui.backoffice.events import Events
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.marks import Marking
from azpay_tui.backoffice.ports import Cache, Clock, Event, Journal, ProfileInfo, Reader, Ready
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.recovery import Recovery
from azpay_tui.backoffice.refresher import Lease, Refresher
from azpay_tui.backoffice.sender import Sender
from azpay_tui.backoffice.sources.engine import SourceParts, Sources
from azpay_tui.backoffice.sources.reports import ReportsTap
from azpay_tui.backoffice.sources.tap import Tap
from azpay_tui.domain import matrix
from azpay_tui.domain.calls import Budget, Call
from azpay_tui.domain.intent import OPEN_STATES, Intent, Seen, State, Verb, Wish
from azpay_tui.domain.marks import MarkChange, Marked
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.rows import TrackedOrder, TrackResult
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.telling import ALREADY_SO
from azpay_tui.sourcing import Source
from azpay_tui.store import errors as store_errors

_log = logging.getLogger(__name__)
T = TypeVar("T")

SETTLEMENTS: Final[tuple[State, ...]] = ("succeeded", "refused", "abandoned")
"""What a person may decide."""


class Session(Protocol):
    """The lock that shows other processes that this one lives."""

    id: str

    def is_alive(self, session_id: str) -> bool:
        """Tell whether a session's process still runs."""
        ...


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
    sources: SourceParts | None = None
    """Where orders come from by themselves; None: from nowhere."""


class BackOffice:
    """Implements `Desk`; safe from any thread. One sender thread, a few for reading, one for the refresh."""

    def __init__(
        self,
        info: ProfileInfo,
        parts: Parts,
        clock: CorrectedClock | None = None,
        local: Clock = local_clock,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        """Take what bootstrap built; nothing is started and nothing is read from Amazon.

        `pause` replaces the sender's waits (seconds in, whether to stop out) where time is not the machine's.
        """
        self._info = info
        self._parts = parts
        self._journal = parts.journal
        stored = parts.reader.status(local()).clock_offset
        self.clock = clock or CorrectedClock(parts.cache, stored, local)
        self._policy = Policy(read_only=info.read_only_reason)
        self._events = Events()
        self._stop = threading.Event()
        simulated = info.environment == "simulator"
        self._health = Health(parts.cache, self.clock, simulated=simulated)
        self._reading = Reading(parts.gateway, parts.cache, parts.reader, self.clock, self._health)
        self._sender = Sender(
            parts.journal,
            parts.cache,
            parts.gateway,
            self._reading,
            self._health,
            self.clock,
            self._policy,
            self._events.tell,
            self._stop,
            pause,
        )
        self._checker = act.Checker(
            parts.reader,
            parts.journal,
            parts.gateway,
            self._reading,
            self._health,
            self.clock,
            self._policy,
            info.place,
        )
        self._recovery = Recovery(
            parts.journal,
            parts.cache,
            parts.reader,
            self._sender,
            self.clock,
            self._worked_on,
            self._events.tell,
            read_only=info.read_only_reason is not None,
        )
        self._refresher = Refresher(
            parts.cache,
            parts.reader,
            self._reading,
            self._recovery,
            self._sender,
            self._health,
            self.clock,
            parts.lease,
            self._events.tell,
            self._stop,
            parts.daily,
        )
        reports = parts.gateway.reports()
        self._discovery: Discovery | None = None
        if reports is not None:
            self._discovery = Discovery(
                reports,
                parts.reports,
                self._health,
                self.clock,
                pause or self._stop.wait,
                self._stop.is_set,
                parts.scratch,
                simulated=simulated,
            )
        self._sources = Sources(
            parts.sources and replace(parts.sources, tap=self._tap),
            info.environment,
            parts.lease,
            parts.reader.sources,
            self.track,
            self.clock,
            self._events.tell,
            self._stop,
        )
        where = ZoneInfo(info.timezone)
        self._marking = Marking(
            parts.journal, parts.cache, parts.reader, self.clock, info.person, where, self._events.tell
        )  # fmt: skip
        self._queue: queue.Queue[Intent | None] = queue.Queue()
        self._flight: dict[str, Intent] = {}
        self._done = threading.Condition()
        self._threads: list[threading.Thread] = []

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
        if self._stop.is_set():
            raise NotValidError("The program is ending; nothing new is sent.")
        draft = self._checker.draft(ready, accepted, self._info.person, self._parts.session.id)
        order_id = ready.wish.order_id
        with self._done:  # so that recovery cannot see the row before it is known to be worked on
            try:
                intent = self._journal.open_intent(draft)
            except store_errors.StoreError as error:
                raise _translated(error) from error
            if not ready.already_so:
                self._flight[intent.id] = intent
        if ready.already_so:
            intent = self._journal.move(intent.id, "succeeded", ALREADY_SO, "read-back", self.clock(), reconciled=True)
            self._parts.cache.reproject([order_id], self.clock())
            self._events.tell(Event("intent", (order_id,), intent))
            return intent
        self._parts.cache.reproject([order_id], self.clock())
        self._events.tell(Event("intent", (order_id,), intent))
        self._ensure_sender()
        self._queue.put(intent)
        return intent

    def wait(self, intent_id: str, timeout: float) -> Intent:
        """Wait up to `timeout` seconds until an intent is no longer being worked on; returns it as it then is."""
        end = time.monotonic() + timeout
        with self._done:
            while intent_id in self._flight:
                left = end - time.monotonic()
                if left <= 0 or not self._done.wait(left):
                    break
        return self._intent(intent_id)

    def in_flight(self) -> tuple[Intent, ...]:
        """Return intents the sender of this process is working on or has waiting."""
        with self._done:
            return tuple(self._flight.values())

    def calls(self) -> tuple[Call, ...]:
        """Return the newest requests of this process to Amazon, oldest first, in corrected time."""
        offset = self.clock.offset
        return tuple(replace(call, at=call.at + offset) for call in self._parts.gateway.calls())

    def budget(self) -> tuple[Budget, ...]:
        """Return how many requests Amazon's pace allows now, per operation."""
        return self._parts.gateway.budget()

    def _worked_on(self, intent: Intent) -> bool:
        """Whether a process that lives is sending an intent: this one by its list, another by its session's lock."""
        session = intent.draft.session
        if session != self._parts.session.id:
            return self._parts.session.is_alive(session)
        with self._done:
            return intent.id in self._flight

    def _ensure_sender(self) -> None:
        with self._done:
            if not any(thread.name == "azpay-send" for thread in self._threads):
                self._begin("azpay-send", self._send_all)

    def _begin(self, name: str, body: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=body, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _aside(self, name: str, body: Callable[[], T]) -> T:
        """Do something in a thread that `stop` waits for, so that a signal here lets it end as it should."""
        done: list[T | BaseException] = []
        over = threading.Event()

        def run() -> None:
            try:
                done.append(body())
            except BaseException as error:
                done.append(error)
            finally:
                over.set()

        self._begin(name, run)
        over.wait()  # not join: a signal that breaks one off makes the thread count as ended
        if isinstance(done[0], BaseException):
            raise done[0]
        return done[0]

    def _send_all(self) -> None:
        while True:
            intent = self._queue.get()
            if intent is None:
                return
            try:
                self._sender.send_new(intent)
            except store_errors.StoreError as error:
                # The outcome itself is in the journal, or recovery finds it out: one sentence will do.
                _log.warning("%s could not be followed to the end: %s", intent.id, error)
            except Exception:
                # The journal has every step that was taken: recovery settles the rest.
                _log.exception("sending %s failed", intent.id)
            finally:
                with self._done:
                    self._flight.pop(intent.id, None)
                    self._done.notify_all()
                self._events.tell(Event("orders", (intent.draft.wish.order_id,)))

    # The journal

    def _intent(self, intent_id: str) -> Intent:
        intent = self._journal.intent(intent_id)
        if intent is None:
            raise UsageError(f"There is no intent {intent_id!r} in the journal: see azpay journal list.")
        return intent

    def intents(self, *, order_id: str | None = None, open_only: bool = False, limit: int = 100) -> tuple[Intent, ...]:
        """Return journal entries, newest first."""
        return self._journal.intents(order_id=order_id, states=OPEN_STATES if open_only else (), limit=limit)

    def resume(self, intent_id: str | None = None, timeout: float = 30.0) -> tuple[Intent, ...]:
        """Settle open intents now, each once; returns those looked at. An id is the person's word for that one."""
        self._must_be_writable()
        end = time.monotonic() + timeout
        self._recovery.take_over()
        if intent_id is not None:
            intent = self._intent(intent_id)
            self._free(intent)
            if intent.open:
                intent = self._sender.settle_open(intent, persons_word=True, once=True)
            return (intent,)
        looked = []
        for intent in self._recovery.orphans():
            if time.monotonic() >= end or self._stop.is_set():
                looked.append(intent)
                continue
            looked.append(self._sender.settle_open(intent, once=True))
        return tuple(looked)

    def settle(self, intent_id: str, outcome: State, note: str) -> Intent:
        """A person's decision on an intent that rules cannot settle; a note is required."""
        self._must_be_writable()
        intent = self._intent(intent_id)
        if outcome not in SETTLEMENTS:
            raise UsageError(f"An intent can be settled as {', '.join(SETTLEMENTS)}, not {outcome!r}.")
        if not note.strip():
            raise UsageError("Say in a note why you settle it so.")
        if not intent.open:
            raise NotValidError(f"The intent {intent_id} is {intent.state} already.")
        self._free(intent)
        moved = self._journal.move(
            intent.id, outcome, "settled by a person", f"person {self._info.person}", self.clock(), note=note
        )
        order_id = moved.draft.wish.order_id
        self._parts.cache.reproject([order_id], self.clock())
        self._events.tell(Event("intent", (order_id,), moved))
        return moved

    def _must_be_writable(self) -> None:
        if self._info.read_only_reason is not None:
            raise NotValidError(self._info.read_only_reason)

    def _free(self, intent: Intent) -> None:
        """Raise `BusyError` while a process is sending it."""
        if intent.state in ("intent", "sent") and self._worked_on(intent):
            raise BusyError(f"The intent {intent.id} is being sent by {intent.draft.person} right now: wait for it.")

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

        threading.Thread(target=read, name="azpay-refresh-order", daemon=True).start()

    def sync_once(self, *, all_: bool = False, progress: Callable[[int, int], None] | None = None) -> int:
        """Ask sources that are due, read everything due, settle open intents; returns the number of objects read."""
        if self._sources:
            self._aside("azpay-sources", self._sources.run_due)
        return self._refresher.once(all_=all_, progress=progress)

    def sync_now(self) -> None:
        """Wake the background refresh."""
        self._refresher.wake()

    def watch(self, order_ids: Sequence[str]) -> None:
        """Say what is on screen."""
        self._refresher.watch(order_ids)

    def track(self, orders: Sequence[TrackedOrder]) -> TrackResult:
        """Learn of orders; new ids are due at once. Where the cache may not be written nothing is learnt."""
        try:
            self._parts.cache.reproject((), self.clock())
            result = self._journal.track(orders, self.clock())
        except store_errors.StoreError as error:
            raise _translated(error) from error
        try:
            self._parts.cache.reproject(result.changed_ids, self.clock())
        except store_errors.StoreError as error:
            # The journal has them: the cache takes them in with its next look at the journal.
            _log.warning("orders are not in the cache yet: %s", error)
        self._refresher.wake()
        return result

    def sources(self) -> tuple[SourceState, ...]:
        """Return every configured source with how it fares."""
        return self._sources.states()

    def run_source(self, name: str) -> None:
        """Ask a source in the background, as soon as the one that is asked now is done."""
        self._sources.want(name)

    def ask_source(
        self, name: str, *, since: datetime | None = None, listener: Callable[[SourceState], None] | None = None
    ) -> SourceState:
        """Ask a source now and wait for the end."""
        return self._aside("azpay-source", lambda: self._sources.run_now(name, since, listener))

    def discover(self, wanted: Wanted, listener: Listener) -> Discovered:
        """Learn of orders from Amazon's reports; one discovery at a time."""
        taker = Taker(self.track, self._info.environment, listener, self._stop.is_set)
        found = self._aside("azpay-discover", lambda: self.discovery().run(wanted, taker, listener))
        return replace(found, orders=len(taker.orders))

    def discovery(self) -> Discovery:
        """Return what asks for reports; raises `NotValidError` where there are none."""
        if self._discovery is None:
            raise NotValidError("There are no reports over this way to Amazon.")
        return self._discovery

    def _tap(self, source: Source) -> Tap:
        """Make what asks a source; Amazon's reports come over the one way to Amazon."""
        assert self._parts.sources is not None
        if source.kind == "reports":
            return ReportsTap(self.discovery, sandbox=self._info.environment == "sandbox")
        return self._parts.sources.tap(source)

    def mark(self, order_ids: Sequence[str], change: MarkChange) -> Marked:
        """Change people's marks on orders."""
        return self._marking.mark(order_ids, change)

    def unmark(self) -> Marked:
        """Undo the last change of marks."""
        return self._marking.undo()

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` from any thread for every event."""
        return self._events.subscribe(listener)

    # Life

    def start(self) -> None:
        """Judge what earlier processes left, then start the background refresh; sends nothing by itself."""
        self._recovery.take_over()
        self._begin("azpay-refresh", self._refresher.run)
        if self._sources:
            self._begin("azpay-sources", self._sources.run)

    def stop(self, timeout: float) -> int:
        """Take nothing new, finish what is in flight within `timeout` seconds; returns the intents still in flight."""
        end = time.monotonic() + timeout
        self._stop.set()
        self._queue.put(None)
        self._refresher.wake()
        self._sources.wake()
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        left = len(self.in_flight())
        self._refresher.release()
        self._parts.gateway.close()
        self._reading.close()
        self._parts.close()
        return left


def _translated(error: store_errors.StoreError) -> BackOfficeError:
    if isinstance(error, store_errors.OrderBusy):
        return BusyError(str(error))
    if isinstance(error, store_errors.ReadOnly):
        return NotValidError(str(error))
    return StoreError(str(error))
