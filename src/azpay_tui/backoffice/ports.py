"""What the back office offers to screens and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from azpay_tui.backoffice.records import Event, ProfileInfo, Ready, SaleDone, SaleReady
from azpay_tui.backoffice.stores import Reader
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
from azpay_tui.domain.rows import (
    TrackedOrder,
    TrackResult,
)
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.switch import Switch

if TYPE_CHECKING:
    from azpay_tui.backoffice.discover.taking import Discovered, Listener
    from azpay_tui.backoffice.discover.taking import Wanted as Asked
    from azpay_tui.backoffice.messages.letters import Letters
    from azpay_tui.backoffice.messages.ports import Messages


class Desk(Protocol):
    """Everything a front end may do; one implementation serves the console and the command line.

    Methods that touch the network block; a console calls them from a worker thread. All raise `BackOfficeError`s.
    """

    @property
    def profile(self) -> ProfileInfo:
        """Where and who."""
        ...

    @property
    def reader(self) -> Reader:
        """Reads of the cache; open one per thread with `reader`'s own thread safety."""
        ...

    def now(self) -> datetime:
        """Return the corrected time, UTC."""
        ...

    def offers(self, order: Order) -> tuple[Offer, ...]:
        """Return every verdict on the order as cached: matrix, policy, read-only, open intent, connection."""
        ...

    def suggest(self, order: Order, verb: Verb, target: str) -> Money | None:
        """Return the amount used when none is given (contract of the command line); None when nothing is left."""
        ...

    def check(self, wish: Wish, seen: Seen | None = None) -> Ready:
        """Read the order live, judge the wish; raises `ChangedError` when it differs from `seen`, what was shown."""
        ...

    def submit(self, ready: Ready, accepted: Iterable[str] = ()) -> Intent:
        """Make the confirmed wish durable and hand it to the sender; returns at once after the commit.

        The sender reads again, compares, sends, records, reads back; `Event`s of kind `intent` tell the outcome.
        """
        ...

    def wait(self, intent_id: str, timeout: float) -> Intent:
        """Wait up to `timeout` seconds until an intent is no longer being worked on; returns it as it then is."""
        ...

    def resume(self, intent_id: str | None = None, timeout: float = 30.0) -> tuple[Intent, ...]:
        """Settle open intents now: replay what may be, read back the rest; an id is the person's word for that one."""
        ...

    def settle(self, intent_id: str, outcome: State, note: str) -> Intent:
        """A person's decision on an intent that rules cannot settle."""
        ...

    def dossier(self, intent_id: str) -> Dossier:
        """Return an intent with all that was sent and came back; raises `UsageError` when there is none of this id."""
        ...

    def intents(self, *, order_id: str | None = None, open_only: bool = False, limit: int = 100) -> tuple[Intent, ...]:
        """Return journal entries, newest first."""
        ...

    def refresh(self, order_ids: Sequence[str], *, wait: bool = False) -> None:
        """Read orders from Amazon, now; without `wait` in the background. Raises `OfflineError` when waiting fails."""
        ...

    def sync_once(
        self, *, all_: bool = False, act: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Ask the sources that are due, read everything due, settle open intents, tell what is to be told.

        `act` takes the automatic steps that are switched on; raises `BusyError` where another process does.
        Returns how many objects were read. A source that fails says so in its state and stops nothing.
        """
        ...

    def sync_now(self) -> None:
        """Wake the background refresh: read everything that is due."""
        ...

    def watch(self, order_ids: Sequence[str]) -> None:
        """Say what is on screen, first the order that is looked at: re-read at most every 60 s."""
        ...

    def track(self, orders: Sequence[TrackedOrder]) -> TrackResult:
        """Learn of orders."""
        ...

    def sources(self) -> tuple[SourceState, ...]:
        """Return every configured source, in the order of the configuration, with how it fares."""
        ...

    def run_source(self, name: str) -> None:
        """Ask a source in the background, now or after the one that is being asked; raises `UsageError` when unknown.

        An `Event` of kind `sync` tells that `sources` changed, of kind `orders` that there are orders.
        """
        ...

    def ask_source(
        self, name: str, *, since: datetime | None = None, listener: Callable[[SourceState], None] | None = None
    ) -> SourceState:
        """Ask a source now and wait for the end; `since` (UTC) in place of how far it would look back by itself.

        `listener` hears from any thread how far it is. Raises `SourceError` when it failed: what came before is kept;
        `BusyError` while another process asks it, `UsageError` when it is unknown.
        """
        ...

    def discover(self, wanted: Asked, listener: Listener) -> Discovered:
        """Learn of orders from Amazon's reports; blocks until they are there. Raises `BackOfficeError`s."""
        ...

    def mark(self, order_ids: Sequence[str], change: MarkChange) -> Marked:
        """Change people's marks on orders, all in one; local, also offline and in a read-only profile.

        Raises `NotValidError` when not one of them may be marked so, or the journal may only be read.
        """
        ...

    def unmark(self) -> Marked:
        """Undo the last `mark` of this process that is not undone yet; raises `NotValidError` when there is none."""
        ...

    @property
    def messages(self) -> Messages:
        """What shops, buyers and admins are told."""
        ...

    @property
    def letters(self) -> Letters:
        """What is written to buyers and to the shop's admin."""
        ...

    def plan_sale(self, order_id: str, wanted: Wanted) -> SaleReady:
        """Read an order live and say what cancelling its sale comes to; nothing is written or sent."""
        ...

    def cancel_sale(
        self, ready: SaleReady, accepted: Iterable[str], note: str, told: Callable[[Intent], None]
    ) -> SaleDone:
        """Write down that a sale was cancelled, then do its steps one after the other until one does not succeed.

        `told` hears of each intent as it stands at its end, from another thread. Raises where nothing was written.
        """
        ...

    def delete_order(self, order_id: str) -> None:
        """Take an order out of the lists for good; raises `NotValidError` while it owes anybody anything.

        The journal keeps amounts and ids; whatever names the order again does not bring it back.
        """
        ...

    def readdress(self, order_id: str, address: Address | None) -> Marked:
        """Have a parcel sent elsewhere, None: where Amazon says; local, also offline and in a read-only profile.

        The order is marked as not protected by Amazon. Raises `NotValidError` where the buyer's personal data was
        removed, nothing is to be taken back, or the journal may only be read.
        """
        ...

    def record_slip(self, order_id: str, charge: str, slip: Slip, note: str) -> Booked:
        """Write down a refund that was made elsewhere; nothing is sent and no money is counted.

        Raises `UsageError` or `NotValidError` when the slip does not fit what the charge took.
        """
        ...

    def check_delivery(self, parcel: Parcel, *, again: bool = False) -> DeliveryReady:
        """Read the order live and say what Amazon would be told of a parcel; nothing is written or sent.

        Raises `ToldBeforeError` unless `again` where Amazon has or may have its number already; where it has it from
        this very parcel, the record says so.
        """
        ...

    def send_delivery(self, ready: DeliveryReady) -> Delivery:
        """Tell Amazon of a parcel, once; returns what became of it. Nothing is sent of what Amazon has already."""
        ...

    def expired(self, keep: timedelta | None = None) -> tuple[str, ...]:
        """Return the orders whose buyers' personal data is no longer to be kept.

        `keep`: for how long after nothing was due any more, in place of what the profile says.
        """
        ...

    def purge(self, order_ids: Sequence[str]) -> tuple[str, ...]:
        """Remove the personal data of these orders' buyers for good, everywhere, and keep it away from then on.

        Returns the orders where it is gone: all but those with an intent that is not settled. Raises `NotValidError`
        when the journal may only be read, `StoreError` when traces may be left; what was not finished is done later.
        """
        ...

    def switch_on(self, mode: str) -> Switch:
        """Switch exactly the automatic steps on that the policy wants, for orders made from now on; a person's act.

        Raises `NotValidError` where nothing may be automatic, `UsageError` for another mode than the policy's.
        """
        ...

    def switch_off(self) -> Switch | None:
        """Switch automatic steps off at once, also in a read-only profile; None when they were not on."""
        ...

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` from any thread for every event; returns the way to stop."""
        ...

    def start(self) -> None:
        """Start sender, recovery and background refresh."""
        ...

    def stop(self, timeout: float) -> int:
        """Take nothing new, finish what is in flight within `timeout` seconds; returns the intents still open."""
        ...

    def in_flight(self) -> tuple[Intent, ...]:
        """Return intents the sender of this process is working on."""
        ...

    def calls(self) -> tuple[Call, ...]:
        """Return the newest requests of this process to Amazon, oldest first, in corrected time."""
        ...

    def budget(self) -> tuple[Budget, ...]:
        """Return how many requests Amazon's pace allows now, per operation; empty when no pace is kept."""
        ...
