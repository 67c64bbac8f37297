"""Pictures of the list of orders and of what stands around it: look at every one that changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.tui.desk import NOW, Maker, MemoryDesk, row_of, sample_orders
from tests.tui.pictures import (
    LARGE,
    MIDDLE,
    PLAIN,
    SMALL,
    SMALLEST,
    Camera,
    agreeing_shop,
    busy_shop,
    differing_shop,
    honest_order,
    hostile_order,
    long_order,
    shop,
    sized,
    typed,
)
from textual.pilot import Pilot

from azpay_tui.domain import states
from azpay_tui.domain.marks import MarkChange
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.rows import FirstSync
from azpay_tui.store.errors import CacheUnavailable
from azpay_tui.tui.levers import Levers, Palette

GONE = {"since": NOW - timedelta(minutes=40), "last_success": NOW - timedelta(minutes=41)}
SELECTED = ("6", "j", "space", "j")


@sized(SMALLEST, SMALL, (100, 30), MIDDLE, LARGE)
def test_list(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(shop(), *SELECTED, size=size)


@pytest.mark.parametrize("view", ["1-attention", "2-to-capture", "3-unpaid", "4-refunds", "5-unknown"])
def test_view(picture: Camera, view: str) -> None:
    assert picture(shop(), view[0])


@pytest.mark.parametrize("environment", ["sandbox", "live"])
def test_environment(picture: Camera, environment: str) -> None:
    assert picture(shop(environment), "2")


def test_environment_live_wide(picture: Camera) -> None:
    assert picture(shop("live"), "2", size=LARGE)


# Where shop and Amazon disagree


@sized(SMALL, MIDDLE, LARGE)
@pytest.mark.parametrize("view", ["7-orphans", "8-diverged"])
def test_differences(picture: Camera, view: str, size: tuple[int, int]) -> None:
    assert picture(differing_shop(), view[0], size=size)


def test_differences_beside_another_view(picture: Camera) -> None:
    assert picture(differing_shop(), "6")


@pytest.mark.parametrize("view", ["7-orphans", "8-diverged"])
def test_no_differences(picture: Camera, view: str) -> None:
    assert picture(agreeing_shop(), view[0])


def test_no_orphans_of_a_shop_that_was_not_heard(picture: Camera) -> None:
    assert picture(shop(), "7")


# The first sync


@sized(SMALL, MIDDLE)
def test_first_sync(picture: Camera, size: tuple[int, int]) -> None:
    desk = shop()
    waiting = (("charge", 1452), ("permission", 4760))
    desk.set_sync(first=FirstSync(5000, 4760, waiting), queue=6212)
    assert picture(desk, "6", size=size)


# Empty


def test_empty_attention(picture: Camera) -> None:
    calm = [honest_order(order) for order in sample_orders() if not row_of(order, NOW).attention]
    assert picture(MemoryDesk(calm))


def test_empty_shop(picture: Camera) -> None:
    desk = MemoryDesk([])
    desk.sync = replace(desk.sync, last_success=None)
    assert picture(desk, size=SMALLEST)


def test_empty_by_a_filter(picture: Camera) -> None:
    assert picture(shop(), "6", typed(":filter amount>99000000"), "enter")


# Trouble


def test_offline(picture: Camera) -> None:
    desk = shop()
    desk.set_sync(connection="OFFLINE", **GONE, errors=3, queue=41, unknown=1)
    assert picture(desk, "2")


@pytest.mark.parametrize(
    "changes",
    [
        {"connection": "STARTING", "last_success": None, "since": None, "queue": 72},
        {"connection": "SLOW", "queue": 1204},
        {"connection": "AUTH FAILED", "message": "Amazon does not know the key.", "errors": 72},
        {"connection": "CLOCK OFF", "clock_offset": timedelta(minutes=-7)},
        {"last_success": NOW - timedelta(hours=3), "holder": False},
    ],
    ids=["starting", "slow", "auth-failed", "clock-off", "stale"],
)
def test_trouble(picture: Camera, changes: dict[str, Any]) -> None:
    desk = shop()
    desk.set_sync(**changes)
    assert picture(desk)


def test_error_of_the_cache(picture: Camera) -> None:
    desk = shop()

    async def breaks(pilot: Pilot[None]) -> None:
        def refuse(*args: object, **named: object) -> None:
            raise CacheUnavailable("The cache cannot be read: the disk is full. Make room; no order is lost.")

        desk.reader.page = refuse  # type: ignore[method-assign, assignment]

    assert picture(desk, breaks, "6")


@sized(SMALL, LARGE)
def test_read_only(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(shop("live", writable=False), "2", size=size)


@sized((80, 14), (30, 6))
def test_too_small(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(shop("live"), size=size)


# Data


@sized(SMALL, LARGE)
def test_hostile(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(shop(make=hostile_order), "6", size=size)


@sized(SMALL, LARGE)
def test_long(picture: Camera, size: tuple[int, int]) -> None:

    def make(order: Order) -> Order:
        long = long_order(order)
        huge = Money(123_456_789_012, order.amount.currency if order.amount else "USD")
        charges = tuple(replace(charge, amount=huge) for charge in long.charges)
        return replace(long, charges=charges, shop=replace(long.shop, amount=huge))

    assert picture(shop(make=make), "6", "space", "space", size=size)


def test_every_age(picture: Camera) -> None:
    make = Maker()
    for hours in (0, 1, 30, 24 * 6, 24 * 6 + 20, 24 * 29, 24 * 400):
        make.add(charge=states.AUTHORIZED, age=timedelta(hours=hours))
    assert picture(MemoryDesk(map(honest_order, make.made)), "6")


# Signs in the rows


@sized(SMALL, MIDDLE)
def test_marks(picture: Camera, size: tuple[int, int]) -> None:
    desk = shop()
    shown = [row.id for row in desk.reader.page("attention").rows]
    desk.mark(shown[1:3], MarkChange(note="called the buyer, pays by bank transfer", tags=("@ann", "vip")))
    desk.mark(shown[2:4], MarkChange(remind=NOW + timedelta(minutes=5)))
    desk.mark(shown[4:6], MarkChange(reviewed=True))
    desk.clock += timedelta(minutes=10)
    assert picture(desk, "1", "j", "j", size=size)


def test_in_flight(picture: Camera) -> None:
    assert picture(busy_shop(), "6", "j", "r")


def test_range(picture: Camera) -> None:
    assert picture(shop(), "6", "j", "v", "j", "j", "j")


def test_orders_that_came(picture: Camera) -> None:
    desk = shop()

    async def come(pilot: Pilot[None]) -> None:
        maker = Maker(made=list(desk.orders.values()))
        for _ in range(3):
            desk.change(honest_order(maker.add(charge=states.AUTHORIZED, age=timedelta(minutes=1))))

    assert picture(desk, "6", "j", come)


def test_other_columns(picture: Camera) -> None:
    assert picture(shop(), "6", typed(":columns number,captured,refunded,ship,flags"), "enter")


def test_filter_and_sort(picture: Camera) -> None:
    assert picture(shop(), "6", typed(":filter currency=JPY"), "enter", typed(":sort amount"), "enter")


# Terminals


@pytest.mark.parametrize(
    ("size", "palette"),
    [(SMALL, "light"), (MIDDLE, "high-contrast"), (SMALL, "mono"), (LARGE, "mono")],
    ids=["light", "contrast", "mono", "mono-200x50"],
)
def test_palette(picture: Camera, size: tuple[int, int], palette: Palette) -> None:
    assert picture(shop(), *SELECTED, size=size, levers=Levers(palette))


def test_palette_light_of_a_live_shop(picture: Camera) -> None:
    assert picture(shop("live"), "2", levers=Levers("light"))


@sized(MIDDLE)
def test_ascii(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(shop(), *SELECTED, size=size, levers=PLAIN)


@pytest.mark.parametrize("step", ["first", "last"])
def test_tour(picture: Camera, step: str) -> None:
    keys = {
        "first": (),
        "third": ("j", "2"),
        "last": ("j", "2", "enter", "a", "c", "escape", "slash", "escape", "?", "?"),
    }
    assert picture(shop(), *keys[step], tour=True)
