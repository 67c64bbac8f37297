"""The verifier: every recorded request of the official SDK, and everything that must not pass."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from tests.simulator.signer import KEY_ID, PLAIN_KEY_ID, World, body, reason, sign

from azpay_tui.simulator import signature
from azpay_tui.simulator.core import Request, Simulator
from azpay_tui.simulator.wire import ApiError

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "v2-signing.json").read_text("utf-8"))
MOMENT = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)
UNKNOWN_CHARGE = "/v2/charges/S01-0000000-0000000-C000000"


def public_key() -> RSAPublicKey:
    key = load_pem_public_key(VECTORS["publicKeyPem"].encode())
    assert isinstance(key, RSAPublicKey)
    return key


def recorded(vector: dict[str, Any]) -> Request:
    inputs = vector["inputs"]
    url = urlsplit(inputs["url"])
    data = (inputs.get("body") or "").encode()
    return Request(inputs["method"], url.path, url.query, tuple(vector["requestHeaders"].items()), data)


@pytest.mark.parametrize("vector", VECTORS["requests"], ids=lambda vector: vector["name"])
def test_recorded_requests_verify_with_their_salt_only(vector: dict[str, Any]) -> None:
    request, key, key_id = recorded(vector), public_key(), vector["inputs"]["publicKeyId"]
    assert signature.verify(request, {key_id: key}, MOMENT) == key_id
    authorization = signature.parse_authorization(request.header("authorization") or "")
    assert authorization is not None
    text = signature.string_to_sign(request, authorization)
    assert text is not None
    assert text == vector["stringToSign"]
    salt = vector["saltLength"]
    assert signature.signature_fits(key, salt, text, authorization.signature)
    assert not signature.signature_fits(key, 52 - salt, text, authorization.signature)


@pytest.mark.parametrize("vector", VECTORS["requests"], ids=lambda vector: vector["name"])
def test_any_changed_part_of_a_recorded_request_is_refused(vector: dict[str, Any]) -> None:
    request, keys = recorded(vector), {vector["inputs"]["publicKeyId"]: public_key()}
    changed = [
        replace(request, body=request.body + b" "),
        replace(request, path=request.path + "/"),
        replace(request, query=request.query + "&a=b"),
        replace(request, method="PUT"),
        replace(request, headers=tuple((k, v.replace("pay-api", "x")) for k, v in request.headers)),
    ]
    for wrong in changed:
        with pytest.raises(ApiError) as caught:
            signature.verify(wrong, keys, MOMENT)
        assert (caught.value.status, caught.value.reason) == (403, "InvalidRequestSignature")


@pytest.mark.parametrize("algorithm", ["AMZN-PAY-RSASSA-PSS", "AMZN-PAY-RSASSA-PSS-V2"])
@pytest.mark.parametrize("date_form", ["%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ"])
def test_both_algorithms_and_both_date_forms(world: World, algorithm: str, date_form: str) -> None:
    response = world.send("GET", UNKNOWN_CHARGE, algorithm=algorithm, date_form=date_form)
    assert reason(response, 404) == "ResourceNotFound"


@pytest.mark.parametrize(("algorithm", "salt"), [("AMZN-PAY-RSASSA-PSS", 32), ("AMZN-PAY-RSASSA-PSS-V2", 20)])
def test_the_other_salt_length_is_refused(world: World, algorithm: str, salt: int) -> None:
    assert reason(world.send("GET", UNKNOWN_CHARGE, algorithm=algorithm, salt=salt), 403) == "InvalidRequestSignature"


def test_url_form_follows_the_kind_of_key(world: World) -> None:
    made = world.order("open")
    tail = f"/v2/chargePermissions/{made.permission}"
    assert body(world.send("GET", tail), 200)
    assert body(world.send("GET", f"{tail}/"), 200)
    assert body(world.send("GET", f"/sandbox{tail}", key_id=PLAIN_KEY_ID), 200)
    assert reason(world.send("GET", f"/live{tail}", key_id=PLAIN_KEY_ID), 404) == "ResourceNotFound"
    assert reason(world.send("GET", f"/sandbox{tail}"), 400) == "InvalidRequest"
    assert reason(world.send("GET", tail, key_id=PLAIN_KEY_ID), 400) == "InvalidRequest"


def test_live_keys_see_no_sandbox_object_and_may_not_simulate(world: World) -> None:
    simulator = Simulator({"LIVE-KEY": world.simulator.keys[KEY_ID]}, base=lambda: MOMENT)
    live = World(simulator)
    made = live.order("open")
    assert reason(live.send("GET", f"/v2/chargePermissions/{made.permission}", key_id="LIVE-KEY"), 404)
    refused = live.send("GET", UNKNOWN_CHARGE, key_id="LIVE-KEY", code="SoftDeclined")
    assert reason(refused, 400) == "InvalidSandboxSimulationSpecified"


@pytest.mark.parametrize("seconds", [301, -301])
def test_dates_more_than_five_minutes_off_are_refused(world: World, seconds: int) -> None:
    late = timedelta(seconds=seconds)
    assert reason(world.send("GET", UNKNOWN_CHARGE, late=late), 403) == "InvalidRequestSignature"
    nearly = timedelta(seconds=seconds - (1 if seconds > 0 else -1))
    assert reason(world.send("GET", UNKNOWN_CHARGE, late=nearly), 404) == "ResourceNotFound"


def test_unknown_and_foreign_keys_are_refused(world: World) -> None:
    assert reason(world.send("GET", UNKNOWN_CHARGE, key_id="SANDBOX-OTHER"), 401) == "UnauthorizedAccess"
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert reason(world.send("GET", UNKNOWN_CHARGE, private=foreign), 403) == "InvalidRequestSignature"


def test_the_order_and_case_of_signed_headers_count_as_received(world: World) -> None:
    headers = sign("GET", UNKNOWN_CHARGE, b"", MOMENT, extra={"User-Agent": "sdk/1 (a; b)"})
    assert reason(world.simulator.handle(Request("GET", UNKNOWN_CHARGE, "", tuple(headers[::-1]))), 404)


def test_simulation_code_may_be_signed_or_not(world: World) -> None:
    made = world.order("open")
    price = {"amount": "1.00", "currencyCode": "USD"}
    wish = {"chargePermissionId": made.permission, "chargeAmount": price}
    unsigned = world.send("POST", "/v2/charges", wish, unsigned={"x-amz-pay-simulation-code": "SoftDeclined"})
    assert reason(unsigned, 422) == "SoftDeclined"
    assert reason(world.send("POST", "/v2/charges", wish, code="SoftDeclined"), 422) == "SoftDeclined"


@pytest.mark.parametrize(
    ("drop", "change", "expected"),
    [
        ("authorization", None, (400, "MissingHeader")),
        ("x-amz-pay-date", None, (400, "MissingHeader")),
        ("x-amz-pay-host", None, (400, "MissingHeader")),
        ("x-amz-pay-region", "us", (400, "InvalidHeaderValue")),
        ("x-amz-pay-region", "", (400, "MissingHeaderValue")),
        ("x-amz-pay-date", "yesterday", (400, "InvalidHeaderValue")),
        ("authorization", "", (400, "MissingHeaderValue")),
        ("authorization", "Basic eDp5", (400, "InvalidHeaderValue")),
        ("authorization", "AMZN-PAY-RSASSA-PSS-V3 PublicKeyId=a, SignedHeaders=b, Signature=YQ==", (400, None)),
        ("accept", None, (403, "InvalidRequestSignature")),
    ],
)
def test_broken_headers(world: World, drop: str, change: str | None, expected: tuple[int, str | None]) -> None:
    headers = [pair for pair in sign("GET", UNKNOWN_CHARGE, b"", MOMENT) if pair[0] != drop]
    if change is not None:
        headers.append((drop, change))
    response = world.simulator.handle(Request("GET", UNKNOWN_CHARGE, "", tuple(headers)))
    code = reason(response, expected[0])
    assert code == expected[1] or expected[1] is None


def test_date_host_and_region_have_to_be_signed(world: World) -> None:
    headers = dict(sign("GET", UNKNOWN_CHARGE, b"", MOMENT))
    headers["authorization"] = headers["authorization"].replace(";x-amz-pay-region", "")
    response = world.simulator.handle(Request("GET", UNKNOWN_CHARGE, "", tuple(headers.items())))
    assert reason(response, 403) == "InvalidRequestSignature"
    headers["authorization"] = headers["authorization"].replace(KEY_ID, "SANDBOX-OTHER")
    response = world.simulator.handle(Request("GET", UNKNOWN_CHARGE, "", tuple(headers.items())))
    assert reason(response, 401) == "UnauthorizedAccess"


def test_a_refused_signature_says_what_to_compare(world: World) -> None:
    late = body(world.send("GET", UNKNOWN_CHARGE, late=timedelta(hours=1)), 403)
    assert late["message"].endswith("it is [20260115T123456Z] here.")
    salted = body(world.send("GET", UNKNOWN_CHARGE, salt=20), 403)
    assert salted["message"] == "The signature has a salt of 20 bytes; [AMZN-PAY-RSASSA-PSS-V2] takes 32."
    headers = tuple(sign("GET", UNKNOWN_CHARGE, b"", MOMENT))
    lines = "".join(f"{name}:{value}\n" for name, value in headers[:-1])
    names = ";".join(name for name, _ in headers[:-1])
    request = f"POST\n{UNKNOWN_CHARGE}\n\n{lines}\n{names}\n{sha256(b'').hexdigest()}"
    answer = body(world.simulator.handle(Request("POST", UNKNOWN_CHARGE, "", headers)), 403)
    text = f"AMZN-PAY-RSASSA-PSS-V2\n{sha256(request.encode()).hexdigest()}"
    assert answer["message"].endswith(f"The string to sign is [{text}].")


def test_the_query_counts_raw(world: World) -> None:
    response = world.send("GET", UNKNOWN_CHARGE, query="a=b%2Cc&d='e'")
    assert reason(response, 404) == "ResourceNotFound"


def test_skewed_clock_is_the_one_that_judges_dates(world: World) -> None:
    world.sim("PATCH", "settings", {"clock_skew_seconds": 3600})
    stale = sign("GET", UNKNOWN_CHARGE, b"", MOMENT)
    response = world.simulator.handle(Request("GET", UNKNOWN_CHARGE, "", tuple(stale)))
    assert reason(response, 403) == "InvalidRequestSignature"
    assert reason(world.send("GET", UNKNOWN_CHARGE), 404) == "ResourceNotFound"
