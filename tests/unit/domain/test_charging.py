"""Charging more than an order's total: the allowance to the minor unit, and which of the two ways it takes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import NOW, charge, order

from azpay_tui.domain.charging import ChargeMoreError, buyer_text, plan, room, told_note
from azpay_tui.domain.money import EXPONENTS, Money
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.policies import PRESETS, Settings, chosen

AMAZON = PRESETS["amazon"]
OLDER = chosen("amazon", {"overcharge": "15%/75"})
GOODWILL = {"USD": 7500, "GBP": 7500, "EUR": 7500, "JPY": 8400}
"""75, or 8,400 yen, in minor units: written down here once more, apart from the product."""


def euros(text: str) -> Money:
    whole, _, cents = text.partition(".")
    return Money(int(whole) * 100 + int(cents or 0), "EUR")


def sold(*charges: Charge, amount: int = 200_00, limit: int = 1000_00, currency: str = "EUR") -> Order:
    return order(*charges, amount=amount, limit=limit, currency=currency)


def held(amount: int = 200_00, number: int = 1, state: str = "Authorized") -> Charge:
    return charge(state, amount=amount, number=number, currency="EUR")


def left(found: Order, settings: Settings) -> Money:
    there = room(found, settings, NOW)
    assert there is not None
    return there.left


@pytest.mark.parametrize(
    ("amount", "above"), [(100_00, 15_00), (200_00, 30_00), (500_00, 75_00), (500_01, 75_00), (900_00, 75_00)]
)
def test_the_older_rule_allows_15_per_cent_and_75_at_most(amount: int, above: int) -> None:
    """S4.3, S4.4: 100 leaves 15."""
    assert left(sold(amount=amount, limit=5000_00), OLDER) == Money(above, "EUR")


def test_200_becomes_230_at_once_where_nothing_is_held() -> None:
    """S4.6, S4.7."""
    planned = plan(sold(), OLDER, euros("230"), NOW)
    assert (planned.route, planned.amount) == ("whole", euros("230"))


@pytest.mark.parametrize("state", ["Authorized", "AuthorizationInitiated", "CaptureInitiated", "Captured"])
def test_200_becomes_230_by_30_more_where_200_are_held_or_taken(state: str) -> None:
    """S4.6."""
    planned = plan(sold(held(state=state)), OLDER, euros("230"), NOW)
    assert (planned.route, planned.amount) == ("difference", euros("30"))
    assert "200.00 EUR are captured or held already" in planned.sentence


@pytest.mark.parametrize("state", ["Declined", "Canceled"])
def test_what_ended_is_authorized_anew_in_whole(state: str) -> None:
    """S4.6: an authorization that was voided or declined holds nothing any more."""
    planned = plan(sold(held(state=state)), OLDER, euros("230"), NOW)
    assert (planned.route, planned.amount) == ("whole", euros("230"))


@pytest.mark.parametrize("charges", [(), (held(),), (held(state="Captured"),)])
def test_a_cent_above_the_allowance_is_refused_with_its_arithmetic(charges: tuple[Charge, ...]) -> None:
    """S4.3, S4.7: 230.01 is refused although the permission would allow it."""
    with pytest.raises(ChargeMoreError) as refused:
        plan(sold(*charges), OLDER, euros("230.01"), NOW)
    said = str(refused.value)
    assert "230.01 EUR is too much. 30.00 EUR above the total of 200.00 EUR may be charged, 230.00 EUR in all" in said
    assert '15 % of 200.00 EUR are 30.00 EUR (overcharge = "15%/75", set in the profile)' in said


def test_amazons_own_rule_is_the_permissions_limit() -> None:
    """S4.2, S4.3."""
    assert plan(sold(limit=250_00), AMAZON, euros("250"), NOW).amount == euros("250")
    with pytest.raises(ChargeMoreError, match=r"50\.00 EUR above .* the permission's limit is 250\.00 EUR"):
        plan(sold(limit=250_00), AMAZON, euros("250.01"), NOW)
    assert left(sold(limit=210_00), OLDER) == euros("10")


def test_what_was_charged_above_the_total_already_is_counted() -> None:
    """S4.3: the remaining allowance."""
    raised = sold(held(state="Captured"), held(20_00, number=2))
    assert left(raised, OLDER) == euros("10")
    assert plan(raised, OLDER, euros("230"), NOW).amount == euros("10")
    with pytest.raises(ChargeMoreError, match="needs no further authorization"):
        plan(raised, OLDER, euros("215"), NOW)


def test_a_balance_that_is_smaller_than_the_limit_says_bounds_it() -> None:
    made = sold()
    assert made.permission is not None
    less = replace(made, permission=replace(made.permission, balance=euros("210")))
    assert left(less, OLDER) == euros("10")
    with pytest.raises(ChargeMoreError, match=r"Amazon has 210\.00 EUR left to charge"):
        plan(less, OLDER, euros("211"), NOW)


@pytest.mark.parametrize("total", ["200", "0", "199.99"])
def test_a_total_that_is_not_more_is_refused(total: str) -> None:
    with pytest.raises(ChargeMoreError, match="is not more than the order's total"):
        plan(sold(), AMAZON, euros(total), NOW)


def test_whole_amounts_leave_no_room() -> None:
    """S0.14, S0.17."""
    with pytest.raises(ChargeMoreError, match=r"Nothing may be charged above the total.*place another order"):
        plan(sold(), PRESETS["xcart"], euros("200.01"), NOW)


def test_what_is_not_known_or_in_another_currency_is_not_guessed() -> None:
    unread = replace(sold(), permission=None)
    with pytest.raises(ChargeMoreError, match="not known here"):
        plan(unread, AMAZON, euros("230"), NOW)
    with pytest.raises(ChargeMoreError, match="not known here"):
        plan(sold(), AMAZON, Money(230_00, "USD"), NOW)
    untold = order(limit=200_00, currency="EUR")
    with pytest.raises(ChargeMoreError, match="no source told a total"):
        plan(untold, AMAZON, euros("230"), NOW)


def test_the_buyer_is_told_old_and_new_total_and_the_note_says_how() -> None:
    """S4.8, S4.10."""
    planned = plan(sold(), OLDER, euros("230"), NOW)
    text = buyer_text(sold(), planned)
    assert "order 1001: its total is now 230.00 EUR instead of 200.00 EUR, 30.00 EUR more" in text
    assert told_note(planned, " by  phone ") == (
        "Buyer told of 230.00 EUR instead of 200.00 EUR, 230.00 EUR to authorize: by phone"
    )
    for how in ("", "  ", "x" * 61):
        with pytest.raises(ChargeMoreError):
            told_note(planned, how)


ORDERS = st.tuples(
    st.sampled_from(sorted(EXPONENTS)),
    st.integers(1, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 15),
    st.integers(0, 75),
)


@given(ORDERS)
def test_the_allowance_is_exact_in_every_currency(found: tuple[str, int, int, int, int, int]) -> None:
    """S4.3: cut down to the minor unit, whole yen, and never above the limit; one unit more is refused."""
    currency, amount, above, spent, percent, most = found
    settings = chosen("amazon", {"overcharge": f"{percent}%/{most}"})
    taken = () if not spent else (charge("Captured", amount=min(spent, amount + above), currency=currency),)
    made = order(*taken, amount=amount, limit=amount + above, currency=currency)
    there = room(made, settings, NOW)
    assert there is not None
    allowed = min(Fraction(amount * percent, 100), Fraction(GOODWILL.get(currency, 0) * most, 75), Fraction(above))
    gone = sum(one.amount.minor for one in taken)
    expected = max(0, amount + int(allowed) - max(amount, gone))
    assert there.left == Money(expected, currency)
    assert str(there.left) in there.sentence or there.most <= there.total
    highest = Money(there.base.minor + expected, currency)
    if highest > there.base:
        planned = plan(made, settings, highest, NOW)
        assert planned.amount == highest - there.spent
        assert planned.route == ("difference" if gone else "whole")
    with pytest.raises(ChargeMoreError):
        plan(made, settings, highest + Money(1, currency), NOW)
