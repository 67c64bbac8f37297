"""Update Charge Permission: the merchant's own fields."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.signer import World, body, reason

FULL = {
    "merchantReferenceId": "ORD-9",
    "merchantStoreName": "Corner Shop",
    "noteToBuyer": "Thank you",
    "customInformation": "channel=web",
}


def update(world: World, permission: str, payload: Any) -> Any:
    return world.send("PATCH", f"/v2/chargePermissions/{permission}", payload)


def test_what_is_named_changes_and_what_is_not_stays(world: World) -> None:
    made = world.order("authorized", number="1001")
    answer = body(update(world, made.permission, {"merchantMetadata": {"noteToBuyer": "Soon"}}), 200)
    assert answer["merchantMetadata"] == {
        "merchantReferenceId": "1001",
        "merchantStoreName": "Simulated Store",
        "noteToBuyer": "Soon",
        "customInformation": None,
    }
    assert body(update(world, made.permission, {"merchantMetadata": FULL}), 200)["merchantMetadata"] == FULL
    assert world.permission(made.permission)["merchantMetadata"] == FULL
    assert world.charge(made.charge)["merchantMetadata"]["merchantReferenceId"] == "ORD-9"


def test_a_key_has_no_effect_on_an_update(world: World) -> None:
    made = world.order("open")
    extra = {"x-amz-pay-idempotency-key": "same"}
    path = f"/v2/chargePermissions/{made.permission}"
    for note in ("one", "two"):
        body(world.send("PATCH", path, {"merchantMetadata": {"noteToBuyer": note}}, extra=extra), 200)
    assert world.permission(made.permission)["merchantMetadata"]["noteToBuyer"] == "two"


@pytest.mark.parametrize("situation", ["captured", "canceled", "closed-authorized", "rejected"])
def test_closed_permissions_cannot_be_changed(world: World, situation: str) -> None:
    made = world.order(situation)
    refused = update(world, made.permission, {"merchantMetadata": FULL})
    assert reason(refused, 422) == "ChargePermissionNotModifiable"
    assert world.permission(made.permission)["merchantMetadata"]["noteToBuyer"] is None


def test_suspended_permissions_can(world: World) -> None:
    body(update(world, world.order("suspended").permission, {"merchantMetadata": FULL}), 200)


def test_changeable_once_is_a_switch(world: World) -> None:
    world.sim("PATCH", "settings", {"metadata_once": True})
    made = world.order("open")
    body(update(world, made.permission, {"merchantMetadata": {"noteToBuyer": "one"}}), 200)
    refused = update(world, made.permission, {"merchantMetadata": {"noteToBuyer": "two"}})
    assert reason(refused, 422) == "ChargePermissionNotModifiable"
    assert world.permission(made.permission)["merchantMetadata"]["noteToBuyer"] == "one"


@pytest.mark.parametrize(
    ("field", "most", "switch"),
    [
        ("merchantReferenceId", 256, "reference_id_length"),
        ("merchantStoreName", 50, None),
        ("noteToBuyer", 255, "note_length"),
        ("customInformation", 4096, "custom_information_length"),
    ],
)
def test_lengths(world: World, field: str, most: int, switch: str | None) -> None:
    made = world.order("open")
    body(update(world, made.permission, {"merchantMetadata": {field: "ä" * most}}), 200)
    long = {"merchantMetadata": {field: "ä" * (most + 1)}}
    assert reason(update(world, made.permission, long), 400) == "InvalidParameterValue"
    if switch is not None:
        world.sim("PATCH", "settings", {switch: most + 1})
        body(update(world, made.permission, long), 200)


def test_recurring_metadata_is_for_recurring_permissions_unless_switched(world: World) -> None:
    made = world.order("open")
    price = {"amount": "5.00", "currencyCode": "USD"}
    recurring = {"recurringMetadata": {"frequency": {"unit": "Month", "value": 1}, "amount": price}}
    assert reason(update(world, made.permission, recurring), 400) == "InvalidParameterCombination"
    world.sim("PATCH", "settings", {"recurring_metadata_taken": True})
    kept = {"frequency": {"unit": "Month", "value": "1"}, "amount": price}
    assert body(update(world, made.permission, recurring), 200)["recurringMetadata"] == kept


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "MissingParameterValue"),
        ({"merchantMetadata": {}}, "MissingParameterValue"),
        ({"merchantMetadata": None}, "MissingParameterValue"),
        ({"merchantMetadata": {"noteToBuyer": ""}}, "InvalidParameterValue"),
        ({"merchantMetadata": {"noteToBuyer": 5}}, "InvalidParameterValue"),
        ({"merchantMetadata": {"note": "x"}}, "UnrecognizedField"),
        ({"merchantMetadata": FULL, "closureReason": "x"}, "UnrecognizedField"),
        ({"recurringMetadata": {"frequency": {"unit": "Fortnight", "value": "1"}}}, "InvalidParameterValue"),
        ({"recurringMetadata": {"frequency": {"unit": "Month"}}}, "MissingParameterValue"),
        ({"recurringMetadata": {"frequency": {"unit": "Month", "value": "x"}}}, "InvalidParameterValue"),
    ],
)
def test_updates_that_are_refused(world: World, payload: Any, code: str) -> None:
    assert reason(update(world, world.order("open").permission, payload), 400) == code


def test_the_reason_of_a_closure_is_a_switch(world: World) -> None:
    world.sim("PATCH", "settings", {"closure_reason": "MerchantCanceled"})
    closed = body(world.close(world.order("open").permission), 200)
    assert closed["statusDetails"]["reasons"][0]["reasonCode"] == "MerchantCanceled"
