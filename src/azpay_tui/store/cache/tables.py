"""The tables of cache.db; times are microseconds since 1970, money is minor units, currency and exponent."""

from typing import ClassVar

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel


class CacheTable(SQLModel):
    """Base of the cache's tables, with a catalogue of their own."""

    metadata: ClassVar[MetaData] = MetaData()


class StateRow(CacheTable, table=True):
    """The one row about the cache as a whole."""

    __tablename__ = "state"

    id: int = Field(primary_key=True)
    revision: int
    """Rises with every change of an order or of the connection."""
    connection: str
    since: int | None
    last_success: int | None
    message: str
    journal_id: str
    """Which journal the rows were made of."""
    journal_seq: int
    """Last audit row of the journal whose orders are certainly in the cache."""


class ObjectRow(CacheTable, table=True):
    """One object at Amazon: what was read last and when it is read next."""

    __tablename__ = "object"

    object_id: str = Field(primary_key=True)
    order_id: str = Field(index=True)
    kind: str
    fact: str | None
    """JSON of the domain fact; None while never read."""
    raw: str
    """The last body as text."""
    read_at: int | None
    """When it was last read with success (or 404)."""
    tried_at: int | None
    """When it was last asked for."""
    due_at: int | None
    """When it is read by itself; None: never."""
    lapse_at: int | None
    """The order's next deadline."""
    attempts: int
    """Failed reads in a row."""
    error: str
    missing: bool
    """Amazon answers 404."""


class ListRowRow(CacheTable, table=True):
    """One order as lists show, sort and find it."""

    __tablename__ = "list_row"

    rid: int | None = Field(default=None, primary_key=True)
    order_id: str = Field(unique=True)
    number: str | None
    status: str
    amount_minor: int | None
    amount_currency: str | None
    amount_exponent: int | None
    captured_minor: int | None
    captured_currency: str | None
    captured_exponent: int | None
    refunded_minor: int | None
    refunded_currency: str | None
    refunded_exponent: int | None
    buyer: str | None
    created: int | None
    expires: int | None
    refreshed_at: int | None
    ship: str
    attention: str
    """Codes separated by one space."""
    changes_at: int | None
    """When time alone changes the row."""
    search_text: str
    """Everything that is found, case-folded, one piece a line."""
    number_folded: str
    in_attention: bool
    in_to_capture: bool
    in_unpaid: bool
    in_refunds: bool
    in_unknown: bool
    k_newest: int
    k_expires: int
    k_currency: str
    k_amount: int
    k_number: str
    k_rank: int
    k_trouble: int
    marks: str
    """What lists show of people's marks, separated by one space."""
    tags: str
    revision: int


class ViewCountRow(CacheTable, table=True):
    """How many orders a view holds, kept in the same transaction as the rows."""

    __tablename__ = "view_count"

    view: str = Field(primary_key=True)
    n: int


class HappeningRow(CacheTable, table=True):
    """Something that Amazon's facts show to have happened."""

    __tablename__ = "happening"

    id: int | None = Field(default=None, primary_key=True)
    order_id: str
    at: int
    what: str
    object_id: str
    amount_minor: int | None
    amount_currency: str | None
    amount_exponent: int | None


class ClockSampleRow(CacheTable, table=True):
    """One measured difference between Amazon's clock and ours."""

    __tablename__ = "clock_sample"

    id: int | None = Field(default=None, primary_key=True)
    offset_us: int
