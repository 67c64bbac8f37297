"""Slips in the journal: written with their intent or not at all, read back as they were, purged and vouched for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.forging import database, look
from tests.store.making import NOW, ORDER, answer, draft, open_at, tracked
from tests.store.older import as_of
from tests.support.goods import recorded, slip

from azpay_tui.domain.goods import Slip
from azpay_tui.domain.intent import IntentDraft, Verb
from azpay_tui.domain.slips import ELSEWHERE
from azpay_tui.domain.trail import sentence
from azpay_tui.store.errors import JournalUnavailable, SlipsChanged
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.opening import Stores
from azpay_tui.store.slips import load

SHIPPED = slip("TEA=2", "CUP=1", shipping="half", document="INV-1", tracking="UPS:1ZCANARY")


def with_slip(made: Slip = SHIPPED, *, seen: int = 0, verb: Verb = Verb.CAPTURE, **more: object) -> IntentDraft:
    drafted = draft(verb=verb, **more)  # type: ignore[arg-type]
    return replace(drafted, wish=replace(drafted.wish, slip=made), slips_seen=seen)


def test_a_slip_is_read_back_as_it_was_with_what_became_of_its_intent(stores: Stores) -> None:
    """S3.4: the slip is linked to its capture; S3.54: one of a refund made elsewhere says that it was not sent."""
    intent = stores.journal.open_intent(with_slip())
    (found,) = stores.reader.slips(ORDER)
    assert (found.slip, found.intent, found.state) == (SHIPPED, intent.id, "intent")
    assert (found.verb, found.charge, found.refund, found.person, found.at) == (
        Verb.CAPTURE, f"{ORDER}-C000001", None, "ops", NOW,
    )  # fmt: skip
    stores.journal.start_attempt(intent.id, NOW)
    stores.journal.record(intent.id, 1, answer(), "succeeded", None, f"{ORDER}-C000001", None, NOW)
    back = slip("TEA=1", restock=True)
    assert stores.journal.record_slip(recorded(ORDER, back, "by bank transfer"), NOW, 1) == 2
    newest, oldest = stores.reader.slips(ORDER)
    assert (oldest.state, oldest.became, oldest.counts) == ("succeeded", "succeeded", True)
    assert (newest.slip, newest.note, newest.intent, newest.state) == (back, "by bank transfer", "", None)
    assert (newest.became, newest.counts) == (ELSEWHERE, True)
    assert stores.reader.slips() == stores.journal.slips(ORDER) == (newest, oldest)
    assert stores.reader.slips(limit=1) == (newest,)
    assert stores.reader.slips("S01-0000009-0000009") == ()


def test_an_authorization_that_takes_the_money_names_its_charge_once_amazon_did(stores: Stores) -> None:
    """S3.45: a capture that comes with the authorization has a slip as well."""
    intent = stores.journal.open_intent(with_slip(verb=Verb.AUTHORIZE))
    (found,) = stores.reader.slips(ORDER)
    assert (found.verb, found.charge) == (Verb.CAPTURE, "")
    stores.journal.start_attempt(intent.id, NOW)
    stores.journal.record(intent.id, 1, answer(), "succeeded", None, f"{ORDER}-C000007", None, NOW)
    assert [one.charge for one in stores.reader.slips(ORDER)] == [f"{ORDER}-C000007"]


def test_an_intent_whose_slip_cannot_be_written_is_not_there_either(stores: Stores) -> None:
    stores.journal.record_slip(recorded(ORDER, slip("TEA=1")), NOW, 0)
    with pytest.raises(SlipsChanged, match=r"^Another slip of S01-1234567-0000001 was written meanwhile"):
        stores.journal.open_intent(with_slip())
    with database(stores.journal.file.path) as connection:
        connection.execute("CREATE TRIGGER t BEFORE INSERT ON slip BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(JournalUnavailable):
        stores.journal.open_intent(with_slip(seen=1))
    assert stores.journal.intents() == ()
    assert len(stores.reader.slips(ORDER)) == 1
    assert stores.journal.verify() is None


def test_a_purge_takes_the_tracking_number_and_nothing_else(stores: Stores) -> None:
    """With a tracking number the carrier says who the buyer is."""
    path = stores.journal.file.path
    stores.journal.track([tracked()], NOW)
    intent = stores.journal.open_intent(with_slip())
    stores.journal.move(intent.id, "abandoned", None, "read-back", NOW)
    assert stores.journal.purge([ORDER], NOW) == (ORDER,)
    (found,) = stores.reader.slips(ORDER)
    assert found.slip == replace(SHIPPED, tracking="")
    stores.journal.open_intent(with_slip(seen=1, base="again"))
    assert {one.slip.tracking for one in stores.reader.slips(ORDER)} == {""}
    stores.close()
    assert b"1ZCANARY" not in path.read_bytes()
    assert look(path).whole
    with database(path) as connection:
        connection.execute("UPDATE slip SET tracking = 'another' WHERE id = 1")
    assert [wrong.what for wrong in look(path).disagreements] == [f"slip 1 of {ORDER}"]


def test_the_trail_tells_of_a_slip_without_what_people_typed(stores: Stores) -> None:
    stores.journal.open_intent(with_slip())
    stores.journal.record_slip(recorded(ORDER, slip("TEA=1", document="SECRET-9", restock=True), "SECRET"), NOW, 1)
    rows = [row for row in JournalReader(stores.journal.file.path.parent).trail() if row.kind == "slip"]
    assert [sentence(row) for row in rows] == [
        "wrote slip 1 of I-000001: capture 16.65 USD, 3 pieces",
        "wrote slip 2, recorded of what was done elsewhere: refund 3.34 USD, 1 piece, back to the stock",
    ]
    assert "SECRET" not in repr(rows)
    assert "INV-1" not in repr(rows)


def test_a_journal_of_before_there_were_slips_has_none(data_dir: Path, tmp_path: Path) -> None:
    stores = open_at(data_dir)
    stores.close()
    as_of(6, "journal", data_dir / "journal.db", tmp_path)
    with database(data_dir / "journal.db") as connection:
        assert load(connection.execute) == ()


def test_a_slip_that_somebody_edited_into_nonsense_is_told(stores: Stores) -> None:
    stores.journal.record_slip(recorded(ORDER, slip("TEA=1")), NOW, 0)
    with database(stores.journal.file.path) as connection:
        connection.execute("UPDATE slip SET lines = '[1]'")
    with pytest.raises(JournalUnavailable, match=f"^The journal is damaged: what it holds of {ORDER} cannot be read"):
        stores.reader.slips(ORDER)
