"""Whatever is edited in the rows that the audit chain speaks of, the check names the intent, attempt or note."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.forging import chain_again, database, lived, look, open_with
from tests.store.making import NOW, answer, draft, oid, put, tracked
from tests.support.figures import size, tell

from azpay_tui.domain.marks import MarkEdit, Standing
from azpay_tui.store.journal.anchors import Known
from azpay_tui.store.journal.digests import ATTEMPT, DELIVERY, EVIDENCE, INTENT, MESSAGE, SLIP, TRY
from azpay_tui.store.journal.seal import COLUMNS as SEALED
from azpay_tui.store.journal.shape import odd_shapes
from azpay_tui.store.journal.verify import examine
from azpay_tui.store.marks import COLUMNS as MARKS

TABLES = {
    "intent": ("id", "id", INTENT),
    "attempt": ("intent_id || ' attempt ' || number", "intent_id", ATTEMPT),
    "evidence": ("'evidence ' || id || ' of ' || intent_id", "intent_id", (*EVIDENCE, "raw")),
    "note": (
        "'note ' || id || ' of ' || order_id",
        "'note ' || id",
        ("text", "order_id", "at", "person", "retracted_at", "retracted_by"),
    ),
    "slip": ("'slip ' || id || ' of ' || order_id", "'slip ' || id", (*SLIP, "tracking", "salt")),
    "delivery": (
        "'delivery ' || id || ' of ' || order_id",
        "'delivery ' || id",
        (*DELIVERY, "tracking", "salt", "why"),
    ),
    "mark": ("'the mark on ' || order_id", "order_id", MARKS[:-1]),  # of tags it knows how many
    "message": (
        "'message ' || id",
        "id",
        (*MESSAGE, "subject", "body", "recipient", "state", "attempts", "tries", "next_due", "ended_at", "salt"),
    ),
    "message_try": (
        "'message ' || (SELECT id FROM message WHERE seq = message_seq) || ' attempt ' || number",
        "(SELECT id FROM message WHERE seq = message_seq)",
        TRY,  # and what came of it in words, of what is not for a shop
    ),
    "address": ("'the address of ' || order_id", "order_id", SEALED),
    "tracked_id": ("'the object ' || object_id", "object_id", ("object_id",)),
    "tracked": ("'the order ' || order_id", "order_id", ("order_id",)),
}
"""For each table the name that must be said, what it belongs to, and the columns the chain vouches for."""


@pytest.fixture
def journal(data_dir: Path) -> Path:
    put(lived(), data_dir)
    return data_dir / "journal.db"


def edited(value: object) -> Iterator[object]:
    """Yield other values of the same type."""
    match value:
        case None:
            yield "x"
            yield 1
        case int():
            yield value + 1
            yield 1 - value
        case str() | bytes():
            content = value.encode() if isinstance(value, str) else value
            for place in range(0, len(content), size(7, 1)):
                for mask in (1, 0x80):
                    turned = bytearray(content)
                    turned[place] ^= mask
                    yield bytes(turned)
            yield content + b"x"


def test_every_edit_of_a_row_names_it(journal: Path) -> None:
    tried, missed = 0, []
    with database(journal) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for table, (named, of, columns) in TABLES.items():
            for rowid, name, belongs, *values in connection.execute(
                f"SELECT rowid, {named}, {of}, {', '.join(columns)} FROM {table}"
            ).fetchall():
                for column, value in zip(columns, values, strict=True):
                    kind = "BLOB" if isinstance(value, bytes) else "TEXT"
                    for other in edited(value):
                        new = f"CAST(? AS {kind})" if isinstance(other, bytes) else "?"
                        connection.execute("BEGIN")
                        try:
                            done = connection.execute(
                                f"UPDATE {table} SET {column} = {new} WHERE rowid = ?", (other, rowid)
                            ).rowcount
                            if done:
                                tried += 1
                                found = examine(connection.execute, Known()).disagreements
                                if not any(wrong.what == name or belongs in wrong.what for wrong in found):
                                    missed.append((name, column, other))
                        except sqlite3.IntegrityError:
                            pass  # the table itself refuses it
                        connection.execute("ROLLBACK")
    tell("S8", tried, len(missed), says="edits of intents, attempts, evidence and notes")
    assert tried > 300
    assert not missed, missed[0]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM intent WHERE seq = 1", "I-000001"),
        ("DELETE FROM attempt WHERE intent_id = 'I-000001'", "I-000001 attempt 1"),
        ("DELETE FROM evidence WHERE id = 1", "evidence 1 of I-000001"),
        ("DELETE FROM note WHERE id = 1", f"note 1 of {oid(1)}"),
        ("UPDATE note SET retracted_at = NULL WHERE id = 2", f"note 2 of {oid(2)}"),
        ("INSERT INTO attempt VALUES ('I-000001', 2, 'x', NULL, NULL)", "I-000001 attempt 2"),
        (
            "INSERT INTO evidence SELECT 9, intent_id, attempt, at, kind, message, status, reason_code, request_id, "
            "server_date, received_at, raw, raw_length, raw_sha256 FROM evidence WHERE id = 1",
            "evidence 9 of I-000001",
        ),
        ("DELETE FROM mark", f"the mark on {oid(1)}"),
        ("DELETE FROM slip", f"slip 1 of {oid(1)}"),
        (
            "INSERT INTO slip SELECT 9, order_id, intent_id, verb, charge, at, person, currency, exponent, lines, "
            "shipping, shipping_tax, adjustment, document, carrier, tracking, restock, note, salt FROM slip",
            "slip 9",
        ),
        ("DELETE FROM delivery", f"delivery 1 of {oid(2)}"),
        (
            "INSERT INTO delivery SELECT 9, order_id, carrier, tracking, salt, at, person, outcome, why, request_id, "
            "ended_at FROM delivery",
            "delivery 9",
        ),
        ("DELETE FROM tracked_id", f"the object {oid(1)}-C000001"),
        ("DELETE FROM tracked", f"the order {oid(2)}"),
        ("DELETE FROM meta WHERE name = 'audit_settings'", "what was noted of the settings in force"),
        (
            'UPDATE meta SET value = \'{"public_key_id":"KEY-1","writable":false}\' WHERE name = \'audit_settings\'',
            "what was noted of the settings in force",
        ),
        ("INSERT INTO note VALUES (9, 'S01-1', 'x', 'x', 'x', NULL, NULL)", "note 9"),
    ],
)
def test_rows_that_are_gone_or_were_added_are_named(journal: Path, statement: str, what: str) -> None:
    with database(journal) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)
    found = look(journal)
    assert what in [wrong.what for wrong in found.disagreements]
    assert what in "".join(found.faults())


def test_an_intent_made_by_hand_is_named(journal: Path) -> None:
    with database(journal) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(intent)")]
        values = ", ".join({"seq": "9", "id": "'I-000009'"}.get(name, name) for name in columns)
        connection.execute(f"INSERT INTO intent SELECT {values} FROM intent WHERE seq = 1")
    assert [wrong.what for wrong in look(journal).disagreements] == ["I-000009"]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("CREATE TRIGGER t BEFORE INSERT ON attempt BEGIN SELECT RAISE(IGNORE); END", "a trigger 't'"),
        ("ALTER TABLE intent RENAME TO i; CREATE VIEW intent AS SELECT * FROM i", "a view 'intent'"),
        ("DROP INDEX intent_one_open_per_order", "one open action at a time was taken out"),
        (
            "DROP INDEX intent_one_open_per_order;"
            "CREATE INDEX intent_one_open_per_order ON intent (merchant, order_id)",
            "one open action at a time was taken out",
        ),
    ],
)
def test_what_azpay_did_not_build_in_the_file_is_told(journal: Path, script: str, said: str) -> None:
    with database(journal) as connection:
        connection.executescript(script)
    found = look(journal)
    assert not found.whole
    assert said in "".join(found.faults())


def test_a_row_that_an_index_hides_is_told(journal: Path) -> None:
    """The table is as it was written, and yet whoever looks for open intents finds none."""
    with database(journal) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        kept = "SELECT rootpage, sql FROM sqlite_master WHERE name = 'intent_state'"
        page, sql = connection.execute(kept).fetchone()
        connection.execute("DELETE FROM sqlite_master WHERE name = 'intent_state'")
        connection.execute("PRAGMA writable_schema = RESET")
    with database(journal) as connection:
        connection.execute("UPDATE intent SET state = 'unknown' WHERE seq = 1")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_master VALUES ('index', 'intent_state', 'intent', ?, ?)", (page, sql))
    with database(journal) as connection:
        assert connection.execute("SELECT id FROM intent WHERE state = 'unknown'").fetchall() == []
        found = examine(connection.execute, Known())
    assert "edited past SQLite" in "".join(found.odd)


def test_the_sentence_says_what_it_was(journal: Path) -> None:
    with database(journal) as connection:
        connection.execute("UPDATE intent SET amount_minor = 1, state = 'refused' WHERE seq = 1")
    assert look(journal).faults() == (
        "I-000001 is not as the audit chain says: its state is 'refused', it was 'succeeded'; its amount is "
        "'0.01 USD', it was '1.00 USD' (told in row 10).",
    )


def test_nothing_that_may_name_a_buyer_is_in_the_chain(journal: Path) -> None:
    with database(journal) as connection:
        rows = connection.execute("SELECT * FROM audit").fetchall()
    assert "secret" not in str(rows).lower()


def test_what_a_purge_forgot_is_no_edit_and_what_it_left_is_held_to(data_dir: Path, journal: Path) -> None:
    stores = open_with(data_dir)
    assert stores.journal.purge([oid(1), oid(2)], NOW) == (oid(1), oid(2))
    stores.close()
    assert look(journal).whole
    with database(journal) as connection:
        connection.execute("UPDATE evidence SET raw = x'' WHERE id = 1")
        connection.execute("UPDATE evidence SET message = 'none' WHERE id = 2")
    found = [wrong.what for wrong in look(journal).disagreements]
    assert found == ["evidence 1 of I-000001", "evidence 2 of I-000002"]


def test_a_journal_from_before_rows_had_digests_is_held_to_what_it_said(data_dir: Path, journal: Path) -> None:
    digests = ("row", "was", "attempt_row", "attempt_was", "evidence", "evidence_row", "kept_sha256")
    with database(journal) as connection:
        for seq, data in connection.execute("SELECT seq, data FROM audit").fetchall():
            said = {name: value for name, value in json.loads(data).items() if name not in digests}
            connection.execute("UPDATE audit SET data = ? WHERE seq = ?", (json.dumps(said), seq))
        chain_again(connection)
    assert look(journal).whole
    stores = open_with(data_dir)
    stores.journal.purge([oid(1)], NOW)
    stores.close()
    assert look(journal).whole
    with database(journal) as connection:
        connection.execute("UPDATE intent SET key = 'x' WHERE seq = 1")
        connection.execute("UPDATE evidence SET raw_sha256 = 'x' WHERE id = 2")
        connection.execute("DELETE FROM attempt WHERE intent_id = 'I-000002'")
    found = {wrong.what for wrong in look(journal).disagreements}
    assert found == {"I-000001", "I-000002 attempt 1", "evidence 2 of I-000002"}


def test_an_edit_that_a_later_step_wrote_over_is_named_for_ever(data_dir: Path) -> None:
    stores = open_with(data_dir)
    made = stores.journal.open_intent(draft())
    path = data_dir / "journal.db"
    steps = (
        ("UPDATE intent SET at = '2020-01-01T00:00:00.000000Z'", lambda: stores.journal.start_attempt(made.id, NOW)),
        (
            "UPDATE attempt SET started_at = '2020-01-01T00:00:00.000000Z'",
            lambda: stores.journal.record(made.id, 1, answer(), "succeeded", None, None, None, NOW),
        ),
        ("UPDATE intent SET key = 'x'", lambda: stores.journal.move(made.id, "succeeded", None, "read-back", NOW)),
        ("UPDATE evidence SET status = 500", lambda: stores.journal.purge([oid(1)], NOW)),
    )
    for statement, step in steps:
        with database(path) as connection:
            connection.execute(statement)
        step()
    stores.close()
    found = [(wrong.what, "before row" in wrong.sentence) for wrong in look(path).disagreements]
    assert found[:4] == [
        ("I-000001", True),
        ("I-000001 attempt 1", True),
        ("I-000001", True),
        ("evidence 1 of I-000001", True),
    ]


def test_rows_that_say_nothing_to_this_version_accuse_nobody(journal: Path) -> None:
    with database(journal) as connection:
        last = connection.execute("SELECT max(seq) FROM audit").fetchone()[0]
        said = [
            ("later", "I-000001", "{}"),
            ("later", "", "no json"),
            ("later", "", '{"retracted":1.5}'),
            ("mark", "", '{"retracted":["77"]}'),
            ("outcome", "I-000001", '{"late":true,"attempt":9,"state":"refused"}'),
        ]
        for number, (kind, intent, data) in enumerate(said, last + 1):
            values = (number, kind, intent, data)
            connection.execute("INSERT INTO audit VALUES (?, 'x', 'x', 'x', ?, 'x', ?, ?, 'x')", values)
        chain_again(connection)
    assert look(journal).faults() == (
        "I-000001 attempt 9 is not as the audit chain says: "
        f"what came back for it is gone (told in row {last + len(said)}).",
    )


def test_an_order_learnt_of_without_its_objects_accuses_nobody(journal: Path) -> None:
    with database(journal) as connection:
        for seq, data in connection.execute("SELECT seq, data FROM audit WHERE kind = 'track'").fetchall():
            said = {name: value for name, value in json.loads(data).items() if name != "ids"}
            connection.execute("UPDATE audit SET data = ? WHERE seq = ?", (json.dumps(said), seq))
        chain_again(connection)
    assert look(journal).faults() == ()


@pytest.mark.parametrize("value", ["no json", "[1]", "1", "null", pytest.param("[" * 100_000, id="nested")])
def test_noted_settings_that_are_none_are_named(journal: Path, value: str) -> None:
    with database(journal) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'audit_settings'", (value,))
    assert [wrong.what for wrong in look(journal).disagreements] == ["what was noted of the settings in force"]


def test_a_mark_that_was_taken_off_is_not_missed(data_dir: Path) -> None:
    stores = open_with(data_dir)
    stores.journal.track([tracked()], NOW)
    starred = Standing(tags=("x",))
    stores.journal.mark([MarkEdit(oid(1), Standing(), starred)], NOW)
    stores.journal.mark([MarkEdit(oid(1), starred, Standing())], NOW)
    stores.close()
    with database(data_dir / "journal.db") as connection:
        connection.execute("DELETE FROM mark")
    assert look(data_dir / "journal.db").faults() == ()


def test_a_name_in_the_file_that_is_no_text_is_told(journal: Path) -> None:
    with database(journal) as connection:
        connection.execute("CREATE TRIGGER t BEFORE INSERT ON attempt BEGIN SELECT 1; END")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET name = CAST(x'74ff' AS TEXT) WHERE name = 't'")
    with database(journal) as connection:
        assert "edited past SQLite: 'utf-8' codec can't decode" in "".join(odd_shapes(connection.execute))


def test_an_amount_that_is_none_is_named(journal: Path) -> None:
    with database(journal) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE intent SET amount_currency = 'nothing', amount_exponent = -1 WHERE seq = 1")
    assert "its amount is 'no amount', it was '1.00 USD'" in look(journal).faults()[0]
