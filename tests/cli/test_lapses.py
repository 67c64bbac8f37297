"""The lapse calendar and the advice for late parcels on the command line, over the simulator."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.cli.conftest import Shop

from azpay_tui.cli import calendar


def money(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def busy(shop: Shop) -> dict[str, str]:
    """Make a shop in which two authorizations end on one day, one on another, and one is captured."""
    return {
        "first": shop.make("authorized", age="3d", amount="100.00"),
        "second": shop.make("authorized", age="3d", amount="20.50"),
        "yen": shop.make("authorized", age="12d", amount="1500", currency="JPY"),
        "paid": shop.make("captured", age="3d", amount="70.00"),
        "open": shop.make("open", age="2d", amount="31.00"),
    }


def ends(shop: Shop, order: str, mark: str = "authorization") -> str:
    """Return the day on which something of an order ends, as Amazon says it."""
    if mark == "authorization":
        return str(shop.good("orders", "show", order, "--json").json["order"]["charges"][0]["expires"][:10])
    made = datetime.fromisoformat(shop.good("orders", "show", order, "--json").json["order"]["created"])
    return f"{(made + timedelta(days=180)).date()}"


def test_each_day_says_what_lapses_and_which_orders(shop: Shop) -> None:
    """S3.22, S3.40, S3.41: what is held counts down, by day and by currency, and each day leads to its orders."""
    made = busy(shop)
    found = shop.good("lapses", "--json").json
    assert list(found) == ["of", "timezone", "days", "total"]
    assert (found["of"], found["timezone"], len(found["days"])) == ("authorization", "UTC", 30)
    by_day = {each["day"]: each["lapses"] for each in found["days"]}
    assert by_day[ends(shop, made["first"])] == [{"amount": money("120.50"), "orders": 2}]
    assert by_day[ends(shop, made["yen"])] == [{"amount": money("1500", "JPY"), "orders": 1}]
    assert found["total"] == [
        {"amount": money("1500", "JPY"), "orders": 1},
        {"amount": money("120.50"), "orders": 2},
    ]
    day = ends(shop, made["first"])
    listed = shop.good("orders", "list", "--filter", f"lapses={day}", "--json").json["orders"]
    assert {row["id"] for row in listed} == {made["first"], made["second"]}


def test_the_guarantee_and_the_order_have_calendars_too(shop: Shop) -> None:
    """S3.41, S4.23: the 7-day mark, and the 180 days for which a buyer sees the order open."""
    made = busy(shop)
    sure = shop.good("lapses", "--of", "guarantee", "--days", "7", "--json").json
    assert sure["total"] == [{"amount": money("120.50"), "orders": 2}]
    closing = shop.good("lapses", "--of", "permission", "--days", "180", "--json").json
    by_day = {each["day"]: each["lapses"] for each in closing["days"]}
    assert by_day[ends(shop, made["open"], "permission")] == [{"amount": money("31.00"), "orders": 1}]


def test_a_capture_leaves_the_calendar(shop: Shop) -> None:
    order = shop.make("authorized", age="3d", amount="10.00")
    assert shop.good("lapses", "--json").json["total"] == [{"amount": money("10.00"), "orders": 1}]
    shop.good("capture", order, "--yes")
    assert shop.good("lapses", "--json").json["total"] == []


def test_tables_and_csv_hold_the_days_on_which_something_ends(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = busy(shop)
    first, yen = ends(shop, made["first"]), ends(shop, made["yen"])
    rows = list(csv.reader(io.StringIO(shop.good("lapses", "--csv").out)))
    assert rows == [["day", "currency", "amount", "orders"], [yen, "JPY", "1500", "1"], [first, "USD", "120.50", "2"]]
    done = shop.good("lapses")
    assert [line.split("\t")[0][:10] for line in done.out.splitlines()[1:]] == [yen, first]
    assert "#" not in done.out
    assert f"azpay orders list --filter lapses={yen}" in done.err
    monkeypatch.setattr(calendar, "is_terminal", lambda stream: True)
    assert shop.good("lapses").out.count("#" * 30) == 2  # each currency's largest day is a whole bar


def test_nothing_that_lapses_is_said(shop: Shop) -> None:
    """By days: what is held since an hour ends within thirty times 24 hours, and not on these thirty days."""
    days = [each["day"] for each in shop.good("lapses", "--days", "5", "--json").json["days"]]
    done = shop.good("lapses", "--days", "5")
    assert done.out.strip() == "DAY\tAMOUNT\tORDERS"
    assert done.err.splitlines()[-1] == f"No authorization ends from {days[0]} to {days[-1]}."
    assert shop.good("lapses", "--csv").out.strip() == "day,currency,amount,orders"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--days", "0"), "--days must be from 1 to 366, not 0."),
        (("--days", "367"), "--days must be from 1 to 366, not 367."),
        (("--of", "money"), "--of knows no 'money'; there are authorization, guarantee, permission."),
        (("--json", "--csv"), "Choose one of --json and --csv."),
    ],
)
def test_what_is_no_calendar_is_refused_in_a_sentence(shop: Shop, options: tuple[str, ...], sentence: str) -> None:
    done = shop("lapses", *options)
    assert done.code == 2
    assert sentence in done.out + done.err


# Parcels that leave later


def in_days(days: int) -> str:
    return f"{(datetime.now(UTC) + timedelta(days=days)).date()}"


def marks_of(shop: Shop, order: str) -> Any:
    return shop.good("orders", "show", order, "--json").json["marks"]


def test_an_order_that_ships_late_is_authorized_in_the_week_before(shop: Shop) -> None:
    """S3.23, S3.42: the advice, and the reminder that brings the order back when it is time."""
    order = shop.make("open", age="2d")
    done = shop.good("orders", "ships", order, in_days(45), "--json").json
    assert list(done) == ["order", "ships", "advice", "reminder"]
    assert done["advice"].startswith("Authorize in the week before it ships, from ")
    assert done["advice"].endswith("That is more than 30 days away: nothing authorized today lasts so long.")
    assert done["reminder"] == f"{in_days(39)}T09:00:00Z"
    marks = marks_of(shop, order)
    assert marks["reminder"]["at"] == done["reminder"]
    assert marks["notes"][0]["text"] == f"Ships {in_days(45)}: authorize from {in_days(39)} on, not earlier."
    assert shop.effects(order) == []


def test_an_authorization_that_ends_before_the_parcel_leaves_is_said(shop: Shop) -> None:
    """S3.23, S3.42."""
    order = shop.make("authorized", age="3d")
    assert "ends before it ships" in shop.good("orders", "ships", order, in_days(45)).out
    assert "Capture when it ships" in shop.good("orders", "ships", order, in_days(1)).out
    assert len(marks_of(shop, order)["notes"]) == 2


def test_a_day_that_is_none_changes_nothing(shop: Shop) -> None:
    order = shop.make("open", age="2d")
    done = shop("orders", "ships", order, "soon")
    assert done.code == 2
    assert "'soon' is no day: write the day of shipping as " in done.err
    assert marks_of(shop, order)["notes"] == []
