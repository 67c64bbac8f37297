"""Whatever is sent, the answer is a documented refusal or a success, never a failure of the simulator."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.conftest import START
from tests.simulator.signer import KEY_ID, World, private_key
from tests.simulator.test_errors import DOCUMENTED

from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.reporting import TYPES
from azpay_tui.simulator.routes import ROUTES, Route

NAMES = [
    "chargePermissionId",
    "chargeAmount",
    "captureAmount",
    "refundAmount",
    "chargeId",
    "amount",
    "currencyCode",
    "captureNow",
    "softDescriptor",
    "canHandlePendingAuthorization",
    "merchantMetadata",
    "recurringMetadata",
    "noteToBuyer",
    "frequency",
    "unit",
    "value",
    "closureReason",
    "cancelPendingCharges",
    "cancellationReason",
    "deliveryDetails",
    "carrierCode",
    "trackingNumber",
    "amazonOrderReferenceId",
    "storeId",
    "webCheckoutDetails",
    "checkoutReviewReturnUrl",
    "checkoutResultReturnUrl",
    "paymentDetails",
    "paymentIntent",
    "totalOrderAmount",
    "presentmentCurrency",
    "scopes",
    "deliverySpecifications",
    "addressRestrictions",
    "chargePermissionType",
    "reportType",
    "startTime",
    "endTime",
    "scheduleFrequency",
    "nextReportCreationTime",
    "deleteExistingSchedule",
    "allowOvercharge",
    "extendExpiration",
]
WORDS = [
    "S01-0000000-0000000", "1.00", "USD", "JPY", "Authorize", "AuthorizeWithCapture", "https://a.example/x",
    "Recurring", "OneTime", "Month", "1", "P1D", "20260101T000000Z", "20260131T000000Z", "",
    "x" * 5000, "\x00", "ﬀ", "UPS", *TYPES,
]  # fmt: skip
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(WORDS), st.text(max_size=5))
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
)
bodies = st.dictionaries(st.sampled_from(NAMES), values, max_size=8)
PARAMETERS = [
    "reportTypes", "processingStatuses", "createdSince", "createdUntil", "pageSize", "nextToken", "startTime",
    "endTime", "x",
]  # fmt: skip
queries = st.lists(st.tuples(st.sampled_from(PARAMETERS), st.sampled_from(WORDS) | st.text(max_size=8)), max_size=3)


def crowded() -> tuple[World, dict[str, list[str]]]:
    """A world with one of everything, and the ids by the first part of a path."""
    world = World(Simulator({KEY_ID: private_key().public_key()}, seed=1, base=lambda: START))
    made = [world.order(name) for name in ("open", "authorized", "captured")]
    world.sim("PATCH", "settings", {"live_reports_in_sandbox": True, "recurring_metadata_taken": True})
    web = {"checkoutReviewReturnUrl": "https://a.example/r", "checkoutResultReturnUrl": "https://a.example/d"}
    session = json.loads(world.send("POST", "/v2/checkoutSessions", {"storeId": "s", "webCheckoutDetails": web}).body)
    world.sim("POST", "acts", {"act": "sign-in-session", "id": session["checkoutSessionId"]})
    return world, {
        "chargePermissions": [order.permission for order in made],
        "charges": [order.charge for order in made[1:]],
        "checkoutSessions": [session["checkoutSessionId"]],
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
@settings(max_examples=15)
@given(data=st.data())
def test_any_body_and_query_is_answered(route: Route, data: st.DataObject) -> None:
    world, ids = crowded()
    known = ids.get(route.path.split("/")[1], ["1"])
    path = "/v2" + route.path.replace("{id}", data.draw(st.sampled_from(known)))
    payload: Any = None if route.method == "GET" else data.draw(bodies)
    pairs = data.draw(queries) if route.method == "GET" else []
    query = "&".join(f"{name}={quote(value)}" for name, value in pairs)
    for key in ("first", "second"):
        answer = world.send(route.method, path, payload, key=key, query=query)
        found = json.loads(answer.body)
        if answer.status >= 300:
            assert (answer.status, found["reasonCode"]) in DOCUMENTED


@settings(max_examples=15)
@given(raw=st.binary(max_size=60), query=st.text(max_size=40))
def test_bytes_and_raw_queries_are_answered(raw: bytes, query: str) -> None:
    world, _ = crowded()
    text = query.encode("utf-8", "replace").decode("latin-1")
    for route in ROUTES:
        answer = world.send(route.method, "/v2" + route.path.replace("{id}", "1"), raw=raw, query=text)
        assert answer.status < 500
