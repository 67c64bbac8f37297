"""The JSON of the command line: a contract for scripts, so every key and its place is written out here."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime

from azpay_tui.cli.output import utc
from azpay_tui.cli.wording import fix
from azpay_tui.domain import limits, status, telling
from azpay_tui.domain.divergence import Difference, differences
from azpay_tui.domain.dossier import Dossier, Evidence
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.marks import Marks
from azpay_tui.domain.methods import PAYMENT_METHOD
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Charge, Order, Refund, ShopFacts
from azpay_tui.domain.rows import ListRow, TimelineEntry

Json = dict[str, object]


def money(amount: Money | None) -> Json | None:
    """Write money as `{"amount":"12.50","currency":"EUR"}`."""
    return None if amount is None else {"amount": amount.decimal(), "currency": amount.currency}


def row(row: ListRow) -> Json:
    """Write one order of a list."""
    return {
        "id": row.id,
        "number": row.number,
        "status": row.status,
        "amount": money(row.amount),
        "captured": money(row.captured),
        "refunded": money(row.refunded),
        "buyer": row.buyer,
        "created": utc(row.created),
        "expires": utc(row.expires),
        "refreshed_at": utc(row.refreshed_at),
        "ship": row.ship,
        "attention": list(row.attention),
        "shop_status": row.shop_status,
        "differs": list(row.differs),
    }


def marks(marks: Marks) -> Json:
    """Write what people marked on one order, in full."""
    review, reminder = marks.standing.review, marks.standing.reminder
    return {
        "reviewed": {"attention": list(review.trouble.codes), "at": utc(review.at), "person": review.person}
        if review
        else None,
        "reminder": {"at": utc(reminder.until), "set_at": utc(reminder.at), "person": reminder.person}
        if reminder
        else None,
        "tags": list(marks.standing.tags),
        "notes": [{"at": utc(note.at), "person": note.person, "text": note.text} for note in marks.notes],
    }


def order(order: Order, timeline: Iterable[TimelineEntry], now: datetime, valid: Collection[Verb]) -> Json:
    """Write one order whole, judged at `now` (UTC); `valid` are the verbs that may put a difference right."""
    permission = order.permission
    return {
        **row(row_of(order, now)),
        "kind": permission.kind if permission else None,
        "payment_method": PAYMENT_METHOD if permission else None,
        "permission": {
            "state": permission.state,
            "reasons": [reason.code for reason in permission.reasons],
            "limit": money(permission.limit),
            "balance": money(permission.balance),
        }
        if permission
        else None,
        "charges": [charge(item) for item in order.charges],
        "refunds": [refund(item) for item in order.refunds],
        "timeline": [
            {
                "at": utc(entry.at),
                "source": entry.source,
                "what": entry.what,
                "object": entry.object_id,
                "amount": money(entry.amount),
            }
            for entry in timeline
        ],
        "shop": shop(order.shop),
        "differences": [difference(found, order.id, valid) for found in differences(order, now)],
    }


def shop(facts: ShopFacts) -> Json:
    """Write what the shop says of an order, and who named it."""
    return {
        "status": facts.status,
        "claim": facts.claim,
        "sources": [
            {
                "source": sighting.source,
                "side": sighting.side,
                "number": sighting.number,
                "status": sighting.status,
                "claim": sighting.claim,
            }
            for sighting in facts.sightings
        ],
        "lines": [
            {
                "name": line.name,
                "quantity": line.quantity,
                "amount": money(line.amount),
                "sku": line.sku,
                "kind": line.kind,
                "unit_amount": money(line.unit),
                "tax": money(line.tax),
            }
            for line in facts.lines
        ],
    }


def difference(found: Difference, order_id: str, valid: Collection[Verb]) -> Json:
    """Write one thing on which shop and Amazon disagree, with what puts it right."""
    return {"code": found.code, "sentence": found.sentence, "fix": fix(found, order_id, valid)}


def row_of(order: Order, now: datetime) -> ListRow:
    """Return what a list shows of an order, judged at `now` (UTC)."""
    return ListRow(
        id=order.id,
        number=order.number,
        status=status.status_of(order, now),
        amount=order.amount,
        captured=limits.captured_total(order),
        refunded=limits.refunded_total(order),
        buyer=order.buyer_name,
        created=order.created,
        expires=status.expires_at(order, now),
        refreshed_at=order.refreshed_at,
        ship=status.ship(order, now).word,
        attention=status.attention(order, now),
        cursor="",
        shop_status=order.shop.status,
        claim=order.shop.claim,
        differs=tuple(found.code for found in differences(order, now)),
    )


def charge(charge: Charge) -> Json:
    """Write one charge."""
    return {
        "id": charge.id,
        "state": charge.state,
        "reason": charge.reason,
        "amount": money(charge.amount),
        "captured": money(charge.captured),
        "refunded": money(charge.refunded),
        "created": utc(charge.created),
        "expires": utc(charge.expires),
    }


def refund(refund: Refund) -> Json:
    """Write one refund."""
    return {
        "id": refund.id,
        "charge_id": refund.charge_id,
        "state": refund.state,
        "reason": refund.reason,
        "amount": money(refund.amount),
        "created": utc(refund.created),
    }


def offer(offer: Offer) -> Json:
    """Write one verdict."""
    return {
        "verb": str(offer.verb),
        "target": offer.target,
        "verdict": offer.verdict,
        "reason": offer.reason,
        "warning": " ".join(offer.warnings) or None,
        "min": money(offer.minimum),
        "max": money(offer.maximum),
        "changes_at": utc(offer.changes_at),
    }


def raw(bodies: dict[str, str]) -> Json:
    """Write what Amazon sent last for each object: as JSON where it is, else as text."""
    return {object_id: _parsed(text) for object_id, text in bodies.items()}


def _parsed(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


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
    return _parsed(content.decode("utf-8", "replace"))


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
        "body": _parsed(came.body) if came.body else None,
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
