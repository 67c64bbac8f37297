"""A thorough look at the databases of a data directory that changes nothing: for `azpay doctor`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from azpay_tui.store.errors import cache_error, journal_error
from azpay_tui.store.files import DataDir, family
from azpay_tui.store.journal.verify import Verified, look_at_chain
from azpay_tui.store.locks import is_alive
from azpay_tui.store.sqlite import CACHE_SCHEMA, JOURNAL_SCHEMA, connect_reader, schema_in
from azpay_tui.store.times import from_text

_OPEN: Final = ("intent", "sent", "unknown", "attention")


@dataclass(frozen=True, slots=True)
class JournalLook:
    """What was found in a journal that can be read."""

    schema: int
    size: int
    """Bytes."""
    damage: str | None
    """SQLite's own words when its integrity check finds something."""
    audit: Verified
    """What its audit chain says."""
    open_by_state: dict[str, int]
    oldest_open: datetime | None
    newest_backup: datetime | None
    """When the newest back-up was made; None: there is none."""
    place: str | None
    """Environment, region and merchant that the directory is bound to."""

    @property
    def newer(self) -> bool:
        """Whether a newer program wrote it."""
        return self.schema > JOURNAL_SCHEMA


@dataclass(frozen=True, slots=True)
class CacheLook:
    """What was found in a cache that can be read."""

    schema: int
    size: int
    log_size: int
    """Bytes in the write-ahead log that were not moved into the file yet."""
    damage: str | None
    orders: int
    objects: dict[str, int]
    """How many permissions, charges and refunds are known."""
    failing: int
    """Objects whose last read failed."""
    aside: tuple[str, ...]
    """Names of earlier caches that were kept beside it."""

    @property
    def newer(self) -> bool:
        """Whether a newer program wrote it."""
        return self.schema > CACHE_SCHEMA


def look_at_journal(data_dir: Path) -> JournalLook | None:
    """Check the journal page by page and the audit chain row by row; None when there is none.

    Raises `JournalUnavailable` when it cannot be read at all.
    """
    data = DataDir(data_dir)
    if not data.journal.exists():
        return None
    try:
        with closing(connect_reader(data.journal)) as connection:
            schema = schema_in(connection)
            damage = _damage(connection, "integrity_check")
            found: dict[str, int] = {}
            oldest, place, chain = None, None, Verified(0)
            if schema and damage is None:
                marks = ", ".join("?" * len(_OPEN))
                counting = f"SELECT state, count(*), min(at) FROM intent WHERE state IN ({marks}) GROUP BY state"
                states = connection.execute(counting, _OPEN).fetchall()
                found = {str(state): int(count) for state, count, _ in states}
                oldest = min((from_text(at) for _, _, at in states), default=None)
                named = connection.execute("SELECT value FROM meta WHERE name = 'place'").fetchone()
                place = None if named is None else str(named[0])
                if schema <= JOURNAL_SCHEMA:
                    chain = look_at_chain(connection)
    except sqlite3.Error as error:
        raise journal_error(error, data.journal) from error
    return JournalLook(
        schema=schema,
        size=data.journal.stat().st_size,
        damage=damage,
        audit=chain,
        open_by_state=found,
        oldest_open=oldest,
        newest_backup=_newest_backup(data),
        place=place,
    )


def look_at_cache(data_dir: Path) -> CacheLook | None:
    """Check the cache page by page; None when there is none. Raises `CacheUnavailable` when it cannot be read."""
    data = DataDir(data_dir)
    if not data.cache.exists():
        return None
    objects: dict[str, int] = {}
    orders = failing = 0
    try:
        with closing(connect_reader(data.cache)) as connection:
            schema = schema_in(connection)
            damage = _damage(connection, "quick_check")
            if schema == CACHE_SCHEMA and damage is None:
                orders = int(connection.execute("SELECT count(*) FROM list_row").fetchone()[0])
                objects = dict(connection.execute("SELECT kind, count(*) FROM object GROUP BY kind").fetchall())
                failing = int(connection.execute("SELECT count(*) FROM object WHERE attempts > 0").fetchone()[0])
    except sqlite3.Error as error:
        raise cache_error(error, data.cache) from error
    log = family(data.cache)[1]
    return CacheLook(
        schema=schema,
        size=data.cache.stat().st_size,
        log_size=log.stat().st_size if log.exists() else 0,
        damage=damage,
        orders=orders,
        objects=objects,
        failing=failing,
        aside=tuple(
            sorted(
                path.name
                for why in ("damaged", "replaced")
                for path in data_dir.glob(f"cache.db.{why}-*")
                if not path.name.endswith(("-wal", "-shm", "-journal"))
            )
        ),
    )


def users(data_dir: Path) -> int:
    """Count the processes that have the data directory open for writing now: consoles, `sync --watch`, commands."""
    sessions = DataDir(data_dir).sessions
    return sum(is_alive(sessions, path.stem) for path in sessions.glob("s-*.lock"))


def _damage(connection: sqlite3.Connection, check: str) -> str | None:
    found = str(connection.execute(f"PRAGMA {check}(1)").fetchone()[0])
    return None if found == "ok" else found


def _newest_backup(data: DataDir) -> datetime | None:
    made = [path.stat().st_mtime for path in data.backups.glob("journal-*.db")]
    return datetime.fromtimestamp(max(made), UTC) if made else None
