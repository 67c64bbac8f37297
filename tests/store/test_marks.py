"""Marks in the journal and in the lists: durable, in the audit chain, exact in every count, not lost with the cache."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW, answer, charge, draft, fill, oid, open_at, permission, read, tracked
from tests.store.older import VERSIONS, as_of

from azpay_tui.domain.marks import MarkChange, MarkEdit, Marks, Standing, apply, trouble_of
from azpay_tui.store import opening
from azpay_tui.store.errors import JournalUnavailable, NewerSchema
from azpay_tui.store.files import DataDir
from azpay_tui.store.journal.file import JournalFile
from azpay_tui.store.journal.store import JournalStore
from azpay_tui.store.migrations import run
from azpay_tui.store.migrations.run import migrate
from azpay_tui.store.opening import Stores, rebuild_cache
from azpay_tui.store.sqlite import CACHE_SCHEMA, JOURNAL_SCHEMA, schema_of

LATER = NOW + timedelta(hours=3)


def declined(count: int) -> object:
    return lambda number: {"state": "Declined", "reason": "HardDeclined"} if number < count else {}


def mark(
    stores: Stores, order_id: str, change: MarkChange, at: datetime = NOW, *, undo: bool = False
) -> MarkEdit | None:  # fmt: skip
    """Mark one order as the back office does; returns the edit that was written."""
    order, row = stores.reader.order(order_id), stores.reader.row(order_id)
    assert order is not None
    assert row is not None
    trouble = trouble_of(order, row.attention, row.expires)
    edit = apply(change, order_id, stores.reader.marks(order_id), trouble, at, "ops")
    written = stores.journal.mark([edit], at, undo=undo)
    stores.cache.reproject(written, at)
    return edit if written else None


def audit(data_dir: Path) -> list[tuple[str, str, str, str, str]]:
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        sql = "SELECT at, person, session <> '', order_id, data FROM audit WHERE kind = 'mark' ORDER BY seq"
        return connection.execute(sql).fetchall()


def exact(stores: Stores) -> bool:
    """Whether the kept counts are those of the rows."""
    counts = stores.reader.counts()
    views = {view: len(stores.reader.page(view, limit=1000).rows) for view in counts}
    return counts == views


# Semantics in the lists


def test_a_reviewed_order_leaves_the_view_and_its_count_and_keeps_its_codes(stores: Stores) -> None:
    ids = fill(stores, 5, declined(3))  # type: ignore[arg-type]
    assert stores.reader.counts()["attention"] == 3
    before = stores.reader.revision()
    mark(stores, ids[0], MarkChange(reviewed=True))
    assert [row.id for row in stores.reader.page("attention").rows] == [ids[1], ids[2]]
    row = stores.reader.row(ids[0])
    assert row is not None
    assert (row.attention, row.marks, row.status) == (("declined",), ("reviewed",), "DECLINED")
    assert stores.reader.changed_since(before) == (ids[0],)
    assert exact(stores)
    mark(stores, ids[0], MarkChange(reviewed=False))
    assert stores.reader.counts()["attention"] == 3
    assert exact(stores)


def test_a_new_trouble_brings_a_reviewed_order_back(stores: Stores) -> None:
    ids = fill(stores, 2, declined(1))  # type: ignore[arg-type]
    mark(stores, ids[0], MarkChange(reviewed=True))
    later = NOW + timedelta(hours=1)
    stores.cache.put([read(permission(ids[0]), later)], later)
    assert stores.reader.counts()["attention"] == 0
    second = charge(ids[0], 2, state="Declined", reason="HardDeclined", created=later, updated=later)
    stores.cache.put([read(second, later)], later)
    assert [row.id for row in stores.reader.page("attention").rows] == [ids[0]]
    assert exact(stores)


def test_a_reminder_comes_back_when_its_time_has_come(stores: Stores) -> None:
    ids = fill(stores, 3, declined(2))  # type: ignore[arg-type]
    mark(stores, ids[0], MarkChange(remind=LATER))
    mark(stores, ids[2], MarkChange(remind=LATER))
    assert stores.reader.counts()["attention"] == 1
    assert stores.cache.tick(LATER - timedelta(seconds=1)) == ()
    assert set(stores.cache.tick(LATER)) == {ids[0], ids[2]}
    assert stores.cache.tick(LATER) == ()
    assert stores.reader.counts()["attention"] == 3
    found = {row.id: row.marks for row in stores.reader.page("attention").rows}
    assert (found[ids[0]], found[ids[2]]) == (("due",), ("due",))
    assert exact(stores)


def test_a_lapse_before_the_reminder_brings_the_order_back(stores: Stores) -> None:
    created = NOW - timedelta(days=29)
    ids = fill(stores, 1, lambda number: {"created": created, "expires": NOW + timedelta(days=1)})
    assert stores.reader.counts()["attention"] == 1
    mark(stores, ids[0], MarkChange(remind=NOW + timedelta(days=7)))
    assert stores.reader.counts()["attention"] == 0
    lapsed = NOW + timedelta(days=1, minutes=1)
    assert stores.cache.tick(lapsed) == (ids[0],)
    row = stores.reader.row(ids[0])
    assert row is not None
    assert row.attention == ("lapsed",)
    assert stores.reader.counts()["attention"] == 1
    assert exact(stores)


def test_a_reviewed_deadline_does_not_hide_the_next_one(stores: Stores) -> None:
    """The guarantee ends after 7 days, the authorization after 30: the same code, another matter."""
    created = NOW - timedelta(days=6)
    ids = fill(stores, 1, lambda number: {"created": created, "expires": created + timedelta(days=30)})
    assert stores.reader.counts()["attention"] == 1
    mark(stores, ids[0], MarkChange(reviewed=True))
    assert stores.reader.counts()["attention"] == 0
    stores.cache.tick(NOW + timedelta(days=2))
    assert stores.reader.counts()["attention"] == 0
    stores.cache.tick(created + timedelta(days=28, hours=1))
    row = stores.reader.row(ids[0])
    assert row is not None
    assert (row.attention, row.marks) == (("lapses-soon",), ())
    assert stores.reader.counts()["attention"] == 1
    assert exact(stores)


def test_an_unknown_outcome_brings_the_order_back(stores: Stores) -> None:
    ids = fill(stores, 1, declined(1))  # type: ignore[arg-type]
    mark(stores, ids[0], MarkChange(reviewed=True))
    made = stores.journal.open_intent(draft(ids[0]))
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.record(made.id, 1, answer(500), "unknown", None, None, None, NOW)
    stores.cache.reproject([ids[0]], NOW)
    assert stores.reader.counts()["attention"] == 1


def test_tags_are_found_and_shown(stores: Stores) -> None:
    ids = fill(stores, 3)
    mark(stores, ids[1], MarkChange(tags=("zurückgestellt", "@ann")))
    assert [row.id for row in stores.reader.page(query="ZURÜCK").rows] == [ids[1]]
    assert [row.tags for row in stores.reader.page(query="@ann").rows] == [("@ann", "zurückgestellt")]
    mark(stores, ids[1], MarkChange(untags=("zurückgestellt",)))
    assert stores.reader.page(query="zurück").rows == ()
    assert stores.reader.total("all", "@ann") == 1


def test_a_note_is_kept_newest_first_with_person_and_time(stores: Stores) -> None:
    ids = fill(stores, 2)
    for number, text in enumerate(("first", "second \x1b[31m\udcff")):
        mark(stores, ids[0], MarkChange(note=text), NOW + timedelta(minutes=number))
    notes = stores.reader.marks(ids[0]).notes
    assert [(note.text, note.person) for note in notes] == [("second \x1b[31m?", "ops"), ("first", "ops")]
    assert notes[0].at == NOW + timedelta(minutes=1)
    assert [row.marks for row in stores.reader.page().rows] == [("note",), ()]
    assert stores.reader.marks(ids[1]) == Marks()


def test_undo_puts_the_standing_back_and_retracts_the_note(stores: Stores, data_dir: Path) -> None:
    ids = fill(stores, 1, declined(1))  # type: ignore[arg-type]
    edit = mark(stores, ids[0], MarkChange(reviewed=True, note="seen", tags=("vip",)))
    assert edit is not None
    [note] = stores.reader.marks(ids[0]).notes
    back = MarkEdit(ids[0], edit.after, edit.before, retract=(note.id,))
    assert stores.journal.mark([back], LATER, undo=True) == {ids[0]: None}
    assert stores.reader.marks(ids[0]) == Marks()
    assert stores.journal.mark([back], LATER, undo=True) == {}  # twice is once
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        assert connection.execute("SELECT text, retracted_by FROM note").fetchall() == [("seen", "ops")]
    assert stores.journal.verify() is None


def test_a_mark_that_somebody_else_changed_meanwhile_is_left_alone(stores: Stores) -> None:
    ids = fill(stores, 2)
    stale = MarkEdit(ids[0], Standing(), Standing(tags=("mine",)))
    good = MarkEdit(ids[1], Standing(), Standing(tags=("mine",)))
    mark(stores, ids[0], MarkChange(tags=("theirs",)))
    assert stores.journal.mark([stale, good], NOW) == {ids[1]: None}
    assert stores.reader.marks(ids[0]).standing.tags == ("theirs",)


# The journal


def test_every_change_is_in_the_chain_and_what_a_note_says_is_not(stores: Stores, data_dir: Path) -> None:
    ids = fill(stores, 1, declined(1))  # type: ignore[arg-type]
    mark(stores, ids[0], MarkChange(reviewed=True))
    mark(stores, ids[0], MarkChange(remind=LATER, tags=("vip",)))
    mark(stores, ids[0], MarkChange(note="Jane Secret called"))
    rows = audit(data_dir)
    assert [(row[1], row[2], row[3]) for row in rows] == [("ops", 1, ids[0])] * 3
    assert '"review_about":"declined=1"' in rows[0][4]
    assert '"tags":1' in rows[1][4], "a tag is a word of somebody's, like a note"
    assert '"review_about"' not in rows[1][4]
    assert '"note":1' in rows[2][4]
    assert "Secret" not in "".join(row[4] for row in rows)
    assert stores.journal.verify() is None
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection, connection:
        connection.execute("UPDATE audit SET data = replace(data, 'declined', 'accepted')")
    assert stores.journal.verify() is not None


def test_many_orders_are_marked_in_one_transaction(stores: Stores, data_dir: Path) -> None:
    ids = fill(stores, 1100)
    edits = [MarkEdit(i, Standing(), Standing(tags=("bulk",)), note="all of them") for i in ids]
    written = stores.journal.mark(edits, NOW)
    assert list(written) == ids
    assert len({*written.values()}) == len(ids)
    stores.cache.reproject(written, NOW)
    assert stores.reader.total("all", "bulk", cap=2000) == len(ids)
    back = [MarkEdit(e.order_id, e.after, e.before, retract=(written[e.order_id] or 0,)) for e in edits]
    assert len(stores.journal.mark(back, LATER, undo=True)) == len(ids)
    assert {stores.reader.marks(i) for i in ids} == {Marks()}
    assert stores.journal.verify() is None


def test_marks_outlive_the_cache_and_come_with_the_back_up(stores: Stores, data_dir: Path) -> None:
    ids = fill(stores, 2, declined(2))  # type: ignore[arg-type]
    mark(stores, ids[0], MarkChange(reviewed=True, tags=("vip",), note="hello"))
    kept = stores.back_up_daily(NOW)
    assert kept is not None
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("hello",)]
    marks = stores.reader.marks(ids[0])
    rebuild_cache(data_dir, NOW)
    assert stores.reader.marks(ids[0]) == marks
    stores.cache.put([read(fact) for i in ids for fact in (permission(i), charge(i, state="Declined"))], NOW)
    assert stores.reader.counts()["attention"] == 1
    row = stores.reader.row(ids[0])
    assert row is not None
    assert (row.marks, row.tags) == (("reviewed", "note"), ("vip",))
    assert exact(stores)


def test_what_another_process_marked_is_taken_in(stores: Stores, data_dir: Path) -> None:
    ids = fill(stores, 1, declined(1))  # type: ignore[arg-type]
    row, order = stores.reader.row(ids[0]), stores.reader.order(ids[0])
    assert row is not None
    assert order is not None
    edit = apply(MarkChange(reviewed=True), ids[0], Marks(), trouble_of(order, row.attention, row.expires), NOW, "ops")
    stores.journal.mark([edit], NOW)  # and dies before it brings it into the cache
    assert stores.reader.counts()["attention"] == 1
    other = open_at(data_dir)
    assert other.reader.counts()["attention"] == 0
    other.close()


def test_a_journal_that_cannot_be_written_says_so(stores: Stores, data_dir: Path) -> None:
    ids = fill(stores, 1)
    with closing(sqlite3.connect(data_dir / "journal.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        quick = JournalStore(JournalFile(DataDir(data_dir), busy=0.05), person="ops")
        with pytest.raises(JournalUnavailable, match="locked by another program; nothing was recorded"):
            quick.mark([MarkEdit(ids[0], Standing(), Standing(tags=("a",)))], NOW)
        connection.execute("ROLLBACK")
        quick.close()


# Coming from the version before


def first_version(tmp_path: Path, data_dir: Path) -> tuple[list[str], str]:
    """Make databases with the first steps alone, and put orders and an intent in; returns their ids."""
    data = DataDir(data_dir)
    stores = open_at(data_dir)
    ids = [oid(number) for number in range(1, 4)]
    stores.journal.track([tracked(i, number=str(1000 + n)) for n, i in enumerate(ids)], NOW)
    made = stores.journal.open_intent(draft(ids[0]))
    stores.close()
    as_of(1, "journal", data.journal, tmp_path)
    as_of(1, "cache", data.cache, tmp_path)
    assert (schema_of(data.journal), schema_of(data.cache)) == (1, 1)
    return ids, made.id


def dump(path: Path, tables: tuple[str, ...] = ("intent", "audit", "tracked", "tracked_id", "meta")) -> list[object]:
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]


def test_a_journal_of_the_first_version_is_brought_up_to_date_with_everything_in_it(
    tmp_path: Path, data_dir: Path
) -> None:
    ids, intent = first_version(tmp_path, data_dir)
    before = dump(data_dir / "journal.db")
    stores = open_at(data_dir)
    assert (schema_of(data_dir / "journal.db"), schema_of(data_dir / "cache.db")) == (JOURNAL_SCHEMA, CACHE_SCHEMA)
    assert dump(data_dir / "journal.db") == before
    assert stores.journal.verify() is None
    assert stores.journal.intent(intent) is not None
    kept = data_dir / "backups" / f"before-schema-{JOURNAL_SCHEMA}-20260301T120000.db"
    assert schema_of(kept) == 1
    assert dump(kept) == before
    assert {row.id for row in stores.reader.page().rows} == set(ids)
    mark(stores, ids[1], MarkChange(note="works", tags=("vip",)))
    assert stores.reader.page(query="vip").rows[0].marks == ("note",)
    assert stores.journal.verify() is None
    assert exact(stores)
    stores.close()


def test_a_migration_that_fails_half_way_leaves_the_first_version_usable(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, intent = first_version(tmp_path, data_dir)
    before = dump(data_dir / "journal.db")
    steps = tmp_path / "broken"
    shutil.copytree(VERSIONS / "journal_versions", steps, ignore=shutil.ignore_patterns("__pycache__"))
    text = (steps / "v0002_marks.py").read_text()
    (steps / "v0002_marks.py").write_text(text + "\n    op.execute('SELECT nothing FROM nowhere')\n")
    monkeypatch.setattr(run, "migrate", lambda engine, name: migrate(engine, name, steps_from=steps))
    with pytest.raises(JournalUnavailable):
        open_at(data_dir)
    monkeypatch.undo()
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert not {"mark", "note"} & names
    assert schema_of(data_dir / "journal.db") == 1
    assert dump(data_dir / "journal.db") == before
    # What the program of the first version does: intents and what becomes of them.
    old = JournalStore(JournalFile(DataDir(data_dir)), person="ops")
    assert old.start_attempt(intent, NOW) == 1
    assert old.verify() is None
    old.close()
    stores = open_at(data_dir)
    assert {row.id for row in stores.reader.page().rows} == set(ids)
    stores.close()


def test_a_migration_that_is_killed_half_way_leaves_the_first_version_usable(tmp_path: Path, data_dir: Path) -> None:
    ids, _intent = first_version(tmp_path, data_dir)
    before = dump(data_dir / "journal.db")
    steps = tmp_path / "killed"
    shutil.copytree(VERSIONS / "journal_versions", steps, ignore=shutil.ignore_patterns("__pycache__"))
    text = (steps / "v0002_marks.py").read_text()
    end = "\n    op.execute('CREATE TABLE big AS SELECT zeroblob(3000000) AS z')\n"
    end += "    __import__('os').kill(__import__('os').getpid(), 9)\n"
    (steps / "v0002_marks.py").write_text(text + end)
    code = (
        "import sys, pathlib\nfrom azpay_tui.store.engine import make_engine\n"
        "from azpay_tui.store.migrations.run import migrate\nfrom azpay_tui.store.sqlite import JOURNAL_PRAGMAS\n"
        "engine = make_engine(pathlib.Path(sys.argv[1]), (*JOURNAL_PRAGMAS, 'PRAGMA cache_size = 1'), pooled=False)\n"
        "migrate(engine, 'journal', steps_from=pathlib.Path(sys.argv[2]))"
    )
    source = {**os.environ, "PYTHONPATH": str(Path(opening.__file__).parents[2])}
    arguments = [sys.executable, "-c", code, str(data_dir / "journal.db"), str(steps)]
    assert subprocess.run(arguments, check=False, env=source).returncode == -signal.SIGKILL
    assert (data_dir / "journal.db-journal").exists(), "nothing was on its way: the test proves nothing"
    assert schema_of(data_dir / "journal.db") == 1
    assert dump(data_dir / "journal.db") == before
    stores = open_at(data_dir)
    mark(stores, ids[2], MarkChange(note="after all"))
    assert stores.journal.verify() is None
    stores.close()


def test_a_program_of_the_first_version_reads_this_journal_and_never_writes_it(
    stores: Stores, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(stores, 2)
    made = stores.journal.open_intent(draft(ids[0]))
    mark(stores, ids[1], MarkChange(note="from a newer one"))
    stores.close()
    before = (data_dir / "journal.db").read_bytes()
    monkeypatch.setattr(opening, "JOURNAL_SCHEMA", 1)
    old = open_at(data_dir)
    assert old.read_only_reason is not None
    assert "newer azpay" in old.read_only_reason
    assert old.journal.intent(made.id) == made
    assert len(old.reader.page().rows) == 2
    for write in (
        lambda: old.journal.open_intent(draft(ids[1])),
        lambda: old.journal.mark([MarkEdit(ids[0], Standing(), Standing(tags=("a",)))], NOW),
    ):
        with pytest.raises(NewerSchema, match="newer azpay"):
            write()
    old.close()
    assert (data_dir / "journal.db").read_bytes() == before


def test_a_cache_of_the_first_version_keeps_its_rows(stores: Stores, data_dir: Path, tmp_path: Path) -> None:
    fill(stores, 4, declined(2))  # type: ignore[arg-type]
    before = stores.reader.page("all").rows
    stores.close()
    as_of(1, "cache", data_dir / "cache.db", tmp_path)
    again = open_at(data_dir)
    assert again.rebuilt is None
    assert again.reader.page("all").rows == before
    assert exact(again)
    again.close()
