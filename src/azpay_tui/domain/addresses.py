"""Where a parcel goes and who is billed: an address that a person changed here, and a billing address that comes late.

Amazon is told nothing of a changed address, and its payment protection covers only one from the buyer's own address
book (guide: post-purchase order modifications; customer agreement, B6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final, Literal

from azpay_tui.domain import states
from azpay_tui.domain.order import Address, Order

NAMES: Final = tuple(field.name for field in fields(Address))
"""Parts of an address by their names."""
LONGEST: Final = 120
"""Characters of one part."""
NOT_PROTECTED: Final = "NOT PROTECTED"
"""What an order is marked with whose parcel goes elsewhere."""
WARNING: Final = "not-protected"
WARNS: Final = (
    "Amazon's payment protection covers only an address that the buyer chose at Amazon: the order is marked "
    f"{NOT_PROTECTED}. Nothing is sent to Amazon; change it also where parcels are packed."
)
_COUNTRY: Final = re.compile("[A-Z]{2}")
_NOTHING: Final = Address()


class AddressError(ValueError):
    """An address that cannot be; the text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Moved:
    """That a person had the parcel sent elsewhere."""

    address: Address | None
    """Where; None: it was removed with the buyer's personal data."""
    at: datetime
    person: str


Standing = Literal["amazon", "provisional", "none"]
"""Whose a billing address is: Amazon's own; not there yet, so that the other stands in; never given."""
BILLING: Final[Mapping[Standing, str]] = {
    "amazon": "",
    "provisional": "provisional, as at Amazon: the real one comes after the authorization, to some sellers never",
    "none": "as at Amazon: it gave no billing address with this order",
}
"""What is said of each."""


@dataclass(frozen=True, slots=True)
class Billing:
    """Who is billed."""

    address: Address | None
    """Amazon's shipping address where no other is known; None: neither is."""
    standing: Standing


def billing(order: Order) -> Billing:
    """Return the billing address: Amazon's, else the shipping address as a stand-in, and what it is worth."""
    permission = order.permission
    if permission is None:
        return Billing(None, "provisional")
    if permission.billing is not None:
        return Billing(permission.billing, "amazon")
    authorized = any(charge.state not in (states.AUTHORIZATION_INITIATED, states.DECLINED) for charge in order.charges)
    return Billing(permission.shipping, "none" if authorized or permission.state == states.CLOSED else "provisional")


def ships_to(order: Order, moved: Moved | None) -> Address | None:
    """Return where the parcel goes: where a person had it sent, else the buyer's own address; None: not known."""
    if moved is not None:
        return moved.address
    return order.permission.shipping if order.permission else None


def parse(parts: Iterable[str]) -> dict[str, str]:
    """Read `NAME=VALUE` each; raises `AddressError` for what is no part of an address."""
    found: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        name, value = name.strip().lower(), " ".join(value.split())
        if not equals or name not in NAMES:
            raise AddressError(f"{part.strip()[:40]!r} is no part of an address: write NAME=VALUE, {', '.join(NAMES)}.")
        if name in found:
            raise AddressError(f"{name} is there twice: write it once.")
        if len(value) > LONGEST:
            raise AddressError(f"{name} has {len(value)} characters; at most {LONGEST} fit.")
        if name == "country":
            value = value.upper()
            if value and not _COUNTRY.fullmatch(value):
                raise AddressError("The country is a code of two letters, such as DE.")
        found[name] = value
    if not found:
        raise AddressError(f"Say what changes, such as line1=Main Street 5: {', '.join(NAMES)}.")
    return found


def changed(order: Order, moved: Moved | None, given: Mapping[str, str]) -> Address:
    """Return where the parcel goes with these parts put in, an empty one left out.

    Raises `AddressError` when nothing changes or nothing is left, and for an order whose buyer is forgotten.
    """
    if order.purged_at is not None:
        raise AddressError("The buyer's personal data was removed: no address is kept of this order any more.")
    present = ships_to(order, moved) or _NOTHING
    new = replace(present, **{name: value or None for name, value in given.items()})
    if new == present:
        raise AddressError("Nothing would change: it goes there already.")
    if not (new.line1 and new.city):
        raise AddressError("An address needs at least line1 and city: write line1=Main Street 5 and city=Berlin too.")
    return new


def lines(address: Address) -> tuple[str, ...]:
    """Return an address as it stands on a parcel; outside text."""
    town = " ".join(part for part in (address.postal_code, address.city, address.region) if part)
    parts = (address.name, address.line1, address.line2, address.line3, town, address.country, address.phone)
    return tuple(part for part in parts if part)
