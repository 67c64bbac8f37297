"""Putting orders together from Amazon's facts in the cache and from what only the journal knows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from azpay_tui.domain.declines import decided_in
from azpay_tui.domain.marks import Marks
from azpay_tui.domain.order import Charge, LocalDecline, OpenIntent, Order, Permission, Refund, ShopFacts, Unnamed
from azpay_tui.domain.sale import Cancelled
from azpay_tui.store.cache.facts import from_json
from azpay_tui.store.cache.shop import Bound, Said, asked_at, bound, money, said_of
from azpay_tui.store.cache.unnamed import unnamed, without_objects
from azpay_tui.store.errors import readable
from azpay_tui.store.marks import load as load_marks
from azpay_tui.store.sales import deleted
from azpay_tui.store.sales import load as load_sales
from azpay_tui.store.times import from_micros, from_text

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_OBJECTS = """SELECT o.order_id, o.object_id, o.fact, o.read_at, o.due_at, o.missing
    FROM json_each(?) AS wanted CROSS JOIN object AS o ON o.order_id = wanted.value"""
_TRACKED = """SELECT t.order_id, t.number, t.amount_minor, t.amount_currency, t.amount_exponent, t.created,
    t.buyer_name, t.buyer_email, t.complete, t.added_at
    FROM json_each(?) AS wanted CROSS JOIN tracked AS t ON t.order_id = wanted.value"""
_TRACKED_IDS = """SELECT t.order_id, t.object_id
    FROM json_each(?) AS wanted CROSS JOIN tracked_id AS t ON t.order_id = wanted.value"""
_INTENTS = """SELECT i.order_id, i.id, i.verb, i.target, i.state, i.amount_minor, i.amount_currency, i.amount_exponent,
    i.at, i.person, i.result_id, i.settled_at, i.reason, i.next_due
    FROM json_each(?) AS wanted CROSS JOIN intent AS i ON i.order_id = wanted.value
    WHERE i.state IN ('intent', 'sent', 'unknown', 'attention', 'accepted')
        OR (i.verb = 'authorize' AND i.state = 'declined' AND i.result_id IS NULL)
        OR (i.verb = 'cancel' AND i.state = 'succeeded')
    ORDER BY i.seq"""
_ACTED = """SELECT i.order_id, max(coalesce(i.settled_at, i.at))
    FROM json_each(?) AS wanted CROSS JOIN intent AS i ON i.order_id = wanted.value GROUP BY i.order_id"""
_MESSAGES = """SELECT m.order_id, m.id, m.state, m.occasion
    FROM json_each(?) AS wanted CROSS JOIN message AS m ON m.order_id = wanted.value
    WHERE m.state = 'failed' OR m.occasion LIKE '%:' || m.order_id || '@%' ORDER BY m.seq"""
_PURGED = "SELECT p.order_id, p.at FROM json_each(?) AS wanted CROSS JOIN purge AS p ON p.order_id = wanted.value"


@dataclass(slots=True)
class Parts:
    """Everything known of one order, before it is put together."""

    shop: ShopFacts = field(default_factory=ShopFacts)
    tracked: bool = False
    """Whether the journal knows the order."""
    added_at: datetime | None = None
    """When the journal learnt of it."""
    permission: Permission | None = None
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    """Ids known of the order, from anywhere, without the permission."""
    read: set[str] = field(default_factory=set)
    cached: set[str] = field(default_factory=set)
    """Ids that have a row in the cache."""
    missing: set[str] = field(default_factory=set)
    reads: list[tuple[bool, datetime]] = field(default_factory=list)
    """Of each object that was read: whether it is read again by itself, and when it was read."""
    intents: list[OpenIntent] = field(default_factory=list)
    declines: list[LocalDecline] = field(default_factory=list)
    unnamed: list[Unnamed] = field(default_factory=list)
    canceled_here: bool = False
    acted_at: datetime | None = None
    """When the last wish on it was confirmed or settled."""
    purged_at: datetime | None = None
    marks: Marks = field(default_factory=Marks)
    cancelled: Cancelled | None = None
    untold: list[str] = field(default_factory=list)
    asked: datetime | None = None
    deleted: bool = False
    """Whether a person deleted the order: then it is nowhere but in the journal."""

    @property
    def known(self) -> bool:
        """Whether there is an order at all: somebody named it, and nobody deleted it."""
        return not self.deleted and bool(self.tracked or self.cached or self.ids or self.intents)

    def order(self, order_id: str) -> Order:
        """Put the snapshot together."""
        counted = [at for alive, at in self.reads if alive] or [at for _alive, at in self.reads]
        return Order(
            id=order_id,
            shop=self.shop,
            permission=self.permission,
            charges=tuple(sorted(self.charges, key=_age)),
            refunds=tuple(sorted(self.refunds, key=_age)),
            unread=frozenset(({order_id} | self.ids) - self.read - self.missing),
            missing=frozenset(self.missing),
            intents=tuple(self.intents),
            declines=tuple(self.declines),
            unnamed=tuple(self.unnamed),
            canceled_here=self.canceled_here,
            refreshed_at=min(counted, default=None),
            purged_at=self.purged_at,
            cancelled=self.cancelled,
            untold=tuple(self.untold),
            asked=self.asked,
        )


def _age(thing: Charge | Refund) -> tuple[bool, datetime, str]:
    return (thing.created is None, thing.created or _LONG_AGO, thing.id)


def load(
    cache: sqlite3.Connection | None, journal: sqlite3.Connection | None, order_ids: Iterable[str]
) -> dict[str, Parts]:
    """Collect what is known of orders; one that nobody knows comes back with nothing in it.

    Raises `sqlite3.Error`, and `JournalUnavailable` where somebody edited what the journal holds of them.
    """
    parts = {order_id: Parts() for order_id in order_ids}
    wanted = json.dumps([*parts])
    if cache is not None:
        _load_objects(parts, cache.execute(_OBJECTS, (wanted,)).fetchall())
    if journal is not None:
        with readable(parts):
            _load_journal(parts, cache, journal, wanted)
    return parts


def _load_journal(
    parts: dict[str, Parts], cache: sqlite3.Connection | None, journal: sqlite3.Connection, wanted: str
) -> None:
    _load_shop(parts, journal.execute(_TRACKED, (wanted,)).fetchall())
    for order_id, object_id in journal.execute(_TRACKED_IDS, (wanted,)).fetchall():
        parts[order_id].ids.add(object_id)
    _load_intents(parts, journal.execute(_INTENTS, (wanted,)).fetchall())
    for order_id, made, own in unnamed(journal, wanted):
        part = parts[order_id]
        part.unnamed = without_objects(made, own, (*part.charges, *part.refunds))
    _load_said(parts, said_of(journal, parts), bound(journal), None if cache is None else asked_at(cache))
    for order_id, acted_at in journal.execute(_ACTED, (wanted,)).fetchall():
        parts[order_id].acted_at = from_text(acted_at)
    _load_messages(parts, journal.execute(_MESSAGES, (wanted,)).fetchall())
    for order_id, purged_at in journal.execute(_PURGED, (wanted,)).fetchall():
        parts[order_id].purged_at = from_text(purged_at)
    for order_id, marks in load_marks(journal, parts).items():
        parts[order_id].marks = marks
    for order_id, cancelled in load_sales(journal, parts).items():
        parts[order_id].cancelled = cancelled
    for order_id in deleted(journal, parts):
        parts[order_id].deleted = True


_Object = tuple[str, str, str | None, int | None, int | None, int]
_Shop = tuple[str, str | None, int | None, str | None, int | None, str | None, str | None, str | None, int, str]
_Intent = tuple[
    str, str, str, str, str, int | None, str | None, int | None, str, str, str | None, str | None, str | None,
    str | None,
]  # fmt: skip


def _load_objects(parts: dict[str, Parts], rows: list[_Object]) -> None:
    for order_id, object_id, fact_text, read_at, due_at, missing in rows:
        part = parts[order_id]
        part.cached.add(object_id)
        if object_id != order_id:
            part.ids.add(object_id)
        if read_at is not None:
            part.reads.append((due_at is not None, from_micros(read_at)))
        if missing:
            part.missing.add(object_id)
        elif fact_text is not None:
            part.read.add(object_id)
            match from_json(fact_text):
                case Permission() as permission:
                    part.permission = permission
                case Charge() as charge:
                    part.charges.append(charge)
                case Refund() as refund:
                    part.refunds.append(refund)


def _load_shop(parts: dict[str, Parts], rows: list[_Shop]) -> None:
    for order_id, number, minor, currency, exponent, created, name, email, complete, added_at in rows:
        parts[order_id].tracked = True
        parts[order_id].added_at = from_text(added_at)
        parts[order_id].shop = ShopFacts(
            number=number,
            amount=money(minor, currency, exponent),
            created=from_text(created),
            buyer_name=name,
            buyer_email=email,
            complete=bool(complete),
        )


def _load_messages(parts: dict[str, Parts], rows: list[tuple[str, str, str, str]]) -> None:
    for order_id, message_id, state, occasion in rows:
        part = parts[order_id]
        if state == "failed":
            part.untold.append(message_id)
        part.asked = decided_in(occasion) or part.asked


def _load_said(parts: dict[str, Parts], found: dict[str, Said], bound: Bound, asked: datetime | None) -> None:
    """Add what sources said; who was not named by any still hears what holds for all."""
    nothing = Said()
    for order_id, part in parts.items():
        said = found.get(order_id, nothing)
        word, word_at = said.word, said.word_at
        part.shop = replace(
            part.shop,
            status=None if word is None else word.status,
            claim=None if word is None else word.claim,
            lines=said.lines,
            sightings=tuple(said.sightings),
            shared=tuple(said.shared),
            asked=bound.asked,
            since=bound.since,
            asked_at=asked,
            waits=word_at is not None and any(alive and at < word_at for alive, at in part.reads),
        )


def _load_intents(parts: dict[str, Parts], rows: list[_Intent]) -> None:
    for order_id, intent_id, verb, target, state, minor, currency, exponent, at, person, result_id, *rest in rows:
        settled, reason, due = rest
        part, amount = parts[order_id], money(minor, currency, exponent)
        if state == "declined":
            part.declines.append(LocalDecline(from_text(settled or at), amount, reason or ""))
        elif state == "succeeded":
            part.canceled_here = True
        else:
            part.intents.append(
                OpenIntent(intent_id, verb, target, state, amount, from_text(at), person, result_id, from_text(due))
            )
