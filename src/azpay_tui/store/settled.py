"""Whether a data directory can be read as it is: a look without SQLAlchemy, which takes longer than a first frame."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from azpay_tui.domain.intent import Place
from azpay_tui.store.files import DataDir
from azpay_tui.store.sqlite import CACHE_SCHEMA, JOURNAL_SCHEMA, connect_reader, schema_of

PLACE: Final = "place"
"""Under which name the journal keeps what its directory is bound to."""


def place_text(place: Place) -> str:
    """Write a place as the journal keeps it."""
    return f"{place.environment} {place.region} {place.merchant}"


def is_settled(data_dir: Path, place: Place) -> bool:
    """Tell whether both databases are there, of this program's shape, writable, and bound to this very place.

    False says only that opening has something to do or to refuse, and will say what. Not looked for: damage.
    """
    data = DataDir(data_dir)
    if not all(os.access(path, os.W_OK) for path in (data.path, data.journal, data.cache)):
        return False
    try:
        if (schema_of(data.journal), schema_of(data.cache)) != (JOURNAL_SCHEMA, CACHE_SCHEMA):
            return False
        with closing(connect_reader(data.journal)) as connection:
            found = connection.execute("SELECT value FROM meta WHERE name = ?", (PLACE,)).fetchone()
    except sqlite3.Error:
        return False
    return found is not None and str(found[0]) == place_text(place)


def lacks_cache(data_dir: Path) -> bool:
    """Tell whether there is a journal and no cache beside it: what it knows must be made readable first."""
    data = DataDir(data_dir)
    try:
        return schema_of(data.journal) > 0 and schema_of(data.cache) == 0
    except sqlite3.Error:
        return False
