"""WooCommerce's REST interface as far as orders are read: its parameters, refusals, pages and clocks."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from tests.shops.serving import Answer, Asked, as_json

from azpay_tui.simulator.amounts import format_amount
from azpay_tui.simulator.model import Order

KEY = "ck_" + "a1" * 20
SECRET = "cs_" + "b2" * 20
_STATUSES = ("any", "trash", "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?")


class FakeWooCommerce:
    def __init__(self, orders: Sequence[Order], *, version: tuple[int, int] = (9, 4)) -> None:
        self.version = version
        self.zone: tzinfo = timezone(timedelta(hours=9))
        """The shop's own time, far from UTC."""
        self.may_read = True
        self.user_may = True
        self.headers = True
        self.unseen: set[int] = set()
        """Orders that its user may not see: left out of pages, but counted."""
        self.refund_ids_on_order = False
        self.modified: dict[int, datetime] = {}
        self.records: dict[int, dict[str, Any]] = {}
        self.refunds: dict[int, list[dict[str, Any]]] = {}
        for number, order in enumerate(orders, start=1001):
            self.add(number, order)

    def add(self, number: int, order: Order, *, by_amazon: bool = True) -> None:
        changed = max([order.created, *(charge.updated for charge in order.charges)])
        self.modified[number] = changed
        refunds = [refund for charge in order.charges for refund in charge.refunds]
        noted = {"amazon_charge_permission_id": order.permission_id}
        if order.charges:
            noted["amazon_charge_id"] = order.charges[-1].charge_id
        meta = [{"id": place, "key": key, "value": value} for place, (key, value) in enumerate(noted.items(), 1)]
        first, _, last = order.buyer.name.partition(" ")
        self.refunds[number] = [
            {
                "id": number * 100 + place,
                "amount": format_amount(refund.amount, order.currency),
                "reason": "",
                "date_created_gmt": _gmt(refund.created),
                "refunded_by": 1,
                "refunded_payment": True,
                "meta_data": [{"id": 7, "key": "amazon_refund_id", "value": refund.refund_id}],
            }
            for place, refund in enumerate(refunds)
        ]
        self.records[number] = {
            "id": number,
            "parent_id": 0,
            "number": order.number or str(number),
            "status": "refunded" if refunds else "processing" if order.charges else "on-hold",
            "currency": order.currency,
            "total": format_amount(order.amount, order.currency),
            "date_created": _local(order.created, self.zone),
            "date_created_gmt": _gmt(order.created),
            "date_modified": _local(changed, self.zone),
            "date_modified_gmt": _gmt(changed),
            "billing": {
                "first_name": first,
                "last_name": last,
                "address_1": "1 Secret Street",
                "phone": "555-0100",
                "email": order.buyer.email,
            },
            "payment_method": "amazon_payments_advanced" if by_amazon else "bacs",
            "transaction_id": order.charges[-1].charge_id if order.charges and by_amazon else "",
            "shipping_total": "0",
            "shipping_tax": "0",
            "line_items": [{"id": 1, "name": "Lamp", "quantity": 2, "sku": "L-1", "total": "10.00", "price": 5.000001}],
            "meta_data": meta if by_amazon else [],
            "refunds": [
                {"id": refund["id"], "reason": "", "total": f"-{refund['amount']}"} for refund in self.refunds[number]
            ],
        }

    def __call__(self, asked: Asked) -> Answer:
        match = re.fullmatch(r"/wp-json/wc/v3/orders(?:/([0-9]+)/refunds)?", asked.path)
        if match is None or asked.method != "GET":
            return _error(404, "rest_no_route", "No route was found matching the URL and request method.")
        refusal = self._authenticated(asked) or self._valid(asked)
        if refusal is not None:
            return refusal
        if match[1] is None:
            return self._list(asked)
        if int(match[1]) not in self.records:
            return _error(404, "woocommerce_rest_invalid_order_id", "Invalid order ID.")
        return self._page(asked, self.refunds[int(match[1])])

    def _authenticated(self, asked: Asked) -> Answer | None:
        kind, _, code = asked.headers.get("authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(code, validate=True).decode().partition(":")
        except ValueError:
            name = secret = ""
        if kind != "Basic" or name != KEY:
            return _error(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if secret != SECRET:
            return _error(401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.")
        if not self.may_read:
            return _error(
                401, "woocommerce_rest_authentication_error", "The API key provided does not have read permissions."
            )
        if not self.user_may:
            return _error(403, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        return None

    def _valid(self, asked: Asked) -> Answer | None:
        orderby = ["date", "id", "include", "title", "slug", *(["modified"] if self.version >= (5, 8) else [])]
        checks = {
            "page": lambda value: value.isdigit() and int(value) >= 1,
            "per_page": lambda value: value.isdigit() and 1 <= int(value) <= 100,
            "order": lambda value: value in ("asc", "desc"),
            "orderby": lambda value: value in orderby,
            "status": lambda value: value in _STATUSES,
            "after": _MOMENT.fullmatch,
            "modified_after": _MOMENT.fullmatch,
            "dates_are_gmt": lambda value: value in ("true", "false", "1", "0"),
            "_fields": lambda value: True,
        }
        # WordPress ignores what it does not know; here that is a mistake in the client.
        assert set(asked.query) <= set(checks), asked.query
        for name, value in asked.query.items():
            if not checks[name](value):
                return as_json(
                    400,
                    {
                        "code": "rest_invalid_param",
                        "message": f"Invalid parameter(s): {name}",
                        "data": {"status": 400, "params": {name: f"{name} is not valid."}},
                    },
                )
        return None

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        gmt = query.get("dates_are_gmt") in ("true", "1") and self.version >= (5, 8)
        rows = list(self.records.values())
        if "modified_after" in query and self.version >= (5, 8):
            rows = [row for row in rows if self._after(query["modified_after"], self.modified[row["id"]], gmt)]
        if "after" in query:
            rows = [row for row in rows if self._after(query["after"], _read(row["date_created_gmt"]), gmt)]
        order = query.get("orderby", "date")
        rows.sort(
            key=lambda row: (self.modified[row["id"]] if order == "modified" else row["date_created_gmt"], row["id"]),
            reverse=query.get("order", "desc") == "desc",
        )
        return self._page(asked, rows)

    def _after(self, text: str, moment: datetime, gmt: bool) -> bool:
        """As WordPress compares: a time with a zone becomes the shop's own time first, whatever the column has."""
        match = _MOMENT.fullmatch(text)
        assert match is not None
        asked = datetime.fromisoformat(text)
        if not match["zone"]:
            asked = asked.replace(tzinfo=self.zone)
        # By way of UTC, so that a time that the shop's clocks leave out becomes a later one, as in PHP.
        asked = asked.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None)
        column = moment.astimezone(UTC if gmt else self.zone).replace(tzinfo=None, microsecond=0)
        return column > asked

    def _page(self, asked: Asked, rows: list[dict[str, Any]]) -> Answer:
        size, number = int(asked.query.get("per_page", "10")), int(asked.query.get("page", "1"))
        total = math.ceil(len(rows) / size)
        part = [row for row in rows[(number - 1) * size : number * size] if row["id"] not in self.unseen]
        fields = asked.query.get("_fields")
        if fields is not None:
            part = [_only(row, fields.split(",")) for row in part]
        headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(total)} if self.headers else {}
        return as_json(200, part, headers)


def _only(row: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for field in fields:
        name, _, inner = field.partition(".")
        if name in row and not inner:
            kept[name] = row[name]
        elif name in row and isinstance(row[name], dict) and inner in row[name]:
            kept.setdefault(name, {})[inner] = row[name][inner]
    return kept


def _error(status: int, code: str, message: str) -> Answer:
    return as_json(status, {"code": code, "message": message, "data": {"status": status}})


def _gmt(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _local(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
