"""Magento 2 as the plugin fills it: one row of additional information, a transaction for every step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from tests.shops.orders import Kept, all_ids, amount, captured, changed, insert, names, newest, refunded

from azpay_tui.simulator.model import Order

SCHEMA = """
CREATE TABLE sales_order (
  entity_id int unsigned NOT NULL AUTO_INCREMENT,
  state varchar(32) DEFAULT NULL,
  status varchar(32) DEFAULT NULL,
  store_id smallint unsigned DEFAULT NULL,
  grand_total decimal(20,4) DEFAULT NULL,
  total_paid decimal(20,4) DEFAULT NULL,
  total_refunded decimal(20,4) DEFAULT NULL,
  increment_id varchar(50) DEFAULT NULL,
  order_currency_code varchar(3) DEFAULT NULL,
  customer_email varchar(128) DEFAULT NULL,
  customer_firstname varchar(128) DEFAULT NULL,
  customer_lastname varchar(128) DEFAULT NULL,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_ORDER_INCREMENT_ID_STORE_ID (increment_id, store_id),
  KEY SALES_ORDER_STATUS (status),
  KEY SALES_ORDER_CREATED_AT (created_at),
  KEY SALES_ORDER_UPDATED_AT (updated_at)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE sales_order_payment (
  entity_id int unsigned NOT NULL AUTO_INCREMENT,
  parent_id int unsigned NOT NULL,
  amount_authorized decimal(20,4) DEFAULT NULL,
  method varchar(128) DEFAULT NULL,
  last_trans_id varchar(255) DEFAULT NULL,
  additional_information text,
  PRIMARY KEY (entity_id),
  KEY SALES_ORDER_PAYMENT_PARENT_ID (parent_id)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE sales_payment_transaction (
  transaction_id int unsigned NOT NULL AUTO_INCREMENT,
  parent_id int unsigned DEFAULT NULL,
  order_id int unsigned NOT NULL DEFAULT 0,
  payment_id int unsigned NOT NULL DEFAULT 0,
  txn_id varchar(100) DEFAULT NULL,
  parent_txn_id varchar(100) DEFAULT NULL,
  txn_type varchar(15) DEFAULT NULL,
  is_closed smallint unsigned NOT NULL DEFAULT 1,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (transaction_id),
  UNIQUE KEY SALES_PAYMENT_TRANSACTION_ORDER_ID_PAYMENT_ID_TXN_ID (order_id, payment_id, txn_id),
  KEY SALES_PAYMENT_TRANSACTION_PARENT_ID (parent_id),
  KEY SALES_PAYMENT_TRANSACTION_PAYMENT_ID (payment_id)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE amazon_payv2_async (
  entity_id int unsigned NOT NULL AUTO_INCREMENT,
  order_id int unsigned DEFAULT NULL,
  is_pending tinyint unsigned NOT NULL DEFAULT 1,
  pending_action varchar(20) NOT NULL,
  pending_id varchar(50) DEFAULT NULL,
  created_at datetime DEFAULT NULL,
  updated_at datetime DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY AMAZON_PAYV2_ASYNC_IS_PENDING (is_pending)
) DEFAULT CHARSET=utf8mb4;
"""
SESSION = "4f1c2a8b-77aa-4c9d-9a51-0c6d5e8f1b2a"


def kept(orders: Sequence[Order]) -> Iterator[Kept]:
    for order in orders:
        yield Kept(
            number=order.number,
            order_id=order.permission_id,
            ids=all_ids(order),
            changed=changed(order),
            amount=amount(order),
            currency=order.currency,
            buyer=order.buyer.name,
            created=order.created.replace(microsecond=0),
        )


def fill(orders: Sequence[Order]) -> Iterator[str]:
    yield "SET SESSION time_zone = '+00:00';"
    for at, order in enumerate(orders, start=1):
        first, last = names(order)
        newest_charge = newest(order)
        yield insert(
            "sales_order",
            {
                "entity_id": at,
                "state": _status(order),
                "status": _status(order),
                "store_id": 1,
                "grand_total": amount(order),
                "total_paid": amount(order, captured(order)) if captured(order) else None,
                "total_refunded": amount(order, refunded(order)) if refunded(order) else None,
                "increment_id": order.number,
                "order_currency_code": order.currency,
                "customer_email": order.buyer.email,
                "customer_firstname": first,
                "customer_lastname": last,
                "created_at": order.created,
                "updated_at": changed(order),
            },
        )
        # Paid from the vault: no permission of its own here, but the transactions name the charge.
        vault = at % 9 == 0 and newest_charge is not None
        information = {"method_title": "Amazon Pay", "amazon_session_id": SESSION}
        if not vault:
            information["charge_permission_id"] = order.permission_id
        yield insert(
            "sales_order_payment",
            {
                "entity_id": 500 + at,
                "parent_id": at,
                "method": "amazon_payment_v2_vault" if vault else "amazon_payment_v2",
                "last_trans_id": newest_charge.charge_id if newest_charge else SESSION,
                "additional_information": json.dumps(information, separators=(",", ":") if at % 2 else None),
            },
        )
        yield from _transactions(at, order)
    yield insert(
        "sales_order",
        {"entity_id": 900, "state": "new", "status": "pending", "increment_id": "000000900", "grand_total": "10.00"},
    )
    yield insert("sales_order_payment", {"parent_id": 900, "method": "checkmo", "additional_information": "{}"})


def _transactions(at: int, order: Order) -> Iterator[str]:
    steps: list[tuple[str, str, str | None]] = []
    if not order.charges:
        steps.append((SESSION, "authorization", None))
    for charge in order.charges:
        steps.append((charge.charge_id, "authorization", None))
        if charge.captured or charge.capturing:
            steps.append((f"{charge.charge_id}-capture", "capture", charge.charge_id))
        steps += ((refund.refund_id, "refund", f"{charge.charge_id}-capture") for refund in charge.refunds)
        if charge.state == "Canceled":
            steps.append((f"{order.permission_id}-void", "void", charge.charge_id))
    for txn, kind, parent in dict.fromkeys(steps):
        yield insert(
            "sales_payment_transaction",
            {"order_id": at, "payment_id": 500 + at, "txn_id": txn, "parent_txn_id": parent, "txn_type": kind},
        )
        if kind == "refund":
            yield insert(
                "amazon_payv2_async", {"order_id": at, "pending_action": "refund", "pending_id": txn, "is_pending": 0}
            )


def _status(order: Order) -> str:
    last = newest(order)
    if captured(order) and refunded(order) >= captured(order):
        return "closed"
    if last is None or last.state == "AuthorizationInitiated":
        return "payment_review"
    return "canceled" if last.state in ("Canceled", "Declined") and not captured(order) else "processing"
