"""What the check says of each edit, word by word: which row, what is wrong with it, and where the chain tells of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.store.forging import chain_again, database, lived, rows_told
from tests.store.making import oid, put

from azpay_tui.store.journal.anchors import Known
from azpay_tui.store.journal.chain import first_bad_row
from azpay_tui.store.journal.verify import examine

A, B = oid(1), oid(2)
BODY = hashlib.sha256(b'{"captureAmount":{"amount":"1.00","currencyCode":"USD"}}').hexdigest()
GONE, CHANGED, UNTOLD = "it is gone", "it was changed afterwards", "no row of the chain tells of it"
WHOSE = "whose it is, or when it was written, was changed afterwards"
SETTINGS, NOTED = "what was noted of the settings in force", "name = 'audit_settings'"
ANSWER = "the answer in it is not the one that came"

ROWS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "UPDATE intent SET verb = 'void', target = 't', key = 'k', counter = 1, method = 'GET', path = 'p', "
    "merchant = 'm', body_sha256 = 'b', amount_minor = 1, state = 'refused' WHERE seq = 1": (
        (
            "I-000001",
            f"its state is 'refused', it was 'succeeded'; its verb is 'void', it was 'capture'; its target is 't', it "
            f"was '{A}-C000001'; its key is 'k', it was '{'0' * 32}'; its counter is '1', it was 0; its method is "
            f"'GET', it was 'POST'; its path is 'p', it was '/charges/{A}-C000001/capture'; its merchant is 'm', it "
            f"was 'MERCHANT'; its body_sha256 is 'b', it was '{BODY}'; its amount is '0.01 USD', it was '1.00 USD'; "
            "its request is not the one that was confirmed",
            10,
        ),
    ),
    "UPDATE intent SET body = x'00' WHERE seq = 1": (
        ("I-000001", "its request is not the one that was confirmed", 10),
    ),
    "UPDATE intent SET person = 'x' WHERE seq = 2": (("I-000002", CHANGED, 13),),
    "UPDATE intent SET amount_currency = NULL, amount_minor = NULL, amount_exponent = NULL WHERE seq = 1": (
        ("I-000001", "its amount is '', it was '1.00 USD'", 10),
    ),
    "DELETE FROM intent WHERE seq = 1": (("I-000001", GONE, 10),),
    "UPDATE intent SET id = 'I-000009' WHERE seq = 2": (("I-000009", UNTOLD, 0), ("I-000002", GONE, 13)),
    "UPDATE attempt SET outcome = 'x' WHERE intent_id = 'I-000001'": (("I-000001 attempt 1", CHANGED, 9),),
    "DELETE FROM attempt": (("I-000001 attempt 1", GONE, 9), ("I-000002 attempt 1", GONE, 13)),
    "UPDATE attempt SET number = 7 WHERE intent_id = 'I-000001'": (
        ("I-000001 attempt 7", UNTOLD, 0),
        ("I-000001 attempt 1", GONE, 9),
    ),
    "UPDATE attempt SET number = 7, outcome = 'x'": (
        ("I-000001 attempt 7", UNTOLD, 0),
        ("I-000002 attempt 7", UNTOLD, 0),
        ("I-000001 attempt 1", GONE, 9),
        ("I-000002 attempt 1", GONE, 13),
    ),
    "DELETE FROM evidence": (("evidence 1 of I-000001", GONE, 9), ("evidence 2 of I-000002", GONE, 13)),
    "UPDATE evidence SET raw = x'00' WHERE id = 1": (("evidence 1 of I-000001", ANSWER, 9),),
    "UPDATE evidence SET raw = x''": (("evidence 1 of I-000001", ANSWER, 9), ("evidence 2 of I-000002", ANSWER, 13)),
    "UPDATE evidence SET message = 'x'": (
        ("evidence 1 of I-000001", CHANGED, 9),
        ("evidence 2 of I-000002", CHANGED, 13),
    ),
    "UPDATE evidence SET id = id + 8": (
        ("evidence 9 of I-000001", UNTOLD, 0),
        ("evidence 10 of I-000002", UNTOLD, 0),
        ("evidence 1 of I-000001", GONE, 9),
        ("evidence 2 of I-000002", GONE, 13),
    ),
    "DELETE FROM note": ((f"note 1 of {A}", GONE, 4), (f"note 2 of {B}", GONE, 6)),
    "UPDATE note SET text = 'x'": ((f"note 1 of {A}", CHANGED, 4), (f"note 2 of {B}", CHANGED, 6)),
    "UPDATE note SET retracted_at = 'x' WHERE id = 1": ((f"note 1 of {A}", "the chain says that it is open", 4),),
    "UPDATE note SET retracted_at = NULL WHERE id = 2": ((f"note 2 of {B}", "the chain says that it is retracted", 6),),
    "UPDATE note SET person = 'x' WHERE id = 1": ((f"note 1 of {A}", WHOSE, 4),),
    "UPDATE note SET at = 'x' WHERE id = 1": ((f"note 1 of {A}", WHOSE, 4),),
    "UPDATE note SET order_id = 'x' WHERE id = 2": ((f"note 2 of {B}", WHOSE, 6),),
    "UPDATE note SET retracted_by = 'x' WHERE id = 2": ((f"note 2 of {B}", WHOSE, 6),),
    "UPDATE note SET retracted_by = 'x' WHERE id = 1": ((f"note 1 of {A}", WHOSE, 4),),
    "UPDATE note SET id = id + 8": (
        ("note 9", UNTOLD, 0),
        ("note 10", UNTOLD, 0),
        (f"note 1 of {A}", GONE, 4),
        (f"note 2 of {B}", GONE, 6),
    ),
    "UPDATE mark SET tags = 'a b'": ((f"the mark on {A}", "its tags was changed afterwards", 4),),
    "UPDATE mark SET review_at = 'x', tags = ''": ((f"the mark on {A}", "its review_at was changed afterwards", 4),),
    "UPDATE mark SET remind_by = 'x'": ((f"the mark on {A}", "its remind_by was changed afterwards", 4),),
    "UPDATE mark SET review_by = CAST(x'ff' AS TEXT)": (
        (f"the mark on {A}", "its review_by was changed afterwards", 4),
    ),
    "DELETE FROM mark": ((f"the mark on {A}", GONE, 4),),
    f"UPDATE mark SET order_id = '{B}'": ((f"the mark on {B}", UNTOLD, 0), (f"the mark on {A}", GONE, 4)),
    f"INSERT INTO mark SELECT '{B}x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', '' UNION ALL "
    f"SELECT '{B}', 'x', 'x', 'x', 'x', 'x', 'x', 'x', ''": (
        (f"the mark on {B}x", UNTOLD, 0),
        (f"the mark on {B}", UNTOLD, 0),
    ),
    "DELETE FROM tracked_id": ((f"the object {A}-C000001", GONE, 2), (f"the object {B}-C000001", GONE, 3)),
    "DELETE FROM tracked": ((f"the order {A}", GONE, 2), (f"the order {B}", GONE, 3)),
    f"DELETE FROM meta WHERE {NOTED}": ((SETTINGS, CHANGED, 1),),
    f"UPDATE meta SET value = '' WHERE {NOTED}": ((SETTINGS, CHANGED, 1),),
    f"UPDATE meta SET value = '{{}}' WHERE {NOTED}": ((SETTINGS, CHANGED, 1),),
    f"UPDATE meta SET value = json_remove(value, '$.writable') WHERE {NOTED}": ((SETTINGS, CHANGED, 1),),
    f"UPDATE meta SET value = json_set(value, '$.public_key_id', 'KEY-2') WHERE {NOTED}": ((SETTINGS, CHANGED, 1),),
    f"UPDATE meta SET value = json_set(value, '$.more', 1) WHERE {NOTED}": ((SETTINGS, CHANGED, 1),),
    f"UPDATE meta SET value = json_set(value, '$.more', NULL) WHERE {NOTED}": ((SETTINGS, CHANGED, 1),),
}
"""What is done to the rows, and what is then said: what it is, what is wrong, where the chain tells of it."""

NOT_WRITTEN = "it is not what was written, or the row before it is not"
END = rows_told()
CHAIN: dict[str, tuple[int, int, str]] = {
    "UPDATE audit SET person = 'x' WHERE seq = 4": (4, END, NOT_WRITTEN),
    "UPDATE audit SET hash = 'x' WHERE seq = 1": (1, END, NOT_WRITTEN),
    f"UPDATE audit SET seq = 99 WHERE seq = {END}": (END, END, "it is missing: the next row is 99"),
    "DELETE FROM audit WHERE seq = 5": (5, END - 1, "it is missing: the next row is 6"),
    "DELETE FROM audit WHERE seq = 1": (1, END - 1, "it is missing: the next row is 2"),
    "DELETE FROM audit WHERE seq > 3": (4, 3, "the chain does not end where its end was noted"),
    "DELETE FROM audit": (1, 0, "the chain does not end where its end was noted"),
    "DELETE FROM meta WHERE name = 'audit_head'": (END + 1, END, "the chain does not end where its end was noted"),
    "UPDATE meta SET value = 'x' WHERE name = 'audit_head'": (
        END + 1,
        END,
        "the chain does not end where its end was noted",
    ),
}
"""What is done to the chain, and what is then said: the first row that is wrong, how many there are, why."""


@pytest.fixture
def journal(data_dir: Path) -> Path:
    put(lived(), data_dir)
    return data_dir / "journal.db"


def test_every_edit_of_the_rows_is_told_word_by_word(journal: Path) -> None:
    told = {}
    with database(journal) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in ROWS:
            connection.execute("BEGIN")
            connection.execute(statement)
            found = examine(connection.execute, Known())
            connection.execute("ROLLBACK")
            told[statement] = tuple((wrong.what, wrong.sentence, wrong.row) for wrong in found.disagreements)
            assert (found.bad, found.odd, found.whole) == (None, (), False)
            assert found.faults() == tuple(
                f"{what} is not as the audit chain says: {sentence}{f' (told in row {row})' if row else ''}."
                for what, sentence, row in told[statement]
            )
    assert told == ROWS


def test_every_edit_of_the_chain_is_told_word_by_word(journal: Path) -> None:
    told = {}
    with database(journal) as connection:
        for statement in CHAIN:
            connection.execute("BEGIN")
            connection.execute(statement)
            found = examine(connection.execute, Known())
            bad = first_bad_row(connection.execute)
            connection.execute("ROLLBACK")
            told[statement] = (found.bad, found.rows, found.why)
            assert bad == found.bad
            assert (found.disagreements, found.odd, found.whole) == ((), (), False)
            assert found.faults() == (
                f"The chain is broken at row {found.bad} of {found.rows} ({found.why}): somebody or something changed "
                "the journal.",
            )
    assert told == CHAIN


ADDED: dict[tuple[str, str, str, str], tuple[tuple[str, str, int], ...]] = {
    ("track", A, "", "{}"): (),
    ("track", A, "I-000001", "{}"): (),
    ("settle", A, "I-000001", "{}"): (("I-000001", "its state is 'succeeded', it was ''", END + 1),),
    ("outcome", A, "I-000001", '{"attempt":1,"evidence":1}'): (
        ("I-000001", "its state is 'succeeded', it was ''", END + 1),
        ("evidence 1 of I-000001", CHANGED, END + 1),
    ),
}
"""What a row says that is added to the chain (kind, order, intent, data), and what is then told."""


def test_a_row_of_the_chain_that_says_less_than_others_is_taken_at_its_word(journal: Path) -> None:
    told = {}
    for added in ADDED:
        with database(journal) as connection:
            connection.execute("BEGIN")
            connection.execute(
                "INSERT INTO audit SELECT seq + 1, at, person, session, ?, ?, ?, ?, '' FROM audit "
                "ORDER BY seq DESC LIMIT 1",
                added,
            )
            chain_again(connection)
            found = examine(connection.execute, Known())
            connection.execute("ROLLBACK")
        told[added] = tuple((wrong.what, wrong.sentence, wrong.row) for wrong in found.disagreements)
    assert told == ADDED


def test_what_is_built_otherwise_is_told_word_by_word(journal: Path) -> None:
    with database(journal) as connection:
        connection.execute("DROP INDEX intent_one_open_per_order")
        connection.execute("CREATE VIEW v AS SELECT 1")
        assert examine(connection.execute, Known()).faults() == (
            "The journal has a view 'v' that azpay did not make: somebody put it there.",
            "The rule that an order has one open action at a time was taken out of the journal.",
        )
