"""Rows shaped for lists, timelines and the status line: what the cache hands to screens and to the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from azpay_tui.domain.claims import Claim
from azpay_tui.domain.lapses import Lapse
from azpay_tui.domain.money import Money
from azpay_tui.domain.switch import Switch

Side = Literal["shop", "amazon", "person", "us"]
"""Who says that an order exists: the shop, a report of Amazon, a person, or an action of ours that made an object."""

VIEWS: Final = ("attention", "to-capture", "unpaid", "refunds", "unknown", "all", "orphans", "diverged")
"""Built-in views in the order of their keys 1 to 8."""


FIRST_SYNC: Final = 50
"""Orders never read from which reading them is called a first sync; fewer are read before anybody wonders."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One order in a list."""

    id: str
    number: str | None
    status: str
    """Status word of `domain.status`."""
    amount: Money | None
    captured: Money | None
    refunded: Money | None
    """Refunds not declined, so those in flight count."""
    buyer: str | None
    created: datetime | None
    expires: datetime | None
    """When the order's next deadline ends something: the guarantee or the authorization."""
    refreshed_at: datetime | None
    ship: str
    """`SHIP` or `HOLD`."""
    attention: tuple[str, ...]
    cursor: str
    """Keyset cursor of this row in the page's order; opaque."""
    marks: tuple[str, ...] = ()
    """People's marks: `reviewed`, `later` (put off), `due` (a reminder's time has come), `note`, `unprotected`."""
    tags: tuple[str, ...] = ()
    """Short words; one that begins with @ names who takes care."""
    shop_status: str | None = None
    """The shop's own word for where the order stands."""
    claim: Claim | None = None
    """What that word means about the money."""
    differs: tuple[str, ...] = ()
    """Codes of `domain.disagreements`: where the shop and Amazon disagree."""
    lapses: tuple[Lapse, ...] = ()
    """What ends by itself and when, the soonest first."""


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, in the list's order."""

    rows: tuple[ListRow, ...]
    next: str | None
    """Cursor to go on after the last row; None at the end."""
    previous: str | None
    """Cursor to go on before the first row; None at the start."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened to an order."""

    at: datetime
    source: Literal["amazon", "us", "import", "policy"]
    what: str
    object_id: str | None
    amount: Money | None


Connection = Literal["STARTING", "ONLINE", "SLOW", "OFFLINE", "AUTH FAILED", "CLOCK OFF"]


@dataclass(frozen=True, slots=True)
class FirstSync:
    """How far reading many orders for the first time is."""

    total: int
    """Orders learnt of since all were read the last time."""
    left: int
    """Of these, orders that were not asked for yet."""
    waiting: tuple[tuple[str, int], ...]
    """Objects that were not asked for yet, by kind."""
    between: int = 0
    """Objects due again that are read in turns with them."""

    @property
    def reads(self) -> tuple[tuple[str, int], ...]:
        """What is read until it is over, by kind: what is due again is taken to be of the same kinds."""
        never = sum(count for _kind, count in self.waiting)
        return tuple((kind, count + count * self.between // never) for kind, count in self.waiting if count)

    @property
    def done(self) -> int:
        """Orders that were asked for."""
        return self.total - self.left


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """How well the cache is in step, for the status line and the sync page."""

    connection: Connection
    since: datetime | None
    """When the connection word last changed."""
    last_success: datetime | None
    """When Amazon last answered a read."""
    queue: int
    """Objects due now."""
    errors: int
    """Objects whose last read failed."""
    unknown: int
    """Intents of unknown outcome."""
    clock_offset: timedelta
    """Amazon's clock minus ours."""
    holder: bool
    """Whether this process holds the refresh lease."""
    message: str = ""
    """The last error, one sentence."""
    first: FirstSync | None = None
    """While `FIRST_SYNC` orders or more are read for the first time; None: no more than a few are."""
    shop_heard: bool = False
    """Whether a source of the shop's side named any order yet."""
    switch: Switch | None = None
    """How the switch of automatic steps stands; None while it was never turned."""


LineKind = Literal["item", "shipping", "discount", "tax"]
"""What a line of an order is about: an article, or what is paid, or not paid, for the order as a whole."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order as the shop has it: a label, never authority over anything."""

    name: str
    quantity: str
    """As the shop writes it, such as `2` or `0.5 kg`."""
    amount: Money | None
    """Of the whole line, tax in it; of a discount what is taken off."""
    sku: str | None
    """The shop's article number."""
    kind: LineKind = "item"
    unit: Money | None = None
    """Price of one piece, with tax or without."""
    tax: Money | None = None
    """Of the whole line."""


@dataclass(frozen=True, slots=True)
class TrackedOrder:
    """What a source says of one order; input of import and track."""

    order_id: str
    number: str | None = None
    amount: Money | None = None
    currency: str | None = None
    created: datetime | None = None
    buyer_name: str | None = None
    buyer_email: str | None = None
    charge_ids: tuple[str, ...] = ()
    refund_ids: tuple[str, ...] = ()
    complete: bool = False
    source: str = "track"
    """Name of the source: `import`, `track`, `us`, `reports` or that of a configured one."""
    shop_status: str | None = None
    """The shop's own word for where the order stands."""
    claim: Claim | None = None
    """What that word means about the money; None when nobody said."""
    lines: tuple[OrderLine, ...] = ()
    side: Side = "person"


@dataclass(frozen=True, slots=True)
class TrackResult:
    """What tracking a batch changed."""

    added: int
    """Orders not known before."""
    updated: int
    """Known orders that gained ids or facts."""
    unchanged: int
    changed_ids: tuple[str, ...] = ()
    """Orders added or updated."""
    deleted: tuple[str, ...] = ()
    """Orders that were left as they are because they had been deleted here; they count as unchanged."""


@dataclass(frozen=True, slots=True)
class Due:
    """An object that should be read now."""

    object_id: str
    order_id: str
    attempts: int
    """Failed reads in a row."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What reading one object from Amazon brought, to be stored."""

    object_id: str
    at: datetime
    """Corrected time of the read, UTC."""
    fact: object | None
    """A `Permission`, `Charge` or `Refund`; None when the read failed or found nothing."""
    missing: bool = False
    """Amazon answered 404."""
    error: str | None = None
    """Why the read failed, one sentence."""
    due: datetime | None = None
    """When to read it again by itself; None for never."""
    raw: str = ""
    """The body Amazon sent, as text; kept for `orders show --raw`."""
