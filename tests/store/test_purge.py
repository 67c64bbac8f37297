"""Removing buyers' personal data from journal and cache: what goes, what stays, and that nothing brings it back."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW, ORDER, answer, charge, draft, open_at, permission, read, tracked
from tests.store.older import as_of

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.order import Address, Buyer
from azpay_tui.store.engine import make_engine, writing
from azpay_tui.store.journal.anchors import Known
from azpay_tui.store.journal.audit import AuditWriter, Witness
from azpay_tui.store.journal.purging import purge_backup
from azpay_tui.store.journal.verify import examine
from azpay_tui.store.opening import Stores
from azpay_tui.store.sqlite import JOURNAL_PRAGMAS, JOURNAL_SCHEMA, schema_of
from azpay_tui.store.times import to_text

NAME, EMAIL, STREET = "Jane Canary", "canary@example.com", "Canary Street 5"
RAW = json.dumps(
    {
        "chargePermissionId": ORDER,
        "buyer": {"name": NAME, "email": EMAIL},
        "shippingAddress": {"addressLine1": STREET},
        "statusDetails": {"state": "Closed", "reasons": [{"reasonCode": "MerchantClosed", "x": NAME}]},
        "limits": {"amountLimit": {"amount": "1.00", "currencyCode": "USD"}},
        "somethingNew": [STREET],
    }
)
KEPT = {
    "chargePermissionId": ORDER,
    "statusDetails": {"state": "Closed", "reasons": [{"reasonCode": "MerchantClosed"}]},
    "limits": {"amountLimit": {"amount": "1.00", "currencyCode": "USD"}},
}
CLOSED = permission(state="Closed", buyer=Buyer(NAME, EMAIL), shipping=Address(name=NAME, line1=STREET))
NAMED = tracked(number="1001", buyer_name=NAME, buyer_email=EMAIL, side="shop")


@pytest.fixture
def known(stores: Stores) -> Stores:
    """An ended order whose buyer stands wherever a buyer can stand."""
    stores.cache.reproject(stores.journal.track([NAMED], NOW).changed_ids, NOW)
    stores.cache.put([read(CLOSED, raw=RAW), read(charge(state="Canceled"), raw=RAW)], NOW)
    return stores


def close_it(stores: Stores) -> str:
    """Close the order by an intent whose evidence is the buyer's address; returns the intent."""
    intent = stores.journal.open_intent(draft(verb=Verb.CLOSE, note="asked by the warehouse")).id
    stores.journal.start_attempt(intent, NOW)
    came = replace(answer(raw=RAW.encode()), message=f"Closed for {NAME}")
    stores.journal.record(intent, 1, came, "succeeded", None, None, None, NOW)
    return intent


def purge(stores: Stores) -> None:
    assert stores.journal.purge([ORDER], NOW) == (ORDER,)
    stores.cache.purge([ORDER], NOW)


def told(stores: Stores) -> str:
    """Return everything that any table of both files says."""
    text = []
    for path in (stores.journal.file.path, stores.cache.file.path):
        with closing(sqlite3.connect(path)) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if not name.startswith("search"):
                    text += [repr(row) for row in connection.execute(f"SELECT * FROM {name}")]
    return "\n".join(text)


def audit_rows(stores: Stores) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(stores.journal.file.path)) as connection:
        return connection.execute("SELECT * FROM audit ORDER BY seq").fetchall()


def test_after_a_purge_no_table_names_the_buyer(known: Stores) -> None:
    close_it(known)
    assert told(known).count("Canary") > 5
    purge(known)
    assert "anary" not in told(known)
    found = known.reader.order(ORDER)
    assert found is not None
    assert found.purged_at == NOW
    assert (found.number, found.shop.complete) == ("1001", True)
    assert known.reader.page(query="canary").rows == ()
    assert [row.id for row in known.reader.page(query="1001").rows] == [ORDER]
    assert json.loads(known.reader.raw(ORDER)[ORDER]) == KEPT


def test_what_was_wished_sent_and_answered_stays(known: Stores) -> None:
    intent = close_it(known)
    (before,) = known.journal.evidence(intent)
    purge(known)
    (after,) = known.journal.evidence(intent)
    assert json.loads(after.raw) == KEPT
    assert (after.raw_sha256, after.raw_length) == (before.raw_sha256, before.raw_length)
    assert (after.status, after.request_id, after.kind) == (before.status, before.request_id, before.kind)
    found = known.journal.intent(intent)
    assert found is not None
    assert (found.state, found.draft.wish.note) == ("succeeded", "asked by the warehouse")
    assert known.journal.verify() is None


def test_the_audit_chain_tells_of_the_purge_and_never_held_what_was_personal(known: Stores) -> None:
    close_it(known)
    assert "anary" not in repr(audit_rows(known))
    assert "warehouse" not in repr(audit_rows(known))
    purge(known)
    assert audit_rows(known)[-1][4:6] == ("purge", ORDER)


def test_a_new_read_and_a_new_import_do_not_bring_it_back(known: Stores) -> None:
    purge(known)
    later = NOW + timedelta(days=1)
    known.cache.put([read(CLOSED, later, raw=RAW)], later)
    assert known.journal.track([NAMED], later).unchanged == 1
    known.journal.track([replace(NAMED, source="other", buyer_name=f"{NAME} II")], later)
    known.cache.reproject([ORDER], later)
    assert "anary" not in told(known)


def test_an_order_that_is_not_settled_is_left_alone(known: Stores) -> None:
    intent = known.journal.open_intent(draft()).id
    assert known.journal.purge([ORDER], NOW) == ()
    known.journal.start_attempt(intent, NOW)
    assert known.journal.purge([ORDER], NOW) == ()
    known.journal.record(intent, 1, answer(), "accepted", None, None, None, NOW)
    assert known.journal.purge([ORDER], NOW) == ()
    known.journal.move(intent, "succeeded", None, "read-back", NOW)
    assert known.journal.purge([ORDER], NOW) == (ORDER,)
    told_of = len(audit_rows(known))
    assert known.journal.purge([ORDER], NOW) == (ORDER,)
    assert len(audit_rows(known)) == told_of


def test_the_row_knows_since_when_nothing_is_due(known: Stores) -> None:
    def ended() -> int | None:
        with closing(sqlite3.connect(known.cache.file.path)) as connection:
            return connection.execute("SELECT ended_at FROM list_row").fetchone()[0]

    assert ended() == int((NOW - timedelta(days=1)).timestamp() * 1_000_000)
    intent = known.journal.open_intent(draft()).id
    known.cache.reproject([ORDER], NOW)
    assert ended() is None
    known.journal.move(intent, "abandoned", None, "person ops", NOW + timedelta(hours=1))
    known.cache.reproject([ORDER], NOW)
    assert ended() == int((NOW + timedelta(hours=1)).timestamp() * 1_000_000)
    purge(known)
    assert ended() is None


def test_a_journal_of_the_third_version_can_be_purged(known: Stores, data_dir: Path, tmp_path: Path) -> None:
    known.close()
    as_of(3, "journal", data_dir / "journal.db", tmp_path)
    as_of(3, "cache", data_dir / "cache.db", tmp_path)
    again = open_at(data_dir)
    assert schema_of(data_dir / "journal.db") == JOURNAL_SCHEMA
    found = again.reader.order(ORDER)
    assert found is not None
    assert (found.buyer_name, found.purged_at) == (NAME, None)
    purge(again)
    assert "anary" not in told(again)
    again.close()


def test_a_back_up_of_the_second_version_forgets_as_well(known: Stores, data_dir: Path, tmp_path: Path) -> None:
    close_it(known)
    known.close()
    as_of(2, "journal", data_dir / "journal.db", tmp_path)
    engine = make_engine(data_dir / "journal.db", JOURNAL_PRAGMAS, pooled=False)
    purged = [(ORDER, to_text(NOW), "ops")]
    with writing(engine) as connection:
        audit = AuditWriter(connection, Witness())
        assert purge_backup(connection, audit, purged)
        audit.close()
    with writing(engine) as connection:
        assert not purge_backup(connection, AuditWriter(connection, Witness()), purged), "once is enough"
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        assert not [line for line in connection.iterdump() if "Canary" in line]


def test_a_back_up_learns_only_of_what_it_does_not_know_to_be_purged(known: Stores) -> None:
    purge(known)
    other = ("S01-9999999-9999999", to_text(NOW), "ops")
    engine = make_engine(known.journal.file.path, JOURNAL_PRAGMAS, pooled=False)
    with writing(engine) as connection:
        assert purge_backup(connection, AuditWriter(connection, Witness()), [(ORDER, to_text(NOW), "ops"), other])
        assert connection.exec_driver_sql("SELECT order_id, wiped FROM purge ORDER BY 1").all() == [
            (ORDER, 0), (other[0], 1),
        ]  # fmt: skip


def faults_after(stores: Stores, *statements: str) -> list[str]:
    """Run statements that do not stay, and return what is not as the chain says then."""
    with closing(sqlite3.connect(stores.journal.file.path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for statement in statements:
            assert connection.execute(statement).rowcount == 1
        found = examine(connection.execute, Known()).disagreements
        connection.execute("ROLLBACK")
    return [f"{wrong.what}: {wrong.sentence}" for wrong in found]


@pytest.mark.parametrize("table", ["purge", "deletion"])
def test_who_removed_what_when_is_held_to_the_chain(known: Stores, table: str) -> None:
    assert known.journal.delete(ORDER, NOW)
    assert faults_after(known) == []
    what = f"the {table} of {ORDER}: "
    changed = [f"{what}when and by whom was changed afterwards"]
    assert faults_after(known, f"UPDATE {table} SET person = 'bob'") == changed
    assert faults_after(known, f"UPDATE {table} SET at = '2020-01-01T00:00:00.000000Z'") == changed
    assert faults_after(known, f"DELETE FROM {table}") == [f"{what}it is gone"]
    another = f"UPDATE {table} SET order_id = 'S01-9999999-9999999'"
    assert f"{what}it is gone" in faults_after(known, another)


@pytest.mark.parametrize(("at", "wiped"), [(NOW, 0), (NOW, 1), (NOW - timedelta(days=1), 0)])
def test_a_purge_that_nobody_did_is_named(known: Stores, at: datetime, wiped: int) -> None:
    """What is written in its name brings no letter and no label any more."""
    invented = f"INSERT INTO purge VALUES ('{ORDER}', '{to_text(at)}', 'bob', {wiped})"
    assert faults_after(known, invented) == [f"the purge of {ORDER}: no row of the chain tells of it"]


def test_a_back_up_that_forgot_is_whole_when_it_is_put_back(known: Stores) -> None:
    """Of an order that it did not know yet it has the purge alone, so that an import does not bring it back."""
    later, path = "S01-9999999-9999999", known.journal.file.path
    purged = [(ORDER, to_text(NOW), "ops"), (later, to_text(NOW + timedelta(days=1)), "ops")]
    engine = make_engine(path, JOURNAL_PRAGMAS, pooled=False)
    with writing(engine) as connection:
        audit = AuditWriter(connection, Witness())
        assert purge_backup(connection, audit, purged)
        audit.close()
    engine.dispose()
    assert faults_after(known) == []
    known.journal.track([tracked(later)], NOW + timedelta(days=2))
    assert faults_after(known) == []


def test_a_back_up_of_before_purges_were_kept_is_whole_when_it_is_put_back(
    known: Stores, data_dir: Path, tmp_path: Path
) -> None:
    known.close()
    as_of(2, "journal", data_dir / "journal.db", tmp_path)
    engine = make_engine(data_dir / "journal.db", JOURNAL_PRAGMAS, pooled=False)
    with writing(engine) as connection:
        audit = AuditWriter(connection, Witness())
        assert purge_backup(connection, audit, [(ORDER, to_text(NOW), "ops")])
        audit.close()
    engine.dispose()
    (data_dir / "cache.db").unlink()
    again = open_at(data_dir)
    assert faults_after(again) == []
    again.close()
