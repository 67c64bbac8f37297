"""What a shop is told of a change of an order's status: JSON with ids, amounts and words, nothing of a buyer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from azpay_tui.domain.messages import Message
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.rows import ListRow

CHANGED = "order.status"
TEST = "test"
"""What a message is about: its `type`."""


def subject(before: str | None, status: str) -> str:
    """Say in one line what changed."""
    return f"{before} to {status}" if before else status


def of_change(
    row: ListRow, order: Order | None, before: str | None, at: datetime, *, profile: str, environment: str
) -> str:
    """Write what is told of an order whose status is another one now; `before` is None when nothing was told yet."""
    data = {
        "profile": profile,
        "environment": environment,
        "order": row.id,
        "number": row.number,
        "status": row.status,
        "before": before,
        "ship": row.ship,
        "amount": _money(row.amount),
        "captured": _money(row.captured),
        "refunded": _money(row.refunded),
        "charges": [charge.id for charge in order.charges] if order is not None else [],
        "refunds": [refund.id for refund in order.refunds] if order is not None else [],
    }
    return _written(CHANGED, at, data)


def of_test(at: datetime, *, profile: str, environment: str) -> str:
    """Write a message that only tries the way."""
    return _written(TEST, at, {"profile": profile, "environment": environment})


def envelope(message: Message) -> bytes:
    """Return what a hook is given: the message's id and its place in line, then its body."""
    body = json.loads(message.draft.body)
    return _json({"id": message.id, "sequence": message.seq, **body}).encode()


def _written(kind: str, at: datetime, data: dict[str, Any]) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _json({"type": kind, "timestamp": moment, "data": data})


def _money(money: Money | None) -> dict[str, object] | None:
    if money is None:
        return None
    return {"minor": money.minor, "currency": money.currency, "amount": money.decimal()}


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
