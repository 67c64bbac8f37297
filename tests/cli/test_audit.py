"""`azpay audit verify`: one sentence or one document, and an exit code that monitoring can act on."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from tests.cli.conftest import Shop

from azpay_tui.store.files import DataDir
from azpay_tui.store.sqlite import JOURNAL_SCHEMA


def change(shop: Shop, statement: str) -> None:
    with closing(sqlite3.connect(DataDir(shop.data).journal)) as connection, connection:
        connection.execute(statement)


def test_a_whole_chain_is_one_sentence(shop: Shop) -> None:
    order = shop.make("authorized")
    shop.good("capture", order, "--yes")
    done = shop.good("audit", "verify")
    rows = shop.good("audit", "verify", "--json").json
    assert rows["rows"] > 3
    assert rows == {"rows": rows["rows"], "whole": True, "first_bad_row": None}
    assert done.out == f"{rows['rows']} rows, chain whole.\n"


def test_the_first_bad_row_is_named_with_what_to_do(shop: Shop) -> None:
    shop.make("authorized")
    shop.make("authorized")
    change(shop, "UPDATE audit SET person = 'nobody' WHERE seq = 2")
    done = shop("audit", "verify")
    assert done.code == 1
    assert "broken at row 2 of 2" in done.out
    assert "backups" in done.err
    told = shop("audit", "verify", "--json")
    assert (told.code, told.json) == (1, {"rows": 2, "whole": False, "first_bad_row": 2})
    assert shop("doctor").code == 1, "the doctor sees the same"


def test_rows_cut_off_at_the_end_are_missed(shop: Shop) -> None:
    shop.make("authorized")
    shop.make("authorized")
    change(shop, "DELETE FROM audit WHERE seq = 2")
    assert shop("audit", "verify", "--json").json == {"rows": 1, "whole": False, "first_bad_row": 2}


def test_without_a_journal_nothing_is_called_whole(shop: Shop) -> None:
    done = shop("audit", "verify", "--json")
    assert done.code == 2
    assert done.error["code"] == "no-journal"
    assert "no journal" in done.err


def test_a_journal_of_a_newer_azpay_is_not_called_broken(shop: Shop) -> None:
    shop.make("authorized")
    change(shop, f"PRAGMA user_version = {JOURNAL_SCHEMA + 1}")
    done = shop("audit", "verify", "--json")
    assert done.code == 3
    assert "newer azpay" in str(done.error["message"])


@pytest.mark.parametrize("size", [0, 100, 5000])
def test_a_damaged_journal_is_said_to_be_damaged(shop: Shop, size: int) -> None:
    shop.make("authorized")
    journal = DataDir(shop.data).journal
    content = journal.read_bytes()
    journal.write_bytes(content[:size] + b"x" * (len(content) - size) if size else b"no database at all" * 100)
    done = shop("audit", "verify", "--json")
    assert done.code == 1
    assert done.out
    assert "Traceback" not in done.err
