"""Addresses that people changed, read from the journal; needs nothing but sqlite3."""

from __future__ import annotations

import json
import sqlite3
from typing import Final

from azpay_tui.domain.addresses import NAMES, Moved
from azpay_tui.domain.order import Address
from azpay_tui.store.times import from_text

_MOVED: Final = """SELECT a.order_id, a.at, a.person, a.fields
    FROM json_each(?) AS wanted CROSS JOIN address AS a ON a.order_id = wanted.value"""


def load_moved(journal: sqlite3.Connection, wanted: str) -> dict[str, Moved]:
    """Return where people had parcels sent, of the orders in a JSON list. Raises `sqlite3.Error`, `ValueError`."""
    return {
        order_id: Moved(_address(parts), from_text(at), person)
        for order_id, at, person, parts in journal.execute(_MOVED, (wanted,)).fetchall()
    }


def _address(parts: str) -> Address | None:
    if not parts:
        return None
    found = json.loads(parts)
    return Address(**{name: found[name] for name in NAMES if isinstance(found.get(name), str)})
