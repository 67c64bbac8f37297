"""What a decline leads to (S3.26, S3.28, S3.29): who acts next, how often it was tried, whether it is mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from tests.support.orders import DAY, HOUR, NOW, ORDER, SITUATIONS, charge, charge_id, order, repaired_later

from azpay_tui.domain import reasons, states
from azpay_tui.domain.declines import (
    Decline,
    decided_in,
    decline_of,
    declined_last,
    next_of,
    repaired,
    soft_declines,
)
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, LocalDecline, Order
from azpay_tui.domain.tries import UNLIMITED, USUAL, Tries

DOCUMENTED: Final = {
    "HardDeclined": "buyer",
    "PaymentMethodNotAllowed": "buyer",
    "MFAFailed": "buyer",
    "MFANotCompleted": "buyer",
    "PaymentMethodInvalid": "buyer",
    "PaymentMethodDeleted": "buyer",
    "BillingAddressDeleted": "buyer",
    "PaymentMethodExpired": "buyer",
    "PaymentMethodNotSet": "buyer",
    "SoftDeclined": "again",
    "ProcessingFailure": "again",
    "TransactionTimedOut": "again",
    "AmazonRejected": "admin",
    "StopShipmentAtypicalAuth": "admin",
    "SomethingNew": "admin",
}
"""Of every decline Amazon documents, and of one it does not, who acts next."""


def tried(reason: str, age: timedelta) -> LocalDecline:
    return LocalDecline(NOW - age, Money(120_00, "USD"), reason)


def found(made: Order) -> Decline:
    decline = decline_of(made)
    assert decline is not None
    return decline


@pytest.mark.parametrize("reason", DOCUMENTED)
def test_each_reason_leads_to_whoever_can_mend_it(reason: str) -> None:
    """S3.26 the buyer mends the payment method; S3.29 everything else is the shop admin's."""
    assert next_of(reason) == DOCUMENTED[reason]


def test_every_reason_of_the_rules_is_among_those_tried() -> None:
    named = states.HARD_DECLINES | states.SOFT_DECLINES | states.PAYMENT_METHOD_REASONS | {states.HARD_DECLINED}
    assert named <= DOCUMENTED.keys()
    assert all(reasons.explain(code, "charge").known for code in DOCUMENTED if code != "SomethingNew")


@pytest.mark.parametrize(("allowed", "last"), [(USUAL, 3), (Tries(1), 1), (Tries(2, 24), 2), (UNLIMITED, 9)])
def test_soft_declines_are_counted_and_after_so_many_the_buyer_is_asked(allowed: Tries, last: int) -> None:
    for tries in range(1, 5):
        made = order(*(charge("Declined", "SoftDeclined", number=n, age=DAY - n * HOUR) for n in range(1, tries + 1)))
        decline = decline_of(made, allowed)
        assert decline is not None
        assert (decline.tries, decline.next) == (tries, "again" if tries < last else "buyer")


def test_soft_declines_in_a_row_are_those_since_the_state_of_the_order_changed() -> None:
    made = order(*(charge("Declined", "SoftDeclined", number=n, age=DAY - n * HOUR) for n in (1, 2)))
    assert soft_declines(made) == (NOW - 22 * HOUR, NOW - 23 * HOUR)
    assert soft_declines(repaired_later(made)) == (), "the buyer did something meanwhile"
    assert len(soft_declines(repaired_later(made, age=22 * HOUR))) == 2, "Amazon wrote it with the decline itself"
    assert soft_declines(repaired_later(order(charge("Declined", "HardDeclined")))) == ()
    local = replace(made, declines=(tried("TransactionTimedOut", HOUR),))
    assert soft_declines(local)[0] == NOW - HOUR


def test_declines_that_left_no_charge_are_counted_with_those_that_did() -> None:
    made = replace(
        order(charge("Declined", "SoftDeclined", age=3 * HOUR)),
        declines=(tried("ProcessingFailure", 2 * HOUR), tried("SoftDeclined", HOUR)),
    )
    assert (found(made).tries, found(made).next, found(made).at) == (3, "buyer", NOW - HOUR)


def test_only_soft_declines_in_a_row_use_up_the_tries() -> None:
    """Another card that is declined softly may be tried again, whatever became of the one before."""
    made = replace(order(), declines=(tried("HardDeclined", 3 * HOUR), tried("SoftDeclined", HOUR)))
    assert (found(made).tries, found(made).next) == (2, "again")
    between = order(
        charge("Declined", "SoftDeclined", age=3 * DAY),
        charge("Canceled", "MerchantCanceled", number=2, age=2 * DAY),
        charge("Declined", "SoftDeclined", number=3, age=DAY),
    )
    assert found(between).tries == 1


def test_each_decline_has_a_name_of_its_own() -> None:
    first, second = charge("Declined", "HardDeclined"), charge("Declined", "HardDeclined", number=2, age=HOUR)
    assert found(order(first)).key == charge_id()
    assert found(order(first, second)).key == charge_id(2)
    local = replace(order(first), declines=(tried("HardDeclined", HOUR),))
    assert found(local).key == f"{ORDER}@20260302T110000.000000Z"


def test_a_payment_method_that_fails_without_a_decline_waits_for_the_buyer() -> None:
    expired = repaired_later(order(state="NonChargeable", codes=["ChargeInProgress", "PaymentMethodExpired"]))
    decline = found(expired)
    assert (decline.reason, decline.next, decline.tries, decline.at) == ("PaymentMethodExpired", "buyer", 0, NOW - HOUR)
    assert decline.key == f"{ORDER}@20260302T110000.000000Z"


@pytest.mark.parametrize(
    "name",
    ["2 open", "3 pending", "4 authorized", "8 part captured", "9 captured", "11 suspended, authorized", "16 voided"],
)
def test_an_order_with_something_since_waits_with_no_decline(name: str) -> None:
    assert decline_of(SITUATIONS[name]()) is None


def test_a_cancelled_order_waits_for_nobody() -> None:
    assert decline_of(replace(SITUATIONS["14 declined hard"](), canceled_here=True)) is None


def test_of_an_order_that_is_closed_no_buyer_is_asked_anything() -> None:
    closed = order(charge("Declined", "HardDeclined"), state="Closed", codes=["Expired"])
    assert found(closed).next == "admin"


def test_a_reason_of_the_order_that_is_no_payment_method_waits_for_nobody() -> None:
    assert decline_of(order(state="NonChargeable", codes=["AmountNotSet"])) is None


def test_a_repaired_payment_method_is_told_by_the_state_that_changed_since() -> None:
    """S3.28."""
    declined = SITUATIONS["14 declined hard"]()
    assert repaired(repaired_later(declined)) == NOW - HOUR
    assert repaired(repaired_later(declined, age=DAY)) is None, "Amazon wrote it with the decline itself"
    assert repaired(repaired_later(declined, age=DAY - timedelta(seconds=10))) is None
    assert repaired(declined) is None, "since when is not known"


def test_what_is_still_refused_or_was_declined_for_another_reason_is_not_repaired() -> None:
    assert repaired(repaired_later(SITUATIONS["14 declined hard, suspended"]())) is None
    assert repaired(repaired_later(SITUATIONS["13 declined soft"]())) is None
    assert repaired(repaired_later(SITUATIONS["4 authorized"]())) is None
    assert repaired(repaired_later(SITUATIONS["15 rejected"]())) is None


def test_a_decline_that_left_no_charge_is_repaired_too() -> None:
    local = replace(order(), declines=(tried("HardDeclined", DAY),))
    assert repaired(repaired_later(local)) == NOW - HOUR
    again = replace(local, declines=(*local.declines, tried("HardDeclined", timedelta(minutes=1))))
    assert repaired(repaired_later(again)) is None, "it was declined once more since"


def asked(*charges: Charge, age: timedelta = HOUR) -> Order:
    """Return an order that can be charged again, whose buyer was written to two days ago."""
    return repaired_later(replace(order(*charges), asked=NOW - 2 * DAY), age)


def test_a_payment_method_that_failed_without_a_decline_is_repaired_too() -> None:
    """S3.28."""
    assert repaired(asked()) == NOW - HOUR
    assert repaired(asked(charge("Captured", amount=50_00, age=3 * DAY))) == NOW - HOUR, "the rest may be charged"
    for state in ("Captured", "Authorized", "Canceled"):
        assert repaired(asked(charge(state, age=DAY))) is None, "it was charged since"
    assert repaired(asked(replace(charge("Canceled"), created=None))) is None, "when it was charged is not known"
    assert repaired(replace(asked(), unread=frozenset({charge_id()}))) is None, "nor of one that was not read yet"
    assert repaired(asked(age=2 * DAY)) is None, "the state is the one that it failed with"
    assert repaired(replace(asked(), canceled_here=True)) is None
    assert repaired(repaired_later(order())) is None, "nobody was written to"
    still = repaired_later(order(state="NonChargeable", codes=["PaymentMethodExpired"]))
    assert repaired(replace(still, asked=NOW - 2 * DAY)) is None
    assert repaired(replace(asked(), declines=(tried("AmazonRejected", DAY),))) is None, "it was declined since"


def test_the_name_of_a_decline_without_a_charge_tells_its_time() -> None:
    local = replace(order(), declines=(tried("HardDeclined", HOUR),))
    expired = repaired_later(order(state="NonChargeable", codes=["PaymentMethodExpired"]))
    assert [decided_in(found(made).key) for made in (local, expired)] == [NOW - HOUR, NOW - HOUR]
    assert [decided_in(key) for key in (charge_id(), f"{ORDER}@", "")] == [None, None, None]


def test_of_a_charge_and_a_try_without_one_the_later_counts() -> None:
    later = replace(order(charge("Captured", amount=50_00, age=DAY)), declines=(tried("SoftDeclined", HOUR),))
    earlier = replace(order(charge("Authorized", age=HOUR)), declines=(tried("SoftDeclined", DAY),))
    undated = replace(order(replace(charge("Authorized"), created=None)), declines=(tried("SoftDeclined", DAY),))
    assert [declined_last(made) for made in (later, earlier, undated)] == [True, False, True]
