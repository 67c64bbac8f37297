"""Back-ups of the journal: one a day, private, whole or not there at all, the newest seven kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW, draft, open_at

from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.files import DataDir
from azpay_tui.store.journal.backup import back_up, back_up_daily


def names(data: DataDir) -> list[str]:
    return sorted(path.name for path in data.backups.iterdir())


def test_a_back_up_is_private_whole_and_takes_the_place_of_the_one_before(made_dir: Path) -> None:
    data = DataDir(made_dir)
    assert back_up(data, "one.db") == data.backups / "one.db"
    stores = open_at(made_dir)
    stores.journal.open_intent(draft())
    stores.close()
    assert back_up(data, "one.db") == data.backups / "one.db"
    assert names(data) == ["one.db"], "no draft is left"
    assert (data.backups.stat().st_mode & 0o777, (data.backups / "one.db").stat().st_mode & 0o777) == (0o700, 0o600)
    with closing(sqlite3.connect(data.backups / "one.db")) as connection:
        assert connection.execute("SELECT id FROM intent").fetchall() == [("I-000001",)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_back_up_that_fails_leaves_the_one_before_and_no_draft(made_dir: Path) -> None:
    data = DataDir(made_dir)
    back_up(data, "one.db")
    before = (data.backups / "one.db").read_bytes()
    data.journal.write_bytes(b"no database" * 1000)
    with pytest.raises(JournalUnavailable):
        back_up(data, "one.db")
    assert names(data) == ["one.db"]
    assert (data.backups / "one.db").read_bytes() == before


def test_what_stands_in_the_place_of_a_draft_is_no_hindrance(made_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getpid", lambda: 4711)
    data = DataDir(made_dir)
    data.backups.mkdir(mode=0o700)
    (data.backups / ".one.db.4711").write_bytes(b"of a process that was killed")
    back_up(data, "one.db")
    assert names(data) == ["one.db"]


def test_one_a_day_is_made_and_the_newest_seven_are_kept(made_dir: Path) -> None:
    data = DataDir(made_dir)
    back_up(data, "before-schema-4.db")
    days = [NOW + timedelta(days=day) for day in range(9)]
    for day in days:
        made = back_up_daily(data, day)
        assert made == data.backups / f"journal-{day:%Y%m%d}.db"
        assert back_up_daily(data, day + timedelta(hours=11)) is None, "there is one of this day"
    assert names(data) == ["before-schema-4.db", *(f"journal-{day:%Y%m%d}.db" for day in days[2:])]
