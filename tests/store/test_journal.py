"""A confirmed wish is durable, exclusive and never forgotten."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW, ORDER, PLACE, answer, draft, oid, open_at, tracked

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.store.errors import IntentConflict, JournalUnavailable, OrderBusy, WrongPlace
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.opening import Stores


def test_an_intent_comes_back_as_it_was_confirmed(stores: Stores, data_dir: Path) -> None:
    body = bytes(range(256))
    made = stores.journal.open_intent(draft(body=body, note="Zeile 1\n\u202e\U0001f600"))
    assert (made.state, made.attempts, made.settled_by, made.id) == ("intent", 0, None, "I-000001")
    stores.close()
    again = open_at(data_dir)
    found = again.journal.intent("I-000001")
    again.close()
    assert found == made
    assert found.draft == draft(body=body, note="Zeile 1\n\u202e\U0001f600")


def test_the_connection_keeps_its_promises(stores: Stores) -> None:
    with stores.journal.file.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "trusted_schema",
                "secure_delete",
                "busy_timeout",
            )
        }
    assert settings == {
        "journal_mode": "delete",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
        "busy_timeout": 5000,
    }


@pytest.mark.parametrize("state", ["intent", "sent", "unknown", "attention"])
def test_an_open_intent_locks_its_order(stores: Stores, state: str) -> None:
    first = stores.journal.open_intent(draft())
    if state != "intent":
        stores.journal.start_attempt(first.id, NOW)
        stores.journal.move(first.id, state, "why", "answer", NOW)  # type: ignore[arg-type]
    with pytest.raises(OrderBusy, match=r"ops confirmed capture I-000001") as refused:
        stores.journal.open_intent(draft(verb=Verb.VOID))
    assert refused.value.intent.id == first.id
    assert stores.journal.open_intent(draft(oid(2))).id == "I-000002"


@pytest.mark.parametrize("state", ["accepted", "succeeded", "declined", "refused", "abandoned"])
def test_a_settled_intent_frees_its_order(stores: Stores, state: str) -> None:
    first = stores.journal.open_intent(draft())
    number = stores.journal.start_attempt(first.id, NOW)
    done = stores.journal.record(first.id, number, answer(), state, "R", None, None, NOW)  # type: ignore[arg-type]
    assert (done.state, done.settled_by, done.settled_at, done.reason) == (state, "answer", NOW, "R")
    assert stores.journal.open_intent(draft()).id == "I-000002"


def test_a_second_open_intent_is_refused_by_the_database_itself(stores: Stores, data_dir: Path) -> None:
    stores.journal.open_intent(draft())
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(intent)") if row[1] not in ("seq", "id")]
        columns = ", ".join(names)
        copy = f"INSERT INTO intent (seq, id, {columns}) SELECT 99, 'I-000099', {columns} FROM intent"
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            connection.execute(copy)


def compete(stores: Stores, order: str, start: threading.Barrier, ends: list[str | None]) -> None:
    """Try to get an order at the same moment as others; adds the own intent, or None for the loser."""
    start.wait()
    try:
        ends.append(stores.journal.open_intent(draft(order)).id)
    except OrderBusy:
        ends.append(None)


def test_of_many_threads_one_gets_the_order(stores: Stores) -> None:
    for number in range(5):
        ends: list[str | None] = []
        start = threading.Barrier(6)
        threads = [threading.Thread(target=compete, args=(stores, oid(number), start, ends)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ends.count(None) == 5
        assert len(ends) == 6


def test_attempts_are_counted_and_end_with_the_intent(stores: Stores) -> None:
    made = stores.journal.open_intent(draft())
    assert stores.journal.start_attempt(made.id, NOW) == 1
    unsure = stores.journal.record(made.id, 1, answer(500), "unknown", "500", None, NOW + timedelta(seconds=30), NOW)
    assert (unsure.state, unsure.settled_by, unsure.next_due) == ("unknown", None, NOW + timedelta(seconds=30))
    assert stores.journal.start_attempt(made.id, NOW) == 2
    stores.journal.record(made.id, 2, answer(), "succeeded", None, f"{ORDER}-C000001", None, NOW)
    with pytest.raises(IntentConflict, match="is succeeded; it is not sent again"):
        stores.journal.start_attempt(made.id, NOW)
    assert [row.status for row in stores.journal.evidence(made.id)] == [500, 200]


def test_a_late_answer_is_kept_but_changes_no_outcome(stores: Stores) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.move(made.id, "refused", "by hand", "person ops", NOW, note="called Amazon")
    late = stores.journal.record(made.id, 1, answer(), "succeeded", None, None, None, NOW)
    assert (late.state, late.settled_by) == ("refused", "person ops")
    assert len(stores.journal.evidence(made.id)) == 1
    with pytest.raises(IntentConflict, match="refused already"):
        stores.journal.move(made.id, "succeeded", None, "read-back", NOW)


def test_what_one_process_did_not_hear_does_not_undo_what_the_other_one_did(stores: Stores) -> None:
    made = stores.journal.open_intent(draft())
    for number in (1, 2):
        assert stores.journal.start_attempt(made.id, NOW) == number
    stores.journal.record(made.id, 2, answer(), "accepted", "R", f"{ORDER}-C000009", NOW, NOW)
    assert stores.journal.record(made.id, 1, answer(500), "unknown", None, None, NOW, NOW).state == "accepted"
    assert stores.journal.record(made.id, 1, answer(), "succeeded", None, None, None, NOW).state == "succeeded"


def test_the_chain_names_what_was_found_by_reading_back(stores: Stores, data_dir: Path) -> None:
    made = stores.journal.open_intent(draft(verb=Verb.AUTHORIZE))
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.move(made.id, "succeeded", "seen", "read-back", NOW, result_id=f"{ORDER}-C000009")
    told = JournalReader(data_dir).trail(order_id=ORDER)[-1]
    assert (told.kind, told.data["result"]) == ("settle", f"{ORDER}-C000009")


def test_an_attention_that_would_be_a_second_open_intent_is_refused(stores: Stores) -> None:
    first = stores.journal.open_intent(draft())
    stores.journal.move(first.id, "succeeded", None, "read-back", NOW)
    stores.journal.open_intent(draft())
    with pytest.raises(OrderBusy):
        stores.journal.move(first.id, "attention", "a later read disagrees", "read-back", NOW)


def test_marking_a_settled_intent_keeps_why_and_by_whom(stores: Stores) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.move(made.id, "declined", "HardDeclined", "read-back", NOW)
    later = NOW + timedelta(hours=1)
    marked = stores.journal.move(made.id, "declined", None, "read-back", later, reconciled=True)
    assert (marked.reason, marked.settled_at, marked.reconciled) == ("HardDeclined", NOW, True)


def test_whoever_sends_an_intent_owns_it(stores: Stores) -> None:
    made = stores.journal.open_intent(draft(session="s-of-the-dead"))
    stores.journal.start_attempt(made.id, NOW)
    sent = stores.journal.intent(made.id)
    assert sent is not None
    assert stores.session is not None
    assert sent.draft.session == stores.session.id


def test_an_intent_that_went_on_since_it_was_seen_is_left_alone(stores: Stores) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    with pytest.raises(IntentConflict, match="went on meanwhile and is sent now"):
        stores.journal.move(made.id, "abandoned", None, "person ops", NOW, seen=made)
    found = stores.journal.intent(made.id)
    assert found is not None
    assert found.state == "sent"


def test_the_counter_rises_only_with_proof_or_a_persons_word(stores: Stores) -> None:
    def end(state: str, by: str, *, sent: bool) -> int:
        made = stores.journal.open_intent(draft())
        if sent:
            stores.journal.start_attempt(made.id, NOW)
        stores.journal.move(made.id, state, None, by, NOW)  # type: ignore[arg-type]
        return stores.journal.counter("base")

    assert stores.journal.counter("base") == 0
    assert end("abandoned", "person ops", sent=False) == 0
    assert end("abandoned", "answer", sent=True) == 0
    assert end("succeeded", "read-back", sent=True) == 0
    assert end("declined", "answer", sent=True) == 1
    assert end("refused", "person ops", sent=True) == 2
    assert end("abandoned", "person ops", sent=True) == 3
    assert stores.journal.counter("another") == 0


@pytest.mark.parametrize(
    ("verb", "result", "counted"),
    [(Verb.REFUND, None, 1), (Verb.AUTHORIZE, None, 1), (Verb.REFUND, "S01-1-1-R000001", 0), (Verb.CAPTURE, None, 0)],
)
def test_the_counter_rises_with_a_success_of_which_no_id_is_known(
    stores: Stores, verb: Verb, result: str | None, counted: int
) -> None:
    made = stores.journal.open_intent(draft(verb=verb))
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.move(made.id, "succeeded", None, "read-back", NOW, result_id=result)
    assert stores.journal.counter("base") == counted


def test_intents_are_listed_newest_first(stores: Stores) -> None:
    for number in (1, 2, 3):
        stores.journal.open_intent(draft(oid(number)))
    stores.journal.move("I-000002", "abandoned", None, "answer", NOW)
    assert [i.id for i in stores.journal.intents()] == ["I-000003", "I-000002", "I-000001"]
    assert [i.id for i in stores.journal.intents(states=["intent"], limit=1)] == ["I-000003"]
    assert [i.id for i in stores.journal.intents(order_id=oid(1))] == ["I-000001"]
    assert stores.journal.intent("I-000009") is None
    assert stores.journal.intent("\udc00") is None  # no database can be asked for it


def test_each_order_that_gained_something_counts(stores: Stores) -> None:
    stores.journal.track([tracked(), tracked(oid(2))], NOW)
    found = stores.journal.track([tracked(order, refund_ids=(f"{order}-R000009",)) for order in (ORDER, oid(2))], NOW)
    assert (found.added, found.updated, found.unchanged) == (0, 2, 0)


def test_tracking_merges_and_never_removes(stores: Stores) -> None:
    full = tracked(number="1001", amount=Money(12000, "USD"), buyer_name="Jane", refund_ids=(f"{ORDER}-R000002",))
    first = stores.journal.track([full, tracked(oid(2))], NOW)
    assert (first.added, first.updated, first.unchanged) == (2, 0, 0)
    again = stores.journal.track([full, tracked(oid(2))], NOW + timedelta(days=1))
    assert (again.added, again.updated, again.unchanged, again.changed_ids) == (0, 0, 2, ())
    poorer = tracked(charge_ids=(f"{ORDER}-C000007",), complete=False, source="track")
    third = stores.journal.track([poorer], NOW)
    assert (third.updated, third.changed_ids) == (1, (ORDER,))
    stores.cache.reproject([ORDER], NOW)
    known = stores.reader.order(ORDER)
    assert known is not None
    assert (known.shop.number, known.shop.amount, known.shop.buyer_name) == ("1001", Money(12000, "USD"), "Jane")
    assert known.shop.complete
    wanted = {ORDER, f"{ORDER}-C000001", f"{ORDER}-C000007", f"{ORDER}-R000002"}
    assert known.unread == wanted
    assert set(stores.cache.objects_of(ORDER)) == wanted


def test_the_same_order_twice_in_one_file_is_one_order(stores: Stores) -> None:
    known = stores.journal.track([tracked(number="A"), tracked(number="B", charge_ids=())], NOW)
    assert (known.added, known.updated, known.changed_ids) == (1, 1, (ORDER,))
    stores.cache.reproject([ORDER], NOW)
    assert stores.reader.resolve("b") == (ORDER,)
    assert stores.reader.resolve("a") == ()


def test_a_batch_with_a_foreign_id_is_refused_whole(stores: Stores) -> None:
    with pytest.raises(ValueError, match="is not a charge or refund of"):
        stores.journal.track([tracked(oid(2)), replace(tracked(), charge_ids=(f"{oid(3)}-C000001",))], NOW)
    assert stores.journal.track([tracked(oid(2))], NOW).added == 1
    assert stores.journal.verify() is None


def test_a_made_charge_is_tracked_with_its_outcome(stores: Stores) -> None:
    made = stores.journal.open_intent(draft(verb=Verb.AUTHORIZE))
    number = stores.journal.start_attempt(made.id, NOW)
    stores.journal.record(made.id, number, answer(201), "succeeded", None, f"{ORDER}-C000009", None, NOW)
    assert f"{ORDER}-C000009" in stores.cache.objects_of(ORDER)


def test_a_directory_of_another_shop_is_refused(stores: Stores, data_dir: Path) -> None:
    stores.close()
    with pytest.raises(WrongPlace, match="belongs to simulator na MERCHANT, not to live na MERCHANT"):
        open_at(data_dir, place=replace(PLACE, environment="live"))
    with pytest.raises(JournalUnavailable):
        open_at(data_dir, place=replace(PLACE, region="eu"))


def test_text_that_is_no_text_is_stored_all_the_same(stores: Stores) -> None:
    made = stores.journal.open_intent(draft(note="caf\udce9"))
    stores.journal.move(made.id, "attention", "\ud800", "person \udcff", NOW, note="\udcff")
    assert stores.journal.intent(made.id) is not None
    assert stores.journal.verify() is None


def test_the_reader_of_the_command_line_sees_the_same_intents(stores: Stores, data_dir: Path) -> None:
    reader = JournalReader(data_dir)
    for number, verb in enumerate((Verb.CAPTURE, Verb.VOID, Verb.AUTHORIZE)):
        made = stores.journal.open_intent(draft(oid(number), verb=verb, note="caf\u00e9"))
        stores.journal.start_attempt(made.id, NOW)
        stores.journal.record(made.id, 1, answer(), "accepted", "R", f"{oid(number)}-C000009", NOW, NOW)
    assert reader.intents() == stores.journal.intents()
    assert reader.intents(states=("accepted",), order_id=oid(1), limit=1) == stores.journal.intents(order_id=oid(1))
    assert reader.intent("I-000002") == stores.journal.intent("I-000002")
    assert reader.intent("I-000009") is None
    assert reader.dossier("\udc00") is None  # no database can be asked for it
    assert JournalReader(data_dir / "nowhere").intents() == ()


def test_what_is_not_there_is_not_changed(stores: Stores) -> None:
    with pytest.raises(IntentConflict, match="There is no intent I-000009"):
        stores.journal.start_attempt("I-000009", NOW)
    made = stores.journal.open_intent(draft())
    with pytest.raises(IntentConflict, match=f"{made.id} has no attempt 1"):
        stores.journal.record(made.id, 1, answer(), "succeeded", None, None, None, NOW)
    assert stores.journal.intent(made.id) == made


@pytest.mark.parametrize("result", ["nonsense", ORDER, f"{oid(2)}-C000009"])
def test_an_id_that_is_not_of_the_order_is_kept_but_not_tracked(stores: Stores, data_dir: Path, result: str) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    assert stores.journal.record(made.id, 1, answer(), "succeeded", None, result, None, NOW).result_id == result
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        assert connection.execute("SELECT count(*) FROM tracked_id").fetchone() == (0,)


def test_where_the_file_cannot_grow_the_answer_is_cut_and_the_outcome_kept(stores: Stores) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    came = answer(raw=b"x" * 200_000)
    stores.journal.record(made.id, 1, came, "unknown", "500", None, NOW, NOW)  # in the room that was held for it
    with stores.journal.file.engine.connect() as connection:  # the one of the pool, which the next step gets
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
    assert stores.journal.record(made.id, 1, came, "succeeded", None, None, None, NOW).state == "succeeded"
    kept = stores.journal.evidence(made.id)[1]
    assert (len(kept.raw), kept.raw_length) == (4096, 200_000)
    assert stores.journal.verify() is None
