"""WooCommerce in both of its storages, as the plugin fills them: one charge id in the meta data, notes of all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from tests.shops.orders import Kept, all_ids, amount, captured, changed, insert, names, newest, older, refunded

from azpay_tui.simulator.model import Charge, Order

COMMENTS = """
CREATE TABLE wp_comments (
  comment_ID bigint unsigned NOT NULL AUTO_INCREMENT,
  comment_post_ID bigint unsigned NOT NULL DEFAULT 0,
  comment_author tinytext NOT NULL,
  comment_date_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  comment_content text NOT NULL,
  comment_type varchar(20) NOT NULL DEFAULT 'comment',
  PRIMARY KEY (comment_ID),
  KEY comment_post_ID (comment_post_ID)
) DEFAULT CHARSET=utf8mb4;
"""
POSTS = (
    COMMENTS
    + """
CREATE TABLE wp_posts (
  ID bigint unsigned NOT NULL AUTO_INCREMENT,
  post_author bigint unsigned NOT NULL DEFAULT 0,
  post_date datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  post_date_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  post_title text NOT NULL,
  post_status varchar(20) NOT NULL DEFAULT 'publish',
  post_modified_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  post_parent bigint unsigned NOT NULL DEFAULT 0,
  post_type varchar(20) NOT NULL DEFAULT 'post',
  PRIMARY KEY (ID),
  KEY type_status_date (post_type, post_status, post_date, ID),
  KEY post_parent (post_parent)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE wp_postmeta (
  meta_id bigint unsigned NOT NULL AUTO_INCREMENT,
  post_id bigint unsigned NOT NULL DEFAULT 0,
  meta_key varchar(255) DEFAULT NULL,
  meta_value longtext,
  PRIMARY KEY (meta_id),
  KEY post_id (post_id),
  KEY meta_key (meta_key(191))
) DEFAULT CHARSET=utf8mb4;
"""
)
HPOS = (
    COMMENTS
    + """
CREATE TABLE wp_wc_orders (
  id bigint unsigned NOT NULL,
  status varchar(20) DEFAULT NULL,
  currency varchar(10) DEFAULT NULL,
  type varchar(20) DEFAULT NULL,
  tax_amount decimal(26,8) DEFAULT NULL,
  total_amount decimal(26,8) DEFAULT NULL,
  customer_id bigint unsigned DEFAULT NULL,
  billing_email varchar(320) DEFAULT NULL,
  date_created_gmt datetime DEFAULT NULL,
  date_updated_gmt datetime DEFAULT NULL,
  parent_order_id bigint unsigned DEFAULT NULL,
  payment_method varchar(100) DEFAULT NULL,
  transaction_id varchar(100) DEFAULT NULL,
  PRIMARY KEY (id),
  KEY status (status),
  KEY date_created (date_created_gmt),
  KEY type_status_date (type, status, date_created_gmt),
  KEY parent_order_id (parent_order_id),
  KEY date_updated (date_updated_gmt)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE wp_wc_order_addresses (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  order_id bigint unsigned NOT NULL,
  address_type varchar(20) DEFAULT NULL,
  first_name text,
  last_name text,
  email varchar(320) DEFAULT NULL,
  PRIMARY KEY (id),
  KEY order_id (order_id),
  UNIQUE KEY address_type_order_id (address_type, order_id)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE wp_wc_orders_meta (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  order_id bigint unsigned DEFAULT NULL,
  meta_key varchar(255) DEFAULT NULL,
  meta_value text,
  PRIMARY KEY (id),
  KEY meta_key_value (meta_key(100), meta_value(82)),
  KEY order_id_meta_key_meta_value (order_id, meta_key(100), meta_value(82))
) DEFAULT CHARSET=utf8mb4;
"""
)
FIRST = 1001
"""The id of the first order; WooCommerce shows it as the order's number unless a plugin counts otherwise."""


def kept(orders: Sequence[Order]) -> Iterator[Kept]:
    for at, order in enumerate(orders):
        ids = all_ids(order)
        lost = _replaced_and_forgotten(at, order)
        yield Kept(
            number=_number(at, order),
            order_id=order.permission_id,
            ids=ids - {lost.charge_id} if lost else ids,
            changed=changed(order),
            amount=amount(order),
            currency=order.currency,
            buyer=order.buyer.name,
            created=order.created.replace(microsecond=0),
        )


def posts(orders: Sequence[Order]) -> Iterator[str]:
    for at, order in enumerate(orders):
        post = FIRST + at
        modified = changed(order)
        yield insert(
            "wp_posts",
            {
                "ID": post,
                "post_date": order.created,
                "post_date_gmt": order.created,
                "post_title": "Order",
                "post_status": f"wc-{_status(order)}",
                "post_modified_gmt": modified,
                "post_type": "shop_order",
            },
        )
        first, last = names(order)
        usual = {
            "_order_total": amount(order),
            "_order_currency": order.currency,
            "_billing_first_name": first,
            "_billing_last_name": last,
            "_billing_email": order.buyer.email,
            "_payment_method": "amazon_payments_advanced",
            "_customer_user": "1",
        }
        for key, value in [*usual.items(), *_meta(at, order)]:
            yield insert("wp_postmeta", {"post_id": post, "meta_key": key, "meta_value": value})
        for serial, refund in enumerate(order.refund_ids()):
            child = 100_000 + 10 * at + serial
            yield insert(
                "wp_posts",
                {"ID": child, "post_title": "Refund", "post_parent": post, "post_type": "shop_order_refund"},
            )
            yield insert("wp_postmeta", {"post_id": child, "meta_key": "amazon_refund_id", "meta_value": refund})
        yield from _notes(at, order)
    yield insert(
        "wp_posts",
        {"ID": 900, "post_title": "Order", "post_status": "wc-completed", "post_modified_gmt": "2026-11-02 09:00:00",
         "post_type": "shop_order"},
    )  # fmt: skip
    yield insert("wp_postmeta", {"post_id": 900, "meta_key": "_payment_method", "meta_value": "bacs"})
    yield insert("wp_postmeta", {"post_id": 900, "meta_key": "_order_total", "meta_value": "10.00"})


def hpos(orders: Sequence[Order]) -> Iterator[str]:
    for at, order in enumerate(orders):
        number = FIRST + at
        yield insert(
            "wp_wc_orders",
            {
                "id": number,
                "status": f"wc-{_status(order)}",
                "currency": order.currency,
                "type": "shop_order",
                "total_amount": amount(order),
                "billing_email": order.buyer.email,
                "date_created_gmt": order.created,
                "date_updated_gmt": changed(order),
                "payment_method": "amazon_payments_advanced",
                "transaction_id": order.permission_id,
            },
        )
        first, last = names(order)
        for kind in ("billing", "shipping"):
            yield insert(
                "wp_wc_order_addresses",
                {"order_id": number, "address_type": kind, "first_name": first, "last_name": last},
            )
        for key, value in _meta(at, order):
            yield insert("wp_wc_orders_meta", {"order_id": number, "meta_key": key, "meta_value": value})
        yield from _notes(at, order)
    yield insert(
        "wp_wc_orders",
        {"id": 900, "status": "wc-completed", "type": "shop_order", "date_updated_gmt": "2026-11-02 09:00:00",
         "payment_method": "bacs", "total_amount": "10.00", "currency": "EUR"},
    )  # fmt: skip
    yield insert("wp_wc_orders_meta", {"order_id": 900, "meta_key": "is_vat_exempt", "meta_value": "no"})


def _number(at: int, order: Order) -> str:
    if at % 4 == 3:
        return f"2026-{order.number.removeprefix('ORD-')}"
    return order.number if at % 2 else str(FIRST + at)


def _old(at: int) -> bool:
    """Whether an order is from before version 2 and was not opened since."""
    return at % 6 == 5


def _replaced_and_forgotten(at: int, order: Order) -> Charge | None:
    """A charge that a newer one replaced and whose note somebody deleted: the gap that the page names."""
    if at % 3 == 0 and len(order.charges) > 1:
        return next(charge for charge in order.charges if charge is not newest(order))
    return None


def _meta(at: int, order: Order) -> Iterator[tuple[str, str]]:
    if at % 4 == 3:  # a plugin that counts in its own way, and puts something around the count
        yield "_order_number", order.number.removeprefix("ORD-")
        yield "_order_number_formatted", _number(at, order)
    elif at % 2:
        yield "_order_number", order.number
    last = newest(order)
    if _old(at):
        yield "amazon_reference_id", order.permission_id
        if last and (last.captured or last.capturing):
            yield "amazon_capture_id", last.charge_id
        elif last:
            yield "amazon_authorization_id", older(last.charge_id)
    else:
        yield "amazon_payment_advanced_version", "2.6.1"
        yield "amazon_charge_permission_id", order.permission_id
        yield "amazon_charge_permission_status", json.dumps({"status": order.state, "reasons": []})
        if last:
            yield "amazon_charge_id", last.charge_id
            yield "amazon_charge_status", json.dumps({"status": last.state, "reasons": []})
    for refund in order.refund_ids():
        yield "amazon_refund_id", refund


def _notes(at: int, order: Order) -> Iterator[str]:
    lost = _replaced_and_forgotten(at, order)
    texts = [(order.created, f"Charge Permission {order.permission_id} with status Chargeable.")]
    for charge in order.charges:
        if charge is lost:
            continue
        shown = older(charge.charge_id) if _old(at) else charge.charge_id
        texts.append((charge.created, f"Charge {shown} with status Authorized."))
        if charge.state != "Authorized":
            texts.append((charge.updated, f"Charge {shown}\nwith status {charge.state}."))
    texts.append((order.created, "Customer asks for a gift box,\tplease."))
    for moment, text in texts:
        yield insert(
            "wp_comments",
            {
                "comment_post_ID": FIRST + at,
                "comment_author": "WooCommerce",
                "comment_date_gmt": moment,
                "comment_content": text,
                "comment_type": "order_note",
            },
        )


def _status(order: Order) -> str:
    last = newest(order)
    if captured(order) and refunded(order) >= captured(order):
        return "refunded"
    if last is None or last.state in ("AuthorizationInitiated", "Authorized", "CaptureInitiated"):
        return "on-hold"
    return {"Canceled": "pending", "Declined": "failed"}.get(last.state, "processing")
