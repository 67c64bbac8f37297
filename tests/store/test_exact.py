"""Every column of every row says exactly what was wished, sent and answered, and the chain tells of it word by word."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.store.exactly import minute, rows, sha, text
from tests.store.forging import WITNESS, database, live, look, open_with, rows_told
from tests.store.making import NOW, ORDER, PLACE, draft, oid, open_at, tracked

from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.dossier import Attempt, Dossier, Evidence
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.money import Money
from azpay_tui.store.journal.anchors import AnchorBook
from azpay_tui.store.journal.audit import Witness, code_only, fingerprint
from azpay_tui.store.journal.chain import ANCHORED
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.journal.verify import verify_journal
from azpay_tui.store.opening import Stores

WISH = draft(verb=Verb.AUTHORIZE, body=b'{"chargeAmount":"1500"}', base="the base", counter=3, note="for Jane")
WISH = replace(
    WISH,
    wish=replace(WISH.wish, amount=Money(1500, "JPY", 1), capture_now=True, pending_allowed=True),
    place=replace(PLACE, merchant="ANOTHER"),
    person="confirmer",
)
CHARGE = f"{ORDER}-C000009"
LONG = b"x" * 70_000
SLOW = Answer("answered", "slow", 202, "a code", "R-1", None, None, NOW, NOW + timedelta(minutes=2), LONG)
DONE = Answer("answered", "done", 201, "OK", "R-2", raw=b'{"state":"Open","name":"Jane"}')
DIGESTS = ("row", "was", "attempt_row", "attempt_was", "evidence_row")


def said(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return what each row of the chain says after that of the settings, without the digests, which must be there."""
    told = []
    for row in rows(path, "audit")[1:]:
        data = json.loads(row["data"])
        for name in DIGESTS:
            assert re.fullmatch("[0-9a-f]{64}", data.pop(name, "0" * 64))
        assert {name: data.pop(name) for name in WITNESS.who} == WITNESS.who
        told.append((row["kind"], data))
    return told


def session_of(stores: Stores) -> str:
    assert stores.session is not None
    return stores.session.id


def go(stores: Stores) -> Intent:
    """Wish, send, hear nothing useful, send again, hear that it worked, read that it did."""
    made = stores.journal.open_intent(WISH)
    assert stores.journal.start_attempt(made.id, minute(1)) == 1
    stores.journal.record(made.id, 1, SLOW, "unknown", "it was slow", None, minute(30), minute(2))
    assert stores.journal.start_attempt(made.id, minute(3)) == 2
    accepted = stores.journal.record(made.id, 2, DONE, "accepted", "pending", CHARGE, minute(9), minute(4))
    assert (accepted.state, accepted.request_id, accepted.next_due) == ("accepted", "R-2", minute(9))
    return stores.journal.move(
        made.id, "succeeded", "it is there", "read-back", minute(5), note="a note", next_due=minute(50), reconciled=True
    )


def test_every_column_says_what_was_wished_sent_and_answered(made_dir: Path) -> None:
    stores = open_with(made_dir)
    done = go(stores)
    own = session_of(stores)
    wish = replace(WISH, session=own)
    intent = Intent(
        "I-000001", wish, "succeeded", "it is there", 2, minute(50), CHARGE, "read-back", minute(5), True, "R-2"
    )
    assert done == intent
    assert stores.journal.intents() == (intent,) == JournalReader(made_dir).intents()
    dossier = Dossier(
        intent,
        sha(WISH.prepared.body),
        (
            Attempt(
                1,
                minute(1),
                minute(2),
                "unknown",
                (Evidence(minute(2), "answered", "slow", 202, "a code", "R-1", NOW, 70_000, sha(LONG), ""),),
            ),
            Attempt(
                2,
                minute(3),
                minute(4),
                "accepted",
                (
                    Evidence(
                        minute(4), "answered", "done", 201, "OK", "R-2", None, 30, sha(DONE.raw), '{"state":"Open"}'
                    ),
                ),
            ),
        ),
        "a note",
    )
    assert stores.journal.dossier("I-000001") == dossier == JournalReader(made_dir).dossier("I-000001")
    stores.close()
    assert rows(made_dir, "intent") == [
        {
            "seq": 1, "id": "I-000001", "at": text(0), "person": "confirmer", "session": own, "api": "v2",
            "region": "na", "environment": "simulator", "merchant": "ANOTHER", "verb": "authorize",
            "order_id": ORDER, "target": ORDER, "amount_minor": 1500, "amount_currency": "JPY", "amount_exponent": 1,
            "capture_now": 1, "pending_allowed": 1, "note": "for Jane", "method": "POST",
            "path": f"/charges/{ORDER}/capture", "body": b'{"chargeAmount":"1500"}',
            "body_sha256": sha('{"chargeAmount":"1500"}'), "key_base": "the base", "counter": 3, "key": "0" * 32,
            "seen": '[["state", "Authorized"], ["reason", ""]]', "accepted_warnings": '["beyond-capture"]',
            "state": "succeeded", "reason": "it is there", "attempts": 2, "next_due": text(50), "result_id": CHARGE,
            "settled_by": "read-back", "settled_at": text(5), "settled_note": "a note", "approver": "",
            "reconciled": 1,
        }
    ]  # fmt: skip
    assert rows(made_dir, "attempt") == [
        {"intent_id": "I-000001", "number": 1, "started_at": text(1), "ended_at": text(2), "outcome": "unknown"},
        {"intent_id": "I-000001", "number": 2, "started_at": text(3), "ended_at": text(4), "outcome": "accepted"},
    ]
    assert rows(made_dir, "evidence") == [
        {
            "id": 1, "intent_id": "I-000001", "attempt": 1, "at": text(2), "kind": "answered", "message": "slow",
            "status": 202, "reason_code": "a code", "request_id": "R-1", "server_date": text(0),
            "received_at": text(2), "raw": LONG[: 64 * 1024], "raw_length": 70_000, "raw_sha256": sha(LONG),
        },
        {
            "id": 2, "intent_id": "I-000001", "attempt": 2, "at": text(4), "kind": "answered", "message": "done",
            "status": 201, "reason_code": "OK", "request_id": "R-2", "server_date": None, "received_at": None,
            "raw": DONE.raw, "raw_length": 30, "raw_sha256": sha(DONE.raw),
        },
    ]  # fmt: skip
    assert rows(made_dir, "room") == []
    assert [(row["object_id"], row["order_id"], row["source"]) for row in rows(made_dir, "tracked_id")] == [
        (CHARGE, ORDER, "us")
    ]


def test_the_chain_tells_of_each_step_word_by_word(made_dir: Path) -> None:
    stores = open_with(made_dir)
    go(stores)
    own = session_of(stores)
    stores.close()
    body = sha(WISH.prepared.body)
    assert said(made_dir) == [
        (
            "intent",
            {
                "verb": "authorize", "target": ORDER, "amount": "150.0 JPY", "key": "0" * 32, "counter": 3,
                "method": "POST", "path": f"/charges/{ORDER}/capture", "body_sha256": body, "merchant": "ANOTHER",
                "accepted": ["beyond-capture"], "note_sha256": sha("for Jane"),
            },
        ),
        ("attempt", {"attempt": 1, "key": "0" * 32, "body_sha256": body}),
        (
            "outcome",
            {
                "attempt": 1, "state": "unknown", "late": False, "reason_sha256": sha("it was slow"), "result": None,
                "kind": "answered", "status": 202, "code": f"sha256:{sha('a code')}", "request": "R-1",
                "answer_sha256": sha(LONG), "evidence": 1, "kept_sha256": sha(LONG[: 64 * 1024]),
            },
        ),
        ("attempt", {"attempt": 2, "key": "0" * 32, "body_sha256": body}),
        (
            "outcome",
            {
                "attempt": 2, "state": "accepted", "late": False, "reason_sha256": sha("pending"), "result": CHARGE,
                "kind": "answered", "status": 201, "code": "OK", "request": "R-2", "answer_sha256": sha(DONE.raw),
                "evidence": 2,
            },
        ),
        (
            "settle",
            {
                "from": "accepted", "state": "succeeded", "reason_sha256": sha("it is there"), "by": "read-back",
                "note_sha256": sha("a note"), "result": None, "reconciled": True, "owner": own,
            },
        ),
    ]  # fmt: skip
    heads = [tuple(row.values())[:7] for row in rows(made_dir, "audit")]
    us = ("deploy", own)
    about = (ORDER, "I-000001")
    assert heads == [
        (1, text(0), "confirmer", "s-1", "settings", "", ""),
        (2, text(0), "confirmer", "s-1", "intent", *about),
        (3, text(1), *us, "attempt", *about),
        (4, text(2), *us, "outcome", *about),
        (5, text(3), *us, "attempt", *about),
        (6, text(4), *us, "outcome", *about),
        (7, text(5), *us, "settle", *about),
    ]
    needed = {
        "intent": {"row"},
        "attempt": {"row", "was", "attempt_row"},
        "outcome": {"row", "was", "attempt_row", "attempt_was", "evidence_row"},
        "settle": {"row", "was"},
    }
    for row in rows(made_dir, "audit")[1:]:
        assert needed[row["kind"]] == set(DIGESTS) & set(json.loads(row["data"])), row["kind"]
    assert look(made_dir / "journal.db").whole


def test_the_end_of_the_chain_is_told_outside_with_the_number_of_the_journal(made_dir: Path, tmp_path: Path) -> None:
    book = AnchorBook(tmp_path / "anchors", made_dir)
    stores = open_with(made_dir, book)
    go(stores)
    stores.close()
    [journal] = [row["value"] for row in rows(made_dir, "meta") if row["name"] == "journal_id"]
    hashes = {row["seq"]: row["hash"] for row in rows(made_dir, "audit")}
    told = [f"2026-03-01 {seq} {hashes[seq]} {journal}" for seq in (2, 4, 6, 7)]
    assert book.path.read_text().splitlines() == told, "the first entry of the day, then every outcome"
    found = verify_journal(made_dir, book)
    assert found is not None
    assert (found.anchors, found.whole, found.newest_anchor) == (4, True, book.known(journal).own[-1])
    with database(made_dir / "journal.db") as connection:
        connection.execute("DELETE FROM meta WHERE name = 'journal_id'")
    unnamed = verify_journal(made_dir, book)
    assert unnamed is not None
    assert unnamed.anchors == 0, "nobody knows which anchors are its own"


def test_what_was_told_outside_is_missed_when_its_file_is_gone(made_dir: Path, tmp_path: Path) -> None:
    book = AnchorBook(tmp_path / "anchors", made_dir)
    stores = open_with(made_dir, book)
    go(stores)
    stores.close()
    told = [json.loads(row["data"]).get(ANCHORED) for row in rows(made_dir, "audit")]
    assert told == [None, None, 2, None, 4, None, 6], "each anchor is told of in the first row after it"
    book.path.unlink()
    found = verify_journal(made_dir, book)
    assert found is not None
    assert found.faults() == (
        f"The chain says that 3 rows, the newest row 6, were told outside, and no file in {tmp_path / 'anchors'} "
        "knows of it: one was removed or cut, or the journal came from elsewhere. Bring that file along, or give a "
        "later end of the chain that you wrote down with --anchor.",
    )


def test_anchors_lie_in_a_file_named_after_the_place_of_the_data(tmp_path: Path) -> None:
    place = tmp_path / "live eu" / "my shop"
    assert AnchorBook(tmp_path, place).path == tmp_path / f"live_eu-my_shop-{sha(str(place))[:12]}.txt"
    long = tmp_path / ("x" * 200)
    assert len(AnchorBook(tmp_path, long).path.name) == 80 + len("-0123456789ab.txt")


def test_what_keeps_an_anchor_from_being_told_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state").write_text("a file where the directory should be")
    caplog.set_level("INFO")
    book = AnchorBook(tmp_path / "state" / "anchors", tmp_path, syslog=str(tmp_path / "none"))
    book.drop(NOW, 7, "a" * 64, "abc", at_once=True)
    first, second = caplog.messages
    assert first.startswith("the end of the audit chain could not be told outside the data directory: ")
    assert second == (
        f"the syslog at {tmp_path / 'none'} does not take the end of the audit chain: "
        "[Errno 2] No such file or directory"
    )


def test_settings_that_were_changed_are_no_edit(made_dir: Path) -> None:
    for number, writable in enumerate((True, False)):
        stores = open_with(made_dir, witness=Witness(WITNESS.who, {**WITNESS.settings, "writable": writable}))
        stores.journal.track([tracked(oid(number + 1))], minute(number))
        stores.close()
    told = [json.loads(row["data"]) for row in rows(made_dir, "audit") if row["kind"] == "settings"]
    assert told[1] == {**WITNESS.who, "public_key_id": "KEY-1", "writable": False, "was_writable": True}
    assert look(made_dir / "journal.db").faults() == ()


def test_an_action_without_an_amount_is_told_so_and_can_be_repeated(made_dir: Path) -> None:
    stores = open_with(made_dir)
    made = stores.journal.open_intent(draft(verb=Verb.VOID))
    assert [stores.journal.start_attempt(made.id, minute(number)) for number in (1, 2)] == [1, 2]
    stores.close()
    [intent] = rows(made_dir, "intent")
    assert (intent["amount_minor"], intent["amount_currency"], intent["amount_exponent"]) == (None, None, None)
    assert said(made_dir)[0][1]["amount"] == ""
    assert look(made_dir / "journal.db").whole


def test_room_is_held_while_an_outcome_is_open_and_given_back_with_it(made_dir: Path) -> None:
    stores = open_with(made_dir)
    made = stores.journal.open_intent(WISH)
    assert [(row["intent_id"], len(row["pad"])) for row in rows(made_dir, "room")] == [(made.id, 64 * 1024)]
    stores.journal.start_attempt(made.id, minute(1))
    assert len(rows(made_dir, "room")) == 1
    stores.journal.record(made.id, 1, DONE, "succeeded", None, None, None, minute(2))
    assert rows(made_dir, "room") == []
    stores.close()


def test_another_process_is_waited_for_as_long_as_was_said(made_dir: Path) -> None:
    stores = open_at(made_dir, busy=0.25)
    with stores.journal.file.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 250
    stores.close()


def test_a_late_answer_is_told_as_late(made_dir: Path) -> None:
    stores = open_with(made_dir)
    made = stores.journal.open_intent(WISH)
    stores.journal.start_attempt(made.id, minute(1))
    for number, state in enumerate(("refused", "succeeded"), 2):
        stores.journal.record(made.id, 1, DONE, state, None, None, None, minute(number))  # type: ignore[arg-type]
    stores.close()
    told = [data for kind, data in said(made_dir) if kind == "outcome"]
    assert [(data["state"], data["late"], data["reason_sha256"]) for data in told] == [
        ("refused", False, None),
        ("succeeded", True, None),
    ]
    [attempt] = rows(made_dir, "attempt")
    assert (attempt["ended_at"], attempt["outcome"]) == (text(2), "refused")
    assert look(made_dir / "journal.db").whole


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        (None, None),
        ("InvalidChargeStatus", "InvalidChargeStatus"),
        ("A.z_0:9-", "A.z_0:9-"),
        ("x" * 80, "x" * 80),
        ("x" * 81, f"sha256:{sha('x' * 81)}"),
        ("Jane Doe", f"sha256:{sha('Jane Doe')}"),
        ("", "sha256:None"),
    ],
)
def test_of_a_word_of_amazons_the_chain_takes_what_looks_like_a_code(code: str | None, kept: str | None) -> None:
    assert code_only(code) == kept


def test_of_a_text_the_chain_takes_its_hash() -> None:
    assert (fingerprint(None), fingerprint(""), fingerprint("Jane")) == (None, None, sha("Jane"))
    assert fingerprint("caf\udce9") == sha("caf?")


def test_each_row_has_a_digest_of_its_own(made_dir: Path) -> None:
    stores = open_with(made_dir)
    live(stores)
    stores.close()
    found = look(made_dir / "journal.db")
    assert (found.faults(), found.rows) == ((), rows_told())
