"""How well the local data is in step, what is read next, and why an order was not; reads the local files alone."""

from __future__ import annotations

from datetime import datetime

from azpay_tui.amazon.throttle import quotas
from azpay_tui.cli import resolve
from azpay_tui.cli.context import Context, corrected_now
from azpay_tui.cli.outcome import OK
from azpay_tui.cli.output import json_result, result, shown, table, utc
from azpay_tui.domain.calls import Budget
from azpay_tui.domain.queue import Queued, about, class_of, remaining, why
from azpay_tui.domain.rows import SyncStatus

HEAD = 50
"""Objects of the queue that are shown."""
_COLUMNS = {
    "class": "CLASS",
    "id": "ID",
    "state": "STATE",
    "due": "DUE",
    "read": "READ",
    "failed": "FAILED",
    "why": "WHY",
}


def show_sync(context: Context, order: str | None, *, as_json: bool) -> int:
    """Show connection, queue and failures; with an order why its objects were not read."""
    reader, profile = context.reader(), context.profile()
    now = corrected_now(reader)
    status, queue = reader.status(now), reader.queue(now, HEAD)
    objects = queue.objects if order is None else reader.objects(resolve.order_id(reader, order))
    budget = [
        Budget(str(name), quota.burst, quota.burst, quota.rate)
        for name, quota in quotas(profile.environment, profile.pace).items()
    ]
    left = remaining(queue.waiting, budget)
    first = status.first
    if as_json:
        json_result(
            {
                "connection": status.connection,
                "message": status.message,
                "last_success": utc(status.last_success),
                "due": status.queue,
                "failing": status.errors,
                "waiting": dict(queue.waiting),
                "seconds_left": None if left is None else int(left.total_seconds()),
                "first_sync": None if first is None else {"orders": first.total, "read": first.done},
                "objects": [_shape(queued, status, now) for queued in objects],
            }
        )
        return OK
    result(shown(f"{status.connection}  {status.message}".rstrip()))
    result(f"Amazon last answered: {utc(status.last_success) or 'never'}")
    kinds = ", ".join(f"{kind} {count}" for kind, count in queue.waiting)
    pace = f", about {int(left.total_seconds())} s at Amazon's pace" if left is not None else ""
    result(f"{status.queue} due{f' ({kinds})' if kinds else ''}{pace}, {status.errors} failing")
    if first is not None:
        rest = remaining(first.reads, budget)
        pace = f", {about(rest)} left at Amazon's pace" if rest is not None else ""
        result(f"First sync: {first.done:,} of {first.total:,} orders read{pace}; the newest first")
    rows = [_shape(queued, status, now) for queued in objects]
    table(
        _COLUMNS,
        [{name: "" if row[name] is None else str(row[name]) for name in _COLUMNS} for row in rows],
        frozenset(),
    )
    return OK


def _shape(queued: Queued, status: SyncStatus, now: datetime) -> dict[str, object]:
    return {
        "order": queued.order_id,
        "id": queued.object_id,
        "class": class_of(queued),
        "state": queued.state,
        "due": utc(queued.due),
        "read": utc(queued.read),
        "failed": queued.attempts,
        "error": queued.error or None,
        "why": why(queued, status, now),
    }
