"""Reading everything that belongs to one intent, with plain SQL on any connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from azpay_tui.domain.dossier import Attempt, Dossier, Evidence
from azpay_tui.domain.intent import Intent
from azpay_tui.store.errors import unreadable_intent
from azpay_tui.store.personal import impersonal
from azpay_tui.store.times import from_text

Query = Callable[[str, tuple[Any, ...]], Iterable[Sequence[Any]]]
"""Runs one statement with values, on a connection of SQLAlchemy's or sqlite3's, and gives its rows."""


def read_dossier(query: Query, intent: Intent) -> Dossier:
    """Return an intent with its attempts and what came back for each, oldest first.

    Raises `JournalUnavailable` where what is held of it is damaged.
    """
    try:
        return _dossier(query, intent)
    except (ValueError, TypeError) as error:
        raise unreadable_intent(intent.id) from error


def _dossier(query: Query, intent: Intent) -> Dossier:
    came: dict[int, list[Evidence]] = {}
    for attempt, *values in query(
        "SELECT attempt, at, kind, message, status, reason_code, request_id, server_date, raw_length, raw_sha256, raw "
        "FROM evidence WHERE intent_id = ? ORDER BY id",
        (intent.id,),
    ):
        came.setdefault(attempt, []).append(_evidence(*values))
    attempts = tuple(
        Attempt(number, from_text(started), from_text(ended), outcome, tuple(came.get(number, ())))
        for number, started, ended, outcome in query(
            "SELECT number, started_at, ended_at, outcome FROM attempt WHERE intent_id = ? ORDER BY number",
            (intent.id,),
        )
    )
    body_sha256, note = next(
        iter(query("SELECT body_sha256, settled_note FROM intent WHERE id = ?", (intent.id,))), ("", "")
    )
    return Dossier(intent, body_sha256, attempts, note)


def _evidence(
    at: str,
    kind: str,
    message: str,
    status: int | None,
    code: str | None,
    request_id: str | None,
    server_date: str | None,
    length: int,
    sha256: str,
    raw: bytes,
) -> Evidence:
    body = impersonal(bytes(raw).decode("utf-8", "replace"))
    return Evidence(
        from_text(at), kind, message, status, code, request_id, from_text(server_date), length, sha256, body
    )
