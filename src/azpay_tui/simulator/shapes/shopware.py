"""What Shopware's Admin API answers to a search for orders."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from azpay_tui.simulator.amounts import EXPONENTS
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.shapes.standing import Standing, standing

#: The state of the payment; the plugin does not notice that an authorization lapsed.
_WORDS: Final[dict[Standing, str]] = {
    "open": "open",
    "pending": "in_progress",
    "authorized": "authorized",
    "capturing": "authorized",
    "part-captured": "paid_partially",
    "captured": "paid",
    "shipped": "paid",
    "part-refunded": "refunded_partially",
    "refunded": "refunded",
    "declined": "cancelled",
    "voided": "cancelled",
    "lapsed": "authorized",
    "canceled": "cancelled",
    "unknown": "unconfirmed",
}
_ORDER_STATES: Final[dict[Standing, str]] = {"shipped": "completed", "canceled": "cancelled", "declined": "cancelled"}
_GOODS: Final = (
    ("Canvas bag", "SW10001"),
    ("Teapot, 1.2 l", "SW10007"),
    ("Woollen socks", "SW10012"),
    ("Notebook A5", "SW10020"),
    ("Desk lamp", "SW10033"),
)


def shopware_json(orders: list[Order], now: datetime) -> str:
    """Return one page with all orders, as the interface answers with `Accept: application/json`."""
    found = {"total": len(orders), "data": [_order(order, now) for order in orders], "aggregations": {}}
    return json.dumps(found, ensure_ascii=False) + "\n"


def _order(order: Order, now: datetime) -> dict[str, Any]:
    first, _, last = order.buyer.name.partition(" ")
    where = standing(order, now)
    return {
        "orderNumber": order.number,
        "orderDateTime": _moment(order.created),
        "amountTotal": _number(order.amount, order.currency),
        "id": _id(order, "order"),
        "createdAt": _moment(order.created),
        "updatedAt": _moment(order.updated),
        "customFields": None,
        "stateMachineState": _state(_ORDER_STATES.get(where, "open")),
        "currency": {"isoCode": order.currency, "apiAlias": "currency"},
        "orderCustomer": {
            "email": order.buyer.email,
            "firstName": first,
            "lastName": last,
            "apiAlias": "order_customer",
        },
        "lineItems": _lines(order),
        "transactions": [
            {
                "id": _id(order, "transaction"),
                "createdAt": _moment(order.created),
                "customFields": _custom_fields(order),
                "stateMachineState": _state(_WORDS[where]),
                "apiAlias": "order_transaction",
            }
        ],
        "apiAlias": "order",
    }


def _custom_fields(order: Order) -> dict[str, str | None]:
    """What the plugin keeps: the charge of the checkout, and the newest refund once there is one."""
    charges, refunds = order.charge_ids(), order.refund_ids()
    kept: dict[str, str | None] = {
        "swag_amazon_pay_checkout_id": _id(order, "checkout"),
        "swag_amazon_pay_charge_id": charges[0] if charges else None,
        "swag_amazon_pay_charge_permission_id": order.permission_id,
        "swag_amazon_pay_error_reason_code": None,
        "swag_amazon_pay_error_reason_description": None,
    }
    return kept | ({"swag_amazon_pay_last_refund_id": refunds[-1]} if refunds else {})


def _lines(order: Order) -> list[dict[str, Any]]:
    """Goods that come to the amount of the order: one kind, or two for every other order."""
    start = int(order.permission_id[-3:])
    parts = [order.amount] if start % 2 or order.amount < 2 else [order.amount // 2, order.amount - order.amount // 2]
    found = []
    for position, amount in enumerate(parts, start=1):
        label, number = _GOODS[(start + position) % len(_GOODS)]
        found.append(
            {
                "label": label,
                "quantity": 1,
                "totalPrice": _number(amount, order.currency),
                "payload": {"productNumber": number},
                "type": "product",
                "position": position,
                "apiAlias": "order_line_item",
            }
        )
    return found


def _state(name: str) -> dict[str, str]:
    return {"technicalName": name, "apiAlias": "state_machine_state"}


def _id(order: Order, kind: str) -> str:
    """An id of Shopware's form, always the same one for the same thing."""
    return sha256(f"{kind} {order.permission_id}".encode()).hexdigest()[:32]


def _number(minor: int, currency: str) -> int | float:
    """An amount as that interface has it: a number of JSON, written with the digits of its decimal."""
    amount = Decimal(minor).scaleb(-EXPONENTS[currency])
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.000+00:00")
