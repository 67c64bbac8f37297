"""Strict bodies, paths, idempotency keys and quotas."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.simulator.signer import World, body, reason

from azpay_tui.simulator.amounts import format_amount, parse_amount, refund_cap

ID = "S01-1234567-1234567"
PRICE = {"amount": "1.00", "currencyCode": "USD"}


def wish(**changes: Any) -> dict[str, Any]:
    return {"chargePermissionId": ID, "chargeAmount": PRICE, **changes}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "InvalidRequestFormat"),
        (b"[]", "InvalidRequestFormat"),
        (b"\xff\xfe{}", "InvalidRequestFormat"),
        (b'{"chargeAmount":NaN}', "InvalidRequestFormat"),
        (b'{"chargeAmount":"\\ud800"}', "InvalidRequestFormat"),
        (b'{"\\udfff":["x"]}', "InvalidRequestFormat"),
        (b'{"chargePermissionId":"a","chargePermissionId":"b"}', "InvalidRequestFormat"),
        (b"[" * 100_000, "InvalidRequestFormat"),
        (b'{"chargePermissionId":"\\ud800"}', "InvalidRequestFormat"),
        (b'{"\\udfff":"x"}', "InvalidRequestFormat"),
        (b"", "MissingParameterValue"),
    ],
)
def test_text_that_is_no_strict_json_object(world: World, raw: bytes, code: str) -> None:
    assert reason(world.send("POST", "/v2/charges", raw=raw), 400) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"colour": "red"}, "UnrecognizedField"),
        ({"chargeAmount": {**PRICE, "vat": "0"}}, "UnrecognizedField"),
        ({"chargePermissionId": None}, "MissingParameterValue"),
        ({"chargeAmount": None}, "MissingParameterValue"),
        ({"chargeAmount": {"amount": "1.00"}}, "MissingParameterValue"),
        ({"chargeAmount": {"currencyCode": "USD"}}, "MissingParameterValue"),
        ({"chargePermissionId": "S01-1"}, "InvalidParameterValue"),
        ({"chargePermissionId": 5}, "InvalidParameterValue"),
        ({"chargeAmount": "1.00"}, "InvalidParameterValue"),
        ({"chargeAmount": {"amount": "1.00", "currencyCode": "XXX"}}, "InvalidParameterValue"),
        ({"captureNow": "yes"}, "InvalidParameterValue"),
        ({"softDescriptor": "SHOP"}, "InvalidParameterCombination"),
        ({"softDescriptor": "S" * 17, "captureNow": True}, "InvalidParameterValue"),
        ({"channel": "Fax"}, "InvalidParameterValue"),
        ({"merchantMetadata": {"merchantStoreName": "x" * 51}}, "InvalidParameterValue"),
        ({"merchantMetadata": {"note": "x"}}, "UnrecognizedField"),
    ],
)
def test_bodies_are_read_strictly(world: World, changes: dict[str, Any], code: str) -> None:
    assert reason(world.send("POST", "/v2/charges", wish(**changes)), 400) == code


@pytest.mark.parametrize(
    "amount", ["0", "0.00", "-1.00", "1.001", "1,00", "1e3", "NaN", "", " 1", "٣.00", "01.00", ".5", True]
)
def test_amounts_that_are_none(world: World, amount: Any) -> None:
    price = {"amount": amount, "currencyCode": "USD"}
    assert reason(world.send("POST", "/v2/charges", wish(chargeAmount=price)), 400) == "InvalidParameterValue"


@pytest.mark.parametrize("raw", [b'"2.5"', b"2.5", b'"2.500"', b'"2.50"'])
def test_amounts_may_be_strings_or_plain_numbers(world: World, raw: bytes) -> None:
    made = world.order("open")
    text = b'{"chargePermissionId":"%s","chargeAmount":{"amount":%s,"currencyCode":"USD"}}'
    charge = body(world.send("POST", "/v2/charges", raw=text % (made.permission.encode(), raw)), 201)
    assert charge["chargeAmount"]["amount"] == "2.50"


@pytest.mark.parametrize("raw", [b"1e3", b"2.555", b"-1"])
def test_numbers_follow_the_same_rules(world: World, raw: bytes) -> None:
    text = b'{"chargePermissionId":"%s","chargeAmount":{"amount":%s,"currencyCode":"USD"}}' % (ID.encode(), raw)
    assert reason(world.send("POST", "/v2/charges", raw=text), 400) == "InvalidParameterValue"


def test_amounts_and_caps_are_whole_minor_units() -> None:
    assert parse_amount("12.5", "EUR") == 1250
    assert parse_amount("12", "JPY") == 12
    assert parse_amount("12.0", "JPY") is None
    assert parse_amount("12.00", "XYZ") is None
    assert format_amount(5, "GBP") == "0.05"
    assert refund_cap(333, "USD") == 333 + 49
    assert refund_cap(50_000, "USD") == 57_500
    assert refund_cap(60_000, "JPY") == 68_400


@pytest.mark.parametrize(
    ("method", "tail", "payload", "code"),
    [
        ("POST", "charges/{c}/capture", {}, "MissingParameterValue"),
        ("POST", "charges/{c}/capture", {"captureAmount": PRICE, "x": 1}, "UnrecognizedField"),
        ("DELETE", "charges/{c}/cancel", {}, "MissingParameterValue"),
        ("DELETE", "charges/{c}/cancel", None, "MissingParameterValue"),
        ("DELETE", "charges/{c}/cancel", {"cancellationReason": "x" * 256}, "InvalidParameterValue"),
        ("DELETE", "chargePermissions/{p}/close", {}, "MissingParameterValue"),
        ("DELETE", "chargePermissions/{p}/close", {"closureReason": "x", "force": True}, "UnrecognizedField"),
        ("POST", "refunds", {"refundAmount": PRICE}, "MissingParameterValue"),
        ("POST", "refunds", {"chargeId": ID, "refundAmount": PRICE}, "InvalidParameterValue"),
    ],
)
def test_bodies_of_the_other_operations(world: World, method: str, tail: str, payload: Any, code: str) -> None:
    made = world.order("authorized")
    path = "/v2/" + tail.format(c=made.charge, p=made.permission)
    assert reason(world.send(method, path, payload), 400) == code
    assert world.charge(made.charge)["statusDetails"]["state"] == "Authorized"


def test_content_type_has_to_be_json(world: World) -> None:
    response = world.send("POST", "/v2/charges", wish(), extra={"content-type": "text/plain"})
    assert reason(response, 400) == "InvalidHeaderValue"
    response = world.send("POST", "/v2/charges", wish(), extra={"content-type": "application/json; charset=utf-8"})
    assert reason(response, 404) == "ResourceNotFound"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v2/charges", (405, "UnsupportedOperation")),
        ("PUT", "/v2/charges/S01-1", (405, "UnsupportedOperation")),
        ("PUT", f"/v2/chargePermissions/{ID}", (405, "UnsupportedOperation")),
        ("GET", "/v2/deliveryTrackers", (405, "UnsupportedOperation")),
        ("PATCH", "/v2/charges/S01-1234567-1234567-C123456", (405, "RequestNotSupported")),
        ("GET", "/v2/disputes/1", (405, "RequestNotSupported")),
        ("POST", "/v2/merchantAccounts", (405, "RequestNotSupported")),
        ("GET", "/v2/chargePermissions", (404, "ResourceNotFound")),
        ("GET", "/", (404, "ResourceNotFound")),
        ("GET", "/v1/charges", (404, "ResourceNotFound")),
    ],
)
def test_paths_and_methods_that_are_not_there(world: World, method: str, path: str, expected: tuple[int, str]) -> None:
    assert reason(world.send(method, path), expected[0]) == expected[1]


@pytest.mark.parametrize(
    ("key", "code"), [("", "MissingHeaderValue"), ("x" * 33, "InvalidHeaderValue"), ("a b", "InvalidHeaderValue")]
)
def test_posts_need_a_proper_key(world: World, key: str, code: str) -> None:
    made = world.order("captured")
    assert reason(world.give_back(made.charge, "1.00", key=key), 400) == code
    assert world.sim("GET", "orders")[0]["refund_ids"] == []


def test_a_repeated_request_gets_the_first_answer_and_no_second_effect(world: World) -> None:
    made = world.order("captured")
    first = world.give_back(made.charge, "5.00", key="same")
    world.advance("2h")
    again = world.give_back(made.charge, "5.00", key="same")
    assert (again.status, again.body) == (first.status, first.body)
    assert len(world.sim("GET", "orders")[0]["refund_ids"]) == 1
    assert [entry["effect"] for entry in world.ledger()] == [True, False]
    assert {entry["id"] for entry in world.ledger()} == {json.loads(first.body)["refundId"]}


def test_the_saved_answer_comes_before_the_state(world: World) -> None:
    made = world.order("authorized")
    first = world.capture(made.charge, "5.00", key="same")
    assert world.capture(made.charge, "5.00", key="same").body == first.body


def test_a_key_is_good_for_one_body_and_one_path(world: World) -> None:
    made, other = world.order("authorized"), world.order("authorized")
    body(world.capture(made.charge, "5.00", key="same"), 200)
    assert reason(world.capture(made.charge, "6.00", key="same"), 400) == "DuplicateIdempotencyKey"
    assert reason(world.capture(other.charge, "5.00", key="same"), 400) == "DuplicateIdempotencyKey"
    assert world.charge(other.charge)["statusDetails"]["state"] == "Authorized"
    assert world.capture(made.charge, "5.00", key="same").status == 200


def test_a_decline_is_saved_with_its_key(world: World) -> None:
    made = world.order("open")
    assert reason(world.authorize(made.permission, "1.00", key="same", code="SoftDeclined"), 422) == "SoftDeclined"
    assert reason(world.authorize(made.permission, "1.00", key="same"), 422) == "SoftDeclined"
    body(world.authorize(made.permission, "1.00", key="new"), 201)


def test_nothing_is_saved_for_a_request_that_was_not_believed(world: World) -> None:
    made = world.order("authorized")
    assert reason(world.capture(made.charge, "1.00", key="same", salt=20), 403) == "InvalidRequestSignature"
    body(world.capture(made.charge, "1.00", key="same"), 200)


@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize(("fault", "status"), [({"fault": "status", "code": 503}, 503), ({"fault": "throttle"}, 429)])
def test_whether_server_errors_are_saved_is_a_switch(
    world: World, saved: bool, fault: dict[str, Any], status: int
) -> None:
    world.sim("PATCH", "settings", {"errors_saved_with_key": saved})
    made = world.order("authorized")
    world.sim("POST", "faults", fault, 201)
    assert world.capture(made.charge, "1.00", key="same").status == status
    assert world.capture(made.charge, "1.00", key="same").status == (status if saved else 200)


@pytest.mark.parametrize(("quotas", "burst"), [("sandbox", 5), ("live", 20)])
def test_quotas_are_enforced_and_refill(world: World, quotas: str, burst: int) -> None:
    made = world.order("authorized")
    world.sim("PATCH", "settings", {"quotas": quotas})
    for _ in range(burst):
        world.charge(made.charge)
    assert reason(world.send("GET", f"/v2/charges/{made.charge}"), 429) == "TooManyRequests"
    assert world.permission(made.permission)
    world.advance("1s")
    world.charge(made.charge)
    world.sim("PATCH", "settings", {"quotas": "off"})
    for _ in range(burst + 1):
        world.charge(made.charge)
