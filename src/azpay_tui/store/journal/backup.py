"""Back-ups of the journal: made by SQLite itself, whole and private, one a day, the newest seven kept."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from azpay_tui.paths import sync_directory
from azpay_tui.store.errors import journal_error
from azpay_tui.store.files import DataDir, private_dir, private_file
from azpay_tui.store.sqlite import connect

KEPT: Final = 7


def back_up(data: DataDir, name: str) -> Path:
    """Write a back-up of the journal as `backups/NAME`, complete or not at all; an older one of that name is replaced.

    Raises `JournalUnavailable` when it cannot be written or read.
    """
    private_dir(data.backups)
    target = data.backups / name
    draft = data.backups / f".{name}.{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    private_file(draft)
    try:
        with closing(connect(data.journal)) as connection:
            connection.execute("VACUUM INTO ?", (str(draft),))
        descriptor = os.open(draft, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(target)
        sync_directory(data.backups)
    except (sqlite3.Error, OSError) as error:
        raise journal_error(error, data.journal) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    return target


def back_up_daily(data: DataDir, now: datetime) -> Path | None:
    """Make today's back-up (UTC day) when there is none yet and drop all but the newest seven; for the lease holder.

    Returns the new file, or None when today's exists. Raises `JournalUnavailable`.
    """
    name = f"journal-{now:%Y%m%d}.db"
    if (data.backups / name).exists():
        return None
    made = back_up(data, name)
    for old in sorted(data.backups.glob("journal-[0-9]*.db"))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return made
