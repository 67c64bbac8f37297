"""Which operation a request asks for, and what can be said of it before it is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from azpay_tui.simulator.amounts import EXPONENTS, format_amount, parse_amount
from azpay_tui.simulator.model import permission_id_of
from azpay_tui.simulator.wire import JsonError, JsonValue, Number, Request, parse_json

Operation = Literal[
    "authorize", "capture", "void", "refund", "cancel", "close", "get-permission", "get-charge", "get-refund",
    "update-permission", "track-delivery", "create-session", "get-session", "update-session", "complete-session",
    "finalize-session", "get-buyer", "get-reports", "create-report", "get-report", "get-report-document",
    "get-report-schedules", "create-report-schedule", "get-report-schedule", "cancel-report-schedule",
    "get-disbursements", "other",
]  # fmt: skip
MATCHABLE: Final = tuple(word for word in get_args(Operation) if word != "other")
#: Operations that the ledger names; every other write request is written down as ``other``.
LEDGER_WORDS: Final = frozenset({"authorize", "capture", "void", "refund", "cancel", "close"})


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: method, path after ``/v2``, the name Amazon's guide gives it, and what it does with a key.

    ``key``: an idempotency key is needed, is honoured when there is one, or has no effect.
    """

    operation: Operation
    method: str
    path: str
    title: str
    key: Literal["needed", "honoured", "no effect"] = "no effect"


ROUTES: Final = (
    Route("get-permission", "GET", "/chargePermissions/{id}", "Get Charge Permission"),
    Route("update-permission", "PATCH", "/chargePermissions/{id}", "Update Charge Permission"),
    Route("close", "DELETE", "/chargePermissions/{id}/close", "Close Charge Permission"),
    Route("authorize", "POST", "/charges", "Create Charge", "needed"),
    Route("get-charge", "GET", "/charges/{id}", "Get Charge"),
    Route("capture", "POST", "/charges/{id}/capture", "Capture Charge", "needed"),
    Route("void", "DELETE", "/charges/{id}/cancel", "Cancel Charge"),
    Route("refund", "POST", "/refunds", "Create Refund", "needed"),
    Route("get-refund", "GET", "/refunds/{id}", "Get Refund"),
    Route("create-session", "POST", "/checkoutSessions", "Create Checkout Session", "needed"),
    Route("get-session", "GET", "/checkoutSessions/{id}", "Get Checkout Session"),
    Route("update-session", "PATCH", "/checkoutSessions/{id}", "Update Checkout Session"),
    Route("complete-session", "POST", "/checkoutSessions/{id}/complete", "Complete Checkout Session", "honoured"),
    Route("finalize-session", "POST", "/checkoutSessions/{id}/finalize", "Finalize Checkout Session", "honoured"),
    Route("get-buyer", "GET", "/buyers/{id}", "Get Buyer"),
    Route("get-reports", "GET", "/reports", "Get Reports"),
    Route("create-report", "POST", "/reports", "Create Report", "needed"),
    Route("get-report", "GET", "/reports/{id}", "Get Report By Id"),
    Route("get-report-document", "GET", "/report-documents/{id}", "Get Report Document"),
    Route("get-report-schedules", "GET", "/report-schedules", "Get Report Schedules"),
    Route("create-report-schedule", "POST", "/report-schedules", "Create Report Schedule", "needed"),
    Route("get-report-schedule", "GET", "/report-schedules/{id}", "Get Report Schedule By Id"),
    Route("cancel-report-schedule", "DELETE", "/report-schedules/{id}", "Cancel Report Schedule"),
    Route("get-disbursements", "GET", "/disbursements", "Get Disbursements"),
    Route("track-delivery", "POST", "/deliveryTrackers", "Create Delivery Tracker", "honoured"),
)
#: Operations that a key for the live environment may use here: there are no orders in it.
LIVE_TOO: Final = frozenset(route.operation for route in ROUTES if route.path.startswith(("/report", "/disbursements")))
#: What Amazon Pay has for partners or apart from checkout, and no merchant of the simulator may use.
_NOT_OFFERED: Final = re.compile(
    r"/(?:merchantAccounts|disputes|files|authorizationTokens|in-store)(?:/.*)?|PATCH /charges/[^/]+", re.ASCII
)

_PREFIX: Final = re.compile(r"(?:/(sandbox|live))?/v2(/.*)", re.ASCII)
_ID: Final = r"([A-Za-z0-9._-]{1,128})"
_PERMISSION: Final = re.compile(r"[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}", re.ASCII)
_PRICES: Final = {
    "authorize": "chargeAmount",
    "capture": "captureAmount",
    "refund": "refundAmount",
    "complete-session": "chargeAmount",
}
#: Operations whose target is named in the body, and by which fields.
_NAMED_IN_BODY: Final = {
    "authorize": ("chargePermissionId",),
    "refund": ("chargeId",),
    "track-delivery": ("chargePermissionId", "amazonOrderReferenceId"),
}


def _compiled() -> tuple[tuple[re.Pattern[str], dict[str, Route]], ...]:
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    return tuple((re.compile(path.replace("{id}", _ID), re.ASCII), methods) for path, methods in by_path.items())


_TABLE: Final = _compiled()


@dataclass(frozen=True, slots=True)
class Call:
    """One request, recognised: nothing in it is validated yet.

    ``target`` is the object acted on: the permission (authorize, cancel, close), the charge (capture, void, refund)
    or the object read. ``known_path`` tells a wrong method from a wrong path, ``offered`` is false for what Amazon
    Pay has but not for this merchant. ``key`` is what an idempotency key does.
    """

    operation: Operation
    path: str
    segment: str | None
    target: str | None
    amount: str | None
    currency: str | None
    capture_now: bool
    known_path: bool
    offered: bool
    key: Literal["needed", "honoured", "no effect"]

    @property
    def permission_id(self) -> str | None:
        """The permission everything hangs on, when the target looks like an id."""
        return permission_id_of(self.target) if self.target and _PERMISSION.match(self.target) else None

    @property
    def created(self) -> bool:
        """Whether the request makes an object, so that its target is another one."""
        return self.operation in ("authorize", "refund", "create-session", "create-report", "create-report-schedule")


def recognise(request: Request) -> Call:
    """Name the operation of a request on Amazon's paths; never raises."""
    match = _PREFIX.fullmatch(request.path)
    segment, rest = (match.group(1), match.group(2)) if match else (None, request.path)
    path = rest.rstrip("/") or "/"
    route: Route | None = None
    target: str | None = None
    known = False
    for pattern, methods in _TABLE if match else ():
        found = pattern.fullmatch(path)
        if found is not None:
            known = True
            route = methods.get(request.method)
            target = found.group(1) if pattern.groups else None
            break
    offered = not match or not any(_NOT_OFFERED.fullmatch(text) for text in (path, f"{request.method} {path}"))
    operation: Operation = route.operation if route else "other"
    body = {} if operation == "other" or request.method == "GET" else _loose(request.body)
    if operation == "close" and body.get("cancelPendingCharges") is True:
        operation = "cancel"
    for name in _NAMED_IN_BODY.get(operation, ()):
        named = body.get(name)
        target = target or (named[:64] if isinstance(named, str) else None)
    amount, currency = _loose_price(body.get(_PRICES.get(operation, "")))
    now = operation == "authorize" and body.get("captureNow") is True
    key = route.key if route else "no effect"
    return Call(operation, path, segment, target, amount, currency, now, known, offered, key)


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
