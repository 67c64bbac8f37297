"""Bringing a database to the newest shape: everything or nothing, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep, StampStep
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from azpay_tui.store.engine import writing
from azpay_tui.store.migrations.shape import Database

_HERE: Final = Path(__file__).parent


def migrate(engine: Engine, database: Database, *, steps_from: Path | None = None) -> int:
    """Apply every step the file lacks inside one BEGIN IMMEDIATE transaction; returns its schema number.

    The number is the revision as an integer and also kept in `PRAGMA user_version`, where readers see it without
    SQLAlchemy. `steps_from` is another directory of steps. Whatever interrupts it, the file is as before.
    """
    script = ScriptDirectory(str(_HERE), version_locations=[str(steps_from or _HERE / f"{database}_versions")])
    head = script.get_current_head()
    if head is None:
        raise ValueError(f"There are no steps for {database}.")

    def steps(revision: tuple[str, ...], _context: MigrationContext) -> Iterable[StampStep | RevisionStep]:
        return script._upgrade_revs(head, revision)  # type: ignore[arg-type]  # as alembic's own command does

    with writing(engine) as connection:
        context = MigrationContext.configure(connection, opts={"fn": steps, "script": script})
        with Operations.context(context):
            context.run_migrations()
        connection.exec_driver_sql(f"PRAGMA user_version = {int(head)}")
    return int(head)
