"""An edit, a cut or a swap in the audit chain is found at the first row that is not as written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.making import NOW, answer, draft, oid, tracked

from azpay_tui.store.opening import Stores

COLUMNS = ("at", "person", "session", "kind", "order_id", "intent_id", "data", "hash")


@pytest.fixture
def chain(stores: Stores, data_dir: Path) -> Path:
    stores.journal.track([tracked(), tracked(oid(2), buyer_name="Jane Secret")], NOW)
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.record(made.id, 1, answer(), "succeeded", None, None, None, NOW)
    stores.journal.move(made.id, "succeeded", None, "read-back", NOW, reconciled=True)
    return data_dir / "journal.db"


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_every_change_leaves_one_row(stores: Stores, chain: Path) -> None:
    with closing(sqlite3.connect(chain)) as connection:
        rows = connection.execute("SELECT seq, kind, order_id, intent_id FROM audit ORDER BY seq").fetchall()
        everything = "".join(row[0] for row in connection.execute("SELECT data FROM audit"))
    assert rows == [
        (1, "track", oid(1), ""),
        (2, "track", oid(2), ""),
        (3, "intent", oid(1), "I-000001"),
        (4, "attempt", oid(1), "I-000001"),
        (5, "outcome", oid(1), "I-000001"),
        (6, "settle", oid(1), "I-000001"),
    ]
    assert "Jane Secret" not in everything
    assert stores.journal.verify() is None


def test_the_table_is_as_auditors_expect_it(chain: Path) -> None:
    with closing(sqlite3.connect(chain)) as connection:
        columns = connection.execute("PRAGMA table_info(audit)").fetchall()
    assert [(name, kind, bool(needed), bool(key)) for _i, name, kind, needed, _d, key in columns] == [
        ("seq", "INTEGER", False, True),
        *((name, "TEXT", True, False) for name in COLUMNS),
    ]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("row", [1, 3, 6])
def test_an_edit_is_found(stores: Stores, chain: Path, column: str, row: int) -> None:
    execute(chain, f"UPDATE audit SET {column} = {column} || 'x' WHERE seq = {row}")
    assert stores.journal.verify() == row


@pytest.mark.parametrize("row", [1, 4, 6])
def test_a_cut_is_found(stores: Stores, chain: Path, row: int) -> None:
    execute(chain, f"DELETE FROM audit WHERE seq = {row}")
    assert stores.journal.verify() == row


def test_a_swap_is_found(stores: Stores, chain: Path) -> None:
    execute(
        chain,
        "UPDATE audit SET seq = -2 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = -2",
    )
    assert stores.journal.verify() == 2


def test_text_moved_between_columns_is_found(stores: Stores, chain: Path) -> None:
    execute(
        chain, "UPDATE audit SET kind = kind || substr(order_id, 1, 1), order_id = substr(order_id, 2) WHERE seq = 3"
    )
    assert stores.journal.verify() == 3


def test_a_row_added_by_hand_is_found(stores: Stores, chain: Path) -> None:
    execute(
        chain,
        "INSERT INTO audit SELECT 7, at, person, session, kind, order_id, intent_id, data, hash FROM audit LIMIT 1",
    )
    assert stores.journal.verify() == 7


def test_the_last_rows_cut_off_are_found(stores: Stores, chain: Path) -> None:
    execute(chain, "DELETE FROM audit WHERE seq > 4")
    assert stores.journal.verify() == 5
    execute(chain, "DELETE FROM audit")
    assert stores.journal.verify() == 1


def test_an_empty_chain_is_sound(stores: Stores) -> None:
    assert stores.journal.verify() is None
