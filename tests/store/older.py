"""Databases as an earlier version of the program made them, with what a newer one wrote in them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

from azpay_tui.store import opening
from azpay_tui.store.engine import make_engine
from azpay_tui.store.files import family, private_file
from azpay_tui.store.migrations.run import migrate
from azpay_tui.store.sqlite import CACHE_PRAGMAS, JOURNAL_PRAGMAS

VERSIONS = Path(opening.__file__).parent / "migrations"


def as_of(version: int, database: Literal["journal", "cache"], path: Path, tmp_path: Path) -> None:
    """Make a closed database anew with the first steps alone, and put in what fits of what it held."""
    steps = tmp_path / f"{database}-v{version}"
    steps.mkdir()
    for step in sorted((VERSIONS / f"{database}_versions").glob("v[0-9]*.py"))[:version]:
        shutil.copy(step, steps)
    newer = tmp_path / f"newer-{path.name}"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(newer),))
    for part in family(path):
        part.unlink(missing_ok=True)
    private_file(path)
    engine = make_engine(path, JOURNAL_PRAGMAS if database == "journal" else CACHE_PRAGMAS, pooled=False)
    migrate(engine, database, steps_from=steps)
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ATTACH ? AS newer", (str(newer),))
        has = "SELECT name FROM {}.sqlite_master WHERE type = 'table' AND sql LIKE '%STRICT%'"
        newer_has = {name for (name,) in connection.execute(has.format("newer"))}
        for (name,) in connection.execute(has.format("main")).fetchall():
            if name in newer_has:
                columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({name})"))
                connection.execute(f"DELETE FROM main.{name}")
                connection.execute(f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM newer.{name}")
        if database == "cache":
            connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
            # Which rules the rows were made by was another word then, and none at all at first.
            connection.execute("UPDATE state SET journal_id = substr(journal_id, 1, instr(journal_id, '/') - 1)")
            views = [f"'{row[1][3:].replace('_', '-')}'" for row in connection.execute("PRAGMA table_info(list_row)")
                     if row[1].startswith("in_")]  # fmt: skip
            connection.execute(f"DELETE FROM view_count WHERE view NOT IN ('all', {', '.join(views)})")
        connection.commit()
