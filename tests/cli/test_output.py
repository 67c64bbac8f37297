"""Nothing that came from outside may steer a terminal or a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.cli import output

HOSTILE = "\x1b]0;owned\x07\x9b31m\x7f\u202e\u2066\x00"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\t=", " =", "\r@"])
def test_no_cell_of_a_spreadsheet_starts_a_formula(start: str) -> None:
    assert output.cell(f"{start}1+1").startswith("'")


BEFORE = ["\u200c", "\u200d", "\ufe0f", '"', ' "', "x;", "x ; ", "x,", "x|", 'x;"', "x\u037e", "\ufe0f\n"]
WIDE = "\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("sign", f"=+-@{WIDE}")
def test_no_formula_begins_behind_what_is_not_shown_or_parts_cells_elsewhere(before: str, sign: str) -> None:
    written = output.cell(f"{before}{sign}1+1")
    assert "'" in written
    assert not any(part.strip(' "').startswith(tuple(f"=+-@{WIDE}")) for part in re.split("[,;|\t]", written))


@given(st.text())
def test_csv_is_read_back_as_one_row_of_harmless_cells(text: str) -> None:
    assert output.cell(text)[:1] not in ("=", "+", "-", "@", "\t", "\r")
    line = io.StringIO(newline="")
    csv.writer(line).writerow([output.cell(text), "x"])
    assert list(csv.reader(io.StringIO(line.getvalue(), newline=""), strict=True)) == [[output.cell(text), "x"]]


@given(st.text())
def test_json_holds_everything_in_printable_ascii(text: str) -> None:
    written = output.json_text({"buyer": text})
    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == {"buyer": text}


def test_csv_is_rfc_4180_in_utf8(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    output.csv_result(("a", "b"), [("Größl", 'say "hi", Ada'), (HOSTILE, "")])
    written = capsysbinary.readouterr().out
    assert written.startswith('a,b\r\nGrößl,"say ""hi"", Ada"\r\n'.encode())
    assert not set(written) & {0x1B, 0x07, 0x7F, 0x00, 0x9B}


def test_a_table_that_is_no_terminals_is_tab_separated(capsys: pytest.CaptureFixture[str]) -> None:
    output.table({"a": "A", "b": "B"}, [{"a": "x\ty", "b": HOSTILE}])
    head, line = capsys.readouterr().out.splitlines()
    assert head == "A\tB"
    assert line.count("\t") == 1
    assert "\x1b" not in line


def test_times_are_utc_to_the_second() -> None:
    at = datetime(2026, 1, 31, 9, 15, 59, 999_999, timezone(timedelta(hours=1)))
    assert output.utc(at) == "2026-01-31T08:15:59Z"
    assert output.utc(None) is None
    assert output.utc(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"
