"""What runs are made on and what they share: data directories in memory, compiled statements, worlds to start from."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from azpay_tui.store.engine import make_engine
from azpay_tui.store.files import DataDir
from azpay_tui.store.sqlite import JOURNAL_PRAGMAS, connect_reader

MEMORY = Path("/dev/shm")


class Host:
    """One machine: a data directory that several processes may open, one after the other or beside each other."""

    def __init__(self, number: int, directory: Path) -> None:
        self.number = number
        self.data = DataDir(directory)
        self.starts = 0
        self.skew = 0
        directory.mkdir(mode=0o700)
        self.data.sessions.mkdir(mode=0o700)
        self._engines: dict[int, tuple[Engine, list[list[sqlite3.Connection]]]] = {}
        self._reader: sqlite3.Connection | None = None

    def engine(self, slot: int, opened: list[sqlite3.Connection]) -> Engine:
        """Return the engine of a slot, whose statements stay compiled; what it opens is put into `opened`."""
        found = self._engines.get(slot)
        if found is None:
            heard: list[list[sqlite3.Connection]] = [opened]
            engine = make_engine(self.data.journal, JOURNAL_PRAGMAS, busy=0.0)
            event.listen(engine, "connect", lambda connection, _: heard[0].append(connection))
            found = self._engines[slot] = (engine, heard)
        found[1][0] = opened
        return found[0]

    def query(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Ask the journal as it is on disk, over a connection that belongs to no process of the run."""
        if self._reader is None:
            self._reader = connect_reader(self.data.journal)
        return self._reader.execute(sql, values).fetchall()

    def fill(self, files: dict[str, bytes]) -> None:
        """Put files into the directory in place of whatever is there."""
        self.close()
        self.starts = self.skew = 0
        for path in (*self.data.path.glob("*.db*"), *self.data.sessions.iterdir()):
            path.unlink()
        for name, content in files.items():
            with open(self.data.path / name, "wb") as file:
                file.write(content)

    def left(self) -> dict[str, bytes]:
        """Return what a kill would leave at this very moment: databases, their logs and journals, as far as written."""
        found = {}
        for path in self.data.path.glob("*.db*"):
            if not path.name.endswith("-shm"):  # an index of the log, which whoever comes first makes anew
                with open(path, "rb") as file:
                    found[path.name] = file.read()
        return found

    def files(self) -> dict[str, bytes]:
        """Return the databases, with nothing beside them."""
        with closing(sqlite3.connect(self.data.cache, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return {path.name: path.read_bytes() for path in (self.data.journal, self.data.cache)}

    def close(self) -> None:
        """Close the reader."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


@dataclass(frozen=True, slots=True)
class Start:
    """What a run starts from: the databases of every host, Amazon's orders, and the order it is about."""

    files: dict[str, bytes]
    book: bytes
    order_id: str


class Bench:
    """Two hosts, used by one run after the other; everything is gone when it is closed."""

    def __init__(self) -> None:
        where = MEMORY if os.access(MEMORY, os.W_OK) else None
        self._directory = Path(tempfile.mkdtemp(prefix="azpay-schedules-", dir=where))
        self.hosts = [Host(number, self._directory / "AB"[number]) for number in (0, 1)]
        self._starts: dict[object, Start] = {}

    def start(self, key: object, make: Callable[[], Start]) -> Start:
        """Return what `make` made for this key once."""
        found = self._starts.get(key)
        if found is None:
            found = self._starts[key] = make()
        return found

    def close(self) -> None:
        """Remove everything."""
        for host in self.hosts:
            host.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
