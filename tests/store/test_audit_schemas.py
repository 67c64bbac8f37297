"""Whatever schema a journal has, or says it has, the check says one clear thing about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.store.forging import WITNESS, database, look, open_with
from tests.store.making import NOW, answer, draft, tracked
from tests.store.older import as_of

from azpay_tui.domain.marks import MarkEdit, Standing
from azpay_tui.store.checkup import look_at_journal
from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.journal.verify import verify_journal
from azpay_tui.store.sqlite import JOURNAL_SCHEMA


@pytest.fixture
def journal(data_dir: Path) -> Path:
    """A journal with what there was from its first schema on."""
    stores = open_with(data_dir)
    stores.journal.track([tracked()], NOW)
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.record(made.id, 1, answer(), "succeeded", None, None, None, NOW)
    stores.close()
    return data_dir / "journal.db"


@pytest.mark.parametrize("schema", range(1, JOURNAL_SCHEMA + 1))
def test_a_journal_of_every_schema_is_verified(journal: Path, data_dir: Path, tmp_path: Path, schema: int) -> None:
    as_of(schema, "journal", journal, tmp_path)
    found = verify_journal(data_dir)
    assert found is not None
    assert found.faults() == ()
    assert found.rows == 5
    with database(journal) as connection:
        connection.execute("UPDATE intent SET state = 'refused'")
    assert "I-000001 is not as the audit chain says" in "".join(look(journal).faults())


def test_a_note_whose_table_is_gone_is_named(data_dir: Path, journal: Path) -> None:
    stores = open_with(data_dir, witness=WITNESS)
    order = tracked().order_id
    stores.journal.mark([MarkEdit(order, Standing(), Standing(), note="called")], NOW)
    stores.close()
    with database(journal) as connection:
        connection.execute("DROP TABLE note")
    assert look(journal).faults()[0].startswith(f"note 1 of {order} is not as the audit chain says: it is gone")


def test_a_journal_whose_schema_number_was_taken_out_is_verified_and_says_so(data_dir: Path, journal: Path) -> None:
    with database(journal) as connection:
        connection.execute("PRAGMA user_version = 0")
    reader = JournalReader(data_dir)
    found, doctors = reader.verify(), look_at_journal(data_dir)
    assert found is not None
    assert doctors is not None
    assert found.rows == 5
    assert found.faults() == doctors.audit.faults()
    assert found.faults() == (
        "The schema number of the journal was taken out of its file: azpay puts it in with the tables.",
    )
    assert [intent.id for intent in reader.intents()] == ["I-000001"], "what is there is not called nothing"


@pytest.mark.parametrize("spoil", ["DROP TABLE alembic_version", "DELETE FROM alembic_version"])
def test_tables_without_any_number_are_no_journal_and_no_nothing(data_dir: Path, journal: Path, spoil: str) -> None:
    with database(journal) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute(spoil)
    ways: tuple[Callable[[], object], ...] = (
        JournalReader(data_dir).verify,
        JournalReader(data_dir).intents,
        lambda: look_at_journal(data_dir),
        lambda: open_with(data_dir),
    )
    for way in ways:
        with pytest.raises(JournalUnavailable, match="is damaged; nothing was recorded") as told:
            way()
        assert "restore the newest back-up" in str(told.value)


def test_an_error_of_another_kind_is_not_taken_for_an_older_schema(journal: Path) -> None:
    with database(journal) as connection:
        connection.execute("ALTER TABLE note DROP COLUMN person")
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        look(journal)
