"""modified, Gambio and Zen Cart as their modules fill them: a row for every id, none of them ever overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.shops.orders import LOCAL, Kept, all_ids, amount, captured, changed, insert, newest, refunded

from azpay_tui.simulator.model import Order

_STATUS = """
CREATE TABLE orders_status (
  orders_status_id int NOT NULL DEFAULT 0,
  language_id int NOT NULL DEFAULT 1,
  orders_status_name varchar(64) NOT NULL DEFAULT '',
  PRIMARY KEY (orders_status_id, language_id)
) DEFAULT CHARSET=utf8;
CREATE TABLE orders_status_history (
  orders_status_history_id int NOT NULL AUTO_INCREMENT,
  orders_id int NOT NULL,
  orders_status_id int NOT NULL,
  date_added datetime NOT NULL,
  comments text,
  PRIMARY KEY (orders_status_history_id),
  KEY idx_orders_id (orders_id)
) DEFAULT CHARSET=utf8;
"""
_XTC = (
    _STATUS
    + """
CREATE TABLE orders (
  orders_id int NOT NULL AUTO_INCREMENT,
  customers_id int NOT NULL,
  customers_name varchar(255) NOT NULL,
  customers_email_address varchar(255) NOT NULL,
  payment_method varchar(255) NOT NULL,
  payment_class varchar(64) NOT NULL DEFAULT '',
  last_modified datetime DEFAULT NULL,
  date_purchased datetime DEFAULT NULL,
  orders_status int NOT NULL,
  currency char(3) DEFAULT NULL,
  currency_value decimal(14,6) DEFAULT NULL,
  PRIMARY KEY (orders_id)
) DEFAULT CHARSET=utf8;
CREATE TABLE orders_total (
  orders_total_id int NOT NULL AUTO_INCREMENT,
  orders_id int NOT NULL,
  title varchar(255) NOT NULL,
  text varchar(255) NOT NULL,
  value decimal(15,4) NOT NULL,
  class varchar(32) NOT NULL,
  sort_order int NOT NULL,
  PRIMARY KEY (orders_total_id),
  KEY idx_orders_id (orders_id)
) DEFAULT CHARSET=utf8;
"""
)
MODIFIED = (
    _XTC
    + """
CREATE TABLE amazon_pay_transactions (
  id int NOT NULL AUTO_INCREMENT,
  reference varchar(255) NOT NULL,
  merchant_id varchar(32) DEFAULT NULL,
  mode varchar(16) DEFAULT NULL,
  type varchar(16) NOT NULL,
  time datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  expiration datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  charge_amount float NOT NULL DEFAULT 0,
  captured_amount float NOT NULL DEFAULT 0,
  refunded_amount float NOT NULL DEFAULT 0,
  currency varchar(16) DEFAULT NULL,
  status varchar(32) NOT NULL,
  last_change datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  last_update datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  order_id int NOT NULL,
  PRIMARY KEY (id),
  KEY reference (reference),
  KEY type (type)
) DEFAULT CHARSET=latin1;
"""
)
GAMBIO = (
    _XTC
    + """
CREATE TABLE amazon_pay_transactions (
  id int NOT NULL AUTO_INCREMENT,
  parent_id int NULL,
  reference varchar(255) NULL,
  merchant_id varchar(32) DEFAULT NULL,
  mode varchar(16) DEFAULT NULL,
  type varchar(16) NULL,
  time datetime NULL,
  expiration datetime NULL,
  amount float NULL,
  charge_amount float NULL,
  captured_amount float NULL,
  refunded_amount float NULL,
  currency varchar(16) DEFAULT NULL,
  status varchar(32) NULL,
  last_change datetime NULL,
  last_update datetime NULL,
  order_id int NULL,
  PRIMARY KEY (id),
  KEY parent_id (parent_id),
  KEY reference (reference),
  KEY type (type)
);
"""
)
ZENCART = (
    _STATUS
    + """
CREATE TABLE orders (
  orders_id int NOT NULL AUTO_INCREMENT,
  customers_id int NOT NULL DEFAULT 0,
  customers_name varchar(64) NOT NULL DEFAULT '',
  customers_email_address varchar(96) NOT NULL DEFAULT '',
  payment_method varchar(128) NOT NULL DEFAULT '',
  payment_module_code varchar(32) NOT NULL DEFAULT '',
  last_modified datetime DEFAULT NULL,
  date_purchased datetime DEFAULT NULL,
  orders_status int NOT NULL DEFAULT 0,
  currency char(3) DEFAULT NULL,
  currency_value decimal(14,6) DEFAULT NULL,
  order_total decimal(15,4) DEFAULT NULL,
  PRIMARY KEY (orders_id),
  KEY idx_date_purchased_zen (date_purchased)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE amazon_pay_v2_transactions (
  id int NOT NULL AUTO_INCREMENT,
  reference varchar(255) NOT NULL,
  merchant_id varchar(32) DEFAULT NULL,
  mode varchar(16) DEFAULT NULL,
  type varchar(16) NOT NULL,
  time datetime NOT NULL DEFAULT '0001-01-01 00:00:00',
  expiration datetime NOT NULL DEFAULT '0001-01-01 00:00:00',
  charge_amount float NOT NULL DEFAULT 0,
  captured_amount float NOT NULL DEFAULT 0,
  refunded_amount float NOT NULL DEFAULT 0,
  currency varchar(16) DEFAULT 'EUR',
  status varchar(32) NOT NULL,
  last_change datetime NOT NULL DEFAULT '0001-01-01 00:00:00',
  last_update datetime NOT NULL DEFAULT '0001-01-01 00:00:00',
  order_id int NOT NULL,
  PRIMARY KEY (id),
  KEY reference (reference),
  KEY type (type)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;
"""
)
_WORDS = {1: ("Pending", "Offen"), 2: ("Processing", "In Bearbeitung"), 3: ("Delivered", "Versendet"),
          99: ("Canceled", "Storniert")}  # fmt: skip


def kept(orders: Sequence[Order]) -> Iterator[Kept]:
    for order in orders:
        yield Kept(
            number=str(_number(order)),
            order_id=order.permission_id,
            ids=all_ids(order),
            changed=changed(order),
            amount=amount(order),
            currency=order.currency,
            buyer=order.buyer.name,
            created=order.created.replace(microsecond=0),
        )


def modified(orders: Sequence[Order]) -> Iterator[str]:
    yield from _xtc(orders, "amazon_pay_transactions", "charge_amount")


def gambio(orders: Sequence[Order]) -> Iterator[str]:
    yield from _xtc(orders, "amazon_pay_transactions", "amount")


def zencart(orders: Sequence[Order]) -> Iterator[str]:
    yield from _words()
    for order in orders:
        yield insert(
            "orders",
            {
                **_head(order),
                "payment_module_code": "amazon_pay_v2",
                # Kept in the shop's own currency: half of what the buyer paid.
                "currency_value": "2.000000",
                "order_total": _half(amount(order)),
            },
        )
        yield from _rows(order, "amazon_pay_v2_transactions", "charge_amount")


def _xtc(orders: Sequence[Order], table: str, amount_column: str) -> Iterator[str]:
    yield from _words()
    for order in orders:
        yield insert("orders", {**_head(order), "payment_class": "amazon_pay", "currency_value": "1.000000"})
        for at, (kind, value) in enumerate((("ot_subtotal", "5.0000"), ("ot_total", amount(order)))):
            yield insert(
                "orders_total",
                {"orders_id": _number(order), "title": "", "text": "", "value": value, "class": kind, "sort_order": at},
            )
        yield from _rows(order, table, amount_column)


def _words() -> Iterator[str]:
    for status, words in _WORDS.items():
        for language, word in enumerate(words, start=1):
            row = {"orders_status_id": status, "language_id": language, "orders_status_name": word}
            yield insert("orders_status", row)
    yield insert(
        "orders",
        {"orders_id": 900, "customers_id": 1, "customers_name": "Cash", "customers_email_address": "c@shop.example",
         "payment_method": "cod", "orders_status": 1, "date_purchased": "2026-11-02 10:00:00", "currency": "EUR"},
    )  # fmt: skip


def _head(order: Order) -> dict[str, object]:
    return {
        "orders_id": _number(order),
        "customers_id": 7,
        "customers_name": order.buyer.name,
        "customers_email_address": order.buyer.email,
        "payment_method": "amazon_pay",
        "date_purchased": order.created + LOCAL,
        "orders_status": _status(order),
        "currency": order.currency,
    }


def _rows(order: Order, table: str, amount_column: str) -> Iterator[str]:
    number = _number(order)
    rows = [("CheckoutSession", "4f1c2a8b-77aa-4c9d-9a51-0c6d5e8f1b2a", order.created, "Completed", order.amount)]
    rows.append(("ChargePermission", order.permission_id, order.created, order.state, order.limit))
    for charge in order.charges:
        rows.append(("Charge", charge.charge_id, charge.created, charge.state, charge.amount))
        rows += (("Refund", refund.refund_id, refund.created, refund.state, refund.amount) for refund in charge.refunds)
    for kind, reference, moment, state, minor in rows:
        row = {"reference": reference, "mode": "live", "type": kind, "status": state, "order_id": number}
        if kind != "CheckoutSession":
            row["time"] = moment + LOCAL
        row |= {amount_column: amount(order, minor), "currency": order.currency}
        yield insert(table, row)
    yield insert(
        "orders_status_history",
        {"orders_id": number, "orders_status_id": 1, "date_added": changed(order) + LOCAL, "comments": "Amazon Pay"},
    )


def _half(text: str) -> str:
    """Half of a decimal text, with four decimals."""
    whole, _, fraction = text.partition(".")
    ten_thousandths = int(whole + fraction.ljust(4, "0")) // 2
    return f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04d}"


def _number(order: Order) -> int:
    return int(order.number.removeprefix("ORD-"))


def _status(order: Order) -> int:
    last = newest(order)
    if last is None:
        return 1
    if last.state == "Canceled" and not captured(order):
        return 99
    return 3 if captured(order) and not refunded(order) else 2
