"""Tables, JSON and text: what is read of each, and what is said when it is not what it should be."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.backoffice.harvest.reader import A, B, Book, C, Pieces, bad, ids, items, orders, reading

from azpay_tui.backoffice.harvest import BadLine, Reading, read, read_records
from azpay_tui.backoffice.harvest.contract import COLUMNS
from azpay_tui.domain.mapping import Mapping
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import OrderLine, TrackedOrder

TITLES = ("Order", "Payment", "Total", "Cur", "Date", "Name", "Mail", "State", "Goods")
MAPPING = Mapping(
    {
        "number": ("order",),
        "permission": ("payment",),
        "amount": ("total",),
        "currency": ("cur",),
        "created": ("date",),
        "buyer_name": ("name",),
        "buyer_email": ("mail",),
        "status": ("state",),
        "lines": ("goods",),
    },
    {"processing": "paid"},
    complete=True,
    timezone="Europe/Berlin",
)
MAPPED = reading(MAPPING)
ROW = ("1001", A, "12.50", "EUR", "2026-07-01 10:00:00", "Ada Muster", "ada@shop.test", "Processing", "2 x Tea (T-1)")
ORDER = TrackedOrder(
    A,
    number="1001",
    amount=Money(1250, "EUR"),
    currency="EUR",
    created=datetime(2026, 7, 1, 8, tzinfo=UTC),
    buyer_name="Ada Muster",
    buyer_email="ada@shop.test",
    complete=True,
    source="shop",
    shop_status="Processing",
    claim="paid",
    lines=(OrderLine("Tea", "2", None, "T-1"),),
    side="shop",
)


def table(*rows: tuple[str, ...], delimiter: str = "\t") -> str:
    return "".join(delimiter.join(row) + "\n" for row in (TITLES, *rows))


def row(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(title.lower(), cell) for title, cell in zip(TITLES, ROW, strict=True))


def reasons(text: str | bytes, how: Reading = MAPPED) -> list[str]:
    return [line.reason for line in bad(text, how)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_mapped_table_in_every_shape_gives_the_same_order(delimiter: str, end: str, encoding: str) -> None:
    text = table(ROW, delimiter=delimiter).replace("\n", end)
    assert items(text.encode(encoding), MAPPED) == [ORDER]


def test_the_same_order_as_json_lines_a_list_and_parsed_objects() -> None:
    value = dict(zip(MAPPING.columns["number"] + tuple(t.lower() for t in TITLES[1:]), ROW, strict=True))
    value |= {"goods": [{"name": "Tea", "quantity": 2, "sku": "T-1"}]}  # type: ignore[dict-item]
    assert items(json.dumps(value), MAPPED) == [ORDER]
    assert items(json.dumps(value) + "\n" + json.dumps(value) + "\n", MAPPED) == [ORDER, ORDER]
    assert items(json.dumps([value, value], indent=2), MAPPED) == [ORDER, ORDER]
    assert items(json.dumps({"total": 2, "data": {"rows": [value, value]}}), MAPPED) == [ORDER, ORDER]
    assert list(read_records([value, value], MAPPED)) == [ORDER, ORDER]


def test_columns_go_by_many_names_where_nobody_said_how_to_read() -> None:
    text = f"Order Number;Charge-Permission-ID;Order_Total;Currency\n7;{A};1.234,50;eur\n"
    (order,) = orders(text)
    assert (order.number, order.amount, order.side, order.complete) == ("7", Money(123450, "EUR"), "shop", False)
    (order,) = orders(json.dumps({"orderNumber": 7, "amountTotal": 12.5, "currency": "EUR", "deep": [{"x": A}]}))
    assert (order.number, order.amount, order.side) == ("7", Money(1250, "EUR"), "shop")


def test_what_nobody_named_is_a_persons_word() -> None:
    assert orders(f"see {A}\n") == [TrackedOrder(A, source="shop", side="person")]


def test_tables_begin_behind_other_lines() -> None:
    text = '"SellerId","X1"\n"From","2026-01-01"\n\nName,AmazonOrderReferenceId,Amount\nx,' + A + ",1\n"
    assert ids(text) == {A}
    assert bad(text) == []
    head = "mysql: [Warning] Using a password on the command line interface can be insecure.\n"
    assert items(head + table(ROW), MAPPED) == [ORDER]


def test_a_line_of_text_with_a_name_or_two_is_no_table() -> None:
    text = f"email, created, charge: see below\n{A} was paid\nstatus|number\n{B}\n"
    assert (ids(text), bad(text)) == ({A, B}, [])


def test_orders_csv_is_read_by_its_own_rules_whatever_else_was_said() -> None:
    text = ",".join(COLUMNS) + f"\n7,{A},,,,,,Ada,\n8,{B},x,,,,,,\n"
    for how in (reading(), MAPPED):
        assert [(order.number, order.buyer_name, order.complete) for order in orders(text, how)] == [("7", "Ada", True)]
        assert [(line.number, line.about) for line in bad(text, how)] == [(3, "line")]


def test_what_mysql_escapes_is_put_back() -> None:
    cell = 'said \\"no\\"\\tthen\\n"yes" \\\\ \\0'
    (order,) = orders(table(row(name=cell, mail="NULL", goods="\\N")), MAPPED)
    assert order.buyer_name == 'said "no"\tthen\n"yes" \\ \0'.strip()
    assert (order.buyer_email, order.lines) == (None, ())


def test_quotes_hold_delimiters_and_line_ends() -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([TITLES, row(name='Ada; "A"\nMuster'), row(order="2", payment=B)])
    first, second = orders(out.getvalue(), MAPPED)
    assert (first.buyer_name, second.number) == ('Ada; "A"\nMuster', "2")


def test_an_open_quote_costs_one_line_its_labels() -> None:
    text = table(row(name='"Ada'), row(payment=B), row(payment=C), delimiter=",")
    found = orders(text, MAPPED)
    assert [(order.order_id, order.number) for order in found] == [(A, None), (B, "1001"), (C, "1001")]
    assert [(line.number, line.about) for line in bad(text, MAPPED)] == [(2, "line")]


def test_a_line_of_another_width_keeps_its_ids_and_is_told() -> None:
    text = table(ROW[:4], row(payment=B), (*row(payment=C), "more"))
    assert [(order.order_id, order.complete) for order in orders(text, MAPPED)] == [(A, False), (B, True), (C, False)]
    assert [line.number for line in bad(text, MAPPED)] == [2, 4]
    assert reasons(text)[0] == "The line has 4 columns, the titles are 9; only ids were read."


def test_half_a_line_at_the_end_is_told_and_what_came_before_is_kept() -> None:
    text = table(ROW, row(payment=B))[:-90]
    assert [order.order_id for order in orders(text, MAPPED)] == [A, B][: 1 + (B in text)]
    assert reasons(text) == ["shop: line 3, the last one, breaks off; what came before was read."]


def test_the_last_cell_may_be_half_a_one_where_its_line_has_no_end() -> None:
    text = table(ROW, row(payment=B))
    assert [order.complete for order in orders(text, MAPPED)] == [True, True]
    assert [order.complete for order in orders(text[:-1], MAPPED)] == [True, False]
    text = table(ROW, row(payment=B), delimiter=",")  # many programs write no end there
    assert [order.complete for order in orders(text[:-1], MAPPED)] == [True, True]


def test_a_changed_table_is_told_and_the_rest_is_read() -> None:
    text = table(ROW).replace("Total", "Sum").replace("State", "Status")
    (order,) = orders(text, MAPPED)
    assert (order.number, order.amount, order.shop_status) == ("1001", None, None)
    (reason,) = reasons(text)
    assert reason.startswith("shop: there is no column total, state: ")


def test_a_table_without_its_titles_gives_ids_and_is_told() -> None:
    text = "\t".join(ROW) + "\n"
    assert ids(text, MAPPED) == {A}
    assert reasons(text)[0].startswith("shop: the line of titles is missing")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<!DOCTYPE html>\n<html><body>Sign in</body></html>", "web page"),
        ("\n <HTML><h1>502</h1>", "web page"),
        ("Enter password: \n", "asks for a password"),
        ("root@web1's password: ", "asks for a password"),
        ("Password for admin: ", "asks for a password"),
        ("ERROR 1146 (42S02) at line 3: Table 'shop.orders' doesn't exist\n", "the database says: ERROR 1146"),
        ("\x1f\x8b\x08\x00rest", "gzip"),
        ("PK\x03\x04rest", "unpack"),
    ],
)
def test_what_is_no_data_is_said_with_the_name_of_the_source(text: str, says: str) -> None:
    for end in ("", f" {A}\n"):
        told = reasons((text + end).encode("latin-1"), reading())
        assert len(told) == 1
        assert told[0].startswith("shop: ")
        assert says in told[0]
        assert ids((text + end).encode("latin-1")) == ({A} if end else set())


def test_data_behind_a_prompt_is_read_all_the_same() -> None:
    found = items("Enter password: " + table(ROW), MAPPED)
    assert found[1:] == [ORDER]
    assert "password" in reasons("Enter password: " + table(ROW))[0]


def test_a_database_that_gives_up_half_way_is_told() -> None:
    text = table(ROW) + "ERROR 2013 (HY000): Lost connection to MySQL server during query\n"
    assert orders(text, MAPPED) == [ORDER]
    assert reasons(text) == [
        "shop: the database says: ERROR 2013 (HY000): Lost connection to MySQL server during query."
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "nothing here\n", table(), "{}", "[]", '{"data":[]}'])
def test_nothing_is_no_complaint(text: str) -> None:
    assert items(text) == []


@pytest.mark.parametrize("cut", range(1, 220, 7))
def test_json_that_breaks_off_keeps_what_came(cut: int) -> None:
    whole = json.dumps({"data": [{"order": str(n), "payment": f"S01-000000{n}-0000000"} for n in range(6)]})
    text = whole[:-cut]
    complete = text.count("}")
    found = orders(text, reading(MAPPING))
    assert [order.number for order in found if order.number] == [str(n) for n in range(complete)]
    (reason,) = reasons(text)
    assert reason.startswith("shop: the JSON breaks off")


def test_a_bad_line_among_json_lines_costs_no_other() -> None:
    lines = [json.dumps({"order": str(n), "payment": order_id}) for n, order_id in enumerate((A, B, C))]
    lines[1] = lines[1].replace(":", "=", 1)
    text = "\n".join(lines) + "\n"
    assert [(order.order_id, order.number) for order in orders(text, MAPPED)] == [(A, "0"), (B, None), (C, "2")]
    assert [(line.number, line.about) for line in bad(text, MAPPED)] == [(2, "line")]


def test_a_long_json_is_read_as_it_comes() -> None:
    many = [{"order": n, "payment": f"S01-{n:07d}-0000000", "x": "y" * 200} for n in range(30_000)]
    text = json.dumps({"meta": {"count": 1}, "data": many, "seen": B})
    assert len(text) > 5_000_000
    found = orders(text, MAPPED)
    assert [order.number for order in found[:-1]] == [str(n) for n in range(30_000)]
    assert found[-1].order_id == B


def test_numbers_of_json_stay_what_they_are() -> None:
    (order,) = orders(json.dumps([{"order": True, "payment": A, "total": 0.1, "cur": "EUR"}]), MAPPED)
    assert (order.number, order.amount) == (None, Money(10, "EUR"))


def test_json_too_deep_or_too_long_is_still_searched() -> None:
    assert ids("[" * 5000 + f'"{A}"') == {A}
    assert ids('[{"a":' * 300 + f'"{A}"') == {A}
    assert ids('[{"n":' + "1" * 10_000 + f',"a":"{A}"}}]') == {A}


def test_labels_belong_to_the_payment_of_the_row() -> None:
    text = table(row(name=f"paid before by {B}-C000001"))
    found = {order.order_id: (order.number, order.complete, order.charge_ids) for order in orders(text, MAPPED)}
    assert found == {B: (None, False, (f"{B}-C000001",)), A: ("1001", True, ())}
    text = table(row(payment="", name=f"{A} {B}"))
    assert {order.order_id: order.number for order in orders(text, MAPPED)} == {A: None, B: None}
    assert reasons(text) == ["2 orders are named; the other columns were given to none of them."]


def test_an_id_under_the_title_of_a_number_is_no_number() -> None:
    assert [order.number for order in orders(f"order_id,x\n{A},1\n")] == [None]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250), ("12", "EUR", 1200), ("12.5000", "EUR", 1250), ("1,234.50", "EUR", 123450),
        ("1.234,50", "EUR", 123450), ("12,50", "EUR", 1250), ("1,234,567", "EUR", 123456700), ("0.00", "EUR", 0),
        ("1.234.567,8", "EUR", 123456780), ("1250", "JPY", 1250), ("1250.00", "JPY", 1250), ("1,250.0", "JPY", 1250),
    ],
)  # fmt: skip
def test_amounts_that_are_certain(text: str, currency: str, minor: int) -> None:
    assert orders(table(row(total=text, cur=currency)), MAPPED)[0].amount == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1,234", "EUR"), ("1.234", "EUR"), ("12.505", "EUR"), ("-5.00", "EUR"), ("1e3", "EUR"), ("NaN", "EUR"),
        ("\u0661\u0662", "EUR"), ("12.50 EUR", "EUR"), ("1 234,50", "EUR"), ("12.5", "JPY"), ("12.50", "Euro"),
        ("9" * 16, "EUR"), ("1,23.4", "EUR"), ("1.23,4.5", "EUR"),
    ],
)  # fmt: skip
def test_an_amount_that_is_not_certain_costs_no_order(text: str, currency: str) -> None:
    source = table(row(total=text, cur=currency))
    (order,) = orders(source, MAPPED)
    assert (order.amount, order.number) == (None, "1001")
    assert [(line.number, line.about) for line in bad(source, MAPPED)] == [(2, "label")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-07-01 10:00:00", "2026-07-01T08:00:00"), ("2026-01-01 10:00:00", "2026-01-01T09:00:00"),
        ("2026-07-01T10:00:00Z", "2026-07-01T10:00:00"), ("2026-07-01T10:00:00+01:00", "2026-07-01T09:00:00"),
        ("2026-07-01 10:00:00+0200", "2026-07-01T08:00:00"), ("2026-07-01", "2026-06-30T22:00:00"),
        ("2026-07-01 10:00", "2026-07-01T08:00:00"), ("1782900000", "2026-07-01T10:00:00"),
        ("2026-07-01 10:00:00 UTC", "2026-07-01T10:00:00"), ("2026-07-01 10:00:00.5", "2026-07-01T08:00:00.500000"),
    ],
)  # fmt: skip
def test_times_are_read_in_the_zone_of_the_shop(text: str, wanted: str) -> None:
    (order,) = orders(table(row(date=text)), MAPPED)
    assert order.created == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-02-30 10:00:00",
        "01.07.2026",
        "0001-01-01 00:00:00",
        "12",
        "2026-W01-1",
        "9999-12-30 00:00:00",
    ],
)
def test_a_time_that_cannot_be_read_costs_no_order(text: str) -> None:
    source = table(row(date=text))
    assert [(order.created, order.number) for order in orders(source, MAPPED)] == [(None, "1001")]
    assert [line.about for line in bad(source, MAPPED)] == ["label"]


@pytest.mark.parametrize("text", ["0000-00-00 00:00:00", "0000-00-00", "0", "", "NULL"])
def test_a_time_that_is_none_is_no_complaint(text: str) -> None:
    assert [order.created for order in items(table(row(date=text)), MAPPED) if isinstance(order, TrackedOrder)] == [
        None
    ]
    assert bad(table(row(date=text)), MAPPED) == []


def test_a_label_that_is_too_long_is_told() -> None:
    text = table(row(name="x" * 501))
    assert [(order.buyer_name, order.number) for order in orders(text, MAPPED)] == [(None, "1001")]
    assert "longer than 500" in reasons(text)[0]


def test_order_lines_come_as_json_or_as_text() -> None:
    goods = json.dumps([{"name": "Tea", "qty": 2, "row_total": 5, "sku": "T-1"}, {"title": "Mug"}, None, "1 x Jam"])
    (order,) = orders(table(row(goods=goods)), MAPPED)
    assert order.lines == (
        OrderLine("Tea", "2", Money(500, "EUR"), "T-1"),
        OrderLine("Mug", "", None, None),
        OrderLine("Jam", "1", None, None),
    )
    (order,) = orders(table(row(goods="2 x Tea | Mug (M-1)")), MAPPED)
    assert order.lines == (OrderLine("Tea", "2", None, None), OrderLine("Mug", "", None, "M-1"))
    assert [line.about for line in bad(table(row(goods="[1,")), MAPPED)] == ["label"]


def test_a_zone_that_there_is_not_is_said_at_once() -> None:
    how = reading(Mapping(MAPPING.columns, timezone="Mars/Olympus"))
    assert reasons(table(ROW), how) == ["shop: There is no time zone 'Mars/Olympus'."]


def test_a_stream_that_fails_keeps_what_came() -> None:
    error = OSError("the command was ended after 5 minutes")
    harvest = read(io.BufferedReader(Pieces([table(ROW).encode()], error)), MAPPED)
    first, second = harvest
    assert first == ORDER
    assert isinstance(second, BadLine)
    assert second.reason == "shop: the command was ended after 5 minutes"
    assert harvest.tally.broken


CELLS = st.text(st.characters(exclude_characters='\r\n\t\\"', exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.tuples(st.integers(0, 999_999), CELLS, CELLS), max_size=15), st.sampled_from([",", ";", "\t", "|"]))
def test_a_table_says_the_same_however_it_is_written(rows: list[tuple[int, str, str]], delimiter: str) -> None:
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if delimiter in ",;|" else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=quoting)
    writer.writerow(TITLES)
    for number, name, mail in rows:
        writer.writerow(row(order=str(number), payment=f"S01-{number:07d}-0000000", name=name, mail=mail))
    found = [(order.number, order.buyer_name or "") for order in orders(out.getvalue(), MAPPED)]
    assert found == [(str(number), "" if name.strip() in ("NULL", "\\N") else name.strip()) for number, name, _ in rows]


@given(st.data())
def test_rows_of_one_order_are_put_together_wherever_they_stand(data: st.DataObject) -> None:
    rows = [
        row(order=str(n % 5), payment=f"S01-000000{n % 5}-0000000", name=f"S01-000000{n % 5}-0000000-C{n:06d}")
        for n in range(20)
    ]
    whole, mixed = Book(), Book()
    whole.take(table(*rows), MAPPED)
    mixed.take(table(*data.draw(st.permutations(rows))), MAPPED)
    assert {i: order["ids"] for i, order in whole.orders.items()} == {
        i: order["ids"] for i, order in mixed.orders.items()
    }


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "shift_jis", "euc_jp"])
def test_a_byte_that_is_no_utf8_costs_a_letter_of_a_label_and_never_an_order(encoding: str) -> None:
    name = "Jürgen Größl" if encoding in ("latin-1", "cp1252") else "田中 一郎"
    rows = [f"7,{A},{A}-C123456,,EUR,12.50,,{name},x@mail.example", f"8,{B},,,,,,Li Yu,"]
    harvest = read(io.BytesIO("\n".join([",".join(COLUMNS), *rows, ""]).encode(encoding)), reading())
    first, told, second = list(harvest)
    assert isinstance(first, TrackedOrder)
    assert isinstance(told, BadLine)
    assert (told.number, told.about) == (2, "label")
    assert (first.order_id, first.number, first.charge_ids) == (A, "7", (f"{A}-C123456",))
    assert first.buyer_name is not None
    assert "\ufffd" in first.buyer_name
    assert second == TrackedOrder(B, number="8", buyer_name="Li Yu", complete=True, source="shop", side="shop")
    assert harvest.tally.replaced > 0


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {"errors": [{"status": "401", "title": "Unauthorized", "detail": "The token\nis over."}]},
            "The token is over.",
        ),
        ({"code": "rest_forbidden", "message": "Sorry", "data": {"status": 401}}, "Sorry."),
        ({"error": {"message": "gone"}}, "gone."),
        ({"error": "invalid_client"}, "invalid_client."),
    ],
)
def test_an_error_of_an_interface_is_told_and_is_not_nothing(answer: object, told: str) -> None:
    assert reasons(json.dumps(answer)) == [f"shop: this is an error in place of orders: {told}"]
    assert bad(json.dumps(answer)) == [], "a log may hold such objects"
    assert reasons(json.dumps({"errors": [], "data": []})) == reasons("[]") == reasons("{}") == []


def test_json_in_which_nothing_but_ids_is_known_is_told_once() -> None:
    strange = json.dumps([{"foo": A}, {"foo": B}])
    assert ids(strange, MAPPED) == {A, B}
    assert reasons(strange) == ["shop: none of its fields is known; only ids were read."]
    assert bad(strange) == [], "nobody said what its fields are"


def test_a_page_is_one_behind_a_prologue_and_comments_too() -> None:
    for start in (
        "<?xml version='1.0'?>\n<!DOCTYPE html>",
        "<!-- a > b --><!-- c -->\n<HTML>",
        "<!--" + "x-" * 900 + "--><html>",
    ):
        assert reasons(start + "\n<body>log in</body>", reading())[0].startswith("shop: this is a web page"), start
    assert bad("<?xml version='1.0'?>\n<resultset><row>" + A + "</row></resultset>") == []
