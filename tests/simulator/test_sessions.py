"""Checkout sessions: the official way to a charge permission."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.simulator.signer import World, body, reason

from azpay_tui.simulator.wire import Request

CREATE: dict[str, Any] = {
    "webCheckoutDetails": {"checkoutReviewReturnUrl": "https://shop.example/review"},
    "storeId": "amzn1.application-oa2-client.shop",
}
TWENTY = {"amount": "20.00", "currencyCode": "USD"}
DETAILS: dict[str, Any] = {
    "webCheckoutDetails": {"checkoutResultReturnUrl": "https://shop.example/done?lang=en"},
    "paymentDetails": {"paymentIntent": "Authorize", "chargeAmount": TWENTY},
    "merchantMetadata": {"merchantReferenceId": "ORD-7", "noteToBuyer": "Thank you"},
}
KEYS = (
    "checkoutSessionId webCheckoutDetails productType paymentDetails chargePermissionType recurringMetadata "
    "merchantMetadata supplementaryData buyer billingAddress paymentPreferences statusDetails shippingAddress "
    "platformId chargePermissionId chargeId constraints creationTimestamp expirationTimestamp storeId providerMetadata "
    "releaseEnvironment deliverySpecifications"
)


def create(world: World, **changes: Any) -> Any:
    return body(world.send("POST", "/v2/checkoutSessions", {**CREATE, **changes}), 201)


def update(world: World, session: str, payload: Any = None) -> Any:
    return world.send("PATCH", f"/v2/checkoutSessions/{session}", DETAILS if payload is None else payload)


def act(world: World, name: str, session: str, status: int = 200, **more: Any) -> Any:
    return world.sim("POST", "acts", {"act": f"{name}-session", "id": session, **more}, status)


def confirmed(world: World, method: str = "1111", **payment: Any) -> str:
    session = create(world)["checkoutSessionId"]
    body(update(world, session, {**DETAILS, "paymentDetails": {**DETAILS["paymentDetails"], **payment}}), 200)
    act(world, "approve", session, method=method)
    assert isinstance(session, str)
    return session


def complete(world: World, session: str, price: Any = TWENTY, **options: Any) -> Any:
    payload = {"chargeAmount": price, **options.pop("more", {})}
    key = options.pop("key", "")
    return world.send("POST", f"/v2/checkoutSessions/{session}/complete", payload, key=key, **options)


def constraints(thing: Any) -> list[str]:
    return [item["constraintId"] for item in thing["constraints"]]


def state(thing: Any) -> tuple[str, str | None]:
    return thing["statusDetails"]["state"], thing["statusDetails"]["reasonCode"]


def test_the_whole_way_to_a_permission(world: World) -> None:
    session = create(world)
    assert list(session) == KEYS.split()
    assert state(session) == ("Open", None)
    lacking = ["BuyerNotAssociated", "ChargeAmountNotSet", "CheckoutResultReturnUrlNotSet", "PaymentIntentNotSet"]
    assert constraints(session) == lacking
    assert session["buyer"] is session["webCheckoutDetails"]["amazonPayRedirectUrl"] is None
    assert session["expirationTimestamp"] == "20260116T123456Z"
    session_id = session["checkoutSessionId"]

    act(world, "sign-in", session_id)
    session = world.get("checkoutSessions", session_id)
    assert constraints(session) == lacking[1:]
    assert session["buyer"]["buyerId"].startswith("amzn1.account.")
    assert session["shippingAddress"]["countryCode"] == "US"

    session = body(update(world, session_id), 200)
    assert constraints(session) == []
    assert session["webCheckoutDetails"]["amazonPayRedirectUrl"].endswith(session_id)
    assert reason(complete(world, session_id), 422) == "InvalidCheckoutSessionStatus"

    act(world, "approve", session_id)
    done = body(complete(world, session_id), 200)
    assert state(done) == ("Completed", None)
    assert list(done) == KEYS.split()
    assert done["buyer"] is done["constraints"] is done["storeId"] is None
    permission = world.permission(done["chargePermissionId"])
    assert permission["limits"]["amountLimit"] == TWENTY
    assert permission["merchantMetadata"] == {
        "merchantReferenceId": "ORD-7",
        "merchantStoreName": None,
        "noteToBuyer": "Thank you",
        "customInformation": None,
    }
    assert permission["buyer"] == session["buyer"]
    charge = world.charge(done["chargeId"])
    assert (state(charge), charge["chargeAmount"]) == (("Authorized", None), TWENTY)
    assert world.sim("GET", "orders") == [
        {
            "number": "ORD-7",
            "permission_id": done["chargePermissionId"],
            "charge_ids": [done["chargeId"]],
            "refund_ids": [],
        }
    ]
    body(world.capture(done["chargeId"], "20.00"), 200)


def test_the_ledger_calls_every_step_other(world: World) -> None:
    session = confirmed(world)
    done = body(complete(world, session), 200)
    entries = [(e["operation"], e["id"], e["permission_id"], e["amount"], e["effect"]) for e in world.ledger()]
    assert entries == [
        ("other", session, None, None, True),
        ("other", session, None, None, True),
        ("other", session, done["chargePermissionId"], "20.00", True),
    ]


@pytest.mark.parametrize(
    ("payment", "charge", "permission"),
    [
        ({"paymentIntent": "Confirm"}, None, ("Chargeable", None)),
        ({"paymentIntent": "Authorize"}, ("Authorized", None), ("Chargeable", None)),
        ({"paymentIntent": "AuthorizeWithCapture"}, ("Captured", None), ("Closed", "AmazonClosed")),
        (
            {"paymentIntent": "AuthorizeWithCapture", "totalOrderAmount": {"amount": "50.00", "currencyCode": "USD"}},
            ("Captured", None),
            ("Chargeable", None),
        ),
    ],
)
def test_the_intent_decides_what_becomes_of_it(world: World, payment: Any, charge: Any, permission: Any) -> None:
    session = confirmed(world, **payment)
    total = {name: value for name, value in payment.items() if name == "totalOrderAmount"}
    done = body(complete(world, session, more=total), 200)
    assert (None if done["chargeId"] is None else state(world.charge(done["chargeId"]))) == charge
    found = world.permission(done["chargePermissionId"])
    reasons = found["statusDetails"]["reasons"]
    assert (found["statusDetails"]["state"], reasons[0]["reasonCode"] if reasons else None) == permission
    assert found["limits"]["amountLimit"]["amount"] == ("50.00" if total else "20.00")


def test_overcharging_and_a_longer_life_are_agreed_on_at_creation(world: World) -> None:
    big = {"amount": "100.00", "currencyCode": "USD"}
    payment = {"paymentIntent": "Confirm", "chargeAmount": big, "allowOvercharge": True, "extendExpiration": True}
    web = {**CREATE["webCheckoutDetails"], **DETAILS["webCheckoutDetails"]}
    session = create(world, webCheckoutDetails=web, paymentDetails=payment)["checkoutSessionId"]
    act(world, "approve", session)
    done = body(complete(world, session, big), 200)
    permission = world.permission(done["chargePermissionId"])
    assert permission["limits"]["amountLimit"]["amount"] == "900.00"
    assert permission["expirationTimestamp"] == "20270215T123456Z"
    assert permission["merchantMetadata"]["merchantReferenceId"] is None
    late = update(world, create(world)["checkoutSessionId"], {"paymentDetails": {"allowOvercharge": True}})
    assert reason(late, 400) == "UnrecognizedField"


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_the_least_of_an_overcharge_limit(world: World, currency: str) -> None:
    small = {"amount": "10", "currencyCode": currency}
    payment = {"paymentIntent": "Confirm", "chargeAmount": small, "allowOvercharge": True}
    web = {**CREATE["webCheckoutDetails"], **DETAILS["webCheckoutDetails"]}
    session = create(world, webCheckoutDetails=web, paymentDetails=payment)["checkoutSessionId"]
    act(world, "approve", session)
    done = body(complete(world, session, small), 200)
    limit = world.permission(done["chargePermissionId"])["limits"]["amountLimit"]["amount"]
    assert limit == {"EUR": "500.00", "JPY": "70000"}[currency]


@pytest.mark.parametrize(
    ("price", "more", "expected"),
    [
        ({"amount": "20.01", "currencyCode": "USD"}, {}, (409, "AmountMismatch")),
        ({"amount": "20.00", "currencyCode": "EUR"}, {}, (400, "CurrencyMismatch")),
        (TWENTY, {"totalOrderAmount": {"amount": "31.00", "currencyCode": "USD"}}, (409, "AmountMismatch")),
        (TWENTY, {}, (400, "MissingParameterValue")),
        (None, {}, (400, "MissingParameterValue")),
        (TWENTY, {"tip": "1"}, (400, "UnrecognizedField")),
    ],
)
def test_amounts_have_to_match(world: World, price: Any, more: Any, expected: tuple[int, str]) -> None:
    session = confirmed(world, totalOrderAmount={"amount": "30.00", "currencyCode": "USD"})
    assert reason(complete(world, session, price, more=more), expected[0]) == expected[1]
    assert world.sim("GET", "orders") == []
    body(complete(world, session, more={"totalOrderAmount": {"amount": "30.00", "currencyCode": "USD"}}), 200)


def test_a_session_is_completed_once(world: World) -> None:
    session = confirmed(world)
    first = complete(world, session, key="same")
    assert complete(world, session, key="same").body == first.body
    permissions = [entry["permission_id"] for entry in world.ledger()[-2:]]
    assert permissions == [json.loads(first.body)["chargePermissionId"]] * 2
    assert reason(complete(world, session), 422) == "InvalidCheckoutSessionStatus"
    assert reason(update(world, session), 422) == "InvalidCheckoutSessionStatus"
    assert len(world.sim("GET", "orders")) == 1


def test_what_was_confirmed_has_to_be_confirmed_again_after_a_change(world: World) -> None:
    session = confirmed(world)
    thirty = {"amount": "30.00", "currencyCode": "USD"}
    body(update(world, session, {"paymentDetails": {"chargeAmount": thirty}}), 200)
    assert reason(complete(world, session, thirty), 422) == "InvalidCheckoutSessionStatus"
    act(world, "approve", session)
    body(complete(world, session, thirty), 200)


def test_sessions_expire_after_a_day_and_are_deleted_after_thirty_more(world: World) -> None:
    session = confirmed(world)
    world.advance("24h")
    assert state(world.get("checkoutSessions", session)) == ("Canceled", "Expired")
    assert "permission" not in world.get("checkoutSessions", session)["statusDetails"]["reasonDescription"]
    assert reason(complete(world, session), 400) == "CheckoutSessionCanceled"
    assert "Canceled" in act(world, "approve", session, 400)["error"]
    world.advance("30d")
    assert reason(world.send("GET", f"/v2/checkoutSessions/{session}"), 404) == "ResourceNotFound"


def test_the_buyer_leaves(world: World) -> None:
    session = create(world)["checkoutSessionId"]
    assert act(world, "cancel", session)["state"] == "Canceled"
    assert state(world.get("checkoutSessions", session)) == ("Canceled", "BuyerCanceled")
    assert reason(update(world, session), 422) == "InvalidCheckoutSessionStatus"


@pytest.mark.parametrize("code", ["BuyerCanceled", "AmazonCanceled", "Declined"])
def test_codes_cancel_the_session(world: World, code: str) -> None:
    session = confirmed(world)
    assert reason(complete(world, session, code=code), 400) == "CheckoutSessionCanceled"
    assert state(world.get("checkoutSessions", session)) == ("Canceled", code)
    assert world.sim("GET", "orders") == []


def test_the_code_for_a_pending_authorization(world: World) -> None:
    session = confirmed(world, canHandlePendingAuthorization=True)
    done = body(complete(world, session, code="AuthorizationInitiated"), 202)
    assert state(done) == ("Completed", None)
    assert state(world.charge(done["chargeId"])) == ("AuthorizationInitiated", None)
    world.advance("1h")
    assert state(world.charge(done["chargeId"])) == ("Authorized", None)
    other = confirmed(world)
    refused = complete(world, other, code="AuthorizationInitiated")
    assert reason(refused, 400) == "InvalidSandboxSimulationSpecified"
    assert reason(complete(world, other, code="HardDeclined"), 400) == "InvalidSandboxSimulationSpecified"
    body(complete(world, other), 200)


@pytest.mark.parametrize(("method", "after"), [("0701", ("Authorized", None)), ("4354", ("Declined", "HardDeclined"))])
def test_methods_that_simulate_a_pending_authorization(world: World, method: str, after: Any) -> None:
    session = confirmed(world, method, canHandlePendingAuthorization=True)
    charge = body(complete(world, session), 202)["chargeId"]
    assert state(world.charge(charge)) == ("AuthorizationInitiated", None)
    world.advance("30s")
    assert state(world.charge(charge)) == after
    assert reason(complete(world, confirmed(world, method)), 400) == "CheckoutSessionCanceled"


def test_methods_that_end_the_session_and_the_code_that_beats_them(world: World) -> None:
    session = confirmed(world, "3064")
    assert state(world.get("checkoutSessions", session)) == ("Canceled", "BuyerCanceled")
    session = confirmed(world, "3434")
    assert reason(complete(world, session), 400) == "CheckoutSessionCanceled"
    assert state(world.get("checkoutSessions", session)) == ("Canceled", "Declined")
    session = confirmed(world, "3434", canHandlePendingAuthorization=True)
    body(complete(world, session, code="AuthorizationInitiated"), 202)


def test_finalize_is_for_checkouts_that_stay_on_the_page(world: World) -> None:
    session = create(world)["checkoutSessionId"]
    path = f"/v2/checkoutSessions/{session}/finalize"
    wish = {"chargeAmount": TWENTY, "paymentIntent": "Authorize"}
    assert reason(world.send("POST", path, wish, key=""), 422) == "InvalidCheckoutSessionStatus"
    act(world, "sign-in", session)
    assert reason(world.send("POST", path, {"chargeAmount": TWENTY}, key=""), 400) == "MissingParameterValue"
    finalized = body(world.send("POST", path, wish, key=""), 200)
    assert finalized["paymentDetails"]["chargeAmount"] == TWENTY
    other = {**wish, "chargeAmount": {"amount": "21.00", "currencyCode": "USD"}}
    assert reason(world.send("POST", path, other, key=""), 409) == "AmountMismatch"
    body(complete(world, session), 200)


def test_the_buyers_browser_confirms_at_the_redirect_url(world: World) -> None:
    session = create(world)["checkoutSessionId"]
    url = urlsplit(body(update(world, session), 200)["webCheckoutDetails"]["amazonPayRedirectUrl"])
    answer = world.simulator.handle(Request("GET", url.path, url.query))
    assert answer.status == 302
    back = urlsplit(dict(answer.headers)["location"])
    assert (back.hostname, back.path) == ("shop.example", "/done")
    assert parse_qs(back.query) == {"lang": ["en"], "amazonCheckoutSessionId": [session]}
    body(complete(world, session), 200)
    answer = world.simulator.handle(Request("GET", url.path, url.query))
    assert answer.status == 400
    assert "Completed" in json.loads(answer.body)["error"]
    answer = world.simulator.handle(Request("GET", url.path))
    assert json.loads(answer.body) == {"error": "The address lacks amazonCheckoutSessionId."}


def test_a_confirmation_that_is_refused_signs_nobody_in(world: World) -> None:
    session = create(world)["checkoutSessionId"]
    before = world.get("checkoutSessions", session)
    assert "ChargeAmountNotSet" in act(world, "approve", session, 400)["error"]
    assert world.get("checkoutSessions", session) == before


def test_the_buyer_of_a_token(world: World) -> None:
    session = create(world)["checkoutSessionId"]
    token = act(world, "sign-in", session)["buyer_token"]
    buyer = world.get("buyers", token)
    assert buyer["email"] == world.get("checkoutSessions", session)["buyer"]["email"]
    assert reason(world.send("GET", "/v2/buyers/NOBODY"), 404) == "ResourceNotFound"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"storeId": None}, "MissingParameterValue"),
        ({"webCheckoutDetails": None}, "MissingParameterValue"),
        ({"webCheckoutDetails": {}}, "MissingParameterValue"),
        ({"webCheckoutDetails": {"checkoutReviewReturnUrl": "http://shop.example"}}, "InvalidParameterValue"),
        ({"webCheckoutDetails": {"checkoutReviewReturnUrl": "javascript:0"}}, "InvalidParameterValue"),
        ({"webCheckoutDetails": {"checkoutReviewReturnUrl": "https://a.example/\r\nx: y"}}, "InvalidParameterValue"),
        ({"webCheckoutDetails": {"checkoutReviewReturnUrl": "https://a.example/\u6f22"}}, "InvalidParameterValue"),
        ({"webCheckoutDetails": {**CREATE["webCheckoutDetails"], "checkoutMode": "Later"}}, "InvalidParameterValue"),
        ({"webCheckoutDetails": {**CREATE["webCheckoutDetails"], "colour": "red"}}, "UnrecognizedField"),
        ({"scopes": ["shoeSize"]}, "InvalidParameterValue"),
        ({"scopes": "name"}, "InvalidParameterValue"),
        ({"chargePermissionType": "Forever"}, "InvalidParameterValue"),
        ({"merchantMetadata": {"merchantStoreName": "x" * 51}}, "InvalidParameterValue"),
        ({"paymentDetails": {"paymentIntent": "Steal"}}, "InvalidParameterValue"),
        ({"paymentDetails": {"chargeAmount": {"amount": "0", "currencyCode": "USD"}}}, "InvalidParameterValue"),
        ({"paymentDetails": {"chargeAmount": TWENTY, "presentmentCurrency": "EUR"}}, "CurrencyMismatch"),
        (
            {"paymentDetails": {"chargeAmount": TWENTY, "totalOrderAmount": {"amount": "5", "currencyCode": "EUR"}}},
            "CurrencyMismatch",
        ),
        (
            {"paymentDetails": {"chargeAmount": TWENTY, "totalOrderAmount": {"amount": "5", "currencyCode": "USD"}}},
            "InvalidParameterValue",
        ),
        (
            {"paymentDetails": {"chargeAmount": {"amount": "150000.01", "currencyCode": "USD"}}},
            "InvalidParameterValue",
        ),
        (
            {"paymentDetails": {"paymentIntent": "AuthorizeWithCapture", "canHandlePendingAuthorization": True}},
            "InvalidParameterCombination",
        ),
        (
            {"paymentDetails": {"paymentIntent": "Authorize", "softDescriptor": "SHOP"}},
            "InvalidParameterCombination",
        ),
        ({"deliverySpecifications": {"specialRestrictions": [], "colour": "red"}}, "UnrecognizedField"),
        ({"cart": []}, "UnrecognizedField"),
    ],
)
def test_sessions_that_are_refused(world: World, changes: dict[str, Any], code: str) -> None:
    assert reason(world.send("POST", "/v2/checkoutSessions", {**CREATE, **changes}), 400) == code
    session = create(world)["checkoutSessionId"]
    before = world.get("checkoutSessions", session)
    if "paymentDetails" in changes:
        assert reason(update(world, session, changes), 400) == code
    assert world.get("checkoutSessions", session) == before


def test_everything_a_session_can_be_told_at_creation(world: World) -> None:
    delivery = {
        "specialRestrictions": ["RestrictPOBoxes"],
        "addressRestrictions": {"type": "Allowed", "restrictions": {"US": {"statesOrRegions": ["WA"]}}},
    }
    session = create(
        world,
        webCheckoutDetails={**DETAILS["webCheckoutDetails"], "checkoutMode": "ProcessOrder"},
        paymentDetails={"paymentIntent": "AuthorizeWithCapture", "chargeAmount": TWENTY, "softDescriptor": "SHOP"},
        scopes=["name", "email", "billingAddress"],
        deliverySpecifications=delivery,
        addressDetails={"name": "Ada", "countryCode": "US"},
        supplementaryData="{}",
        platformId="PLATFORM",
        providerMetadata={"providerReferenceId": "REF"},
    )
    assert session["deliverySpecifications"] == delivery
    assert (session["supplementaryData"], session["platformId"]) == ("{}", "PLATFORM")
    assert session["providerMetadata"] == {"providerReferenceId": "REF"}
    act(world, "approve", session["checkoutSessionId"])
    shown = world.get("checkoutSessions", session["checkoutSessionId"])
    assert shown["billingAddress"] == shown["shippingAddress"]
    charge = world.charge(body(complete(world, session["checkoutSessionId"]), 200)["chargeId"])
    assert (charge["softDescriptor"], charge["providerMetadata"]) == ("SHOP", {"providerReferenceId": "REF"})


def test_sessions_need_a_key_and_keep_its_answer(world: World) -> None:
    assert reason(world.send("POST", "/v2/checkoutSessions", CREATE, key=""), 400) == "MissingHeaderValue"
    first = world.send("POST", "/v2/checkoutSessions", CREATE, key="same")
    assert world.send("POST", "/v2/checkoutSessions", CREATE, key="same").body == first.body
    other = {**CREATE, "storeId": "x"}
    assert reason(world.send("POST", "/v2/checkoutSessions", other, key="same"), 400) == "DuplicateIdempotencyKey"


def test_acts_that_do_not_fit_a_session(world: World) -> None:
    session = create(world)["checkoutSessionId"]
    assert "ChargeAmountNotSet" in act(world, "approve", session, 400)["error"]
    assert "no checkout session" in act(world, "sign-in", "nothing", 400)["error"]
    assert "method" in act(world, "approve", session, 400, method="9999")["error"]
