from dataclasses import replace

import pytest
from hypothesis import given
from tests.support.orders import (
    LIMIT,
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

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, Reason
from azpay_tui.domain.reconcile import Change, changes


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def test_everything_is_new_at_the_first_read() -> None:
    after = order(
        charge("Captured", amount=50_00), charge("Declined", "SoftDeclined", number=2), refunds=[refund(5_00)]
    )
    expected = [
        Change("order Chargeable", ORDER, usd(LIMIT)),
        Change("charge Captured", charge_id(1), usd(50_00)),
        Change("charge Declined (SoftDeclined)", charge_id(2), usd(LIMIT)),
        Change("refund Refunded", refund_id(1), usd(5_00)),
    ]
    assert changes(None, after) == expected
    assert changes(Order(ORDER), after) == expected


@pytest.mark.parametrize("name", SITUATIONS)
def test_nothing_changes_when_facts_stay(name: str) -> None:
    made = SITUATIONS[name]()
    again = replace(
        made,
        refreshed_at=NOW,
        shop=replace(made.shop, number="2002"),
        charges=tuple(replace(c, updated=NOW, description="other words") for c in made.charges),
    )
    assert changes(made, again) == []


def test_a_capture_shows_what_was_taken_and_what_is_left() -> None:
    assert changes(order(charge("Authorized")), order(charge("Captured", captured=48_00))) == [
        Change("balance", ORDER, usd(72_00)),
        Change("charge Captured", charge_id(), usd(48_00)),
    ]


def test_a_suspended_order_names_its_reasons() -> None:
    after = order(state="NonChargeable", codes=["ChargeInProgress", "MFAFailed"])
    assert changes(order(), after) == [Change("order NonChargeable (ChargeInProgress MFAFailed)", ORDER, None)]


def test_reasons_in_another_order_or_with_other_words_are_no_change() -> None:
    before = order(state="NonChargeable", codes=["ChargeInProgress", "MFAFailed"])
    assert before.permission is not None
    swapped = (Reason("MFAFailed", "The bank said no."), Reason("ChargeInProgress"))
    assert changes(before, replace(before, permission=replace(before.permission, reasons=swapped))) == []


def test_a_new_reason_in_the_same_state_is_a_change() -> None:
    before, after = order(charge("Authorized")), order(charge("Authorized", "StopShipmentAtypicalAuth"))
    assert changes(before, after) == [Change("charge Authorized (StopShipmentAtypicalAuth)", charge_id(), usd(LIMIT))]


def test_a_refund_made_elsewhere_is_seen_in_the_total() -> None:
    assert changes(captured(), captured(refunded=20_00)) == [Change("refunded in total", charge_id(), usd(20_00))]


def test_a_refund_that_is_decided_is_a_change() -> None:
    before = captured("Closed", refund(5_00, "RefundInitiated"))
    for state, reason, word in (
        ("Refunded", None, "refund Refunded"),
        ("Declined", "AmazonRejected", "refund Declined (AmazonRejected)"),
    ):
        after = captured("Closed", refund(5_00, state, reason))
        assert changes(before, after) == [Change(word, refund_id(), usd(5_00))]


def test_a_balance_that_moves_alone_is_a_change() -> None:
    after = replace(order(), permission=permission(balance=20_00))
    assert changes(order(), after) == [Change("balance", ORDER, usd(20_00))]


def test_what_is_no_longer_read_is_no_event_at_amazon() -> None:
    assert changes(order(charge("Authorized")), Order(ORDER)) == []


@given(orders(), orders())
def test_any_two_orders_can_be_compared(before: Order, after: Order) -> None:
    assert changes(before, before) == []
    ids = {after.id, *(c.id for c in after.charges), *(r.id for r in after.refunds)}
    assert {change.object_id for change in changes(before, after)} <= ids
