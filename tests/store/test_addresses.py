"""Where a parcel goes, as people changed it: kept only where that can be, and told in the audit chain."""

from __future__ import annotations

from tests.store.forging import look
from tests.store.making import NOW, oid, tracked

from azpay_tui.domain.order import Address
from azpay_tui.store.opening import Stores

ELSEWHERE = Address("Jane Doe", "1 Main St", city="Springfield")


def test_an_address_is_kept_and_taken_back(stores: Stores) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    assert stores.journal.readdress(oid(1), ELSEWHERE, NOW)
    assert stores.journal.readdress(oid(1), None, NOW)
    assert look(stores.data.journal).whole


def test_one_that_was_never_changed_cannot_be_taken_back(stores: Stores) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    assert not stores.journal.readdress(oid(1), None, NOW)


def test_nothing_is_kept_of_a_buyer_who_was_removed(stores: Stores) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    stores.journal.purge([oid(1)], NOW)
    assert not stores.journal.readdress(oid(1), ELSEWHERE, NOW)
    assert "Springfield" not in stores.data.journal.read_bytes().decode("latin-1")
