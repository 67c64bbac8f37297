"""What journal and trail tell of an intent, also where somebody edited or damaged the file they read."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.store.forging import database
from tests.store.making import NOW, ORDER, answer, draft, oid, open_at, tracked

from azpay_tui.store.errors import JournalUnavailable, NewerSchema, NotAsConfirmed
from azpay_tui.store.journal.anchors import AnchorBook
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.journal.verify import verify_journal
from azpay_tui.store.opening import Stores

BODY = b'{"statusDetails":{"state":"Captured"},"buyer":{"name":"Jane Secret"}}'


@pytest.fixture
def settled(stores: Stores) -> str:
    """An intent with two attempts, the first of which was answered twice, that a person settled."""
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.record(made.id, 1, answer(500), "unknown", "500", None, NOW, NOW)
    stores.journal.record(made.id, 1, answer(200, BODY), "unknown", "500", None, NOW, NOW + timedelta(hours=1))
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.move(made.id, "succeeded", "seen", "person ops", NOW, note="called Amazon")
    return made.id


def test_a_dossier_holds_all_that_was_sent_and_came_back(stores: Stores, data_dir: Path, settled: str) -> None:
    found = stores.journal.dossier(settled)
    assert found is not None
    first, second = found.attempts
    assert (first.ended_at, [came.status for came in first.evidence]) == (NOW, [500, 200]), "the first answer ended it"
    assert json.loads(first.evidence[1].body) == {"statusDetails": {"state": "Captured"}}, "and names no buyer"
    assert (second.ended_at, second.evidence) == (None, ())
    assert (found.settled_note, found.intent.open) == ("called Amazon", False)
    assert JournalReader(data_dir).dossier(settled) == found


def test_of_what_is_not_there_there_is_no_dossier(stores: Stores, data_dir: Path) -> None:
    assert stores.journal.dossier("I-000009") is None
    assert JournalReader(data_dir).dossier("I-000009") is None


def test_what_a_person_decided_is_looked_at_until_a_read_agrees(stores: Stores, settled: str) -> None:
    assert [intent.id for intent in stores.journal.decided()] == [settled]
    stores.journal.move(settled, "succeeded", None, "read-back", NOW, reconciled=True)
    assert stores.journal.decided() == ()


def test_a_trail_is_narrowed_by_time_and_order(stores: Stores, data_dir: Path, settled: str) -> None:
    stores.journal.track([tracked(oid(2))], NOW + timedelta(days=1))
    reader = JournalReader(data_dir)
    assert [row.seq for row in reader.trail()] == list(range(1, 8))
    assert [row.kind for row in reader.trail(first=NOW + timedelta(days=1))] == ["track"]
    assert [row.kind for row in reader.trail(last=NOW + timedelta(hours=1))] == [
        "intent", "attempt", "outcome", "attempt", "settle",
    ]  # fmt: skip
    assert {row.intent_id for row in reader.trail(order_id=ORDER)} == {settled}


@pytest.mark.parametrize("data", ["'no json'", "'[1]'", "CAST(x'ff' AS TEXT)"])
def test_a_trail_that_was_edited_can_still_be_read(data_dir: Path, settled: str, data: str) -> None:
    with database(data_dir / "journal.db") as connection:
        connection.execute(f"UPDATE audit SET at = 'one day', data = {data}, person = CAST(x'4aff' AS TEXT)")
    first, *_ = JournalReader(data_dir).trail()
    assert (first.at, first.person, first.data) == (datetime.fromtimestamp(0, UTC), "J\ufffd", {})


def test_a_damaged_file_is_said_to_be_damaged_whatever_is_asked(data_dir: Path, settled: str) -> None:
    reader = JournalReader(data_dir)
    drop(data_dir, "attempt")
    with pytest.raises(JournalUnavailable, match="no such table: attempt"):
        reader.dossier(settled)
    (data_dir / "journal.db").write_bytes(b"no database" * 1000)
    for ask in (reader.intents, reader.trail, reader.verify):
        with pytest.raises(JournalUnavailable, match="is damaged"):
            ask()


def test_a_journal_that_is_just_being_made_has_no_intents_and_no_chain(tmp_path: Path) -> None:
    assert JournalReader(tmp_path).verify() is None
    with closing(sqlite3.connect(tmp_path / "journal.db")) as connection:
        connection.execute("VACUUM")
    assert JournalReader(tmp_path).intents() == ()
    assert JournalReader(tmp_path).verify() is None


def test_the_store_says_that_its_file_is_damaged(data_dir: Path, settled: str, stores: Stores) -> None:
    stores.close()
    (data_dir / "journal.db").write_bytes(b"no database" * 1000)
    with pytest.raises(JournalUnavailable, match="is damaged"):
        stores.journal.meta("journal_id")


@pytest.mark.parametrize("column", ["seen", "accepted_warnings", "at", "verb"])
def test_an_intent_whose_words_are_none_any_more_is_named(stores: Stores, data_dir: Path, column: str) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.move(made.id, "attention", "why", "read-back", NOW)
    with database(data_dir / "journal.db") as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(f"UPDATE intent SET {column} = 'no such word'")
    for ask in (JournalReader(data_dir).intents, stores.journal.intents, lambda: stores.journal.open_intent(draft())):
        with pytest.raises(JournalUnavailable, match=f"what it holds of {made.id} cannot be read"):
            ask()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE intent SET body = x'7b7d'",
        "UPDATE intent SET amount_minor = 999",
        "UPDATE intent SET key = 'another'",
        "UPDATE intent SET key = 'another', state = 'intent'",
        "UPDATE intent SET seen = '[]'",
        "UPDATE audit SET data = 'no json' WHERE kind = 'intent'",
        "UPDATE audit SET data = '[]' WHERE kind = 'intent'",
        "DELETE FROM audit WHERE kind = 'intent'",
        "DELETE FROM audit WHERE kind = 'attempt'",
    ],
)
def test_nothing_is_sent_again_that_is_not_what_was_confirmed(stores: Stores, data_dir: Path, edit: str) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    with database(data_dir / "journal.db") as connection:
        connection.execute(edit)
    with pytest.raises(NotAsConfirmed, match="nothing is sent"):
        stores.journal.start_attempt(made.id, NOW)
    found = JournalReader(data_dir).intent(made.id)
    assert found is not None
    assert found.attempts == 1


def test_a_journal_is_verified_with_its_anchors_or_the_reason_is_said(data_dir: Path, tmp_path: Path) -> None:
    open_at(data_dir).close()
    book = AnchorBook(tmp_path / "anchors", data_dir)
    assert JournalReader(data_dir, book).verify() is not None
    unreadable = tmp_path / "anchors" / "other.txt"
    unreadable.mkdir(parents=True)
    with pytest.raises(JournalUnavailable, match=f"^{unreadable} cannot be read"):
        verify_journal(data_dir, book)
    with database(data_dir / "journal.db") as connection:
        connection.execute("DELETE FROM meta WHERE name = 'journal_id'")
    assert JournalReader(data_dir).verify() is not None
    with database(data_dir / "journal.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerSchema, match="newer azpay"):
        JournalReader(data_dir).verify()


def drop(data_dir: Path, table: str) -> None:
    with database(data_dir / "journal.db") as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(f"DROP TABLE {table}")
