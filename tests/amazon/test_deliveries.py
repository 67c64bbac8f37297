"""The request that tells Amazon of a parcel: these bytes, sent once, and judged only by what Amazon repeats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.amazon.bodies import encoded
from tests.amazon.test_client import answering, raising, refusal

from azpay_tui.amazon.errors import ODD_ANSWER
from azpay_tui.amazon.throttle import LIVE, SANDBOX, Operation, Quota
from azpay_tui.amazon.v2 import V2Gateway
from azpay_tui.domain.deliveries import Parcel, judge

PARCEL = Parcel("S01-4821907-5530172", "UPS", "1Z999AA10123456784")
KEY = "0123456789abcdef0123456789abcdef"
BODY = (
    b'{"chargePermissionId":"S01-4821907-5530172",'
    b'"deliveryDetails":[{"carrierCode":"UPS","trackingNumber":"1Z999AA10123456784"}]}'
)
ECHO: dict[str, Any] = {
    "amazonOrderReferenceId": PARCEL.order_id,
    "deliveryDetails": [{"trackingNumber": PARCEL.tracking, "carrierCode": PARCEL.carrier}],
}
GatewayTo = Callable[..., V2Gateway]


def test_the_request_is_these_bytes_signed_with_its_key(gateway_to: GatewayTo) -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=encoded(ECHO))

    gateway = gateway_to(handle)
    answer = gateway.deliver(PARCEL, KEY)
    (request,) = seen
    assert (answer.kind, answer.status, answer.reason_code) == ("answered", 200, None)
    assert (request.method, request.url.path, request.content) == ("POST", "/v2/deliveryTrackers", BODY)
    assert request.headers["x-amz-pay-idempotency-key"] == KEY
    assert "SignedHeaders=" in request.headers["authorization"]
    assert gateway.prepare_delivery(PARCEL).body == BODY
    (call,) = gateway.calls()
    assert (call.operation, call.target) == ("track-delivery", PARCEL.order_id)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<html>",
        {},
        {**ECHO, "amazonOrderReferenceId": "S01-0000000-0000000"},
        {**ECHO, "deliveryDetails": None},
        {**ECHO, "deliveryDetails": ["UPS"]},
        {**ECHO, "deliveryDetails": [{**ECHO["deliveryDetails"][0], "trackingNumber": "1Z"}]},
        {**ECHO, "deliveryDetails": [{**ECHO["deliveryDetails"][0], "carrierCode": "DHL"}]},
    ],
)
def test_what_amazon_does_not_repeat_it_does_not_have(gateway_to: GatewayTo, body: object) -> None:
    answer = gateway_to(answering(200, body)).deliver(PARCEL, KEY)
    assert (answer.kind, answer.status, answer.reason_code) == ("answered", 200, ODD_ANSWER)
    assert answer.message.startswith("Amazon answered 200, but the answer cannot be read: ")


def test_a_good_status_with_a_body_that_cannot_be_taken_in_proves_nothing(gateway_to: GatewayTo) -> None:
    answer = gateway_to(answering(200, ECHO, content_encoding="x-odd")).deliver(PARCEL, KEY)
    assert (answer.status, answer.reason_code) == (200, ODD_ANSWER)
    assert judge(answer, ())[0] == "unknown"


def test_the_newer_name_of_the_order_and_unknown_keys_are_good_too(gateway_to: GatewayTo) -> None:
    body = {"chargePermissionId": PARCEL.order_id, "deliveryDetails": [{**ECHO["deliveryDetails"][0], "new": 1}]}
    assert gateway_to(answering(200, body)).deliver(PARCEL, KEY).reason_code is None


@pytest.mark.parametrize(
    ("status", "code"), [(400, "InvalidInputFormat"), (403, "UnauthorizedAccess"), (429, "TooManyRequests"), (500, "X")]
)
def test_a_refusal_keeps_amazons_word(gateway_to: GatewayTo, status: int, code: str) -> None:
    answer = gateway_to(answering(status, refusal(code))).deliver(PARCEL, KEY)
    assert (answer.kind, answer.status, answer.reason_code) == ("answered", status, code)


@pytest.mark.parametrize(
    ("error", "kind"), [(httpx.ConnectError("refused"), "unsent"), (httpx.ReadTimeout("late"), "lost")]
)
def test_no_answer_is_unsent_only_when_nothing_left(gateway_to: GatewayTo, error: Exception, kind: str) -> None:
    gateway = gateway_to(raising(error))
    assert gateway.deliver(PARCEL, KEY).kind == kind
    assert len(gateway.calls()) == 1


def test_the_pace_is_the_published_one() -> None:
    assert (LIVE[Operation.DELIVERY], SANDBOX[Operation.DELIVERY]) == (Quota(10, 1), Quota(1, 1))
