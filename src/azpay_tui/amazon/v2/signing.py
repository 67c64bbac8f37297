"""Request signatures of API v2 (signing guide): pure, no clock and no file of its own.

`canonical_request` and `string_to_sign` are byte for byte what Amazon rebuilds from the request; the salt length is
not transmitted, it follows from the algorithm's name.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from azpay_tui.amazon.errors import UnsignedError
from azpay_tui.paths import ConfigError


@dataclass(frozen=True, slots=True)
class Algorithm:
    """RSASSA-PSS with SHA-256 and MGF1-SHA-256 under one of Amazon's two names."""

    name: str
    salt_length: int

    def scheme(self) -> padding.PSS:
        """Return the padding."""
        return padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=self.salt_length)


PSS: Final = Algorithm("AMZN-PAY-RSASSA-PSS", 20)
PSS_V2: Final = Algorithm("AMZN-PAY-RSASSA-PSS-V2", 32)

SIGNED: Final = (
    "accept",
    "content-type",
    "x-amz-pay-date",
    "x-amz-pay-host",
    "x-amz-pay-idempotency-key",
    "x-amz-pay-region",
)
"""Headers that are signed when the request has them; the rest is left out, as most official clients do."""


def canonical_request(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return the text whose hash is signed: path and query as they go over the wire, all of `headers` signed."""
    lower = sorted((name.lower(), value) for name, value in headers.items())
    lines = "".join(f"{name}:{value}\n" for name, value in lower)
    names = ";".join(name for name, _ in lower)
    return f"{method}\n{path}\n{query}\n{lines}\n{names}\n{sha256(body).hexdigest()}"


def string_to_sign(algorithm: Algorithm, text: str) -> str:
    """Return what is signed for a canonical request, or for the payload of a checkout button."""
    return f"{algorithm.name}\n{sha256(text.encode()).hexdigest()}"


def sign(key: RSAPrivateKey, algorithm: Algorithm, text: str) -> str:
    """Return the signature of a string to sign, base64; differs each time because its salt is random."""
    return base64.b64encode(key.sign(text.encode(), algorithm.scheme(), hashes.SHA256())).decode("ascii")


def authorization(algorithm: Algorithm, key_id: str, names: str, signature: str) -> str:
    """Return the value of the authorization header."""
    return f"{algorithm.name} PublicKeyId={key_id}, SignedHeaders={names}, Signature={signature}"


class Signature(httpx.Auth):
    """Dates and signs each request as it leaves.

    `key` is asked at each signature and may load the key then; `now` is Amazon's time, UTC; headers named in `also`
    are signed like the usual ones. Raises `UnsignedError`
    before anything leaves when the key cannot be used.
    """

    requires_request_body = True

    def __init__(
        self,
        *,
        key_id: str,
        key: Callable[[], RSAPrivateKey],
        host: str,
        region: str,
        now: Callable[[], datetime],
        algorithm: Algorithm = PSS_V2,
        also: tuple[str, ...] = (),
    ) -> None:
        self._key_id = key_id
        self._key = key
        self._host = host
        self._region = region
        self._now = now
        self._algorithm = algorithm
        self._signed = (*SIGNED, *also)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add date, host, region and signature to the request."""
        request.headers["x-amz-pay-date"] = self._now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        request.headers["x-amz-pay-host"] = self._host
        request.headers["x-amz-pay-region"] = self._region
        headers = {name: request.headers[name] for name in self._signed if name in request.headers}
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        text = string_to_sign(self._algorithm, canonical_request(request.method, path, query, headers, request.content))
        try:
            signature = sign(self._key(), self._algorithm, text)
        except ConfigError as error:
            raise UnsignedError(str(error)) from error
        except (ValueError, UnsupportedAlgorithm):
            # "from None": no error of the library, which has seen the key, may reach a log.
            raise UnsignedError("The private key cannot sign: use the RSA key of 2048 bits or more.") from None
        request.headers["authorization"] = authorization(
            self._algorithm, self._key_id, ";".join(sorted(headers)), signature
        )
        yield request
