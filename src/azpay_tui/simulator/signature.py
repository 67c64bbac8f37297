"""Verification of request signatures, written from Amazon's signing guide and shared with no client."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from azpay_tui.simulator.wire import ApiError, Request, compact, parse_pay_date

#: The salt length is not transmitted; it follows from the algorithm's name.
SALT_LENGTHS: Final = {"AMZN-PAY-RSASSA-PSS": 20, "AMZN-PAY-RSASSA-PSS-V2": 32}
MAX_SKEW: Final = timedelta(minutes=5)
REGIONS: Final = ("na", "eu", "jp")
_MUST_BE_SIGNED: Final = ("x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-region")
_CODE: Final = "x-amz-pay-simulation-code"
_AUTHORIZATION = re.compile(
    r"(?P<algorithm>[A-Z0-9-]+) PublicKeyId=(?P<key>[^\s,]+), ?SignedHeaders=(?P<names>[^\s,]+), ?"
    r"Signature=(?P<sig>\S+)",
    re.ASCII,
)

Environment = Literal["sandbox", "live"]


@dataclass(frozen=True, slots=True)
class Authorization:
    """The parts of an authorization header."""

    algorithm: str
    key_id: str
    signed_headers: str
    signature: bytes


def parse_authorization(text: str) -> Authorization | None:
    """Take an authorization header apart; None when it does not have Amazon's form."""
    match = _AUTHORIZATION.fullmatch(text.strip())
    if match is None:
        return None
    try:
        signature = base64.b64decode(match["sig"], validate=True)
    except binascii.Error:
        return None
    return Authorization(match["algorithm"], match["key"], match["names"], signature)


def string_to_sign(request: Request, authorization: Authorization, *, collapse: bool = False) -> str | None:
    """What the client has to have signed, built from the raw request; None when a signed header was not sent.

    The list of signed headers counts as received. ``collapse`` trims white space in values as some SDKs do.
    """
    lines: list[str] = []
    for name in authorization.signed_headers.split(";"):
        value = request.header(name.lower())
        if value is None:
            return None
        lines.append(f"{name.lower()}:{' '.join(value.split()) if collapse else value}\n")
    canonical = "\n".join(
        (
            request.method,
            request.path,
            request.query,
            "".join(lines),
            authorization.signed_headers,
            sha256(request.body).hexdigest(),
        )
    )
    return f"{authorization.algorithm}\n{sha256(canonical.encode()).hexdigest()}"


def signature_fits(key: RSAPublicKey, salt_length: int, text: str, signature: bytes) -> bool:
    """Whether the RSA-PSS signature (SHA-256, MGF1 with SHA-256) is the key's, with exactly this salt length."""
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=salt_length)
    try:
        key.verify(signature, text.encode(), scheme, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def verify(request: Request, keys: Mapping[str, RSAPublicKey], now: datetime, window: timedelta = MAX_SKEW) -> str:
    """Check headers, date (within ``window`` of ``now``, UTC) and signature; answer the key id.

    Raises ApiError as Amazon's guide names them: 400 for headers, 401 for an unknown key, 403 for the signature.
    """
    header = request.header("authorization")
    if header is None:
        raise ApiError(400, "MissingHeader", "The header [authorization] is missing.")
    if not header:
        raise ApiError(400, "MissingHeaderValue", "The header [authorization] has no value.")
    authorization = parse_authorization(header)
    if authorization is None or authorization.algorithm not in SALT_LENGTHS:
        raise ApiError(400, "InvalidHeaderValue", "The value of the header [authorization] is invalid.")
    _check_headers(request)
    key = keys.get(authorization.key_id)
    if key is None:
        raise ApiError(401, "UnauthorizedAccess", "The public key id is not known for this merchant account.")
    signed = authorization.signed_headers.lower().split(";")
    for name in _MUST_BE_SIGNED:
        if name not in signed:
            raise ApiError(403, "InvalidRequestSignature", f"The header [{name}] is not signed.")
    expected = string_to_sign(request, authorization)
    if expected is None:
        raise ApiError(403, "InvalidRequestSignature", "A header named in SignedHeaders was not sent.")
    salt = SALT_LENGTHS[authorization.algorithm]
    collapsed = string_to_sign(request, authorization, collapse=True) or expected
    if not any(signature_fits(key, salt, text, authorization.signature) for text in {expected, collapsed}):
        raise _mismatch(key, salt, expected, authorization)
    date = parse_pay_date(request.header("x-amz-pay-date") or "")
    if date is None or abs(date - now) > window:
        raise ApiError(
            403,
            "InvalidRequestSignature",
            f"The date of the request is more than {window.total_seconds():.0f} s off; it is [{compact(now)}] here.",
        )
    return authorization.key_id


def _mismatch(key: RSAPublicKey, salt: int, expected: str, authorization: Authorization) -> ApiError:
    """The refusal of a signature that does not fit; it tells a wrong salt from a wrong text to sign."""
    for length in SALT_LENGTHS.values():
        if length != salt and signature_fits(key, length, expected, authorization.signature):
            return ApiError(
                403,
                "InvalidRequestSignature",
                f"The signature has a salt of {length} bytes; [{authorization.algorithm}] takes {salt}.",
            )
    return ApiError(
        403, "InvalidRequestSignature", f"The signature does not match. The string to sign is [{expected}]."
    )


def _check_headers(request: Request) -> None:
    for name in _MUST_BE_SIGNED:
        value = request.header(name)
        if value is None:
            raise ApiError(400, "MissingHeader", f"The header [{name}] is missing.")
        if not value:
            raise ApiError(400, "MissingHeaderValue", f"The header [{name}] has no value.")
    if request.header("x-amz-pay-region") not in REGIONS:
        raise ApiError(400, "InvalidHeaderValue", "The value of the header [x-amz-pay-region] is invalid.")
    if parse_pay_date(request.header("x-amz-pay-date") or "") is None:
        raise ApiError(400, "InvalidHeaderValue", "The value of the header [x-amz-pay-date] is invalid.")


def check_code_signed(request: Request, rule: str) -> None:
    """Refuse a simulation code that is not signed (``needed``) or is (``refused``). Raises ApiError."""
    authorization = parse_authorization(request.header("authorization") or "")
    if rule == "either" or authorization is None or request.header(_CODE) is None:
        return
    signed = _CODE in authorization.signed_headers.lower().split(";")
    if rule == "needed" and not signed:
        raise ApiError(403, "InvalidRequestSignature", f"The header [{_CODE}] is not signed.")
    if rule == "refused" and signed:
        raise ApiError(403, "InvalidRequestSignature", f"The header [{_CODE}] must not be signed.")


def environment_of(key_id: str, path_segment: str | None) -> Environment:
    """Sandbox or live: by the prefix of the key, else by the path. Raises ApiError for the other URL form."""
    upper = key_id.upper()
    by_key: Environment | None = None
    if upper.startswith(("SANDBOX", "LIVE")):
        by_key = "live" if upper.startswith("LIVE") else "sandbox"
    if by_key is not None and path_segment is None:
        return by_key
    if by_key is None and path_segment is not None:
        return "sandbox" if path_segment == "sandbox" else "live"
    wanted = "/v2/" if by_key is not None else "/sandbox/v2/ or /live/v2/"
    raise ApiError(400, "InvalidRequest", f"This public key id needs a URL that starts with {wanted}.")
