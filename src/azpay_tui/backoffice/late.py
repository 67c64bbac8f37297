"""A desk that can be read at once and is built while its orders are being looked at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from azpay_tui.backoffice.clock import Clock, local_clock
from azpay_tui.backoffice.errors import BackOfficeError, NotValidError, StoreError
from azpay_tui.backoffice.events import Events
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Event, ProfileInfo, Ready, SaleDone, SaleReady
from azpay_tui.backoffice.stores import Reader
from azpay_tui.domain import matrix
from azpay_tui.domain.calls import Budget, Call
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.deliveries import Delivery, DeliveryReady, Parcel
from azpay_tui.domain.dossier import Dossier
from azpay_tui.domain.goods import Slip
from azpay_tui.domain.intent import Intent, Seen, State, Verb, Wish
from azpay_tui.domain.marks import MarkChange, Marked
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Address, Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.rows import TrackedOrder, TrackResult
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.switch import Switch

if TYPE_CHECKING:
    from azpay_tui.backoffice.discover.taking import Discovered, Listener
    from azpay_tui.backoffice.discover.taking import Wanted as Asked
    from azpay_tui.backoffice.messages.letters import Letters
    from azpay_tui.backoffice.messages.ports import Messages


class LateDesk:
    """Implements `Desk`: reads come from the cache alone until `start` has built the real desk.

    What needs the real one waits for it; what only asks for something in the background is handed over later. Building
    imports the database and network libraries, which takes longer than everything until the first frame.
    """

    def __init__(
        self,
        info: ProfileInfo,
        reader: Reader,
        build: Callable[[], Desk],
        close: Callable[[], None],
        local: Clock = local_clock,
    ) -> None:
        """Take what can be read now and the way to the rest; `close` ends the reading."""
        self._info = info
        self._reader = reader
        self._build = build
        self._close = close
        self._local = local
        self._offset = reader.status(local()).clock_offset
        self._events = Events()
        self._life = threading.Lock()
        self._lock = threading.Lock()
        self._desk: Desk | None = None
        self._later: list[Callable[[Desk], None]] = []
        self._known = threading.Event()
        self._ended = threading.Event()
        self.failure: Exception | None = None
        """Why the desk could not be built."""

    def _real(self) -> Desk:
        """Wait for the real desk; raises a `BackOfficeError` when there will be none."""
        self._known.wait()
        if self._desk is not None:
            return self._desk
        if isinstance(self.failure, BackOfficeError):
            raise self.failure
        if self.failure is not None:
            raise StoreError(str(self.failure))
        raise NotValidError("The program is ending; nothing new is sent.")

    def _hand_over(self, action: Callable[[Desk], None]) -> None:
        with self._lock:
            desk = self._desk
            if desk is None:
                self._later.append(action)
        if desk is not None:
            action(desk)

    # Reading

    @property
    def profile(self) -> ProfileInfo:
        """Where and who."""
        return self._info if self._desk is None else self._desk.profile

    @property
    def reader(self) -> Reader:
        """Reads of the cache."""
        return self._reader if self._desk is None else self._desk.reader

    def now(self) -> datetime:
        """Return the corrected time, UTC."""
        return self._local() + self._offset if self._desk is None else self._desk.now()

    def offers(self, order: Order) -> tuple[Offer, ...]:
        """Return every verdict on the order as cached."""
        if self._desk is None:
            return matrix.offers(order, Policy(self._info.policy, self._info.read_only_reason), self.now())
        return self._desk.offers(order)

    def suggest(self, order: Order, verb: Verb, target: str) -> Money | None:
        """Return the amount used when none is given; None when nothing is left."""
        return self._real().suggest(order, verb, target)

    def dossier(self, intent_id: str) -> Dossier:
        """Return an intent with all that was sent and came back."""
        return self._real().dossier(intent_id)

    def intents(self, *, order_id: str | None = None, open_only: bool = False, limit: int = 100) -> tuple[Intent, ...]:
        """Return journal entries, newest first."""
        return self._real().intents(order_id=order_id, open_only=open_only, limit=limit)

    def in_flight(self) -> tuple[Intent, ...]:
        """Return intents the sender of this process is working on."""
        return () if self._desk is None else self._desk.in_flight()

    def calls(self) -> tuple[Call, ...]:
        """Return the newest requests of this process to Amazon, oldest first."""
        return () if self._desk is None else self._desk.calls()

    def budget(self) -> tuple[Budget, ...]:
        """Return how many requests Amazon's pace allows now, per operation."""
        return () if self._desk is None else self._desk.budget()

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` from any thread for every event."""
        return self._events.subscribe(listener)

    # Acting

    def check(self, wish: Wish, seen: Seen | None = None) -> Ready:
        """Read the order live and judge the wish."""
        return self._real().check(wish, seen)

    def submit(self, ready: Ready, accepted: Iterable[str] = ()) -> Intent:
        """Make the confirmed wish durable and hand it to the sender."""
        return self._real().submit(ready, accepted)

    def wait(self, intent_id: str, timeout: float) -> Intent:
        """Wait up to `timeout` seconds until an intent is no longer being worked on."""
        return self._real().wait(intent_id, timeout)

    def resume(self, intent_id: str | None = None, timeout: float = 30.0) -> tuple[Intent, ...]:
        """Settle open intents now."""
        return self._real().resume(intent_id, timeout)

    def settle(self, intent_id: str, outcome: State, note: str) -> Intent:
        """Take a person's decision on an intent that rules cannot settle."""
        return self._real().settle(intent_id, outcome, note)

    # Keeping in step

    def refresh(self, order_ids: Sequence[str], *, wait: bool = False) -> None:
        """Read orders from Amazon."""
        if wait:
            self._real().refresh(order_ids, wait=True)
        else:
            self._hand_over(lambda desk: desk.refresh(order_ids))

    def sync_once(
        self, *, all_: bool = False, act: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Read everything due; returns the number of objects read."""
        return self._real().sync_once(all_=all_, act=act, progress=progress)

    def sync_now(self) -> None:
        """Wake the background refresh."""
        self._hand_over(lambda desk: desk.sync_now())

    def watch(self, order_ids: Sequence[str]) -> None:
        """Say what is on screen."""
        self._hand_over(lambda desk: desk.watch(order_ids))

    def track(self, orders: Sequence[TrackedOrder]) -> TrackResult:
        """Learn of orders."""
        return self._real().track(orders)

    def sources(self) -> tuple[SourceState, ...]:
        """Return every configured source with how it fares; none before the real desk is there."""
        return () if self._desk is None else self._desk.sources()

    def run_source(self, name: str) -> None:
        """Ask a source in the background."""
        self._hand_over(lambda desk: desk.run_source(name))

    def ask_source(
        self, name: str, *, since: datetime | None = None, listener: Callable[[SourceState], None] | None = None
    ) -> SourceState:
        """Ask a source now and wait for the end."""
        return self._real().ask_source(name, since=since, listener=listener)

    def discover(self, wanted: Asked, listener: Listener) -> Discovered:
        """Learn of orders from Amazon's reports."""
        return self._real().discover(wanted, listener)

    def mark(self, order_ids: Sequence[str], change: MarkChange) -> Marked:
        """Change people's marks on orders."""
        return self._real().mark(order_ids, change)

    def unmark(self) -> Marked:
        """Undo the last change of marks."""
        return self._real().unmark()

    @property
    def messages(self) -> Messages:
        """What shops, buyers and admins are told."""
        return self._real().messages

    @property
    def letters(self) -> Letters:
        """What is written to buyers and to the shop's admin."""
        return self._real().letters

    def plan_sale(self, order_id: str, wanted: Wanted) -> SaleReady:
        """Read an order live and say what cancelling its sale comes to."""
        return self._real().plan_sale(order_id, wanted)

    def cancel_sale(
        self, ready: SaleReady, accepted: Iterable[str], note: str, told: Callable[[Intent], None]
    ) -> SaleDone:
        """Write down that a sale was cancelled, then do its steps."""
        return self._real().cancel_sale(ready, accepted, note, told)

    def delete_order(self, order_id: str) -> None:
        """Take an order out of the lists for good."""
        self._real().delete_order(order_id)

    def readdress(self, order_id: str, address: Address | None) -> Marked:
        """Have a parcel sent elsewhere, None: where Amazon says; nothing goes to Amazon."""
        return self._real().readdress(order_id, address)

    def record_slip(self, order_id: str, charge: str, slip: Slip, note: str) -> Booked:
        """Write down a refund that was made elsewhere."""
        return self._real().record_slip(order_id, charge, slip, note)

    def check_delivery(self, parcel: Parcel, *, again: bool = False) -> DeliveryReady:
        """Read the order live and say what Amazon would be told of a parcel."""
        return self._real().check_delivery(parcel, again=again)

    def send_delivery(self, ready: DeliveryReady) -> Delivery:
        """Tell Amazon of a parcel, once."""
        return self._real().send_delivery(ready)

    def expired(self, keep: timedelta | None = None) -> tuple[str, ...]:
        """Return the orders whose buyers' personal data is no longer to be kept."""
        return self._real().expired(keep)

    def purge(self, order_ids: Sequence[str]) -> tuple[str, ...]:
        """Remove the personal data of these orders' buyers for good."""
        return self._real().purge(order_ids)

    def switch_on(self, mode: str) -> Switch:
        """Switch the automatic steps on that the policy wants."""
        return self._real().switch_on(mode)

    def switch_off(self) -> Switch | None:
        """Switch automatic steps off."""
        return self._real().switch_off()

    # Life

    def start(self) -> None:
        """Build the real desk and start it; blocks meanwhile. Raises what building raises, also kept in `failure`."""
        with self._life:
            if self._ended.is_set():
                return
            try:
                desk = self._build()
            except Exception as error:
                self.failure = error
                self._known.set()
                raise
            desk.subscribe(self._events.tell)
            with self._lock:
                self._desk, waiting = desk, self._later
            self._known.set()
            if self._ended.is_set():
                return
            desk.start()
            for action in waiting:
                action(desk)
        self._events.tell(Event("sync"))

    def stop(self, timeout: float) -> int:
        """Take nothing new, finish what is in flight within `timeout` seconds; returns the intents still open."""
        end = time.monotonic() + timeout
        self._ended.set()
        if not self._life.acquire(timeout=max(0.0, timeout)):
            return 0  # still being built: nothing can be in flight
        try:
            self._known.set()
            left = 0 if self._desk is None else self._desk.stop(max(0.0, end - time.monotonic()))
            self._close()
            return left
        finally:
            self._life.release()
