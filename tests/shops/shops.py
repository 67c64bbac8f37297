"""The shops that are filled, each with its tables and what its preset must find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from tests.shops.fill import magento2, oxid, prestashop, shopware, woocommerce, xcart, xtc
from tests.shops.orders import Kept

from azpay_tui.simulator.model import Order

Fill = Callable[[Sequence[Order]], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop's database."""

    preset: str
    schema: str
    fill: Fill
    kept: Callable[[Sequence[Order]], Iterator[Kept]]
    complete: bool
    """What the shop's page says."""
    touch: str
    """What the shop does when the status of the order `{number}` changes now, and nothing else does."""
    break_: str
    """A change of a table that a new version of the plugin could bring."""


SHOPS = (
    Shop(
        "woocommerce",
        woocommerce.POSTS,
        woocommerce.posts,
        woocommerce.kept,
        False,
        "UPDATE wp_posts SET post_status = 'wc-completed', post_modified_gmt = UTC_TIMESTAMP() WHERE ID = 1001;",
        "ALTER TABLE wp_postmeta CHANGE meta_value value longtext;",
    ),
    Shop(
        "woocommerce-hpos",
        woocommerce.HPOS,
        woocommerce.hpos,
        woocommerce.kept,
        False,
        "UPDATE wp_wc_orders SET status = 'wc-completed', date_updated_gmt = UTC_TIMESTAMP() WHERE id = 1001;",
        "RENAME TABLE wp_wc_orders_meta TO wp_wc_order_meta;",
    ),
    Shop(
        "magento2",
        magento2.SCHEMA,
        magento2.fill,
        magento2.kept,
        True,
        "UPDATE sales_order SET status = 'complete' WHERE entity_id = 1;",
        "ALTER TABLE sales_payment_transaction CHANGE txn_id remote_id varchar(100);",
    ),
    Shop(
        "oxid",
        oxid.schema(),
        oxid.fill,
        oxid.kept,
        True,
        "UPDATE oxorder SET OXSENDDATE = NOW() WHERE OXORDERNR > 900 ORDER BY OXORDERNR LIMIT 1;",
        "ALTER TABLE amazonpaylog CHANGE OSC_AMAZON_CHARGE_ID OSC_CHARGE_ID char(32);",
    ),
    Shop(
        "oxid-1",
        oxid.schema("OXPS_AMAZON"),
        partial(oxid.fill, start="OXPS_AMAZON"),
        oxid.kept,
        True,
        "UPDATE oxorder SET OXSENDDATE = NOW() WHERE OXORDERNR > 900 ORDER BY OXORDERNR LIMIT 1;",
        "ALTER TABLE amazonpaylog CHANGE OXPS_AMAZON_CHARGE_ID OSC_AMAZON_CHARGE_ID char(32);",
    ),
    Shop(
        "modified",
        xtc.MODIFIED,
        xtc.modified,
        xtc.kept,
        True,
        "INSERT INTO orders_status_history (orders_id, orders_status_id, date_added)"
        " SELECT MIN(order_id), 3, NOW() FROM amazon_pay_transactions;",
        "ALTER TABLE amazon_pay_transactions CHANGE reference amazon_id varchar(255);",
    ),
    Shop(
        "gambio",
        xtc.GAMBIO,
        xtc.gambio,
        xtc.kept,
        True,
        "UPDATE orders SET last_modified = NOW() WHERE orders_id > 900 ORDER BY orders_id LIMIT 1;",
        "DROP TABLE amazon_pay_transactions;",
    ),
    Shop(
        "zencart",
        xtc.ZENCART,
        xtc.zencart,
        xtc.kept,
        True,
        "UPDATE orders SET last_modified = NOW(), orders_status = 3 WHERE orders_id > 900 ORDER BY orders_id LIMIT 1;",
        "RENAME TABLE amazon_pay_v2_transactions TO amazon_pay_v3_transactions;",
    ),
    Shop(
        "shopware",
        shopware.SCHEMA,
        shopware.fill,
        shopware.kept,
        False,
        "UPDATE order_transaction SET updated_at = UTC_TIMESTAMP(3)"
        " WHERE custom_fields LIKE '%swag_amazon_pay_charge_permission_id\": \"S%' ORDER BY created_at LIMIT 2;",
        "ALTER TABLE order_transaction CHANGE custom_fields payload longtext;",
    ),
    Shop(
        "shopware-transactions",
        shopware.SCHEMA,
        shopware.fill,
        shopware.kept_by_table,
        True,
        "UPDATE swag_amazon_pay_transaction SET updated_at = UTC_TIMESTAMP() ORDER BY time LIMIT 1;",
        "DROP TABLE swag_amazon_pay_transaction;",
    ),
    Shop(
        "prestashop",
        prestashop.SCHEMA,
        prestashop.fill,
        prestashop.kept,
        False,
        "UPDATE ps_orders SET current_state = 4, date_upd = NOW() WHERE id_order = 1;",
        "ALTER TABLE ps_amazonpay_transactions CHANGE amazon_transaction transaction varchar(255);",
    ),
    Shop(
        "xcart",
        xcart.SCHEMA,
        xcart.fill,
        xcart.kept,
        True,
        "INSERT INTO xc_order_history_events (order_id, date, code, data, comment)"
        " VALUES (1, UNIX_TIMESTAMP(), 'ORDER_CHANGED', '', '');",
        "ALTER TABLE xc_payment_transaction_data CHANGE value value_text longtext;",
    ),
)
