"""What the list asks of the cache, against the plain way to ask the same file: OFFSET, LIKE, count(*)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from azpay_tui.domain.filters import Narrowed, parse
from azpay_tui.domain.lapses import DAYS, days_ahead, totals
from azpay_tui.domain.rows import VIEWS
from azpay_tui.store.cache.read import CacheReader
from azpay_tui.store.cache.row import VIEW_COLUMNS
from benchmarks.common import Table, finish, interleaved, options, timed, workplace
from benchmarks.shop import RARE, made

PAGE = 60
NEWEST = "ORDER BY k_newest, order_id LIMIT ?"
SEARCHES = {
    "rare": RARE,
    "frequent": "muster",
    "in no order": "qqqqq",
    "two letters": "ad",
    "two letters, in no order": "q0",
}
FILTERS = {
    "one status": ("status=AUTHORIZED", "-created", "status = 'AUTHORIZED'"),
    "one status, other sort": ("status=AUTHORIZED", "amount", "status = 'AUTHORIZED'"),
    "rare amounts": (
        "currency=USD amount>=899",
        "-created",
        "amount_currency = 'USD' AND amount_minor >= 89900",
    ),
    "young, by amount": ("age<1d", "amount", "created > {day}"),
    "in no order": ("status=CAPTURED ship=HOLD", "-created", "status = 'CAPTURED' AND ship = 'HOLD'"),
}
"""By name: the filter, the sort, and the plain way to say the filter."""
ORDERS = {"-created": NEWEST, "amount": "ORDER BY k_currency, k_amount, order_id LIMIT ?"}


def cases(
    data_dir: Path, orders: int
) -> tuple[dict[str, tuple[Callable[[], object], Callable[[], object]]], sqlite3.Connection]:
    """Return by name the plain way and ours, and the connection that the plain way uses."""
    plain = sqlite3.connect(data_dir / "cache.db")
    reader = CacheReader(data_dir)

    def rows(sql: str, *values: object) -> list[tuple[object, ...]]:
        return plain.execute(sql, values).fetchall()

    def cursor(view: str, place: int) -> str | None:
        after: str | None = None
        while place > 0:
            page = reader.page(view, after=after, limit=min(place, 10_000))
            after, place = page.next, place - 10_000
        return after

    waiting = reader.counts()["to-capture"]
    middle, within = cursor("all", orders // 2), cursor("to-capture", waiting // 2)
    everything, offset = f"SELECT * FROM list_row {NEWEST} OFFSET ?", orders // 2
    narrowed = f"SELECT * FROM list_row WHERE in_to_capture = 1 {NEWEST} OFFSET ?"
    counting = [
        "SELECT count(*) FROM list_row",
        *(f"SELECT count(*) FROM list_row WHERE {c} = 1" for c in VIEW_COLUMNS.values()),
    ]
    found: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "first page": (lambda: rows(everything, PAGE, 0), lambda: reader.page(limit=PAGE)),
        "page in the middle": (lambda: rows(everything, PAGE, offset), lambda: reader.page(after=middle, limit=PAGE)),
        "page within a view": (
            lambda: rows(narrowed, PAGE, waiting // 2),
            lambda: reader.page("to-capture", after=within, limit=PAGE),
        ),
        "last page": (lambda: rows(everything, PAGE, orders - PAGE), lambda: reader.page(from_end=True, limit=PAGE)),
        f"counts of {len(VIEWS)} views": (lambda: [rows(sql) for sql in counting], reader.counts),
    }
    like = f"SELECT * FROM list_row WHERE search_text LIKE ? {NEWEST}"
    for name, text in SEARCHES.items():
        theirs = {row[1] for row in rows(like, f"%{text}%", PAGE)}
        ours = {row.id for row in reader.page(query=text, limit=PAGE).rows}
        if theirs != ours:
            raise RuntimeError(f"the two ways of searching {text!r} find different orders")
        found[f"search, {name}"] = partial(rows, like, f"%{text}%", PAGE), partial(reader.page, query=text, limit=PAGE)
    now = datetime.now(UTC)
    day = int((now - timedelta(days=1)).timestamp() * 1_000_000)
    for name, (text, sort, where) in FILTERS.items():
        sql = f"SELECT * FROM list_row WHERE {where.format(day=day)} {ORDERS[sort]}"
        chosen = Narrowed(parse(text), now)
        theirs = {row[1] for row in rows(sql, PAGE)}
        ours = {row.id for row in reader.page(sort=sort, narrowed=chosen, limit=PAGE).rows}
        if theirs != ours:
            raise RuntimeError(f"the two ways of filtering {text!r} find different orders")
        read = partial(reader.page, sort=sort, narrowed=chosen, limit=PAGE)
        found[f"filter, {name}"] = partial(rows, sql, PAGE), read
    month = days_ahead(now, DAYS, UTC)
    first, last = (int(at.timestamp() * 1_000_000) for at in (month[0].start, month[-1].end))
    by_day = f"""SELECT (json_extract(one.value, '$[1]') / 86400000000), json_extract(one.value, '$[3]'),
        sum(json_extract(one.value, '$[2]')), count(DISTINCT rid) FROM list_row, json_each(list_row.lapses) AS one
        WHERE json_extract(one.value, '$[0]') = 'authorization'
        AND json_extract(one.value, '$[1]') > {first} AND json_extract(one.value, '$[1]') < {last} GROUP BY 1, 2"""
    if sum(row[3] for row in rows(by_day)) != sum(one.orders for one in totals(reader.lapses("authorization", month))):  # type: ignore[misc]
        raise RuntimeError("the two ways to add up what lapses find different orders")
    found["lapses of 30 days"] = partial(rows, by_day), partial(reader.lapses, "authorization", month)
    busiest = max(reader.lapses("authorization", month), key=lambda each: sum(one.orders for one in each.sums)).day
    start, end = (int(at.timestamp() * 1_000_000) for at in (busiest.start, busiest.end))
    ending = f"""SELECT * FROM list_row WHERE EXISTS (SELECT 1 FROM json_each(lapses) AS one
        WHERE json_extract(one.value, '$[0]') = 'authorization' AND json_extract(one.value, '$[1]') >= {start}
        AND json_extract(one.value, '$[1]') < {end}) ORDER BY k_expires, order_id LIMIT ?"""
    of_day = Narrowed(parse(f"lapses={busiest.day}"), now)
    found["orders of the fullest day"] = (
        partial(rows, ending, PAGE),
        partial(reader.page, sort="expires", narrowed=of_day, limit=PAGE),
    )
    count = "SELECT count(*) FROM list_row WHERE status = 'AUTHORIZED'"
    some = Narrowed(parse("status=AUTHORIZED"), now)
    found["filter, its count up to 1,000"] = partial(rows, count), partial(reader.total, narrowed=some)
    if middle is not None:
        before = f"SELECT count(*) FROM (SELECT 1 FROM list_row {NEWEST})"
        found["place of an order in the middle"] = partial(rows, before, offset), partial(reader.place, middle)
    return found, plain


def main() -> None:
    """Measure and print."""
    chosen = options(__doc__, rounds=5)
    tables = []
    with workplace() as directory:
        for orders in (10_000, 100_000):
            found, plain = cases(made(directory, orders), orders)
            table = Table(f"Reads of the cache, {orders:,} orders", ["plain SQL", "azpay"])
            with closing(plain):
                for name, (theirs, ours) in found.items():
                    both = {"plain": partial(timed, theirs, 3), "azpay": partial(timed, ours, 3)}
                    table.add(name, *interleaved(both, chosen.rounds).values())
            tables.append(table)
    finish(tables, chosen.json)


if __name__ == "__main__":
    main()
