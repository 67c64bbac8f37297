"""Opening a data directory: private, newest, whole, and clear about what is wrong."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect
from tests.store.making import NOW, ORDER, answer, charge, draft, fill, oid, open_at, read, tracked

from azpay_tui.store import opening
from azpay_tui.store.cache import connections
from azpay_tui.store.cache.project import RULES
from azpay_tui.store.cache.read import CacheReader, open_reader
from azpay_tui.store.cache.tables import CacheTable
from azpay_tui.store.engine import make_engine
from azpay_tui.store.errors import CacheUnavailable, JournalUnavailable, NewerSchema, OlderSchema
from azpay_tui.store.files import DataDir
from azpay_tui.store.journal.backup import back_up_daily
from azpay_tui.store.journal.tables import JournalTable
from azpay_tui.store.migrations import run
from azpay_tui.store.migrations.run import migrate
from azpay_tui.store.opening import Stores, rebuild_cache
from azpay_tui.store.sqlite import CACHE_SCHEMA, JOURNAL_PRAGMAS, JOURNAL_SCHEMA, schema_of


def modes(directory: Path) -> dict[str, int]:
    return {str(p.relative_to(directory)): p.stat().st_mode & 0o777 for p in sorted(directory.rglob("*"))}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_every_file_is_for_its_owner_alone(tmp_path: Path, umask: int) -> None:
    directory = tmp_path / "a" / "data"
    directory.parent.mkdir()
    before = os.umask(umask)
    try:
        stores = open_at(directory)
        fill(stores, 3)
        stores.journal.open_intent(draft())
        stores.back_up_daily(NOW)
        stores.lease.try_acquire()
        stores.cache.file.checkpoint()
        with stores.journal.file.writing() as (session, _audit):
            session.connection().exec_driver_sql("UPDATE intent SET note = 'x'")
            during = modes(directory)
    finally:
        os.umask(before)
    stores.close()
    assert {"cache.db-wal", "cache.db-shm", "journal.db-journal", "refresh.lock", "checkpoint.lock"} <= set(during)
    assert "journal.ballast" in during
    assert any(name.startswith("backups/journal-") for name in during)
    assert any(name.startswith("sessions/s-") for name in during)
    folders = {"backups", "sessions"}
    wrong = {name: oct(mode) for name, mode in during.items() if mode != (0o700 if name in folders else 0o600)}
    assert wrong == {}
    assert directory.stat().st_mode & 0o777 == 0o700


def test_files_that_others_could_read_are_closed_to_them(data_dir: Path) -> None:
    open_at(data_dir).close()
    data_dir.chmod(0o755)
    (data_dir / "journal.db").chmod(0o644)
    (data_dir / "cache.db").chmod(0o666)
    open_at(data_dir).close()
    assert data_dir.stat().st_mode & 0o777 == 0o700
    assert {mode for name, mode in modes(data_dir).items() if name.endswith(".db")} == {0o600}


def test_nothing_is_left_of_a_session_that_ended(stores: Stores, data_dir: Path) -> None:
    stores.close()
    stores.close()
    assert list((data_dir / "sessions").iterdir()) == []


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(JournalUnavailable, match="cannot be made"):
        open_at(tmp_path / "data")


@pytest.mark.parametrize("contents", [b"not a database, by far" * 400, bytes(100_000)])
def test_a_damaged_cache_is_moved_aside_and_rebuilt(data_dir: Path, contents: bytes) -> None:
    stores = open_at(data_dir)
    ids = fill(stores, 3)
    stores.close()
    (data_dir / "cache.db").write_bytes(contents)
    stores = open_at(data_dir)
    assert stores.rebuilt is not None
    assert "was kept as cache.db.damaged-20260301T120000" in stores.rebuilt
    kept = list(data_dir.glob("cache.db.damaged-*"))
    assert [p.read_bytes() for p in kept] == [contents]
    assert stores.read_only_reason is None
    assert {row.status for row in stores.reader.page().rows} == {"NEW"}
    assert {d.object_id for d in stores.cache.due(NOW, 100)} == {*ids, *(f"{i}-C000001" for i in ids)}
    stores.close()
    again = open_at(data_dir)
    assert again.rebuilt is None
    again.close()


def test_a_cache_with_a_flipped_page_is_rebuilt(data_dir: Path) -> None:
    stores = open_at(data_dir)
    fill(stores, 40)
    stores.cache.file.checkpoint()
    stores.close()
    whole = bytearray((data_dir / "cache.db").read_bytes())
    middle = len(whole) // 2 // 4096 * 4096
    whole[middle : middle + 4096] = bytes(0xA5 for _ in range(4096))
    (data_dir / "cache.db").write_bytes(whole)
    stores = open_at(data_dir)
    assert stores.rebuilt is not None
    assert stores.reader.counts()["all"] == 40
    stores.close()


def test_an_open_process_goes_over_to_the_new_cache(stores: Stores, data_dir: Path) -> None:
    ids = fill(stores, 2)
    said = rebuild_cache(data_dir, NOW)
    assert said.startswith("The cache was made anew: 2 orders are read again. The old one is kept as cache.db.replaced")
    assert (data_dir / said.split()[-1].rstrip(".")).stat().st_mode & 0o777 == 0o600
    assert {row.status for row in stores.reader.page().rows} == {"NEW"}
    stores.cache.put([read(charge(ids[0]))], NOW)
    order = stores.reader.order(ids[0])
    assert order is not None
    assert len(order.charges) == 1


def test_a_cache_is_not_given_up_when_it_cannot_be_made_anew(data_dir: Path) -> None:
    open_at(data_dir).close()
    before = (data_dir / "cache.db").read_bytes()
    (data_dir / "journal.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(JournalUnavailable, match="is damaged"):
        rebuild_cache(data_dir, NOW)
    assert (data_dir / "cache.db").read_bytes() == before
    with pytest.raises(JournalUnavailable, match="nothing to rebuild a cache from"):
        rebuild_cache(data_dir.with_name("nowhere"), NOW)


def test_a_damaged_journal_is_refused_and_kept(data_dir: Path) -> None:
    open_at(data_dir).close()
    (data_dir / "journal.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(JournalUnavailable, match=r"is damaged; .* restore the newest back-up"):
        open_at(data_dir)
    assert (data_dir / "journal.db").read_bytes() == b"garbage" * 1000


def stamp(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def test_a_newer_journal_is_read_and_never_written(data_dir: Path) -> None:
    stores = open_at(data_dir)
    fill(stores, 2)
    made = stores.journal.open_intent(draft())
    stores.close()
    stamp(data_dir / "journal.db", 99)
    before = (data_dir / "journal.db").read_bytes()
    stores = open_at(data_dir)
    assert stores.read_only_reason is not None
    assert "newer azpay" in stores.read_only_reason
    assert stores.journal.intent(made.id) == made
    assert len(stores.reader.page().rows) == 2
    with pytest.raises(NewerSchema, match="newer azpay"):
        stores.journal.open_intent(draft(oid(2)))
    with pytest.raises(NewerSchema):
        stores.journal.start_attempt(made.id, NOW)
    with pytest.raises(NewerSchema):
        stores.journal.record(made.id, 1, answer(), "succeeded", None, None, None, NOW)
    with pytest.raises(NewerSchema):
        stores.journal.track([tracked()], NOW)
    stores.close()
    assert (data_dir / "journal.db").read_bytes() == before


def test_a_newer_cache_is_read_and_never_written(data_dir: Path) -> None:
    stores = open_at(data_dir)
    fill(stores, 2)
    stores.close()
    stamp(data_dir / "cache.db", 99)
    stores = open_at(data_dir)
    assert len(stores.reader.page().rows) == 2
    with pytest.raises(CacheUnavailable, match="newer azpay"):
        stores.cache.put([read(charge())], NOW)
    stores.close()


def test_a_reader_says_what_an_older_file_needs(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_at(data_dir).close()
    monkeypatch.setattr(connections, "CACHE_SCHEMA", CACHE_SCHEMA + 1)
    reader = CacheReader(data_dir)
    with pytest.raises(OlderSchema, match="open it once for writing"):
        reader.page()


def test_a_reader_finds_an_empty_shop_where_nothing_is_yet(tmp_path: Path) -> None:
    reader = open_reader(tmp_path / "nowhere", lambda: NOW)
    assert reader.page().rows == ()
    assert reader.order(ORDER) is None
    assert reader.resolve("1001") == ()
    assert reader.total() == 0
    assert reader.counts()["all"] == 0
    assert reader.timeline(ORDER) == ()
    assert reader.status(NOW).connection == "STARTING"
    assert (reader.revision(), reader.changed_since(0), reader.raw(ORDER), reader.row(ORDER)) == (0, (), {}, None)
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "nowhere").mkdir()
    (tmp_path / "nowhere" / "cache.db").touch()
    assert reader.page().rows == ()
    open_at(tmp_path / "nowhere").close()
    stores = open_at(tmp_path / "nowhere")
    fill(stores, 1)
    assert len(reader.page().rows) == 1
    stores.close()
    reader.close()


def test_a_reader_of_a_damaged_cache_says_so(data_dir: Path) -> None:
    open_at(data_dir).close()
    (data_dir / "cache.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(CacheUnavailable, match="is damaged; start again"):
        open_reader(data_dir, lambda: NOW).page()


def test_reading_loads_nothing_heavy(stores: Stores, data_dir: Path) -> None:
    fill(stores, 2)
    code = (
        "import sys, pathlib, datetime\n"
        "from azpay_tui.store.cache.read import open_reader\n"
        "reader = open_reader(pathlib.Path(sys.argv[1]), lambda: datetime.datetime.now(datetime.UTC))\n"
        f"assert len(reader.page(query='jane').rows) == 2 and reader.order({ORDER!r}) and reader.timeline({ORDER!r})\n"
        "print(sorted({'sqlalchemy', 'sqlmodel', 'pydantic', 'alembic', 'textual', 'httpx'} & set(sys.modules)))"
    )
    source = Path(opening.__file__).parents[2]
    environment = {"PYTHONPATH": str(source)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(data_dir)], capture_output=True, text=True, check=False, env=environment
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize(("database", "tables"), [("journal", JournalTable), ("cache", CacheTable)])
def test_migrations_and_models_describe_the_same_tables(
    stores: Stores, data_dir: Path, database: str, tables: type[JournalTable] | type[CacheTable]
) -> None:
    engine = make_engine(data_dir / f"{database}.db", (), pooled=False)
    found = inspect(engine)
    assert set(tables.metadata.tables) == {
        name for name in found.get_table_names() if not name.startswith("search") and name != "alembic_version"
    }
    for name, table in tables.metadata.tables.items():
        columns = {column["name"]: bool(column["nullable"]) for column in found.get_columns(name)}
        keys = found.get_pk_constraint(name)["constrained_columns"]
        for key in keys:
            columns[key] = False
        assert columns == {column.name: bool(column.nullable) for column in table.columns}, name
        assert keys == [column.name for column in table.primary_key.columns], name
    engine.dispose()


STEP = """
import os, signal
from alembic import op
revision, down_revision, branch_labels, depends_on = "{next:04}", "{now:04}", None, None
def upgrade():
    op.execute("CREATE TABLE half (a TEXT)")
    op.execute("UPDATE meta SET value = 'half' WHERE name = 'journal_id'")
    {end}
"""


def steps(tmp_path: Path, end: str) -> Path:
    directory = tmp_path / "steps"
    known = Path(opening.__file__).parent / "migrations" / "journal_versions"
    shutil.copytree(known, directory, ignore=shutil.ignore_patterns("__pycache__"))
    (directory / "vnext.py").write_text(STEP.format(end=end, now=JOURNAL_SCHEMA, next=JOURNAL_SCHEMA + 1))
    return directory


def tables_of(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_migration_that_fails_leaves_the_file_as_it_was(stores: Stores, data_dir: Path, tmp_path: Path) -> None:
    stores.close()
    before = (tables_of(data_dir / "journal.db"), schema_of(data_dir / "journal.db"))
    engine = make_engine(data_dir / "journal.db", JOURNAL_PRAGMAS, pooled=False)
    with pytest.raises(ZeroDivisionError):
        migrate(engine, "journal", steps_from=steps(tmp_path, "1 / 0"))
    assert (tables_of(data_dir / "journal.db"), schema_of(data_dir / "journal.db")) == before
    open_at(data_dir).close()


def test_a_migration_that_is_killed_leaves_the_file_as_it_was(stores: Stores, data_dir: Path, tmp_path: Path) -> None:
    stores.close()
    journal = data_dir / "journal.db"
    code = (
        "import sys, pathlib\nfrom azpay_tui.store.engine import make_engine\n"
        "from azpay_tui.store.migrations.run import migrate\n"
        "from azpay_tui.store.sqlite import JOURNAL_PRAGMAS\n"
        "engine = make_engine(pathlib.Path(sys.argv[1]), (*JOURNAL_PRAGMAS, 'PRAGMA cache_size = 1'), pooled=False)\n"
        "migrate(engine, 'journal', steps_from=pathlib.Path(sys.argv[2]))"
    )
    large = "op.execute('CREATE TABLE big AS SELECT zeroblob(3000000) AS z')"
    directory = steps(tmp_path, f"{large}; os.kill(os.getpid(), signal.SIGKILL)")
    source = Path(opening.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(journal), str(directory)], check=False, env={"PYTHONPATH": str(source)}
    )
    assert done.returncode == -9
    assert (data_dir / "journal.db-journal").exists(), "nothing was on its way: the test proves nothing"
    assert schema_of(journal) == JOURNAL_SCHEMA
    assert not {"half", "big"} & tables_of(journal)
    again = open_at(data_dir)
    assert again.journal.meta("journal_id") not in (None, "half")
    again.close()


def test_a_migration_keeps_a_back_up_of_the_journal_first(
    stores: Stores, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = stores.journal.open_intent(draft())
    stores.close()
    directory = steps(tmp_path, "pass")
    monkeypatch.setattr(opening, "JOURNAL_SCHEMA", JOURNAL_SCHEMA + 1)
    monkeypatch.setattr(run, "migrate", lambda engine, name: migrate(engine, name, steps_from=directory))
    stores = open_at(data_dir)
    assert stores.journal.intent(made.id) == made
    stores.close()
    kept = data_dir / "backups" / f"before-schema-{JOURNAL_SCHEMA + 1}-20260301T120000.db"
    assert (schema_of(data_dir / "journal.db"), schema_of(kept)) == (JOURNAL_SCHEMA + 1, JOURNAL_SCHEMA)
    assert "half" not in tables_of(kept)


def test_rows_are_derived_anew_when_a_step_asks_for_it(data_dir: Path) -> None:
    stores = open_at(data_dir)
    fill(stores, 3)
    stores.close()
    with closing(sqlite3.connect(data_dir / "cache.db")) as connection, connection:
        connection.execute("UPDATE list_row SET ship = 'SHIP', status = 'as an older program had it'")
        connection.execute("UPDATE state SET journal_id = ''")
    stores = open_at(data_dir)
    assert {(row.status, row.ship) for row in stores.reader.page().rows} == {("AUTHORIZED", "SHIP")}
    stores.close()


def test_back_ups_are_daily_whole_and_seven(stores: Stores, data_dir: Path) -> None:
    made = stores.journal.open_intent(draft())
    for day in range(10):
        assert stores.back_up_daily(NOW + timedelta(days=day)) is not None
        assert stores.back_up_daily(NOW + timedelta(days=day, hours=3)) is None
    kept = sorted(p.name for p in (data_dir / "backups").iterdir())
    assert kept == [f"journal-202603{day:02d}.db" for day in range(4, 11)]
    stores.close()
    shutil.copy(data_dir / "backups" / kept[-1], data_dir / "journal.db")
    restored = open_at(data_dir)
    assert restored.journal.intent(made.id) == made
    assert restored.journal.verify() is None
    restored.close()


def test_a_back_up_that_cannot_be_made_is_said_and_leaves_nothing(stores: Stores, data_dir: Path) -> None:
    stores.close()
    (data_dir / "journal.db").write_bytes(b"no database" * 1000)
    with pytest.raises(JournalUnavailable, match="is damaged"):
        back_up_daily(DataDir(data_dir), NOW)
    assert list((data_dir / "backups").iterdir()) == []


def test_what_a_dead_process_left_in_the_journal_comes_into_the_cache(stores: Stores, data_dir: Path) -> None:
    stores.journal.track([tracked(number="1001")], NOW)
    assert stores.reader.page().rows == ()
    other = open_at(data_dir)  # the next start takes it in
    assert [row.number for row in stores.reader.page().rows] == ["1001"]
    other.close()
    stores.journal.track([tracked(oid(2), number="1002")], NOW)
    stores.cache.tick(NOW)  # and so does the holder of the lease
    assert {row.number for row in stores.reader.page().rows} == {"1001", "1002"}


def test_places_are_named(tmp_path: Path) -> None:
    assert DataDir(tmp_path).refresh_lock == tmp_path / "refresh.lock"


@pytest.mark.parametrize("how", ["missing", "empty"])
def test_a_lost_journal_is_refused_and_not_begun_anew(tmp_path: Path, how: str) -> None:
    stores = open_at(tmp_path / "data")
    fill(stores, 3)
    stores.close()
    journal = tmp_path / "data" / "journal.db"
    journal.unlink()
    if how == "empty":
        journal.touch(0o600)
    with pytest.raises(JournalUnavailable, match="missing or empty although the cache knows orders"):
        open_at(tmp_path / "data")
    assert not journal.exists() or journal.stat().st_size == 0
    (tmp_path / "data" / "cache.db").unlink()
    open_at(tmp_path / "data").close()


@pytest.mark.parametrize(("rules", "word"), [("/others", "NEW"), ("", "NEW"), (f"/{RULES}", "AS IT WAS")])
def test_rows_made_by_other_rules_are_made_anew_when_the_cache_is_opened(
    data_dir: Path, rules: str, word: str
) -> None:  # fmt: skip
    stores = open_at(data_dir)
    stores.cache.reproject(stores.journal.track([tracked(ORDER)], NOW).changed_ids, NOW)
    stores.close()
    with closing(sqlite3.connect(data_dir / "cache.db")) as connection:
        [made_of] = connection.execute("SELECT journal_id FROM state").fetchone()
        connection.execute("UPDATE state SET journal_id = ?", (made_of.partition("/")[0] + rules,))
        connection.execute("UPDATE list_row SET status = 'AS IT WAS'")
        connection.commit()
    again = open_at(data_dir)
    assert [row.status for row in again.reader.page().rows] == [word]
    assert again.cache.catch_up(NOW) == 0
    again.close()


def test_two_versions_at_work_do_not_undo_each_others_rows(stores: Stores, data_dir: Path) -> None:
    fill(stores, 2)
    with closing(sqlite3.connect(data_dir / "cache.db")) as connection:
        connection.execute("UPDATE state SET journal_id = substr(journal_id, 1, instr(journal_id, '/')) || 'others'")
        connection.commit()
    assert stores.cache.catch_up(NOW) == 0
