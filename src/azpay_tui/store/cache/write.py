"""The writing side of the cache: what was read goes in, rows for lists come out, in one transaction per batch."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from azpay_tui.domain.order import Order, kind_of, order_id_of
from azpay_tui.domain.rows import Connection, Due, ReadResult
from azpay_tui.store.cache import due as due_order
from azpay_tui.store.cache import following
from azpay_tui.store.cache.assemble import Parts, load
from azpay_tui.store.cache.listing import remove_rows, write_rows
from azpay_tui.store.cache.objects import (
    add_objects,
    happened,
    order_ids_of,
    read_again,
    read_outcomes,
    remove_objects,
    store_read,
)
from azpay_tui.store.cache.persons import forget_person, without_person
from azpay_tui.store.cache.project import Acts, project
from azpay_tui.store.errors import CacheUnavailable, cache_error
from azpay_tui.store.files import DataDir
from azpay_tui.store.locks import Lease
from azpay_tui.store.sqlite import BUSY_SECONDS, CACHE_PRAGMAS, Handle, connect, connect_reader
from azpay_tui.store.times import storable, to_micros

CHUNK: Final = 500
"""Orders rebuilt in one transaction, so that others can write in between."""
_LOG_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of the write-ahead log after which it is moved into the file."""
_TRIES: Final = 30
"""Seconds for which emptying the log is tried."""
_MICROSECOND: Final = timedelta(microseconds=1)


class CacheStore:
    """What can be rebuilt; safe from any thread and beside other processes. Raises `CacheUnavailable`.

    Rows are made of the cache's facts and of what the journal knows, read inside the cache's writing transaction, so
    that of two processes the later one never writes the older state.
    """

    def __init__(
        self, data: DataDir, *, refusal: CacheUnavailable | None = None, busy: float = BUSY_SECONDS
    ) -> None:  # fmt: skip
        """Use existing, migrated files; `refusal` is raised by every write."""
        self.path: Path = data.cache
        self._data = data
        self._refusal = refusal
        self._cache = Handle(data.cache, lambda path: _open(path, busy))
        self._journal = Handle(data.journal, connect_reader)
        self._lock = threading.RLock()

    def put(self, reads: Sequence[ReadResult], now: datetime) -> tuple[str, ...]:
        """Store what was read, rebuild the rows of the orders concerned; returns the ids of orders that changed.

        An answer that is older than what is known (two reads that overlapped) is dropped.
        """
        changed: list[str] = []
        for start in range(0, len(reads), CHUNK):
            batch = reads[start : start + CHUNK]
            with self._writing() as (cache, journal):
                ids = order_ids_of(batch)
                before = {order_id: parts.order(order_id) for order_id, parts in load(cache, journal, ids).items()}
                for read in batch:
                    purged = before[order_id_of(read.object_id)].purged_at is not None
                    store_read(cache, without_person(read) if purged else read, now)
                changed += self._rebuild(cache, journal, ids, now, before)
        self._tidy()
        return tuple(dict.fromkeys(changed))

    def purge(self, order_ids: Sequence[str], now: datetime) -> None:
        """Take out what is personal of orders whose personal data the journal no longer has."""
        for start in range(0, len(order_ids), CHUNK):
            ids = order_ids[start : start + CHUNK]
            with self._writing() as (cache, journal):
                forget_person(cache, ids)
                self._rebuild(cache, journal, ids, now, news=True)
        self._tidy()

    def reproject(self, order_ids: Iterable[str], now: datetime) -> None:
        """Rebuild the rows of orders after the journal changed (new ids get an object that is due at once)."""
        if self._refusal is not None:  # said also when there is no order to rebuild
            raise self._refusal
        ids = list(dict.fromkeys(order_ids))
        with self._lock, self._translated():
            followed = following.unfollowed(*self._handles())
        beside: dict[str, None] = {}
        for start in range(0, len(ids), CHUNK):
            with self._writing() as (cache, journal):
                self._rebuild(cache, journal, ids[start : start + CHUNK], now, news=True, beside=beside)
        self._rebuild_all([order_id for order_id in beside if order_id not in set(ids)], now)
        self._follow_shop(now)
        if followed is not None and followed.orders.issubset(ids):
            with self._writing() as (cache, _journal):
                following.follow(cache, followed)
        self._tidy()

    def _rebuild_all(self, ids: Sequence[str], now: datetime) -> None:
        for start in range(0, len(ids), CHUNK):
            with self._writing() as (cache, journal):
                self._rebuild(cache, journal, ids[start : start + CHUNK], now)

    def _follow_shop(self, now: datetime) -> None:
        """Rebuild the rows of orders that no shop named, where the shop is now heard for the first or further back."""
        with self._lock, self._translated():
            found = following.heard(*self._handles())
        if found is None:
            return
        bound, ids = found
        self._rebuild_all(ids, now)
        with self._writing() as (cache, _journal):
            following.holds(cache, bound)

    def tick(self, now: datetime) -> tuple[str, ...]:
        """Rebuild rows whose status, attention or ship verdict changes by time alone; returns the ids that changed.

        Also takes in what another process wrote into the journal and could not bring into the cache any more.
        """
        changed: list[str] = []
        moment = to_micros(now)
        self.catch_up(now)
        while True:
            with self._writing() as (cache, journal):
                found = cache.execute(
                    "SELECT order_id FROM list_row WHERE changes_at <= ? ORDER BY changes_at LIMIT ?", (moment, CHUNK)
                ).fetchall()
                if not found:
                    return tuple(dict.fromkeys(changed))
                changed += self._rebuild(cache, journal, [row[0] for row in found], now)

    def catch_up(self, now: datetime, *, opening: bool = False) -> int:
        """Rebuild the rows of every order the journal names since the cache last followed it; returns how many.

        When `opening`, every row when they were made by other rules (`project.RULES`): two versions at work on one
        cache at the same time must not go on undoing what the other one wrote.
        """
        with self._lock, self._translated():
            unfollowed = following.unfollowed(*self._handles(), opening=opening)
        if unfollowed is None:
            return 0
        self.reproject(sorted(unfollowed.orders), now)
        with self._writing() as (cache, _journal):
            following.follow(cache, unfollowed)
        return len(unfollowed.orders)

    def due(self, now: datetime, limit: int, watched: Collection[str] = (), all_: bool = False) -> tuple[Due, ...]:
        """Return objects to read: watched orders not read for 60 s, lapses soon, then in turns what was never read and
        what is due again, failing last.

        With `all_` every object that was not asked for since `now`, the longest ago first.
        """
        with self._lock, self._translated():
            cache, _journal = self._handles()
            return due_order.find(cache, now, limit, watched, all_)

    def objects_of(self, order_id: str) -> tuple[str, ...]:
        """Return every known object id of an order, permission first."""
        with self._lock, self._translated():
            cache, journal = self._handles()
            parts = load(cache, journal, [order_id])[order_id]
        return (order_id, *sorted(parts.ids - {order_id}))

    def set_sync(
        self, *, connection: Connection, message: str = "", success_at: datetime | None = None, now: datetime
    ) -> None:
        """Store how the connection is, for every process; another word or message raises the revision."""
        with self._writing() as (cache, _journal):
            cache.execute(
                """UPDATE state SET revision = revision + (connection <> ?1 OR message <> ?2),
                    since = CASE WHEN connection <> ?1 OR since IS NULL THEN ?3 ELSE since END,
                    connection = ?1, message = ?2, last_success = coalesce(?4, last_success)""",
                (connection, storable(message), to_micros(now), to_micros(success_at)),
            )

    def add_clock_sample(self, offset: timedelta, *, jumped: bool = False) -> timedelta:
        """Store one clock offset (Amazon minus us) and return the median of the last five.

        `jumped` forgets the older ones: one side set its clock.
        """
        with self._writing() as (cache, _journal):
            if jumped:
                cache.execute("DELETE FROM clock_sample")
            cache.execute("INSERT INTO clock_sample (offset_us) VALUES (?)", (offset // _MICROSECOND,))
            cache.execute(
                "DELETE FROM clock_sample WHERE id NOT IN (SELECT id FROM clock_sample ORDER BY id DESC LIMIT 5)"
            )
            samples = [row[0] for row in cache.execute("SELECT offset_us FROM clock_sample").fetchall()]
        return int(median(samples)) * _MICROSECOND

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Read and write what is beside the orders, in one transaction of its own."""
        with self._writing() as (cache, _journal):
            yield cache

    def checkpoint(self) -> bool:
        """Move the write-ahead log into the file, unless another process is doing it; returns whether it is empty."""
        turn = Lease(self._data.checkpoint_lock)
        if not turn.try_acquire():
            return False
        try:
            with self._lock, self._translated():
                busy, *_pages = self._handles()[0].execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
        finally:
            turn.release()

    def compact(self, pause: Callable[[float], bool]) -> None:
        """Write search index and file anew without what was deleted, and empty the log.

        `pause` waits so many seconds and tells whether to give up. Raises `CacheUnavailable`, also when others read for
        so long that the log cannot be emptied.
        """
        with self._writing() as (cache, _journal):
            cache.execute("INSERT INTO search (search) VALUES ('rebuild')")
        with self._lock, self._translated():
            self._handles()[0].execute("VACUUM")
        for _try in range(_TRIES):
            if self.checkpoint() or pause(1.0):
                return
        raise CacheUnavailable(f"The log of the cache {self.path} cannot be emptied: another program reads in it.")

    def close(self) -> None:
        """Close the connections; safe to call twice."""
        with self._lock:
            self._cache.close()
            self._journal.close()

    def _rebuild(
        self,
        cache: sqlite3.Connection,
        journal: sqlite3.Connection | None,
        ids: Sequence[str],
        now: datetime,
        before: dict[str, Order] | None = None,
        *,
        news: bool = False,
        beside: dict[str, None] | None = None,
    ) -> tuple[str, ...]:
        """Make the rows of orders anew inside a transaction.

        `before`: the snapshots to compare with; `news`: each order counts as changed, also when its row is the same;
        `beside` is told which other orders the shop gives the same number.
        """
        parts = load(cache, journal, ids)
        gone = [order_id for order_id, part in parts.items() if part.deleted]
        if gone:
            remove_objects(cache, gone)
            remove_rows(cache, gone)
        add_objects(cache, parts, now)
        if news:
            read_again(cache, parts, now)
            read_outcomes(cache, journal, ids, now)
        if beside is not None:
            beside.update((other, None) for part in parts.values() for _number, other in part.shop.shared)
        orders = {order_id: part.order(order_id) for order_id, part in parts.items() if _known(order_id, part)}
        touched = list(orders) if news else []
        if before is not None:
            touched = [i for i, order in orders.items() if _plain(order) != _plain(before[i])]
            for order_id in touched:
                happened(cache, before[order_id], orders[order_id], now)
        rows = [
            project(order, now, Acts(part.added_at, part.acted_at), part.marks)
            for order_id, order in orders.items()
            for part in (parts[order_id],)
        ]
        changed = write_rows(cache, rows, touched)
        cache.executemany(
            "UPDATE object SET lapse_at = ?1 WHERE order_id = ?2 AND lapse_at IS NOT ?1",
            [(row.expires, row.order_id) for row in rows],
        )
        return changed

    def _handles(self) -> tuple[sqlite3.Connection, sqlite3.Connection | None]:
        cache = self._cache.get()
        if cache is None:
            raise CacheUnavailable(f"The cache {self.path} is gone; start again, it is rebuilt.")
        return cache, self._journal.get()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise cache_error(error, self.path) from error

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection | None]]:
        if self._refusal is not None:
            raise self._refusal
        with self._lock, self._translated():
            cache, journal = self._handles()
            cache.execute("BEGIN IMMEDIATE")
            try:
                yield cache, journal
                cache.execute("COMMIT")
            except BaseException:
                try:
                    if cache.in_transaction:
                        cache.execute("ROLLBACK")
                except sqlite3.Error:
                    self._cache.close()  # which undoes it as well: the next transaction begins on a new connection
                raise

    def _tidy(self) -> None:
        with contextlib.suppress(OSError):
            if self.path.with_name(self.path.name + "-wal").stat().st_size > _LOG_LIMIT:
                self.checkpoint()


def _open(path: Path, busy: float) -> sqlite3.Connection:
    connection = connect(path, busy=busy)
    for pragma in CACHE_PRAGMAS:
        connection.execute(pragma).fetchall()
    return connection


def _known(order_id: str, parts: Parts) -> bool:
    """Whether there is an order at all: an id that is none, or that nobody ever named, makes no row."""
    return kind_of(order_id) == "permission" and parts.known


def _plain(order: Order) -> Order:
    return replace(order, refreshed_at=None)
