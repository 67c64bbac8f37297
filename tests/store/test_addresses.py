"""Where a parcel goes, as people changed it: kept only where that can be, and told in the audit chain."""

from __future__ import annotations

from pathlib import Path

from tests.store.forging import look
from tests.store.making import NOW, oid, tracked

from azpay_tui.domain.order import Address
from azpay_tui.store.journal.read import JournalReader
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


def test_the_chain_says_which_parts_were_changed_and_never_where_it_goes(stores: Stores, data_dir: Path) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    stores.journal.readdress(oid(1), ELSEWHERE, NOW)
    told = JournalReader(data_dir).trail(order_id=oid(1))[-1]
    assert told.person == "ops"
    assert told.data["parts"] == ["name", "line1", "city"]
    assert "Springfield" not in repr(told.data)


def test_an_address_is_kept_as_people_write_it(stores: Stores) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    stores.journal.readdress(oid(1), Address("Zoë Müller", city="Köln"), NOW)
    assert "Müller" in stores.data.journal.read_bytes().decode("utf-8", "replace")


def test_a_purge_takes_an_address_that_was_changed(stores: Stores) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    stores.journal.readdress(oid(1), ELSEWHERE, NOW)
    stores.journal.purge([oid(1)], NOW)
    stores.close()
    assert "Springfield" not in stores.data.journal.read_bytes().decode("latin-1")
    assert look(stores.data.journal).whole
