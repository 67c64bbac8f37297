"""Pictures of one order: its detail and the pane of actions; look at every one that changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.tui.desk import NOW, MemoryDesk, order_id
from tests.tui.host import captured
from tests.tui.pictures import (
    LARGE,
    MIDDLE,
    PLAIN,
    SMALL,
    SMALLEST,
    Camera,
    at,
    busy_shop,
    honest_order,
    hostile_order,
    long_order,
    named_by_shop,
    shop,
    sized,
)
from tests.tui.test_actions import two_charges

from azpay_tui.domain import states
from azpay_tui.domain.marks import MarkChange
from azpay_tui.tui.levers import Levers

NUMBERS = {
    "authorized": 1,
    "capturing": 4,
    "part-captured": 7,
    "part-refunded": 8,
    "refund-declined": 11,
    "soft-declined": 12,
    "suspended": 18,
    "never-read": 21,
    "not-found": 22,
    "unrecognised": 23,
    "unknown": 24,
}


def detail(name: str) -> tuple[object, ...]:
    return ("6", at(order_id(NUMBERS[name])), "enter")


@pytest.mark.parametrize("name", NUMBERS)
def test_order(picture: Camera, name: str) -> None:
    assert picture(shop(), *detail(name))


@sized(SMALLEST, (100, 30), MIDDLE, LARGE)
def test_order_sizes(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(shop(), *detail("part-refunded"), size=size)


def test_zoomed(picture: Camera) -> None:
    assert picture(shop(), *detail("part-refunded"), "enter", size=LARGE)


@pytest.mark.parametrize("hidden", [True, False], ids=["hidden", "shown"])
def test_personal_data_of_a_live_shop(picture: Camera, hidden: bool) -> None:
    assert picture(shop("live"), *detail("authorized"), *(() if hidden else ("p",)), size=(80, 50))


def test_notes_and_tags(picture: Camera) -> None:
    desk = shop()
    desk.mark([order_id(1)], MarkChange(note="called the buyer, pays by bank transfer", tags=("@ann", "vip")))
    desk.mark([order_id(1)], MarkChange(note="paid", remind=NOW + timedelta(days=1)))
    assert picture(desk, *detail("authorized"), size=MIDDLE)


@pytest.mark.parametrize(("size", "keys"), [((80, 60), ()), (SMALL, ("G",))], ids=["80x60", "80x24-end"])
def test_long(picture: Camera, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    order = long_order(captured(refunds=(*((states.REFUNDED, 9),) * 8, (states.DECLINED, 5))))
    *made, declined = order.refunds
    order = replace(order, refunds=(*made, replace(declined, updated=NOW)))
    assert picture(MemoryDesk([order]), "6", "enter", *keys, size=size)


def test_hostile(picture: Camera) -> None:
    assert picture(shop(make=hostile_order), *detail("authorized"), size=(80, 50))


@pytest.mark.parametrize("levers", [Levers("mono"), Levers("high-contrast")], ids=["mono", "contrast"])
def test_terminal(picture: Camera, levers: Levers) -> None:
    assert picture(shop(), *detail("part-refunded"), levers=levers)


# Actions


@sized(SMALLEST, SMALL, MIDDLE)
def test_actions(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(shop(), "6", at(order_id(7)), "a", "enter", size=size)


def test_actions_of_several_charges(picture: Camera) -> None:
    assert picture(MemoryDesk([honest_order(two_charges())]), "6", "a", "enter")


def test_actions_with_the_reasons_open(picture: Camera) -> None:
    assert picture(shop(), "6", at(order_id(1)), "a", "enter", "end", "enter")


@pytest.mark.parametrize("name", ["unknown", "read-only", "offline"])
def test_actions_that_are_off(picture: Camera, name: str) -> None:
    desk = shop(writable=name != "read-only")
    if name == "offline":
        desk.set_sync(connection="OFFLINE", since=NOW - timedelta(minutes=40), last_success=NOW - timedelta(minutes=41))
    number = 24 if name == "unknown" else 1
    assert picture(desk, "6", at(order_id(number)), "a", "enter", size=MIDDLE)


def test_actions_while_one_is_under_way(picture: Camera) -> None:
    desk = busy_shop()
    [intent] = desk.in_flight()
    assert picture(desk, "6", at(intent.draft.wish.order_id), "a", "enter")


def test_actions_that_are_old(picture: Camera) -> None:
    order = replace(honest_order(captured()), refreshed_at=NOW - timedelta(days=3))
    assert picture(MemoryDesk([order]), "6", "a", "enter")


def test_actions_without_colour(picture: Camera) -> None:
    assert picture(shop(), "6", at(order_id(7)), "a", "enter", levers=PLAIN)


@sized(SMALL, MIDDLE, LARGE)
def test_what_the_shop_says(picture: Camera, size: tuple[int, int]) -> None:
    desk = shop()
    order = desk.orders[order_id(NUMBERS["authorized"])]
    desk.orders[order.id] = named_by_shop(order, status="processing", claim="paid")
    assert picture(desk, *detail("authorized"), size=size)
