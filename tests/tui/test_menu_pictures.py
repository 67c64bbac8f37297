"""Pictures of help, palette and every menu: look at every one that changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.tui.desk import NOW, MemoryDesk, order_id, sample_orders
from tests.tui.pictures import (
    LARGE,
    MIDDLE,
    PLAIN,
    SMALL,
    SMALLEST,
    Camera,
    at,
    busy_shop,
    hostile_order,
    shop,
    sized,
    typed,
)

from azpay_tui.store.views import SavedView, SavedViews


@sized(SMALLEST, SMALL, LARGE)
def test_help(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(shop(), "2", "?", size=size)


@pytest.mark.parametrize("text", ["refu", "zzz"], ids=["found", "nothing"])
def test_help_finds(picture: Camera, text: str) -> None:
    assert picture(shop(), "2", "?", *text)


def test_help_says_what_does_not_work(picture: Camera) -> None:
    assert picture(shop(writable=False), "2", "?", "end", "enter", "end")


def test_help_while_offline(picture: Camera) -> None:
    desk = shop()
    desk.set_sync(connection="OFFLINE", since=NOW - timedelta(minutes=40))
    assert picture(desk, "2", "?", typed("capture"))


def test_help_of_a_page(picture: Camera) -> None:
    assert picture(busy_shop(), "2", "!", "?")


def test_help_of_the_detail_in_ascii(picture: Camera) -> None:
    assert picture(shop("live"), "2", "enter", "?", levers=PLAIN)


@sized(SMALL, MIDDLE)
def test_palette(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(shop("sandbox"), "2", "ctrl+p", size=size)


def test_copy(picture: Camera) -> None:
    assert picture(busy_shop(), "6", at(order_id(8)), "y")


def test_copy_of_selected_orders(picture: Camera) -> None:
    assert picture(busy_shop(), "6", "space", "space", "y")


def test_copy_hostile(picture: Camera) -> None:
    assert picture(shop("live", make=hostile_order), "6", at(order_id(8)), "y")


@pytest.mark.parametrize(
    "keys",
    [("f",), ("f", "enter"), ("f", "j", "enter"), ("s",), ("t",)],
    ids=["filter", "filter-status", "filter-age", "sort", "columns"],
)
def test_menu(picture: Camera, keys: tuple[str, ...]) -> None:
    assert picture(shop(), "6", *keys)


@pytest.mark.parametrize("key", ["f", "t"], ids=["filter", "columns"])
def test_menu_narrow(picture: Camera, key: str) -> None:
    assert picture(shop(), "6", key, size=SMALLEST)


def test_menu_wide(picture: Camera) -> None:
    assert picture(shop("live"), "6", "f", size=MIDDLE)


def test_filter_menu_of_a_filtered_list(picture: Camera) -> None:
    assert picture(shop(), "6", typed(":filter currency=JPY age>1h"), "enter", "f")


def test_saved_view(picture: Camera, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    views = SavedViews(tmp_path)
    views.save(SavedView("big yen", "all", "currency=JPY amount>=50000", "amount"))
    views.save(SavedView("to ship", "to-capture"))
    assert picture(shop(), "9", "w", data_dir=tmp_path)


def test_saved_views_in_the_bar(picture: Camera, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    views = SavedViews(tmp_path)
    views.save(SavedView("big yen", "all", "currency=JPY amount>=50000", "amount"))
    views.save(SavedView("to ship", "to-capture"))
    assert picture(shop(), "9", data_dir=tmp_path)


def test_which_order(picture: Camera) -> None:
    desk = shop()
    for number in (1, 2):
        order = desk.orders[order_id(number)]
        desk.orders[order.id] = replace(order, shop=replace(order.shop, number="1001"))
    assert picture(desk, "6", "#", typed("1001"), "enter")


def test_select_all(picture: Camera) -> None:
    assert picture(MemoryDesk(sample_orders(NOW, 30)), "6", "*")
