"""Reading the journal's intents on the command line: fixed SQL over sqlite3, nothing heavy imported."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from azpay_tui.domain.dossier import Dossier
from azpay_tui.domain.intent import Intent, IntentDraft, Place, Prepared, Seen, State, Verb, Wish
from azpay_tui.domain.messages import Message, MessageState, Try
from azpay_tui.domain.money import Money
from azpay_tui.domain.trail import Happening
from azpay_tui.store.errors import journal_error, unreadable_intent
from azpay_tui.store.files import DataDir
from azpay_tui.store.journal import posted
from azpay_tui.store.journal.anchors import Anchor, AnchorBook
from azpay_tui.store.journal.chain import facts_of
from azpay_tui.store.journal.dossiers import read_dossier
from azpay_tui.store.journal.verify import Verified, verify_journal
from azpay_tui.store.sqlite import connect_reader, schema_in
from azpay_tui.store.times import from_text, storable, to_text

T = TypeVar("T")
_SELECT: Final = (
    "SELECT id, at, person, session, api, region, environment, merchant, verb, order_id, target, "
    "amount_minor, amount_currency, amount_exponent, capture_now, pending_allowed, note, method, path, body, "
    "key_base, counter, key, seen, accepted_warnings, state, reason, attempts, next_due, result_id, settled_by, "
    "settled_at, reconciled, (SELECT request_id FROM evidence WHERE intent_id = intent.id AND request_id IS NOT NULL "
    "ORDER BY evidence.id DESC LIMIT 1) AS request_id FROM intent"
)
ONE: Final = f"{_SELECT} WHERE id = ?"
"""The statement for the intent of an id."""


class JournalReader:
    """Reads intents beside any writer; a missing journal reads as empty. Raises `JournalUnavailable`."""

    def __init__(self, data_dir: Path, anchors: AnchorBook | None = None) -> None:
        """Read from a data directory; `anchors` is where the end of its audit chain was told."""
        self._path = DataDir(data_dir).journal
        self._anchors = anchors

    def intent(self, intent_id: str) -> Intent | None:
        """Return one intent; None for any text that is no id of one, also what no database can be asked for."""
        found = self._select(ONE, (storable(intent_id),))
        return found[0] if found else None

    def intents(
        self, *, order_id: str | None = None, states: Sequence[State] = (), limit: int = 1000
    ) -> tuple[Intent, ...]:
        """Return intents, newest first; empty `states` means all."""
        return self._select(*narrowed(order_id, states, limit))

    def dossier(self, intent_id: str) -> Dossier | None:
        """Return an intent with all that was sent and came back."""
        intent = self.intent(intent_id)
        if intent is None:
            return None
        try:
            with closing(connect_reader(self._path)) as connection:
                return read_dossier(connection.execute, intent)
        except sqlite3.Error as error:
            raise journal_error(error, self._path) from error

    def messages(
        self, *, order_id: str | None = None, states: Sequence[MessageState] = (), limit: int = 1000
    ) -> tuple[Message, ...]:
        """Return messages, newest first; empty `states` means all."""
        return self._read(lambda query: posted.find_messages(query, order_id, states, limit))

    def message(self, name: str) -> tuple[Message, ...]:
        """Return the message of an id, or up to two whose id begins so."""
        return self._read(lambda query: posted.find_message(query, name))

    def tries(self, message: Message) -> tuple[Try, ...]:
        """Return every attempt to deliver a message."""
        return self._read(lambda query: posted.find_tries(query, message.seq))

    def _read(self, find: Callable[[posted.Query], tuple[T, ...]]) -> tuple[T, ...]:
        """Find messages; none in a journal from before there were any."""
        if not self._path.exists():
            return ()
        try:
            with closing(connect_reader(self._path)) as connection:
                if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'message'").fetchone() is None:
                    return ()
                return find(connection.execute)
        except sqlite3.Error as error:
            raise journal_error(error, self._path) from error

    def trail(
        self, *, first: datetime | None = None, last: datetime | None = None, order_id: str | None = None
    ) -> tuple[Happening, ...]:
        """Return rows of the audit chain in their order: from `first` on, before `last` (both UTC), of one order."""
        terms = [
            ("at >= ?", to_text(first)),
            ("at < ?", to_text(last)),
            ("order_id = ?", order_id),
        ]
        known = [(term, value) for term, value in terms if value is not None]
        where = f"WHERE {' AND '.join(term for term, _ in known)} " if known else ""
        query = f"SELECT seq, at, person, kind, order_id, intent_id, data FROM audit {where}ORDER BY seq"
        try:
            with closing(connect_reader(self._path)) as connection:
                connection.text_factory = _forgiving
                return tuple(map(_happening, connection.execute(query, [value for _, value in known])))
        except sqlite3.Error as error:
            raise journal_error(error, self._path) from error

    def verify(self, written_down: Sequence[Anchor] = ()) -> Verified | None:
        """Check the journal against its audit chain, and that against its anchors and those a person wrote down.

        None when there is no journal.
        """
        return verify_journal(self._path.parent, self._anchors, written_down)

    def _select(self, sql: str, values: Sequence[str | int]) -> tuple[Intent, ...]:
        if not self._path.exists():
            return ()
        try:
            with closing(connect_reader(self._path)) as connection:
                if schema_in(connection) == 0:  # being made just now
                    return ()
                connection.row_factory = sqlite3.Row
                return tuple(map(intent_of, connection.execute(sql, values)))
        except sqlite3.Error as error:
            raise journal_error(error, self._path) from error


def _forgiving(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _happening(row: tuple[int, str, str, str, str, str, str]) -> Happening:
    """Make a row readable also where somebody edited it: what is wrong with it is told with the chain."""
    seq, at, person, kind, order_id, intent_id, text = row
    try:
        data = facts_of(text)
    except ValueError:
        data = {}
    try:
        moment = from_text(at)
    except ValueError:
        moment = datetime.fromtimestamp(0, UTC)
    return Happening(seq, moment, person, kind, order_id, intent_id, data)


def narrowed(order_id: str | None, states: Sequence[State], limit: int) -> tuple[str, tuple[str | int, ...]]:
    """Return the statement for intents, newest first, with its values; empty `states` means all."""
    terms: list[str] = []
    values: list[str | int] = []
    if order_id is not None:
        terms.append("order_id = ?")
        values.append(order_id)
    if states:
        terms.append(f"state IN ({', '.join('?' * len(states))})")
        values += states
    where = f"WHERE {' AND '.join(terms)} " if terms else ""
    return f"{_SELECT} {where}ORDER BY seq DESC LIMIT ?", (*values, limit)


def intent_of(row: sqlite3.Row | Mapping[Any, Any]) -> Intent:
    """Make the domain object of a row that `ONE` or `narrowed` found; raises `JournalUnavailable` where it is none."""
    try:
        return _to_intent(row)
    except (ValueError, TypeError, RecursionError) as error:
        raise unreadable_intent(str(row["id"])) from error


def _to_intent(row: sqlite3.Row | Mapping[Any, Any]) -> Intent:
    amount = None
    if row["amount_minor"] is not None:
        amount = Money(row["amount_minor"], row["amount_currency"], row["amount_exponent"])
    wish = Wish(
        verb=Verb(row["verb"]),
        order_id=row["order_id"],
        target=row["target"],
        amount=amount,
        capture_now=bool(row["capture_now"]),
        pending_allowed=bool(row["pending_allowed"]),
        note=row["note"],
    )
    draft = IntentDraft(
        wish=wish,
        place=Place(row["api"], row["region"], row["environment"], row["merchant"]),
        prepared=Prepared(row["method"], row["path"], row["body"]),
        key_base=row["key_base"],
        counter=row["counter"],
        key=row["key"],
        seen=Seen(tuple((name, value) for name, value in json.loads(row["seen"]))),
        person=row["person"],
        session=row["session"],
        at=from_text(row["at"]),
        accepted_warnings=tuple(json.loads(row["accepted_warnings"])),
    )
    return Intent(
        id=row["id"],
        draft=draft,
        state=cast(State, row["state"]),
        reason=row["reason"],
        attempts=row["attempts"],
        next_due=from_text(row["next_due"]),
        result_id=row["result_id"],
        settled_by=row["settled_by"],
        settled_at=from_text(row["settled_at"]),
        reconciled=bool(row["reconciled"]),
        request_id=row["request_id"],
    )
