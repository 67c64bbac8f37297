"""A simulated world kept over restarts in one SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from azpay_tui.simulator.book import Book
from azpay_tui.simulator.checkout import Session
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.records import LedgerEntry, SavedReply
from azpay_tui.simulator.reporting import Report, Schedule
from azpay_tui.simulator.settings import Settings

_ORDER = TypeAdapter(Order)
_SESSION = TypeAdapter(Session)
_REPORT = TypeAdapter(Report)
_SCHEDULE = TypeAdapter(Schedule)
_ENTRY = TypeAdapter(LedgerEntry)
_REPLY = TypeAdapter(SavedReply)
_SETTINGS = TypeAdapter(Settings)
_SCHEMA = "CREATE TABLE IF NOT EXISTS item (kind TEXT, key TEXT, json TEXT NOT NULL, PRIMARY KEY (kind, key))"
#: Seconds to wait for the file of a simulator that is just ending.
_PATIENCE = 2.0
_PUT = "INSERT INTO item VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET json = excluded.json"


def _stored(book: Book, kind: str, key: str) -> bytes:
    if kind == "session":
        return _SESSION.dump_json(book.sessions[key])
    return _REPORT.dump_json(book.reports[key]) if kind == "report" else _SCHEDULE.dump_json(book.schedules[key])


class StateError(Exception):
    """The file cannot be used; the message is one sentence for the person who named it."""


class StateFile:
    """Keeps orders, checkout sessions, reports, parcels, ledger, saved answers, clock and settings.

    Every change is committed before its answer leaves, so nothing a client was told is lost when the process is
    killed; a crash of the whole machine may lose the last moments.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA synchronous = OFF")
            # Two simulators would each write their own world into it: the first one keeps it locked.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("BEGIN EXCLUSIVE")
            self._db.execute(_SCHEMA)
            self._db.execute("COMMIT")
        except OSError as error:
            raise StateError(f"The state file {path} cannot be used: {error.strerror or error}.") from error
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise StateError(
                    f"The state file {path} is in use by another simulator; end that one or name another file."
                ) from error
            raise StateError(f"The state file {path} cannot be used: {error}.") from error
        self._entries = 0
        self._replies = 0
        self._parcels = 0
        self._meta: tuple[timedelta, Settings] | None = None

    def load(self, simulator: Simulator) -> bool:
        """Put the stored world into a fresh simulator; False when nothing was stored yet. Raises StateError."""
        try:
            rows = list(self._db.execute("SELECT kind, key, json FROM item ORDER BY rowid"))
            meta = {key: text for kind, key, text in rows if kind == "meta"}
            if not meta:
                return False
            orders = [_ORDER.validate_json(text) for kind, _, text in rows if kind == "order"]
            simulator.ledger = [_ENTRY.validate_json(text) for kind, _, text in rows if kind == "ledger"]
            simulator.book.tracked = {key: str(json.loads(text)) for kind, key, text in rows if kind == "parcel"}
            for kind, key, text in rows:
                if kind == "session":
                    simulator.book.sessions[key] = _SESSION.validate_json(text)
                elif kind == "report":
                    simulator.book.reports[key] = _REPORT.validate_json(text)
                elif kind == "schedule":
                    simulator.book.schedules[key] = _SCHEDULE.validate_json(text)
            replies = [_REPLY.validate_json(text) for kind, _, text in rows if kind == "reply"]
            simulator.replies = {reply.key: reply for reply in replies}
            simulator.settings = _SETTINGS.validate_json(meta["settings"])
            simulator.clock.offset = timedelta(microseconds=int(meta["offset"]))
        except (sqlite3.Error, ValidationError, KeyError, ValueError) as error:
            raise StateError(f"The state file {self._path} is damaged; name another one.") from error
        simulator.ledger.sort(key=lambda entry: entry.seq)
        book = simulator.book
        spent = len(simulator.ledger) + len(book.reports)
        spent += sum(1 + len(order.charges) + len(order.refund_ids()) for order in orders)
        spent += sum(session.token is not None for session in book.sessions.values())
        spent += sum(report.document_id is not None for report in book.reports.values())
        book.restore(orders, spent)
        self._entries, self._replies = len(simulator.ledger), len(simulator.replies)
        self._parcels = len(simulator.book.tracked)
        return True

    def save(self, simulator: Simulator) -> None:
        """Store what changed since the last call."""
        meta = (simulator.clock.offset, simulator.settings)
        rows = list(self._changed(simulator, meta))
        if not rows:
            return
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(_PUT, rows)
        self._db.execute("COMMIT")
        self._entries, self._replies, self._meta = len(simulator.ledger), len(simulator.replies), meta
        self._parcels = len(simulator.book.tracked)

    def _changed(self, simulator: Simulator, meta: tuple[timedelta, Settings]) -> Iterable[tuple[str, str, str]]:
        for order in simulator.book.changed():
            yield "order", order.permission_id, _ORDER.dump_json(order).decode()
        for kind, key in sorted(simulator.book.touched):
            yield kind, key, _stored(simulator.book, kind, key).decode()
        for entry in islice(simulator.ledger, self._entries, None):
            yield "ledger", str(entry.seq), _ENTRY.dump_json(entry).decode()
        for reply in islice(simulator.replies.values(), self._replies, None):
            yield "reply", reply.key, _REPLY.dump_json(reply).decode()
        for number, permission_id in islice(simulator.book.tracked.items(), self._parcels, None):
            yield "parcel", number, json.dumps(permission_id)
        if meta != self._meta:
            yield "meta", "offset", str(meta[0] // timedelta(microseconds=1))
            yield "meta", "settings", _SETTINGS.dump_json(meta[1]).decode()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
