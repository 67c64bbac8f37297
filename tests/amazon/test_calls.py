"""The record of calls: what was asked, how it ended and how long it took; never what was in it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx
import pytest
from tests.amazon.conftest import NOW
from tests.amazon.test_client import CAPTURE, answering, raising, send

from azpay_tui.amazon.calls import KEPT, CallLog
from azpay_tui.amazon.throttle import Operation, Throttle, quotas
from azpay_tui.amazon.v2 import V2Gateway
from azpay_tui.domain.calls import Call

GatewayTo = Callable[..., V2Gateway]
ORDER = "S01-1234567-1234567"


def test_a_call_is_kept_with_its_status_and_amazons_id(gateway_to: GatewayTo) -> None:
    gateway = gateway_to(answering(404, {"reasonCode": "ResourceNotFound"}, **{"x-amz-pay-request-id": "7f3a"}))
    gateway.read(ORDER)
    [call] = gateway.calls()
    assert (call.operation, call.target, call.status) == ("get-permission", ORDER, 404)
    assert (call.request_id, call.problem, call.at) == ("7f3a", "ResourceNotFound", NOW)
    assert call.seconds >= 0


def test_a_call_without_an_answer_is_kept_with_the_sentence(gateway_to: GatewayTo) -> None:
    gateway = gateway_to(raising(httpx.ReadTimeout("slow")))
    send(gateway)
    [call] = gateway.calls()
    assert (call.operation, call.target, call.status, call.request_id) == ("capture", CAPTURE.target, None, None)
    assert "did not answer in time" in call.problem


def test_every_try_of_a_read_is_a_call(gateway_to: GatewayTo) -> None:
    gateway = gateway_to(raising(httpx.RemoteProtocolError("cut")))
    gateway.read(ORDER)
    assert [call.status for call in gateway.calls()] == [None, None, None]


def test_nothing_of_bodies_or_keys_is_kept(gateway_to: GatewayTo) -> None:
    gateway = gateway_to(answering(200, {"secret": "buyer@example.com"}))
    send(gateway)
    kept = repr(gateway.calls())
    assert "buyer@example.com" not in kept
    assert "captureAmount" not in kept
    assert "AMZN-PAY" not in kept


def test_only_the_newest_are_kept_from_any_thread() -> None:
    log = CallLog()

    def fill() -> None:
        for number in range(KEPT):
            log.add(Call(NOW, str(number), "", 0.0, 200, None))

    threads = [threading.Thread(target=fill) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log.all()) == KEPT
    log.add(Call(NOW, "last", "", 0.0, 200, None))
    assert len(log.all()) == KEPT
    assert log.all()[-1].operation == "last"


@pytest.mark.parametrize("pace", ["quota", "off"])
def test_the_budget_falls_with_every_request_and_grows_with_time(pace: str) -> None:
    now = [100.0]
    throttle = Throttle(quotas("sandbox", pace), clock=lambda: now[0])  # type: ignore[arg-type]

    def left(operation: Operation) -> int | None:
        return next((b.left for b in throttle.budget() if b.operation == operation), None)

    if pace == "off":
        assert throttle.budget() == ()
        return
    assert left(Operation.GET_CHARGE) == 5
    throttle.acquire(Operation.GET_CHARGE, urgent=False)
    throttle.acquire(Operation.GET_CHARGE, urgent=True)
    assert (left(Operation.GET_CHARGE), left(Operation.CAPTURE)) == (3, 2)
    now[0] += 1.0
    assert left(Operation.GET_CHARGE) == 4
    throttle.throttled(30.0)
    assert left(Operation.CAPTURE) == 0
