from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import HOUR, NOW, ORDER, charge, charge_id, intent, order, refund, refund_id
from tests.support.random_orders import orders

from azpay_tui.domain import refund_limits
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, Unnamed


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def taken(minor: int, currency: str = "USD") -> Order:
    return order(charge("Captured", amount=minor, currency=currency), limit=10**9, currency=currency)


@pytest.mark.parametrize(
    ("currency", "captured", "cap"),
    [
        ("USD", 100_00, 115_00),
        ("GBP", 100_00, 115_00),
        ("EUR", 100_00, 115_00),
        ("USD", 499_99, 499_99 + 74_99),  # 15 % is 74.9985: cut, not rounded
        ("USD", 500_00, 575_00),
        ("USD", 500_01, 575_01),  # from here on the fixed sum is the lesser one
        ("EUR", 100_000_00, 100_075_00),
        ("USD", 6, 6),  # 15 % is less than one cent
        ("USD", 7, 8),
        ("JPY", 1_000, 1_150),
        ("JPY", 56_000, 64_400),
        ("JPY", 56_007, 64_407),
        ("JPY", 1_000_000, 1_008_400),
        ("CHF", 100_00, 100_00),  # outside the four ledger currencies there is no surplus
        ("SEK", 100_00, 100_00),
        ("AUD", 1_000_00, 1_000_00),
    ],
)
def test_the_refund_cap_is_captured_plus_the_lesser_surplus(currency: str, captured: int, cap: int) -> None:
    made = taken(captured, currency)
    assert refund_limits.refund_cap(made.charges[0]) == Money(cap, currency)
    assert refund_limits.refund_left(made, made.charges[0]) == Money(cap, currency)
    assert refund_limits.refundable(made, made.charges[0]) == Money(captured, currency)


def test_the_cap_is_of_what_was_captured_and_not_of_what_was_authorized() -> None:
    part = charge("Captured", amount=100_00, captured=40_00)
    assert refund_limits.refund_cap(part) == Money(46_00, "USD")


@pytest.mark.parametrize(
    ("states", "spent"),
    [
        ((), 0),
        (("Refunded",), 10_00),
        (("RefundInitiated",), 10_00),
        (("Declined",), 0),
        (("Refunded", "RefundInitiated", "Declined"), 20_00),
        (("Reversed",), 10_00),  # a word we do not know may have moved the money
    ],
)
def test_refunds_in_flight_are_spent_and_declined_ones_are_not(states: tuple[str, ...], spent: int) -> None:
    refunds = [refund(10_00, state, number=number) for number, state in enumerate(states, 1)]
    made = order(charge("Captured", amount=100_00), refunds=refunds)
    first = made.charges[0]
    assert refund_limits.spent_by_refunds(made, first) == Money(spent, "USD")
    assert refund_limits.refundable(made, first) == Money(100_00 - spent, "USD")
    assert refund_limits.refund_left(made, first) == Money(115_00 - spent, "USD")
    assert refund_limits.refund_count(made, first) == sum(state != "Declined" for state in states)


@pytest.mark.parametrize(
    ("settled", "pending", "reported", "spent"),
    [
        ([], [20_00], None, 20_00),
        ([], [20_00], 0, 20_00),  # Amazon's total leaves out what is in flight
        ([], [20_00], 20_00, 20_00),  # Amazon's total holds it already
        ([10_00], [20_00], 10_00, 30_00),
        ([10_00], [20_00], 30_00, 30_00),
        ([10_00], [], 0, 10_00),  # totals may lag
        ([], [20_00, 5_00], 20_00, 25_00),  # the first is done, and not yet read again
        ([], [], 30_00, 30_00),  # made elsewhere, its id is unknown here
        ([10_00], [], 30_00, 30_00),
        ([], [20_00], 30_00, 50_00),  # made elsewhere, and ours comes on top
        ([10_00], [20_00], 15_00, 35_00),
    ],
)
def test_refunds_made_elsewhere_count_with_those_in_flight(
    settled: list[int], pending: list[int], reported: int | None, spent: int
) -> None:
    amounts = [(minor, "Refunded") for minor in settled] + [(minor, "RefundInitiated") for minor in pending]
    refunds = [refund(minor, state, number=number) for number, (minor, state) in enumerate(amounts, 1)]
    made = order(charge("Captured", amount=100_00, refunded=reported), refunds=refunds)
    assert refund_limits.spent_by_refunds(made, made.charges[0]) == Money(spent, "USD")
    assert refund_limits.refunded_total(made) == Money(spent, "USD")
    assert refund_limits.settled_refunds(made) == Money(spent - sum(pending), "USD")


@pytest.mark.parametrize(
    ("made", "pending", "reported", "spent", "unseen"),
    [
        ([30_00], [], None, 30_00, 30_00),
        ([30_00], [], 0, 30_00, 30_00),  # the total lags behind what a person knows, or Amazon declined it later
        ([30_00], [], 30_00, 30_00, 0),
        ([30_00], [], 20_00, 50_00, 30_00),  # another one was made elsewhere; ours comes on top
        ([30_00], [], 50_00, 50_00, 0),  # both are there
        ([30_00], [30_00], 30_00, 60_00, 0),  # the total holds the first: an equal one in flight is no part of it
        ([30_00], [30_00], 60_00, 60_00, 0),
        ([10_00, 30_00], [], 10_00, 40_00, 30_00),
        ([10_00, 30_00], [5_00], 45_00, 45_00, 0),
        ([10_00, 15_00], [], 10_00, 25_00, 15_00),  # of two the total shows the one for which it has room
        ([10_00, 15_00], [], 15_00, 25_00, 10_00),
        ([10_00, 10_00], [], 10_00, 20_00, 10_00),
        ([10_00, 15_00], [], 12_00, 27_00, 15_00),
    ],
)
def test_what_succeeded_without_an_id_counts_once(
    made: list[int], pending: list[int], reported: int | None, spent: int, unseen: int
) -> None:
    known = order(
        charge("Captured", amount=100_00, refunded=reported),
        refunds=[refund(minor, "RefundInitiated", number=number) for number, minor in enumerate(pending, 1)],
    )
    unnamed = [Unnamed("refund", charge_id(), usd(minor), NOW) for minor in made]
    unnamed += [Unnamed("refund", charge_id(2), usd(7_00), NOW), Unnamed("authorize", ORDER, usd(7), NOW)]
    known = replace(known, unnamed=tuple(unnamed))
    first = known.charges[0]
    assert refund_limits.spent_by_refunds(known, first) == usd(spent)
    assert refund_limits.unseen_refunds(known, first) == usd(unseen)
    assert refund_limits.settled_refunds(known) == usd(spent - unseen - sum(pending))
    assert refund_limits.refund_count(known, first) == len(made) + len(pending)


def test_own_refunds_count_from_the_intent_on_and_once() -> None:
    made = order(charge("Captured", amount=100_00))
    first = made.charges[0]
    own = intent("refund", "accepted", amount=10_00, result=refund_id(1))
    other = intent("refund", "accepted", target=charge_id(2), amount=50_00)
    unsettled = replace(made, intents=(own, other, intent("refund", "unknown", amount=5_00)))
    assert refund_limits.spent_by_refunds(unsettled, first) == Money(15_00, "USD")
    assert refund_limits.refund_count(unsettled, first) == 2
    known = replace(made, intents=(own,), refunds=(refund(10_00, "RefundInitiated", number=1),))
    assert refund_limits.spent_by_refunds(known, first) == Money(10_00, "USD")
    assert refund_limits.refund_count(known, first) == 1


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ((2026, 3, 2), 1, (2026, 3, 3)),  # Monday
        ((2026, 3, 6), 1, (2026, 3, 9)),  # Friday
        ((2026, 3, 7), 1, (2026, 3, 9)),  # Saturday
        ((2026, 3, 2), 9, (2026, 3, 13)),
        ((2026, 3, 2), 0, (2026, 3, 2)),
    ],
)
def test_working_days_leave_out_the_weekend(start: tuple[int, int, int], days: int, end: tuple[int, int, int]) -> None:
    found = refund_limits.working_days_after(datetime(*start, 8, 30, tzinfo=UTC), days)
    assert found == datetime(*end, 8, 30, tzinfo=UTC)


@given(orders())
def test_what_is_left_is_never_negative_and_never_above_the_cap(made: Order) -> None:
    for each in made.charges:
        left, cap = refund_limits.refund_left(made, each), refund_limits.refund_cap(each)
        assert 0 <= left.minor <= cap.minor
        assert 0 <= refund_limits.refundable(made, each).minor <= left.minor


@given(st.integers(1, 10**10), st.sampled_from(["USD", "EUR", "GBP", "JPY", "CHF"]))
def test_the_surplus_is_never_more_than_fifteen_per_cent(minor: int, currency: str) -> None:
    surplus = refund_limits.refund_cap(taken(minor, currency).charges[0]).minor - minor
    fixed = {"JPY": 8_400, "CHF": 0}.get(currency, 75_00)
    assert 0 <= surplus <= fixed
    assert surplus * 100 <= minor * 15
    assert surplus == fixed or (surplus + 1) * 100 > minor * 15


Given = tuple[int, int] | tuple[int, int, str]
"""Amount in minor units, age in hours, and the state where it is not Refunded."""


@pytest.mark.parametrize(
    ("refunds", "unnamed", "reported", "told"),
    [
        ([(30_00, 9)], [], 30_00, None),
        ([(30_00, 9, "Declined")], [], 0, 1),
        # made again: as much, or more, since it was declined
        ([(30_00, 9, "Declined"), (30_00, 2)], [], 30_00, None),
        ([(30_00, 9, "Declined"), (40_00, 2, "RefundInitiated")], [], 0, None),
        ([(30_00, 9, "Declined"), (20_00, 2), (10_00, 1)], [], 30_00, None),
        ([(30_00, 9, "Declined"), (30_00, 5, "Declined"), (30_00, 2)], [], 30_00, None),
        # several were declined: together
        ([(50_00, 9, "Declined"), (5_00, 7, "Declined"), (5_00, 2)], [], 5_00, 2),
        ([(50_00, 9, "Declined"), (5_00, 7, "Declined"), (55_00, 2)], [], 55_00, None),
        # made again in part, declined again, or what was made before
        ([(30_00, 9, "Declined"), (29_99, 2)], [], 29_99, 1),
        ([(30_00, 9, "Declined"), (30_00, 5, "Declined")], [], 0, 2),
        ([(30_00, 9), (30_00, 5, "Declined")], [], 30_00, 2),
        # the id is not known: Amazon's total has to show it
        ([(30_00, 9, "Declined")], [(30_00, 2)], 30_00, None),
        ([(30_00, 9, "Declined")], [(30_00, 2)], 0, 1),
        ([(30_00, 9, "Declined")], [(5_00, 2)], 5_00, 1),
        ([(30_00, 9, "Declined")], [(5_00, 2), (25_00, 1)], 30_00, None),
        ([(30_00, 9, "Declined"), (20_00, 2)], [(10_00, 1)], 30_00, None),
        ([(30_00, 5, "Declined")], [(30_00, 9)], 30_00, 1),
        ([(30_00, 5, "Declined")], [(30_00, 5)], 30_00, None),  # in the same second: Amazon has no finer ones
    ],
)
def test_a_declined_refund_is_told_until_as_much_was_given_back(
    refunds: list[Given], unnamed: list[tuple[int, int]], reported: int, told: int | None
) -> None:
    made = [
        refund(minor, *(state or ["Refunded"]), number=number, age=age * HOUR)
        for number, (minor, age, *state) in enumerate(refunds, 1)
    ]
    known = order(charge("Captured", amount=100_00, refunded=reported), refunds=made)
    known = replace(
        known, unnamed=tuple(Unnamed("refund", charge_id(), usd(minor), NOW - age * HOUR) for minor, age in unnamed)
    )
    found = refund_limits.declined_refund(known, known.charges[0])
    assert (found and found.id) == (told and refund_id(told))


def test_a_refund_asked_for_before_another_was_declined_does_not_make_up_for_it() -> None:
    """S2.18: of two equal ones the first is declined days later; the buyer lacks it all the same."""
    first = replace(refund(30_00, "Declined", age=9 * HOUR), updated=NOW - HOUR)
    known = order(charge("Captured", amount=100_00), refunds=[first, refund(30_00, number=2, age=5 * HOUR)])
    assert refund_limits.declined_refund(known, known.charges[0]) == first
    timeless = replace(first, created=None, updated=None)
    known = replace(known, refunds=(known.refunds[1], timeless))
    assert refund_limits.declined_refund(known, known.charges[0]) == timeless


def test_two_that_were_under_way_and_both_declined_are_both_owed() -> None:
    """S2.18: what is given back once makes up for one of them, whichever was declined first."""
    for later in (1, 2):
        lost = [
            replace(
                refund(30_00, "Declined", number=number, age=20 * HOUR),
                updated=NOW - (5 if number == later else 9) * HOUR,
            )
            for number in (1, 2)
        ]
        known = order(charge("Captured", amount=100_00), refunds=[*lost, refund(30_00, number=3)])
        assert refund_limits.declined_refund(known, known.charges[0]) == lost[1]
        known = replace(known, refunds=(*known.refunds, refund(30_00, number=4)))
        assert refund_limits.declined_refund(known, known.charges[0]) is None


def test_a_declined_refund_of_another_currency_is_told() -> None:
    odd = refund(30_00, "Declined", age=9 * HOUR, currency="GBP")
    known = order(charge("Captured", amount=100_00), refunds=[odd, refund(30_00, number=2)])
    assert refund_limits.declined_refund(known, known.charges[0]) == odd
