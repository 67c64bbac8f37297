"""Between journal rows and domain objects."""

from __future__ import annotations

import hashlib
import json
from typing import Final, cast

from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.intent import Intent, IntentDraft, Place, Prepared, Seen, State, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.store.errors import unreadable_intent
from azpay_tui.store.journal.tables import EvidenceRow, IntentRow
from azpay_tui.store.personal import impersonal
from azpay_tui.store.times import from_text, storable, to_text

EVIDENCE_LIMIT: Final = 64 * 1024
"""Bytes of an answer that are kept."""
EVIDENCE_ROOM: Final = 4 * 1024
"""Bytes of an answer that are kept when the disk is full: as much as surely fits into the room held for it."""


def intent_id(seq: int) -> str:
    """Name an intent: short, readable, in the order they were made."""
    return f"I-{seq:06d}"


def to_row(seq: int, draft: IntentDraft) -> IntentRow:
    """Make the row of a new intent."""
    wish, place, amount = draft.wish, draft.place, draft.wish.amount
    return IntentRow(
        seq=seq,
        id=intent_id(seq),
        at=to_text(draft.at),
        person=storable(draft.person),
        session=draft.session,
        api=place.api,
        region=place.region,
        environment=place.environment,
        merchant=place.merchant,
        verb=str(wish.verb),
        order_id=wish.order_id,
        target=wish.target,
        amount_minor=amount.minor if amount else None,
        amount_currency=amount.currency if amount else None,
        amount_exponent=amount.exponent if amount else None,
        capture_now=wish.capture_now,
        pending_allowed=wish.pending_allowed,
        note=storable(wish.note),
        method=draft.prepared.method,
        path=draft.prepared.path,
        body=draft.prepared.body,
        body_sha256=hashlib.sha256(draft.prepared.body).hexdigest(),
        key_base=draft.key_base,
        counter=draft.counter,
        key=draft.key,
        seen=json.dumps(draft.seen.facts),
        accepted_warnings=json.dumps(draft.accepted_warnings),
        state="intent",
        reason=None,
        attempts=0,
        next_due=None,
        result_id=None,
        settled_by=None,
        settled_at=None,
        settled_note="",
        approver="",
        reconciled=False,
    )


def money(minor: int | None, currency: str | None, exponent: int | None) -> Money | None:
    """Put an amount together from its three columns."""
    if minor is None or currency is None or exponent is None:
        return None
    return Money(minor, currency, exponent)


def to_intent(row: IntentRow, request_id: str | None = None) -> Intent:
    """Make the domain object of a row; `request_id` is that of the last answer.

    Raises `JournalUnavailable` where the row is damaged.
    """
    try:
        return _to_intent(row, request_id)
    except (ValueError, TypeError, RecursionError) as error:
        raise unreadable_intent(row.id) from error


def _to_intent(row: IntentRow, request_id: str | None) -> Intent:
    wish = Wish(
        verb=Verb(row.verb),
        order_id=row.order_id,
        target=row.target,
        amount=money(row.amount_minor, row.amount_currency, row.amount_exponent),
        capture_now=row.capture_now,
        pending_allowed=row.pending_allowed,
        note=row.note,
    )
    draft = IntentDraft(
        wish=wish,
        place=Place(row.api, row.region, row.environment, row.merchant),
        prepared=Prepared(row.method, row.path, row.body),
        key_base=row.key_base,
        counter=row.counter,
        key=row.key,
        seen=Seen(tuple((name, value) for name, value in json.loads(row.seen))),
        person=row.person,
        session=row.session,
        at=from_text(row.at),
        accepted_warnings=tuple(json.loads(row.accepted_warnings)),
    )
    return Intent(
        id=row.id,
        draft=draft,
        state=cast(State, row.state),
        reason=row.reason,
        attempts=row.attempts,
        next_due=from_text(row.next_due),
        result_id=row.result_id,
        settled_by=row.settled_by,
        settled_at=from_text(row.settled_at),
        reconciled=row.reconciled,
        request_id=request_id,
    )


def to_evidence(intent: str, attempt: int, answer: Answer, at: str, keep: int, *, purged: bool = False) -> EvidenceRow:
    """Make the evidence row of an answer, its body cut at `keep` bytes.

    Of an order whose personal data was removed only what a purge would leave is taken: Amazon names the buyer again.
    """
    raw = impersonal(answer.raw.decode("utf-8", "replace")).encode() if purged else answer.raw
    return EvidenceRow(
        intent_id=intent,
        attempt=attempt,
        at=at,
        kind=answer.kind,
        message="" if purged else storable(answer.message)[:1000],
        status=answer.status,
        reason_code=None if answer.reason_code is None else storable(answer.reason_code)[:200],
        request_id=None if answer.request_id is None else storable(answer.request_id)[:200],
        server_date=to_text(answer.server_date),
        received_at=to_text(answer.received_at),
        raw=raw[:keep],
        raw_length=len(answer.raw),
        raw_sha256=hashlib.sha256(answer.raw).hexdigest(),
    )
