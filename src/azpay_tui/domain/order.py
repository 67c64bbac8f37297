"""An order as the console knows it: Amazon's permission, charges and refunds plus what the shop and the journal add."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from azpay_tui.domain.claims import Claim
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import OrderLine, Side
from azpay_tui.domain.sale import Cancelled

PERMISSION_ID: Final = re.compile(r"[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}", re.ASCII)
CHARGE_ID: Final = re.compile(PERMISSION_ID.pattern + r"-C[0-9]{6}", re.ASCII)
REFUND_ID: Final = re.compile(PERMISSION_ID.pattern + r"-R[0-9]{6}", re.ASCII)
ORDER_ID_LENGTH: Final = 19

ObjectKind = Literal["permission", "charge", "refund"]


def kind_of(object_id: str) -> ObjectKind | None:
    """Tell what an Amazon id names, or None when it is not one."""
    if PERMISSION_ID.fullmatch(object_id):
        return "permission"
    if CHARGE_ID.fullmatch(object_id):
        return "charge"
    return "refund" if REFUND_ID.fullmatch(object_id) else None


def order_id_of(object_id: str) -> str:
    """Return the order (permission) id of any Amazon id: its first 19 characters."""
    return object_id[:ORDER_ID_LENGTH]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a permission is in its state."""

    code: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as Amazon gives it; every part may be missing."""

    name: str | None = None
    line1: str | None = None
    line2: str | None = None
    line3: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought; Amazon forgets it 30 days after the permission was made."""

    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """A charge permission: the order at Amazon."""

    id: str
    state: str
    kind: str
    """`OneTime`, `Recurring`, `PaymentMethodOnFile` or a word this version does not know."""
    reasons: tuple[Reason, ...] = ()
    limit: Money | None = None
    """Total that may be captured."""
    balance: Money | None = None
    """What is left to capture."""
    created: datetime | None = None
    expires: datetime | None = None
    updated: datetime | None = None
    environment: str | None = None
    """`Sandbox` or `Live`, as Amazon says."""
    reference: str | None = None
    """The merchant's order number as Amazon keeps it."""
    buyer: Buyer | None = None
    shipping: Address | None = None
    billing: Address | None = None
    """To some sellers Amazon gives none, and to none before the buyer has paid."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One authorization and its single capture."""

    id: str
    state: str
    amount: Money
    """Authorized, or to be authorized."""
    reason: str | None = None
    description: str | None = None
    captured: Money | None = None
    refunded: Money | None = None
    """Refunded in total, as Amazon adds it up."""
    created: datetime | None = None
    expires: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money going back to the buyer for one captured charge."""

    id: str
    charge_id: str
    state: str
    amount: Money
    reason: str | None = None
    description: str | None = None
    created: datetime | None = None
    updated: datetime | None = None


Fact = Permission | Charge | Refund


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a source named the order, under one number."""

    source: str
    side: Side
    number: str | None = None
    status: str | None = None
    """The source's own word for where the order stands."""
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What a shop's export or a person told about the order; labels, never authority over Amazon's facts."""

    number: str | None = None
    amount: Money | None = None
    created: datetime | None = None
    buyer_name: str | None = None
    buyer_email: str | None = None
    complete: bool = False
    """Whether a source that lists every charge of the order named it (an empty list means there are none)."""
    status: str | None = None
    """The shop's own word for where the order stands; that of a configured source before that of an imported file."""
    claim: Claim | None = None
    """What that word means about the money."""
    lines: tuple[OrderLine, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    """Who named the order, the first one first."""
    shared: tuple[tuple[str, str], ...] = ()
    """Numbers that the same source gave to other orders as well, each with such an order's id; not all of many."""
    asked: bool = False
    """Whether any source of the shop's side ever named an order here, whichever."""
    since: datetime | None = None
    """When the oldest order was made that any source of the shop's side named; None when none of them says."""
    asked_at: datetime | None = None
    """Until when configured sources of the shop's side are known to have told everything; None when not known."""
    waits: bool = False
    """Whether something of the order was not read from Amazon again since the shop's word changed."""

    @property
    def named(self) -> bool:
        """Whether a source of the shop's side named this order."""
        return any(sighting.side == "shop" for sighting in self.sightings)


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """A confirmed wish whose outcome is not settled, or accepted and not final yet."""

    id: str
    verb: str
    target: str
    """Id of the object acted on."""
    state: str
    """`intent`, `sent`, `unknown`, `attention` (open) or `accepted` (asynchronous at Amazon)."""
    amount: Money | None
    at: datetime
    person: str
    result_id: str | None = None
    """Id of the charge or refund Amazon made for it, when known."""
    next_due: datetime | None = None
    """When its outcome is looked at again by itself, UTC; None when it never is."""

    @property
    def named(self) -> str:
        """The verb with its article, as a sentence begins."""
        return f"An {self.verb}" if self.verb[:1] in "aeiou" else f"A {self.verb}"


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A refund or an authorization of this journal that succeeded; the id of its object at Amazon is not known.

    A person said so, or Amazon's totals showed it once. Neither is the last word: totals lag, and Amazon may decline.
    """

    verb: str
    target: str
    """Id of the object acted on."""
    amount: Money
    at: datetime
    """When it was confirmed, UTC."""
    capture_now: bool = False
    """Whether an authorization took the money as well."""


@dataclass(frozen=True, slots=True)
class LocalDecline:
    """A synchronous decline, which leaves no charge at Amazon and is known from the journal alone."""

    at: datetime
    amount: Money | None
    reason: str


@dataclass(frozen=True, slots=True)
class Order:
    """Everything known of one order; an immutable snapshot from which status, offers and sums are derived."""

    id: str
    shop: ShopFacts = ShopFacts()
    permission: Permission | None = None
    """None until Amazon was read, or when Amazon answers 404."""
    charges: tuple[Charge, ...] = ()
    """Oldest first."""
    refunds: tuple[Refund, ...] = ()
    """Oldest first."""
    unread: frozenset[str] = frozenset()
    """Ids known here and never read from Amazon."""
    missing: frozenset[str] = frozenset()
    """Ids for which Amazon answers 404."""
    intents: tuple[OpenIntent, ...] = ()
    """Open and accepted intents, oldest first."""
    declines: tuple[LocalDecline, ...] = ()
    """Synchronous declines this journal knows, oldest first."""
    unnamed: tuple[Unnamed, ...] = ()
    """What succeeded without an id and is none of the objects known, oldest first."""
    canceled_here: bool = False
    """Whether this journal cancelled the order."""
    refreshed_at: datetime | None = None
    """The oldest read among the order's objects that count; None when never read."""
    purged_at: datetime | None = None
    """When the buyer's personal data was removed for good; None: it was not."""
    cancelled: Cancelled | None = None
    """That the sale was cancelled here, in whole or by lines; None: it was not."""
    untold: tuple[str, ...] = ()
    """Ids of messages about it that did not arrive and are not tried again by themselves, oldest first."""
    asked: datetime | None = None
    """When its payment method, or a try that left no charge, failed that somebody was last written to about, UTC."""

    @property
    def amount(self) -> Money | None:
        """The order's amount: the shop's when known, else the permission's limit."""
        if self.shop.amount is not None:
            return self.shop.amount
        return self.permission.limit if self.permission else None

    @property
    def number(self) -> str | None:
        """The shop's order number, else the reference Amazon keeps."""
        return self.shop.number or (self.permission.reference if self.permission else None)

    @property
    def created(self) -> datetime | None:
        """When the order was made: the permission's time, else the shop's."""
        return (self.permission.created if self.permission else None) or self.shop.created

    @property
    def buyer_name(self) -> str | None:
        """The buyer's name from Amazon while visible, else from the shop."""
        buyer = self.permission.buyer if self.permission else None
        return (buyer.name if buyer else None) or self.shop.buyer_name

    @property
    def buyer_email(self) -> str | None:
        """The buyer's e-mail from Amazon while visible, else from the shop."""
        buyer = self.permission.buyer if self.permission else None
        return (buyer.email if buyer else None) or self.shop.buyer_email

    def charge(self, charge_id: str) -> Charge | None:
        """Return the charge with that id."""
        return next((charge for charge in self.charges if charge.id == charge_id), None)

    def refunds_of(self, charge_id: str) -> tuple[Refund, ...]:
        """Return the refunds of one charge, oldest first."""
        return tuple(refund for refund in self.refunds if refund.charge_id == charge_id)
