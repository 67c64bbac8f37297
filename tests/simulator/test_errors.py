"""Every documented error with its status and reason code, and which of two comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.simulator.signer import World, body, reason

from azpay_tui.simulator.wire import Request, Response

#: The reason codes of Amazon's guide (error handling, and the tables of each operation) with their status.
DOCUMENTED = {
    (400, "InvalidHeaderValue"), (400, "MissingHeader"), (400, "MissingHeaderValue"), (400, "InvalidRequest"),
    (400, "InvalidParameterValue"), (400, "MissingParameterValue"), (400, "InvalidParameterCombination"),
    (400, "InvalidRequestFormat"), (400, "UnrecognizedField"), (400, "InvalidSandboxSimulationSpecified"),
    (400, "DuplicateIdempotencyKey"), (400, "CurrencyMismatch"), (400, "TransactionAmountExceeded"),
    (400, "PeriodicAmountExceeded"), (400, "CheckoutSessionCanceled"), (400, "InvalidInputFormat"),
    (401, "UnauthorizedAccess"), (403, "InvalidAccountStatus"), (403, "InvalidRequestSignature"),
    (404, "ResourceNotFound"), (405, "UnsupportedOperation"), (405, "RequestNotSupported"), (409, "AmountMismatch"),
    (422, "InvalidCheckoutSessionStatus"), (422, "InvalidChargePermissionStatus"),
    (422, "ChargePermissionNotModifiable"), (422, "InvalidChargeStatus"), (422, "TransactionCountExceeded"),
    (422, "SoftDeclined"), (422, "HardDeclined"), (422, "PaymentMethodNotAllowed"), (422, "MFANotCompleted"),
    (422, "TransactionTimedOut"), (422, "AmazonRejected"), (429, "TooManyRequests"), (500, "InternalServerError"),
    (500, "ProcessingFailure"), (503, "ServiceUnavailable"),
}  # fmt: skip

CHARGE = "/v2/charges/S01-0000000-0000000-C000000"
PRICE = {"amount": "1.00", "currencyCode": "USD"}
SESSION: dict[str, Any] = {
    "webCheckoutDetails": {
        "checkoutReviewReturnUrl": "https://shop.example/review",
        "checkoutResultReturnUrl": "https://shop.example/done",
    },
    "storeId": "shop",
    "paymentDetails": {"paymentIntent": "Authorize", "chargeAmount": PRICE},
}
Provoke = Callable[[World], Response]


def act(world: World, name: str, target: str, **more: Any) -> None:
    world.sim("POST", "acts", {"act": name, "id": target, **more})


def switched(world: World, **switches: Any) -> World:
    world.sim("PATCH", "settings", switches)
    return world


def faulty(world: World, **fault: Any) -> World:
    world.sim("POST", "faults", fault, 201)
    return world


def read(world: World, **options: Any) -> Response:
    return world.send("GET", CHARGE, **options)


def without(name: str) -> Provoke:
    """A read whose headers lack one."""

    def provoke(world: World) -> Response:
        from tests.simulator.signer import sign

        headers = [pair for pair in sign("GET", CHARGE, b"", world.simulator.wall()) if pair[0] != name]
        return world.simulator.handle(Request("GET", CHARGE, "", tuple(headers)))

    return provoke


def next_charge(why: str) -> Provoke:
    """A charge that an act arranged to be declined."""

    def provoke(world: World) -> Response:
        made = world.order("open")
        act(world, "decline", made.permission, reason=why)
        return world.authorize(
            made.permission, "1.00", canHandlePendingAuthorization=why in ("PaymentMethodNotAllowed", "MFANotCompleted")
        )

    return provoke


def coded(code: str) -> Provoke:
    return lambda world: world.authorize(world.order("open").permission, "1.00", code=code)


def refused(situation: str, why: str) -> Provoke:
    """A capture or refund that an act arranged to be refused."""

    def provoke(world: World) -> Response:
        made = world.order(situation)
        act(world, "refuse", made.charge, reason=why)
        again = world.give_back if situation == "captured" else world.capture
        return again(made.charge, "1.00")

    return provoke


def session(world: World, approved: bool = True) -> str:
    made = body(world.send("POST", "/v2/checkoutSessions", SESSION), 201)["checkoutSessionId"]
    if approved:
        act(world, "approve-session", made)
    return f"/v2/checkoutSessions/{made}"


def complete(world: World, path: str, amount: str = "1.00", **options: Any) -> Response:
    return world.send("POST", f"{path}/complete", {"chargeAmount": {**PRICE, "amount": amount}}, **options)


def duplicate(world: World) -> Response:
    made = world.order("authorized")
    world.capture(made.charge, "1.00", key="same")
    return world.capture(made.charge, "2.00", key="same")


def many_charges(world: World) -> Response:
    made = world.order("open")
    for _ in range(25):
        body(world.void(body(world.authorize(made.permission, "1.00"), 201)["chargeId"]), 200)
    return world.authorize(made.permission, "1.00")


def many_refunds(world: World) -> Response:
    made = world.order("captured")
    for _ in range(10):
        body(world.give_back(made.charge, "1.00"), 201)
    return world.give_back(made.charge, "1.00")


def throttled(world: World) -> Response:
    switched(world, quotas="sandbox")
    for _ in range(5):
        read(world)
    return read(world)


def canceled(world: World) -> Response:
    path = session(world)
    return complete(world, path, code="BuyerCanceled")


def over_the_month(world: World) -> Response:
    recurring = {
        "chargePermissionType": "Recurring",
        "recurringMetadata": {"frequency": {"unit": "Month", "value": "1"}},
    }
    made = body(world.send("POST", "/v2/checkoutSessions", {**SESSION, **recurring}), 201)["checkoutSessionId"]
    act(world, "approve-session", made)
    permission = body(complete(world, f"/v2/checkoutSessions/{made}"), 200)["chargePermissionId"]
    return world.authorize(permission, "1000.01")


def track(world: World, **options: Any) -> Response:
    return world.send("POST", "/v2/deliveryTrackers", **options)


def patch(world: World, situation: str, payload: Any) -> Response:
    return world.send("PATCH", f"/v2/chargePermissions/{world.order(situation).permission}", payload)


CASES: list[tuple[str, int, str, Provoke]] = [
    ("any", 400, "MissingHeader", without("authorization")),
    ("any", 400, "MissingHeader", without("x-amz-pay-region")),
    ("POST", 400, "MissingHeaderValue", lambda w: w.capture(w.order("authorized").charge, "1.00", key="")),
    (
        "POST",
        400,
        "MissingHeader",
        lambda w: switched(w, missing_key_reason="MissingHeader").give_back("x", "1", key=""),
    ),
    ("POST", 400, "InvalidHeaderValue", lambda w: w.capture(w.order("authorized").charge, "1.00", key="a" * 36)),
    (
        "body",
        400,
        "InvalidHeaderValue",
        lambda w: w.send("POST", "/v2/refunds", {}, extra={"content-type": "text/xml"}),
    ),
    ("any", 400, "InvalidRequest", lambda w: w.send("GET", f"/sandbox{CHARGE}")),
    ("Create Charge", 400, "InvalidParameterValue", lambda w: w.authorize("S01", "1.00")),
    ("Get Reports", 400, "InvalidParameterValue", lambda w: w.send("GET", "/v2/reports", query="pageSize=0")),
    ("Cancel Charge", 400, "MissingParameterValue", lambda w: w.send("DELETE", f"{CHARGE}/cancel", {})),
    ("Get Disbursements", 400, "MissingParameterValue", lambda w: w.send("GET", "/v2/disbursements")),
    (
        "Create Charge",
        400,
        "InvalidParameterCombination",
        lambda w: w.authorize(w.order("open").permission, "1.00", softDescriptor="SHOP"),
    ),
    (
        "Get Reports",
        400,
        "InvalidParameterCombination",
        lambda w: w.send("GET", "/v2/reports", query="nextToken=MA&pageSize=1"),
    ),
    ("any body", 400, "InvalidRequestFormat", lambda w: w.send("POST", "/v2/charges", raw=b"chargeAmount=1")),
    ("any body", 400, "UnrecognizedField", lambda w: w.authorize(w.order("open").permission, "1.00", capturenow=True)),
    ("Get Charge", 400, "InvalidSandboxSimulationSpecified", lambda w: read(w, code="SoftDeclined")),
    ("Create Refund", 400, "InvalidSandboxSimulationSpecified", lambda w: w.give_back("x", "1", code="AmazonRejected")),
    ("POST", 400, "DuplicateIdempotencyKey", duplicate),
    ("Create Charge", 400, "CurrencyMismatch", lambda w: w.authorize(w.order("open").permission, "1.00", "EUR")),
    ("Capture", 400, "CurrencyMismatch", lambda w: w.capture(w.order("authorized").charge, "1.00", "EUR")),
    ("Create Refund", 400, "CurrencyMismatch", lambda w: w.give_back(w.order("captured").charge, "1.00", "EUR")),
    ("Create Charge", 400, "TransactionAmountExceeded", lambda w: w.authorize(w.order("open").permission, "120.01")),
    ("Capture", 400, "TransactionAmountExceeded", lambda w: w.capture(w.order("authorized").charge, "120.01")),
    ("Create Refund", 400, "TransactionAmountExceeded", lambda w: w.give_back(w.order("captured").charge, "138.01")),
    ("Create Charge", 400, "PeriodicAmountExceeded", over_the_month),
    ("Complete", 400, "CheckoutSessionCanceled", canceled),
    ("Delivery Tracker", 400, "InvalidInputFormat", lambda w: track(w, raw=b"{")),
    ("any", 401, "UnauthorizedAccess", lambda w: read(w, key_id="SANDBOX-NOBODY")),
    ("any", 403, "InvalidAccountStatus", lambda w: read(switched(w, account_suspended=True))),
    ("any", 403, "InvalidRequestSignature", lambda w: read(w, salt=20)),
    ("Get Charge", 404, "ResourceNotFound", read),
    ("Get Checkout Session", 404, "ResourceNotFound", lambda w: w.send("GET", "/v2/checkoutSessions/none")),
    ("Get Report By Id", 404, "ResourceNotFound", lambda w: w.send("GET", "/v2/reports/1")),
    ("any", 405, "UnsupportedOperation", lambda w: w.send("PUT", CHARGE)),
    ("any", 405, "RequestNotSupported", lambda w: w.send("GET", "/v2/disputes/1")),
    ("Complete", 409, "AmountMismatch", lambda w: complete(w, session(w), "1.01")),
    ("Complete", 422, "InvalidCheckoutSessionStatus", lambda w: complete(w, session(w, approved=False))),
    (
        "Create Charge",
        422,
        "InvalidChargePermissionStatus",
        lambda w: w.authorize(w.order("suspended").permission, "1.00"),
    ),
    (
        "Capture",
        422,
        "InvalidChargePermissionStatus",
        lambda w: switched(w, capture_after_close=False).capture(w.order("closed-authorized").charge, "1.00"),
    ),
    ("Close", 422, "InvalidChargePermissionStatus", lambda w: w.close(w.order("canceled").permission)),
    (
        "Update",
        422,
        "ChargePermissionNotModifiable",
        lambda w: patch(w, "canceled", {"merchantMetadata": {"noteToBuyer": "x"}}),
    ),
    ("Capture", 422, "InvalidChargeStatus", lambda w: w.capture(w.order("captured").charge, "1.00")),
    ("Cancel", 422, "InvalidChargeStatus", lambda w: w.void(w.order("captured").charge)),
    ("Create Refund", 422, "InvalidChargeStatus", lambda w: w.give_back(w.order("authorized").charge, "1.00")),
    ("Create Charge", 422, "TransactionCountExceeded", many_charges),
    ("Create Refund", 422, "TransactionCountExceeded", many_refunds),
    *(
        ("Create Charge", 422, code, coded(code))
        for code in ("SoftDeclined", "HardDeclined", "TransactionTimedOut", "AmazonRejected")
    ),
    *(("Create Charge", 422, code, next_charge(code)) for code in ("PaymentMethodNotAllowed", "MFANotCompleted")),
    ("Create Charge", 500, "ProcessingFailure", next_charge("ProcessingFailure")),
    ("Capture", 422, "AmazonRejected", refused("authorized", "AmazonRejected")),
    ("Capture", 500, "ProcessingFailure", refused("authorized", "ProcessingFailure")),
    ("Create Refund", 422, "AmazonRejected", refused("captured", "AmazonRejected")),
    ("Create Refund", 500, "ProcessingFailure", refused("captured", "ProcessingFailure")),
    ("any", 429, "TooManyRequests", throttled),
    ("any", 500, "InternalServerError", lambda w: read(faulty(w, fault="status", code=500))),
    (
        "any",
        503,
        "ServiceUnavailable",
        lambda w: read(faulty(w, fault="status", code=503, reason="ServiceUnavailable")),
    ),
]


@pytest.mark.parametrize(
    ("status", "code", "provoke"), [case[1:] for case in CASES], ids=[f"{case[0]}-{case[2]}" for case in CASES]
)
def test_documented_error(world: World, status: int, code: str, provoke: Provoke) -> None:
    answer = provoke(world)
    refusal = body(answer, status)
    assert refusal["reasonCode"] == code
    assert list(refusal) == ["reasonCode", "message"]
    assert refusal["message"].endswith(".")


def test_every_documented_error_is_provoked() -> None:
    assert {(status, code) for _, status, code, _ in CASES} == DOCUMENTED


#: What can be wrong with one capture, in the order in which it is looked at: each is added to those after it.
LADDER: list[tuple[int, str]] = [
    (400, "MissingHeader"),
    (401, "UnauthorizedAccess"),
    (403, "InvalidRequestSignature"),
    (403, "InvalidAccountStatus"),
    (400, "InvalidRequest"),
    (400, "InvalidHeaderValue"),
    (400, "InvalidSandboxSimulationSpecified"),
    (400, "UnrecognizedField"),
    (400, "InvalidParameterValue"),
    (404, "ResourceNotFound"),
    (400, "CurrencyMismatch"),
    (422, "InvalidChargeStatus"),
    (400, "TransactionAmountExceeded"),
]


@pytest.mark.parametrize("rung", range(len(LADDER)), ids=[code for _, code in LADDER])
def test_checks_come_in_their_order(world: World, rung: int) -> None:
    """One request with this fault and all later ones is refused for this one."""
    wrong = {code for _, code in LADDER[rung:]}
    made = world.order("captured" if "InvalidChargeStatus" in wrong else "authorized")
    charge = "S01-0000000-0000000-C000000" if "ResourceNotFound" in wrong else made.charge
    price = {"amount": "999.00", "currencyCode": "EUR" if "CurrencyMismatch" in wrong else "USD"}
    payload: dict[str, Any] = {"captureAmount": price}
    if "InvalidParameterValue" in wrong:
        payload["softDescriptor"] = "S" * 17
    if "UnrecognizedField" in wrong:
        payload["colour"] = "red"
    if "InvalidAccountStatus" in wrong:
        switched(world, account_suspended=True)
    options: dict[str, Any] = {}
    if "InvalidSandboxSimulationSpecified" in wrong:
        options["code"] = "Nonsense"
    if "InvalidHeaderValue" in wrong:
        options["key"] = "not a key"
    if "InvalidRequestSignature" in wrong:
        options["salt"] = 20
    if "UnauthorizedAccess" in wrong:
        options["key_id"] = "SANDBOX-NOBODY"
    prefix = "/sandbox" if "InvalidRequest" in wrong else ""
    path = f"{prefix}/v2/charges/{charge}/capture"
    if "MissingHeader" in wrong:
        answer = world.simulator.handle(Request("POST", path, "", (), b"{"))
    else:
        answer = world.send("POST", path, payload, **options)
    status, code = LADDER[rung]
    assert reason(answer, status) == code


def test_the_saved_answer_comes_before_the_quota_and_the_quota_before_the_body(world: World) -> None:
    made = world.order("authorized")
    first = world.capture(made.charge, "1.00", key="same")
    switched(world, quotas="sandbox")
    for _ in range(2):
        assert reason(world.capture(made.charge, "nothing"), 400) == "InvalidParameterValue"
    assert reason(world.capture(made.charge, "nothing"), 429) == "TooManyRequests"
    assert world.capture(made.charge, "1.00", key="same").body == first.body


@pytest.mark.parametrize(
    ("situation", "why", "after"),
    [
        ("authorized", "AmazonRejected", ("Declined", "AmazonRejected")),
        ("authorized", "ProcessingFailure", ("Authorized", None)),
        ("captured", "AmazonRejected", ("Captured", None)),
        ("captured", "ProcessingFailure", ("Captured", None)),
    ],
)
def test_what_a_refusal_leaves_behind(world: World, situation: str, why: str, after: tuple[str, str | None]) -> None:
    made = world.order(situation)
    act(world, "refuse", made.charge, reason=why)
    again = world.give_back if situation == "captured" else world.capture
    assert again(made.charge, "1.00", key="first").status in (422, 500)
    details = world.charge(made.charge)["statusDetails"]
    assert (details["state"], details["reasonCode"]) == after
    if after[0] != "Declined":
        assert again(made.charge, "1.00", key="second").status in (200, 201)


@pytest.mark.parametrize(
    ("why", "left"), [("PaymentMethodNotAllowed", "PaymentMethodNotAllowed"), ("MFANotCompleted", "MFAFailed")]
)
def test_refusals_of_the_payment_method_leave_it_to_the_buyer(world: World, why: str, left: str) -> None:
    made = world.order("open")
    act(world, "decline", made.permission, reason=why)
    assert reason(world.authorize(made.permission, "1.00"), 422) == why
    details = world.permission(made.permission)["statusDetails"]
    assert (details["state"], details["reasons"][0]["reasonCode"]) == ("NonChargeable", left)
    assert world.sim("GET", "orders")[0]["charge_ids"] == []
