"""Recurring permissions: made at a checkout, with a limit for each calendar month."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.signer import World, body, reason

FREQUENCY = {"unit": "Month", "value": "1"}


def price(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currencyCode": currency}


def session(world: World, currency: str = "USD", **changes: Any) -> Any:
    payload: dict[str, Any] = {
        "storeId": "shop",
        "webCheckoutDetails": {
            "checkoutReviewReturnUrl": "https://shop.example/review",
            "checkoutResultReturnUrl": "https://shop.example/done",
        },
        "chargePermissionType": "Recurring",
        "recurringMetadata": {"frequency": FREQUENCY, "amount": price("10", currency)},
        "paymentDetails": {"paymentIntent": "Confirm", "chargeAmount": price("10", currency)},
        **changes,
    }
    return world.send("POST", "/v2/checkoutSessions", payload)


def made(world: World, currency: str = "USD") -> Any:
    path = f"/v2/checkoutSessions/{body(session(world, currency), 201)['checkoutSessionId']}"
    world.sim("POST", "acts", {"act": "approve-session", "id": path.rsplit("/", 1)[1]})
    done = body(world.send("POST", f"{path}/complete", {"chargeAmount": price("10", currency)}), 200)
    return world.permission(done["chargePermissionId"])


def take(world: World, permission: Any, amount: str) -> Any:
    return world.authorize(permission["chargePermissionId"], amount, captureNow=True)


def left(world: World, permission: Any) -> str:
    return str(world.permission(permission["chargePermissionId"])["limits"]["amountBalance"]["amount"])


def test_a_recurring_permission_says_so(world: World) -> None:
    permission = made(world)
    assert permission["chargePermissionId"].startswith("C01-")
    assert permission["chargePermissionType"] == "Recurring"
    assert permission["recurringMetadata"] == {"frequency": FREQUENCY, "amount": price("10.00")}
    assert permission["expirationTimestamp"] == "20270215T123456Z"


@pytest.mark.parametrize(
    ("currency", "cap"), [("USD", "1000.00"), ("EUR", "1000.00"), ("GBP", "1000.00"), ("JPY", "100000")]
)
def test_the_cap_of_a_month(world: World, currency: str, cap: str) -> None:
    assert made(world, currency)["limits"]["amountLimit"]["amount"] == cap


def test_the_cap_that_is_not_published_is_a_switch(world: World) -> None:
    world.sim("PATCH", "settings", {"recurring_cap_elsewhere": 500})
    assert made(world, "EUR")["limits"]["amountLimit"]["amount"] == "500.00"
    assert made(world, "USD")["limits"]["amountLimit"]["amount"] == "1000.00"


def test_the_balance_comes_back_on_the_first_of_the_month(world: World) -> None:
    permission = made(world)
    body(take(world, permission, "600.00"), 201)
    assert left(world, permission) == "400.00"
    assert reason(take(world, permission, "400.01"), 400) == "PeriodicAmountExceeded"
    body(take(world, permission, "400.00"), 201)
    assert left(world, permission) == "0.00"
    assert reason(take(world, permission, "0.01"), 400) == "PeriodicAmountExceeded"
    world.advance("16d")
    assert left(world, permission) == "0.00"
    world.advance("1d")
    assert left(world, permission) == "1000.00"
    body(take(world, permission, "1000.00"), 201)
    assert world.permission(permission["chargePermissionId"])["statusDetails"]["state"] == "Chargeable"


def test_no_count_ends_it_and_each_charge_lengthens_its_life(world: World) -> None:
    permission = made(world)
    for _ in range(30):
        body(take(world, permission, "1.00"), 201)
    world.advance("60d")
    body(take(world, permission, "1.00"), 201)
    found = world.permission(permission["chargePermissionId"])
    assert found["expirationTimestamp"] == "20270416T123456Z"
    assert found["buyer"] is not None
    body(world.close(permission["chargePermissionId"]), 200)
    world.advance("29d")
    assert world.permission(permission["chargePermissionId"])["buyer"] is not None
    world.advance("1d")
    assert world.permission(permission["chargePermissionId"])["buyer"] is None


def test_its_metadata_can_be_changed(world: World) -> None:
    permission = made(world)
    weekly = {"recurringMetadata": {"frequency": {"unit": "Week", "value": 2}}}
    path = f"/v2/chargePermissions/{permission['chargePermissionId']}"
    answer = body(world.send("PATCH", path, weekly), 200)
    assert answer["recurringMetadata"] == {"frequency": {"unit": "Week", "value": "2"}, "amount": price("10.00")}


def test_a_session_lacks_its_frequency(world: World) -> None:
    found = body(session(world, recurringMetadata=None), 201)
    assert [item["constraintId"] for item in found["constraints"]] == ["BuyerNotAssociated", "RecurringFrequencyNotSet"]
    assert reason(session(world, chargePermissionType="OneTime"), 400) == "InvalidParameterCombination"


def test_it_is_in_the_report_of_its_kind(world: World) -> None:
    permission = made(world)
    world.sim("PATCH", "settings", {"live_reports_in_sandbox": True, "report_seconds": 0})
    statuses = []
    for kind in ("BILLING_AGREEMENT", "ORDER_REFERENCE"):
        wish = {
            "reportType": f"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_{kind}_DATA_",
            "startTime": "20260101T000000Z",
            "endTime": "20260201T000000Z",
        }
        report = body(world.send("POST", "/v2/reports", wish), 201)["reportId"]
        statuses.append(world.get("reports", report)["processingStatus"])
    assert statuses == ["COMPLETED", "CANCELLED"]
    text = next(iter(world.simulator.book.reports.values())).text
    assert text is not None
    assert permission["chargePermissionId"] in text
    assert '"AmazonBillingAgreementId"' in text
