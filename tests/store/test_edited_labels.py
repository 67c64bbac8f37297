"""What is known of an order beside its actions, edited past azpay: one sentence names it, and nothing breaks off."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.making import NOW, draft, fill, read, refund

from azpay_tui.domain.marks import MarkEdit, Standing
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import OrderLine
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.opening import Stores

EDITS = (
    "UPDATE tracked SET added_at = 'x'",
    "UPDATE tracked SET created = '9999-99-99'",
    "UPDATE tracked SET amount_minor = 1, amount_currency = 'EUR', amount_exponent = 1000000000",
    "UPDATE intent SET amount_exponent = 1000000000",
    "UPDATE intent SET at = 'x'",
    "UPDATE mark SET remind_until = 'x', remind_at = 'x'",
    "UPDATE sighting SET lines = 'no json'",
    "UPDATE sighting SET lines = '[[1, 2]]'",
    "UPDATE sighting SET lines = printf('%.*c', 100000, '[')",
    "UPDATE sighting SET prices = 'no json'",
    "UPDATE sighting SET prices = '[[1, 2]]'",
    "UPDATE sighting SET prices = '[]]'",
)


@pytest.fixture
def order_id(stores: Stores) -> str:
    """Return an order with everything that can be known of one."""
    found = fill(stores, 2)[0]
    line = OrderLine("Vase", 1, Money(1_00, "EUR"), "V1")
    stores.journal.track([TrackedOrder(found, source="shop", side="shop", number="7", lines=(line,))], NOW)
    stores.journal.mark([MarkEdit(found, Standing(), Standing(tags=("vip",)))], NOW)
    stores.journal.open_intent(draft(order=found))
    return found


@pytest.mark.parametrize("edit", EDITS)
def test_an_order_that_cannot_be_read_any_more_is_named(
    stores: Stores, data_dir: Path, order_id: str, edit: str
) -> None:
    with closing(sqlite3.connect(data_dir / "journal.db", isolation_level=None)) as journal:
        assert journal.execute(edit).rowcount
    with pytest.raises(JournalUnavailable, match=f"what it holds of {order_id} cannot be read"):
        stores.reader.order(order_id)
    with pytest.raises(JournalUnavailable, match="cannot be read"):
        stores.cache.put([read(refund(order_id))], NOW)


@pytest.mark.parametrize(("page", "edit"), [("marks", EDITS[5]), ("timeline", EDITS[4])])
def test_a_part_of_it_that_cannot_be_read_is_named(
    stores: Stores, data_dir: Path, order_id: str, page: str, edit: str
) -> None:
    with closing(sqlite3.connect(data_dir / "journal.db", isolation_level=None)) as journal:
        journal.execute(edit)
    with pytest.raises(JournalUnavailable, match=f"what it holds of {order_id} cannot be read"):
        getattr(stores.reader, page)(order_id)
