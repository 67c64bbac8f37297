"""What the tests need that compare whole tables: times as they are stored, hashes, the rows of a table."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.store.forging import database
from tests.store.making import NOW


def minute(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def text(number: int) -> str:
    """Write `minute(number)` as the journal does."""
    return f"2026-03-01T12:{number:02}:00.000000Z"


def sha(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table of the journal in a data directory."""
    with database(path / "journal.db") as connection:
        found = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]
