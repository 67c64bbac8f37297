"""Every id of Amazon is found wherever it stands and in whatever encoding, and nothing else is."""

from __future__ import annotations

import io
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.backoffice.harvest.reader import A, B, Pieces, bad, ids, items, orders, reading

from azpay_tui.backoffice.harvest import BadLine, Environment, read

CHARGE, REFUND = f"{A}-C000001", f"{A}-R000002"
ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
    *("latin-1", "cp1252", "shift_jis", "euc_jp", "iso2022_jp", "gb18030", "big5", "koi8_r", "cp437", "mac_roman"),
)
PROSE = "2026-11-22 10:00:01 [INFO] charge {} was captured for Ada\nnothing here\nrefund {} of it\n"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_log_is_read_in_any_encoding(encoding: str) -> None:
    data = PROSE.format(CHARGE, REFUND).encode(encoding)
    assert ids(data) == {A, CHARGE, REFUND}
    assert bad(data) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "shift_jis", "euc_jp", "cp932"])
def test_foreign_letters_around_hide_no_id(encoding: str) -> None:
    text = f"注文表示能 {CHARGE} ソ表\n「{REFUND}」\n\n{B}\n"
    assert ids(text.encode(encoding)) == {A, CHARGE, REFUND, B}


@pytest.mark.parametrize(
    "text",
    [
        f"{CHARGE}",
        f"x{CHARGE}x",
        f"order_{CHARGE}_2.pdf",
        f"https://shop.test/return?id={CHARGE}&x=1",
        quote(f'{{"id":"{CHARGE}"}}'),
        f'a:1:{{s:9:"charge_id";s:27:"{CHARGE}";}}',
        json.dumps({"inner": json.dumps({"id": CHARGE})}),
        f"\\u0022{CHARGE}\\u0022",
        f"\\n{CHARGE}\\t",
        f"\x1b[32m{CHARGE}\x1b[0m",
        f"<td>{CHARGE}</td>",
        f"O'Neill\t{CHARGE}\n",
        f"=3D{CHARGE}=20",
        f"{CHARGE}\r\n",
        f"\0{CHARGE}\0",
    ],
    ids=range(15),
)
def test_an_id_is_found_wherever_it_stands(text: str) -> None:
    assert ids(text) == {A, CHARGE}


@pytest.mark.parametrize(
    "text",
    [
        "S01-1111111-11111111",
        "S01-11111111-1111111",
        "S011-1111111-1111111",
        "S01-111111-1111111",
        "s01-1111111-1111111",
        "S01 1111111 1111111",
        "S01\u20101111111\u20101111111",
        "S\u0660\u0661-1111111-1111111",
        "111-1111111-1111111",
        "S01-1111111-111\n1111",
    ],
)
def test_what_only_looks_like_an_id_is_none(text: str) -> None:
    assert ids(f"before {text} after\n") == set()


@pytest.mark.parametrize("tail", ["-C0000011", "-C00001", "-X000001", "-c000001", "-C00000\u0661", "-C"])
def test_of_what_only_begins_like_a_charge_the_order_is_taken(tail: str) -> None:
    assert ids(f"{A}{tail}\n") == {A}


def test_an_older_authorization_is_a_charge() -> None:
    (order,) = orders(f"{A}-A000001 was captured as {A}-C000001, then {A}-A000002\n")
    assert (order.charge_ids, order.refund_ids) == ((f"{A}-C000001", f"{A}-C000002"), ())


def test_ids_are_grouped_by_their_order() -> None:
    found = {order.order_id: (order.charge_ids, order.refund_ids) for order in orders(f"{CHARGE} {B}\n{REFUND}\n{B}\n")}
    assert found == {A: ((CHARGE,), (REFUND,)), B: ((), ())}


AN_ID = st.builds(
    "S{:02d}-{:07d}-{:07d}{}".format,
    st.integers(0, 99),
    st.integers(0, 9_999_999),
    st.integers(0, 9_999_999),
    st.one_of(st.just(""), st.builds("-{}{:06d}".format, st.sampled_from("CR"), st.integers(0, 999_999))),
)
# Digits, capitals and hyphens could make another id of what stands beside one.
NOISE = st.binary(max_size=30).map(lambda data: bytes(b for b in data if not chr(b).isalnum() and b not in b"-\0"))


@given(st.lists(st.tuples(NOISE, AN_ID), max_size=8), NOISE)
def test_every_id_in_random_bytes_is_found_and_nothing_else(parts: list[tuple[bytes, str]], end: bytes) -> None:
    data = b"log " + b"".join(noise + b" " + found.encode() for noise, found in parts) + b" " + end
    wanted = {found for _, found in parts} | {found[:19] for _, found in parts}
    assert ids(data) == wanted


@given(
    st.lists(
        st.one_of(AN_ID, st.text(st.characters(exclude_characters="-\0", exclude_categories=["Cs"]), max_size=20))
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"]),
)
def test_every_id_between_words_of_any_language_is_found(words: list[str], encoding: str) -> None:
    text = "log: " + " | ".join(words)
    wanted = {word for word in words if "-" in word}
    assert ids(text.encode(encoding)) == wanted | {word[:19] for word in wanted}


@given(st.binary(max_size=300))
def test_no_bytes_whatever_end_a_harvest(data: bytes) -> None:
    items(data)
    items(b"order_number,permission_id\n" + data)
    items(b'[{"id":"' + data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis"])
@pytest.mark.parametrize("line", ["\n", " "])
def test_ids_over_the_border_of_two_reads_are_found(encoding: str, line: str) -> None:
    many = [f"S01-{number:07d}-0000001-C000001" for number in range(9000)]
    text = line.join(f"表 {each} 表" for each in many)
    data = text.encode(encoding)
    stream = io.BufferedReader(Pieces(data[at : at + 4999] for at in range(0, len(data), 4999)))
    found = [order for order in read(stream, reading()) if not isinstance(order, BadLine)]
    assert sorted({i for order in found for i in order.charge_ids}) == many


def test_bytes_that_are_no_text_are_counted_and_cost_nothing() -> None:
    harvest = read(io.BytesIO(f"{A} M".encode() + b"\xfc\xdf" + f"ller {B}\n".encode()), reading())
    assert [order.order_id for order in harvest if not isinstance(order, BadLine)] == [A, B]
    assert (harvest.tally.replaced, harvest.tally.lines) == (2, 1)


@pytest.mark.parametrize(
    ("environment", "taken"),
    [("live", {"P01-1111111-1111111", "B02-1111111-1111111", "D01-1111111-1111111"}),
     ("sandbox", {"S01-1111111-1111111", "C02-1111111-1111111", "D01-1111111-1111111"}),
     ("simulator", {"S01-1111111-1111111", "C02-1111111-1111111", "D01-1111111-1111111"}),
     (None, {f"{letter}-1111111-1111111" for letter in ("S01", "C02", "P01", "B02", "D01")})],
)  # fmt: skip
def test_ids_of_another_environment_are_not_taken_and_told(environment: Environment | None, taken: set[str]) -> None:
    text = "\n".join(f"{letter}-1111111-1111111" for letter in ("D01", "S01", "P01", "C02", "B02"))
    assert ids(text, reading(environment=environment)) == taken
    told = [line.reason for line in bad(text, reading(environment=environment))]
    if environment is None:
        assert told == []
    else:
        (reason,) = told
        assert reason.startswith("shop: 2 ids")
        assert ("S01-1111111-1111111 in line 2" if environment == "live" else "P01-1111111-1111111 in line 3") in reason
