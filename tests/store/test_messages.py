"""Messages in the journal: kept with what the shop knows, one after the other, each attempt readable, none lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.forging import look
from tests.store.making import NOW, draft, oid, open_at, tracked

from azpay_tui.domain.messages import (
    INTERRUPTED,
    WAITS,
    After,
    Channel,
    Delivered,
    Message,
    MessageDraft,
    Outcome,
    Refused,
    Unknown,
    after,
)
from azpay_tui.store.errors import JournalUnavailable, MessageConflict, NoSuchMessage
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.opening import Stores
from azpay_tui.store.times import to_text

HOOKS: Sequence[Channel] = ("command", "webhook")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def told(order: int = 1, channel: Channel = "webhook", subject: str = "OPEN to AUTHORIZED") -> MessageDraft:
    return MessageDraft("shop", channel, oid(order), subject, '{"status":"AUTHORIZED"}')


def mail(order: int = 1) -> MessageDraft:
    return MessageDraft("buyer", "mail", oid(order), "Jane Canary, your payment", "Dear Jane Canary", "c@example.com")


def attempt(stores: Stores, message: Message, outcome: Outcome, *, repeatable: bool = True) -> Message:
    begun = stores.messages.begin(message, NOW)
    return stores.messages.end(begun, after(outcome, begun.tries, NOW, repeatable=repeatable), NOW)


def only(stores: Stores) -> Message:
    (message,) = stores.messages.messages()
    return message


def test_a_message_and_what_the_shop_knows_are_kept_together(stores: Stores) -> None:
    assert stores.messages.told() is None
    (made,) = stores.messages.announce({oid(1): "AUTHORIZED", oid(2): "OPEN"}, [told()], NOW)
    assert (made.state, made.next_due, made.draft) == ("waiting", NOW, told())
    assert only(stores) == made
    assert stores.messages.told() == {oid(1): "AUTHORIZED", oid(2): "OPEN"}
    assert stores.messages.told([oid(2), oid(3)]) == {oid(2): "OPEN"}
    stores.messages.announce({oid(2): "CAPTURED"}, [], NOW)
    assert stores.messages.told([oid(2)]) == {oid(2): "CAPTURED"}
    stores.messages.forget_told()
    assert stores.messages.told() is None


def test_ids_are_of_no_other_message_also_of_a_journal_that_was_put_back(data_dir: Path) -> None:
    made = []
    for place in ("one", "two"):
        stores = open_at(data_dir / place)
        made += stores.messages.enqueue([told()], NOW)
        stores.close()
    assert made[0].seq == made[1].seq == 1
    assert made[0].id != made[1].id


def test_what_is_told_of_an_order_goes_in_its_order(stores: Stores) -> None:
    first, second, other, elsewhere = stores.messages.enqueue(
        [told(subject="a"), told(subject="b"), told(2), told(1, "command")], NOW
    )
    assert stores.messages.due(NOW, HOOKS, 10) == (first, other, elsewhere)
    assert stores.messages.due(NOW, ("command",), 10) == (elsewhere,)
    assert stores.messages.due(NOW - MINUTE, HOOKS, 10) == ()
    attempt(stores, first, Refused("HTTP 500"))
    assert second not in stores.messages.due(NOW, HOOKS, 10)
    attempt(stores, stores.messages.message(first.id), Delivered())
    assert stores.messages.due(NOW, HOOKS, 10)[0].id == second.id


def test_some_of_those_that_are_due_are_asked_for_by_their_ids(stores: Stores) -> None:
    first, second = stores.messages.enqueue([told(1), told(2)], NOW)
    assert stores.messages.due(NOW, HOOKS, 10, {second.id}) == (second,)
    assert stores.messages.due(NOW, HOOKS, 10, {first.id, "M-000099"}) == (first,)
    assert stores.messages.due(NOW, HOOKS, 10, ()) == ()


def test_orders_are_known_about_which_something_was_sent_since_the_shop_is_told(stores: Stores) -> None:
    sent, unsent = (stores.journal.open_intent(draft(oid(number))).id for number in (1, 2))
    stores.journal.start_attempt(sent, NOW)
    assert stores.messages.acted_on([oid(1), oid(2)]) == frozenset(), "nobody is told"
    stores.messages.announce({oid(3): "OPEN"}, [], NOW)
    assert stores.messages.acted_on([oid(1), oid(2), oid(3)]) == {oid(1)}
    assert stores.messages.acted_on([oid(2), oid(3)]) == frozenset()
    stores.journal.start_attempt(unsent, NOW)
    assert stores.messages.acted_on([oid(1), oid(2), oid(3)]) == {oid(1), oid(2)}


def test_what_was_sent_before_the_shop_is_told_does_not_count(stores: Stores) -> None:
    stores.journal.start_attempt(stores.journal.open_intent(draft(oid(1))).id, NOW)
    stores.messages.announce({oid(1): "OPEN"}, [], NOW + MINUTE)
    assert stores.messages.acted_on([oid(1)]) == frozenset()


def test_the_chain_names_what_a_person_did_to_a_message(stores: Stores, data_dir: Path) -> None:
    (made,) = stores.messages.enqueue([told()], NOW)
    stores.messages.retry(made.id, NOW)
    stores.messages.drop(made.id, NOW)
    rows = [row for row in JournalReader(data_dir).trail() if row.kind == "message"]
    assert [(row.data["act"], row.data["state"]) for row in rows] == [
        ("queued", "waiting"), ("retried", "waiting"), ("dropped", "dropped"),
    ]  # fmt: skip


def test_the_chain_holds_a_letter_by_its_seal_and_a_notice_by_its_hash(stores: Stores, data_dir: Path) -> None:
    stores.messages.enqueue([told(), mail()], NOW)
    notice, letter = (row.data for row in JournalReader(data_dir).trail() if row.kind == "message")
    assert ("text_sha256" in notice, "text_seal" in notice) == (True, False)
    assert ("text_sha256" in letter, "text_seal" in letter) == (False, True)


def test_tests_wait_for_nothing(stores: Stores) -> None:
    both = stores.messages.enqueue([MessageDraft("shop", "webhook", "", "a test", "{}")] * 2, NOW)
    assert stores.messages.due(NOW, HOOKS, 10) == both


def test_every_attempt_is_readable(stores: Stores) -> None:
    (made,) = stores.messages.enqueue([told()], NOW)
    once = attempt(stores, made, Refused("It answered HTTP 503."))
    assert (once.state, once.attempts, once.next_due, once.why) == (
        "waiting", 1, NOW + WAITS[0], "It answered HTTP 503.",
    )  # fmt: skip
    assert once.ended_at is None
    done = attempt(stores, once, Delivered("It answered HTTP 204."))
    assert (done.state, done.attempts, done.next_due, done.ended_at) == ("delivered", 2, None, NOW)
    tries = stores.messages.tries(done)
    assert [(each.number, each.result, each.why) for each in tries] == [
        (1, "refused", "It answered HTTP 503."),
        (2, "delivered", "It answered HTTP 204."),
    ]
    assert look(stores.journal.file.path).whole


def test_a_message_is_given_up_after_the_last_wait_and_sent_again_when_a_person_says_so(stores: Stores) -> None:
    (message,) = stores.messages.enqueue([told()], NOW)
    for wait in WAITS:
        message = attempt(stores, message, Unknown("No answer within 30 seconds."))
        assert (message.state, message.next_due) == ("waiting", NOW + wait)
    message = attempt(stores, message, Unknown("No answer within 30 seconds."))
    assert (message.state, message.next_due, message.attempts) == ("failed", None, len(WAITS) + 1)
    again = stores.messages.retry("M-000001", NOW)
    assert (again.state, again.next_due, again.id) == ("waiting", NOW, message.id)
    assert attempt(stores, again, Refused("no")).next_due == NOW + WAITS[0]


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Delivered(), "is delivered by now"),
        (Refused("no"), "was tried by now"),
        (Refused("no", permanent=True), "is failed by now"),
    ],
)
def test_it_is_sent_again_only_as_it_was_seen_where_that_is_said(stores: Stores, outcome: Outcome, says: str) -> None:
    (made,) = stores.messages.enqueue([told()], NOW)
    seen = attempt(stores, made, Refused("HTTP 503"))
    assert stores.messages.retry(made.id, NOW, seen).tries == 0
    now = attempt(stores, made := only(stores), outcome)
    with pytest.raises(MessageConflict, match=rf"^{made.id} {says}: nothing was changed\.$"):
        stores.messages.retry(made.id, NOW, seen)
    assert only(stores) == now
    assert stores.messages.retry(made.id, NOW).state == "waiting", "whoever saw nothing sends it whatever became of it"
    assert look(stores.journal.file.path).whole


@pytest.mark.parametrize("outcome", [Refused("HTTP 410", permanent=True), Unknown("lost")])
def test_what_is_of_no_use_or_may_not_be_repeated_is_left_to_a_person(stores: Stores, outcome: Outcome) -> None:
    (message,) = stores.messages.enqueue([mail()], NOW)
    assert attempt(stores, message, outcome, repeatable=False).state == "failed"


def test_an_attempt_of_a_dead_process_is_found(stores: Stores) -> None:
    (made,) = stores.messages.enqueue([told()], NOW)
    stores.messages.begin(made, NOW)
    (begun,) = stores.messages.begun()
    assert (begun.id, begun.attempts, begun.why) == (made.id, 1, "")
    stores.messages.end(begun, after(Unknown(INTERRUPTED), 1, NOW, repeatable=True), NOW, interrupted=True)
    assert stores.messages.begun() == ()
    assert [each.result for each in stores.messages.tries(made)] == ["interrupted"]


def test_a_message_that_somebody_dropped_meanwhile_is_not_sent(stores: Stores) -> None:
    (made,) = stores.messages.enqueue([told()], NOW)
    begun = stores.messages.begin(made, NOW)
    assert stores.messages.drop(made.id, NOW).state == "dropped"
    with pytest.raises(MessageConflict, match="not as it was any more"):
        stores.messages.begin(made, NOW)
    step = After("waiting", NOW, "refused", "HTTP 500")
    assert stores.messages.end(begun, step, NOW).state == "dropped"
    with pytest.raises(MessageConflict, match="is dropped already"):
        stores.messages.drop(made.id, NOW)


def test_a_message_is_named_by_its_number(stores: Stores) -> None:
    made = stores.messages.enqueue([told(n) for n in range(1, 12)], NOW)
    assert stores.messages.message("M-000011") == made[10]
    with pytest.raises(MessageConflict, match="Several messages begin with 'M-00001'"):
        stores.messages.message("M-00001")
    for name in ("M-000099", "", "%", "\ud800"):
        with pytest.raises(MessageConflict, match="There is no message"):
            stores.messages.message(name)


def test_messages_are_listed_newest_first_by_order_and_state(stores: Stores) -> None:
    first, second = stores.messages.enqueue([told(1), told(2)], NOW)
    gone = stores.messages.drop(first.id, NOW)
    assert stores.messages.messages() == (second, gone)
    assert stores.messages.messages(order_id=oid(2)) == (second,)
    assert stores.messages.messages(states=("dropped", "failed")) == (gone,)
    assert stores.messages.messages(limit=1) == (second,)


def test_the_light_reader_gives_what_the_journal_does(stores: Stores, data_dir: Path) -> None:
    first, second = stores.messages.enqueue([told(1), told(2)], NOW)
    tried = attempt(stores, first, Refused("HTTP 500"))
    light = JournalReader(data_dir)
    assert light.messages() == stores.messages.messages() == (second, tried)
    assert light.messages(order_id=oid(1), states=("waiting",)) == (tried,)
    assert light.messages(limit=1) == (second,)
    assert light.message(second.id) == (second,)
    assert light.message("M-00000") == (tried, second)
    assert light.message("") == light.message("\ud800") == ()
    assert light.tries(tried) == stores.messages.tries(tried) != ()


def test_the_light_reader_finds_no_messages_where_there_cannot_be_any(tmp_path: Path) -> None:
    assert JournalReader(tmp_path).messages() == ()
    with closing(sqlite3.connect(tmp_path / "journal.db")) as connection:
        connection.execute("CREATE TABLE intent (id TEXT)")
    assert JournalReader(tmp_path).messages() == ()
    (tmp_path / "journal.db").write_bytes(b"no database at all" * 300)
    with pytest.raises(JournalUnavailable):
        JournalReader(tmp_path).messages()


def test_a_message_that_nobody_has_cannot_be_sent(stores: Stores) -> None:
    (made,) = stores.messages.enqueue([told()], NOW)
    with pytest.raises(NoSuchMessage, match="There is no message 'M-000077'"):
        stores.messages.begin(replace(made, id="M-000077"), NOW)


def test_the_history_of_an_order_says_what_the_shop_knows(stores: Stores) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    first, second, third, _ = stores.messages.enqueue(
        [told(subject="a"), told(subject="b"), told(subject="c"), mail()], NOW
    )
    attempt(stores, first, Delivered())
    attempt(stores, second, Refused("gone", permanent=True))
    stores.messages.drop(third.id, NOW)
    entries = [entry.what for entry in stores.reader.timeline(oid(1)) if " by " in entry.what]
    assert sorted(entries) == [
        "buyer not told yet by mail: Jane Canary, your payment",
        "shop could not be told by webhook: b",
        "shop not told, dropped by webhook: c",
        "shop told by webhook: a",
    ]


def test_after_a_purge_nothing_of_a_message_names_the_buyer(stores: Stores, data_dir: Path) -> None:
    stores.journal.track([tracked(oid(1)), tracked(oid(2))], NOW)
    waiting, sent, shop, _other = stores.messages.enqueue([mail(), mail(), told(), mail(2)], NOW)
    attempt(stores, sent, Delivered("250 accepted for c@example.com"))
    attempt(stores, shop, Refused("Jane Canary is no customer"))
    stores.journal.purge([oid(1)], NOW)
    assert [(m.state, m.draft.subject, m.draft.to, m.draft.body, m.why) for m in stores.messages.messages()][1:] == [
        ("waiting", "OPEN to AUTHORIZED", "", '{"status":"AUTHORIZED"}', ""),
        ("delivered", "", "", "", ""),
        ("dropped", "", "", "", ""),
    ]
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        rows = connection.execute("SELECT * FROM message WHERE order_id = ?", (oid(1),)).fetchall()
        rows += connection.execute("SELECT t.* FROM message_try AS t").fetchall()
    assert "anary" not in repr(rows)
    assert "@example.com" not in repr(rows)
    with pytest.raises(MessageConflict, match="personal data of its buyer was removed"):
        stores.messages.retry(waiting.id, NOW)
    assert stores.messages.enqueue([mail(), mail(2), told()], NOW)[0].draft == mail(2)
    assert look(data_dir / "journal.db").whole


@pytest.mark.parametrize("left", ["dropped", "failed"])
def test_the_chain_agrees_with_a_purge_on_a_letter_that_had_failed(stores: Stores, data_dir: Path, left: str) -> None:
    """Purges of earlier versions left it as it was."""
    stores.journal.track([tracked(oid(1))], NOW)
    (made,) = stores.messages.enqueue([mail()], NOW)
    assert attempt(stores, made, Unknown("lost"), repeatable=False).state == "failed"
    stores.journal.purge([oid(1)], NOW)
    assert only(stores).state == "dropped"
    with closing(sqlite3.connect(data_dir / "journal.db", isolation_level=None)) as connection:
        connection.execute("UPDATE message SET state = ?", (left,))
    assert look(data_dir / "journal.db").whole


def test_an_answer_that_comes_after_the_purge_is_not_kept(stores: Stores) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    (made,) = stores.messages.enqueue([told()], NOW)
    begun = stores.messages.begin(made, NOW)
    stores.journal.purge([oid(1)], NOW)
    assert stores.messages.end(begun, After("delivered", None, "delivered", "Jane"), NOW).why == ""


def test_of_one_occasion_one_message_is_ever_kept(stores: Stores) -> None:
    """S3.26: once per decline, also after a restart, and whatever became of the first one."""
    asked = replace(mail(), occasion="payment-method:S01-1")
    other = replace(mail(), occasion="payment-method:S01-2")
    (kept,) = stores.messages.enqueue([asked, asked], NOW)
    assert stores.messages.enqueue([asked], NOW) == ()
    stores.messages.drop(kept.id, NOW)
    again = open_at(stores.data.path)
    assert [message.draft.occasion for message in again.messages.enqueue([asked, other, mail(), mail()], NOW)] == [
        "payment-method:S01-2", "", "",
    ]  # fmt: skip
    again.close()
    assert look(stores.journal.file.path).whole


def test_since_when_letters_are_written_is_held_to_the_chain(stores: Stores) -> None:
    """Set back, it would bring letters about what was declined long ago."""
    path = stores.journal.file.path
    assert stores.messages.letters_since(NOW) == NOW
    assert stores.messages.letters_since(NOW + HOUR) == NOW
    assert look(path).whole
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = '2020-01-01T00:00:00.000000Z' WHERE name = 'letters_since'")
    assert [wrong.what for wrong in look(path).disagreements] == ["since when letters are written"]
    stores.messages.forget_letters()
    assert look(path).whole
    assert stores.messages.letters_since(NOW + HOUR) == NOW + HOUR
    assert look(path).whole


def test_since_when_letters_are_written_may_be_from_before_that_was_told(stores: Stores) -> None:
    with closing(sqlite3.connect(stores.journal.file.path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO meta VALUES ('letters_since', ?)", (to_text(NOW),))
    assert stores.messages.letters_since(NOW + HOUR) == NOW
    assert look(stores.journal.file.path).whole
