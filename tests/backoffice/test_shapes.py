"""The simulator's exports, read with the presets of their shops: all of them give the same orders."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Final

import pytest

from azpay_tui import presets
from azpay_tui.backoffice.harvest import BadLine, Reading, read, read_records
from azpay_tui.domain.mapping import Mapping
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.samples import make_samples
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.shapes import exports
from azpay_tui.simulator.shapes.batch import Table
from azpay_tui.simulator.shapes.databases import MAGENTO2, OXID, TRANSACTIONS, WOOCOMMERCE

NOW: Final = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
#: File -> the preset that reads it.
PRESETS: Final = {
    "woocommerce.tsv": "woocommerce",
    "magento2.tsv": "magento2",
    "oxid.tsv": "oxid",
    "transactions.tsv": "modified",
    "shopware.json": "shopware-api",
}
#: Files whose shops keep every charge and refund.
WHOLE: Final = ("orders.csv", "magento2.tsv", "oxid.tsv", "transactions.tsv")


@pytest.fixture(scope="module")
def samples() -> list[Order]:
    simulator = Simulator({}, seed=5)
    make_samples(70, simulator.book, simulator.settings, NOW)
    return list(simulator.book)


@pytest.fixture(scope="module")
def files(samples: list[Order]) -> dict[str, str]:
    return exports(samples, Settings(), NOW)


def harvested(data: bytes, mapping: Mapping | None = None) -> dict[str, TrackedOrder]:
    """The orders of a file; the ids of one that stands in several lines are put together."""
    found: dict[str, TrackedOrder] = {}
    for item in read(io.BytesIO(data), Reading("shop", None, "simulator", mapping)):
        assert not isinstance(item, BadLine), item.reason
        found[item.order_id] = item
    return found


def ids_of(data: bytes, mapping: Mapping | None = None) -> set[str]:
    found: set[str] = set()
    for item in read(io.BytesIO(data), Reading("shop", None, "simulator", mapping)):
        assert not isinstance(item, BadLine), item.reason
        found |= {item.order_id, *item.charge_ids, *item.refund_ids}
    return found


def mapping_of(name: str) -> Mapping | None:
    return presets.load(PRESETS[name]).mapping if name in PRESETS else None


@pytest.mark.parametrize("name", ["orders.csv", *PRESETS])
@pytest.mark.parametrize("known", [True, False], ids=["with its preset", "without"])
def test_every_shape_names_all_orders(name: str, known: bool, files: dict[str, str], samples: list[Order]) -> None:
    found = harvested(files[name].encode(), mapping_of(name) if known else None)
    assert set(found) == {order.permission_id for order in samples}


@pytest.mark.parametrize("name", ["orders.csv", *PRESETS])
def test_every_shape_says_the_same_of_an_order(name: str, files: dict[str, str], samples: list[Order]) -> None:
    found = harvested(files[name].encode(), mapping_of(name))
    for order in samples:
        read_as = found[order.permission_id]
        assert read_as.number == order.number
        assert read_as.amount is not None
        assert (read_as.amount.minor, read_as.currency) == (order.amount, order.currency)
        assert read_as.created == order.created
        assert (read_as.buyer_name, read_as.buyer_email) == (order.buyer.name, order.buyer.email)
        assert set(read_as.charge_ids) <= set(order.charge_ids())
        if name in WHOLE:
            assert (set(read_as.charge_ids), set(read_as.refund_ids)) == (
                set(order.charge_ids()),
                set(order.refund_ids()),
            )


@pytest.mark.parametrize("name", PRESETS)
def test_a_shape_is_complete_as_its_preset_says(name: str, files: dict[str, str], samples: list[Order]) -> None:
    preset = presets.load(PRESETS[name])
    assert preset.complete is (name in WHOLE)
    found = harvested(files[name].encode(), preset.mapping).values()
    assert {order.complete for order in found} == {preset.complete}
    assert {order.side for order in found} == {"shop"}


@pytest.mark.parametrize("name", PRESETS)
def test_every_word_of_a_shape_is_one_that_its_preset_knows(name: str, files: dict[str, str]) -> None:
    # Words that say nothing of the money: Amazon's reason, a part or nobody knows how much of it, an order at work.
    silent = {
        "magento2.tsv": {"processing, part paid"},
        "oxid.tsv": {"ExpiredUnused", "REFUNDED, paid, sent"},
        "shopware.json": {"paid_partially"},
        "transactions.tsv": {"Pending", "Processing"},
    }
    found = harvested(files[name].encode(), mapping_of(name)).values()
    assert {order.shop_status for order in found if order.claim is None} == silent.get(name, set())


@pytest.mark.parametrize(
    ("name", "table"),
    [("woocommerce", WOOCOMMERCE), ("magento2", MAGENTO2), ("oxid", OXID), ("modified", TRANSACTIONS)],
)
def test_columns_are_those_that_the_question_asks_for(name: str, table: Table) -> None:
    asked = [title for titles in presets.load(name).mapping.columns.values() for title in titles]
    assert sorted(table.columns) == sorted(asked)


def test_a_settlement_names_its_part_of_the_orders(files: dict[str, str], samples: list[Order]) -> None:
    moved = {order.permission_id for order in samples if order.captured()}
    assert 0 < len(moved) < len(samples)
    assert set(harvested(files["settlement.txt"].encode())) == moved


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp932"])
def test_a_log_with_ids_in_prose_names_them_all(encoding: str, samples: list[Order]) -> None:
    lines = []
    for order in samples:
        lines.append(f"[2026-05-04 11:59:01] Größe: order {order.number} of {order.buyer.name}: {order.permission_id}.")
        lines += [f'  charge "{charge_id}", done;' for charge_id in order.charge_ids()]
        lines += [f"refunded={refund_id}&x=1" for refund_id in order.refund_ids()]
    text = "\n".join(lines) + "\n"
    known = {any_id for order in samples for any_id in (order.permission_id, *order.charge_ids(), *order.refund_ids())}
    assert ids_of(text.encode(encoding, errors="replace")) == known


def test_bytes_of_no_encoding_lose_no_order(samples: list[Order]) -> None:
    text = b"".join(b"\xff\xfe\x81 K\xf6ln \xe2\x28\xa1 %s \x80\n" % order.permission_id.encode() for order in samples)
    assert ids_of(b"log\n" + text) == {order.permission_id for order in samples}


def test_older_authorization_ids_are_charges(samples: list[Order]) -> None:
    order = next(order for order in samples if order.charges)
    older = order.charge_ids()[0].replace("-C", "-A")
    assert ids_of(f"authorized {older}\n".encode()) == {order.permission_id, order.charge_ids()[0]}


def test_the_rest_interface_of_woocommerce_says_the_same(samples: list[Order]) -> None:
    first, last = samples[3], samples[-1]
    orders = [
        {
            "id": number,
            "number": order.number,
            "status": "on-hold",
            "currency": order.currency,
            "total": "12",
            "date_created_gmt": f"{order.created:%Y-%m-%dT%H:%M:%S}",
            "billing": {"first_name": "Ada", "last_name": "Muster", "email": "ada@buyer.example"},
            "line_items": [{"id": 1, "name": "Tea", "quantity": 2, "total": "12", "sku": "T-1"}],
            "meta_data": [
                {"id": 1, "key": "is_vat_exempt", "value": "no"},
                {"id": 2, "key": "amazon_charge_permission_id", "value": order.permission_id},
                {"id": 3, "key": "note", "value": f"replaces {samples[0].permission_id}"},
            ],
        }
        for number, order in enumerate((first, last), start=1)
    ]
    mapping = presets.load("woocommerce-rest").mapping
    found = [
        item
        for item in read_records(json.loads(json.dumps(orders)), Reading("shop", "shop", "simulator", mapping))
        if isinstance(item, TrackedOrder) and item.number is not None
    ]
    assert [(item.order_id, item.number) for item in found] == [
        (first.permission_id, first.number),
        (last.permission_id, last.number),
    ]
    assert (found[0].shop_status, found[0].claim) == ("on-hold", "open")
    assert (found[0].buyer_name, found[0].created) == ("Ada Muster", first.created)
    assert [(line.name, line.quantity, line.sku) for line in found[0].lines] == [("Tea", "2", "T-1")]


def test_a_second_payment_in_shopware_is_the_one_that_counts(samples: list[Order]) -> None:
    old, new = samples[3].permission_id, samples[4].permission_id

    def payment(permission_id: str | None, state: str) -> dict[str, object]:
        kept = {"swag_amazon_pay_charge_permission_id": permission_id}
        return {"customFields": kept, "stateMachineState": {"technicalName": state}}

    order = {
        "orderNumber": "10001",
        "amountTotal": 12.5,
        "currency": {"isoCode": "EUR"},
        "transactions": [
            {"customFields": None, "stateMachineState": {"technicalName": "failed"}},
            payment(old, "cancelled"),
            payment(new, "paid"),
            payment(None, "open"),
        ],
    }
    reading = Reading("shop", "shop", "simulator", presets.load("shopware-api").mapping)
    found = {item.order_id: item for item in read_records([order], reading) if isinstance(item, TrackedOrder)}
    assert set(found) == {old, new}
    assert (found[new].number, found[new].shop_status, found[new].claim) == ("10001", "paid", "paid")
    assert found[old].number is None
