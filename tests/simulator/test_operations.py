"""The main operations: what they answer, what they change, what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.simulator.signer import World, body, reason

PERMISSION_KEYS = [
    "chargePermissionId",
    "chargePermissionReferenceId",
    "platformId",
    "buyer",
    "shippingAddress",
    "billingAddress",
    "paymentPreferences",
    "statusDetails",
    "creationTimestamp",
    "expirationTimestamp",
    "merchantMetadata",
    "releaseEnvironment",
    "limits",
    "chargePermissionType",
    "recurringMetadata",
    "presentmentCurrency",
]
CHARGE_KEYS = [
    "chargeId",
    "chargeAmount",
    "chargePermissionId",
    "captureAmount",
    "refundedAmount",
    "softDescriptor",
    "providerMetadata",
    "convertedAmount",
    "conversionRate",
    "channel",
    "chargeInitiator",
    "statusDetails",
    "creationTimestamp",
    "expirationTimestamp",
    "releaseEnvironment",
    "merchantMetadata",
    "platformId",
    "webCheckoutDetails",
]
REFUND_KEYS = [
    "refundId",
    "chargeId",
    "creationTimestamp",
    "refundAmount",
    "statusDetails",
    "softDescriptor",
    "releaseEnvironment",
]


def state(thing: Any) -> tuple[str, str | None]:
    return thing["statusDetails"]["state"], thing["statusDetails"]["reasonCode"]


def permission_state(thing: Any) -> tuple[str, list[str]]:
    details = thing["statusDetails"]
    return details["state"], [item["reasonCode"] for item in details["reasons"] or []]


def test_unknown_ids_are_not_found(world: World) -> None:
    for kind, object_id in (
        ("chargePermissions", "S01-0000000-0000000"),
        ("charges", "S01-0000000-0000000-C000000"),
        ("refunds", "S01-0000000-0000000-R000000"),
    ):
        assert reason(world.send("GET", f"/v2/{kind}/{object_id}"), 404) == "ResourceNotFound"
    assert reason(world.authorize("S01-0000000-0000000", "1.00"), 404) == "ResourceNotFound"
    assert reason(world.capture("S01-0000000-0000000-C000000", "1.00"), 404) == "ResourceNotFound"
    assert reason(world.give_back("S01-0000000-0000000-C000000", "1.00"), 404) == "ResourceNotFound"
    assert reason(world.void("S01-0000000-0000000-C000000"), 404) == "ResourceNotFound"
    assert reason(world.close("S01-0000000-0000000"), 404) == "ResourceNotFound"


def test_objects_have_the_documented_keys_and_forms(world: World) -> None:
    made = world.order("part-refunded", number="1001")
    permission, charge, refund = (
        world.permission(made.permission),
        world.charge(made.charge),
        world.refund(made.refunds[0]),
    )
    assert list(permission) == PERMISSION_KEYS
    assert list(charge) == CHARGE_KEYS
    assert list(refund) == REFUND_KEYS
    assert permission["merchantMetadata"]["merchantReferenceId"] == "1001"
    assert permission["creationTimestamp"] == "20260109T123256Z"
    assert charge["creationTimestamp"] == "20260109T123456Z"
    assert charge["expirationTimestamp"] == "20260208T123456Z"
    assert permission["expirationTimestamp"] == "20260708T123256Z"
    assert charge["chargeAmount"] == {"amount": "120.00", "currencyCode": "USD"}
    assert refund["refundAmount"] == {"amount": "36.00", "currencyCode": "USD"}
    assert made.charge.startswith(made.permission + "-C")
    assert made.refunds[0].startswith(made.permission + "-R")


def test_yen_has_no_fraction(world: World) -> None:
    made = world.order("authorized", amount="1200", currency="JPY")
    assert world.charge(made.charge)["chargeAmount"] == {"amount": "1200", "currencyCode": "JPY"}
    assert reason(world.capture(made.charge, "1200.00", "JPY"), 400) == "InvalidParameterValue"
    assert body(world.capture(made.charge, "1200", "JPY"), 200)["captureAmount"]["amount"] == "1200"


def test_charge_captured_refunded_from_end_to_end(world: World) -> None:
    made = world.order("open", amount="100.00")
    charge = body(world.authorize(made.permission, "60.00"), 201)
    assert state(charge) == ("Authorized", None)
    assert charge["captureAmount"] is None
    captured = body(world.capture(charge["chargeId"], "50.00"), 200)
    assert state(captured)[0] == "Captured"
    assert captured["captureAmount"]["amount"] == "50.00"
    permission = world.permission(made.permission)
    assert permission_state(permission) == ("Chargeable", [])
    assert permission["limits"]["amountBalance"]["amount"] == "50.00"
    refund = body(world.give_back(charge["chargeId"], "20.00"), 201)
    assert state(refund) == ("RefundInitiated", None)
    assert world.charge(charge["chargeId"])["refundedAmount"]["amount"] == "0.00"
    world.advance("1h")
    assert state(world.refund(refund["refundId"])) == ("Refunded", None)
    assert world.charge(charge["chargeId"])["refundedAmount"]["amount"] == "20.00"


def test_second_capture_is_refused(world: World) -> None:
    made = world.order("authorized")
    body(world.capture(made.charge, "40.00"), 200)
    assert reason(world.capture(made.charge, "40.00"), 422) == "InvalidChargeStatus"
    assert reason(world.void(made.charge), 422) == "InvalidChargeStatus"


def test_capture_beyond_the_authorization_or_in_another_currency_is_refused(world: World) -> None:
    made = world.order("authorized")
    assert reason(world.capture(made.charge, "120.01"), 400) == "TransactionAmountExceeded"
    assert reason(world.capture(made.charge, "10.00", "EUR"), 400) == "CurrencyMismatch"
    assert state(world.charge(made.charge)) == ("Authorized", None)


def test_captures_stay_within_the_limit_although_open_charges_do_not_reduce_the_balance(world: World) -> None:
    made = world.order("open", amount="100.00")
    first = body(world.authorize(made.permission, "80.00"), 201)["chargeId"]
    second = body(world.authorize(made.permission, "80.00"), 201)["chargeId"]
    body(world.capture(first, "80.00"), 200)
    assert reason(world.capture(second, "80.00"), 400) == "TransactionAmountExceeded"
    body(world.capture(second, "20.00"), 200)
    assert permission_state(world.permission(made.permission)) == ("Closed", ["AmazonClosed"])


def test_charging_more_than_the_balance_is_refused(world: World) -> None:
    made = world.order("part-captured")
    assert reason(world.authorize(made.permission, "72.01"), 400) == "TransactionAmountExceeded"
    body(world.authorize(made.permission, "72.00"), 201)


def test_capture_now_takes_the_money_and_closes_a_used_up_permission(world: World) -> None:
    made = world.order("open")
    charge = body(world.authorize(made.permission, "120.00", captureNow=True, softDescriptor="SHOP"), 201)
    assert state(charge)[0] == "Captured"
    assert charge["softDescriptor"] == "SHOP"
    assert permission_state(world.permission(made.permission)) == ("Closed", ["AmazonClosed"])
    assert reason(world.authorize(made.permission, "1.00"), 422) == "InvalidChargePermissionStatus"


def test_pending_authorization_is_decided_after_the_delay(world: World) -> None:
    made = world.order("open")
    charge = body(world.authorize(made.permission, "50.00", canHandlePendingAuthorization=True), 201)
    assert state(charge)[0] == "AuthorizationInitiated"
    assert reason(world.capture(charge["chargeId"], "50.00"), 422) == "InvalidChargeStatus"
    world.advance("59m")
    assert state(world.charge(charge["chargeId"]))[0] == "AuthorizationInitiated"
    world.advance("1m")
    assert state(world.charge(charge["chargeId"]))[0] == "Authorized"


def test_pending_authorization_with_capture_is_captured_when_decided(world: World) -> None:
    made = world.order("open")
    charge = body(world.authorize(made.permission, "50.00", canHandlePendingAuthorization=True, captureNow=True), 201)
    assert state(charge)[0] == "AuthorizationInitiated"
    world.advance("1h")
    assert state(world.charge(charge["chargeId"]))[0] == "Captured"


def test_late_capture_is_decided_later_and_blocks_the_rest_meanwhile(world: World) -> None:
    made = world.order("authorized", age="8d")
    charge = body(world.capture(made.charge, "30.00"), 200)
    assert state(charge)[0] == "CaptureInitiated"
    assert charge["captureAmount"] is None
    assert reason(world.void(made.charge), 422) == "InvalidChargeStatus"
    assert reason(world.give_back(made.charge, "1.00"), 422) == "InvalidChargeStatus"
    body(world.close(made.permission, cancel=True), 200)
    assert state(world.charge(made.charge))[0] == "CaptureInitiated"
    world.advance("1h")
    assert world.charge(made.charge)["captureAmount"]["amount"] == "30.00"


def test_unused_authorization_lapses_after_thirty_days(world: World) -> None:
    made = world.order("open")
    charge = body(world.authorize(made.permission, "50.00"), 201)["chargeId"]
    world.advance("29d")
    assert state(world.charge(charge))[0] == "Authorized"
    world.advance("1d")
    thing = world.charge(charge)
    assert state(thing) == ("Canceled", "ExpiredUnused")
    assert thing["statusDetails"]["lastUpdatedTimestamp"] == thing["expirationTimestamp"]
    assert reason(world.capture(charge, "50.00"), 422) == "InvalidChargeStatus"
    body(world.authorize(made.permission, "50.00"), 201)


def test_permission_ends_after_180_days_and_buyer_data_after_30(world: World) -> None:
    made = world.order("open", age="1d")
    assert world.permission(made.permission)["buyer"]["name"]
    world.advance("29d")
    permission = world.permission(made.permission)
    assert permission["buyer"] is permission["shippingAddress"] is permission["billingAddress"] is None
    world.advance("150d")
    assert permission_state(world.permission(made.permission)) == ("Closed", ["Expired"])
    assert reason(world.authorize(made.permission, "1.00"), 422) == "InvalidChargePermissionStatus"


def test_void_ends_one_authorization_and_leaves_the_permission(world: World) -> None:
    made = world.order("authorized")
    assert state(body(world.void(made.charge), 200)) == ("Canceled", "MerchantCanceled")
    assert permission_state(world.permission(made.permission)) == ("Chargeable", [])
    assert reason(world.void(made.charge), 422) == "InvalidChargeStatus"


def test_close_leaves_the_authorization_capturable(world: World) -> None:
    made = world.order("authorized")
    assert permission_state(body(world.close(made.permission), 200)) == ("Closed", ["MerchantClosed"])
    assert state(body(world.capture(made.charge, "120.00"), 200))[0] == "Captured"
    assert permission_state(world.permission(made.permission)) == ("Closed", ["MerchantClosed"])


def test_cancel_ends_pending_and_open_charges(world: World) -> None:
    made = world.order("authorized", limit="200.00")
    pending = body(world.authorize(made.permission, "5.00", canHandlePendingAuthorization=True), 201)["chargeId"]
    body(world.close(made.permission, cancel=True), 200)
    for charge in (made.charge, pending):
        assert state(world.charge(charge)) == ("Canceled", "ChargePermissionCanceled")
    assert reason(world.close(made.permission), 422) == "InvalidChargePermissionStatus"
    world.advance("2h")
    assert state(world.charge(pending))[0] == "Canceled"


def test_refunds_go_up_to_the_cap_with_those_in_flight_counted(world: World) -> None:
    made = world.order("captured", amount="100.00")
    body(world.give_back(made.charge, "100.00"), 201)
    assert reason(world.give_back(made.charge, "15.01"), 400) == "TransactionAmountExceeded"
    body(world.give_back(made.charge, "15.00"), 201)
    assert reason(world.give_back(made.charge, "0.01"), 400) == "TransactionAmountExceeded"


@pytest.mark.parametrize(
    ("amount", "currency", "cap"),
    [("600.00", "EUR", "675.00"), ("0.05", "GBP", "0.05"), ("100000", "JPY", "108400"), ("100.00", "CHF", "100.00")],
)
def test_refund_cap_by_currency(world: World, amount: str, currency: str, cap: str) -> None:
    made = world.order("captured", amount=amount, currency=currency)
    over = "108401" if currency == "JPY" else cap[:-1] + str(int(cap[-1]) + 1)
    assert reason(world.give_back(made.charge, over, currency), 400) == "TransactionAmountExceeded"
    body(world.give_back(made.charge, cap, currency), 201)


def test_ten_refunds_per_charge(world: World) -> None:
    made = world.order("captured")
    for _ in range(10):
        body(world.give_back(made.charge, "1.00"), 201)
    assert reason(world.give_back(made.charge, "1.00"), 422) == "TransactionCountExceeded"


def test_twenty_five_charges_per_permission(world: World) -> None:
    made = world.order("open")
    for _ in range(25):
        charge = body(world.authorize(made.permission, "1.00"), 201)["chargeId"]
        body(world.void(charge), 200)
    assert reason(world.authorize(made.permission, "1.00"), 422) == "TransactionCountExceeded"
    world.sim("PATCH", "settings", {"ended_charges_counted": False})
    body(world.authorize(made.permission, "1.00"), 201)


def test_refund_needs_a_captured_charge_and_its_currency(world: World) -> None:
    made = world.order("authorized")
    assert reason(world.give_back(made.charge, "1.00"), 422) == "InvalidChargeStatus"
    made = world.order("captured")
    assert reason(world.give_back(made.charge, "1.00", "GBP"), 400) == "CurrencyMismatch"
    assert reason(world.authorize(world.order("open").permission, "1.00", "GBP"), 400) == "CurrencyMismatch"


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("SoftDeclined", ("Chargeable", [])),
        ("HardDeclined", ("NonChargeable", ["PaymentMethodInvalid"])),
        ("AmazonRejected", ("Closed", ["AmazonCanceled"])),
        ("TransactionTimedOut", ("Chargeable", [])),
    ],
)
def test_declines_are_refusals_that_leave_no_charge(world: World, code: str, after: tuple[str, list[str]]) -> None:
    made = world.order("open")
    assert reason(world.authorize(made.permission, "10.00", code=code), 422) == code
    assert permission_state(world.permission(made.permission)) == after
    [listed] = world.sim("GET", "orders")
    assert listed["charge_ids"] == []


def test_simulation_codes_of_capture_and_close(world: World) -> None:
    made = world.order("authorized", amount="10.00", limit="30.00")
    assert state(body(world.capture(made.charge, "10.00", code="CaptureInitiated"), 200))[0] == "CaptureInitiated"
    world.advance("1h")
    assert state(world.charge(made.charge))[0] == "Captured"
    second = body(world.authorize(made.permission, "10.00", captureNow=True, code="CaptureInitiated"), 201)
    assert state(second)[0] == "CaptureInitiated"
    third = world.order("authorized")
    body(world.capture(third.charge, "10.00", code="AmazonRejected"), 200)
    world.advance("1h")
    assert state(world.charge(third.charge)) == ("Declined", "AmazonRejected")
    assert permission_state(world.permission(third.permission)) == ("Closed", ["AmazonCanceled"])
    closed = world.order("open")
    assert permission_state(body(world.close(closed.permission, code="AmazonClosed"), 200))[1] == ["AmazonClosed"]


def test_wrong_simulation_codes_are_refused(world: World) -> None:
    made = world.order("authorized")
    wrong = "InvalidSandboxSimulationSpecified"
    assert reason(world.authorize(made.permission, "1.00", code="CaptureInitiated"), 400) == wrong
    assert reason(world.authorize(made.permission, "1.00", code="Nonsense"), 400) == wrong
    assert reason(world.capture(made.charge, "1.00", code="SoftDeclined"), 400) == wrong
    assert reason(world.close(made.permission, code="SoftDeclined"), 400) == wrong
    assert reason(world.give_back(made.charge, "1.00", code="AmazonRejected"), 400) == wrong


def test_largest_single_charge(world: World) -> None:
    made = world.order("open", amount="150000.00", limit="200000.00")
    assert reason(world.authorize(made.permission, "150000.01"), 400) == "TransactionAmountExceeded"
    body(world.authorize(made.permission, "150000.00"), 201)


def test_every_answer_carries_date_and_request_id(world: World) -> None:
    first = world.send("GET", "/v2/charges/S01-0000000-0000000-C000000")
    world.sim("PATCH", "settings", {"clock_skew_seconds": 600})
    second = world.send("GET", "/v2/charges/S01-0000000-0000000-C000000")
    assert dict(first.headers)["date"] == "Thu, 15 Jan 2026 12:34:56 GMT"
    assert dict(second.headers)["date"] == "Thu, 15 Jan 2026 12:44:56 GMT"
    assert dict(first.headers)["x-amz-pay-request-id"] != dict(second.headers)["x-amz-pay-request-id"]
    assert json.loads(first.body)["message"]
