"""People's marks on orders: reviewed, remind later, notes, tags. They stay in the journal and never go to Amazon."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from azpay_tui.domain import states
from azpay_tui.domain.addresses import Moved
from azpay_tui.domain.order import Order

NOTE_LIMIT: Final = 300
"""Characters of a note."""
TAG_LIMIT: Final = 20
"""Characters of a tag."""
MOST_TAGS: Final = 10
"""Tags of one order."""
_TAG: Final = re.compile(r"@?[^\W_][\w.-]*")
_UNKNOWN: Final = (
    "The outcome of an action on {order_id} is unknown: it stays in sight until it is settled (azpay journal resume)."
)


class MarkError(ValueError):
    """A mark cannot be made; the text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an order needed a person at some moment."""

    about: tuple[str, ...] = ()
    """Attention codes, each with what it was about: `declined=2`; the same code about something else is new."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The attention codes."""
        return tuple(word.partition("=")[0] for word in self.about)

    def covers(self, later: Trouble) -> bool:
        """Tell whether a later trouble holds nothing new; an unknown outcome never counts as seen."""
        return "unknown" not in later.codes and set(later.about) <= set(self.about)


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody has seen this trouble."""

    trouble: Trouble
    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody wants to see the order again later, not now."""

    until: datetime
    trouble: Trouble
    """As it was when it was put off."""
    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Note:
    """One line that somebody wrote."""

    id: int
    at: datetime
    person: str
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The marks that replace each other; undoing one puts the earlier standing back."""

    review: Review | None = None
    reminder: Reminder | None = None
    tags: tuple[str, ...] = ()
    """Short words in alphabetical order; the one that begins with @ names who takes care."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything people noted down on one order."""

    standing: Standing = Standing()
    notes: tuple[Note, ...] = ()
    """Newest first."""
    moved: Moved | None = None
    """That the parcel goes elsewhere than Amazon says."""

    def due(self, now: datetime) -> bool:
        """Tell whether the time of the reminder has come."""
        return self.standing.reminder is not None and self.standing.reminder.until <= now


@dataclass(frozen=True, slots=True)
class MarkChange:
    """What a person wants of the marks of orders; what is not named stays."""

    reviewed: bool | None = None
    remind: datetime | None = None
    """When to be reminded, UTC."""
    forget_reminder: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkEdit:
    """One order's marks before and after; written only where they are still as before."""

    order_id: str
    before: Standing
    after: Standing
    note: str = ""
    """A line to add."""
    retract: tuple[int, ...] = ()
    """Notes to take back."""

    @property
    def changes(self) -> bool:
        """Whether anything differs."""
        return self.before != self.after or bool(self.note or self.retract)


@dataclass(frozen=True, slots=True)
class Marked:
    """What marking came to."""

    sentence: str
    """What was done, and to what not, for a person; holds outside text."""
    done: tuple[str, ...]
    """Orders whose marks changed."""
    refused: tuple[tuple[str, str], ...] = ()
    """Orders left as they were, each with a sentence why."""


def trouble_of(order: Order, codes: Iterable[str], expires: datetime | None) -> Trouble:
    """Return why an order needs a person; `codes` are its attention codes, `expires` its next deadline.

    A code is told from an earlier one of its kind: another charge or refund was declined, another deadline comes near,
    the payment method failed once more.
    """
    charges, refunds = len(order.charges) + len(order.declines), len(order.refunds)
    updated = order.permission.updated if order.permission is not None else None
    about = {
        "lapses-soon": "" if expires is None else f"{expires:%Y%m%dT%H%M%S}",
        "suspended": "" if updated is None else f"{updated:%Y%m%dT%H%M%S}",
        "repaired": "" if updated is None else f"{updated:%Y%m%dT%H%M%S}",
        "refund-declined": f"{sum(refund.state == states.DECLINED for refund in order.refunds)}",
        "refund-late": f"{refunds}",
        "stuck": f"{charges}+{refunds}",
        "message-failed": ",".join(order.untold[-1:]),
    }
    return Trouble(tuple(f"{code}={about.get(code, charges)}" for code in codes))


def words(marks: Marks, trouble: Trouble, now: datetime) -> tuple[str, ...]:
    """Return the marks that lists show: `reviewed`, `later` (put off), `due` (a reminder's time has come), `note`.

    Also `unprotected`: the parcel goes elsewhere than Amazon says.
    """
    review, reminder = marks.standing.review, marks.standing.reminder
    found = {
        "reviewed": review is not None and bool(trouble.codes) and review.trouble.covers(trouble),
        "later": reminder is not None and reminder.until > now and reminder.trouble.covers(trouble),
        "due": marks.due(now),
        "note": bool(marks.notes),
        "unprotected": marks.moved is not None,
    }
    return tuple(word for word, so in found.items() if so)


def needs_person(codes: tuple[str, ...], shown: tuple[str, ...]) -> bool:
    """Tell whether an order belongs in the view of those that need a person; `shown` are its `words`."""
    return "due" in shown or (bool(codes) and "reviewed" not in shown and "later" not in shown)


def apply(
    change: MarkChange, order_id: str, marks: Marks, trouble: Trouble, now: datetime, person: str
) -> MarkEdit:  # fmt: skip
    """Work out what a change makes of an order's marks; raises `MarkError`."""
    standing = marks.standing
    if "unknown" in trouble.codes and (change.reviewed or change.remind is not None):
        raise MarkError(_UNKNOWN.format(order_id=order_id))
    if change.reviewed:
        if not trouble.codes and not marks.due(now):
            raise MarkError(f"{order_id} needs nobody: there is nothing to review.")
        if trouble.codes:
            standing = replace(standing, review=Review(trouble, now, person))
        if marks.due(now):
            standing = replace(standing, reminder=None)
    elif change.reviewed is False:
        standing = replace(standing, review=None)
    if change.remind is not None:
        standing = replace(standing, reminder=Reminder(change.remind, trouble, now, person))
    elif change.forget_reminder:
        standing = replace(standing, reminder=None)
    standing = replace(standing, tags=_tagged(standing.tags, change, order_id))
    return MarkEdit(order_id, marks.standing, standing, clean_note(change.note) if change.note else "")


def _tagged(tags: tuple[str, ...], change: MarkChange, order_id: str) -> tuple[str, ...]:
    kept = set(tags) - set(change.untags)
    if any(tag.startswith("@") for tag in change.tags):  # one person at a time takes care
        kept = {tag for tag in kept if not tag.startswith("@")}
    kept |= set(change.tags)
    if len(kept) > MOST_TAGS and len(kept) > len(tags):
        raise MarkError(f"{order_id} would have {len(kept)} tags; at most {MOST_TAGS} fit: take one away first.")
    return tuple(sorted(kept))


def clean_note(text: str) -> str:
    """Return a note as one line; raises `MarkError` when it is empty or too long."""
    line = " ".join(text.split())
    if not line:
        raise MarkError("The note is empty: write what the next person should know.")
    if len(line) > NOTE_LIMIT:
        raise MarkError(f"The note has {len(line)} characters; at most {NOTE_LIMIT} fit: shorten it.")
    return line


def clean_tag(text: str) -> str:
    """Return a tag in small letters; raises `MarkError` for what is no short word."""
    tag = text.strip().lower()
    if len(tag) > TAG_LIMIT:
        raise MarkError(f"The tag {tag[:TAG_LIMIT]!r}... has {len(tag)} characters; at most {TAG_LIMIT} fit.")
    if not _TAG.fullmatch(tag):
        raise MarkError(f"{tag!r} is no tag: a tag is one word of letters and digits, or @ and a name to assign.")
    return tag


def parse_tags(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read words typed in a row: those to add and, with a minus in front, those to take away; raises `MarkError`."""
    typed = text.replace(",", " ").split()
    add = tuple(clean_tag(word) for word in typed if not word.startswith("-"))
    return add, tuple(clean_tag(word[1:]) for word in typed if word.startswith("-"))
