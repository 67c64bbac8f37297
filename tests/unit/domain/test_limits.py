from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import DAY, NOW, ORDER, charge, charge_id, intent, order, permission, refund, refund_id
from tests.support.random_orders import orders

from azpay_tui.domain import limits
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, ShopFacts, Unnamed


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
    assert limits.refund_cap(made.charges[0]) == Money(cap, currency)
    assert limits.refund_left(made, made.charges[0]) == Money(cap, currency)
    assert limits.refundable(made, made.charges[0]) == Money(captured, currency)


def test_the_cap_is_of_what_was_captured_and_not_of_what_was_authorized() -> None:
    part = charge("Captured", amount=100_00, captured=40_00)
    assert limits.refund_cap(part) == Money(46_00, "USD")


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
    assert limits.spent_by_refunds(made, first) == Money(spent, "USD")
    assert limits.refundable(made, first) == Money(100_00 - spent, "USD")
    assert limits.refund_left(made, first) == Money(115_00 - spent, "USD")
    assert limits.refund_count(made, first) == sum(state != "Declined" for state in states)


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
    assert limits.spent_by_refunds(made, made.charges[0]) == Money(spent, "USD")
    assert limits.refunded_total(made) == Money(spent, "USD")
    assert limits.settled_refunds(made) == Money(spent - sum(pending), "USD")


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
    assert limits.spent_by_refunds(known, first) == usd(spent)
    assert limits.unseen_refunds(known, first) == usd(unseen)
    assert limits.settled_refunds(known) == usd(spent - unseen - sum(pending))
    assert limits.refund_count(known, first) == len(made) + len(pending)


def test_an_authorization_without_an_id_holds_until_it_lapses_and_for_good_where_it_took_the_money() -> None:
    held = Unnamed("authorize", ORDER, usd(50_00), NOW - 29 * DAY)
    made = replace(order(), unnamed=(held, Unnamed("refund", charge_id(), usd(9_00), NOW)))
    assert limits.held_total(made, NOW) == usd(50_00)
    assert limits.held_total(made, NOW + DAY) == usd(0)
    assert limits.held_total(replace(made, unnamed=(replace(held, capture_now=True),)), NOW + DAY) == usd(50_00)


def test_own_refunds_count_from_the_intent_on_and_once() -> None:
    made = order(charge("Captured", amount=100_00))
    first = made.charges[0]
    own = intent("refund", "accepted", amount=10_00, result=refund_id(1))
    other = intent("refund", "accepted", target=charge_id(2), amount=50_00)
    unsettled = replace(made, intents=(own, other, intent("refund", "unknown", amount=5_00)))
    assert limits.spent_by_refunds(unsettled, first) == Money(15_00, "USD")
    assert limits.refund_count(unsettled, first) == 2
    known = replace(made, intents=(own,), refunds=(refund(10_00, "RefundInitiated", number=1),))
    assert limits.spent_by_refunds(known, first) == Money(10_00, "USD")
    assert limits.refund_count(known, first) == 1


@pytest.mark.parametrize(("currency", "largest"), [("USD", 150_000_00), ("EUR", 150_000_00), ("JPY", 10_000_000)])
def test_one_charge_or_refund_has_a_largest_amount(currency: str, largest: int) -> None:
    assert limits.single_maximum(currency) == Money(largest, currency)


def test_an_authorization_lapses_when_amazon_says_so_or_after_thirty_days() -> None:
    live = charge("Authorized", age=2 * DAY)
    assert not limits.lapsed(live, NOW)
    assert limits.lapsed(live, NOW + 28 * DAY)
    assert not limits.lapsed(live, NOW + 28 * DAY - timedelta(microseconds=1))
    sandbox = replace(live, expires=NOW)
    assert limits.lapsed(sandbox, NOW)
    unsaid = replace(live, expires=None)
    assert limits.authorization_end(unsaid) == NOW + 28 * DAY
    assert not limits.lapsed(replace(live, expires=None, created=None), NOW + 999 * DAY)
    assert limits.lapsed(charge("Canceled", "ExpiredUnused"), NOW)
    assert not limits.lapsed(charge("Canceled", "MerchantCanceled"), NOW + 999 * DAY)
    assert not limits.lapsed(charge("CaptureInitiated"), NOW + 999 * DAY)


def test_a_one_time_order_ends_when_amazon_says_so_or_after_180_days() -> None:
    said = permission(age=10 * DAY, expires=NOW + 400 * DAY)
    assert limits.permission_end(Order(ORDER, permission=said)) == NOW + 400 * DAY
    assert limits.permission_end(Order(ORDER, permission=permission(age=10 * DAY))) == NOW + 170 * DAY
    assert limits.permission_end(Order(ORDER, permission=permission(kind="Recurring"))) is None
    assert limits.permission_end(Order(ORDER)) is None


@pytest.mark.parametrize(
    ("amount", "charges", "limit", "left"),
    [
        (None, [], 120_00, 120_00),
        (100_00, [], 138_00, 100_00),
        (100_00, [("Captured", 40_00)], 138_00, 60_00),
        (100_00, [("Captured", 40_00), ("Authorized", 25_00)], 138_00, 35_00),
        (100_00, [("AuthorizationInitiated", 25_00), ("CaptureInitiated", 25_00)], 138_00, 50_00),
        (100_00, [("Declined", 25_00), ("Canceled", 25_00)], 138_00, 100_00),
        (200_00, [], 120_00, 120_00),  # never more than the balance
        (200_00, [("Captured", 100_00)], 120_00, 20_00),
        (100_00, [("Captured", 100_00)], 138_00, None),
        (100_00, [("Authorized", 100_00)], 138_00, None),
        (900_000_00, [], 900_000_00, 150_000_00),  # never more than one charge may be
    ],
)
def test_what_is_authorized_when_no_amount_is_given(
    amount: int | None, charges: list[tuple[str, int]], limit: int, left: int | None
) -> None:
    made = [charge(state, amount=minor, number=number) for number, (state, minor) in enumerate(charges, 1)]
    found = limits.chargeable_left(order(*made, limit=limit, amount=amount), NOW)
    assert found == (None if left is None else Money(left, "USD"))


def test_a_lapsed_hold_does_not_lower_what_may_be_authorized() -> None:
    assert limits.chargeable_left(order(charge("Authorized", age=31 * DAY)), NOW) == Money(120_00, "USD")


def test_a_shop_amount_in_another_currency_is_no_default() -> None:
    made = replace(order(), shop=ShopFacts(amount=Money(100_00, "EUR"), complete=True))
    assert limits.chargeable_left(made, NOW) is None


@pytest.mark.parametrize(
    ("charges", "balance", "fits"),
    [
        ([], 120_00, True),
        ([], 100_00, False),
        ([("Captured", 50_00)], 70_00, True),
        ([("Captured", 50_00)], 50_00, False),
        ([("Authorized", 50_00)], 120_00, True),
        ([("Authorized", 50_00)], 70_00, True),  # should open authorizations lower it
        ([("Authorized", 50_00)], 90_00, False),
        ([("Captured", 50_00), ("Authorized", 20_00)], 50_00, True),
        ([("Canceled", 50_00), ("Declined", 20_00)], 120_00, True),
        ([("Canceled", 50_00)], 70_00, False),
    ],
)
def test_the_balance_tells_of_charges_unknown_here(charges: list[tuple[str, int]], balance: int, fits: bool) -> None:
    made = [charge(state, amount=minor, number=number) for number, (state, minor) in enumerate(charges, 1)]
    known = order(*made)
    assert known.permission is not None
    known = replace(known, permission=replace(known.permission, balance=Money(balance, "USD")))
    assert limits.balance_fits(known) is fits
    assert limits.fully_known(known) is fits


def test_the_monthly_limit_of_a_recurring_permission_says_nothing_of_its_charges() -> None:
    months = [charge("Captured", amount=100_00, number=number) for number in (1, 2, 3)]
    known = order(*months, kind="Recurring")
    assert limits.balance_fits(known)


def test_an_order_is_fully_known_by_a_complete_source_or_by_a_balance_of_zero() -> None:
    assert limits.fully_known(order(complete=True))
    assert not limits.fully_known(order(complete=False))
    assert not limits.fully_known(order(charge("Captured", amount=50_00), complete=False))
    assert limits.fully_known(order(charge("Captured"), complete=False))
    twice = [charge("Captured", amount=60_00, number=number) for number in (1, 2)]
    assert limits.fully_known(order(*twice, complete=False))
    assert not limits.fully_known(replace(order(charge("Captured"), complete=False), charges=()))


def test_sums_are_not_known_when_currencies_are_mixed() -> None:
    mixed = order(charge("Captured", currency="EUR"), charge("Authorized", number=2, currency="JPY"))
    assert limits.captured_total(mixed) is None
    assert limits.refunded_total(mixed) is None
    assert limits.settled_refunds(mixed) is None
    assert limits.held_total(mixed, NOW) is None
    assert limits.chargeable_left(mixed, NOW) is None
    assert not limits.balance_fits(mixed)


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
    found = limits.working_days_after(datetime(*start, 8, 30, tzinfo=UTC), days)
    assert found == datetime(*end, 8, 30, tzinfo=UTC)


@given(orders())
def test_what_is_left_is_never_negative_and_never_above_the_cap(made: Order) -> None:
    for each in made.charges:
        left, cap = limits.refund_left(made, each), limits.refund_cap(each)
        assert 0 <= left.minor <= cap.minor
        assert 0 <= limits.refundable(made, each).minor <= left.minor


@given(orders())
def test_sums_never_raise_and_never_go_below_zero(made: Order) -> None:
    sums = [
        limits.captured_total(made),
        limits.held_total(made, NOW),
        limits.refunded_total(made),
        limits.settled_refunds(made),
    ]
    assert all(found is None or found.minor >= 0 for found in sums)
    assert limits.balance_fits(made) in (True, False)
    assert limits.fully_known(made) in (True, False)
    left = limits.chargeable_left(made, NOW)
    assert left is None or left.minor > 0


@given(st.integers(1, 10**10), st.sampled_from(["USD", "EUR", "GBP", "JPY", "CHF"]))
def test_the_surplus_is_never_more_than_fifteen_per_cent(minor: int, currency: str) -> None:
    surplus = limits.refund_cap(taken(minor, currency).charges[0]).minor - minor
    fixed = {"JPY": 8_400, "CHF": 0}.get(currency, 75_00)
    assert 0 <= surplus <= fixed
    assert surplus * 100 <= minor * 15
    assert surplus == fixed or (surplus + 1) * 100 > minor * 15
