"""Create Delivery Tracker."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.signer import World, body, reason

PARCEL = {"carrierCode": "UPS", "trackingNumber": "1Z999AA10123456784"}


def track(world: World, payload: Any = None, **options: Any) -> Any:
    return world.send("POST", "/v2/deliveryTrackers", payload, key=options.pop("key", ""), **options)


@pytest.mark.parametrize("name", ["chargePermissionId", "amazonOrderReferenceId"])
def test_the_order_is_echoed_under_its_old_name(world: World, name: str) -> None:
    made = world.order("captured")
    answer = body(track(world, {name: made.permission, "deliveryDetails": [PARCEL]}), 200)
    assert answer == {"amazonOrderReferenceId": made.permission, "deliveryDetails": [PARCEL]}
    [entry] = world.ledger()
    assert (entry["operation"], entry["permission_id"], entry["effect"]) == ("other", made.permission, True)


def test_a_tracking_number_is_good_once(world: World) -> None:
    made, other = world.order("captured"), world.order("captured")
    body(track(world, {"chargePermissionId": made.permission, "deliveryDetails": [PARCEL]}), 200)
    again = track(world, {"chargePermissionId": other.permission, "deliveryDetails": [PARCEL]})
    assert reason(again, 400) == "InvalidParameterValue"
    twice = [{**PARCEL, "trackingNumber": "X1"}] * 2
    answer = track(world, {"chargePermissionId": other.permission, "deliveryDetails": twice})
    assert reason(answer, 400) == "InvalidParameterValue"
    body(track(world, {"chargePermissionId": other.permission, "deliveryDetails": twice[:1]}), 200)


def test_a_key_is_honoured_when_there_is_one(world: World) -> None:
    payload = {"chargePermissionId": world.order("captured").permission, "deliveryDetails": [PARCEL]}
    first = track(world, payload, key="same")
    assert track(world, payload, key="same").body == first.body
    assert [entry["effect"] for entry in world.ledger()] == [True, False]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"chargePermissionId": "S01-0000000-0000000"}, "InvalidParameterValue"),
        ({"chargePermissionId": "ORD-1"}, "InvalidParameterValue"),
        ({"chargePermissionId": None}, "MissingParameterValue"),
        ({"amazonOrderReferenceId": "S01-0000000-0000000"}, "InvalidParameterCombination"),
        ({"deliveryDetails": None}, "MissingParameterValue"),
        ({"deliveryDetails": []}, "InvalidParameterValue"),
        ({"deliveryDetails": PARCEL}, "InvalidParameterValue"),
        ({"deliveryDetails": [{"carrierCode": "UPS"}]}, "MissingParameterValue"),
        ({"deliveryDetails": [{"trackingNumber": "1"}]}, "MissingParameterValue"),
        ({"deliveryDetails": [{**PARCEL, "carrierCode": "the postman"}]}, "InvalidParameterValue"),
        ({"deliveryDetails": [{**PARCEL, "trackingNumber": "\x1b[0m"}]}, "InvalidParameterValue"),
        ({"deliveryDetails": [{**PARCEL, "weight": "1"}]}, "UnrecognizedField"),
        ({"shop": "x"}, "UnrecognizedField"),
    ],
)
def test_trackers_that_are_refused(world: World, changes: dict[str, Any], code: str) -> None:
    made = world.order("captured")
    payload = {"chargePermissionId": made.permission, "deliveryDetails": [PARCEL], **changes}
    assert reason(track(world, payload), 400) == code


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff"])
def test_text_that_is_no_json_object_has_its_own_code_here(world: World, raw: bytes) -> None:
    assert reason(track(world, raw=raw), 400) == "InvalidInputFormat"


def test_whether_a_key_is_honoured_is_a_switch(world: World) -> None:
    world.sim("PATCH", "settings", {"tracker_key_honoured": False})
    payload = {"chargePermissionId": world.order("captured").permission, "deliveryDetails": [PARCEL]}
    body(track(world, payload, key="same"), 200)
    assert reason(track(world, payload, key="same"), 400) == "InvalidParameterValue"
    world.sim("PATCH", "settings", {"tracker_key_honoured": True})
    assert reason(track(world, payload, key="same"), 400) == "InvalidParameterValue"


def test_what_an_order_must_have_come_to_is_a_switch(world: World) -> None:
    held, taken = world.order("authorized"), world.order("captured")
    world.sim("PATCH", "settings", {"tracker_needs_capture": True})
    body(track(world, {"chargePermissionId": taken.permission, "deliveryDetails": [PARCEL]}), 200)
    other = {"chargePermissionId": held.permission, "deliveryDetails": [{**PARCEL, "trackingNumber": "X1"}]}
    assert reason(track(world, other), 400) == "InvalidParameterValue"
    world.sim("PATCH", "settings", {"tracker_needs_capture": False})
    body(track(world, other), 200)
