"""The lapse calendar: a bar for each day and currency, each day opens its orders; and parcels that leave later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.tui.desk import NOW, Maker, MemoryDesk
from tests.tui.pilot import Driven, driven

from azpay_tui.domain import states
from azpay_tui.tui.screens.lapses import LapsesScreen

SMALL = (80, 24)


def calendar(console: Driven) -> LapsesScreen:
    assert isinstance(console.app.screen, LapsesScreen)
    return console.app.screen


def shop() -> MemoryDesk:
    """Three authorizations: two end in 20 days, one of another currency a day later; one order is open."""
    make = Maker(NOW)
    make.add(charge=states.AUTHORIZED, currency="USD", age=timedelta(days=10))
    make.add(charge=states.AUTHORIZED, currency="USD", age=timedelta(days=10))
    make.add(charge=states.AUTHORIZED, currency="JPY", age=timedelta(days=9))
    make.add(charge=states.AUTHORIZED, currency="EUR", age=timedelta(days=1))
    make.add(age=timedelta(days=2))
    return MemoryDesk(list(make.made))


def day(days: int) -> str:
    return f"{NOW + timedelta(days=days):%a %d %b}"


async def opened(console: Driven) -> None:
    await console.press("L")
    await console.until(lambda: "NEXT 30 DAYS" in console.text)


async def test_each_day_has_its_money_its_orders_and_a_bar_of_its_currency() -> None:
    """S3.22, S3.40, S3.41."""
    async with driven(shop(), (80, 50)) as console:
        await opened(console)
        lines = {choice.text[:10]: choice.text for choice in calendar(console).body.choices}
        assert len([choice for choice in calendar(console).body.choices if choice.value is not None]) == 30
        dollars, yen, nothing = lines[day(20)], lines[day(21)], lines[day(5)]
        assert "USD      2  #" in dollars
        assert "JPY      1  #" in yen
        # Each is the largest day of its currency: the same whole bar, up to the edge of the screen.
        assert dollars.count("#") == yen.count("#") == 80 - 39
        assert nothing.endswith(" -")
        assert "authorizations ending (30 days)" in console.lines[0]
        assert console.desk.submitted == []


async def test_days_without_anything_share_a_line_where_there_is_no_room() -> None:
    async with driven(shop(), SMALL) as console:
        await opened(console)
        shown = [
            choice.text.split("  ")[0].rstrip() for choice in calendar(console).body.choices if choice.value is not None
        ]
        assert shown == [
            f"{day(0)} - {day(19)}",
            day(20),
            day(21),
            f"{day(22)} - {day(28)}",
            day(29),
        ]


async def test_a_day_opens_its_orders_and_escape_leads_back_to_all() -> None:
    async with driven(shop(), SMALL) as console:
        await opened(console)
        await console.press("slash", *"USD", "enter", "enter")
        await console.until(lambda: console.app.screen is console.screen and console.screen.total == 2)
        assert {row.amount.currency for row in console.screen.orders.held if row.amount} == {"USD"}
        date = (NOW + timedelta(days=20)).date()
        assert f"lapses={date}" in console.text
        await console.press("escape")
        await console.until(lambda: "lapses=" not in console.text)


async def test_a_day_without_anything_opens_nothing() -> None:
    async with driven(shop(), SMALL) as console:
        await opened(console)
        await console.press("enter")
        await console.until(lambda: "Nothing ends on this day" in console.text)
        assert isinstance(console.app.screen, LapsesScreen)


async def test_tab_shows_the_other_marks() -> None:
    """S3.41, S4.23: the 7-day guarantee, and the 180 days after which an order closes."""
    async with driven(shop(), SMALL) as console:
        await opened(console)
        await console.press("tab")
        await console.until(lambda: "guarantees ending (7 days)" in console.lines[0])
        assert any("EUR      1  #" in choice.text for choice in calendar(console).body.choices)
        await console.press("tab")
        await console.until(lambda: "orders closing (180 days)" in console.lines[0])
        assert "NEXT 30 DAYS  nothing" in console.text
        await console.press("tab")
        await console.until(lambda: "authorizations ending" in console.lines[0])


async def test_bars_follow_the_width() -> None:
    async with driven(shop(), SMALL) as console:
        await opened(console)
        await console.pilot.resize_terminal(60, 20)
        longest = lambda: max(choice.text.count("#") for choice in calendar(console).body.choices)  # noqa: E731
        await console.until(lambda: longest() == 60 - 39)


async def test_y_copies_the_command_that_lists_them() -> None:
    async with driven(shop(), SMALL) as console:
        await opened(console)
        await console.press("slash", *"USD", "enter", "y")
        date = (NOW + timedelta(days=20)).date()
        await console.until(lambda: console.app.clipboard == f"azpay orders list --filter lapses={date}")


async def test_the_three_marks_count_down_in_columns() -> None:
    """S3.22, S3.40, S3.41, S4.23."""
    async with driven(shop(), (120, 36)) as console:
        await console.press("6")
        await console.press("colon", *"columns guarantee,lapses,closes", "enter")
        await console.until(lambda: "7-DAY" in console.text and "30-DAY" in console.text and "180-DAY" in console.text)
        [line] = [line for line in console.lines if "28d 23h" in line]
        assert "5d 23h 28d 23h    178d" in line


# Parcels that leave later


@pytest.mark.parametrize(
    ("number", "days", "says", "reminded"),
    [
        (5, 45, "Authorize in the week before it ships", True),
        (1, 25, "The authorization ends before it ships", True),
        (4, 3, "Capture when it ships", False),
    ],
)
async def test_the_day_of_shipping_gives_advice_and_a_reminder(
    number: int, days: int, says: str, reminded: bool
) -> None:
    """S3.23, S3.42."""
    async with driven(shop(), (120, 36)) as console:
        order = list(console.desk.orders.values())[number - 1]
        console.app._orders.go_to(order.id)
        ships = (NOW + timedelta(days=days)).date()
        await console.press("colon", *f"ships {ships}", "enter")
        await console.until(lambda: says in console.text)
        marks = console.desk.reader.marks(order.id)
        assert (marks.standing.reminder is not None) == reminded
        assert marks.notes[0].text.startswith(f"Ships {ships}")
        assert console.desk.submitted == []


async def test_what_is_no_day_of_shipping_is_said() -> None:
    async with driven(shop(), (120, 36)) as console:
        await console.press("6", "colon", *"ships soon", "enter")
        await console.until(lambda: "'soon' is no day" in console.text)
