"""Every column of what sources and people say of orders, and the chain's word of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.store.exactly import minute, rows, sha, text
from tests.store.forging import database, look
from tests.store.making import answer, draft, oid

from azpay_tui.domain.marks import MarkEdit, Reminder, Review, Standing, Trouble
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import OrderLine, TrackedOrder, TrackResult
from azpay_tui.store.engine import make_engine, writing
from azpay_tui.store.journal.audit import AuditWriter, Witness
from azpay_tui.store.journal.purging import all_purged, purge_backup
from azpay_tui.store.opening import Stores
from azpay_tui.store.sqlite import JOURNAL_PRAGMAS

A, B, C = (oid(number) for number in (1, 2, 3))
WORD = TrackedOrder(
    A, "1001", Money(1500, "JPY", 0), None, minute(1), "Jane", "jane@example.com", (f"{A}-C000001",), (f"{A}-R000002",),
    False, "web", "new", "open", (OrderLine("Mug", "2", Money(2500, "EUR"), "MUG"), OrderLine("Tea", "1", None, None)),
    "shop",
)  # fmt: skip
LINES = '[["Mug","2",2500,"EUR",2,"MUG"],["Tea","1",null,null,null,null]]'
NO_LABELS = dict.fromkeys(
    ("number", "amount_minor", "amount_currency", "amount_exponent", "created", "buyer_name", "buyer_email")
)


def chain(path: Path, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return when, about which order and what the chain says in its rows of a kind."""
    found = [row for row in rows(path, "audit") if row["kind"] == kind]
    assert {row["person"] for row in found} == {"ops"}
    assert all(re.fullmatch("s-[0-9a-f]+", row["session"]) for row in found)
    return [(row["at"], row["order_id"], json.loads(row["data"])) for row in found]


def test_every_column_says_what_a_source_said(stores: Stores, made_dir: Path) -> None:
    journal = stores.journal
    assert journal.track([WORD, TrackedOrder(B)], minute(2)) == TrackResult(2, 0, 0, (A, B))
    more = TrackedOrder(A, "1001", charge_ids=(f"{A}-C000003",), complete=True, source="web", claim="paid", side="shop")
    assert journal.track([more, TrackedOrder(B)], minute(3)) == TrackResult(0, 1, 1, (A,))
    reported = TrackedOrder(B, "R", Money(1, "USD"), source="reports", side="amazon", buyer_name="Jo\udce9")
    assert journal.track([reported], minute(4)) == TrackResult(0, 1, 0, (B,))
    again = TrackedOrder(A, source="reports", side="amazon")
    assert journal.track([again], minute(5)) == TrackResult(0, 1, 0, (A,)), "and stays complete"
    stores.close()
    assert rows(made_dir, "tracked") == [
        {
            "order_id": A, "number": "1001", "amount_minor": 1500, "amount_currency": "JPY", "amount_exponent": 0,
            "created": text(1), "buyer_name": "Jane", "buyer_email": "jane@example.com", "complete": 1,
            "source": "web", "added_at": text(2), "updated_at": text(3),
        },
        {
            "order_id": B, **NO_LABELS, "number": "R", "amount_minor": 1, "amount_currency": "USD",
            "amount_exponent": 2, "buyer_name": "Jo?", "complete": 0, "source": "track", "added_at": text(2),
            "updated_at": text(4),
        },
    ]  # fmt: skip
    assert [tuple(row.values()) for row in rows(made_dir, "tracked_id")] == [
        (f"{A}-C000001", A, "web", text(2)),
        (f"{A}-R000002", A, "web", text(2)),
        (f"{A}-C000003", A, "web", text(3)),
    ]
    labels = [row.pop("labels") for row in rows(made_dir, "sighting")]
    assert len(set(labels)) == 3, "two said nothing but the id"
    assert all(re.fullmatch("[0-9a-f]{16}", label) for label in labels)
    assert [{**row, "labels": ""} for row in rows(made_dir, "sighting")] == [
        {
            "order_id": A, "source": "web", "number": "1001", "side": "shop", "status": None, "claim": "paid",
            "lines": LINES, "created": text(1), "labels": "", "prices": "[]", "first_at": text(2),
            "changed_at": text(3),
        },
        {
            "order_id": B, "source": "track", "number": "", "side": "person", "status": None, "claim": None,
            "lines": "[]", "created": None, "labels": "", "prices": "[]", "first_at": text(2), "changed_at": text(2),
        },
        {
            "order_id": B, "source": "reports", "number": "R", "side": "amazon", "status": None, "claim": None,
            "lines": "[]", "created": None, "labels": "", "prices": "[]", "first_at": text(4), "changed_at": text(4),
        },
        {
            "order_id": A, "source": "reports", "number": "", "side": "amazon", "status": None, "claim": None,
            "lines": "[]", "created": None, "labels": "", "prices": "[]", "first_at": text(5), "changed_at": text(5),
        },
    ]  # fmt: skip
    told = {"source": "web", "side": "shop", "complete": False, "claim": "open"}
    assert chain(made_dir, "track") == [
        (text(2), A, {**told, "ids": [f"{A}-C000001", f"{A}-R000002"]}),
        (text(2), B, {"source": "track", "side": "person", "ids": [], "complete": False, "claim": None}),
        (text(3), A, {**told, "ids": [f"{A}-C000003"], "complete": True, "claim": "paid"}),
        (text(4), B, {"source": "reports", "side": "amazon", "ids": [], "complete": False, "claim": None}),
        (text(5), A, {"source": "reports", "side": "amazon", "ids": [], "complete": True, "claim": None}),
    ]


def test_what_an_own_request_made_is_known_as_ours(stores: Stores, made_dir: Path) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.move(made.id, "succeeded", None, "read-back", minute(5), result_id=f"{A}-R000007")
    stores.close()
    [intent] = rows(made_dir, "intent")
    assert (intent["settled_note"], intent["result_id"]) == ("", f"{A}-R000007")
    assert rows(made_dir, "tracked") == [
        {"order_id": A, **NO_LABELS, "complete": 0, "source": "us", "added_at": text(5), "updated_at": text(5)}
    ]
    assert [tuple(row.values()) for row in rows(made_dir, "tracked_id")] == [(f"{A}-R000007", A, "us", text(5))]
    assert rows(made_dir, "sighting") == [
        {
            "order_id": A, "source": "us", "number": "", "side": "us", "status": None, "claim": None, "lines": "[]",
            "created": None, "labels": "", "prices": "[]", "first_at": text(5), "changed_at": text(5),
        }
    ]  # fmt: skip


@pytest.mark.parametrize("ids", [{"charge_ids": (B,)}, {"charge_ids": (A,)}, {"refund_ids": (f"{B}-R000001",)}])
def test_an_id_of_another_order_is_named(stores: Stores, ids: dict[str, Any]) -> None:
    [(wrong,)] = ids.values()
    with pytest.raises(ValueError, match=f"^{wrong} is not a charge or refund of {A}.$"):
        stores.journal.track([TrackedOrder(A, **ids)], minute(1))


def test_more_orders_than_are_asked_for_at_once_are_all_known_the_next_time(stores: Stores) -> None:
    many = [TrackedOrder(oid(number), str(number)) for number in range(1, 1202)]
    first = stores.journal.track(many, minute(1))
    assert (first.added, first.changed_ids) == (1201, tuple(order.order_id for order in many))
    assert stores.journal.track(many, minute(2)) == TrackResult(0, 0, 1201, ())


def test_every_column_says_what_people_marked(stores: Stores, made_dir: Path) -> None:
    review = Review(Trouble(("declined=1", "late")), minute(1), "ann")
    later = Standing(review, Reminder(minute(9), Trouble(("late",)), minute(2), "ben"), ("@ann", "vip"))
    journal = stores.journal
    edits = [MarkEdit(A, Standing(), Standing(review)), MarkEdit(B, Standing(), Standing())]
    assert journal.mark(edits, minute(3)) == {A: None, B: None}
    edits = [MarkEdit(A, Standing(review), later, "caf\udce9"), MarkEdit(B, Standing(), Standing(), "second")]
    assert journal.mark(edits, minute(4)) == {A: 1, B: 2}
    assert journal.mark([MarkEdit(A, later, Standing(review), retract=(1,))], minute(5), undo=True) == {A: None}
    edits = [MarkEdit(A, later, Standing()), MarkEdit(B, Standing(), Standing(), retract=(1,))]
    assert journal.mark(edits, minute(6)) == {}, "none is as it was seen"
    assert journal.mark([MarkEdit(B, Standing(), Standing(), "third")], minute(7)) == {B: 3}
    stores.close()
    assert rows(made_dir, "mark") == [
        {
            "order_id": A, "review_about": "declined=1 late", "review_at": text(1), "review_by": "ann",
            "remind_until": None, "remind_about": None, "remind_at": None, "remind_by": None, "tags": "",
        }
    ]  # fmt: skip
    assert [tuple(row.values()) for row in rows(made_dir, "note")] == [
        (1, A, text(4), "ops", "caf?", text(5), "ops"),
        (2, B, text(4), "ops", "second", None, None),
        (3, B, text(7), "ops", "third", None, None),
    ]
    reviewed = {"review_about": "declined=1 late", "review_at": text(1), "review_by": "ann"}
    reminded = {"remind_until": text(9), "remind_about": "late", "remind_at": text(2), "remind_by": "ben"}
    assert chain(made_dir, "mark") == [
        (text(3), A, reviewed),
        (text(3), B, {}),
        (text(4), A, {**reminded, "tags": 2, "note": 1, "note_sha256": sha("caf?")}),
        (text(4), B, {"note": 2, "note_sha256": sha("second")}),
        (text(5), A, {**dict.fromkeys(reminded), "tags": 0, "retracted": ["1"], "undo": True}),
        (text(7), B, {"note": 3, "note_sha256": sha("third")}),
    ]


def test_an_order_with_a_review_and_no_tag_is_as_the_chain_says(stores: Stores, made_dir: Path) -> None:
    review = Review(Trouble(("late",)), minute(1), "ann")
    stores.journal.mark([MarkEdit(A, Standing(), Standing(review))], minute(2))
    stores.close()
    assert look(made_dir / "journal.db").faults() == ()


def test_more_marks_than_are_asked_for_at_once_are_all_known_the_next_time(stores: Stores) -> None:
    ids = [oid(number) for number in range(1, 1202)]
    tagged = Standing(tags=("bulk",))
    assert stores.journal.mark([MarkEdit(i, Standing(), tagged, "all") for i in ids], minute(1)) == {
        order_id: number for number, order_id in enumerate(ids, 1)
    }
    back = [MarkEdit(order_id, tagged, Standing(), retract=(number,)) for number, order_id in enumerate(ids, 1)]
    assert [*stores.journal.mark(back, minute(2))] == ids


def test_every_column_says_what_was_removed(stores: Stores, made_dir: Path) -> None:
    raw = b'{"chargeId":"C","buyer":{"name":"Jane"},"statusDetails":{"state":"Captured"}}'
    kept = b'{"chargeId":"C","statusDetails":{"state":"Captured"}}'
    journal = stores.journal
    journal.track([WORD, replace(WORD, order_id=B, charge_ids=(), refund_ids=())], minute(1))
    made = journal.open_intent(draft())
    journal.start_attempt(made.id, minute(2))
    journal.record(made.id, 1, answer(200, raw), "succeeded", None, None, None, minute(3))
    journal.start_attempt(journal.open_intent(draft(C)).id, minute(2))
    other = journal.open_intent(draft(B))
    assert journal.purge([A, C, A, oid(4)], minute(4)) == (A, oid(4))
    assert journal.purge([A, B, C], minute(5)) == (A,)
    journal.move(other.id, "abandoned", None, "person ops", minute(6))
    assert journal.purge([B], minute(7)) == (B,)
    stores.close()
    assert [(row["order_id"], row["at"], row["person"], row["wiped"]) for row in rows(made_dir, "purge")] == [
        (A, text(4), "ops", 0),
        (oid(4), text(4), "ops", 0),
        (B, text(7), "ops", 0),
    ]
    assert {(row["number"], row["buyer_name"], row["buyer_email"]) for row in rows(made_dir, "tracked")} == {
        ("1001", None, None)
    }
    assert {row["labels"] for row in rows(made_dir, "sighting")} == {""}
    [evidence] = rows(made_dir, "evidence")
    assert (evidence["raw"], evidence["message"], evidence["raw_sha256"]) == (kept, "", sha(raw))
    [first, second, third] = chain(made_dir, "purge")
    assert (second, third) == ((text(4), oid(4), {}), (text(7), B, {}))
    [forgot] = first[2].pop("forgot")
    assert first == (text(4), A, {})
    assert re.fullmatch(f"1 [0-9a-f]{{64}} {sha(raw)} [0-9a-f]{{64}} {sha(kept)}", forgot)
    assert look(made_dir / "journal.db").faults() == ()
    with database(made_dir / "journal.db") as connection:
        assert (all_purged(connection), all_purged(connection, unwiped=True)) == ([A, B, oid(4)], [A, B, oid(4)])
        connection.execute(f"UPDATE purge SET wiped = 1 WHERE order_id = '{B}'")
        assert (all_purged(connection), all_purged(connection, unwiped=True)) == ([A, B, oid(4)], [A, oid(4)])


def test_an_answer_that_comes_after_a_purge_brings_nothing_back(stores: Stores, made_dir: Path) -> None:
    journal = stores.journal
    made = journal.open_intent(draft())
    journal.start_attempt(made.id, minute(1))
    journal.move(made.id, "refused", None, "person ops", minute(2))
    journal.purge([A], minute(3))
    late = replace(answer(200, b'{"chargeId":"C","buyer":"Jane"}'), message="for Jane")
    journal.record(made.id, 1, late, "succeeded", None, None, None, minute(4))
    assert journal.track([WORD], minute(5)).added == 1
    stores.close()
    [evidence] = rows(made_dir, "evidence")
    assert (evidence["raw"], evidence["message"], evidence["raw_length"]) == (b'{"chargeId":"C"}', "", 31)
    [tracked] = rows(made_dir, "tracked")
    assert (tracked["number"], tracked["buyer_name"], tracked["buyer_email"]) == ("1001", None, None)
    assert look(made_dir / "journal.db").faults() == ()


def test_of_an_answer_that_is_no_text_nothing_is_left(stores: Stores, made_dir: Path) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, minute(1))
    stores.journal.record(made.id, 1, answer(200, b'{"chargeId":"\xff"'), "refused", None, None, None, minute(2))
    assert stores.journal.purge([A], minute(3)) == (A,)
    stores.journal.record(made.id, 1, answer(200, b'{"chargeId":"\xff"'), "refused", None, None, None, minute(4))
    assert [row["raw"] for row in rows(made_dir, "evidence")] == [b"", b""]


def test_an_answer_that_is_no_text_is_shown_as_none(stores: Stores) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, minute(1))
    stores.journal.record(made.id, 1, answer(200, b'{"chargeId":"\xff"'), "refused", None, None, None, minute(2))
    found = stores.journal.dossier(made.id)
    assert found is not None
    assert [came.body for came in found.attempts[0].evidence] == [""]


def test_a_back_up_is_told_what_was_removed_since_it_was_made(stores: Stores, made_dir: Path) -> None:
    journal = stores.journal
    journal.track([WORD, replace(WORD, order_id=B, charge_ids=(), refund_ids=())], minute(1))
    made = journal.open_intent(draft(C))
    journal.purge([B], minute(2))
    stores.close()
    engine = make_engine(made_dir / "journal.db", JOURNAL_PRAGMAS, pooled=False)
    with writing(engine) as connection:
        audit = AuditWriter(connection, Witness())
        purged = [(A, text(4), "ann"), (B, text(2), "ops"), (C, text(5), "ben"), (oid(4), text(6), "eve")]
        assert purge_backup(connection, audit, purged)
        audit.close()
        assert not purge_backup(connection, AuditWriter(connection, Witness()), purged)
    assert made.open, "what was open when it was made is settled by now"
    told = [tuple(row.values())[1:7] for row in rows(made_dir, "audit") if row["kind"] == "purge"][1:]
    assert told == [(text(4), "ann", "", "purge", A, ""), (text(5), "ben", "", "purge", C, "")]
    assert [tuple(row.values()) for row in rows(made_dir, "purge")] == [
        (B, text(2), "ops", 0),
        (A, text(4), "ann", 1),
        (C, text(5), "ben", 1),
        (oid(4), text(6), "eve", 1),
    ]
    assert [(row["order_id"], row["buyer_name"]) for row in rows(made_dir, "tracked")] == [(A, None), (B, None)]
    assert look(made_dir / "journal.db").faults() == ()
