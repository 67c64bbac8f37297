"""Every text in what the console is given to show: which of them come from outside, and how they are filled."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from azpay_tui.backoffice import ports
from azpay_tui.backoffice.records import Event, ProfileInfo
from azpay_tui.domain import (
    attempt,
    calls,
    deliveries,
    goods,
    intent,
    marks,
    messages,
    offer,
    order,
    queue,
    rows,
    slips,
    sources,
    switch,
)
from azpay_tui.domain.calls import Call
from azpay_tui.domain.deliveries import Delivery, Parcel
from azpay_tui.domain.goods import Goods, Line, Slip
from azpay_tui.domain.intent import Intent, IntentDraft, Place, Wish
from azpay_tui.domain.marks import Marks, Note, Reminder, Review, Standing
from azpay_tui.domain.messages import Message, MessageDraft
from azpay_tui.domain.order import (
    Address,
    Buyer,
    Charge,
    LocalDecline,
    OpenIntent,
    Order,
    Permission,
    Reason,
    Refund,
    ShopFacts,
    Sighting,
)
from azpay_tui.domain.queue import Queued
from azpay_tui.domain.rows import OrderLine, SyncStatus, TimelineEntry
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.switch import Switch

Record = TypeVar("Record")

FILLED: Final[tuple[type, ...]] = (
    *(Order, ShopFacts, Sighting, OrderLine, Permission, Reason, Buyer, Address, Charge, Refund, OpenIntent),
    *(LocalDecline, TimelineEntry, Queued, Call, SourceState, SyncStatus, Marks, Standing, Review, Reminder, Note),
    *(ProfileInfo, Place, Event, Intent, IntentDraft, Wish),
    *(Booked, Slip, Goods, Line, Delivery, Parcel, Message, MessageDraft, Switch),
)
"""What a front end gets from the desk and puts on the screen."""

OWN: Final = frozenset(
    {
        # Ids of Amazon's form, checked where they come in.
        *("Order.id", "Order.unread", "Order.missing", "Permission.id", "Charge.id", "Refund.id", "Refund.charge_id"),
        *(
            "OpenIntent.target",
            "Queued.object_id",
            "Queued.order_id",
            "Event.order_ids",
            "Wish.order_id",
            "Wish.target",
        ),
        *("Booked.charge", "Booked.order_id", "Booked.refund", "Parcel.order_id", "MessageDraft.order_id"),
        # Words that this program chose.
        *("Permission.kind", "OpenIntent.id", "OpenIntent.verb", "OpenIntent.state", "Queued.kind", "Call.operation"),
        *("IntentDraft.accepted_warnings", "SourceState.kind", "Intent.id", "Order.untold"),
        *("Booked.intent", "Message.id", "MessageDraft.occasion", "Switch.mode"),
        # The configuration takes these from lists or by their form.
        *("ProfileInfo.region", "ProfileInfo.timezone", "Place.api", "Place.region", "Place.environment"),
        # Never shown: derived keys.
        *("IntentDraft.key", "IntentDraft.key_base", "IntentDraft.session"),
    }
)
"""Texts that cannot hold a hostile word, by type and field."""

NOT_SHOWN: Final = {
    "ListRow": "made of an Order by the rules of the cache",
    "Page": "holds rows and cursors",
    "TrackedOrder": "goes into the store, comes out as ShopFacts",
    "TrackResult": "counts and ids",
    "Due": "ids of objects",
    "ReadResult": "goes into the store, comes out as Queued",
    "FirstSync": "counts by kind of object",
    "Budget": "names of operations",
    "Queue": "holds Queued, counts by kind",
    "MarkEdit": "goes into the store, comes out as Marks",
    "MarkChange": "what a person typed, comes out as Marks",
    "Marked": "a sentence of this program about marks",
    "Trouble": "codes of this program",
    "Prepared": "path and body of a request, made of ids and amounts",
    "Seen": "numbers and words that are compared and told by ChangedError",
    "Answer": "how an attempt ended, comes out as Intent",
    "Judgement": "how an attempt ended, comes out as Intent",
    "Offer": "verbs and reasons of the table",
    "Ready": "made of Order and Wish",
    "Try": "shown by the command line alone",
    "Delivered": "how a delivery ended, comes out as Message",
    "Refused": "how a delivery ended, comes out as Message",
    "Unknown": "how a delivery ended, comes out as Message",
    "After": "how a delivery ended, comes out as Message",
    "Unnamed": "counted in sums, never shown itself",
    "Act": "words that this program chose, and the person of an Intent",
}
"""Other records with texts in the same modules, and why they need no filling of their own."""

_MODULES: Final = (
    *(attempt, calls, deliveries, goods, intent, marks, messages, offer, order, ports, queue, rows, slips, sources),
    switch,
)


def records() -> Iterator[type]:
    """Yield every record of the modules that say what a front end gets."""
    for module in _MODULES:
        for kind in vars(module).values():
            if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__:
                yield kind


def text_fields(kind: type) -> Iterator[str]:
    """Yield the names of a record's fields that hold a text, one or many."""
    hints = hints_of(kind)
    for field in dataclasses.fields(kind):
        if _holds_text(hints[field.name]):
            yield f"{kind.__name__}.{field.name}"


def hints_of(kind: type) -> dict[str, Any]:
    """Return the types of a record's fields."""
    return get_type_hints(kind, vars(sys.modules[kind.__module__]))


def _holds_text(hint: Any) -> bool:
    if hint is str:
        return True
    if get_origin(hint) in (tuple, frozenset, Union, UnionType):
        return any(_holds_text(inner) for inner in get_args(hint))
    return False


class Filler:
    """Puts hostile texts into records, one after the other, and remembers which fields it filled."""

    def __init__(self, texts: Callable[[], str], *, words: bool = True, keep: frozenset[str] = frozenset()) -> None:
        """`texts` gives the next one; without `words` states and reason codes stay what they are; so does `keep`."""
        self._texts = texts
        self._keep = OWN | keep | (frozenset() if words else _WORDS)
        self.filled: dict[str, int] = {}
        """How many texts went into each field."""

    def __call__(self, record: Record) -> Record:
        """Return the record with every text from outside replaced, and those of the records in it."""
        kind = type(record)
        changes = {}
        for name, hint in hints_of(kind).items():
            field = f"{kind.__name__}.{name}"
            value = getattr(record, name)
            if field not in self._keep and value is not None:
                changes[name] = self._value(field, hint, value)
        return replace(record, **changes)  # type: ignore[type-var]

    def _value(self, field: str, hint: Any, value: Any) -> Any:
        if isinstance(value, tuple):
            inner = get_args(_plain(hint))
            each = (inner[0],) * len(value) if inner[1:] == (...,) else inner
            return tuple(self._value(field, kind, item) for kind, item in zip(each, value, strict=True))
        if type(value) in FILLED:
            return self(value)
        if isinstance(value, str) and _plain(hint) is str:
            self.filled[field] = self.filled.get(field, 0) + 1
            return self._texts()
        return value


def _plain(hint: Any) -> Any:
    """Return a type without its None."""
    if get_origin(hint) in (Union, UnionType):
        return next(inner for inner in get_args(hint) if inner is not NoneType)
    return hint


_WORDS: Final = frozenset(
    {
        "Permission.state",
        "Charge.state",
        "Refund.state",
        "Reason.code",
        "Charge.reason",
        "Refund.reason",
        "LocalDecline.reason",
    }
)
"""Amazon's words that rules depend on: another one switches an object's verbs off."""
