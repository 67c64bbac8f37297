"""The JSON of intents on the command line: a contract for scripts, like that of orders."""

from __future__ import annotations

from azpay_tui.cli.output import utc
from azpay_tui.cli.shapes import Json, money, parsed
from azpay_tui.domain import telling
from azpay_tui.domain.dossier import Dossier, Evidence
from azpay_tui.domain.intent import Intent


def intent(intent: Intent) -> Json:
    """Write one entry of the journal."""
    draft = intent.draft
    return {
        "id": intent.id,
        "state": intent.state,
        "verb": str(draft.wish.verb),
        "target": draft.wish.target,
        "order": draft.wish.order_id,
        "amount": money(draft.wish.amount),
        "reason": plain_reason(intent),
        "result": intent.result_id,
        "confirmed_at": utc(draft.at),
        "person": draft.person,
        "note": draft.wish.note,
        "accepted_warnings": list(draft.accepted_warnings),
        "attempts": intent.attempts,
        "next_look": utc(intent.next_due),
        "settled_by": intent.settled_by,
        "settled_at": utc(intent.settled_at),
        "reconciled": intent.reconciled,
    }


def request(intent: Intent) -> Json:
    """Write the request an intent stands for, as it is stored."""
    prepared = intent.draft.prepared
    return {
        "method": prepared.method,
        "path": prepared.path,
        "body": body(prepared.body),
        "key": intent.draft.key,
    }


def body(content: bytes) -> object:
    """Write a request body: as JSON, None when it is empty."""
    if not content:
        return None
    return parsed(content.decode("utf-8", "replace"))


def dossier(found: Dossier) -> Json:
    """Write what was sent and came back for an intent; of answers what is no personal data."""
    return {
        "body_sha256": found.body_sha256,
        "settled_note": found.settled_note or None,
        "sent": [
            {
                "attempt": attempt.number,
                "started_at": utc(attempt.started_at),
                "ended_at": utc(attempt.ended_at),
                "outcome": attempt.outcome,
                "answers": [evidence(came) for came in attempt.evidence],
            }
            for attempt in found.attempts
        ],
    }


def evidence(came: Evidence) -> Json:
    """Write what came back for one attempt."""
    return {
        "at": utc(came.at),
        "kind": came.kind,
        "message": came.message,
        "status": came.status,
        "code": came.code,
        "request_id": came.request_id,
        "server_date": utc(came.server_date),
        "length": came.length,
        "sha256": came.sha256,
        "body": parsed(came.body) if came.body else None,
    }


OUTCOMES = {"intent": "unknown", "sent": "unknown", "attention": "unknown"}
"""Outcome word of the states in which nothing is settled; any other state is its own word."""


def plain_reason(intent: Intent) -> str | None:
    """Return an intent's reason without the word that only the exit code needs."""
    return telling.plain(intent.reason) if intent.reason is not None else None


def outcome(intent: Intent) -> Json:
    """Write the result of a money command."""
    wish = intent.draft.wish
    return {
        "intent": intent.id,
        "verb": str(wish.verb),
        "target": wish.target,
        "amount": money(wish.amount),
        "outcome": OUTCOMES.get(intent.state, intent.state),
        "reason": plain_reason(intent),
        "order": wish.order_id,
    }
