"""The tables of cache.db; times are microseconds since 1970, money is minor units, currency and exponent."""

from typing import Any, ClassVar, get_type_hints

from pydantic import create_model
from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

from azpay_tui.store.cache.row import RowValues


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
    """Which journal the rows were made of, and by which rules: `JOURNAL/RULES`."""
    journal_seq: int
    """Last audit row of the journal whose orders are certainly in the cache."""
    shop_asked: bool = False
    """Whether the rows were made knowing of a source of the shop's side."""
    shop_since: int | None = None
    """Creation of the oldest order that such a source named, as the rows know it."""


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
    turn: int | None = None
    """While it was never asked for: its place among all of these, the lowest first."""


class FirstReadRow(CacheTable, table=True):
    """How many objects of a kind were never asked for; triggers keep it in step with `object.turn`."""

    __tablename__ = "first_read"

    kind: str = Field(primary_key=True)
    total: int
    """Of these, also those asked for since there were none the last time."""
    n: int


class _ListRow(CacheTable):
    __tablename__ = "list_row"


_COLUMNS: dict[str, Any] = {
    "rid": (int | None, Field(default=None, primary_key=True)),
    **{name: (kind, ...) for name, kind in get_type_hints(RowValues).items()},
    "revision": (int, ...),
}
ListRowRow = create_model("ListRowRow", __base__=_ListRow, __cls_kwargs__={"table": True}, **_COLUMNS)
"""One order as lists show, sort and find it; its columns are those of `RowValues`."""


class LapseRow(CacheTable, table=True):
    """One deadline of an order, as the column `lapses` of its row has it; a trigger takes it away with that row."""

    __tablename__ = "lapse"

    rid: int = Field(primary_key=True)
    """Which row of the list."""
    n: int = Field(primary_key=True)
    mark: str
    at: int
    minor: int | None
    currency: str | None
    exponent: int | None


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


class SourceRow(CacheTable, table=True):
    """How a configured source fares."""

    __tablename__ = "source"

    name: str = Field(primary_key=True)
    kind: str
    """`command`, `http` or `reports`."""
    side: str
    """Whose word it is: `shop` or `amazon`."""
    started_at: int | None
    """When the last run began; later than `ended_at` while one is under way."""
    ended_at: int | None
    covered_until: int | None
    """When the last good run began: everything up to then is known."""
    next_at: int | None
    """When it runs next by itself."""
    ok: bool | None
    """Whether the last run that ended was good; None before the first."""
    message: str
    """What the last run came to, one sentence."""
    lines: int
    orders: int
    ids: int
    bad: int
    """Lines of the last run that could not be read."""
    replaced: int
    """Bytes of the last run that were no text."""
    runs: int
    """Runs since the cache was made."""
    failures: int
    """Runs in a row that failed."""


class ReportRow(CacheTable, table=True):
    """A report asked of Amazon."""

    __tablename__ = "report"

    report_id: str = Field(primary_key=True)
    report_type: str
    start_at: int | None
    end_at: int | None
    state: str
    """Amazon's own word."""
    document_id: str | None
    asked_at: int
    harvested_at: int | None
    """When its orders were learnt; None while they were not."""
    message: str
