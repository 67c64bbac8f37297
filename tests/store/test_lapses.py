"""The lapse calendar in the cache: in step with every order, by index, in the days of a time zone."""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import closing
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.store.making import NOW, charge, oid, permission, read, tracked

from azpay_tui.domain.deadlines import lapses
from azpay_tui.domain.lapses import MARKS, DayOfLapses, Mark, Sum, days_ahead, totals
from azpay_tui.domain.money import Money
from azpay_tui.store.cache import lapses as calendar
from azpay_tui.store.opening import Stores
from azpay_tui.store.sqlite import connect

BERLIN = ZoneInfo("Europe/Berlin")
MONTH = days_ahead(NOW, 30, BERLIN)
Counted = dict[tuple[date, str], tuple[int, int]]


@pytest.fixture
def shop(stores: Stores) -> Stores:
    """Orders with one or two authorizations each, of every age, in three currencies."""
    chance = random.Random(7)
    ids = [oid(number) for number in range(1, 81)]
    stores.cache.reproject(stores.journal.track([tracked(i) for i in ids], NOW).changed_ids, NOW)
    facts: list[object] = []
    for number, i in enumerate(ids):
        money = Money(chance.randint(1, 90_000), ("USD", "EUR", "JPY")[number % 3])
        born = NOW - timedelta(hours=chance.randint(1, 29 * 24))
        facts.append(permission(i, created=born, expires=born + timedelta(days=180), limit=money, balance=money))
        for one in range(1, 2 + number % 2):
            end = born + timedelta(days=30, hours=one)
            facts.append(charge(i, one, amount=money, created=born, expires=end))
    stores.cache.put([read(fact) for fact in facts], NOW)  # type: ignore[arg-type]
    return stores


def by_hand(stores: Stores, mark: Mark) -> Counted:
    """Add up what the orders themselves say, one by one."""
    money: dict[tuple[date, str], int] = defaultdict(int)
    orders: dict[tuple[date, str], set[str]] = defaultdict(set)
    for row in stores.reader.page(limit=1000).rows:
        order = stores.reader.order(row.id)
        assert order is not None
        for one in lapses(order, NOW):
            if one.mark == mark and one.at < MONTH[-1].end and one.amount is not None:
                key = one.at.astimezone(BERLIN).date(), one.amount.currency
                money[key] += one.amount.minor
                orders[key].add(order.id)
    return {key: (money[key], len(orders[key])) for key in money}


def counted(days: tuple[DayOfLapses, ...]) -> Counted:
    return {
        (each.day.day, one.amount.currency): (one.amount.minor, one.orders)
        for each in days
        for one in each.sums
        if one.amount is not None
    }


@pytest.mark.parametrize("mark", MARKS)
def test_each_day_has_what_its_orders_say(shop: Stores, mark: Mark) -> None:
    days = shop.reader.lapses(mark, MONTH)
    assert [each.day for each in days] == list(MONTH)
    assert counted(days) == by_hand(shop, mark)
    if mark != "permission":
        assert len(counted(days)) > 10


def test_a_captured_order_leaves_the_calendar(shop: Stores) -> None:
    before = totals(shop.reader.lapses("authorization", MONTH))
    target = charge(oid(1), amount=Money(1, "USD"), state="Captured", captured=Money(1, "USD"))
    shop.cache.put([read(target)], NOW)
    after = totals(shop.reader.lapses("authorization", MONTH))
    assert sum(one.orders for one in after) == sum(one.orders for one in before) - 1
    assert counted(shop.reader.lapses("authorization", MONTH)) == by_hand(shop, "authorization")


def test_an_order_that_is_taken_away_leaves_the_calendar(shop: Stores) -> None:
    with closing(connect(shop.data.cache)) as cache:
        cache.execute("DELETE FROM list_row WHERE order_id <= ?", (oid(40),))
        left = {row[0] for row in cache.execute("SELECT DISTINCT rid FROM lapse")}
        rows = {row[0] for row in cache.execute("SELECT rid FROM list_row WHERE lapses <> '[]'")}
    assert left == rows
    assert len(left) == 40


def test_what_is_over_is_not_counted_before_the_rows_are_made_anew(shop: Stores) -> None:
    later = NOW + timedelta(days=3, hours=5)
    days = days_ahead(later, 30, UTC)
    [first, *_] = shop.reader.lapses("authorization", days)
    rows = shop.reader.page(limit=1000).rows
    ends = [(one.at, row.id) for row in rows for one in row.lapses if one.mark == "authorization"]
    assert any(NOW < end <= later for end, _order in ends)
    assert sum(one.orders for one in first.sums) == len({order for end, order in ends if later < end < days[0].end})


def test_sums_larger_than_a_column_are_exact(stores: Stores) -> None:
    huge = Money(9 * 10**18, "USD")
    ids = [oid(number) for number in range(1, 5)]
    stores.cache.reproject(stores.journal.track([tracked(i) for i in ids], NOW).changed_ids, NOW)
    beyond = Money(10**19, "USD")
    for number, i in enumerate(ids):
        amount = beyond if number == 3 else huge
        facts = [permission(i, limit=amount, balance=amount), charge(i, amount=amount)]
        stores.cache.put([read(fact) for fact in facts], NOW)
    [found] = [each.sums for each in stores.reader.lapses("authorization", MONTH) if each.sums]
    assert found == (Sum(Money(27 * 10**18, "USD"), 3), Sum(None, 1))


def test_each_day_is_a_range_of_one_index(shop: Stores) -> None:
    with closing(connect(shop.data.cache)) as cache:
        plan = cache.execute(f"EXPLAIN QUERY PLAN {calendar._ON_DAY}", ("authorization", 1, 1, 2)).fetchall()
    text = " / ".join(row[3] for row in plan)
    assert "SEARCH lapse USING COVERING INDEX lapse_at (mark=? AND at>? AND at<?)" in text


def test_an_empty_directory_has_an_empty_calendar(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from azpay_tui.store.cache.read import CacheReader

    days = CacheReader(tmp_path / "nothing").lapses("guarantee", MONTH)
    assert [each.sums for each in days] == [()] * 30
