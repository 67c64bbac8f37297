"""The sample orders as shops would give them: every file names them all, in the form of its shop."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.samples import make_samples
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.shapes import exports
from azpay_tui.simulator.shapes.batch import batch_text
from azpay_tui.simulator.shapes.databases import MAGENTO2, OXID, TRANSACTIONS, WOOCOMMERCE
from azpay_tui.simulator.shapes.standing import standing
from azpay_tui.simulator.situations import Wish, make_order

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TABLES = {"woocommerce.tsv": WOOCOMMERCE, "magento2.tsv": MAGENTO2, "oxid.tsv": OXID, "transactions.tsv": TRANSACTIONS}


@pytest.fixture(scope="module")
def samples() -> list[Order]:
    simulator = Simulator({}, seed=11)
    make_samples(90, simulator.book, simulator.settings, NOW)
    return list(simulator.book)


@pytest.fixture(scope="module")
def files(samples: list[Order]) -> dict[str, str]:
    return exports(samples, Settings(), NOW)


def table(text: str) -> list[dict[str, str]]:
    titles, *rows = (line.split("\t") for line in text.split("\n")[:-1])
    return [dict(zip(titles, row, strict=True)) for row in rows]


def one(situation: str, **wish: Any) -> Order:
    simulator = Simulator({}, seed=1)
    return make_order(Wish(situation, **wish), simulator.book, simulator.settings, NOW)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_names_every_order_with_its_permission(name: str, files: dict[str, str], samples: list[Order]) -> None:
    rows = table(files[name])
    assert [row["permission"] for row in rows] == [order.permission_id for order in samples]
    assert [row["number"] for row in rows] == [order.number for order in samples]
    assert all(row["created"][4] == "-" and row["created"][10] == " " for row in rows)
    assert "" not in {cell for row in rows for cell in row.values()}


@pytest.mark.parametrize("name", [name for name in TABLES if name != "woocommerce.tsv"])
def test_most_shops_keep_every_id(name: str, files: dict[str, str], samples: list[Order]) -> None:
    for order, row in zip(samples, table(files[name]), strict=True):
        for any_id in (*order.charge_ids(), *order.refund_ids()):
            assert any_id in " ".join(row.values())


def test_woocommerce_keeps_the_newest_charge_only(files: dict[str, str], samples: list[Order]) -> None:
    several = 0
    for order, row in zip(samples, table(files["woocommerce.tsv"]), strict=True):
        *earlier, newest = order.charge_ids() or ["NULL"]
        assert row["charge"] == newest
        assert not set(earlier) & set(" ".join(row.values()).split())
        several += bool(earlier)
    assert several


def test_shopware_answers_one_page_with_the_charge_of_the_checkout(files: dict[str, str], samples: list[Order]) -> None:
    page = json.loads(files["shopware.json"], parse_float=str, parse_int=str)
    assert page["total"] == str(len(samples))
    for order, found in zip(samples, page["data"], strict=True):
        (payment,) = found["transactions"]
        kept = payment["customFields"]
        assert kept["swag_amazon_pay_charge_permission_id"] == order.permission_id
        assert kept["swag_amazon_pay_charge_id"] == next(iter(order.charge_ids()), None)
        assert kept.get("swag_amazon_pay_last_refund_id") == next(reversed(order.refund_ids()), None)
        amounts = [found["amountTotal"], *(line["totalPrice"] for line in found["lineItems"])]
        total, *parts = (Decimal(text).scaleb(0 if order.currency == "JPY" else 2) for text in amounts)
        assert total == sum(parts) == order.amount


def test_a_settlement_names_the_orders_where_money_moved(files: dict[str, str], samples: list[Order]) -> None:
    head, titles, *rows = (files["settlement.txt"].split("\r\n\r\n")[0], *_settled(files["settlement.txt"]))
    assert head.startswith('"SellerId"')
    assert titles[5] == "AmazonOrderReferenceId"
    assert {row[5] for row in rows} == {order.permission_id for order in samples if order.captured()}
    assert exports([], Settings(), NOW)["settlement.txt"].count("\n") == 5


def _settled(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))[4:]


def test_what_would_break_a_line_is_escaped_as_mysql_does() -> None:
    order = one("open", buyer_name="A\\B\tC\nD\0E")
    (row,) = table(batch_text(WOOCOMMERCE, [order], NOW))
    assert row["buyer_name"] == r"A\\B\tC\nD\0E"
    assert row["charge"] == row["notes"] == "NULL"


@pytest.mark.parametrize(
    ("situation", "age", "where"),
    [
        ("open", None, "open"),
        ("suspended", None, "open"),
        ("pending", None, "pending"),
        ("authorized", None, "authorized"),
        ("closed-authorized", None, "authorized"),
        ("lapsed", None, "lapsed"),
        ("capturing", None, "capturing"),
        ("part-captured", None, "part-captured"),
        ("captured", timedelta(hours=5), "captured"),
        ("captured", timedelta(days=9), "shipped"),
        ("part-refunded", None, "part-refunded"),
        ("refunded", None, "refunded"),
        ("refunding", timedelta(hours=5), "captured"),
        ("refund-declined", timedelta(days=9), "shipped"),
        ("declined-soft", None, "declined"),
        ("rejected", None, "declined"),
        ("voided", None, "voided"),
        ("canceled", None, "canceled"),
        ("open", timedelta(days=190), "canceled"),
        ("unknown", None, "unknown"),
    ],
)
def test_the_shop_sees_where_an_order_stands(situation: str, age: timedelta | None, where: str) -> None:
    assert standing(one(situation, age=age), NOW) == where


def test_two_runs_write_the_same_text(files: dict[str, str], samples: list[Order]) -> None:
    assert exports(samples, Settings(), NOW) == files
