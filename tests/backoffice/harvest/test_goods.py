"""lines.csv: what was ordered; an order gets all of its lines or none, and what is wrong is told by its line."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from azpay_tui import presets
from azpay_tui.backoffice.harvest import BadLine, Reading, read, read_records
from azpay_tui.domain.goods import ordered
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import ShopFacts
from azpay_tui.domain.rows import OrderLine, TrackedOrder

HEAD = "permission_id,kind,sku,name,quantity,unit_amount,tax,amount,currency\n"
A, B, C = (f"S01-000000{number}-0000001" for number in (1, 2, 3))
READING = Reading("import", None, "simulator")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def row(order: str = A, line: str = "item,TEA,Tea,2,9.00,3.42,,EUR") -> str:
    return f"{order},{line}\n"


def taken(*rows: str, reading: Reading = READING) -> tuple[dict[str, int], list[str]]:
    """Return how many lines each order gets, and the complaints."""
    items = [*read(io.BytesIO((HEAD + "".join(rows)).encode()), reading)]
    orders = {item.order_id: len(item.lines) for item in items if isinstance(item, TrackedOrder)}
    return orders, [f"{item.number}: {item.reason}" for item in items if isinstance(item, BadLine)]


def test_lines_are_read_with_their_prices_and_what_is_for_the_whole_order() -> None:
    """S3.36, S3.51: what a slip is filled from."""
    text = row() + row(line=',CUP,"Cup, blue",1,,,7.50,EUR') + row(line="shipping,,Post,,,0.79,4.95,EUR")
    text += row(line="discount,,Voucher,,,,5.00,EUR")
    (order,) = read(io.BytesIO(("\ufeff" + HEAD + text).encode()), READING)
    assert isinstance(order, TrackedOrder)
    assert (order.order_id, order.side, order.source, order.complete) == (A, "shop", "import", False)
    assert order.lines == (
        OrderLine("Tea", "2", eur(21_42), "TEA", "item", eur(9_00), eur(3_42)),
        OrderLine("Cup, blue", "1", eur(7_50), "CUP"),
        OrderLine("Post", "", eur(4_95), None, "shipping", None, eur(79)),
        OrderLine("Voucher", "", eur(5_00), None, "discount"),
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("item,TEA,Tea,-2,9.00,,,EUR", "Line TEA: the quantity '-2' is below nothing."),
        ("item,TEA,Tea,1.5,9.00,,,EUR", "Line TEA: the quantity '1.5' is no whole number of pieces."),
        ("item,TEA,Tea,0,9.00,,,EUR", "Line TEA: the quantity is 0."),
        ("item,TEA,Tea,,9.00,,,EUR", "Line TEA: the quantity '' is no number of pieces, such as 2."),
        ("item,TEA,Tea,2,,,,EUR", "Line TEA: no amount was given."),
        ("item,TEA,Tea,2,9.00,,18.01,EUR", "Line TEA: 2 x 9.00 EUR and 0.00 EUR tax do not add up to 18.01 EUR."),
        ("item,TEA,Tea,2,9.00,,,", "unit_amount is given without a currency."),
        ("item,TEA,Tea,2,-9.00,,,EUR", "'-9.00' is not an amount. Write digits with an optional point, such as 12.50."),
        ("gift,TEA,Tea,2,9.00,,,EUR", "kind is 'gift', which is none of item, shipping, discount, tax."),
        ("tax,,,,,9.00,,EUR", "amount is missing: what the tax of the order comes to."),
        (f"item,TEA,{'x' * 501},2,9.00,,,EUR", "name is longer than 500 characters."),
    ],
)
def test_a_bad_line_is_told_and_its_order_gets_no_lines(line: str, says: str) -> None:
    orders, bad = taken(row(B), row(), row(line=line), row(), row(C))
    assert orders == {B: 1, C: 1}
    assert bad == [f"4: {says} None of the lines of {A} is taken."]


def test_every_bad_line_of_an_order_is_told() -> None:
    orders, bad = taken(row(line="item,X,X,-1,1.00,,,EUR"), row(line="item,Y,Y,1.5,1.00,,,EUR"))
    assert (orders, [told[:8] for told in bad]) == ({}, ["2: Line ", "3: Line "])


def test_a_line_that_cannot_be_read_may_be_of_either_order_beside_it() -> None:
    orders, bad = taken(row(A), "half a line\n", row(B), row(C))
    assert orders == {C: 1}
    assert bad == ["3: The line has 1 columns, the header has 9. The lines of the orders beside it are not taken."]
    assert taken(row(A), "half a line\n", row(A), row(B))[0] == {B: 1}, "it was one of the first order"


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ("1001", "permission_id is '1001', which is no id of an order such as S01-1234567-1234567."),
        (f"{B}-C000001", f"permission_id is '{B}-C000001', which is no id of an order such as S01-1234567-1234567."),
        (
            "P01-0000001-0000001",
            "permission_id is P01-0000001-0000001, which is of Amazon's live environment, and this profile is the "
            "simulator's.",
        ),
        (C, f"{C} is not known here; import the order before its lines."),
        (B, f"The lines of {B} stand in two places; those that come later are not taken."),
    ],
)
def test_lines_of_no_order_are_told_once(order: str, says: str) -> None:
    known = {A: ShopFacts(), B: ShopFacts()}
    orders, bad = taken(row(B), row(A), row(order), row(order), reading=replace(READING, facts=known.get))
    assert (orders, bad) == ({A: 1, B: 1}, [f"4: {says}"])


def test_lines_that_are_not_what_the_order_comes_to_are_not_taken() -> None:
    known = {A: ShopFacts(amount=eur(21_43)), B: ShopFacts(amount=eur(21_42)), C: ShopFacts()}
    orders, bad = taken(row(A), row(B), row(C), reading=replace(READING, facts=known.get))
    assert orders == {B: 1, C: 1}
    assert bad == [f"2: {A}: The lines of this order come to 21.42 EUR, the order to 21.43 EUR: they do not add up."]


def test_an_order_of_too_many_lines_gets_none() -> None:
    orders, bad = taken(*[row()] * 502, row(B))
    assert (orders, bad) == ({B: 1}, [f"502: {A} has more than 500 lines; none of them is taken."])


def test_of_a_file_that_breaks_off_the_last_order_gets_no_lines() -> None:
    class Broken(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            found = super().read1(size)
            if not found:
                raise OSError("the cable is out")
            return found

    items = [*read(Broken((HEAD + row(A) + row(B)).encode()), READING)]
    assert [item.order_id for item in items if isinstance(item, TrackedOrder)] == [A]
    assert [item.reason for item in items if isinstance(item, BadLine)] == ["import: the cable is out"]


def test_a_header_that_lacks_a_column_is_named_and_nothing_is_taken() -> None:
    (problem,) = read(io.BytesIO(b"permission_id,sku,name,quantity,unit_amount\n" + row(A).encode()), READING)
    assert isinstance(problem, BadLine)
    assert problem.about == "source"
    assert problem.reason.startswith(
        "import: The header lacks kind, tax, amount, currency; it must name permission_id,"
    )


def test_the_lines_of_a_shops_interface_add_up_with_tax_and_shipping() -> None:
    order = {
        "number": "1001",
        "currency": "EUR",
        "total": "26.37",
        "shipping_total": "4.00",
        "shipping_tax": "0.95",
        "line_items": [{"name": "Tea", "quantity": 2, "sku": "TEA", "total": "18.00", "total_tax": "3.42"}],
        "meta_data": [{"key": "amazon_charge_permission_id", "value": A}],
    }
    reading = replace(READING, mapping=presets.load("woocommerce-rest").mapping)
    (found,) = read_records([json.loads(json.dumps(order))], reading)
    assert isinstance(found, TrackedOrder)
    goods = ordered(found.lines, found.amount)
    assert [(line.key, line.amount, line.tax) for line in goods.lines] == [("TEA", eur(21_42), eur(3_42))]
    assert (goods.shipping, goods.shipping_tax) == (eur(4_95), eur(95))


def test_a_line_below_nothing_is_a_discount() -> None:
    order = {
        "orderNumber": "1001",
        "currency": {"isoCode": "EUR"},
        "amountTotal": "15.00",
        "shippingTotal": "0",
        "lineItems": [
            {"label": "Tea", "quantity": 2, "unitPrice": "9.00", "totalPrice": "18.00"},
            {"label": "Voucher", "quantity": 1, "unitPrice": "-3.00", "totalPrice": "-3.00"},
        ],
        "transactions": [{"customFields": {"swag_amazon_pay_charge_permission_id": A}}],
    }
    reading = replace(READING, mapping=presets.load("shopware-api").mapping)
    (found,) = read_records([order], reading)
    assert isinstance(found, TrackedOrder)
    assert [line.kind for line in found.lines] == ["item", "discount"]
    assert ordered(found.lines, found.amount).total == eur(15_00)
