"""The writing side of the cache: what was read goes in, rows for lists come out, in one transaction per batch."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from azpay_tui.domain.order import Order, kind_of, order_id_of
from azpay_tui.domain.rows import Connection, Due, ReadResult
from azpay_tui.store.cache import due as due_order
from azpay_tui.store.cache import following
from azpay_tui.store.cache.assemble import Parts, load
from azpay_tui.store.cache.file import CacheFile
from azpay_tui.store.cache.listing import remove_rows, write_rows
from azpay_tui.store.cache.objects import (
    add_objects,
    happened,
    order_ids_of,
    read_again,
    remove_objects,
    store_read,
)
from azpay_tui.store.cache.outcomes import have_read, read_outcomes, read_overtaken, unread
from azpay_tui.store.cache.persons import forget_person, without_person
from azpay_tui.store.cache.project import Acts, project
from azpay_tui.store.times import storable, to_micros

CHUNK: Final = 500
"""Orders rebuilt in one transaction, so that others can write in between."""
_MICROSECOND: Final = timedelta(microseconds=1)


class CacheStore:
    """What can be rebuilt; safe from any thread and beside other processes. Raises `CacheUnavailable`.

    Rows are made of the cache's facts and of what the journal knows, read inside the cache's writing transaction, so
    that of two processes the later one never writes the older state.
    """

    def __init__(self, file: CacheFile) -> None:
        """Keep what was read in this file."""
        self.file = file

    def put(self, reads: Sequence[ReadResult], now: datetime) -> tuple[str, ...]:
        """Store what was read, rebuild the rows of the orders concerned; returns the ids of orders that changed.

        An answer that is older than what is known (two reads that overlapped) is dropped; where clocks alone tell that
        it is, the object is due again at once.
        """
        changed: list[str] = []
        for start in range(0, len(reads), CHUNK):
            batch = reads[start : start + CHUNK]
            with self.file.writing() as (cache, journal):
                ids = order_ids_of(batch)
                before = {order_id: parts.order(order_id) for order_id, parts in load(cache, journal, ids).items()}
                for read in batch:
                    purged = before[order_id_of(read.object_id)].purged_at is not None
                    store_read(cache, without_person(read) if purged else read, now)
                read_overtaken(cache, journal, ids, now)
                changed += self._rebuild(cache, journal, ids, now, before)
        self.file.tidy()
        return tuple(dict.fromkeys(changed))

    def purge(self, order_ids: Sequence[str], now: datetime) -> None:
        """Take out what is personal of orders whose personal data the journal no longer has."""
        for start in range(0, len(order_ids), CHUNK):
            ids = order_ids[start : start + CHUNK]
            with self.file.writing() as (cache, journal):
                forget_person(cache, ids)
                self._rebuild(cache, journal, ids, now, news=True)
        self.file.tidy()

    def reproject(self, order_ids: Iterable[str], now: datetime) -> None:
        """Rebuild the rows of orders after the journal changed (new ids get an object that is due at once)."""
        self.file.refuse()  # said also when there is no order to rebuild
        ids = list(dict.fromkeys(order_ids))
        with self.file.reading() as handles:
            followed = following.unfollowed(*handles)
        beside: dict[str, None] = {}
        for start in range(0, len(ids), CHUNK):
            with self.file.writing() as (cache, journal):
                self._rebuild(cache, journal, ids[start : start + CHUNK], now, news=True, beside=beside)
        self._rebuild_all([order_id for order_id in beside if order_id not in set(ids)], now)
        self._follow_shop(now)
        if followed is not None and followed.orders.issubset(ids):
            with self.file.writing() as (cache, _journal):
                following.follow(cache, followed)
        self.file.tidy()

    def _rebuild_all(self, ids: Sequence[str], now: datetime) -> None:
        for start in range(0, len(ids), CHUNK):
            with self.file.writing() as (cache, journal):
                self._rebuild(cache, journal, ids[start : start + CHUNK], now)

    def _follow_shop(self, now: datetime) -> None:
        """Rebuild the rows of orders that no shop named, where the shop is now heard for the first or further back."""
        with self.file.reading() as handles:
            found = following.heard(*handles)
        if found is None:
            return
        bound, ids = found
        self._rebuild_all(ids, now)
        with self.file.writing() as (cache, _journal):
            following.holds(cache, bound)

    def tick(self, now: datetime) -> tuple[str, ...]:
        """Rebuild rows whose status, attention or ship verdict changes by time alone; returns the ids that changed.

        Also takes in what another process wrote into the journal and could not bring into the cache any more.
        """
        changed: list[str] = []
        moment = to_micros(now)
        self.catch_up(now)
        while True:
            with self.file.writing() as (cache, journal):
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
        with self.file.reading() as handles:
            unfollowed = following.unfollowed(*handles, opening=opening)
        if unfollowed is None:
            return 0
        self.reproject(sorted(unfollowed.orders), now)
        with self.file.writing() as (cache, _journal):
            following.follow(cache, unfollowed)
        return len(unfollowed.orders)

    def read_outcomes(self, now: datetime) -> None:
        """Have the orders read again now that were not read since an outcome, or so soon after it that it is unsure."""
        with self.file.reading() as handles:
            found = unread(*handles, now)
        if found:
            with self.file.writing() as (cache, _journal):
                have_read(cache, found, now)

    def due(self, now: datetime, limit: int, watched: Collection[str] = (), all_: bool = False) -> tuple[Due, ...]:
        """Return objects to read: watched orders not read for 60 s, lapses soon, then in turns what was never read and
        what is due again, failing last.

        With `all_` every object that was not asked for since `now`, the longest ago first.
        """
        with self.file.reading() as (cache, _journal):
            return due_order.find(cache, now, limit, watched, all_)

    def objects_of(self, order_id: str) -> tuple[str, ...]:
        """Return every known object id of an order, permission first."""
        with self.file.reading() as (cache, journal):
            parts = load(cache, journal, [order_id])[order_id]
        return (order_id, *sorted(parts.ids - {order_id}))

    def set_sync(
        self, *, connection: Connection, message: str = "", success_at: datetime | None = None, now: datetime
    ) -> None:
        """Store how the connection is, for every process; another word or message raises the revision."""
        with self.file.writing() as (cache, _journal):
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
        with self.file.writing() as (cache, _journal):
            if jumped:
                cache.execute("DELETE FROM clock_sample")
            cache.execute("INSERT INTO clock_sample (offset_us) VALUES (?)", (offset // _MICROSECOND,))
            cache.execute(
                "DELETE FROM clock_sample WHERE id NOT IN (SELECT id FROM clock_sample ORDER BY id DESC LIMIT 5)"
            )
            samples = [row[0] for row in cache.execute("SELECT offset_us FROM clock_sample").fetchall()]
        return int(median(samples)) * _MICROSECOND

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


def _known(order_id: str, parts: Parts) -> bool:
    """Whether there is an order at all: an id that is none, or that nobody ever named, makes no row."""
    return kind_of(order_id) == "permission" and parts.known


def _plain(order: Order) -> Order:
    return replace(order, refreshed_at=None)
