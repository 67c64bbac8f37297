"""Checkout, reports and parcels over real HTTP: the addresses that the simulator gives out lead back to it."""

from __future__ import annotations

import http.client
import json
import ssl
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.simulator.process import DEADLINE, Server, running

PRICE = {"amount": "20.00", "currencyCode": "USD"}
SESSION = {
    "storeId": "shop",
    "webCheckoutDetails": {
        "checkoutReviewReturnUrl": "https://shop.example/review",
        "checkoutResultReturnUrl": "https://shop.example/done",
    },
    "paymentDetails": {"paymentIntent": "AuthorizeWithCapture", "chargeAmount": PRICE},
}
SETTLEMENT = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
TIMES = {"startTime": "20200101T000000Z", "endTime": "20990101T000000Z"}


@pytest.fixture(scope="module", params=["plain", "tls"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    more = ("--tls",) if request.param == "tls" else ()
    with running(tmp_path_factory.mktemp(request.param), "--orders", "0", *more) as started:
        yield started


def connect(server: Server, url: str) -> http.client.HTTPConnection:
    """A connection to an address, trusting the simulator's own certificate alone."""
    parts = urlsplit(url)
    assert parts.hostname == "127.0.0.1"
    assert url.startswith(server.url)
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=DEADLINE)
    profile = tomllib.loads((server.directory / "config.toml").read_text())["profiles"]["sim"]
    context = ssl.create_default_context(cafile=server.directory / profile["ca_file"])
    return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=DEADLINE, context=context)


def fetch(server: Server, url: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = connect(server, url)
    try:
        parts = urlsplit(url)
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def send(server: Server, method: str, path: str, payload: Any = None, *, key: str | None = None) -> tuple[int, Any]:
    connection = connect(server, server.url)
    try:
        data, headers = server.signed(method, path, payload, key)
        connection.request(method, path, data, {} if path.startswith("/_sim/") else headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    finally:
        connection.close()


def test_from_a_checkout_to_a_settlement(server: Server) -> None:
    status, session = send(server, "POST", "/v2/checkoutSessions/", SESSION, key="s1")
    assert status == 201
    status, headers, _ = fetch(server, session["webCheckoutDetails"]["amazonPayRedirectUrl"])
    assert status == 302
    assert headers["location"] == f"https://shop.example/done?amazonCheckoutSessionId={session['checkoutSessionId']}"
    path = f"/v2/checkoutSessions/{session['checkoutSessionId']}"
    status, done = send(server, "POST", f"{path}/complete/", {"chargeAmount": PRICE})
    assert status == 200
    assert send(server, "GET", path) == (200, done)

    send(server, "PATCH", "/_sim/settings", {"report_seconds": 0})
    status, report = send(server, "POST", "/v2/reports", {"reportType": SETTLEMENT, **TIMES}, key="r1")
    assert status == 201
    _, found = send(server, "GET", f"/v2/reports/{report['reportId']}")
    _, document = send(server, "GET", f"/v2/report-documents/{found['reportDocumentId']}/")
    status, headers, text = fetch(server, document["url"])
    assert (status, headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert f'"{done["chargeId"]}"'.encode() in text
    assert len(headers.get_all("date") or []) == 1

    parcel = {"carrierCode": "DHL", "trackingNumber": "JD01"}
    payload = {"chargePermissionId": done["chargePermissionId"], "deliveryDetails": [parcel]}
    assert send(server, "POST", "/v2/deliveryTrackers", payload)[0] == 200
    assert send(server, "POST", "/v2/deliveryTrackers", payload)[0] == 400


def test_state_is_written_before_the_answer_leaves(tmp_path: Path) -> None:
    options = ("--orders", "0", "--state", tmp_path / "state.db")
    with running(tmp_path / "p", *options) as server:
        session = send(server, "POST", "/v2/checkoutSessions", SESSION, key="s1")[1]
        url = session["webCheckoutDetails"]["amazonPayRedirectUrl"]
        assert fetch(server, url)[0] == 302
        server.process.kill()
    with running(tmp_path / "p", *options) as server:
        assert send(server, "POST", "/v2/checkoutSessions", SESSION, key="s1") == (201, session)
        path = f"/v2/checkoutSessions/{session['checkoutSessionId']}/complete"
        assert send(server, "POST", path, {"chargeAmount": PRICE})[0] == 200
