"""What was seen when a person confirmed, and the fixed figures of intents."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from tests.support.orders import (
    DAY,
    NOW,
    ORDER,
    SITUATIONS,
    captured,
    charge,
    charge_id,
    order,
    permission,
    refund,
    refund_id,
)
from tests.support.random_orders import orders

from azpay_tui.domain.intent import KEYED_VERBS, MONEY_VERBS, OPEN_STATES, REPLAY_WINDOW, RETRY_AFTER, Seen, Verb
from azpay_tui.domain.order import Order


def differences(before: Order, after: Order) -> dict[str, tuple[str, str]]:
    found = Seen.of(before).differences(Seen.of(after))
    return {what: (old, new) for what, old, new in found}


@pytest.mark.parametrize("name", SITUATIONS)
def test_an_unchanged_order_shows_no_difference(name: str) -> None:
    made = SITUATIONS[name]()
    later = replace(
        made,
        refreshed_at=NOW,
        charges=tuple(replace(c, updated=NOW, description="words") for c in made.charges),
        shop=replace(made.shop, number="other"),
    )
    assert differences(made, later) == {}


def test_each_compared_fact_is_seen() -> None:
    before = order(charge("Authorized", amount=50_00))
    assert differences(before, order(charge("Captured", amount=50_00))) == {
        f"{ORDER} balance": ("120.00 USD", "70.00 USD"),
        f"{charge_id()} state": ("Authorized", "Captured"),
        f"{charge_id()} captured": ("", "50.00 USD"),
    }
    assert differences(before, order(charge("Authorized", "StopShipment", amount=50_00))) == {
        f"{charge_id()} reason": ("", "StopShipment"),
    }
    assert differences(captured(), captured("Closed", refund(5_00), refunded=5_00)) == {
        f"{charge_id()} refunded": ("", "5.00 USD"),
        f"{refund_id()} state": ("", "Refunded"),
    }
    assert differences(order(), order(state="NonChargeable", codes=["MFAFailed", "ChargeInProgress"])) == {
        f"{ORDER} state": ("Chargeable", "NonChargeable"),
        f"{ORDER} reasons": ("", "ChargeInProgress MFAFailed"),
    }


def test_a_charge_that_appears_or_vanishes_is_a_difference() -> None:
    one, two = order(charge("Authorized")), order(charge("Authorized"), charge("AuthorizationInitiated", number=2))
    assert differences(one, two) == {f"{charge_id(2)} state": ("", "AuthorizationInitiated")}
    assert differences(two, one) == {f"{charge_id(2)} state": ("AuthorizationInitiated", "")}
    assert f"{ORDER} state" in differences(Order(ORDER), one)


def test_a_balance_of_zero_is_not_the_same_as_none() -> None:
    zero = replace(order(), permission=permission(balance=0))
    none = replace(order(), permission=permission(balance=None))
    assert differences(none, zero) == {f"{ORDER} balance": ("", "0.00 USD")}
    # Amazon writes nothing or zero for what was never captured
    assert differences(order(charge("Authorized")), order(charge("Authorized", captured=0, refunded=0))) == {}


def test_the_order_of_reasons_is_no_difference() -> None:
    codes = ["ChargeInProgress", "MFAFailed"]
    assert differences(order(state="NonChargeable", codes=codes), order(state="NonChargeable", codes=codes[::-1])) == {}


@given(orders(), orders())
def test_differences_are_empty_only_for_equal_facts(one: Order, two: Order) -> None:
    assert differences(one, one) == {}
    assert {what: (new, old) for what, (old, new) in differences(one, two).items()} == differences(two, one)


# Fixed figures


def test_states_and_verbs_are_split_as_the_journal_needs_them() -> None:
    assert sorted(OPEN_STATES) == ["attention", "intent", "sent", "unknown"]
    assert set(MONEY_VERBS) == set(Verb) - {Verb.REFRESH}
    assert set(KEYED_VERBS) == {Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND}


def test_the_janitor_waits_longer_each_time_and_then_asks() -> None:
    minute = timedelta(minutes=1)
    assert 15 * minute == REPLAY_WINDOW
    assert (minute / 2, 2 * minute, 10 * minute, 60 * minute, 360 * minute, *([DAY] * 6)) == RETRY_AFTER
