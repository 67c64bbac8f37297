"""`azpay audit verify`: one sentence or one document, and an exit code that monitoring can act on."""

from __future__ import annotations

import json
import os
import pwd
import re
import sqlite3
from contextlib import closing

import pytest
from tests.cli.conftest import Shop
from tests.store.forging import chain_again, database

from azpay_tui.bootstrap import main
from azpay_tui.store.files import DataDir
from azpay_tui.store.sqlite import JOURNAL_SCHEMA


def change(shop: Shop, statement: str) -> None:
    with closing(sqlite3.connect(DataDir(shop.data).journal)) as connection, connection:
        connection.execute(statement)


def test_a_whole_chain_is_one_sentence_and_its_end(shop: Shop) -> None:
    order = shop.make("authorized")
    shop.good("capture", order, "--yes")
    done = shop.good("audit", "verify")
    found = shop.good("audit", "verify", "--json").json
    assert found["rows"] > 3
    assert (found["whole"], found["first_bad_row"], found["faults"]) == (True, None, [])
    first, second = done.out.splitlines()
    assert first == f"{found['rows']} rows, chain whole."
    assert second.startswith(f"Head {found['head']}; it holds {found['anchors']} anchors")
    shop.good("audit", "verify", "--anchor", found["head"])


def test_an_end_that_was_written_down_and_is_not_there_is_named(shop: Shop) -> None:
    shop.make("authorized")
    done = shop("audit", "verify", "--anchor", f"1:{'0' * 64}", "--anchor", f"9:{'0' * 16}")
    assert done.code == 1
    assert "Row 1 is not the one that was noted in --anchor" in done.out
    assert "Row 9, noted in --anchor, is missing" in done.out
    assert shop("audit", "verify", "--anchor", "1:00").code == 2


def test_a_chain_that_was_cut_and_closed_again_is_found_by_its_anchor(shop: Shop) -> None:
    shop.make("authorized")
    shop.good("capture", shop.make("authorized"), "--yes")
    kept, head = shop.good("audit", "verify", "--json").json["rows"], ""
    with closing(sqlite3.connect(DataDir(shop.data).journal)) as connection, connection:
        for table in ("evidence", "attempt", "room", "intent"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("DELETE FROM audit WHERE seq > 3")
        head = connection.execute("SELECT hash FROM audit WHERE seq = 3").fetchone()[0]
        connection.execute(f"UPDATE meta SET value = '3 {head}' WHERE name = 'audit_head'")
    done = shop("audit", "verify")
    assert done.code == 1
    assert f"Row {kept}, noted in " in done.out, "the file outside knows the row of the outcome"
    assert "is missing: the chain ends at row 3" in done.out


def test_an_edited_outcome_names_its_intent(shop: Shop) -> None:
    shop.good("capture", shop.make("authorized"), "--yes")
    change(shop, "UPDATE intent SET state = 'abandoned'")
    done = shop("audit", "verify")
    assert done.code == 1
    assert "I-000001 is not as the audit chain says: its state is 'abandoned', it was 'succeeded'" in done.out
    assert shop("doctor").code == 1, "the doctor sees the same"


def test_who_acts_is_in_the_chain_as_separate_facts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "203.0.113.7 50000 192.0.2.1 22")
    monkeypatch.setenv("SUDO_USER", "jane")
    shop.make("authorized")
    with closing(sqlite3.connect(DataDir(shop.data).journal)) as connection:
        person, data = connection.execute("SELECT person, data FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    facts = json.loads(data)
    user = pwd.getpwuid(os.geteuid()).pw_name
    assert (facts["os_user"], facts["login"], facts["origin"]) == (user, "jane", "203.0.113.7")
    assert person == f"{user} (logged in as jane) from 203.0.113.7"


def test_a_profile_that_becomes_writable_leaves_a_row(shop: Shop) -> None:
    shop.make("authorized")
    config = shop.simulated.directory / "config.toml"
    file = shop.data.with_name("config.toml")
    file.write_text(re.sub("writable = true", "writable = false", config.read_text()))
    assert main(["--config", str(file), "--data-dir", str(shop.data), "orders", "track", "S01-0000001-0000001"]) == 0
    shop.make("authorized")
    with closing(sqlite3.connect(DataDir(shop.data).journal)) as connection:
        rows = [json.loads(row[0]) for row in connection.execute("SELECT data FROM audit WHERE kind = 'settings'")]
    assert [(row["writable"], row.get("was_writable")) for row in rows] == [(True, None), (False, True), (True, False)]


def test_the_first_bad_row_is_named_with_what_to_do(shop: Shop) -> None:
    shop.make("authorized")
    shop.make("authorized")
    change(shop, "UPDATE audit SET person = 'nobody' WHERE seq = 2")
    done = shop("audit", "verify")
    assert done.code == 1
    assert "broken at row 2 of 3" in done.out
    assert "backups" in done.err
    told = shop("audit", "verify", "--json")
    assert (told.code, told.json["whole"], told.json["first_bad_row"]) == (1, False, 2)
    assert shop("doctor").code == 1, "the doctor sees the same"


def test_rows_cut_off_at_the_end_are_missed(shop: Shop) -> None:
    shop.make("authorized")
    shop.make("authorized")
    change(shop, "DELETE FROM audit WHERE seq = 3")
    found = shop("audit", "verify", "--json").json
    assert (found["rows"], found["whole"], found["first_bad_row"]) == (2, False, 3)


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


# The trail for an auditor


def test_the_trail_says_who_did_what_and_what_came_of_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "203.0.113.7 50000 192.0.2.1 22")
    order = shop.make("authorized")
    other = shop.make("authorized")
    monkeypatch.setenv("SSH_CONNECTION", "203.0.113.8 50000 192.0.2.1 22")
    shop.good("capture", order, "--amount", "10", "--yes", "--note", "for Ada Muster")
    shop.good("orders", "mark", order, "--note", "Ada Muster called", "--tag", "muster")
    done = shop.good("audit", "export")
    lines = done.out.splitlines()
    assert lines[0].startswith("Audit trail of profile ")
    assert "The chain is whole" in lines[1]
    assert lines[2].startswith("Head ")
    user = pwd.getpwuid(os.geteuid()).pw_name
    assert lines[3] == (
        f"Shared account: {user} was used by several people or from several places "
        "(from 203.0.113.7; from 203.0.113.8)."
    )
    text = " ".join(done.out.split())
    assert f"{user} from 203.0.113.8 (OS user {user}, from 203.0.113.8)" in text
    assert f"{order}: confirmed capture 10.00 USD on {order}-C" in text
    assert "ended as succeeded: HTTP 200, request id " in text
    assert "note 1 written" in text
    assert "uster" not in text
    assert "captureAmount" not in text
    of_one = shop.good("audit", "export", "--order", other, "--json").json
    assert {row["order"] for row in of_one["rows"]} == {other}
    assert of_one["chain"]["whole"] is True
    assert "uster" not in json.dumps(of_one)


def test_a_day_is_one_of_the_profile(shop: Shop) -> None:
    shop.make("authorized")
    (row, *_rest) = shop.good("audit", "export", "--json").json["rows"]
    day = row["at"][:10]
    rows = shop.good("audit", "export", "--day", day, "--json").json["rows"]
    assert rows
    assert shop.good("audit", "export", "--to", "2020-01-01", "--json").json["rows"] == []
    assert shop.good("audit", "export", "--from", day, "--to", day, "--json").json["rows"] == rows
    assert shop("audit", "export", "--day", "yesterday").code == 2
    assert shop("audit", "export", "--day", day, "--from", day).code == 2


def test_the_trail_goes_into_a_new_private_file(shop: Shop) -> None:
    shop.make("authorized")
    file = shop.data.with_name("trail.txt")
    before = os.umask(0)
    try:
        assert shop.good("audit", "export", "--output", str(file)).out == ""
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "learnt of the order" in file.read_text(encoding="utf-8")
    assert shop("audit", "export", "--output", str(file)).code == 2


def test_a_broken_chain_stands_at_the_top_of_the_trail(shop: Shop) -> None:
    shop.make("authorized")
    change(shop, "UPDATE audit SET person = 'x\x1b[31m', data = '{' WHERE seq = 2")
    done = shop("audit", "export")
    assert done.code == 1
    assert "broken at row 2 of 2" in done.out.splitlines()[1]
    assert "\x1b" not in done.out


def test_all_that_is_known_of_an_intent_is_shown(shop: Shop) -> None:
    order = shop.make("authorized")
    shop.fault(order, "capture", "status", times=20, code=500, reason="InternalServerError")
    shop("capture", order, "--amount", "10", "--yes")
    shop.sim("DELETE", "/_sim/faults")
    text = shop.good("journal", "show", "I-000001", "--live").out
    for word in (
        "ATTEMPT 4",
        "HTTP 500",
        "Request id",
        "Amazon's date",
        "SHA-256",
        "AT AMAZON",
        "Read back",
        "refused",
    ):
        assert word in text, word
    told = shop.good("journal", "show", "I-000001", "--json").json["intent"]
    assert [sent["answers"][0]["status"] for sent in told["sent"]] == [500] * 4
    assert told["sent"][0]["answers"][0]["body"] == {"reasonCode": "InternalServerError"}


def test_a_forged_row_that_makes_no_sense_is_named_by_all_that_read_it(shop: Shop) -> None:
    order = shop.make("authorized")
    shop.good("capture", order, "--yes")
    shop.good("orders", "mark", order, "--note", "called")
    with database(DataDir(shop.data).journal) as connection:
        (seq,) = connection.execute("SELECT seq FROM audit WHERE kind = 'mark'").fetchone()
        connection.execute("UPDATE audit SET data = json_replace(data, '$.note', 'x') WHERE seq = ?", (seq,))
        chain_again(connection)
    for command in ("verify", "export"):
        done = shop("audit", command)
        assert done.code == 1
        assert f"Row {seq} of the chain says what azpay never says" in done.out
        assert "Traceback" not in done.err
    shop.good("journal", "show", "I-000001")
