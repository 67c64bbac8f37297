"""orders.csv: what is taken, what is not, and that one bad line costs no other."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.backoffice.harvest import BadLine
from azpay_tui.backoffice.harvest.contract import COLUMNS, read_orders
from azpay_tui.backoffice.harvest.records import HeaderError
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import TrackedOrder

HEADER = ",".join(COLUMNS)
A, B, C = "S01-1111111-1111111", "S01-2222222-2222222", "P03-3333333-3333333"


def read(text: str | bytes) -> list[TrackedOrder | BadLine]:
    return list(read_orders(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def taken(text: str | bytes) -> list[str]:
    return [item.order_id for item in read(text) if isinstance(item, TrackedOrder)]


def bad(text: str | bytes) -> list[int]:
    return [item.number for item in read(text) if isinstance(item, BadLine)]


def file(*lines: str) -> str:
    return "\n".join([HEADER, *lines, ""])


def row(order_id: str = A, **cells: str) -> str:
    values = {"permission_id": order_id, **cells}
    return ",".join(values.get(name, "") for name in COLUMNS)


def test_every_column_of_a_full_line() -> None:
    line = row(
        order_number="ORD-1", charge_ids=f"{A}-C000001 {A}-C000002", refund_ids=f"{A}-R000001", currency="EUR",
        amount="12.5", created="2026-01-31T09:15:00.5+01:00", buyer_name='"Muster, Ada"', buyer_email="ada@shop.test",
    )  # fmt: skip
    assert read(f"{HEADER}\r\n{line}\r\n") == [
        TrackedOrder(
            order_id=A,
            number="ORD-1",
            amount=Money(1250, "EUR"),
            currency="EUR",
            created=datetime(2026, 1, 31, 8, 15, 0, 500_000, UTC),
            buyer_name="Muster, Ada",
            buyer_email="ada@shop.test",
            charge_ids=(f"{A}-C000001", f"{A}-C000002"),
            refund_ids=(f"{A}-R000001",),
            complete=True,
            source="import",
            side="shop",
        )
    ]


def test_all_but_the_id_may_be_empty_and_an_empty_list_means_that_there_are_none() -> None:
    (order,) = read(f"{HEADER}\n{row()}")
    assert order == TrackedOrder(A, complete=True, source="import", side="shop")


def test_columns_come_in_any_order_and_others_are_ignored() -> None:
    names = [*reversed(COLUMNS), "colour", "colour"]
    cells = [{"permission_id": B, "order_number": "7"}.get(name, "") for name in names]
    assert read(",".join(names) + "\n" + ",".join(cells)) == [
        TrackedOrder(B, number="7", complete=True, source="import", side="shop")
    ]


def test_a_byte_order_mark_and_blank_lines_are_no_obstacle() -> None:
    assert taken(f"\ufeff{HEADER}\n\n{row(A)}\n \n{row(B)}\n") == [A, B]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        (row(), "lacks"),
        (HEADER.replace(",charge_ids", ""), "lacks charge_ids"),
        (HEADER.replace(",", ";"), "commas"),
        (HEADER + ",amount", "more than once"),
        ('"' + HEADER, "header cannot be read"),
    ],
)
def test_a_file_without_its_header_is_not_read(text: str, says: str) -> None:
    with pytest.raises(HeaderError, match=says):
        read(text)


@pytest.mark.parametrize(
    "line",
    [
        row("S01-1111111-111111"),
        row(""),
        row(A.lower()),
        row("\u0665" + A[1:]),
        row(A, charge_ids=f"{B}-C000001"),
        row(A, charge_ids=f"{A}-R000001"),
        row(A, charge_ids=f"{A}-C000001;{A}-C000002"),
        row(A, refund_ids=A),
        row(A, amount="12.50"),
        row(A, amount="12.505", currency="EUR"),
        row(A, amount="1250.0", currency="JPY"),
        row(A, amount="1e3", currency="EUR"),
        row(A, amount="-5", currency="EUR"),
        row(A, amount="NaN", currency="EUR"),
        row(A, amount="\u0661\u0662", currency="EUR"),
        row(A, amount='"1,250.00"', currency="EUR"),
        row(A, amount="1e3", currency="XXX"),
        row(A, currency="eur"),
        row(A, created="2026-01-31"),
        row(A, created="2026-01-31T08:15:00"),
        row(A, created="2026-02-30T08:15:00Z"),
        row(A, created="0001-01-01T00:00:00+23:59"),
        row(A, created="9999-12-31T00:00:00Z"),
        row(A, created="yesterday"),
        row(A, buyer_name="x" * 501),
        row(A) + ",more",
        row(A)[:-1],
        row(A, buyer_name='"Ada" Muster'),
        row(A, buyer_name='"Ada'),
        row(A, buyer_name="A\0da"),
        row(A) + "x" * 70_000,
    ],
    ids=range(31),
)
def test_a_bad_line_is_told_by_its_number_and_costs_no_other(line: str) -> None:
    text = file(row(B), line, row(C))
    assert (taken(text), bad(text)) == ([B, C], [3])
    (problem,) = [item for item in read(text) if isinstance(item, BadLine)]
    assert problem.reason.endswith(".")
    assert "\n" not in problem.reason


def test_a_line_that_is_not_utf8_is_told_and_its_order_taken() -> None:
    text = (
        f"{HEADER}\n{row(A)}\n".encode() + row(B, buyer_name="J\u00fcrgen").encode("latin-1") + f"\n{row(C)}\n".encode()
    )
    assert (taken(text), bad(text)) == ([A, B, C], [3])


def test_a_name_may_hold_commas_quotes_and_line_ends() -> None:
    (order, _) = read(file(row(A, buyer_name='"Ada ""A"", Muster\r\nc/o Nina"'), row(B)))
    assert isinstance(order, TrackedOrder)
    assert order.buyer_name == 'Ada "A", Muster\r\nc/o Nina'


def test_a_quote_inside_a_name_without_quotes_is_part_of_it() -> None:
    orders = read(file(row(A, buyer_name='Ada "the" Muster'), row(B, buyer_name='5" Screens Ltd'), row(C)))
    assert [order.buyer_name for order in orders if isinstance(order, TrackedOrder)] == [
        'Ada "the" Muster',
        '5" Screens Ltd',
        None,
    ]


def test_lines_after_a_name_of_several_lines_keep_their_numbers() -> None:
    text = file(row(A, buyer_name='"Ada\nMuster"'), "nonsense")
    assert (taken(text), bad(text)) == ([A], [4])


def test_an_open_quote_swallows_neither_the_next_order_nor_the_next_quoted_name() -> None:
    text = file(row(A, buyer_name='"open'), row(B, buyer_name='"Muster, Ada"'), row(C, buyer_name='"also open'))
    assert (taken(text), bad(text)) == ([B], [2, 4])


def test_bad_lines_without_end_are_read_one_by_one() -> None:
    text = f"{HEADER}\n" + '"\n' * 501 + f"{row(C)}\n"
    assert taken(text) == [C]
    assert len(bad(text)) == 501


@given(st.lists(st.one_of(st.just(row(A)), st.text(max_size=40), st.text(alphabet='",\r\n\0 S01-', max_size=40))))
def test_whatever_stands_in_the_file_the_line_after_it_is_taken(lines: list[str]) -> None:
    items = read("\n".join([HEADER, *lines, "", row(B), ""]).encode("utf-8", "replace"))
    assert [i for i in items if isinstance(i, TrackedOrder)]
    numbers = [item.number for item in items if isinstance(item, BadLine)]
    assert numbers == sorted(set(numbers))


def test_a_currency_that_is_not_known_is_kept_as_it_came() -> None:
    (kept,) = [item for item in read(file(row(A, amount="1.500", currency="BHD"))) if isinstance(item, TrackedOrder)]
    assert kept.amount == Money(1500, "BHD", 3)
    assert not kept.amount.known
