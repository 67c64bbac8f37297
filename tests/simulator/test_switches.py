"""Switches whose effect no other test shows: off and on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.simulator.signer import World, body, reason

from azpay_tui.simulator.quotas import LIVE, SANDBOX
from azpay_tui.simulator.routes import ROUTES


@pytest.mark.parametrize("status", [200, 201, 202])
def test_status_of_a_capture_that_is_decided_later(world: World, status: int) -> None:
    world.sim("PATCH", "settings", {"capture_initiated_status": status})
    late = body(world.capture(world.order("authorized", age="8d").charge, "1.00"), status)
    assert late["statusDetails"]["state"] == "CaptureInitiated"
    body(world.capture(world.order("authorized").charge, "1.00"), 200)


@pytest.mark.parametrize("status", [201, 202])
def test_status_of_a_pending_charge(world: World, status: int) -> None:
    world.sim("PATCH", "settings", {"pending_charge_status": status})
    made = world.order("open")
    body(world.authorize(made.permission, "1.00", canHandlePendingAuthorization=True), status)
    body(world.authorize(made.permission, "1.00"), 201)


def test_a_rejected_capture_can_be_refused_at_once(world: World) -> None:
    world.sim("PATCH", "settings", {"rejected_capture_refused": True})
    made = world.order("authorized")
    assert reason(world.capture(made.charge, "1.00", code="AmazonRejected"), 422) == "AmazonRejected"
    assert world.charge(made.charge)["statusDetails"]["state"] == "Declined"
    assert world.permission(made.permission)["statusDetails"]["state"] == "Closed"


def test_the_count_of_refunds(world: World) -> None:
    world.sim("PATCH", "settings", {"refunds_per_charge": 1})
    made = world.order("captured")
    body(world.give_back(made.charge, "1.00"), 201)
    assert reason(world.give_back(made.charge, "1.00"), 422) == "TransactionCountExceeded"


@pytest.mark.parametrize("frees", [True, False])
def test_whether_a_declined_refund_frees_its_amount(world: World, frees: bool) -> None:
    world.sim("PATCH", "settings", {"declined_refunds_free_amount": frees})
    made = world.order("refund-declined", refunded="120.00")
    assert world.give_back(made.charge, "120.00").status == (201 if frees else 400)


def test_the_window_of_dates(world: World) -> None:
    world.sim("PATCH", "settings", {"date_window_seconds": 10})
    made = world.order("open")
    path = f"/v2/chargePermissions/{made.permission}"
    body(world.send("GET", path, late=timedelta(seconds=-10)), 200)
    assert reason(world.send("GET", path, late=timedelta(seconds=-11)), 403) == "InvalidRequestSignature"


def test_a_refusal_over_the_quota_may_say_when(world: World) -> None:
    world.sim("PATCH", "settings", {"quotas": "sandbox", "retry_after_seconds": 7})
    made = world.order("authorized")
    answers = [world.send("GET", f"/v2/charges/{made.charge}") for _ in range(6)]
    assert [dict(answer.headers).get("retry-after") for answer in answers] == [None] * 5 + ["7"]


@pytest.mark.parametrize(("rates", "burst"), [("newer", 10), ("older", 5)])
def test_the_two_tables_of_quotas(world: World, rates: str, burst: int) -> None:
    world.sim("PATCH", "settings", {"quotas": "sandbox", "quota_rates": rates})
    made = world.order("open")
    path = f"/v2/chargePermissions/{made.permission}"
    assert [world.send("GET", path).status for _ in range(burst + 1)] == [200] * burst + [429]


@pytest.mark.parametrize("operation", sorted(SANDBOX))
@pytest.mark.parametrize("quotas", ["sandbox", "live"])
def test_every_published_quota_is_enforced_and_refills(world: World, operation: str, quotas: str) -> None:
    route = next(route for route in ROUTES if route.operation == operation)
    world.sim("PATCH", "settings", {"quotas": quotas})
    path = "/v2" + route.path.replace("{id}", "S01-0000000-0000000-X000000")
    table = {name: row[:2] for name, row in LIVE.items()}
    burst, rate = table[route.operation] if quotas == "live" else (SANDBOX[route.operation][0], 1)

    def throttled() -> bool:
        return world.send(route.method, path, {}).status == 429

    assert [throttled() for _ in range(burst + 1)] == [False] * burst + [True]
    world.advance("1s")
    assert [throttled() for _ in range(rate + 1)] == [False] * rate + [True]


def test_reports_have_no_published_quota(world: World) -> None:
    world.sim("PATCH", "settings", {"quotas": "sandbox"})
    assert {world.send("GET", "/v2/reports").status for _ in range(60)} == {200}


@pytest.mark.parametrize(
    ("rule", "signed", "unsigned"), [("either", 422, 422), ("needed", 422, 403), ("refused", 403, 422)]
)
def test_whether_the_simulation_code_is_signed(world: World, rule: str, signed: int, unsigned: int) -> None:
    world.sim("PATCH", "settings", {"simulation_code_signed": rule})
    made = world.order("open")
    price = {"amount": "1.00", "currencyCode": "USD"}
    wish = {"chargePermissionId": made.permission, "chargeAmount": price}
    code = {"x-amz-pay-simulation-code": "SoftDeclined"}
    assert world.send("POST", "/v2/charges", wish, extra=code).status == signed
    assert world.send("POST", "/v2/charges", wish, unsigned=code).status == unsigned
    if rule != "either":
        how = {"unsigned": code} if rule == "needed" else {"extra": code}
        says = "is not signed." if rule == "needed" else "must not be signed."
        assert body(world.send("POST", "/v2/charges", wish, **how), 403)["message"].endswith(says)
    body(world.send("POST", "/v2/charges", wish), 201)
