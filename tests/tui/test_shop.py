"""What the shop says of an order, and how its sources fare, in the console."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from tests.tui.desk import HOSTILE, NOW, MemoryDesk, row_of
from tests.tui.pictures import named_by_shop, sourced
from tests.tui.pilot import Driven, driven

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, ShopFacts
from azpay_tui.domain.rows import OrderLine
from azpay_tui.domain.sources import ADD, NONE_YET
from azpay_tui.domain.status import ship, status_of
from azpay_tui.tui.screens.sync import SyncScreen
from azpay_tui.tui.widgets.peek import facts_text
from azpay_tui.tui.widgets.shop import shop_lines
from azpay_tui.tui.widgets.sources import source_line


def of_shop(key: str, **said: object) -> tuple[MemoryDesk, Order]:
    """Return a desk on which the shop says something of one order."""
    desk = MemoryDesk()
    found = next(order for order in desk.orders.values() if order.charges and order.charges[-1].state == key)
    order = named_by_shop(found, **said)
    desk.orders[order.id] = order
    return desk, order


async def test_the_detail_says_what_the_shop_says_and_what_puts_a_difference_right() -> None:
    desk, order = of_shop("Authorized", status="processing", claim="paid")
    async with driven(desk, size=(200, 50)) as console:
        await console.press("6")
        console.orders.go_to(next(row for row in console.orders.rows_on_screen if row.id == order.id))
        await console.until(lambda: "SHOP" in console.screen.detail.text)
        text = console.screen.detail.text
        assert 'Status   "processing" (paid)' in text
        assert "Named by shop 1001" in text
        assert "2 x Mug  19.90 USD  MUG-1" in text
        assert 'capture-due: The shop says "processing" (paid); Amazon only holds' in text
        assert "(a c)" in text


async def test_the_line_under_the_list_names_differences() -> None:
    desk, order = of_shop("Authorized", status="processing", claim="paid")
    async with driven(desk) as console:
        await console.press("6")
        console.orders.go_to(next(row for row in console.orders.rows_on_screen if row.id == order.id))
        await console.until(lambda: "differs: capture-due" in console.text)


async def test_what_an_attention_code_says_already_is_not_said_twice() -> None:
    desk = MemoryDesk()
    usable = (order for order in desk.orders.values() if status_of(order, NOW) == "OPEN")
    order = next(order for order in usable if order.permission is not None and order.permission.balance is not None)
    assert order.permission is not None
    permission = replace(order.permission, balance=Money(1, order.permission.balance.currency))
    desk.orders = {order.id: replace(order, permission=permission)}
    async with driven(desk, size=(200, 50)) as console:
        await console.until(lambda: "diverged:" in console.screen.detail.text)
        assert "charged-elsewhere" not in console.screen.detail.text


async def test_hostile_words_of_a_shop_arrive_harmless() -> None:
    desk, order = of_shop("Authorized", status=HOSTILE[0], claim=None)
    async with driven(desk, size=(200, 50)) as console:
        await console.press("6")
        console.orders.go_to(next(row for row in console.orders.rows_on_screen if row.id == order.id))
        await console.until(lambda: "SHOP" in console.screen.detail.text)
        assert "\x1b" not in console.screen.detail.text


def line_of(console: Driven, name: str) -> str:
    return next(line for line in console.lines if f" {name} " in line)


async def test_the_sync_page_lists_the_sources_and_asks_one() -> None:
    desk = MemoryDesk()
    desk.sourced = sourced()
    async with driven(desk, size=(120, 36)) as console:
        await console.press("S")
        await console.until(lambda: "SOURCES  3" in console.text)
        assert "again in 2m" in line_of(console, "shop")
        assert line_of(console, "old-shop").lstrip().startswith("! failed")
        page = console.app.screen
        assert isinstance(page, SyncScreen)
        await console.press("slash", *"old-shop", "enter")
        await console.until(lambda: "mysql: access denied" in page.details.text)
        await console.press("r")
        assert desk.asked == ["old-shop"]
        assert "Asking source old-shop." in console.text
        assert desk.refreshed == []


async def test_a_source_that_fails_and_recovers_is_said_once_each() -> None:
    desk = MemoryDesk()
    desk.sourced = [state for state in sourced() if state.name == "shop"]
    async with driven(desk) as console:
        good = desk.sourced[0]
        desk.sourced = [replace(good, ok=False, message="ssh: no route to host.")]
        console.screen.following.pulse()
        console.screen.following.pulse()
        await console.until(lambda: "source shop failed: ssh: no route to host." in console.said)
        assert console.app.sitting.unread == 1
        desk.sourced = [replace(good, started_at=NOW + timedelta(minutes=5))]
        console.screen.following.pulse()
        await console.until(lambda: "source shop answers again" in console.said)
        assert console.app.sitting.unread == 0
        assert sum("source shop" in said.text for said in console.app.sitting.said) == 2


async def test_the_sync_page_says_how_to_add_a_source_where_there_is_none() -> None:
    async with driven(size=(120, 36)) as console:
        await console.press("S")
        await console.until(lambda: "SOURCES  none" in console.text)
        await console.press("slash", *"sources add", "enter")
        await console.until(lambda: NONE_YET in " ".join(console.text.split()))
        await console.press("r")
        assert console.said == "This line is about no order and no source."
        assert console.desk.asked == []


async def test_an_empty_view_of_differences_says_how_far_that_is_known() -> None:
    async with driven() as console:
        await console.press("7")
        await console.until(lambda: "No orphan can be told: the shop did not name any order yet." in console.text)
        assert ADD in console.text
        console.desk.set_sync(shop_heard=True, queue=3)
        await console.until(lambda: "shop and Amazon have the same orders read so far." in console.text)
        assert ADD not in console.text
        await console.press("8")
        await console.until(lambda: "Shop and Amazon agree on every order read so far." in console.text)
        console.desk.set_sync(queue=0)
        await console.until(lambda: "agree on every order." in console.text)


def test_the_line_under_the_list_says_whether_to_ship_and_what_differs_within_80_columns() -> None:
    _desk, order = of_shop("Captured", status="on-hold", claim="open")
    row = row_of(order, NOW)
    text = facts_text(order, NOW, row)
    assert row.differs
    assert ship(order, NOW).word in text[:80]
    assert f"differs: {row.differs[0]}" in text[:80]
    assert "captured" in text


def test_a_line_of_a_source_has_room_for_its_times_at_80_columns_and_says_when_it_is_asked() -> None:
    good, bad, _new = sourced()
    far = replace(good, started_at=NOW - timedelta(hours=23, minutes=59), next_at=NOW + timedelta(hours=23, minutes=59))
    assert len(source_line(replace(far, orders=12_345), NOW, UTC).text) <= 77
    assert "Last asked" in source_line(bad, NOW, UTC).detail
    busy = source_line(replace(bad, running=True, message=""), NOW, UTC)
    assert busy.detail.startswith("It is being asked now.")
    assert busy.copy == "old-shop: It is being asked now."


def test_lines_are_shown_with_their_prices_and_what_is_for_the_whole_order() -> None:
    eur = {minor: Money(minor, "EUR") for minor in (342, 495, 900, 2142)}
    lines = (
        OrderLine("Tea", "2", eur[2142], "TEA", "item", eur[900], eur[342]),
        OrderLine("Post", "", eur[495], None, "shipping"),
    )
    shown = [text.plain for text in shop_lines(Order("S01-1234567-1234567", ShopFacts(lines=lines)))]
    assert shown == ["  2 x Tea  21.42 EUR  TEA  (9.00 EUR each, 3.42 EUR tax)", "  shipping Post  4.95 EUR"]
