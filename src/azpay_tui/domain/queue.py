"""What is read next from Amazon, and why something was not read: rows for the sync page and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.domain import states
from azpay_tui.domain.calls import Budget
from azpay_tui.domain.rows import SyncStatus

MOST_WAITING: Final = 20_000
"""Objects that wait are told apart by kind up to this many."""
_READS: Final = {"permission": "get-permission", "charge": "get-charge", "refund": "get-refund"}
_IN_FLIGHT: Final = frozenset({states.AUTHORIZATION_INITIATED, states.CAPTURE_INITIATED, states.REFUND_INITIATED})


@dataclass(frozen=True, slots=True)
class Queued:
    """One object at Amazon, and when it is read."""

    object_id: str
    order_id: str
    kind: str
    """`permission`, `charge` or `refund`."""
    state: str | None
    """Amazon's word as read last; None: never read."""
    due: datetime | None
    """When it is read by itself; None: never."""
    read: datetime | None
    """When it was last read with success, or was not found."""
    attempts: int
    """Failed reads in a row."""
    error: str
    """Why the last read failed, one sentence."""
    missing: bool
    """Amazon answered that there is no such object."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, and the head of the queue."""

    waiting: tuple[tuple[str, int], ...]
    """Objects due now by kind, counted up to `MOST_WAITING`."""
    objects: tuple[Queued, ...]
    """Failing ones first, then by due time."""


def class_of(queued: Queued) -> str:
    """Name the class of an object's state, which decides how often it is read."""
    if queued.missing:
        return "not found"
    if queued.state is None:
        return "never read"
    if queued.state in _IN_FLIGHT:
        return "in flight"
    if queued.due is None:
        return "ended"
    return "captured" if queued.state == states.CAPTURED else "resting"


_RHYTHM: Final = {
    "not found": "Amazon does not know this id here; check id, region and environment.",
    "never read": "It was never read.",
    "in flight": "Amazon is deciding it, so it is read again and again, less often the longer it takes.",
    "ended": "Nothing happens to it any more, so it is read only when you ask (r) or a report names it.",
    "captured": "It is captured: while it can be refunded it is read daily, after 30 days weekly.",
    "resting": "It rests: it is read once a day, and exactly when a deadline of it passes.",
}


def why(queued: Queued, status: SyncStatus, now: datetime) -> str:
    """Say why an object was not read since it was, and what comes next; `now` is corrected UTC."""
    rhythm = _RHYTHM[class_of(queued)]
    if queued.attempts:
        tries = "The last read failed" if queued.attempts == 1 else f"The last {queued.attempts} reads failed"
        return f"{tries}: {queued.error or 'no reason was given.'} {rhythm}"
    if queued.due is None:
        return rhythm
    if queued.due > now:
        return f"{rhythm} Its time has not come yet."
    if status.connection in ("OFFLINE", "AUTH FAILED"):
        said = f": {status.message}" if status.message else "."
        return f"It is due and waits for the connection, which is {status.connection}{said}"
    others = "" if status.holder else " Another azpay on this data reads for all of them, or none does: see azpay sync."
    return f"It is due and waits for its turn among {status.queue:,} at Amazon's pace.{others}"


def about(length: timedelta) -> str:
    """Say how long something will take, no more exactly than it is known: `under 1 min`, `12 min`, `3 h 05 min`."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "under 1 min"
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} h {rest:02d} min" if hours else f"{minutes} min"


def remaining(waiting: Iterable[tuple[str, int]], budget: Sequence[Budget]) -> timedelta | None:
    """Return how long reading all that waits takes at Amazon's pace; None when no pace is kept or nothing waits."""
    known = {each.operation: each for each in budget}
    longest = 0.0
    for kind, count in waiting:
        allowed = known.get(_READS.get(kind, ""))
        if allowed is not None and allowed.rate > 0:
            longest = max(longest, (count - allowed.left) / allowed.rate)
    return timedelta(seconds=round(longest)) if longest > 0 else None
