"""The Admin API of Shopware 6 as far as orders are read: tokens that end, rights, criteria and pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.shops.serving import Answer, Asked, as_json

from azpay_tui.simulator.amounts import format_amount
from azpay_tui.simulator.model import Order

KEY = "SWIAQWERTZUIOPASDFGHJKLYXC"
SECRET = "c2VjcmV0" * 8
_ENTITIES = {
    "transactions": "order_transaction",
    "lineItems": "order_line_item",
    "stateMachineState": "state_machine_state",
    "currency": "currency",
    "orderCustomer": "order_customer",
}
RIGHTS = ("order:read", *(f"{entity}:read" for entity in _ENTITIES.values()))
BOOK_RIGHT = "swag_amazon_pay_transaction:read"
_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


class FakeShopware:
    def __init__(self, orders: Sequence[Order], *, max_limit: int = 100, book: bool = True) -> None:
        self.rights = {*RIGHTS, BOOK_RIGHT}
        self.max_limit = max_limit
        self.has_book = book
        self.tokens: dict[str, int] = {}
        """How many more questions each is good for."""
        self.token_life = 1_000
        self.records: list[dict[str, Any]] = []
        self.book: list[dict[str, Any]] = []
        for order in orders:
            self.add(order)

    def add(self, order: Order) -> None:
        name = hashlib.md5(order.permission_id.encode(), usedforsecurity=False).hexdigest()
        refunds = [refund for charge in order.charges for refund in charge.refunds]
        fields = {"swag_amazon_pay_charge_permission_id": order.permission_id}
        if order.charges:
            fields["swag_amazon_pay_charge_id"] = order.charges[-1].charge_id
        if refunds:
            fields["swag_amazon_pay_last_refund_id"] = refunds[-1].refund_id
        changed = max([order.created, *(charge.updated for charge in order.charges)])
        first, _, last = order.buyer.name.partition(" ")
        self.records.append(
            {
                "id": name,
                "orderNumber": order.number,
                "orderDateTime": _written(order.created),
                "createdAt": _written(order.created),
                "updatedAt": None,
                "amountTotal": float(format_amount(order.amount, order.currency)),
                "customFields": None,
                "billingAddressId": "b" * 32,
                "stateMachineState": {"technicalName": "open", "name": "Open", "apiAlias": "state_machine_state"},
                "currency": {"isoCode": order.currency, "factor": 1, "apiAlias": "currency"},
                "orderCustomer": {
                    "firstName": first,
                    "lastName": last,
                    "email": order.buyer.email,
                    "remoteAddress": "203.0.113.0",
                    "apiAlias": "order_customer",
                },
                "lineItems": [
                    {
                        "label": "Lamp",
                        "quantity": 2,
                        "totalPrice": 10.1,
                        "payload": {"productNumber": "L-1"},
                        "apiAlias": "order_line_item",
                    }
                ],
                "transactions": [
                    {
                        "id": name[::-1],
                        "createdAt": _written(order.created),
                        "updatedAt": _written(changed),
                        "customFields": fields,
                        "stateMachineState": {"technicalName": "paid", "apiAlias": "state_machine_state"},
                        "apiAlias": "order_transaction",
                    }
                ],
                "apiAlias": "order",
            }
        )
        kinds = [(order.permission_id, "ChargePermission")]
        kinds += [(charge.charge_id, "Charge") for charge in order.charges]
        kinds += [(refund.refund_id, "Refund") for refund in refunds]
        self.book += [
            {
                "id": f"{len(self.book) + place:032x}",
                "orderId": name,
                "reference": reference,
                "type": kind,
                "merchantId": "A1MERCHANT",
                "apiAlias": "swag_amazon_pay_transaction",
            }
            for place, (reference, kind) in enumerate(kinds)
        ]

    def __call__(self, asked: Asked) -> Answer:
        if asked.method != "POST" or asked.headers.get("content-type") != "application/json":
            return _error(405, "0", "Method Not Allowed")
        wanted = json.loads(asked.body)
        if asked.path == "/api/oauth/token":
            return self._token(wanted)
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or self.tokens.get(token, 0) <= 0:
            return _error(401, "9", "The resource owner or authorization server denied the request.")
        self.tokens[token] -= 1
        assert asked.headers.get("accept") == "application/json"  # else it would answer in another form
        match asked.path:
            case "/api/search/order":
                return self._orders(wanted)
            case "/api/search/swag-amazon-pay-transaction" if self.has_book:
                return self._references(wanted)
        return _error(404, "0", "No route found")

    def _token(self, wanted: Mapping[str, object]) -> Answer:
        if wanted.get("grant_type") != "client_credentials":
            return _error(400, "2", "The authorization grant type is not supported by the authorization server.")
        if (wanted.get("client_id"), wanted.get("client_secret")) != (KEY, SECRET):
            return _error(401, "4", "Client authentication failed")
        token = f"eyJ0.{len(self.tokens)}.sig-_"
        self.tokens[token] = self.token_life
        return as_json(200, {"token_type": "Bearer", "expires_in": 600, "access_token": token})

    def _lacking(self, entity: str, wanted: Mapping[str, Any]) -> list[str]:
        needed = [f"{entity}:read"]
        for name, inner in wanted.get("associations", {}).items():
            needed += self._lacking(_ENTITIES[name], inner)
        needed += ["order_transaction:read" for field in _fields(wanted) if field.startswith("transactions.")]
        return [right for right in dict.fromkeys(needed) if right not in self.rights]

    def _checked(self, entity: str, wanted: Mapping[str, Any]) -> Answer | None:
        known = {"page", "limit", "filter", "sort", "associations", "includes", "total-count-mode"}
        assert set(wanted) <= known, wanted
        limit, page = wanted.get("limit", 10), wanted.get("page", 1)
        if not isinstance(limit, int) or limit <= 0 or not isinstance(page, int) or page <= 0:
            return _error(400, "FRAMEWORK__INVALID_LIMIT_QUERY", "The limit parameter must be a positive integer.")
        if limit > self.max_limit:
            return _error(400, "FRAMEWORK__QUERY_LIMIT_EXCEEDED", f"The limit must be lower than {self.max_limit}.")
        lacking = self._lacking(entity, wanted)
        if lacking:
            detail = json.dumps({"message": "Missing privilege", "missingPrivileges": lacking})
            return _error(403, "FRAMEWORK__MISSING_PRIVILEGE_ERROR", detail)
        return None

    def _orders(self, wanted: Mapping[str, Any]) -> Answer:
        refusal = self._checked("order", wanted)
        if refusal is not None:
            return refusal
        rows = [row for row in self.records if all(_holds(row, one) for one in wanted.get("filter", []))]
        for rule in reversed(wanted.get("sort", [])):
            rows.sort(key=lambda row: row[rule["field"]], reverse=rule.get("order", "ASC") == "DESC")
        return self._page(wanted, rows)

    def _references(self, wanted: Mapping[str, Any]) -> Answer:
        refusal = self._checked("swag_amazon_pay_transaction", wanted)
        if refusal is not None:
            return refusal
        (one,) = wanted["filter"]
        assert (one["type"], one["field"]) == ("equalsAny", "orderId")
        ids = one["value"].split("|")
        return self._page(wanted, [row for row in self.book if row["orderId"] in ids])

    def _page(self, wanted: Mapping[str, Any], rows: list[dict[str, Any]]) -> Answer:
        size, number = wanted.get("limit", 10), wanted.get("page", 1)
        part = rows[(number - 1) * size : number * size]
        data = [_only(row, wanted.get("includes", {})) for row in part]
        # Without a count mode the total is that of the page.
        return as_json(200, {"total": len(data), "data": data, "aggregations": []})


def _fields(wanted: Mapping[str, Any]) -> list[str]:
    found: list[str] = [rule["field"] for rule in wanted.get("sort", [])]
    open_ = list(wanted.get("filter", []))
    while open_:
        one = open_.pop()
        open_ += one.get("queries", [])
        found += [one["field"]] if "field" in one else []
    return found


def _holds(row: Mapping[str, Any], one: Mapping[str, Any]) -> bool:
    if one["type"] == "multi":
        held = [_holds(row, query) for query in one["queries"]]
        return any(held) if one["operator"] == "or" else all(held)
    assert one["type"] == "range"
    assert set(one["parameters"]) == {"gte"}
    least = datetime.strptime(one["parameters"]["gte"], _FORMAT).replace(tzinfo=UTC)
    name, _, inner = one["field"].partition(".")
    values = [entry[inner] for entry in row[name]] if inner else [row[name]]
    return any(value is not None and datetime.fromisoformat(value) >= least for value in values)


def _only(value: Any, includes: Mapping[str, Sequence[str]]) -> Any:
    if isinstance(value, list):
        return [_only(one, includes) for one in value]
    if not isinstance(value, dict):
        return value
    kept = includes.get(value.get("apiAlias", ""))
    return {
        name: _only(inner, includes)
        for name, inner in value.items()
        if kept is None or name in kept or name == "apiAlias"
    }


def _error(status: int, code: str, detail: str) -> Answer:
    return as_json(status, {"errors": [{"status": str(status), "code": code, "title": "Error", "detail": detail}]})


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+00:00"
