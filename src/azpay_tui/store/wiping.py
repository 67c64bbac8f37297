"""After buyers' personal data was removed: no trace of it in indexes, free pages, logs, back-ups and older files.

SQLite leaves what was deleted or overwritten in the file until its place is used again; an index keeps words until it
is made anew; a log and a back-up keep everything. All steps may be repeated: a wipe that was interrupted is done again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from azpay_tui.paths import sync_directory
from azpay_tui.store.cache.write import CacheStore
from azpay_tui.store.engine import make_engine, writing
from azpay_tui.store.errors import is_damage, journal_error
from azpay_tui.store.files import DataDir, private_file
from azpay_tui.store.journal.audit import AuditWriter, Witness
from azpay_tui.store.journal.purging import all_purged, purge_backup
from azpay_tui.store.sqlite import JOURNAL_PRAGMAS, connect, connect_reader

_log = logging.getLogger(__name__)
_SET_ASIDE: Final = ("cache.db.damaged-*", "cache.db.replaced-*")
_LONGEST_DRAFT: Final = 3600.0
"""Seconds after which nobody writes a draft of a back-up any more."""
_DRAFT: Final = re.compile(r"\..*\.db\.([0-9]{1,9})(?:-[a-z]+)?", re.ASCII)
"""The name of a draft, and of what SQLite writes beside it: at its end the process that writes it."""
_LOOKS: Final = 100
_BETWEEN: Final = 0.05
"""How often, and after how many seconds, to look whether a back-up that is being written is finished."""


def wipe(data: DataDir, cache: CacheStore, now: datetime, pause: Callable[[float], bool]) -> int:
    """Remove every trace of what was purged and not wiped yet; returns of how many orders.

    Journal and cache are locked for writing for a second or two per 50,000 orders, one after the other. `pause` waits
    so many seconds and tells whether to stop; what was not finished then is done the next time. Raises `StoreError`.
    """
    try:
        with closing(connect_reader(data.journal)) as journal:
            left = all_purged(journal, unwiped=True)
        if not left:
            return 0
        cache.purge(left, now)  # again, for a process that was killed before it came to it
        cache.file.compact(pause)
        compact_journal(data)
        whole = rewrite_backups(data, pause)
        for pattern in _SET_ASIDE:
            for path in data.path.glob(pattern):
                path.unlink(missing_ok=True)
        if pause(0) or not whole:
            return 0
        with closing(_writer(data.journal)) as journal:
            journal.execute("BEGIN IMMEDIATE")
            journal.executemany("UPDATE purge SET wiped = 1 WHERE order_id = ?", [(order_id,) for order_id in left])
            journal.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        raise journal_error(error, data.journal) from error
    return len(left)


def compact_journal(data: DataDir) -> None:
    """Write the journal anew without what was deleted in it; raises `sqlite3.Error`."""
    with closing(_writer(data.journal)) as journal:
        journal.execute("VACUUM")


def rewrite_backups(data: DataDir, pause: Callable[[float], bool]) -> bool:
    """Take out of every back-up what was purged since it was made; one that is damaged is dropped.

    Each is replaced as a whole or not at all. Tells whether that was all: a back-up that somebody began to write before
    may be finished only afterwards. Raises `sqlite3.Error` or `OSError`.
    """
    whole = _without_drafts(data, pause)
    with closing(connect_reader(data.journal)) as journal:
        purged = journal.execute("SELECT order_id, at, person FROM purge").fetchall()
    for backup in sorted(data.backups.glob("*.db")):
        if pause(0):
            return False
        try:
            _rewrite(backup, purged)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            _log.warning("the damaged back-up %s was dropped", backup.name)
            backup.unlink(missing_ok=True)
    if data.backups.exists():
        sync_directory(data.backups)
    return whole


def _without_drafts(data: DataDir, pause: Callable[[float], bool]) -> bool:
    """Drop what processes left that were killed while they wrote a back-up, and wait for those that still write."""
    for _look in range(_LOOKS):
        written = [draft for draft in data.backups.glob(".*.db.*") if not _dropped(draft)]
        if not written:
            return True
        if pause(_BETWEEN):
            break
    return False


def _dropped(draft: Path) -> bool:
    """Drop a draft if nobody writes it any more; tells whether it is gone."""
    writer = _DRAFT.fullmatch(draft.name)
    try:
        if time.time() - draft.stat().st_mtime <= _LONGEST_DRAFT and writer is not None:
            os.kill(int(writer[1]), 0)
            return False
    except PermissionError:  # a process of somebody else's, but there is one
        return False
    except (FileNotFoundError, ProcessLookupError):
        pass
    draft.unlink(missing_ok=True)
    return True


def _rewrite(backup: Path, purged: list[tuple[str, str, str]]) -> None:
    draft = backup.with_name(f".{backup.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    private_file(draft)
    try:
        with closing(connect_reader(backup)) as connection:
            connection.execute("PRAGMA query_only = OFF")
            connection.execute("VACUUM INTO ?", (str(draft),))
        engine = make_engine(draft, JOURNAL_PRAGMAS, pooled=False)
        with writing(engine) as work:
            audit = AuditWriter(work, Witness())
            changed = purge_backup(work, audit, purged)
            audit.close()
        if not changed:
            return
        with closing(_writer(draft)) as connection:
            connection.execute("VACUUM")
        descriptor = os.open(draft, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(backup)
    except DBAPIError as error:
        raise error.orig if isinstance(error.orig, sqlite3.Error) else error from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _writer(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    for pragma in JOURNAL_PRAGMAS:
        connection.execute(pragma).fetchall()
    return connection
