"""Reading cache and journal for screens and the command line: fixed SQL over sqlite3, nothing heavy imported."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from azpay_tui.domain.deliveries import Delivery
from azpay_tui.domain.filters import WHOLE, Narrowed
from azpay_tui.domain.lapses import Day, DayOfLapses, Mark
from azpay_tui.domain.marks import Marks
from azpay_tui.domain.order import Order, kind_of, order_id_of
from azpay_tui.domain.queue import Queue, Queued
from azpay_tui.domain.rows import VIEWS, ListRow, Page, SyncStatus, TimelineEntry
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.switch import Act, Switch
from azpay_tui.store.cache import pages, steps
from azpay_tui.store.cache.assemble import load
from azpay_tui.store.cache.connections import Connections
from azpay_tui.store.cache.history import timeline
from azpay_tui.store.cache.lapses import on_days
from azpay_tui.store.cache.pages import List
from azpay_tui.store.cache.queue import head, of_order
from azpay_tui.store.cache.search import fold
from azpay_tui.store.cache.sources import stored
from azpay_tui.store.cache.standing import status
from azpay_tui.store.deliveries import of_order as load_deliveries
from azpay_tui.store.errors import readable
from azpay_tui.store.files import DataDir
from azpay_tui.store.marks import load as load_marks
from azpay_tui.store.slips import load as load_slips
from azpay_tui.store.sqlite import CACHE_SCHEMA, JOURNAL_SCHEMA, schema_of
from azpay_tui.store.times import to_micros


class CacheReader:
    """Fast reads beside any writer, from any thread (each has its own connections); a missing cache reads as empty.

    Raises `StoreError`s: `OlderSchema` for a file of an older program, `CacheUnavailable` and `JournalUnavailable` for
    one that is damaged, locked or not readable.
    """

    def __init__(self, data_dir: Path, *, holder: Callable[[], bool] = lambda: False) -> None:
        """Read from a data directory; `holder` tells whether this process holds the refresh lease."""
        self._files = Connections(DataDir(data_dir))
        self._holder = holder

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

        Sorts: `-created` (default), `created`, `expires`, `amount`, `number`, `status`, each of these also with `-`,
        and in the view attention `trouble` (its default). Raises `ListError` with a sentence for an unknown view or
        sort, or a cursor that is none of this sort.
        """
        wanted = List(view, sort, query, narrowed)
        backwards = before is not None or (from_end and after is None)
        cursor = before if before is not None else after
        place = None if cursor is None else wanted.place(cursor)
        with self._files.reading() as (cache, _journal):
            if cache is None:
                return Page((), None, None)
            return pages.page(cache, wanted, place, backwards=backwards, limit=limit)

    def row(
        self, order_id: str, *, view: str = "all", sort: str | None = None, query: str = "", narrowed: Narrowed = WHOLE
    ) -> ListRow | None:
        """Return one order's list row with its cursor in a list; None when the order is not in that list.

        Raises `ListError` as `page` does.
        """
        wanted = List(view, sort, query, narrowed)
        with self._files.reading() as (cache, _journal):
            return None if cache is None else pages.row(cache, wanted, order_id)

    def total(self, view: str = "all", query: str = "", cap: int = 1000, *, narrowed: Narrowed = WHOLE) -> int | None:
        """Count a view (kept counts), a query or a filter exactly up to `cap`; None above it."""
        wanted = List(view, None, query, narrowed)
        if not query.split() and not narrowed.filter:
            counted = self.counts()[view]
        else:
            with self._files.reading() as (cache, _journal):
                counted = 0 if cache is None else pages.count(cache, wanted, cap + 1)
        return counted if counted <= cap else None

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
        """Return how many rows of a list stand before a cursor, counted exactly up to `cap`; None above it.

        Raises `ListError` as `page` does.
        """
        wanted = List(view, sort, query, narrowed)
        before = wanted.place(cursor)
        with self._files.reading() as (cache, _journal):
            counted = 0 if cache is None else pages.count(cache, wanted, cap + 1, before)
        return counted if counted <= cap else None

    def counts(self) -> dict[str, int]:
        """Return the kept count of every view."""
        with self._files.reading() as (cache, _journal):
            found = {} if cache is None else dict(cache.execute("SELECT view, n FROM view_count").fetchall())
        return {view: int(found.get(view, 0)) for view in VIEWS}

    def lapses(self, mark: Mark, days: Sequence[Day]) -> tuple[DayOfLapses, ...]:
        """Return what ends by one mark on each of these days, by currency; nothing before the first one's start."""
        with self._files.reading() as (cache, _journal):
            return tuple(DayOfLapses(day, ()) for day in days) if cache is None else on_days(cache, mark, days)

    def order(self, order_id: str) -> Order | None:
        """Return everything known of an order, or None when it is not tracked."""
        with self._files.reading() as (cache, journal):
            parts = load(cache, journal, [order_id])[order_id]
        return parts.order(order_id) if parts.known else None

    def marks(self, order_id: str) -> Marks:
        """Return what people marked on an order."""
        with self._files.reading() as (_cache, journal), readable([order_id]):
            return Marks() if journal is None else load_marks(journal, [order_id]).get(order_id, Marks())

    def slips(self, order_id: str | None = None, limit: int = -1) -> tuple[Booked, ...]:
        """Return slips, newest first: of one order, or of all; a `limit` below nothing is none.

        Raises `JournalUnavailable` where one is damaged.
        """
        with self._files.reading() as (_cache, journal):
            return () if journal is None else load_slips(journal.execute, order_id, limit)

    def deliveries(self, order_id: str) -> tuple[Delivery, ...]:
        """Return which parcels of an order Amazon was told of, newest first; raises as `slips`."""
        with self._files.reading() as (_cache, journal):
            return () if journal is None else load_deliveries(journal.execute, order_id)

    def timeline(self, order_id: str) -> tuple[TimelineEntry, ...]:
        """Return what happened to an order, newest first."""
        with self._files.reading() as (cache, journal), readable([order_id]):
            return timeline(cache, journal, order_id)

    def raw(self, order_id: str) -> dict[str, str]:
        """Return the last body Amazon sent for each object of an order, as text; permission first."""
        sql = "SELECT object_id, raw FROM object WHERE order_id = ? AND raw <> '' ORDER BY length(object_id), object_id"
        with self._files.reading() as (cache, _journal):
            return {} if cache is None else dict(cache.execute(sql, (order_id,)).fetchall())

    def resolve(self, text: str) -> tuple[str, ...]:
        """Return the ids of tracked orders that an id or shop order number names; up to 100 when ambiguous."""
        wanted = text.strip()
        by_id = order_id_of(wanted.upper()) if kind_of(wanted.upper()) is not None else ""
        sql = """SELECT order_id FROM list_row WHERE order_id = ?
            UNION SELECT order_id FROM list_row INDEXED BY row_number
            WHERE number_folded = ? AND number_folded <> '' ORDER BY order_id LIMIT 100"""
        with self._files.reading() as (cache, _journal):
            found = [] if cache is None else cache.execute(sql, (by_id, fold(wanted).strip())).fetchall()
        return (by_id,) if by_id in {row[0] for row in found} else tuple(row[0] for row in found)

    def status(self, now: datetime) -> SyncStatus:
        """Return how well the cache is in step; objects due again and errors are counted up to 100,000."""
        with self._files.reading() as (cache, journal):
            return status(cache, journal, now, holder=self._holder())

    def queue(self, now: datetime, limit: int = 100) -> Queue:
        """Return what waits to be read, and the head of the queue: failing objects, then those due first."""
        with self._files.reading() as (cache, _journal):
            return Queue((), ()) if cache is None else head(cache, now, limit)

    def objects(self, order_id: str) -> tuple[Queued, ...]:
        """Return every known object of an order with when it is read, permission first."""
        with self._files.reading() as (cache, _journal):
            return () if cache is None else of_order(cache, order_id)

    def sources(self) -> tuple[SourceState, ...]:
        """Return what is known of every source that ever ran, by name; its `every` is that of the configuration."""
        with self._files.reading() as (cache, _journal):
            return () if cache is None else stored(cache)

    def revision(self) -> int:
        """Return a number that rises with every change of an order or of the connection, by any process; cheap."""
        with self._files.reading() as (cache, _journal):
            return 0 if cache is None else int(cache.execute("SELECT revision FROM state").fetchone()[0])

    def changed_since(self, revision: int) -> tuple[str, ...]:
        """Return ids of orders changed after a revision, the longest ago first."""
        sql = "SELECT order_id FROM list_row WHERE revision > ? ORDER BY revision, rid"
        with self._files.reading() as (cache, _journal):
            return () if cache is None else tuple(row[0] for row in cache.execute(sql, (revision,)).fetchall())

    def statuses(self, order_ids: Sequence[str] | None = None) -> dict[str, str]:
        """Return the status word of these orders, or of all there are."""
        sql = "SELECT order_id, status FROM list_row"
        if order_ids is not None:
            sql += " WHERE order_id IN (SELECT value FROM json_each(?))"
        values = () if order_ids is None else (json.dumps([*order_ids]),)
        with self._files.reading() as (cache, _journal):
            return {} if cache is None else dict(cache.execute(sql, values).fetchall())

    def with_concern(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Return ids of orders that need a person for one of these attention codes, also where one has looked."""
        sql = """SELECT order_id FROM list_row WHERE attention <> '' AND EXISTS (
            SELECT 1 FROM json_each(?) AS code WHERE instr(' ' || attention || ' ', ' ' || code.value || ' '))"""
        with self._files.reading() as (cache, _journal):
            found = () if cache is None else cache.execute(sql, (json.dumps([*codes]),)).fetchall()
        return tuple(row[0] for row in found)

    def expired(self, before: datetime) -> tuple[str, ...]:
        """Return ids of orders with which nothing was due since `before` and whose buyer is still known here."""
        sql = "SELECT order_id FROM list_row WHERE ended_at < ? ORDER BY ended_at"
        with self._files.reading() as (cache, _journal):
            return () if cache is None else tuple(row[0] for row in cache.execute(sql, (to_micros(before),)).fetchall())

    def switch(self) -> Switch | None:
        """Return how the switch of automatic steps stands; None while it was never turned."""
        with self._files.reading() as (_cache, journal):
            return None if journal is None else steps.switch(journal)

    def acts(self, order_id: str) -> tuple[Act, ...]:
        """Return every intent on an order, the oldest first."""
        with self._files.reading() as (_cache, journal):
            return () if journal is None else steps.acts(journal, order_id)

    def failures(self, after: int) -> int:
        """Return how many of the newest steps without a person, after the intent of a number, failed in a row."""
        with self._files.reading() as (_cache, journal):
            return 0 if journal is None else steps.failures(journal, after)

    def stirred(self, since: datetime, revision: int = 0, limit: int = 1000) -> tuple[str, ...]:
        """Return orders made after `since` that may have a step before them, and that changed after a revision.

        Those that changed longest ago come first; with revision 0 it is all of them, the newest first.
        """
        with self._files.reading() as (cache, _journal):
            return () if cache is None else steps.stirred(cache, since, revision, limit)

    def close(self) -> None:
        """Close the connections of every thread once it is through with them; a later use opens new ones."""
        self._files.close()


def open_reader(data_dir: Path, now: Callable[[], datetime]) -> CacheReader:
    """Open a data directory for reading on the command line.

    Nothing heavy is imported unless a file of an older program must be brought up to date first, at `now`. A directory
    without databases reads as empty. Raises `StoreError`.
    """
    data = DataDir(data_dir)
    try:
        known = ((data.journal, JOURNAL_SCHEMA), (data.cache, CACHE_SCHEMA))
        older = any(0 < schema_of(path) < schema for path, schema in known)
    except sqlite3.Error:
        older = False  # said by the first read, in its own words
    if older:
        from azpay_tui.store.opening import bring_up_to_date

        bring_up_to_date(data, now())
    return CacheReader(data_dir)
