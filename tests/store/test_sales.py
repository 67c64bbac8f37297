"""Sales cancelled here and orders deleted: kept in the journal, told by its chain, brought back by nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.forging import database, look
from tests.store.making import NOW, ORDER, charge, draft, fill, oid, open_at, permission, read, tracked

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Buyer
from azpay_tui.domain.sale import Cancelled, Goal, Pieces, together
from azpay_tui.domain.trail import sentence
from azpay_tui.store import sales
from azpay_tui.store.journal.audit import fingerprint
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.opening import Stores

GOAL = Goal(f"{ORDER}-C000001", Money(130_00, "USD"))
WHOLE = Cancelled(NOW, "ops", True, "manual", (GOAL,))
LAMPS = Cancelled(NOW, "ops", False, "automatic", (), (Pieces((("LAMP", 2),), Money(5_00, "USD")),))


@pytest.fixture
def known(stores: Stores) -> Stores:
    """Two orders, the first of them with a buyer."""
    fill(stores, 2)
    stores.cache.put([read(permission(ORDER, buyer=Buyer("Jane Canary", "canary@example.com")))], NOW)
    return stores


def cancel(stores: Stores, act: Cancelled = WHOLE, seen: Cancelled | None = None) -> bool:
    done = stores.journal.cancel_sale(ORDER, act, seen)
    stores.cache.reproject([ORDER], NOW)
    return done


def delete(stores: Stores) -> bool:
    done = stores.journal.delete(ORDER, NOW)
    stores.cache.reproject([ORDER], NOW)
    return done


def test_a_cancelled_sale_is_read_back_as_it_was_written(known: Stores) -> None:
    """S2.11: the order is cancelled and stays in the database."""
    assert cancel(known, LAMPS)
    assert cancel(known, WHOLE, LAMPS)
    found = known.reader.order(ORDER)
    assert found is not None
    assert found.cancelled == together([LAMPS, WHOLE])
    assert found.cancelled is not None
    assert (found.cancelled.whole, found.cancelled.pieces) == (True, LAMPS.pieces)
    row = known.reader.row(ORDER)
    assert row is not None
    assert (row.status, row.ship, row.attention) == ("CANCELED", "HOLD", ("cancel-open",))


def test_pieces_are_read_back_with_whether_money_was_taken_for_them(known: Stores) -> None:
    lamp = Pieces((("LAMP", 1),), None, True, "f00d")
    taken = replace(LAMPS, goals=(GOAL,), pieces=(lamp,))
    assert cancel(known, LAMPS)
    assert cancel(known, taken, LAMPS)
    found = known.reader.order(ORDER)
    assert found is not None
    assert found.cancelled is not None
    assert [(one.taken, one.among) for one in found.cancelled.pieces] == [(False, ""), (True, "f00d")]


@pytest.mark.parametrize(("shipping", "freight"), [("null, null, null", None), ('500, "USD", 2', Money(5_00, "USD"))])
def test_older_acts_do_not_say_among_which_lines_their_pieces_were(shipping: str, freight: Money | None) -> None:
    rows = [(ORDER, "2026-01-01T00:00:00Z", "ops", 0, "automatic", "[]", f'[[[["LAMP", 2]], {shipping}]]')]
    (piece,) = sales.read(rows)[ORDER].pieces
    assert (piece, piece.among) == (Pieces((("LAMP", 2),), freight), "")


def test_of_two_people_one_cancels_and_the_other_one_looks_again(known: Stores) -> None:
    assert cancel(known, LAMPS)
    assert not cancel(known, LAMPS)
    found = known.reader.order(ORDER)
    assert found is not None
    assert found.cancelled == LAMPS


def test_what_was_planned_before_another_act_is_not_written(known: Stores) -> None:
    none = (0, 0)
    known.journal.open_intent(draft(verb=Verb.CLOSE))
    assert not known.journal.cancel_sale(ORDER, LAMPS, None, none)
    assert not known.journal.cancel_sale(ORDER, LAMPS, None, (1, 1))
    assert known.journal.cancel_sale(ORDER, LAMPS, None, (1, 0))
    assert known.journal.verify() is None


def test_the_chain_tells_who_cancelled_what_and_never_what_the_shop_calls_it(known: Stores, data_dir: Path) -> None:
    cancel(known, LAMPS)
    cancel(known, replace(WHOLE, goals=()), LAMPS)
    delete(known)
    trail = JournalReader(data_dir).trail(order_id=ORDER)
    pieces = [row.data["pieces_sha256"] for row in trail if row.kind == "sale"]
    assert pieces == [fingerprint(sales.pieces_text(LAMPS)), None]
    assert [sentence(row) for row in trail][-4:] == [
        "cancelled lines of the sale, refunds automatic",
        "cancelled the sale, refunds manual",
        "personal data of the buyer removed",
        "deleted the order from the lists; its amounts and ids stay here",
    ]
    with closing(sqlite3.connect(known.journal.file.path)) as connection:
        assert "LAMP" not in repr(connection.execute("SELECT * FROM audit").fetchall())
    assert known.journal.verify() is None
    assert look(known.journal.file.path).faults() == ()


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        ("UPDATE sale SET goals = '[]'", "cancelled sale 1 of {} is not as the audit chain says: it was changed"),
        ("UPDATE sale SET refunds = 'automatic'", "cancelled sale 1 of {} is not as"),
        ("DELETE FROM sale", "cancelled sale 1 of {} is not as the audit chain says: it is gone"),
        ("INSERT INTO sale SELECT 9, order_id, at, person, whole, refunds, goals, pieces FROM sale", "no row of the"),
        ("DELETE FROM deletion", "the deletion of {} is not as the audit chain says: it is gone"),
        ("INSERT INTO deletion VALUES ('S01-0000000-0000009', '', '')", "the deletion of S01-0000000-0000009"),
    ],
)
def test_every_forgery_is_named(known: Stores, edit: str, named: str) -> None:
    cancel(known)
    delete(known)
    known.close()
    with database(known.journal.file.path) as connection:
        connection.execute(edit)
    faults = " ".join(look(known.journal.file.path).faults())
    assert named.format(ORDER) in faults


def test_a_deleted_order_is_nowhere_but_in_the_journal(known: Stores, data_dir: Path) -> None:
    """S2.12: it vanishes as if it had never been; nothing of the buyer is left, amounts and ids are."""
    made = known.journal.open_intent(draft(verb=Verb.CLOSE)).id
    assert not known.journal.delete(ORDER, NOW), "not while an action is not settled"
    known.journal.move(made, "succeeded", None, "read-back", NOW)
    before = known.reader.revision()
    assert delete(known)
    assert delete(known), "once is as good as twice"
    assert known.reader.order(ORDER) is None
    assert known.reader.resolve(ORDER) == known.reader.resolve("1000") == ()
    assert [row.id for row in known.reader.page().rows] == [oid(2)]
    assert known.reader.page(query="canary").rows == ()
    assert known.reader.counts()["all"] == 1
    assert known.reader.revision() > before
    with closing(sqlite3.connect(known.cache.file.path)) as connection:
        assert connection.execute("SELECT DISTINCT order_id FROM object").fetchall() == [(oid(2),)]
    assert [intent.id for intent in known.journal.intents(order_id=ORDER)] == [made]


def test_nothing_brings_a_deleted_order_back(known: Stores, data_dir: Path) -> None:
    """S2.12: neither the next import, nor a late read, nor a cache made anew."""
    delete(known)
    later = NOW + timedelta(days=1)
    done = known.journal.track([tracked(number="1000"), tracked(oid(3))], later)
    assert (done.added, done.updated, done.unchanged, done.deleted) == (1, 0, 1, (ORDER,))
    known.cache.reproject([ORDER, oid(3)], later)
    known.cache.put([read(permission(), later), read(charge(), later)], later)
    assert sorted(row.id for row in known.reader.page().rows) == [oid(2), oid(3)]
    assert known.reader.counts()["all"] == 2
    known.close()
    for file in data_dir.glob("cache.db*"):
        file.unlink()
    again = open_at(data_dir, now=later)
    assert sorted(row.id for row in again.reader.page().rows) == [oid(2), oid(3)]
    again.close()
