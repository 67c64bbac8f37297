"""The tables of journal.db; times are fixed-width UTC text, money is minor units, currency and exponent."""

from typing import ClassVar

from sqlalchemy import Index, MetaData, text
from sqlmodel import Field, SQLModel

OPEN = "state IN ('intent', 'sent', 'unknown', 'attention')"
"""Condition of an intent that locks its order; the unique index is made of it."""


_NO_PRICES = "[]"


class JournalTable(SQLModel):
    """Base of the journal's tables, with a catalogue of their own."""

    metadata: ClassVar[MetaData] = MetaData()


class MetaRow(JournalTable, table=True):
    """One named fact about the journal itself: its identity, whose it is, the end of the audit chain."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True)
    value: str


class IntentRow(JournalTable, table=True):
    """A confirmed wish, complete enough to be sent again byte for byte, and where it stands."""

    __tablename__ = "intent"
    __table_args__ = (
        Index("intent_one_open_per_order", "merchant", "order_id", unique=True, sqlite_where=text(OPEN)),
        Index("intent_order", "order_id", "seq"),
        Index("intent_state", "state", "seq"),
        Index("intent_key_base", "key_base"),
    )

    seq: int = Field(primary_key=True)
    id: str = Field(unique=True)
    at: str
    person: str
    session: str
    """Session that owns it now."""
    api: str
    region: str
    environment: str
    merchant: str
    verb: str
    order_id: str
    target: str
    amount_minor: int | None
    amount_currency: str | None
    amount_exponent: int | None
    capture_now: bool
    pending_allowed: bool
    note: str
    method: str
    path: str
    body: bytes
    body_sha256: str
    key_base: str
    counter: int
    key: str
    seen: str
    """JSON list of pairs."""
    accepted_warnings: str
    """JSON list of names."""
    state: str
    reason: str | None
    attempts: int
    next_due: str | None
    result_id: str | None
    settled_by: str | None
    settled_at: str | None
    settled_note: str
    approver: str
    reconciled: bool


class AttemptRow(JournalTable, table=True):
    """One request put on the wire; without an end it was never answered here."""

    __tablename__ = "attempt"

    intent_id: str = Field(primary_key=True, foreign_key="intent.id")
    number: int = Field(primary_key=True)
    started_at: str
    ended_at: str | None = None
    outcome: str | None = None
    """State that the attempt gave its intent."""


class EvidenceRow(JournalTable, table=True):
    """What came back for one attempt; an attempt may gather more than one when a late answer arrives."""

    __tablename__ = "evidence"
    __table_args__ = (Index("evidence_intent", "intent_id"),)

    id: int | None = Field(default=None, primary_key=True)
    intent_id: str = Field(foreign_key="intent.id")
    attempt: int
    at: str
    kind: str
    message: str
    status: int | None
    reason_code: str | None
    request_id: str | None
    server_date: str | None
    received_at: str | None
    raw: bytes
    """The body as received, cut at `EVIDENCE_LIMIT`."""
    raw_length: int
    raw_sha256: str
    """Of the whole body, also when it was cut."""


class RoomRow(JournalTable, table=True):
    """Pages held for the outcome of an open intent: given back in the very transaction that records the outcome."""

    __tablename__ = "room"

    intent_id: str = Field(primary_key=True, foreign_key="intent.id")
    pad: bytes


class TrackedRow(JournalTable, table=True):
    """An order this shop knows of, with the labels its sources gave."""

    __tablename__ = "tracked"

    order_id: str = Field(primary_key=True)
    number: str | None
    amount_minor: int | None
    amount_currency: str | None
    amount_exponent: int | None
    created: str | None
    buyer_name: str | None
    buyer_email: str | None
    complete: bool
    """Whether a source that lists every charge named it."""
    source: str
    """Where it was first heard of."""
    added_at: str
    updated_at: str


class TrackedIdRow(JournalTable, table=True):
    """A charge or refund that belongs to a tracked order."""

    __tablename__ = "tracked_id"
    __table_args__ = (Index("tracked_id_order", "order_id"),)

    object_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="tracked.order_id")
    source: str
    added_at: str


class SightingRow(JournalTable, table=True):
    """That a source named an order, and what it said of it under one number."""

    __tablename__ = "sighting"
    __table_args__ = (
        Index("sighting_number", "source", "number", sqlite_where=text("side = 'shop' AND number <> ''")),
        Index("sighting_shop", "created", sqlite_where=text("side = 'shop'")),
    )

    order_id: str = Field(primary_key=True, foreign_key="tracked.order_id")
    source: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    """The shop's order number; empty when none was given."""
    side: str
    """`shop`, `amazon`, `person` or `us`."""
    status: str | None
    """The source's own word."""
    claim: str | None
    """What the word means about the money, see `domain.claims`."""
    lines: str
    """JSON list of `[name, quantity, minor, currency, exponent, sku]`."""
    created: str | None
    """When the order was made, as the source says."""
    labels: str
    """Digest of the labels it gave last, by which a repetition is known; empty when that is not known."""
    first_at: str
    changed_at: str
    """When the source last said something else than before."""
    prices: str = _NO_PRICES
    """JSON list, for each line `[kind, currency, exponent, unit, tax]`, the last two in minor units; empty: nothing
    more is known than the amounts."""


class MarkRow(JournalTable, table=True):
    """What people marked on an order and can mark otherwise; how it came about is in the audit chain."""

    __tablename__ = "mark"

    order_id: str = Field(primary_key=True)
    review_about: str | None
    """Attention codes that were seen, each with what it was about, separated by one space."""
    review_at: str | None
    review_by: str | None
    remind_until: str | None
    remind_about: str | None
    remind_at: str | None
    remind_by: str | None
    tags: str
    """Separated by one space."""


class NoteRow(JournalTable, table=True):
    """A line somebody wrote about an order; never changed, at most retracted."""

    __tablename__ = "note"
    __table_args__ = (Index("note_order", "order_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: str
    at: str
    person: str
    text: str
    retracted_at: str | None = None
    retracted_by: str | None = None


class AddressRow(JournalTable, table=True):
    """Where a parcel goes that a person had sent elsewhere; salt and fields are empty once the buyer is forgotten."""

    __tablename__ = "address"

    order_id: str = Field(primary_key=True)
    at: str
    person: str
    salt: str
    """Makes the seal in the audit chain one that nobody can guess an address from."""
    fields: str
    """JSON object: the parts of the address by their names."""


class SlipRow(JournalTable, table=True):
    """Which lines one capture took or one refund gave back; where it stands is where its intent stands."""

    __tablename__ = "slip"
    __table_args__ = (Index("slip_order", "order_id", "id"),)

    id: int = Field(primary_key=True)
    order_id: str
    intent_id: str | None = Field(default=None, foreign_key="intent.id", unique=True)
    """None: recorded of a refund that was made elsewhere, not sent."""
    verb: str
    charge: str
    """Empty where the intent makes the charge."""
    at: str
    person: str
    currency: str
    exponent: int
    lines: str
    """JSON list of `[key, name, quantity, amount, tax]`, the last two in minor units, as all amounts here."""
    shipping: int
    shipping_tax: int
    adjustment: int
    document: str
    carrier: str
    tracking: str
    """Empty also when it was purged."""
    restock: bool
    note: str
    salt: str = ""
    """As that of a parcel; empty without a number, of slips from before there were salts, and when it was purged."""


class DeliveryRow(JournalTable, table=True):
    """One attempt to tell Amazon of a parcel; its outcome is unknown until an answer says otherwise."""

    __tablename__ = "delivery"
    __table_args__ = (Index("delivery_order", "order_id", "id"), Index("delivery_tracking", "tracking"))

    id: int = Field(primary_key=True)
    order_id: str
    carrier: str
    tracking: str
    """Empty when it was purged, as are salt and sentence."""
    salt: str
    """Makes the seal in the audit chain one that nobody can guess a number from."""
    at: str
    person: str
    outcome: str
    why: str
    request_id: str
    ended_at: str | None


class PurgeRow(JournalTable, table=True):
    """That the personal data of an order's buyer was removed; whatever names the buyer again is not kept."""

    __tablename__ = "purge"
    __table_args__ = (Index("purge_unwiped", "order_id", sqlite_where=text("wiped = 0")),)

    order_id: str = Field(primary_key=True)
    at: str
    person: str
    wiped: bool
    """Whether it is gone from the cache, from back-ups and from free pages as well."""


class SaleRow(JournalTable, table=True):
    """That a person cancelled a sale, in whole or by lines; never changed, and never taken back."""

    __tablename__ = "sale"
    __table_args__ = (Index("sale_order", "order_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: str
    at: str
    person: str
    whole: bool
    refunds: str
    """`automatic` or `manual`."""
    goals: str
    """JSON list of `[charge, minor, currency, exponent]`: how much of it shall have gone back in all."""
    pieces: str
    """JSON list of `[[[key, pieces]], minor, currency, exponent, fingerprint]`, at most one.

    The three in the middle are the shipping, the last one, which older acts lack, is that of all lines.
    """


class DeletionRow(JournalTable, table=True):
    """That an order left the lists for good; whatever names it again does not bring it back."""

    __tablename__ = "deletion"

    order_id: str = Field(primary_key=True)
    at: str
    person: str


class AuditRow(JournalTable, table=True):
    """One link of the audit chain; rows are only ever added."""

    __tablename__ = "audit"

    seq: int = Field(primary_key=True)
    at: str
    person: str
    session: str
    kind: str
    """One of `chain.KINDS`."""
    order_id: str
    intent_id: str
    data: str
    """JSON of what happened; no personal data of buyers, because a chain cannot forget."""
    hash: str
    """SHA-256 in hexadecimal over the stored bytes of every other column and the hash before."""
