"""The audit chain: every change leaves a row whose hash covers the row and the hash before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert
from sqlmodel import col, select, update

from azpay_tui.store.journal.chain import COLUMNS, HEAD, chain_hash
from azpay_tui.store.journal.tables import AuditRow, MetaRow
from azpay_tui.store.times import storable, to_text

_INSERT: Final = f"INSERT INTO audit ({', '.join(COLUMNS)}, hash) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
"""Plain SQL: a large import writes a row for every order."""
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def fingerprint(note: str) -> str | None:
    """Return what the chain keeps of a note: it may name a buyer, and a chain cannot forget."""
    return hashlib.sha256(storable(note).encode()).hexdigest() if note else None


class AuditWriter:
    """Adds rows inside the transaction of the change they tell of."""

    def __init__(self, connection: Connection) -> None:
        """Read where the chain ends; the transaction must already be a writing one."""
        self._connection = connection
        last = connection.execute(
            select(AuditRow.seq, AuditRow.hash).order_by(col(AuditRow.seq).desc()).limit(1)
        ).first()
        self._seq, self._hash = (last[0], last[1]) if last else (0, "")
        self._rows: list[tuple[str | int, ...]] = []
        self._at: tuple[datetime, str] | None = None

    def add(
        self,
        at: datetime,
        person: str,
        kind: str,
        *,
        order_id: str,
        session: str = "",
        intent_id: str = "",
        data: Mapping[str, str | int | bool | list[str] | None],
    ) -> None:
        """Add one row; it is written by `close`."""
        self._seq += 1
        text = storable(_ENCODE(data))
        values = (self._written(at), storable(person), session, kind, order_id, intent_id, text)
        self._hash = chain_hash((str(self._seq).encode(), *(value.encode() for value in values)), self._hash)
        self._rows.append((self._seq, *values, self._hash))

    def _written(self, at: datetime) -> str:
        """Return a time as text; the rows of one transaction mostly have the same."""
        if self._at is None or self._at[0] is not at:
            self._at = (at, to_text(at))
        return self._at[1]

    def close(self) -> None:
        """Write the rows and the new end of the chain."""
        if not self._rows:
            return
        self._connection.exec_driver_sql(_INSERT, self._rows)
        head = f"{self._seq} {self._hash}"
        done = self._connection.execute(update(MetaRow).where(col(MetaRow.name) == HEAD).values(value=head))
        if done.rowcount == 0:
            self._connection.execute(insert(MetaRow).values(name=HEAD, value=head))
