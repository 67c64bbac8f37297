"""Shopware 6 as the plugin fills it: custom fields of the payment, and in newer versions a table of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import md5

from tests.shops.orders import Kept, all_ids, amount, captured, changed, insert, names, refunded

from azpay_tui.simulator.model import Order

LIVE = bytes.fromhex("0fa91ce3e96a4bc2be4bd9ce752c3425")
"""The version under which Shopware keeps the order itself; drafts have others."""
SCHEMA = """
CREATE TABLE currency (
  id binary(16) NOT NULL,
  iso_code char(3) NOT NULL,
  factor double NOT NULL,
  created_at datetime(3) NOT NULL,
  PRIMARY KEY (id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE state_machine_state (
  id binary(16) NOT NULL,
  technical_name varchar(255) NOT NULL,
  state_machine_id binary(16) NOT NULL,
  created_at datetime(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY `uniq.technical_name_state_machine` (technical_name, state_machine_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE `order` (
  id binary(16) NOT NULL,
  version_id binary(16) NOT NULL,
  state_id binary(16) NOT NULL,
  order_number varchar(64) DEFAULT NULL,
  currency_id binary(16) NOT NULL,
  price longtext NOT NULL CHECK (json_valid(price)),
  order_date_time datetime(3) NOT NULL,
  amount_total double GENERATED ALWAYS AS (json_unquote(json_extract(price, '$.totalPrice'))) VIRTUAL,
  created_at datetime(3) NOT NULL,
  updated_at datetime(3) DEFAULT NULL,
  PRIMARY KEY (id, version_id),
  KEY `idx.state_index` (state_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE order_customer (
  id binary(16) NOT NULL,
  version_id binary(16) NOT NULL,
  order_id binary(16) NOT NULL,
  order_version_id binary(16) NOT NULL,
  email varchar(254) NOT NULL,
  first_name varchar(255) NOT NULL,
  last_name varchar(255) NOT NULL,
  created_at datetime(3) NOT NULL,
  PRIMARY KEY (id, version_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE order_transaction (
  id binary(16) NOT NULL,
  version_id binary(16) NOT NULL,
  order_id binary(16) NOT NULL,
  order_version_id binary(16) NOT NULL,
  state_id binary(16) NOT NULL,
  payment_method_id binary(16) NOT NULL,
  amount longtext NOT NULL CHECK (json_valid(amount)),
  custom_fields longtext DEFAULT NULL CHECK (json_valid(custom_fields)),
  created_at datetime(3) NOT NULL,
  updated_at datetime(3) DEFAULT NULL,
  PRIMARY KEY (id, version_id),
  KEY `idx.state_index` (state_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE swag_amazon_pay_transaction (
  id binary(16) NOT NULL,
  parent_id binary(16) DEFAULT NULL,
  order_id binary(16) DEFAULT NULL,
  order_transaction_id binary(16) DEFAULT NULL,
  merchant_id varchar(32) DEFAULT NULL,
  reference varchar(128) DEFAULT NULL,
  mode varchar(16) DEFAULT NULL,
  type varchar(16) DEFAULT NULL,
  time datetime DEFAULT NULL,
  expiration datetime DEFAULT NULL,
  amount double DEFAULT NULL,
  captured_amount double DEFAULT NULL,
  refunded_amount double DEFAULT NULL,
  currency varchar(3) DEFAULT NULL,
  status varchar(32) DEFAULT NULL,
  customer_informed tinyint(1) DEFAULT NULL,
  admin_informed tinyint(1) DEFAULT NULL,
  created_at datetime DEFAULT NULL,
  updated_at datetime DEFAULT NULL,
  PRIMARY KEY (id),
  KEY swag_amazon_pay_transaction_order_transaction_id (order_transaction_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
"""
_STATES = (
    *("open", "in_progress", "authorized", "paid", "paid_partially", "refunded", "refunded_partially", "cancelled"),
    *("reminded", "failed", "unconfirmed", "chargeback"),
)
_DRAFT = md5(b"draft", usedforsecurity=False).digest()


def kept(orders: Sequence[Order]) -> Iterator[Kept]:
    """The custom fields have room for the charge of the checkout and for the newest refund."""
    for order in orders:
        yield _kept(order, frozenset([*order.charge_ids()[:1], *order.refund_ids()[-1:]]))


def kept_by_table(orders: Sequence[Order]) -> Iterator[Kept]:
    """The plugin's own table has everything, once the checkout made a charge."""
    for order in orders:
        if order.charges:
            yield _kept(order, all_ids(order))


def fill(orders: Sequence[Order]) -> Iterator[str]:
    for code in sorted({order.currency for order in orders}):
        yield insert("currency", {"id": _id(code), "iso_code": code, "factor": 1, "created_at": orders[0].created})
    for machine in ("order.state", "order_transaction.state"):
        for state in _STATES:
            row = {"id": _id(machine, state), "technical_name": state, "state_machine_id": _id(machine)}
            yield insert("state_machine_state", {**row, "created_at": orders[0].created})
    for order in orders:
        yield from _order(order, LIVE)
        yield from _rows(order)
    # Somebody is editing the first order, which makes a draft of it with a copy of its payment.
    yield from _order(orders[0], _DRAFT)
    yield from _others(orders[0])


def _kept(order: Order, ids: frozenset[str]) -> Kept:
    return Kept(
        number=_number(order),
        order_id=order.permission_id,
        ids=ids,
        changed=changed(order),
        amount=amount(order),
        currency=order.currency,
        buyer=order.buyer.name,
        created=order.created.replace(microsecond=0),
    )


def _order(order: Order, version: bytes) -> Iterator[str]:
    first, last = names(order)
    key = {"id": _id("order", order.number), "version_id": version}
    times = {"created_at": order.created, "updated_at": changed(order)}
    yield insert(
        "`order`",
        {
            **key,
            "state_id": _id("order.state", "open"),
            "order_number": _number(order),
            "currency_id": _id(order.currency),
            "price": f'{{"netPrice": 1, "totalPrice": {amount(order)}, "taxStatus": "gross"}}',
            "order_date_time": order.created,
            **times,
        },
    )
    yield insert(
        "order_customer",
        {
            "id": _id("customer", order.number),
            "version_id": version,
            "order_id": key["id"],
            "order_version_id": version,
            "email": order.buyer.email,
            "first_name": first,
            "last_name": last,
            "created_at": order.created,
        },
    )
    fields: dict[str, str | None] = {
        "swag_amazon_pay_checkout_id": "4f1c2a8b-77aa-4c9d-9a51-0c6d5e8f1b2a",
        "swag_amazon_pay_charge_id": next(iter(order.charge_ids()), None),
        "swag_amazon_pay_charge_permission_id": order.permission_id,
        "swag_amazon_pay_error_reason_code": None,
    }
    if order.refund_ids():
        fields["swag_amazon_pay_last_refund_id"] = order.refund_ids()[-1]
    yield insert("order_transaction", {**_payment(order, version, fields, _state(order)), **times})


def _payment(order: Order, version: bytes, fields: dict[str, str | None] | None, state: str) -> dict[str, object]:
    return {
        "id": _id("payment", order.number),
        "version_id": version,
        "order_id": _id("order", order.number),
        "order_version_id": version,
        "state_id": _id("order_transaction.state", state),
        "payment_method_id": _id("amazon" if fields else "invoice"),
        "amount": f'{{"totalPrice": {amount(order)}}}',
        "custom_fields": json.dumps(fields) if fields else None,
    }


def _rows(order: Order) -> Iterator[str]:
    """What the plugin writes into its own table; nothing before there is a charge."""
    if not order.charges:
        return
    rows = [("ChargePermission", order.permission_id, None, order.created, order.state, order.limit)]
    for charge in order.charges:
        rows.append(("Charge", charge.charge_id, order.permission_id, charge.created, charge.state, charge.amount))
        rows += (
            ("Refund", refund.refund_id, charge.charge_id, refund.created, refund.state, refund.amount)
            for refund in charge.refunds
        )
    for kind, reference, parent, moment, state, minor in rows:
        yield insert(
            "swag_amazon_pay_transaction",
            {
                "id": _id("row", reference),
                "parent_id": None if parent is None else _id("row", parent),
                "order_id": _id("order", order.number),
                "order_transaction_id": _id("payment", order.number),
                "reference": reference,
                "mode": "live",
                "type": kind,
                "time": moment,
                "amount": amount(order, minor),
                "currency": order.currency,
                "status": state,
                "created_at": moment,
                "updated_at": moment,
            },
        )


def _others(order: Order) -> Iterator[str]:
    """The first order was to be paid by invoice before, and somebody left Amazon's window of another one."""
    times = {"created_at": order.created, "updated_at": None}
    invoice = {**_payment(order, LIVE, None, "cancelled"), "id": _id("payment", "invoice")}
    left: dict[str, str | None] = {
        "swag_amazon_pay_checkout_id": "77aa2a8b-4f1c-4c9d-9a51-0c6d5e8f1b2a",
        "swag_amazon_pay_charge_id": None,
        "swag_amazon_pay_charge_permission_id": None,
    }
    window = {**_payment(order, LIVE, left, "open"), "id": _id("payment", "left")}
    yield insert("order_transaction", {**invoice, **times})
    yield insert("order_transaction", {**window, **times})


def _id(*parts: str) -> bytes:
    return md5(" ".join(parts).encode(), usedforsecurity=False).digest()


def _number(order: Order) -> str:
    return order.number.removeprefix("ORD-")


def _state(order: Order) -> str:
    taken, back = captured(order), refunded(order)
    if back:
        return "refunded" if back >= taken else "refunded_partially"
    if taken:
        return "paid" if taken >= order.amount else "paid_partially"
    states = {charge.state for charge in order.charges}
    if states & {"Authorized", "CaptureInitiated"}:
        return "authorized"
    return "cancelled" if states & {"Declined", "Canceled"} or order.state == "Closed" else "open"
