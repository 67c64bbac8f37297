"""The requests of API v2: which path and bytes a wish becomes, and what each path is (API guide, operations).

Bodies are compact JSON with the keys in one order and nothing variable, so that the same wish is the same bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from azpay_tui.amazon.throttle import Operation
from azpay_tui.domain.intent import Prepared, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import CHARGE_ID, PERMISSION_ID, ObjectKind, kind_of

CANCELLATION_REASON: Final = "Voided by the merchant"
CLOSURE_REASON: Final = {Verb.CANCEL: "Canceled by the merchant", Verb.CLOSE: "Closed by the merchant"}
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Route:
    """What a method and path do, and the kind of object they answer with."""

    operation: Operation
    kind: ObjectKind


_PERMISSION, _CHARGE = PERMISSION_ID.pattern, CHARGE_ID.pattern
_WRITES: Final[tuple[tuple[str, str, Route], ...]] = (
    ("POST", "/charges", Route(Operation.CREATE_CHARGE, "charge")),
    ("POST", f"/charges/{_CHARGE}/capture", Route(Operation.CAPTURE, "charge")),
    ("DELETE", f"/charges/{_CHARGE}/cancel", Route(Operation.CANCEL_CHARGE, "charge")),
    ("POST", "/refunds", Route(Operation.CREATE_REFUND, "refund")),
    ("DELETE", f"/chargePermissions/{_PERMISSION}/close", Route(Operation.CLOSE_PERMISSION, "permission")),
)
_READS: Final[dict[ObjectKind, tuple[str, Route]]] = {
    "permission": ("/chargePermissions/", Route(Operation.GET_PERMISSION, "permission")),
    "charge": ("/charges/", Route(Operation.GET_CHARGE, "charge")),
    "refund": ("/refunds/", Route(Operation.GET_REFUND, "refund")),
}


def read_route(object_id: str) -> tuple[str, Route] | None:
    """Return path and route for reading an object, or None when the text is no id."""
    kind = kind_of(object_id)
    if kind is None:
        return None
    base, route = _READS[kind]
    return base + object_id, route


def write_route(prepared: Prepared) -> Route | None:
    """Return what a prepared request does, or None when it is none of this API's."""
    return next(
        (
            route
            for method, path, route in _WRITES
            if method == prepared.method and re.fullmatch(path, prepared.path, re.ASCII) is not None
        ),
        None,
    )


def object_in(path: str) -> str:
    """Return the id in a path, or an empty text when it names none."""
    return next((part for part in path.split("/") if kind_of(part) is not None), "")


def is_key(text: str | None) -> bool:
    """Tell whether this may be an idempotency key (1 to 32 characters); no key at all may be, where none is needed."""
    return text is None or _KEY.fullmatch(text) is not None


def prepare(wish: Wish) -> Prepared:
    """Build the request of a wish: same wish, same bytes.

    Raises ValueError for a wish that no request can express: nothing to send, a wrong kind of target, no amount.
    """
    match wish.verb:
        case Verb.AUTHORIZE:
            body = {
                "chargePermissionId": _target(wish, "permission"),
                "chargeAmount": _price(wish),
                "captureNow": wish.capture_now,
                "canHandlePendingAuthorization": wish.pending_allowed,
            }
            return Prepared("POST", "/charges", _bytes(body))
        case Verb.CAPTURE:
            return Prepared(
                "POST", f"/charges/{_target(wish, 'charge')}/capture", _bytes({"captureAmount": _price(wish)})
            )
        case Verb.VOID:
            return Prepared(
                "DELETE",
                f"/charges/{_target(wish, 'charge')}/cancel",
                _bytes({"cancellationReason": CANCELLATION_REASON}),
            )
        case Verb.REFUND:
            return Prepared(
                "POST", "/refunds", _bytes({"chargeId": _target(wish, "charge"), "refundAmount": _price(wish)})
            )
        case Verb.CANCEL | Verb.CLOSE:
            body = {
                "closureReason": CLOSURE_REASON[wish.verb],
                "cancelPendingCharges": wish.verb is Verb.CANCEL,
            }
            return Prepared("DELETE", f"/chargePermissions/{_target(wish, 'permission')}/close", _bytes(body))
        case Verb.REFRESH:
            raise ValueError("A refresh is a read; there is nothing to send.")


def _target(wish: Wish, kind: ObjectKind) -> str:
    if kind_of(wish.target) != kind:
        raise ValueError(f"To {wish.verb} needs the id of a {kind}, not {wish.target!r}.")
    return wish.target


def _price(wish: Wish) -> dict[str, str]:
    amount: Money | None = wish.amount
    if amount is None or amount.minor <= 0 or not amount.known:
        raise ValueError(f"To {wish.verb} needs an amount above zero in a currency Amazon Pay knows.")
    return {"amount": amount.decimal(), "currencyCode": amount.currency}


def _bytes(body: dict[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
