"""Another address for the parcel, and a billing address that comes late or never."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.orders import NOW, charge, order

from azpay_tui.domain.addresses import AddressError, Moved, billing, changed, lines, parse, ships_to
from azpay_tui.domain.order import Address, Charge, Order
from azpay_tui.domain.reconcile import Change, changes

HOME = Address("Jane Doe", "1 Main St", None, None, "Springfield", "IL", "62701", "US", "555-0100")
OFFICE = Address("Doe Inc", "2 Work Rd", city="Springfield", country="US")


def sold(*charges: Charge, shipping: Address | None = HOME, billed: Address | None = None) -> Order:
    made = order(*charges)
    assert made.permission is not None
    return replace(made, permission=replace(made.permission, shipping=shipping, billing=billed))


def test_the_shipping_address_stands_in_until_amazon_gives_the_billing_address() -> None:
    """S3.2, S3.12, S3.13."""
    before = billing(sold())
    assert (before.address, before.standing) == (HOME, "provisional")
    after = billing(sold(charge("Authorized"), billed=OFFICE))
    assert (after.address, after.standing) == (OFFICE, "amazon")


@pytest.mark.parametrize("state", ["Authorized", "CaptureInitiated", "Captured", "Canceled"])
def test_it_may_never_come(state: str) -> None:
    """S3.14."""
    found = billing(sold(charge(state)))
    assert (found.address, found.standing) == (HOME, "none")
    assert billing(sold(shipping=None)).address is None


@pytest.mark.parametrize("state", ["AuthorizationInitiated", "Declined"])
def test_an_authorization_that_is_not_confirmed_gives_none_yet(state: str) -> None:
    assert billing(sold(charge(state))).standing == "provisional"


def test_that_it_came_is_told_once_and_without_the_address() -> None:
    """S3.13: the change is logged."""
    before, after = sold(), sold(billed=OFFICE)
    assert changes(before, after) == [Change("billing address given", before.id, None)]
    assert changes(after, sold(billed=HOME)) == [Change("billing address", before.id, None)]
    assert changes(after, after) == []
    assert changes(after, sold()) == []


def test_parts_are_put_into_the_address_that_holds() -> None:
    """S4.11."""
    new = changed(sold(), None, parse(["line1 = 5  Elm St ", "name=", "country=ca"]))
    assert new == replace(HOME, name=None, line1="5 Elm St", country="CA")
    moved = Moved(new, NOW, "ops")
    assert ships_to(sold(), moved) == new
    assert changed(sold(), moved, parse(["city=Ottawa"])) == replace(new, city="Ottawa")
    assert lines(new) == ("5 Elm St", "62701 Springfield IL", "CA", "555-0100")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((), "Say what changes"),
        (("street=5",), "is no part of an address"),
        (("line1",), "is no part of an address"),
        (("city=A", "city=B"), "city is there twice"),
        (("country=Germany",), "two letters"),
        (("line1=" + "x" * 121,), "at most 120 fit"),
        (("city=Springfield",), "Nothing would change"),
        (("line1=",), "at least line1 and city"),
    ],
)
def test_what_is_no_address_is_refused(parts: tuple[str, ...], said: str) -> None:
    with pytest.raises(AddressError, match=said):
        changed(sold(), None, parse(parts))


def test_nothing_is_kept_of_a_buyer_who_is_forgotten() -> None:
    with pytest.raises(AddressError, match="was removed"):
        changed(replace(sold(), purged_at=NOW), None, parse(["city=Ottawa"]))
    assert ships_to(sold(), Moved(None, NOW, "ops")) is None
