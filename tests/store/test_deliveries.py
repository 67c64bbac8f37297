"""Parcels in the journal: unknown before they leave, what the answer made of them, vouched for, and purged."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.forging import chain_again, database, look
from tests.store.guessing import confirms
from tests.store.making import NOW, ORDER, answer, oid, open_at, tracked
from tests.store.older import as_of

from azpay_tui.domain.deliveries import Delivery, Parcel
from azpay_tui.domain.trail import sentence
from azpay_tui.store.deliveries import of_order
from azpay_tui.store.errors import DeliveryConflict, JournalUnavailable
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.opening import Stores

PARCEL = Parcel(ORDER, "UPS", "1ZCANARY")
LATER = NOW + timedelta(seconds=3)


def begun(stores: Stores, seen: int = 0, parcel: Parcel = PARCEL) -> Delivery:
    return stores.deliveries.begin(parcel, seen, NOW)


def test_before_it_leaves_it_is_on_disk_as_not_known(data_dir: Path) -> None:
    stores = open_at(data_dir)
    made = begun(stores)
    assert made == Delivery(1, PARCEL, NOW, "ops", "unknown")
    stores.close()
    again = open_at(data_dir)
    assert again.reader.deliveries(ORDER) == again.deliveries.with_number("1ZCANARY") == (made,)
    assert again.reader.deliveries(oid(2)) == again.deliveries.with_number("1Z") == ()
    again.close()


def test_the_answer_makes_of_it_what_it_is_read_back_as(stores: Stores) -> None:
    first = stores.deliveries.end(begun(stores), answer(400), "refused", "Amazon refused it.", LATER)
    second = stores.deliveries.end(begun(stores, 1), answer(), "sent", "Amazon answered 200.", LATER)
    assert first == Delivery(1, PARCEL, NOW, "ops", "refused", "Amazon refused it.", "R-1", LATER)
    assert second == Delivery(2, PARCEL, NOW, "ops", "sent", "Amazon answered 200.", "R-1", LATER)
    assert stores.reader.deliveries(ORDER) == stores.deliveries.with_number("1ZCANARY") == (second, first)
    assert look(stores.journal.file.path).whole


def test_the_chain_says_which_process_sent_it_and_that_nothing_was_known_yet(stores: Stores) -> None:
    begun(stores)
    assert stores.session is not None
    with database(stores.journal.file.path) as connection:
        session, data = connection.execute("SELECT session, data FROM audit WHERE kind = 'delivery'").fetchone()
    told = json.loads(data)
    assert (told["carrier"], told["outcome"], session) == ("UPS", "unknown", stores.session.id)


@pytest.mark.parametrize("column", ["salt", "tracking"])
def test_a_number_or_salt_that_is_no_text_is_told_too(stores: Stores, column: str) -> None:
    begun(stores)
    with database(stores.journal.file.path) as connection:
        connection.execute(f"UPDATE delivery SET {column} = CAST(x'ff' AS TEXT)")
    (fault,) = look(stores.journal.file.path).faults()
    assert "delivery 1 of" in fault


def test_two_who_saw_the_same_do_not_both_send(stores: Stores) -> None:
    begun(stores, parcel=Parcel(oid(2), "DHL", "1ZCANARY"))
    with pytest.raises(DeliveryConflict, match=r"^Somebody else sent 1ZCANARY meanwhile: look at the order"):
        begun(stores)
    begun(stores, parcel=replace(PARCEL, tracking="1ZOTHER"))
    assert len(stores.reader.deliveries(ORDER)) == 1


def test_a_purge_takes_the_number_and_what_could_tell_it(stores: Stores) -> None:
    """With a tracking number the carrier says who the buyer is; of a short number a hash alone would tell it."""
    path = stores.journal.file.path
    stores.journal.track([tracked()], NOW)
    stores.deliveries.end(begun(stores), answer(400), "refused", "The value 1ZCANARY is invalid.", LATER)
    late = begun(stores, 1)
    with database(path) as connection:
        (salt,) = connection.execute("SELECT salt FROM delivery WHERE id = 1").fetchone()
    assert stores.journal.purge([ORDER], NOW) == (ORDER,)
    stores.deliveries.end(late, answer(400), "refused", "The value 1ZCANARY is invalid.", LATER)
    found = stores.reader.deliveries(ORDER)
    assert [(one.parcel.tracking, one.why, one.outcome) for one in found] == [("", "", "refused")] * 2
    with pytest.raises(DeliveryConflict, match=r"^The personal data of the buyer of"):
        begun(stores)
    stores.close()
    for trace in ("1ZCANARY", salt):
        assert trace.encode() not in path.read_bytes()
    assert look(path).whole
    with database(path) as connection:
        connection.execute("UPDATE delivery SET tracking = 'another' WHERE id = 1")
    assert [wrong.what for wrong in look(path).disagreements] == [f"delivery 1 of {ORDER}"]


@pytest.mark.parametrize("ended", [True, False])
def test_what_came_of_it_is_held_to_what_was_told(stores: Stores, ended: bool) -> None:
    path, made = stores.journal.file.path, begun(stores)
    if ended:
        stores.deliveries.end(made, answer(400), "refused", "Amazon refused it.", LATER)
    assert look(path).whole
    with database(path) as connection:
        connection.execute("UPDATE delivery SET why = 'Amazon took it.'")
    assert [(wrong.what, wrong.sentence) for wrong in look(path).disagreements] == [
        (f"delivery 1 of {ORDER}", "what came of it was changed")
    ]


def test_nothing_comes_back_to_what_was_purged_of_it(stores: Stores) -> None:
    path = stores.journal.file.path
    stores.journal.track([tracked()], NOW)
    stores.deliveries.end(begun(stores), answer(400), "refused", "1ZCANARY is invalid.", LATER)
    assert confirms(path, "1ZCANARY is invalid.")
    stores.journal.purge([ORDER], NOW)
    assert not confirms(path, "1ZCANARY is invalid.")
    with database(path) as connection:
        connection.execute("UPDATE delivery SET why = 'Amazon took it.'")
    assert [wrong.what for wrong in look(path).disagreements] == [f"delivery 1 of {ORDER}"]


def test_one_of_before_that_was_told_is_held_to_the_rest(stores: Stores) -> None:
    path = stores.journal.file.path
    stores.deliveries.end(begun(stores), answer(400), "refused", "Amazon refused it.", LATER)
    with database(path) as connection:
        connection.execute("UPDATE audit SET data = json_remove(data, '$.why_seal')")
        chain_again(connection)
        assert look(path).whole
        connection.execute("UPDATE delivery SET outcome = 'sent'")
    assert [wrong.what for wrong in look(path).disagreements] == [f"delivery 1 of {ORDER}"]


def test_an_edit_before_the_answer_came_is_seen_although_the_answer_covers_it(stores: Stores) -> None:
    made = begun(stores)
    with database(stores.journal.file.path) as connection:
        connection.execute("UPDATE delivery SET person = 'nobody'")
    stores.deliveries.end(made, answer(), "sent", "Amazon answered 200.", LATER)
    (wrong,) = look(stores.journal.file.path).disagreements
    assert (wrong.what, wrong.sentence) == (f"delivery 1 of {ORDER}", "it was changed before row 2 told of it again")


def test_the_trail_tells_who_told_amazon_and_not_the_number(stores: Stores) -> None:
    stores.deliveries.end(begun(stores), answer(), "sent", "Amazon answered 200.", LATER)
    rows = [row for row in JournalReader(stores.journal.file.path.parent).trail() if row.kind == "delivery"]
    assert [(row.person, sentence(row)) for row in rows] == [
        ("ops", "delivery 1: telling Amazon of a parcel with UPS"),
        ("ops", "delivery 1 ended as sent: HTTP 200, request id R-1"),
    ]
    assert "CANARY" not in repr(rows)


def test_a_journal_of_before_there_were_parcels_has_none(data_dir: Path, tmp_path: Path) -> None:
    open_at(data_dir).close()
    as_of(10, "journal", data_dir / "journal.db", tmp_path)
    with database(data_dir / "journal.db") as connection:
        assert of_order(connection.execute, ORDER) == ()


def test_one_that_somebody_edited_into_nonsense_is_told(stores: Stores) -> None:
    begun(stores)
    with database(stores.journal.file.path) as connection:
        connection.execute("UPDATE delivery SET at = 'yesterday'")
    with pytest.raises(JournalUnavailable, match=f"^The journal is damaged: what it holds of {ORDER} cannot be read"):
        stores.reader.deliveries(ORDER)
