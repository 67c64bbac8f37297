"""The audit chain: every change leaves a row whose hash covers the row and the hash before.

A chain cannot forget, so nothing of a buyer and no text that somebody typed goes into it: of such texts their hash.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert
from sqlmodel import col, select, update

from azpay_tui.store.journal.anchors import Anchor
from azpay_tui.store.journal.chain import ANCHORED, COLUMNS, HEAD, chain_hash, facts_of
from azpay_tui.store.journal.tables import AuditRow, MetaRow
from azpay_tui.store.times import storable, to_text

_INSERT: Final = f"INSERT INTO audit ({', '.join(COLUMNS)}, hash) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
"""Plain SQL: a large import writes a row for every order."""
SETTINGS: Final = "audit_settings"
"""Name of the meta row with the settings that were in force for the last row."""
Fact = str | int | bool | list[str] | None
TOLD_AT_ONCE: Final = frozenset({"outcome", "settle", "switch"})
"""Kinds of rows that say what became of money, or whether it moves without a person: see `anchors`."""
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Witness:
    """What every row of one process says beside what it is about."""

    who: Mapping[str, str] = field(default_factory=dict)
    """`os_user`, `login` where it is another one, `origin` of an SSH connection."""
    settings: Mapping[str, str | int | bool] = field(default_factory=dict)
    """What is in force, such as `writable` and the id of the key: a change of it gets a row before the next one."""


def fingerprint(text: str | None) -> str | None:
    """Return what the chain keeps of a text: it may name a buyer, and a chain cannot forget."""
    return hashlib.sha256(storable(text).encode()).hexdigest() if text else None


def code_only(code: str | None) -> str | None:
    """Return one of Amazon's codes or ids; anything that does not look like one is told by its hash."""
    return code if code is None or _CODE.fullmatch(code) else f"sha256:{fingerprint(code)}"


class AuditWriter:
    """Adds rows inside the transaction of the change they tell of."""

    def __init__(
        self, connection: Connection, witness: Witness, anchored: Callable[[], Anchor | None] = lambda: None
    ) -> None:
        """Read where the chain ends; the transaction must already be a writing one.

        `anchored` returns the newest anchor that the chain may not know of: the first row tells of it.
        """
        self._anchored = anchored
        self._connection = connection
        self._witness = witness
        self.at_once = False
        """Whether the end is told outside with these rows, and not only once a day."""
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
        data: Mapping[str, Fact],
    ) -> None:
        """Add one row; it is written by `close`."""
        if not self._rows:
            self._add_settings(at, person, session)
            data = {**data, **self._outside()}
        self.at_once = self.at_once or kind in TOLD_AT_ONCE
        self._add(at, person, kind, order_id, session, intent_id, data)

    @property
    def head(self) -> tuple[int, str]:
        """Number and hash of the last row."""
        return self._seq, self._hash

    @property
    def last_at(self) -> datetime | None:
        """When the last row that was added happened; None when none was."""
        return self._at[0] if self._at is not None else None

    def _outside(self) -> Mapping[str, Fact]:
        """Say which row was told outside last: of a file that has it no more it is then known that it lacks it."""
        anchor = self._anchored()
        if anchor is None:
            return {}
        found = self._connection.execute(select(AuditRow.hash).where(AuditRow.seq == anchor.seq)).scalar()
        return {ANCHORED: anchor.seq} if found == anchor.hash else {}

    def _add_settings(self, at: datetime, person: str, session: str) -> None:
        """Say which settings are in force from here on, when they are not those of the row before."""
        settings = self._witness.settings
        if not settings:
            return
        now = _ENCODE(settings)
        found = self._connection.execute(select(MetaRow.value).where(MetaRow.name == SETTINGS)).scalar()
        if found == now:
            return
        try:
            before = facts_of(found) if found else {}
        except ValueError:  # edited: nobody knows what was in force
            before = {}
        told = {f"was_{name}": before[name] for name in settings if before.get(name, settings[name]) != settings[name]}
        self._add(at, person, "settings", "", session, "", {**settings, **told})
        self._note(SETTINGS, now)

    def _add(
        self,
        at: datetime,
        person: str,
        kind: str,
        order_id: str,
        session: str,
        intent_id: str,
        data: Mapping[str, Fact],
    ) -> None:
        self._seq += 1
        text = storable(_ENCODE({**self._witness.who, **data}))
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
        self._note(HEAD, f"{self._seq} {self._hash}")

    def _note(self, name: str, value: str) -> None:
        """Store a named fact about the journal itself."""
        done = self._connection.execute(update(MetaRow).where(col(MetaRow.name) == name).values(value=value))
        if done.rowcount == 0:
            self._connection.execute(insert(MetaRow).values(name=name, value=value))
