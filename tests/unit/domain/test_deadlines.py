"""What ends when, and when to authorize for a parcel that leaves late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.tui.desk import NOW, Maker

from azpay_tui.domain import states
from azpay_tui.domain.deadlines import Advice, advise, lapses, marked, parse_ships
from azpay_tui.domain.lapses import DayOfLapses, Sum, bars, days_ahead, one_day, parse_day, totals
from azpay_tui.domain.limits import AUTHORIZATION_LIFE, GUARANTEE, PERMISSION_LIFE
from azpay_tui.domain.marks import MarkError
from azpay_tui.domain.money import Money

BERLIN = ZoneInfo("Europe/Berlin")


def order(age: timedelta = timedelta(), **options: object):  # type: ignore[no-untyped-def]
    return Maker(NOW).add(age=age, **options)  # type: ignore[arg-type]


def marks_of(found: object) -> list[str]:
    return [lapse.mark for lapse in lapses(found, NOW)]  # type: ignore[arg-type]


def test_an_authorization_counts_down_to_all_three_marks() -> None:
    """S3.22, S3.40, S3.41, S4.23: the guarantee, the authorization, the order."""
    made = order(timedelta(days=2), charge=states.AUTHORIZED)
    charge = made.charges[0]
    found = lapses(made, NOW)
    assert [(one.mark, one.at) for one in found] == [
        ("guarantee", charge.created + GUARANTEE),
        ("authorization", charge.created + AUTHORIZATION_LIFE),
        ("permission", made.permission.created + PERMISSION_LIFE),
    ]
    assert [one.amount for one in found[:2]] == [charge.amount, charge.amount]


def test_what_is_over_does_not_count_down() -> None:
    assert marks_of(order(timedelta(days=12), charge=states.AUTHORIZED)) == ["authorization", "permission"]
    assert marks_of(order(timedelta(days=31), charge=states.AUTHORIZED)) == ["permission"]
    assert marks_of(order(charge=states.CAPTURED, captured=100, permission=states.CLOSED)) == []
    assert marks_of(order(permission=None, refreshed_at=None)) == []


def test_a_closed_order_still_holds_its_authorization() -> None:
    assert marks_of(order(charge=states.AUTHORIZED, permission=states.CLOSED)) == ["guarantee", "authorization"]


def test_what_amazon_says_of_the_end_goes_before_the_days_counted_here() -> None:
    """S3.40: a sandbox may end an authorization sooner, and then there is no guarantee beyond its end."""
    made = order(timedelta(hours=1), charge=states.AUTHORIZED)
    short = replace(made.charges[0], expires=NOW + timedelta(days=2))
    found = lapses(replace(made, charges=(short,)), NOW)
    assert [(one.mark, one.at) for one in found[:1]] == [("authorization", NOW + timedelta(days=2))]
    assert "guarantee" not in [one.mark for one in found]


def test_an_order_that_is_captured_and_open_counts_down_without_money() -> None:
    """S4.23: the buyer sees it open for 180 days, though nothing is left to charge."""
    made = order(charge=states.CAPTURED, captured=100)
    [left] = lapses(made, NOW)
    assert (left.mark, left.amount) == ("permission", None)


# When to authorize


@pytest.mark.parametrize(
    ("age", "days", "says", "remind"),
    [
        (None, 3, "Authorize now", False),
        (None, 20, "Authorize in the week before it ships, from ", True),
        (None, 45, "more than 30 days away", True),
        (None, 300, "The order closes at Amazon before it ships", False),
        (0, 3, "Capture when it ships: the authorization is guaranteed until ", False),
        (0, 20, "The guarantee ends before it ships, on ", True),
        (20, 3, "To be sure void it and authorize now", False),
        (0, 45, "The authorization ends before it ships, on ", True),
        (0, 300, "capture before, or ask the buyer to order again", False),
    ],
)
def test_advice_by_the_day_of_shipping(age: int | None, days: int, says: str, remind: bool) -> None:
    """S3.23, S3.42: authorized in the week before shipping, never so early that it lapses."""
    made = order() if age is None else order(timedelta(days=age), charge=states.AUTHORIZED)
    ships = (NOW + timedelta(days=days)).date()
    advice = advise(made, ships, NOW, UTC)
    assert says in advice.sentence
    assert (advice.remind is not None) == remind
    if advice.remind is not None:
        assert advice.remind > NOW
        # An authorization made at the reminder is still guaranteed when the day of shipping ends.
        assert timedelta(days=6) < datetime.combine(ships, datetime.max.time(), UTC) - advice.remind <= GUARANTEE


def test_advice_where_nothing_can_be_authorized() -> None:
    ships = (NOW + timedelta(days=20)).date()
    shut = order(permission=states.CLOSED)
    assert advise(shut, ships, NOW, UTC).sentence == (
        "The order cannot be authorized any more: ask the buyer to order again."
    )
    paid = order(charge=states.CAPTURED, captured=100, permission=states.CLOSED)
    assert advise(paid, ships, NOW, UTC).sentence == "It is captured: it can ship on any day."
    held = order(charge=states.AUTHORIZED, permission=states.CLOSED)
    assert advise(held, ships, NOW, UTC).sentence.endswith("may be declined. Capture before.")


def test_the_reminder_comes_in_the_week_before_shipping_in_the_shops_own_days() -> None:
    """S3.42."""
    ships = date(2026, 12, 30)
    advice = advise(order(), ships, NOW, BERLIN)
    change = marked(ships, advice, BERLIN)
    assert change.remind == datetime(2026, 12, 24, 8, tzinfo=UTC)  # nine in Berlin
    assert change.note == "Ships 2026-12-30: authorize from 2026-12-24 on, not earlier."
    nothing = marked(ships, Advice("It is captured: it can ship on any day."), BERLIN)
    assert (nothing.remind, nothing.note) == (None, "Ships 2026-12-30.")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("soon", "'soon' is no day: write the day of shipping as "),
        ("2020-01-01", "2020-01-01 is over already: name the day on which it will ship."),
        ("2099-01-01", "A day of shipping can be a year away at most: no order stays open so long."),
    ],
)
def test_what_is_no_day_of_shipping_is_refused_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(MarkError) as caught:
        parse_ships(typed, NOW, UTC)
    assert str(caught.value).startswith(sentence)


def test_a_parcel_can_ship_today() -> None:
    assert parse_ships(f" {NOW.date()} ", NOW, UTC) == NOW.date()


# The calendar


def test_days_are_those_of_the_time_zone() -> None:
    now = datetime(2026, 10, 24, 21, 30, tzinfo=UTC)
    today, change, after = days_ahead(now, 3, BERLIN)
    assert (today.day, today.start, today.end) == (date(2026, 10, 24), now, datetime(2026, 10, 24, 22, tzinfo=UTC))
    assert change.end - change.start == timedelta(hours=25)  # summer time ends
    assert after.start == change.end


def test_a_day_is_read_strictly() -> None:
    assert parse_day("2026-02-28") == date(2026, 2, 28)
    assert [parse_day(text) for text in ("2026-02-30", "2026-2-3", "", "٢٠٢٦-٠٢-٢٨", "9999-12-31", "0001-01-01")] == [
        None
    ] * 6
    with pytest.raises(ValueError, match="too far away"):
        one_day(date(9999, 12, 31), UTC)


def test_currencies_are_never_added_to_each_other() -> None:
    usd, jpy = Money(1250, "USD"), Money(300, "JPY")
    days = tuple(DayOfLapses(day, (Sum(jpy, 1), Sum(usd, 2), Sum(None, 1))) for day in days_ahead(NOW, 2, UTC))
    assert totals(days) == (Sum(Money(600, "JPY"), 2), Sum(Money(2500, "USD"), 4), Sum(None, 2))
    assert totals(()) == ()


def test_bars_compare_days_of_one_currency() -> None:
    first, second = days_ahead(NOW, 2, UTC)
    days = (
        DayOfLapses(first, (Sum(Money(1, "JPY"), 1), Sum(Money(90_00, "USD"), 1), Sum(None, 4))),
        DayOfLapses(second, (Sum(Money(1000, "JPY"), 1), Sum(Money(30_00, "USD"), 1))),
    )
    assert bars(days, 12) == {
        (first.day, "JPY"): 1,
        (first.day, "USD"): 12,
        (second.day, "JPY"): 12,
        (second.day, "USD"): 4,
    }
