"""What the audit chain says of each step of an intent, with digests of the rows as the step leaves them."""

from __future__ import annotations

import hashlib

from sqlmodel import Session

from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.intent import IntentDraft, State
from azpay_tui.store.journal.audit import Fact, code_only, fingerprint
from azpay_tui.store.journal.digests import Query, digest_of_attempt, digest_of_evidence, digest_of_intent
from azpay_tui.store.journal.tables import EvidenceRow, IntentRow

Entry = dict[str, Fact]


def of_intent(session: Session, row: IntentRow, draft: IntentDraft) -> Entry:
    """Tell of a confirmed wish."""
    wish, prepared = draft.wish, draft.prepared
    return {
        "verb": str(wish.verb),
        "target": wish.target,
        "amount": str(wish.amount or ""),
        "key": draft.key,
        "counter": draft.counter,
        "method": prepared.method,
        "path": prepared.path,
        "body_sha256": row.body_sha256,
        "merchant": draft.place.merchant,
        "accepted": list(draft.accepted_warnings),
        "note_sha256": fingerprint(wish.note),
        "row": digest_of_intent(_flushed(session), row.seq),
    }


def found(session: Session, row: IntentRow, attempt: int | None = None) -> Entry:
    """Say how an intent, and one of its attempts, stand before a step changes them: an edit in between is then seen."""
    query = _flushed(session)
    told: Entry = {"was": digest_of_intent(query, row.seq)}
    if attempt is not None:
        told["attempt_was"] = digest_of_attempt(query, row.seq, attempt)
    return told


def of_attempt(session: Session, row: IntentRow, number: int) -> Entry:
    """Tell of a request that leaves next."""
    query = _flushed(session)
    return {
        "attempt": number,
        "key": row.key,
        "body_sha256": row.body_sha256,
        "row": digest_of_intent(query, row.seq),
        "attempt_row": digest_of_attempt(query, row.seq, number),
    }


def of_outcome(
    session: Session,
    row: IntentRow,
    answer: Answer,
    evidence: EvidenceRow,
    state: State,
    reason: str | None,
    result_id: str | None,
    *,
    late: bool,
) -> Entry:
    """Tell how an attempt ended; `late`: the intent had its outcome already."""
    query = _flushed(session)
    told: Entry = {
        "attempt": evidence.attempt,
        "state": state,
        "late": late,
        "reason_sha256": fingerprint(reason),
        "result": code_only(result_id),
        "kind": answer.kind,
        "status": answer.status,
        "code": code_only(answer.reason_code),
        "request": code_only(answer.request_id),
        "answer_sha256": evidence.raw_sha256,
        "row": digest_of_intent(query, row.seq),
        "attempt_row": digest_of_attempt(query, row.seq, evidence.attempt),
        "evidence": evidence.id,
        "evidence_row": digest_of_evidence(query, evidence.id or 0),
    }
    kept = hashlib.sha256(evidence.raw).hexdigest()
    if kept != evidence.raw_sha256:  # cut, or taken without the person it names
        told["kept_sha256"] = kept
    return told


def of_settling(
    session: Session, row: IntentRow, before: str, reason: str | None, by: str, note: str, result_id: str | None
) -> Entry:
    """Tell of a change without an attempt; `before` is the state it had."""
    return {
        "from": before,
        "state": row.state,
        "reason_sha256": fingerprint(reason),
        "by": by,
        "note_sha256": fingerprint(note),
        "result": code_only(result_id),
        "reconciled": row.reconciled,
        "owner": row.session,
        "row": digest_of_intent(_flushed(session), row.seq),
    }


def _flushed(session: Session) -> Query:
    """Return the way to plain SQL in the transaction of a session, after everything in it was written."""
    session.flush()
    return session.connection().exec_driver_sql
