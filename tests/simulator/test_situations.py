"""Every situation gives objects in which a client finds the row of the action matrix."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from tests.simulator.conftest import START
from tests.simulator.signer import Made, World

from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.export import orders_csv
from azpay_tui.simulator.samples import make_samples
from azpay_tui.simulator.situations import SITUATIONS

Facts = tuple[str, list[str], list[tuple[str, str | None]], list[tuple[str, str | None]]]

#: situation -> permission state, its reasons, states of charges, states of refunds
EXPECTED: dict[str, Facts] = {
    "open": ("Chargeable", [], [], []),
    "pending": ("Chargeable", [], [("AuthorizationInitiated", None)], []),
    "authorized": ("Chargeable", [], [("Authorized", None)], []),
    "lapsed": ("Chargeable", [], [("Canceled", "ExpiredUnused")], []),
    "capturing": ("Chargeable", [], [("CaptureInitiated", None)], []),
    "part-captured": ("Chargeable", [], [("Captured", None)], []),
    "captured": ("Closed", ["AmazonClosed"], [("Captured", None)], []),
    "closed-authorized": ("Closed", ["MerchantClosed"], [("Authorized", None)], []),
    "suspended-authorized": ("NonChargeable", ["PaymentMethodInvalid"], [("Authorized", None)], []),
    "suspended": ("NonChargeable", ["PaymentMethodInvalid"], [], []),
    "declined-soft": ("Chargeable", [], [("Declined", "SoftDeclined")], []),
    "declined-hard": ("NonChargeable", ["PaymentMethodInvalid"], [("Declined", "HardDeclined")], []),
    "rejected": ("Closed", ["AmazonCanceled"], [("Declined", "AmazonRejected")], []),
    "voided": ("Chargeable", [], [("Canceled", "MerchantCanceled")], []),
    "canceled": ("Closed", ["MerchantClosed"], [("Canceled", "ChargePermissionCanceled")], []),
    "part-refunded": ("Closed", ["AmazonClosed"], [("Captured", None)], [("Refunded", None)]),
    "refunded": ("Closed", ["AmazonClosed"], [("Captured", None)], [("Refunded", None)]),
    "refund-cap": ("Closed", ["AmazonClosed"], [("Captured", None)], [("Refunded", None), ("Refunded", None)]),
    "refunding": ("Closed", ["AmazonClosed"], [("Captured", None)], [("RefundInitiated", None)]),
    "refund-declined": ("Closed", ["AmazonClosed"], [("Captured", None)], [("Declined", "AmazonRejected")]),
    "unknown": ("UnderReview", [], [("PartiallySettled", None)], []),
}


def state(thing: Any) -> tuple[str, str | None]:
    return thing["statusDetails"]["state"], thing["statusDetails"]["reasonCode"]


def facts(world: World, made: Made) -> Facts:
    details = world.permission(made.permission)["statusDetails"]
    return (
        details["state"],
        [item["reasonCode"] for item in details["reasons"] or []],
        [state(world.charge(charge)) for charge in made.charges],
        [state(world.refund(refund)) for refund in made.refunds],
    )


def test_every_situation_is_expected_here() -> None:
    assert set(EXPECTED) == set(SITUATIONS)


@pytest.mark.parametrize("currency", ["USD", "JPY", "CHF"])
@pytest.mark.parametrize("situation", EXPECTED)
def test_situation_gives_its_objects(world: World, situation: str, currency: str) -> None:
    made = world.order(situation, currency=currency)
    expected = EXPECTED[situation]
    if situation == "refund-cap" and currency == "CHF":
        expected = (*expected[:3], expected[3][:1])
    assert facts(world, made) == expected
    for charge in made.charges:
        thing = world.charge(charge)
        assert "20251001T000000Z" < thing["creationTimestamp"] <= thing["statusDetails"]["lastUpdatedTimestamp"]
        assert thing["statusDetails"]["lastUpdatedTimestamp"] <= "20260115T123456Z"


@pytest.mark.parametrize("situation", EXPECTED)
def test_in_progress_switch_adds_its_reason_to_live_charges_only(world: World, situation: str) -> None:
    world.sim("PATCH", "settings", {"charge_in_progress_blocks": True})
    made = world.order(situation)
    permission, reasons, charges, _ = EXPECTED[situation]
    live = {"AuthorizationInitiated", "Authorized", "CaptureInitiated"} & {word for word, _ in charges}
    if live and permission != "Closed":
        permission, reasons = "NonChargeable", [*reasons, "ChargeInProgress"]
    assert facts(world, made)[:2] == (permission, reasons)


def test_defaults_and_generated_numbers(world: World) -> None:
    first, second = world.order("authorized"), world.order("authorized")
    assert first.number != second.number
    permission = world.permission(first.permission)
    assert permission["limits"]["amountLimit"] == {"amount": "120.00", "currencyCode": "USD"}
    assert world.charge(first.charge)["chargeAmount"]["amount"] == "120.00"


def test_amounts_can_be_set(world: World) -> None:
    made = world.order("part-captured", amount="100.00", limit="150.00")
    assert world.charge(made.charge)["captureAmount"]["amount"] == "40.00"
    assert world.permission(made.permission)["limits"]["amountBalance"]["amount"] == "110.00"
    made = world.order("part-refunded", amount="100.00", captured="50.00")
    assert world.charge(made.charge)["refundedAmount"]["amount"] == "15.00"
    assert world.permission(made.permission)["statusDetails"]["state"] == "Chargeable"
    made = world.order("captured", amount="100.00", limit="115.00")
    assert world.permission(made.permission)["statusDetails"]["reasons"][0]["reasonCode"] == "MerchantClosed"
    made = world.order("refunded", amount="100.00", refunded="110.00")
    assert world.charge(made.charge)["refundedAmount"]["amount"] == "110.00"


def test_age_is_that_of_the_last_charge_or_of_the_order(world: World) -> None:
    assert world.charge(world.order("authorized", age="3d").charge)["creationTimestamp"] == "20260112T123456Z"
    assert world.permission(world.order("open", age="90m").permission)["creationTimestamp"] == "20260115T110456Z"
    assert facts(world, world.order("authorized", age="31d"))[2] == [("Canceled", "ExpiredUnused")]
    assert facts(world, world.order("open", age="181d"))[:2] == ("Closed", ["Expired"])


def test_sample_objects_wait_for_the_clock_to_be_moved() -> None:
    times = [START]
    world = World(Simulator({}, base=lambda: times[0]))
    from tests.simulator.signer import KEY_ID, private_key

    world.simulator.keys[KEY_ID] = private_key().public_key()
    made = {name: world.order(name) for name in ("pending", "capturing", "refunding", "authorized")}
    times[0] += timedelta(days=60)
    assert facts(world, made["pending"])[2] == [("AuthorizationInitiated", None)]
    assert facts(world, made["capturing"])[2] == [("CaptureInitiated", None)]
    assert facts(world, made["refunding"])[3] == [("RefundInitiated", None)]
    assert facts(world, made["authorized"])[2] == [("Authorized", None)]
    world.advance("1s")
    assert facts(world, made["pending"])[2] == [("Canceled", "ExpiredUnused")]
    assert facts(world, made["capturing"])[2] == [("Captured", None)]
    assert facts(world, made["refunding"])[3] == [("Refunded", None)]
    assert facts(world, made["authorized"])[2] == [("Canceled", "ExpiredUnused")]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"situation": "paid"}, "situation"),
        ({"colour": "red"}, "colour"),
        ({"amount": "0"}, "amount"),
        ({"amount": 12}, "amount"),
        ({"amount": "1.5", "currency": "JPY"}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"limit": "1.00"}, "limit"),
        ({"age": "3 days"}, "age"),
        ({"age": "3w"}, "age"),
        ({"captured": "1.00"}, "captured"),
        ({"situation": "part-captured", "captured": "120.00"}, "captured"),
        ({"situation": "captured", "refunded": "1.00"}, "refunded"),
        ({"situation": "part-refunded", "refunded": "120.00"}, "refunded"),
        ({"situation": "refunded", "refunded": "999.00"}, "refunded"),
        ({"situation": "part-captured", "amount": "0.01"}, "amount"),
        ("open", "object"),
    ],
)
def test_bad_orders_are_refused_as_a_whole_with_a_sentence(world: World, wish: Any, words: str) -> None:
    answer = world.sim("POST", "orders", [{"situation": "open"}, wish], 400)
    assert words in answer["error"]
    assert answer["error"].endswith(".")
    assert world.sim("GET", "orders") == []


def test_listing_keeps_the_order_of_the_request(world: World) -> None:
    made = world.sim("POST", "orders", [{"number": str(number)} for number in range(20)], 201)
    assert [item["number"] for item in made] == [str(number) for number in range(20)]
    assert world.sim("GET", "orders") == made


def samples(count: int, seed: int) -> World:
    simulator = Simulator({}, seed=seed, base=lambda: START)
    make_samples(count, simulator.book, simulator.settings, START)
    return World(simulator)


def test_samples_are_the_same_for_the_same_seed() -> None:
    first, again, other = (orders_csv(samples(200, seed).simulator.book) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_samples_cover_every_combination_that_situations_make(world: World) -> None:
    from azpay_tui.simulator.rules import reported_state

    def shape(simulator: Simulator) -> Counter[Any]:
        return Counter(
            (
                *map(str, reported_state(order, simulator.settings)),
                tuple(sorted({(c.state, c.reason) for c in order.charges}, key=str)),
                tuple(sorted({r.state for c in order.charges for r in c.refunds})),
            )
            for order in simulator.book
        )

    for situation in SITUATIONS:
        world.order(situation)
    simulator = samples(200, 3).simulator
    assert len(simulator.book) == 200
    assert not set(shape(world.simulator)) - set(shape(simulator))
    assert {order.currency for order in simulator.book} >= {"USD", "EUR", "GBP", "JPY"}
    assert len({order.number for order in simulator.book}) == 200
    assert max(order.created for order in simulator.book) > START - timedelta(hours=2)
    soon = [
        charge
        for order in simulator.book
        for charge in order.charges
        if charge.state == "Authorized" and timedelta(days=5) < START - charge.created < timedelta(days=7)
    ]
    assert soon


@pytest.mark.parametrize("count", [0, 1, 5, 30])
def test_any_number_of_samples(count: int) -> None:
    assert len(samples(count, 1).simulator.book) == count


def test_sample_sums_never_break_amazons_limits() -> None:
    from azpay_tui.simulator.amounts import refund_cap

    for order in samples(400, 5).simulator.book:
        assert order.captured() <= order.limit
        for charge in order.charges:
            assert (charge.captured or 0) <= charge.amount
            assert charge.refunded(pending=True) <= refund_cap(charge.captured or 0, order.currency)
            assert order.created <= charge.created <= charge.updated <= START
