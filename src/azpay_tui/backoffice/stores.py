"""What the back office needs from journal and cache."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.deliveries import Delivery, Outcome, Parcel
from azpay_tui.domain.dossier import Dossier
from azpay_tui.domain.filters import WHOLE, Narrowed
from azpay_tui.domain.intent import Intent, IntentDraft, State
from azpay_tui.domain.lapses import Day, DayOfLapses, Mark
from azpay_tui.domain.marks import MarkEdit, Marks
from azpay_tui.domain.order import Address, Order
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
from azpay_tui.domain.sale import Cancelled
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.switch import Act, Switch


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
        seen: Intent | None = None,
    ) -> Intent:
        """Change an intent without an attempt: abandoned, settled by read-back or a person, later look.

        With `seen` only while it stands as it was seen then.
        """
        ...

    def intent(self, intent_id: str) -> Intent | None:
        """Return one intent."""
        ...

    def dossier(self, intent_id: str) -> Dossier | None:
        """Return an intent with all that was sent and came back."""
        ...

    def intents(
        self, *, order_id: str | None = None, states: Iterable[State] = (), limit: int = 1000
    ) -> tuple[Intent, ...]:
        """Return intents, newest first; empty `states` means all."""
        ...

    def decided(self) -> tuple[Intent, ...]:
        """Return the newest intents that a person settled and no later read agreed with yet."""
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

    def cancel_sale(
        self, order_id: str, act: Cancelled, seen: Cancelled | None, counts: tuple[int, int] | None = None
    ) -> bool:
        """Write that a sale was cancelled; tells whether it was: not where what was `seen` is not so any more.

        With `counts` only while the order has so many intents and slips.
        """
        ...

    def delete(self, order_id: str, at: datetime) -> bool:
        """Delete an order so that nothing brings it back; tells whether it is: not while an action is not settled."""
        ...

    def readdress(self, order_id: str, address: Address | None, at: datetime) -> bool:
        """Keep where a parcel goes, None: where Amazon says; tells whether it was done."""
        ...

    def slips(self, order_id: str) -> tuple[Booked, ...]:
        """Return the slips of an order, newest first."""
        ...

    def record_slip(self, booked: Booked, at: datetime, seen: int) -> int:
        """Write down what was done elsewhere and return the slip's number; `seen` is how many slips the order had."""
        ...

    def turn(self, to: Switch, seen: Switch | None) -> Switch:
        """Turn the switch of automatic steps; raises `SwitchedOff` unless it stands as it was seen."""
        ...

    def strayed(self) -> str | None:
        """Say why nothing may be done by itself, one sentence: the journal is not what was told outside of it."""
        ...

    def purge(self, order_ids: Sequence[str], at: datetime) -> tuple[str, ...]:
        """Take out what is personal of orders; returns those where it is gone: all but those with an open intent."""
        ...


class Cache(Protocol):
    """What can be rebuilt from the journal and Amazon. Safe from any thread."""

    def put(self, reads: Sequence[ReadResult], now: datetime) -> tuple[str, ...]:
        """Store what was read, rebuild the rows of the orders concerned; returns the ids of orders that changed."""
        ...

    def reproject(self, order_ids: Iterable[str], now: datetime) -> None:
        """Rebuild the rows of orders after the journal changed (new ids get an object that is due at once)."""
        ...

    def purge(self, order_ids: Sequence[str], now: datetime) -> None:
        """Take out what is personal of orders whose personal data the journal no longer has."""
        ...

    def tick(self, now: datetime) -> tuple[str, ...]:
        """Rebuild rows whose status, attention or ship verdict changes by time alone; returns their ids."""
        ...

    def read_outcomes(self, now: datetime) -> None:
        """Have the orders read again now that were not read since an outcome."""
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


class Deliveries(Protocol):
    """Which parcels Amazon was told of; every method is one durable transaction. Raises the store's `StoreError`s."""

    def with_number(self, tracking: str) -> tuple[Delivery, ...]:
        """Return the attempts with a tracking number, of whichever order, newest first."""
        ...

    def begin(self, parcel: Parcel, seen: int, at: datetime) -> Delivery:
        """Write that Amazon is told of a parcel next; `seen` is how many attempts with its number there were."""
        ...

    def end(self, begun: Delivery, answer: Answer, outcome: Outcome, why: str, at: datetime) -> Delivery:
        """Write what became of an attempt and return it so."""
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
        in the view attention also `trouble` (its default: what lapses soonest, then by urgency). Raises `ListError`
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

    def lapses(self, mark: Mark, days: Sequence[Day]) -> tuple[DayOfLapses, ...]:
        """Return what ends by one mark on each of these days, by currency; nothing before the first one's start."""
        ...

    def order(self, order_id: str) -> Order | None:
        """Return everything known of an order, or None when it is not tracked."""
        ...

    def marks(self, order_id: str) -> Marks:
        """Return what people marked on an order."""
        ...

    def slips(self, order_id: str | None = None, limit: int = -1) -> tuple[Booked, ...]:
        """Return slips, newest first: of one order, or of all; a `limit` below nothing is none."""
        ...

    def deliveries(self, order_id: str) -> tuple[Delivery, ...]:
        """Return which parcels of an order Amazon was told of, newest first."""
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

    def statuses(self, order_ids: Sequence[str] | None = None) -> dict[str, str]:
        """Return the status word of these orders, or of all there are."""
        ...

    def with_concern(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Return ids of orders that need a person for one of these attention codes, also where one has looked."""
        ...

    def expired(self, before: datetime) -> tuple[str, ...]:
        """Return ids of orders with which nothing was due since `before` and whose buyer is still known here."""
        ...

    def changed_since(self, revision: int) -> tuple[str, ...]:
        """Return ids of orders changed after a revision."""
        ...

    def switch(self) -> Switch | None:
        """Return how the switch of automatic steps stands; None while it was never turned."""
        ...

    def acts(self, order_id: str) -> tuple[Act, ...]:
        """Return every intent on an order, the oldest first."""
        ...

    def failures(self, after: int) -> int:
        """Return how many of the newest steps without a person, after the intent of a number, failed in a row."""
        ...

    def stirred(self, since: datetime, revision: int = 0, limit: int = 1000) -> tuple[str, ...]:
        """Return orders made after `since` that may have a step before them, and that changed after a revision."""
        ...
