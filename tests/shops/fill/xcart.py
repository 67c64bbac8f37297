"""X-Cart 5 as its module fills it: a payment transaction with the older ids as its data, before that details."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from tests.shops.orders import Kept, amount, captured, changed, insert, names, older, refunded

from azpay_tui.simulator.model import Order

SCHEMA = """
CREATE TABLE xc_orders (
  order_id int NOT NULL AUTO_INCREMENT,
  profile_id int DEFAULT NULL,
  payment_status_id int DEFAULT NULL,
  shipping_status_id int DEFAULT NULL,
  currency_id int unsigned DEFAULT NULL,
  total decimal(14,4) NOT NULL,
  subtotal decimal(14,4) NOT NULL DEFAULT 0,
  payment_method_name varchar(255) DEFAULT NULL,
  date int NOT NULL,
  lastRenewDate int NOT NULL DEFAULT 0,
  orderNumber varchar(255) DEFAULT NULL,
  is_order int NOT NULL,
  PRIMARY KEY (order_id),
  KEY date (date),
  KEY orderNumber (orderNumber)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_order_details (
  detail_id int NOT NULL AUTO_INCREMENT,
  order_id int DEFAULT NULL,
  name varchar(255) NOT NULL,
  label varchar(255) DEFAULT NULL,
  value longtext NOT NULL,
  PRIMARY KEY (detail_id),
  KEY oname (order_id, name)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_order_payment_statuses (
  id int NOT NULL AUTO_INCREMENT,
  code varchar(4) DEFAULT NULL,
  position int NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  KEY code (code)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_order_history_events (
  event_id int NOT NULL AUTO_INCREMENT,
  order_id int DEFAULT NULL,
  date int NOT NULL,
  code varchar(255) NOT NULL,
  description varchar(1024) DEFAULT NULL,
  data longtext NOT NULL,
  comment longtext NOT NULL,
  PRIMARY KEY (event_id),
  KEY order_id (order_id)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_payment_transactions (
  transaction_id int NOT NULL AUTO_INCREMENT,
  order_id int DEFAULT NULL,
  date int NOT NULL,
  publicTxnId varchar(16) DEFAULT NULL,
  method_name varchar(128) NOT NULL,
  status char(1) NOT NULL,
  value decimal(14,4) NOT NULL,
  type varchar(16) NOT NULL,
  PRIMARY KEY (transaction_id),
  KEY o (order_id, status)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_payment_transaction_data (
  data_id int NOT NULL AUTO_INCREMENT,
  transaction_id int DEFAULT NULL,
  name varchar(128) NOT NULL,
  label varchar(255) NOT NULL,
  access_level char(1) NOT NULL,
  value longtext NOT NULL,
  PRIMARY KEY (data_id),
  KEY tn (transaction_id, name)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_currencies (
  currency_id int unsigned NOT NULL,
  code char(3) NOT NULL,
  e smallint NOT NULL DEFAULT 2,
  PRIMARY KEY (currency_id),
  UNIQUE KEY code (code)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_profiles (
  profile_id int NOT NULL AUTO_INCREMENT,
  order_id int DEFAULT NULL,
  login varchar(128) NOT NULL,
  PRIMARY KEY (profile_id)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_profile_addresses (
  address_id int NOT NULL AUTO_INCREMENT,
  profile_id int DEFAULT NULL,
  is_billing tinyint(1) NOT NULL,
  is_shipping tinyint(1) NOT NULL,
  PRIMARY KEY (address_id),
  KEY profile_id (profile_id)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_address_field (
  id int NOT NULL AUTO_INCREMENT,
  serviceName varchar(128) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY serviceName (serviceName)
) DEFAULT CHARSET=utf8;
CREATE TABLE xc_address_field_value (
  id int NOT NULL AUTO_INCREMENT,
  address_field_id int DEFAULT NULL,
  address_id int DEFAULT NULL,
  value varchar(255) DEFAULT NULL,
  PRIMARY KEY (id),
  KEY address_id (address_id)
) DEFAULT CHARSET=utf8;
"""
_CODES = ("Q", "A", "PP", "P", "D", "C", "R")
_FIELDS = ("firstname", "lastname", "street")


def kept(orders: Sequence[Order]) -> Iterator[Kept]:
    """One refund for each capture: the module refunds all of it, once."""
    for order in orders:
        refunds = [refund.refund_id for charge in order.charges for refund in charge.refunds[:1]]
        yield Kept(
            number=_number(order),
            order_id=order.permission_id,
            ids=frozenset([*order.charge_ids(), *refunds]),
            changed=changed(order),
            amount=amount(order),
            currency=order.currency,
            buyer=order.buyer.name,
            created=order.created.replace(microsecond=0),
        )


def fill(orders: Sequence[Order]) -> Iterator[str]:
    codes = sorted({order.currency for order in orders})
    for number, code in enumerate(codes, start=1):
        yield insert("xc_currencies", {"currency_id": number, "code": code})
    for number, code in enumerate(_CODES, start=1):
        yield insert("xc_order_payment_statuses", {"id": number, "code": code})
    for number, name in enumerate(_FIELDS, start=1):
        yield insert("xc_address_field", {"id": number, "serviceName": name})
    for number, order in enumerate(orders, start=1):
        yield from _order(number, order, codes.index(order.currency) + 1)
        if number <= len(orders) // 3 and len(order.charges) == 1:
            yield from _details(number, order)
        else:
            yield from _transactions(number, order)
    # A cart whose buyer is at Amazon, and an order paid by phone.
    first = orders[0]
    yield insert("xc_orders", {**_head(900, first, 1), "is_order": 0, "orderNumber": None})
    yield from _transaction(900, first, {"amazonOrderReferenceId": "S01-0000001-0000001"})
    yield insert("xc_orders", {**_head(901, first, 1), "orderNumber": "901"})
    yield from _transaction(901, first, {"note": "paid by phone"})


def _order(number: int, order: Order, currency: int) -> Iterator[str]:
    first, last = names(order)
    yield insert("xc_orders", _head(number, order, currency))
    yield insert("xc_profiles", {"profile_id": number, "order_id": number, "login": order.buyer.email})
    for at, billing in enumerate((1, 0)):
        address = 2 * number + at
        yield insert(
            "xc_profile_addresses",
            {"address_id": address, "profile_id": number, "is_billing": billing, "is_shipping": 1 - billing},
        )
        for field, value in enumerate((first, last, order.buyer.line1) if billing else ("The", "Neighbour", "Road 1")):
            row = {"address_field_id": field + 1, "address_id": address, "value": value}
            yield insert("xc_address_field_value", row)
    event = {"order_id": number, "code": "ORDER_CHANGED", "description": "", "data": "", "comment": ""}
    yield insert("xc_order_history_events", {**event, "date": _seconds(changed(order))})


def _head(number: int, order: Order, currency: int) -> dict[str, object]:
    return {
        "order_id": number,
        "profile_id": number,
        "payment_status_id": _CODES.index(_code(order)) + 1,
        "currency_id": currency,
        "total": amount(order),
        "payment_method_name": "Amazon Pay",
        "date": _seconds(order.created),
        "orderNumber": _number(order),
        "is_order": 1,
    }


def _transactions(number: int, order: Order) -> Iterator[str]:
    """A transaction for each try; one that has only the order reference where nothing was authorized."""
    for at, charge in enumerate(order.charges):
        data = {"amazonOrderReferenceId": order.permission_id, "authorizationStatus": "Open"}
        data["amazonAuthorizationId"] = older(charge.charge_id)
        if charge.captured:
            data["amazonCaptureId"] = charge.charge_id
        for refund in charge.refunds[:1]:
            data["amazonRefundId"] = refund.refund_id
        yield from _transaction(number, order, data, at)
    if not order.charges:
        yield from _transaction(number, order, {"amazonOrderReferenceId": order.permission_id})


def _transaction(number: int, order: Order, data: dict[str, str], at: int = 0) -> Iterator[str]:
    key = 10 * number + at
    yield insert(
        "xc_payment_transactions",
        {
            "transaction_id": key,
            "order_id": number,
            "date": _seconds(order.created),
            "method_name": "PayWithAmazon",
            "status": "S",
            "value": amount(order),
            "type": "auth",
        },
    )
    for name, value in data.items():
        row = {"transaction_id": key, "name": name, "label": "", "access_level": "A", "value": value}
        yield insert("xc_payment_transaction_data", row)


def _details(number: int, order: Order) -> Iterator[str]:
    """As the module did it before version 5.3.2."""
    (charge,) = order.charges
    details = {"AmazonOrderReferenceId": order.permission_id, "amazon_pa_auth_id": older(charge.charge_id)}
    details["amazon_pa_auth_status"] = "Open"
    if charge.captured:
        details["amazon_pa_capture_id"] = charge.charge_id
    for refund in charge.refunds[:1]:
        details["amazon_pa_refund_id"] = refund.refund_id
    for name, value in details.items():
        yield insert("xc_order_details", {"order_id": number, "name": name, "value": value})


def _code(order: Order) -> str:
    taken, back = captured(order), refunded(order)
    if back and back >= taken:
        return "R"
    if taken:
        return "P" if taken >= order.amount else "PP"
    states = {charge.state for charge in order.charges}
    if states & {"Authorized", "CaptureInitiated"}:
        return "A"
    return "D" if "Declined" in states else "C" if "Canceled" in states else "Q"


def _number(order: Order) -> str:
    return order.number.removeprefix("ORD-")


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
