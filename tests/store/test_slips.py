"""Slips in the journal: written with their intent or not at all, read back as they were, purged and vouched for."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.forging import chain_again, database, look
from tests.store.guessing import confirms, sha256
from tests.store.making import NOW, ORDER, answer, draft, open_at, tracked
from tests.store.older import as_of
from tests.support.goods import recorded, slip

from azpay_tui.domain.goods import Slip
from azpay_tui.domain.intent import IntentDraft, Verb
from azpay_tui.domain.slips import ELSEWHERE
from azpay_tui.domain.trail import sentence
from azpay_tui.store.engine import make_engine, writing
from azpay_tui.store.errors import JournalUnavailable, SlipsChanged
from azpay_tui.store.journal.anchors import Known
from azpay_tui.store.journal.audit import AuditWriter, Witness
from azpay_tui.store.journal.purging import purge_backup
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.journal.verify import examine
from azpay_tui.store.opening import Stores
from azpay_tui.store.slips import load
from azpay_tui.store.sqlite import JOURNAL_PRAGMAS
from azpay_tui.store.times import to_text

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


def test_after_a_purge_nobody_can_confirm_a_guessed_tracking_number(stores: Stores) -> None:
    """The chain keeps its seal for ever, and the numbers of a carrier are few enough to try them all."""
    path = stores.journal.file.path
    stores.journal.track([tracked()], NOW)
    stores.journal.record_slip(recorded(ORDER, SHIPPED), NOW, 0)
    stores.journal.record_slip(recorded(ORDER, SHIPPED), NOW, 1)
    with database(path) as connection:
        salts = [salt for (salt,) in connection.execute("SELECT salt FROM slip")]
    assert len({*salts}) == 2, "who knows one parcel of a buyer knows no other"
    assert (confirms(path, "1ZCANARY"), confirms(path, "1ZANOTHER")) == (True, False)
    assert look(path).whole
    assert stores.journal.purge([ORDER], NOW) == (ORDER,)
    stores.close()
    assert not confirms(path, "1ZCANARY")
    assert not any(salt.encode() in path.read_bytes() for salt in salts)
    assert look(path).whole


def without_salts(connection: sqlite3.Connection) -> None:
    """Write slips and chain as they were written before there were salts."""
    for seq, data in connection.execute("SELECT seq, data FROM audit WHERE kind = 'slip'").fetchall():
        told = json.loads(data)
        told["tracking_sha256"] = sha256("1ZCANARY") if told.pop("tracking_seal") else None
        connection.execute("UPDATE audit SET data = ? WHERE seq = ?", (json.dumps(told), seq))
    connection.execute("UPDATE slip SET salt = ''")
    chain_again(connection)


def test_slips_of_before_there_were_salts_are_held_to_the_hash_that_the_chain_has(
    data_dir: Path, tmp_path: Path
) -> None:
    stores, path = open_at(data_dir), data_dir / "journal.db"
    stores.journal.track([tracked()], NOW)
    stores.journal.record_slip(recorded(ORDER, SHIPPED), NOW, 0)
    stores.journal.record_slip(recorded(ORDER, slip("TEA=1")), NOW, 1)
    stores.close()
    with database(path) as connection:
        without_salts(connection)
    as_of(11, "journal", path, tmp_path)
    assert look(path).whole, "a journal that may only be read has no salts"
    stores = open_at(data_dir)
    for edit in ("tracking = '1ZANOTHER'", "tracking = ''", "salt = 'x'"):
        with database(path) as connection:
            connection.execute("BEGIN")
            connection.execute(f"UPDATE slip SET {edit} WHERE id = 1")
            assert [wrong.what for wrong in examine(connection.execute, Known()).disagreements] == [
                f"slip 1 of {ORDER}"
            ]
            connection.execute("ROLLBACK")
    assert stores.journal.purge([ORDER], NOW) == (ORDER,)
    stores.close()
    assert b"1ZCANARY" not in path.read_bytes()
    assert look(path).whole


@pytest.mark.parametrize("edit", ["salt = CAST(x'ff' AS TEXT)", "tracking = CAST(x'ff' AS TEXT)", "salt = ''"])
def test_a_number_or_salt_that_is_no_text_is_told_too(stores: Stores, edit: str) -> None:
    stores.journal.track([tracked()], NOW)
    stores.journal.record_slip(recorded(ORDER, SHIPPED), NOW, 0)
    with database(stores.journal.file.path) as connection:
        connection.execute(f"UPDATE slip SET {edit}")
        assert [wrong.what for wrong in examine(connection.execute, Known()).disagreements] == [f"slip 1 of {ORDER}"]


@pytest.mark.parametrize("schema", [11, 12])
def test_a_back_up_with_slips_forgets_as_well(data_dir: Path, tmp_path: Path, schema: int) -> None:
    stores, path = open_at(data_dir), data_dir / "journal.db"
    stores.journal.track([tracked()], NOW)
    stores.journal.record_slip(recorded(ORDER, SHIPPED), NOW, 0)
    stores.close()
    as_of(schema, "journal", path, tmp_path)
    engine = make_engine(path, JOURNAL_PRAGMAS, pooled=False)
    with writing(engine) as connection:
        audit = AuditWriter(connection, Witness())
        assert purge_backup(connection, audit, [(ORDER, to_text(NOW), "ops")])
        audit.close()
    engine.dispose()
    assert not confirms(path, "1ZCANARY")
    assert look(path).whole


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
