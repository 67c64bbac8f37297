"""The newest shape of a database as SQL: a new file is made of it at once, without walking through every step.

`journal.sql` and `cache.sql` are what the steps lead to, written by `make shape`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, Literal

from azpay_tui.store.sqlite import COMMON_PRAGMAS, connect

Database = Literal["journal", "cache"]
_HERE: Final = Path(__file__).parent
_TABLES: Final = "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_END: Final = ";\n\n"
"""What is behind every statement; within a trigger no line is empty."""
_OWN_ID: Final = re.compile(r"(?<='journal_id', )'[0-9a-f]{32}'")
_ANOTHER: Final = "lower(hex(randomblob(16)))"
"""Each journal has an id of its own, by which what is kept outside knows it."""
DATABASES: Final[tuple[Database, ...]] = ("journal", "cache")
_MADE: Final = """SELECT m.sql FROM sqlite_master AS m LEFT JOIN pragma_table_list AS t ON t.name = m.name
    WHERE m.sql IS NOT NULL AND coalesce(t.type, '') <> 'shadow' ORDER BY m.rowid"""


def shape_file(database: Database) -> Path:
    """Return where the newest shape of a database is kept."""
    return _HERE / f"{database}.sql"


def create(path: Path, database: Database, pragmas: Sequence[str]) -> None:
    """Give an empty database its newest shape, all of it or nothing; raises `sqlite3.Error`."""
    script = shape_file(database).read_text(encoding="utf-8")
    with closing(connect(path)) as connection:
        for pragma in pragmas:
            connection.execute(pragma).fetchall()
        for statement in ("BEGIN IMMEDIATE", *script.split(_END)[:-1], "COMMIT"):
            connection.execute(statement)


def shape_of(path: Path) -> str:
    """Return tables, indexes, triggers and rows of a database that was just made, as `create` takes them."""
    with closing(connect(path)) as connection:
        made = [sql for (sql,) in connection.execute(_MADE)]
        for (table,) in connection.execute(_TABLES):
            names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
            quoted = " || ', ' || ".join(f"quote({name})" for name in names)
            rows = connection.execute(f"SELECT {quoted} FROM {table}").fetchall()
            made += [f"INSERT INTO {table} VALUES ({_OWN_ID.sub(_ANOTHER, row)})" for (row,) in rows]
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
    made.append(f"PRAGMA user_version = {schema}")
    return "".join(sql.strip() + _END for sql in made)


def newest(database: Database) -> str:
    """Return the shape that the steps lead to."""
    from azpay_tui.store.engine import make_engine
    from azpay_tui.store.migrations.run import migrate

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"{database}.db"
        path.touch()
        engine = make_engine(path, COMMON_PRAGMAS, pooled=False)
        migrate(engine, database)
        engine.dispose()
        return shape_of(path)


def main() -> int:
    """Write the shapes anew."""
    for database in DATABASES:
        shape_file(database).write_text(newest(database), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
