"""SQLAlchemy engines whose transactions are SQLite's own: begun by an explicit BEGIN IMMEDIATE when they write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, Pool, QueuePool

from azpay_tui.store.sqlite import BUSY_SECONDS, connect


def make_engine(path: Path, pragmas: Sequence[str], *, busy: float = BUSY_SECONDS, pooled: bool = True) -> Engine:
    """Build an engine on an existing file.

    Python's sqlite3 module begins nothing by itself here: with its implicit transactions two processes both pass a
    check and insert, and a migration is left half done. An engine with the option `writing` begins IMMEDIATE.
    """
    pool: type[Pool] = QueuePool if pooled else NullPool
    engine = create_engine("sqlite://", creator=lambda: connect(path, busy=busy), poolclass=pool)

    @event.listens_for(engine, "connect")
    def _configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Run the block in one consistent read transaction."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Run the block in one writing transaction, committed at its end, undone when it raises."""
    with engine.execution_options(writing=True).begin() as connection:
        yield connection
