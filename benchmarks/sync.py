"""The first sync of a shop over loopback, against the same signed requests without anything behind them; and the store
alone, against SQLite taking finished rows.

The simulated Amazon runs on the same machine and checks every signature, so its own work is in all three columns.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from azpay_tui import config
from azpay_tui.amazon import v2
from azpay_tui.amazon.v2.requests import read_route
from azpay_tui.backoffice.harvest.contract import read_orders
from azpay_tui.bootstrap import Parts, build_desk, utc_now
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.profiles import Profile
from benchmarks.common import Table, finish, interleaved, options, timed, workplace
from benchmarks.shop import NOW, made, open_shop, reads, signed_client, simulated, tracked

ORDERS = 300
THREADS = 4
STORED = 2000
NETWORK = ("bare httpx, signed", "gateway, no store", "azpay sync")
STORE = ("finished rows, no index", "finished rows, our indexes", "cache.put")


def all_ids(shop: Path) -> list[TrackedOrder]:
    """Return what the shop's export names."""
    with open(shop / "orders.csv", "rb") as stream:
        return [found for found in read_orders(stream) if isinstance(found, TrackedOrder)]


def bare(profile: Profile, ids: list[str]) -> float:
    """Get every object with plain httpx; seconds."""
    paths = [f"/v2{route[0]}" for object_id in ids if (route := read_route(object_id)) is not None]
    with signed_client(profile) as client, ThreadPoolExecutor(THREADS) as pool:
        client.get(paths[0]).raise_for_status()
        return timed(lambda: [answer.raise_for_status() for answer in pool.map(client.get, paths)]) / 1000


def gateway(profile: Profile, ids: list[str]) -> float:
    """Get and translate every object, store nothing; seconds."""
    found = v2.build(profile, now=utc_now)
    with ThreadPoolExecutor(THREADS) as pool:
        found.read(ids[0])
        seconds = timed(lambda: list(pool.map(found.read, ids))) / 1000
    found.close()
    return seconds


def sync(profile: Profile, orders: list[TrackedOrder], ids: list[str], directory: Path) -> float:
    """Learn of the orders in a new data directory and sync once; seconds of the sync."""
    with tempfile.TemporaryDirectory(dir=directory) as data:
        fresh = replace(profile, data_dir=Path(data))
        desk = build_desk(fresh, Parts().info(fresh, None))
        try:
            desk.track(orders)
            read: list[int] = []
            seconds = timed(lambda: read.append(desk.sync_once())) / 1000
        finally:
            desk.stop(10)
    if read != [len(ids)]:
        raise RuntimeError(f"the sync read {read} objects of {len(ids)}")
    return seconds


def store(directory: Path) -> float:
    """Put what was read of new orders into a new cache; seconds."""
    chance = random.Random(7)
    found = [read for number in range(1, STORED + 1) for read in reads(number, chance)]
    with tempfile.TemporaryDirectory(dir=directory) as data, closing(open_shop(Path(data))) as stores:
        stores.journal.track([tracked(number) for number in range(1, STORED + 1)], NOW)
        return timed(lambda: stores.cache.put(found, NOW)) / 1000


def rows_alone(source: Path, directory: Path, *, schema: bool) -> float:
    """Insert as many finished rows with plain sqlite3, with every index of the cache or with none; seconds."""
    with tempfile.TemporaryDirectory(dir=directory) as data, closing(open_shop(Path(data) / "shop")):
        target = Path(data) / "shop" / "cache.db" if schema else Path(data) / "plain.db"
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("ATTACH ? AS made", (str(source / "cache.db"),))
            rows = {
                table: connection.execute(f"SELECT * FROM made.{table} LIMIT ?", (count,)).fetchall()
                for table, count in (("list_row", STORED), ("object", 2 * STORED))
            }
            if not schema:
                for table in rows:
                    connection.execute(f"CREATE TABLE main.{table} AS SELECT * FROM made.{table} LIMIT 0")

            def insert() -> None:
                for table, many in rows.items():
                    connection.execute("BEGIN")
                    connection.executemany(f"INSERT INTO main.{table} VALUES ({', '.join('?' * len(many[0]))})", many)
                    if schema and table == "list_row":
                        texts = "INSERT INTO search (rowid, search_text) SELECT rid, search_text FROM main.list_row"
                        connection.execute(texts)
                    connection.execute("COMMIT")

            return timed(insert) / 1000


def per_second(count: int, cases: Mapping[str, Callable[[], float]], rounds: int) -> list[float]:
    """Return how many a second each case does."""
    return [count / seconds for seconds in interleaved(cases, rounds).values()]


def main() -> None:
    """Measure and print."""
    chosen = options(__doc__, rounds=3)
    with workplace() as directory, simulated(directory / "simulated", ORDERS) as shop:
        profile = config.load(shop / "config.toml")
        orders = all_ids(shop)
        ids = [i for order in orders for i in (order.order_id, *order.charge_ids, *order.refund_ids)]
        network = Table(f"First sync, {len(ids)} objects of {ORDERS} orders", NETWORK, "objects/s")
        whole: dict[str, Callable[[], float]] = {
            "bare": partial(bare, profile, ids),
            "gateway": partial(gateway, profile, ids),
            "sync": partial(sync, profile, orders, ids, directory),
        }
        network.add(f"{THREADS} threads", *per_second(len(ids), whole, chosen.rounds))
        source = made(directory, 10_000)
        stored = Table(f"Store alone, {STORED} new orders of two objects", STORE, "orders/s")
        alone: dict[str, Callable[[], float]] = {
            "plain": partial(rows_alone, source, directory, schema=False),
            "schema": partial(rows_alone, source, directory, schema=True),
            "put": partial(store, directory),
        }
        stored.add("bulk", *per_second(STORED, alone, chosen.rounds))
    finish([network, stored], chosen.json)


if __name__ == "__main__":
    main()
