from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from tests.support.orders import DAY, NOW, ORDER, charge, charge_id, order, permission
from tests.support.random_orders import orders

from azpay_tui.domain import limits, refund_limits
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, ShopFacts, Unnamed


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def test_an_authorization_without_an_id_holds_until_it_lapses_and_for_good_where_it_took_the_money() -> None:
    held = Unnamed("authorize", ORDER, usd(50_00), NOW - 29 * DAY)
    made = replace(order(), unnamed=(held, Unnamed("refund", charge_id(), usd(9_00), NOW)))
    assert limits.held_total(made, NOW) == usd(50_00)
    assert limits.held_total(made, NOW + DAY) == usd(0)
    assert limits.held_total(replace(made, unnamed=(replace(held, capture_now=True),)), NOW + DAY) == usd(50_00)


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
    assert refund_limits.refunded_total(mixed) is None
    assert refund_limits.settled_refunds(mixed) is None
    assert limits.held_total(mixed, NOW) is None
    assert limits.chargeable_left(mixed, NOW) is None
    assert not limits.balance_fits(mixed)


@given(orders())
def test_sums_never_raise_and_never_go_below_zero(made: Order) -> None:
    sums = [
        limits.captured_total(made),
        limits.held_total(made, NOW),
        refund_limits.refunded_total(made),
        refund_limits.settled_refunds(made),
    ]
    assert all(found is None or found.minor >= 0 for found in sums)
    assert limits.balance_fits(made) in (True, False)
    assert limits.fully_known(made) in (True, False)
    left = limits.chargeable_left(made, NOW)
    assert left is None or left.minor > 0
