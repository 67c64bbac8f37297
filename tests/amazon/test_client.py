"""Every way an attempt can end, and what it proves (safety contract, end of an attempt)."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.amazon.bodies import CHARGE, PERMISSION, REFUND, changed, encoded
from tests.amazon.conftest import NOW, Handled, Settings

from azpay_tui.amazon.errors import HELD_BACK, KEY_UNUSABLE
from azpay_tui.amazon.gateway import Gateway
from azpay_tui.amazon.v2 import V2Gateway, build
from azpay_tui.amazon.v2.client import base_path
from azpay_tui.domain.attempt import Answer, classify
from azpay_tui.domain.intent import Prepared, Verb, Wish
from azpay_tui.domain.money import EXPONENTS, Money
from azpay_tui.domain.order import Charge
from azpay_tui.paths import ConfigError

ORDER, CHARGE_ID, REFUND_ID = "S01-4821907-5530172", CHARGE["chargeId"], REFUND["refundId"]
KEY = "0123456789abcdef0123456789abcdef"
CAPTURE = Wish(Verb.CAPTURE, ORDER, CHARGE_ID, Money(5000, "USD"))
VOID = Wish(Verb.VOID, ORDER, CHARGE_ID)
GatewayTo = Callable[..., V2Gateway]


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error

    return handle


def answering(status: int, body: object = None, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    content = body if isinstance(body, bytes) else b"" if body is None else encoded(body)

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status, content=content, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return handle


class Cut(httpx.SyncByteStream):
    """A body that breaks off."""

    def __init__(self, part: bytes, error: Exception) -> None:
        self._part, self._error = part, error

    def __iter__(self):
        yield self._part
        raise self._error


def refusal(code: str | None) -> dict[str, object]:
    return {"reasonCode": code, "message": "What Amazon says about it."}


def send(gateway: V2Gateway, wish: Wish = CAPTURE) -> Answer:
    key = KEY if wish.verb in (Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND) else None
    return gateway.send(gateway.prepare(wish), key)


# --- provably never left


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("[Errno 111] Connection refused"),
        httpx.ConnectError("[Errno -2] Name or service not known"),
        httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"),
        httpx.ConnectTimeout("timed out"),
        httpx.PoolTimeout("timed out"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("wish", [CAPTURE, VOID], ids=["post", "delete"])
def test_no_connection_is_unsent(gateway_to: GatewayTo, error: Exception, wish: Wish) -> None:
    answer = send(gateway_to(raising(error)), wish)
    assert (answer.kind, answer.status, answer.reason_code) == ("unsent", None, None)
    assert "Nothing was sent" in answer.message
    assert classify(wish, answer, 1).state == "unsent"
    read = gateway_to(raising(error)).read(CHARGE_ID)
    assert read.kind == "unsent"


def test_unusable_key_is_unsent_and_says_the_remedy(gateway_to: GatewayTo, tmp_path: Path) -> None:
    sent: list[httpx.Request] = []
    gateway = gateway_to(lambda request: sent.append(request) or httpx.Response(200), private_key_file=tmp_path / "no")
    for answer in (send(gateway), gateway.read(CHARGE_ID)):
        assert (answer.kind, answer.reason_code) == ("unsent", KEY_UNUSABLE)
        assert "no" in answer.message
    assert sent == []


def test_key_is_loaded_once_and_late(settings: Settings, key_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "key.pem"
    gateway = build(
        replace(settings, private_key_file=copy),
        now=lambda: NOW,
        transport=Handled(answering(200, CHARGE)),
    )
    assert gateway.read(CHARGE_ID).kind == "unsent"
    tmp_path.chmod(0o700)
    copy.write_bytes(key_file.read_bytes())
    copy.chmod(0o600)
    assert gateway.read(CHARGE_ID).fact is not None
    copy.unlink()
    assert gateway.read(CHARGE_ID).fact is not None


def test_closed_gateway_sends_nothing(gateway_to: GatewayTo) -> None:
    sent: list[httpx.Request] = []
    gateway = gateway_to(lambda request: sent.append(request) or httpx.Response(200))
    gateway.close()
    for answer in (send(gateway), gateway.read(CHARGE_ID, urgent=True)):
        assert (answer.kind, answer.reason_code) == ("unsent", HELD_BACK)
    assert sent == []


@pytest.mark.parametrize(
    ("method", "path", "idempotency_key"),
    [
        ("POST", f"/charges/{CHARGE_ID}/capture", None),
        ("POST", f"/charges/{CHARGE_ID}/capture", ""),
        ("POST", f"/charges/{CHARGE_ID}/capture", "k" * 33),
        ("POST", f"/charges/{CHARGE_ID}/capture", "k\r\nx: y"),
        ("POST", f"/charges/{CHARGE_ID}/capture", "k\n"),
        ("DELETE", f"/charges/{CHARGE_ID}/cancel", KEY),
        ("GET", f"/charges/{CHARGE_ID}", None),
        ("PATCH", f"/chargePermissions/{ORDER}", None),
        ("POST", f"/charges/{CHARGE_ID}/capture?x=1", KEY),
        ("POST", f"/charges/{CHARGE_ID}/capture/", KEY),
        ("POST", f"/charges/{ORDER}/capture", KEY),
        ("POST", "/../live/v2/charges", KEY),
        ("POST", "@evil.example/charges", KEY),
        ("POST", "", KEY),
    ],
)
def test_what_was_not_prepared_here_is_not_sent(
    gateway_to: GatewayTo, method: str, path: str, idempotency_key: str | None
) -> None:
    sent: list[httpx.Request] = []
    gateway = gateway_to(lambda request: sent.append(request) or httpx.Response(200))
    answer = gateway.send(Prepared(method, path, b"{}"), idempotency_key)
    assert (answer.kind, sent) == ("unsent", [])


@pytest.mark.parametrize("text", ["", "1001", "S01-4821907-5530172-A000001", "../charges", "S01-4821907-5530172\n"])
def test_what_is_no_id_is_not_asked_for(gateway_to: GatewayTo, text: str) -> None:
    sent: list[httpx.Request] = []
    gateway = gateway_to(lambda request: sent.append(request) or httpx.Response(200))
    assert (gateway.read(text).kind, sent) == ("unsent", [])


# --- left, no whole answer


LOST = [
    httpx.ReadTimeout("timed out"),
    httpx.WriteTimeout("timed out"),
    httpx.ReadError("[Errno 104] Connection reset by peer"),
    httpx.WriteError("[Errno 32] Broken pipe"),
    httpx.CloseError("closed"),
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    httpx.LocalProtocolError("odd"),
    httpx.DecodingError("odd"),
    httpx.NetworkError("odd"),
    httpx.TransportError("odd"),
    OSError(5, "Input/output error"),
    ssl.SSLError(1, "[SSL] alert"),
    UnicodeDecodeError("ascii", b"\xff", 0, 1, "odd"),
    RuntimeError("The stream is closed."),
]


@pytest.mark.parametrize("error", LOST, ids=repr)
@pytest.mark.parametrize("wish", [CAPTURE, VOID], ids=["post", "delete"])
def test_lost_answer_of_a_write_is_unknown_and_sent_once(gateway_to: GatewayTo, error: Exception, wish: Wish) -> None:
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise error

    answer = send(gateway_to(handle), wish)
    assert (answer.kind, answer.status, answer.fact) == ("lost", None, None)
    assert "unknown" in answer.message
    assert len(sent) == 1
    for attempt in (1, 2):
        assert classify(wish, answer, attempt).state == "unknown"


@pytest.mark.parametrize("status", [200, 201, 400, 404, 422, 429, 500])
@pytest.mark.parametrize(
    "error", [httpx.ReadError("reset"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")]
)
def test_cut_body_is_lost_whatever_the_status(gateway_to: GatewayTo, status: int, error: Exception) -> None:
    gateway = gateway_to(lambda request: httpx.Response(status, stream=Cut(b'{"charg', error)))
    answer = send(gateway)
    assert (answer.kind, answer.status, answer.raw) == ("lost", None, b'{"charg')
    assert classify(CAPTURE, answer, 1).state == "unknown"


# --- a whole answer


ANSWERS = [
    (200, changed(CHARGE), "succeeded"),
    (201, changed(CHARGE), "succeeded"),
    (202, changed(CHARGE), "succeeded"),
    (200, changed(CHARGE, statusDetails__state="CaptureInitiated"), "accepted"),
    (200, changed(CHARGE, statusDetails={"state": "Declined", "reasonCode": "AmazonRejected"}), "declined"),
    (200, changed(CHARGE, statusDetails__state="Floating"), "unknown"),
    (200, changed(CHARGE, captureAmount__amount="49.00"), "unknown"),
    (200, changed(CHARGE, chargeId="S01-4821907-5530172-C074311"), "unknown"),
    (200, changed(CHARGE, captureAmount__amount=50), "unknown"),
    (200, b"", "unknown"),
    (204, b"", "unknown"),
    (200, b"<html>", "unknown"),
    (200, encoded(CHARGE)[:100], "unknown"),
    (200, b"{}" + b" " * 2_000_000, "unknown"),
    (301, b"", "unknown"),
    (302, changed(CHARGE), "unknown"),
    (303, b"", "unknown"),
    (307, b"", "unknown"),
    (400, refusal("TransactionAmountExceeded"), "refused"),
    (400, refusal("InvalidParameterValue"), "refused"),
    (401, refusal("UnauthorizedAccess"), "refused"),
    (403, refusal("InvalidRequestSignature"), "refused"),
    (404, refusal("ResourceNotFound"), "refused"),
    (422, refusal("InvalidChargeStatus"), "refused"),
    (422, refusal("AmazonRejected"), "declined"),
    (422, refusal("SoftDeclined"), "declined"),
    (400, refusal("DuplicateIdempotencyKey"), "unknown"),
    (400, refusal("BrandNewCode"), "unknown"),
    (422, refusal(None), "unknown"),
    (400, b"<html>", "unknown"),
    (403, b"", "unknown"),
    (429, refusal("TooManyRequests"), "later"),
    (429, b"", "later"),
    (408, b"", "unknown"),
    (425, b"", "unknown"),
    (500, refusal("InternalServerError"), "unknown"),
    (500, refusal("ProcessingFailure"), "unknown"),
    (502, b"<html>", "unknown"),
    (503, refusal("ServiceUnavailable"), "unknown"),
    (504, b"", "unknown"),
    (599, b"", "unknown"),
]


@pytest.mark.parametrize(("status", "body", "state"), ANSWERS, ids=lambda value: repr(value)[:24])
def test_whole_answer(gateway_to: GatewayTo, status: int, body: object, state: str) -> None:
    sent: list[httpx.Request] = []
    respond = answering(status, body, location="https://pay-api.amazon.com/v2/x", x_amz_pay_request_id="rid-1")

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return respond(request)

    answer = send(gateway_to(handle))
    assert (answer.kind, answer.status, answer.request_id) == ("answered", status, "rid-1")
    assert len(sent) == 1
    assert classify(CAPTURE, answer, 1).state == state
    assert answer.message.endswith(".")
    assert len(answer.raw) <= 64 * 1024
    if isinstance(body, dict) and "reasonCode" in body:
        assert answer.reason_code == body["reasonCode"]
        assert "What Amazon says" in answer.message


def test_no_write_is_ever_repeated_inside(gateway_to: GatewayTo) -> None:
    for status in (401, 403, 404, 408, 425, 429, 500, 502, 503, 504):
        sent: list[httpx.Request] = []
        respond = answering(status, refusal("X"))
        gateway = gateway_to(lambda request, sent=sent, respond=respond: sent.append(request) or respond(request))
        send(gateway)
        assert len(sent) == 1


def test_reads_are_tried_again_only_when_the_connection_broke(gateway_to: GatewayTo) -> None:
    for error, tries in (
        (httpx.ReadError("reset"), 3),
        (httpx.RemoteProtocolError("gone"), 3),
        (httpx.ReadTimeout("slow"), 1),
        (httpx.ConnectError("refused"), 1),
        (httpx.ConnectTimeout("slow"), 1),
    ):
        sent: list[httpx.Request] = []

        def handle(request: httpx.Request, sent=sent, error=error) -> httpx.Response:
            sent.append(request)
            raise error

        assert gateway_to(handle).read(CHARGE_ID).kind in ("lost", "unsent")
        assert len(sent) == tries
    for status in (400, 401, 403, 404, 429, 500, 503):
        sent = []
        respond = answering(status, refusal("X"))
        gateway = gateway_to(lambda request, sent=sent, respond=respond: sent.append(request) or respond(request))
        assert gateway.read(CHARGE_ID).status == status
        assert len(sent) == 1


def test_a_read_that_breaks_once_succeeds(gateway_to: GatewayTo) -> None:
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if len(sent) == 1:
            raise httpx.ReadError("reset")
        return httpx.Response(200, content=encoded(CHARGE))

    answer = gateway_to(handle).read(CHARGE_ID)
    assert isinstance(answer.fact, Charge)
    dates = [request.headers["authorization"] for request in sent]
    assert len(set(dates)) == 2  # each try is signed anew


def test_read_of_another_object_is_no_fact(gateway_to: GatewayTo) -> None:
    answer = gateway_to(answering(200, CHARGE)).read("S01-4821907-5530172-C000001")
    assert (answer.kind, answer.status, answer.fact) == ("answered", 200, None)
    assert "another object" in answer.message


def test_404_of_a_read_is_an_answer(gateway_to: GatewayTo) -> None:
    answer = gateway_to(answering(404, refusal("ResourceNotFound"))).read(ORDER)
    assert (answer.kind, answer.status, answer.reason_code) == ("answered", 404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("object_id", "path", "body"),
    [
        (ORDER, f"/v2/chargePermissions/{ORDER}", PERMISSION),
        (CHARGE_ID, f"/v2/charges/{CHARGE_ID}", CHARGE),
        (REFUND_ID, f"/v2/refunds/{REFUND_ID}", REFUND),
    ],
)
def test_reads(gateway_to: GatewayTo, object_id: str, path: str, body: dict[str, object]) -> None:
    seen: list[httpx.Request] = []
    respond = answering(200, body, date="Thu, 15 Jan 2026 12:35:00 GMT", x_amz_pay_request_id="r" * 500)
    answer = gateway_to(lambda request: seen.append(request) or respond(request)).read(object_id, urgent=True)
    assert answer.fact is not None
    assert answer.fact.id == object_id
    assert answer.raw == encoded(body)
    assert answer.server_date == datetime(2026, 1, 15, 12, 35, tzinfo=UTC)
    assert answer.received_at == NOW
    assert len(answer.request_id or "") == 200
    (request,) = seen
    assert (request.method, request.url.raw_path.decode(), request.read()) == ("GET", path, b"")
    assert request.headers["accept-encoding"] == "identity"
    assert "x-amz-pay-idempotency-key" not in request.headers


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Thu, 99 Jan 2026 12:35:00 GMT",
        "\xff",
        "0",
        "Thu, 15 Jan 99999",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ],
)
def test_odd_dates_are_no_dates(gateway_to: GatewayTo, date: str) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        headers = [(b"date", date.encode("latin-1")), (b"retry-after", date.encode("latin-1"))]
        return httpx.Response(200, content=encoded(CHARGE), headers=headers)

    answer = gateway_to(handle).read(CHARGE_ID)
    assert answer.server_date is None
    assert answer.fact is not None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("Thu, 15 Jan 2026 12:35:56 GMT", 60),
        ("Thu, 15 Jan 2026 12:00:00 GMT", 0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("\u0667", None),
    ],
)
def test_retry_after_in_both_forms(gateway_to: GatewayTo, text: str, seconds: int | None) -> None:
    headers = [("date", "Thu, 15 Jan 2026 12:34:56 GMT"), ("retry-after", text.encode())]
    gateway = gateway_to(lambda request: httpx.Response(429, headers=headers, content=b"{}"))
    answer = send(gateway)
    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))
    assert classify(CAPTURE, answer, 1).state == "later"


def test_a_long_pause_holds_back_the_next_request_unsent(gateway_to: GatewayTo) -> None:
    sent: list[httpx.Request] = []
    respond = answering(429, refusal("TooManyRequests"), retry_after="600")
    gateway = gateway_to(lambda request: sent.append(request) or respond(request))
    assert send(gateway).status == 429
    for answer in (send(gateway), gateway.read(ORDER)):
        assert (answer.kind, answer.reason_code) == ("unsent", HELD_BACK)
        assert answer.retry_after is not None
        assert timedelta(seconds=590) < answer.retry_after <= timedelta(seconds=600)
    assert len(sent) == 1


# --- the requests


WISHES = [
    (
        Wish(Verb.AUTHORIZE, ORDER, ORDER, Money(1400, "USD")),
        "POST",
        "/charges",
        b'{"chargePermissionId":"S01-4821907-5530172","chargeAmount":{"amount":"14.00","currencyCode":"USD"},'
        b'"captureNow":false,"canHandlePendingAuthorization":false}',
    ),
    (
        Wish(Verb.AUTHORIZE, ORDER, ORDER, Money(1400, "JPY"), capture_now=True, pending_allowed=True, note="x"),
        "POST",
        "/charges",
        b'{"chargePermissionId":"S01-4821907-5530172","chargeAmount":{"amount":"1400","currencyCode":"JPY"},'
        b'"captureNow":true,"canHandlePendingAuthorization":true}',
    ),
    (
        CAPTURE,
        "POST",
        f"/charges/{CHARGE_ID}/capture",
        b'{"captureAmount":{"amount":"50.00","currencyCode":"USD"}}',
    ),
    (VOID, "DELETE", f"/charges/{CHARGE_ID}/cancel", b'{"cancellationReason":"Voided by the merchant"}'),
    (
        Wish(Verb.REFUND, ORDER, CHARGE_ID, Money(1, "EUR")),
        "POST",
        "/refunds",
        b'{"chargeId":"S01-4821907-5530172-C074310","refundAmount":{"amount":"0.01","currencyCode":"EUR"}}',
    ),
    (
        Wish(Verb.CANCEL, ORDER, ORDER),
        "DELETE",
        f"/chargePermissions/{ORDER}/close",
        b'{"closureReason":"Canceled by the merchant","cancelPendingCharges":true}',
    ),
    (
        Wish(Verb.CLOSE, ORDER, ORDER),
        "DELETE",
        f"/chargePermissions/{ORDER}/close",
        b'{"closureReason":"Closed by the merchant","cancelPendingCharges":false}',
    ),
]


@pytest.mark.parametrize(("wish", "method", "path", "body"), WISHES, ids=lambda value: getattr(value, "verb", None))
def test_requests_are_these_bytes(gateway_to: GatewayTo, wish: Wish, method: str, path: str, body: bytes) -> None:
    seen: list[httpx.Request] = []
    gateway = gateway_to(lambda request: seen.append(request) or httpx.Response(500))
    prepared = gateway.prepare(wish)
    assert prepared == Prepared(method, path, body)
    assert gateway.prepare(replace(wish, note="another note")) == prepared
    send(gateway, wish)
    (request,) = seen
    assert (request.method, request.url.raw_path.decode(), request.read()) == (method, "/v2" + path, body)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-amz-pay-host"] == "127.0.0.1"
    assert request.headers["x-amz-pay-region"] == "na"
    assert request.headers.get("x-amz-pay-idempotency-key") == (KEY if method == "POST" else None)
    signed = request.headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    assert ("x-amz-pay-idempotency-key" in signed) == (method == "POST")


@given(minor=st.integers(1, 10**11), currency=st.sampled_from(sorted(EXPONENTS)))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_amounts_leave_as_plain_decimals(gateway_to: GatewayTo, minor: int, currency: str) -> None:
    body = gateway_to(answering(500)).prepare(Wish(Verb.CAPTURE, ORDER, CHARGE_ID, Money(minor, currency))).body
    text = body.decode().split('"amount":"')[1].split('"')[0]
    decimals = EXPONENTS[currency]
    assert text.isascii()
    assert int(text.replace(".", "")) == minor
    assert len(text.partition(".")[2]) == decimals


@pytest.mark.parametrize(
    "wish",
    [
        Wish(Verb.REFRESH, ORDER, ORDER),
        Wish(Verb.CAPTURE, ORDER, CHARGE_ID),
        Wish(Verb.CAPTURE, ORDER, CHARGE_ID, Money(0, "USD")),
        Wish(Verb.CAPTURE, ORDER, CHARGE_ID, Money(-1, "USD")),
        Wish(Verb.CAPTURE, ORDER, CHARGE_ID, Money(1, "KWD", 3)),
        Wish(Verb.CAPTURE, ORDER, ORDER, Money(1, "USD")),
        Wish(Verb.AUTHORIZE, ORDER, CHARGE_ID, Money(1, "USD")),
        Wish(Verb.REFUND, ORDER, REFUND_ID, Money(1, "USD")),
        Wish(Verb.VOID, ORDER, "../" + CHARGE_ID),
        Wish(Verb.CLOSE, ORDER, CHARGE_ID),
    ],
    ids=str,
)
def test_a_wish_no_request_can_express_is_refused(gateway_to: GatewayTo, wish: Wish) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        gateway_to(answering(500)).prepare(wish)


# --- where it goes


@pytest.mark.parametrize(
    ("key_id", "environment", "base"),
    [
        ("SANDBOX-A", "sandbox", "/v2"),
        ("sandbox-a", "simulator", "/v2"),
        ("LIVE-A", "live", "/v2"),
        ("AHEXAMPLE", "sandbox", "/sandbox/v2"),
        ("AHEXAMPLE", "simulator", "/sandbox/v2"),
        ("AHEXAMPLE", "live", "/live/v2"),
    ],
)
def test_both_url_forms(key_id: str, environment: str, base: str) -> None:
    assert base_path(key_id, environment) == base


@pytest.mark.parametrize(
    ("environment", "region", "key_id", "url"),
    [
        ("sandbox", "eu", "SANDBOX-A", "https://pay-api.amazon.eu/v2/charges/"),
        ("live", "jp", "AHX", "https://pay-api.amazon.jp/live/v2/charges/"),
        ("live", "na", "LIVE-A", "https://pay-api.amazon.com/v2/charges/"),
    ],
)
def test_real_environments(gateway_to: GatewayTo, environment: str, region: str, key_id: str, url: str) -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, content=encoded(CHARGE))

    gateway = gateway_to(handle, environment=environment, region=region, public_key_id=key_id, url=None)
    assert gateway.read(CHARGE_ID).fact is not None
    assert seen == [url + CHARGE_ID]


@pytest.mark.parametrize(
    ("environment", "key_id", "url"),
    [
        ("sandbox", "LIVE-A", None),
        ("simulator", "live-a", "http://127.0.0.1:1"),
        ("live", "SANDBOX-A", None),
        ("live", "LIVE-A", "https://pay-api.amazon.com"),
        ("simulator", "SANDBOX-A", "https://pay-api.amazon.com"),
        ("simulator", "SANDBOX-A", None),
    ],
)
def test_key_host_and_environment_belong_together(
    settings: Settings, environment: str, key_id: str, url: str | None
) -> None:
    with pytest.raises(ConfigError):
        build(replace(settings, environment=environment, public_key_id=key_id, url=url), now=lambda: NOW)


def test_it_is_a_gateway(gateway_to: GatewayTo) -> None:
    gateway: Gateway = gateway_to(answering(500))
    gateway.close()
    gateway.close()
