"""The shape that new databases are made of is the one that the steps lead to."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.store.making import open_at

from azpay_tui.store.migrations import run
from azpay_tui.store.migrations.shape import DATABASES, Database, create, newest, shape_file, shape_of
from azpay_tui.store.sqlite import CACHE_PRAGMAS, JOURNAL_PRAGMAS, connect_reader, schema_of


@pytest.mark.parametrize("database", DATABASES)
def test_what_is_kept_is_what_the_steps_lead_to(database: Database) -> None:
    assert shape_file(database).read_text(encoding="utf-8") == newest(database), "run `make shape`"


@pytest.mark.parametrize("database", DATABASES)
def test_a_database_made_at_once_is_like_one_that_took_every_step(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "new.db"
    path.touch()
    create(path, database, CACHE_PRAGMAS)
    assert shape_of(path) == newest(database)
    assert schema_of(path) > 0


def test_every_new_journal_has_an_id_of_its_own(tmp_path: Path) -> None:
    ids = set()
    for number in range(3):
        path = tmp_path / f"{number}.db"
        path.touch()
        create(path, "journal", JOURNAL_PRAGMAS)
        with closing(connect_reader(path)) as connection:
            ids |= set(connection.execute("SELECT value FROM meta WHERE name = 'journal_id'"))
    assert len(ids) == 3
    assert all(len(value) == 32 for (value,) in ids)


def test_a_new_directory_takes_no_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(run, "migrate")
    open_at(tmp_path / "new").close()
