"""Which operation a request asks for, and what can be said of it before it is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from azpay_tui.simulator.amounts import EXPONENTS, format_amount, parse_amount
from azpay_tui.simulator.model import permission_id_of
from azpay_tui.simulator.wire import JsonError, JsonValue, Number, Request, parse_json

Operation = Literal[
    "authorize", "capture", "void", "refund", "cancel", "close", "get-permission", "get-charge", "get-refund", "other"
]
WRITES: Final = frozenset({"authorize", "capture", "void", "refund", "cancel", "close"})
MATCHABLE: Final = tuple(word for word in get_args(Operation) if word != "other")

_PREFIX = re.compile(r"(?:/(sandbox|live))?/v2(/.*)", re.ASCII)
_ID: Final = r"([A-Za-z0-9-]{1,64})"
_ROUTES: Final[tuple[tuple[re.Pattern[str], dict[str, Operation]], ...]] = (
    (re.compile(rf"/chargePermissions/{_ID}"), {"GET": "get-permission"}),
    (re.compile(rf"/chargePermissions/{_ID}/close"), {"DELETE": "close"}),
    (re.compile(r"/charges()"), {"POST": "authorize"}),
    (re.compile(rf"/charges/{_ID}"), {"GET": "get-charge"}),
    (re.compile(rf"/charges/{_ID}/capture"), {"POST": "capture"}),
    (re.compile(rf"/charges/{_ID}/cancel"), {"DELETE": "void"}),
    (re.compile(r"/refunds()"), {"POST": "refund"}),
    (re.compile(rf"/refunds/{_ID}"), {"GET": "get-refund"}),
)
_PRICES: Final = {"authorize": "chargeAmount", "capture": "captureAmount", "refund": "refundAmount"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request, recognised: nothing in it is validated yet.

    ``target`` is the object acted on: the permission (authorize, cancel, close), the charge (capture, void, refund)
    or the object read. ``known_path`` tells a wrong method from a wrong path.
    """

    operation: Operation
    path: str
    segment: str | None
    target: str | None
    amount: str | None
    currency: str | None
    capture_now: bool
    known_path: bool

    @property
    def permission_id(self) -> str | None:
        """The permission everything hangs on, when the target looks like an id."""
        return permission_id_of(self.target) if self.target else None


def recognise(request: Request) -> Call:
    """Name the operation of a request on Amazon's paths; never raises."""
    match = _PREFIX.fullmatch(request.path)
    segment, rest = (match.group(1), match.group(2)) if match else (None, request.path)
    path = rest.rstrip("/") or "/"
    operation: Operation = "other"
    target: str | None = None
    known = False
    for pattern, methods in _ROUTES if match else ():
        found = pattern.fullmatch(path)
        if found is not None:
            known = True
            operation = methods.get(request.method, "other")
            target = found.group(1) or None
    body = _loose(request.body) if operation in WRITES else {}
    if operation == "close" and body.get("cancelPendingCharges") is True:
        operation = "cancel"
    if operation in ("authorize", "refund"):
        named = body.get("chargePermissionId" if operation == "authorize" else "chargeId")
        target = named[:64] if isinstance(named, str) else None
    amount, currency = _loose_price(body.get(_PRICES.get(operation, "")))
    now = operation == "authorize" and body.get("captureNow") is True
    return Call(operation, path, segment, target, amount, currency, now, known)


def _loose(body: bytes) -> dict[str, JsonValue]:
    try:
        value = parse_json(body)
    except JsonError:
        return {}
    return value if isinstance(value, dict) else {}


def _loose_price(value: JsonValue) -> tuple[str | None, str | None]:
    if not isinstance(value, dict):
        return None, None
    amount, currency = value.get("amount"), value.get("currencyCode")
    text = amount.text if isinstance(amount, Number) else amount
    if not isinstance(text, str) or not isinstance(currency, str) or currency not in EXPONENTS:
        return None, None
    minor = parse_amount(text, currency)
    return (text[:32], currency) if minor is None else (format_amount(minor, currency), currency)
