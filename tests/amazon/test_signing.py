"""Signatures are byte for byte what the vectors of the official SDK say."""

from __future__ import annotations

import base64
import json
import os
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from tests.amazon.conftest import NOW

from azpay_tui.amazon.errors import UnsignedError
from azpay_tui.amazon.v2.signing import (
    PSS,
    PSS_V2,
    Algorithm,
    Signature,
    authorization,
    canonical_request,
    sign,
    string_to_sign,
)
from azpay_tui.paths import ConfigError

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "v2-signing.json").read_bytes())
PUBLIC = load_pem_public_key(VECTORS["publicKeyPem"].encode())
REQUESTS = [pytest.param(vector, id=vector["name"]) for vector in VECTORS["requests"]]
assert len(REQUESTS) == 8


def algorithm_of(vector: dict) -> Algorithm:
    name = vector["stringToSign"].split("\n")[0]
    return next(algorithm for algorithm in (PSS, PSS_V2) if algorithm.name == name)


def verifies(public: rsa.RSAPublicKey, algorithm: Algorithm, signature: str, text: str) -> bool:
    try:
        public.verify(base64.b64decode(signature), text.encode(), algorithm.scheme(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("vector", REQUESTS)
def test_vector_is_rebuilt(vector: dict) -> None:
    inputs, algorithm = vector["inputs"], algorithm_of(vector)
    url = urlsplit(inputs["url"])
    headers = {name: vector["requestHeaders"][name] for name in vector["signedHeaders"].split(";")}
    canonical = canonical_request(inputs["method"], url.path, url.query, headers, (inputs.get("body") or "").encode())
    assert canonical == vector["canonicalRequest"]
    text = string_to_sign(algorithm, canonical)
    assert text == vector["stringToSign"]
    assert algorithm.salt_length == vector["saltLength"]
    signature = vector["oneValidSignature"]
    assert verifies(PUBLIC, algorithm, signature, text)
    assert not verifies(PUBLIC, PSS if algorithm is PSS_V2 else PSS_V2, signature, text)
    header = authorization(algorithm, inputs["publicKeyId"], vector["signedHeaders"], signature)
    assert header == vector["authorizationHeader"]


def test_button_vector_is_rebuilt() -> None:
    button = VECTORS["button"]
    text = string_to_sign(PSS_V2, button["payload"])
    assert text == button["stringToSign"]
    assert verifies(PUBLIC, PSS_V2, button["oneValidSignature"], text)
    assert not verifies(PUBLIC, PSS, button["oneValidSignature"], text)


@pytest.mark.parametrize("algorithm", [PSS, PSS_V2], ids=lambda algorithm: algorithm.name)
def test_own_signature_verifies_with_its_salt_only(algorithm: Algorithm, key: rsa.RSAPrivateKey) -> None:
    signature = sign(key, algorithm, "text")
    other = PSS if algorithm is PSS_V2 else PSS_V2
    assert verifies(key.public_key(), algorithm, signature, "text")
    assert not verifies(key.public_key(), other, signature, "text")
    assert not verifies(key.public_key(), algorithm, signature, "texT")


@pytest.mark.parametrize("vector", REQUESTS)
def test_request_is_signed_as_it_leaves(vector: dict, key: rsa.RSAPrivateKey) -> None:
    """What is signed is what httpx puts on the wire: raw path and query, exact body."""
    inputs = vector["inputs"]
    signature = Signature(key_id="SANDBOX-X", key=lambda: key, host="pay-api.amazon.com", region="na", now=lambda: NOW)
    headers = {"accept": "application/json", "content-type": "application/json", "x-amz-pay-other": "unsigned"}
    if inputs["method"] == "POST":
        headers["x-amz-pay-idempotency-key"] = "k" * 32
    request = httpx.Request(
        inputs["method"], inputs["url"], headers=headers, content=(inputs.get("body") or "").encode()
    )
    next(signature.auth_flow(request))
    name, _, rest = request.headers["authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(", "))
    assert (name, parts["PublicKeyId"]) == (PSS_V2.name, "SANDBOX-X")
    assert "x-amz-pay-other" not in parts["SignedHeaders"]
    path, _, query = request.url.raw_path.decode().partition("?")
    signed = {header: request.headers[header] for header in parts["SignedHeaders"].split(";")}
    assert {"x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-region"} <= signed.keys()
    assert (signed["x-amz-pay-host"], signed["x-amz-pay-region"]) == ("pay-api.amazon.com", "na")
    text = string_to_sign(PSS_V2, canonical_request(inputs["method"], path, query, signed, request.content))
    assert verifies(key.public_key(), PSS_V2, parts["Signature"], text)
    assert parts["SignedHeaders"].split(";") == sorted(signed)


def test_date_is_utc_whatever_the_clock_says(key: rsa.RSAPrivateKey) -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    signature = Signature(key_id="K", key=lambda: key, host="h", region="jp", now=lambda: tokyo)
    request = httpx.Request("GET", "https://pay-api.amazon.jp/v2/charges/X")
    zone = os.environ.get("TZ", "")
    try:
        for local in ("Asia/Tokyo", "UTC"):
            os.environ["TZ"] = local
            time.tzset()
            next(signature.auth_flow(request))
            assert request.headers["x-amz-pay-date"] == "20260115T123456Z"
    finally:
        os.environ["TZ"] = zone
        time.tzset()


def test_unusable_key_signs_nothing() -> None:
    def broken() -> rsa.RSAPrivateKey:
        raise ConfigError("The private key key.pem can be read by others: run chmod 600 key.pem.")

    signature = Signature(key_id="K", key=broken, host="h", region="na", now=lambda: NOW)
    request = httpx.Request("GET", "https://pay-api.amazon.com/v2/charges/X")
    with pytest.raises(UnsignedError, match="chmod 600"):
        next(signature.auth_flow(request))
    assert "authorization" not in request.headers


@pytest.mark.parametrize("error", [ValueError("Digest too big for RSA key"), UnsupportedAlgorithm("no PSS here")])
def test_a_key_that_cannot_sign_says_so_and_takes_no_error_of_the_library_along(
    key: rsa.RSAPrivateKey, error: Exception
) -> None:
    class Weak:
        def sign(self, *_: object) -> bytes:
            raise error

    signature = Signature(key_id="K", key=lambda: cast(rsa.RSAPrivateKey, Weak()), host="h", region="na", now=now)
    request = httpx.Request("GET", "https://pay-api.amazon.com/v2/charges/X")
    with pytest.raises(UnsignedError) as caught:
        next(signature.auth_flow(request))
    assert str(caught.value) == "The private key cannot sign: use the RSA key of 2048 bits or more."
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "authorization" not in request.headers


def now() -> datetime:
    return NOW
