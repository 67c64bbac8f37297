"""The JSON of the command line: a contract for scripts, so every key and its place is written out here."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime

from azpay_tui.cli.output import utc
from azpay_tui.cli.wording import fix
from azpay_tui.domain import limits, refund_limits, status
from azpay_tui.domain.divergence import Difference, differences
from azpay_tui.domain.intent import Verb
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
        refunded=refund_limits.refunded_total(order),
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
    return {object_id: parsed(text) for object_id, text in bodies.items()}


def parsed(text: str) -> object:
    """Return what a text is as JSON; itself when it is none."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value
