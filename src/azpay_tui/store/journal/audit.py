"""The audit chain: every change leaves a row whose hash covers the row and the hash before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert
from sqlmodel import col, select, update

from azpay_tui.store.journal.tables import AuditRow, MetaRow
from azpay_tui.store.times import storable, to_text

COLUMNS: Final = ("seq", "at", "person", "session", "kind", "order_id", "intent_id", "data")
"""The hashed columns, in their order; `hash` is the last one of the table."""
HEAD: Final = "audit_head"
"""Name of the meta row that holds `SEQ HASH` of the last row, so that a cut at the end is seen."""


def chain_hash(values: tuple[bytes, ...], before: str) -> str:
    """Hash one row: each column's stored bytes with their length in front, then the hash before."""
    digest = hashlib.sha256()
    for value in values:
        digest.update(len(value).to_bytes(8, "big"))
        digest.update(value)
    digest.update(before.encode())
    return digest.hexdigest()


class AuditWriter:
    """Adds rows inside the transaction of the change they tell of."""

    def __init__(self, connection: Connection) -> None:
        """Read where the chain ends; the transaction must already be a writing one."""
        self._connection = connection
        last = connection.execute(
            select(AuditRow.seq, AuditRow.hash).order_by(col(AuditRow.seq).desc()).limit(1)
        ).first()
        self._seq, self._hash = (last[0], last[1]) if last else (0, "")
        self._rows: list[dict[str, str | int]] = []

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
        text = storable(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        values = (to_text(at), storable(person), session, kind, order_id, intent_id, text)
        self._hash = chain_hash((str(self._seq).encode(), *(value.encode() for value in values)), self._hash)
        self._rows.append(dict(zip(COLUMNS, (self._seq, *values), strict=True), hash=self._hash))

    def close(self) -> None:
        """Write the rows and the new end of the chain."""
        if not self._rows:
            return
        self._connection.execute(insert(AuditRow), self._rows)
        head = f"{self._seq} {self._hash}"
        done = self._connection.execute(update(MetaRow).where(col(MetaRow.name) == HEAD).values(value=head))
        if done.rowcount == 0:
            self._connection.execute(insert(MetaRow).values(name=HEAD, value=head))


def first_bad_row(connection: Connection) -> int | None:
    """Check the whole chain; returns the number of the first row that was edited, cut, swapped or added by hand."""
    types = " || ' ' || ".join(f"typeof({name})" for name in (*COLUMNS, "hash"))
    blobs = ", ".join(f"CAST({name} AS BLOB)" for name in (*COLUMNS, "hash"))
    expected = " ".join(("integer", *("text",) * len(COLUMNS)))
    number, before = 0, ""
    for seq, kinds, *values in connection.exec_driver_sql(f"SELECT seq, {types}, {blobs} FROM audit ORDER BY seq"):
        number += 1
        before = chain_hash(tuple(values[:-1]), before)
        if seq != number or kinds != expected or values[-1] != before.encode():
            return number
    head = connection.execute(select(MetaRow.value).where(col(MetaRow.name) == HEAD)).scalar()
    return None if (head or "0 ") == f"{number} {before}" else number + 1
