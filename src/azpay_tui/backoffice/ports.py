"""What the back office needs from the stores, and what it offers to screens and the command line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from azpay_tui.domain.calls import Budget, Call
from azpay_tui.domain.filters import WHOLE, Narrowed
from azpay_tui.domain.intent import Answer, Intent, IntentDraft, Place, Prepared, Seen, State, Verb, Wish
from azpay_tui.domain.marks import MarkChange, Marked, MarkEdit, Marks
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.queue import Queue, Queued
from azpay_tui.domain.rows import (
    Connection,
    Due,
    ListRow,
    Page,
    ReadResult,
    SyncStatus,
    TimelineEntry,
    TrackedOrder,
    TrackResult,
)
from azpay_tui.domain.sources import SourceState

if TYPE_CHECKING:
    from azpay_tui.backoffice.discover.taking import Discovered, Listener, Wanted

Clock = Callable[[], datetime]
"""Returns the time now, aware UTC."""


class Journal(Protocol):
    """What cannot be fetched again. Every method is one durable transaction (fsync) and safe from any thread.

    Raises `StoreError`-compatible errors of the store (`JournalUnavailable`) when the file is locked, full, read-only,
    damaged or newer: then nothing changed.
    """

    def open_intent(self, draft: IntentDraft) -> Intent:
        """Make a wish durable; raises `OrderBusy` (with the open intent) when the order has an open one."""
        ...

    def start_attempt(self, intent_id: str, at: datetime) -> int:
        """Mark an open intent as sent and return the attempt's number, from 1; durable before it returns."""
        ...

    def record(
        self,
        intent_id: str,
        attempt: int,
        answer: Answer,
        state: State,
        reason: str | None,
        result_id: str | None,
        next_due: datetime | None,
        at: datetime,
    ) -> Intent:
        """Store the evidence of an attempt, the intent's new state and an audit row in one transaction."""
        ...

    def move(
        self,
        intent_id: str,
        state: State,
        reason: str | None,
        by: str,
        at: datetime,
        *,
        note: str = "",
        result_id: str | None = None,
        next_due: datetime | None = None,
        reconciled: bool | None = None,
        session: str | None = None,
    ) -> Intent:
        """Change an intent without an attempt: abandoned, settled by read-back or a person, later look, new owner."""
        ...

    def intent(self, intent_id: str) -> Intent | None:
        """Return one intent."""
        ...

    def intents(
        self, *, order_id: str | None = None, states: Iterable[State] = (), limit: int = 1000
    ) -> tuple[Intent, ...]:
        """Return intents, newest first; empty `states` means all."""
        ...

    def counter(self, base: str) -> int:
        """Return the counter for a new key: proven refusals and declines (and person's words) under this base."""
        ...

    def track(self, orders: Sequence[TrackedOrder], at: datetime) -> TrackResult:
        """Learn of orders and ids in one transaction; merges, never removes."""
        ...

    def mark(self, edits: Sequence[MarkEdit], at: datetime, *, undo: bool = False) -> dict[str, int | None]:
        """Change people's marks; returns the orders that changed, each with the number of the note it got.

        An order whose marks are no longer as its edit saw them is left alone.
        """
        ...


class Cache(Protocol):
    """What can be rebuilt from the journal and Amazon. Safe from any thread."""

    def put(self, reads: Sequence[ReadResult], now: datetime) -> tuple[str, ...]:
        """Store what was read, rebuild the rows of the orders concerned; returns the ids of orders that changed."""
        ...

    def reproject(self, order_ids: Iterable[str], now: datetime) -> None:
        """Rebuild the rows of orders after the journal changed (new ids get an object that is due at once)."""
        ...

    def tick(self, now: datetime) -> tuple[str, ...]:
        """Rebuild rows whose status, attention or ship verdict changes by time alone; returns their ids."""
        ...

    def due(self, now: datetime, limit: int, watched: Collection[str] = (), all_: bool = False) -> tuple[Due, ...]:
        """Return objects to read: watched orders not read for 60 s, lapses soon, then in turns what was never read and
        what is due again, failing last.

        With `all_` every object that was not asked for since `now`, whatever is due.
        """
        ...

    def objects_of(self, order_id: str) -> tuple[str, ...]:
        """Return every known object id of an order, permission first."""
        ...

    def set_sync(
        self,
        *,
        connection: Connection,
        message: str = "",
        success_at: datetime | None = None,
        now: datetime,
    ) -> None:
        """Store how the connection is, for every process."""
        ...

    def add_clock_sample(self, offset: timedelta, *, jumped: bool = False) -> timedelta:
        """Store one clock offset (Amazon minus us), return the median of the last five; `jumped` forgets older ones."""
        ...


class Reader(Protocol):
    """Fast reads over sqlite3 for screens and the command line."""

    def page(
        self,
        view: str = "all",
        *,
        query: str = "",
        sort: str | None = None,
        after: str | None = None,
        before: str | None = None,
        from_end: bool = False,
        limit: int = 50,
        narrowed: Narrowed = WHOLE,
    ) -> Page:
        """Return part of a view by keyset; `limit` is kept between 1 and 10,000.

        Sorts: `-created` (default), `created`, `expires`, `amount`, `number`, `status`, each of these also with `-`;
        in the view attention also `trouble` (its default: what lapses soonest, then by urgency). Raises `ValueError`
        with a sentence for an unknown view or sort, or a cursor that is none of this sort.
        """
        ...

    def row(
        self, order_id: str, *, view: str = "all", sort: str | None = None, query: str = "", narrowed: Narrowed = WHOLE
    ) -> ListRow | None:
        """Return one order's list row with its cursor in a list; None when the order is not in that list."""
        ...

    def total(self, view: str = "all", query: str = "", cap: int = 1000, *, narrowed: Narrowed = WHOLE) -> int | None:
        """Count a view (kept counts), a query or a filter exactly up to `cap`; None above it."""
        ...

    def place(
        self,
        cursor: str,
        view: str = "all",
        *,
        query: str = "",
        sort: str | None = None,
        narrowed: Narrowed = WHOLE,
        cap: int = 10_000,
    ) -> int | None:
        """Return how many rows of a list stand before a cursor, counted exactly up to `cap`; None above it."""
        ...

    def counts(self) -> dict[str, int]:
        """Return the kept count of every view."""
        ...

    def order(self, order_id: str) -> Order | None:
        """Return everything known of an order, or None when it is not tracked."""
        ...

    def marks(self, order_id: str) -> Marks:
        """Return what people marked on an order."""
        ...

    def timeline(self, order_id: str) -> tuple[TimelineEntry, ...]:
        """Return what happened to an order, newest first."""
        ...

    def raw(self, order_id: str) -> dict[str, str]:
        """Return the last body Amazon sent for each object of an order, as text."""
        ...

    def resolve(self, text: str) -> tuple[str, ...]:
        """Return the ids of tracked orders that an id or shop order number names; several when ambiguous."""
        ...

    def status(self, now: datetime) -> SyncStatus:
        """Return how well the cache is in step."""
        ...

    def queue(self, now: datetime, limit: int = 100) -> Queue:
        """Return what waits to be read, and the head of the queue: failing objects, then those due first."""
        ...

    def objects(self, order_id: str) -> tuple[Queued, ...]:
        """Return every known object of an order with when it is read, permission first."""
        ...

    def sources(self) -> tuple[SourceState, ...]:
        """Return what is known of every source that ever ran, by name; `every` and `running` are not kept."""
        ...

    def revision(self) -> int:
        """Return a number that rises with every change of the cache by any process; cheap."""
        ...

    def changed_since(self, revision: int) -> tuple[str, ...]:
        """Return ids of orders changed after a revision."""
        ...


@dataclass(frozen=True, slots=True)
class Ready:
    """A checked wish: the one record a dialog shows and the call is made of."""

    wish: Wish
    order: Order
    """As read from Amazon just now."""
    offer: Offer
    prepared: Prepared
    base: str
    counter: int
    key: str
    seen: Seen
    read_at: datetime
    """When Amazon was read, corrected UTC."""
    after: str
    """What the order will look like afterwards, one sentence."""
    already_so: bool = False
    """The wished state is already there: submitting sends nothing and succeeds."""


@dataclass(frozen=True, slots=True)
class Event:
    """A fact for screens; cheap, may be dropped and re-read."""

    kind: Literal["orders", "intent", "sync", "read"]
    """`read`: an order that a person wanted refreshed in the background was read, or could not be."""
    order_ids: tuple[str, ...] = ()
    intent: Intent | None = None
    problem: str | None = None
    """Why it could not be read, one sentence."""


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """What every screen and dialog names: where one is and who one is."""

    name: str
    environment: Literal["simulator", "sandbox", "live"]
    region: str
    place: Place
    person: str
    """OS user, with the SSH origin when there is one."""
    host: str
    timezone: str
    writable: bool
    """False: read-only, by option, configuration or a newer database."""
    read_only_reason: str | None
    demo: bool = False
    pending_authorization: bool = False
    """Whether an authorization may be decided within 24 hours instead of at once."""


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

    def intents(self, *, order_id: str | None = None, open_only: bool = False, limit: int = 100) -> tuple[Intent, ...]:
        """Return journal entries, newest first."""
        ...

    def refresh(self, order_ids: Sequence[str], *, wait: bool = False) -> None:
        """Read orders from Amazon, now; without `wait` in the background. Raises `OfflineError` when waiting fails."""
        ...

    def sync_once(self, *, all_: bool = False, progress: Callable[[int, int], None] | None = None) -> int:
        """Ask the sources that are due, read everything due, settle open intents; returns how many objects were read.

        A source that fails says so in its state and stops nothing.
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

    def discover(self, wanted: Wanted, listener: Listener) -> Discovered:
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
