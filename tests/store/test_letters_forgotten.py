"""Letters in the audit chain: held to what they said, until a purge after which nobody can tell it by guessing."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.forging import database, letters_with_sealed_bodies, letters_without_salts, look
from tests.store.guessing import confirms
from tests.store.making import NOW, oid, open_at, tracked
from tests.store.older import as_of

from azpay_tui.domain.messages import After, Delivered, MessageDraft, after
from azpay_tui.store.engine import make_engine, writing
from azpay_tui.store.journal.anchors import Known
from azpay_tui.store.journal.audit import AuditWriter, Witness
from azpay_tui.store.journal.purging import purge_backup
from azpay_tui.store.journal.verify import examine
from azpay_tui.store.opening import Stores
from azpay_tui.store.sqlite import JOURNAL_PRAGMAS
from azpay_tui.store.times import to_text

TEXT = "Dear Jane Canary,\n\nplease choose another payment method."
TOLD = '{"status":"AUTHORIZED"}'
LETTER = MessageDraft("buyer", "mail", oid(1), "Your payment", TEXT, "jane.canary@example.com")
ALERT = MessageDraft("admin", "mail", oid(1), "Declined", TEXT, "shop@example.com")
EMPTY = MessageDraft("buyer", "mail", oid(1), "Your payment", "", "jane.canary@example.com")
HOOK = MessageDraft("shop", "webhook", oid(1), "OPEN to AUTHORIZED", TOLD)
HEAD = (LETTER.to, LETTER.subject)
BEFORE = 12
"""The last schema in which letters had no salts."""


def written(stores: Stores) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    letter, *_others = stores.messages.enqueue([LETTER, ALERT, EMPTY, HOOK], NOW)
    stores.messages.end(stores.messages.begin(letter, NOW), after(Delivered(), 1, NOW, repeatable=False), NOW)


def salts_in(path: Path) -> list[str]:
    with database(path) as connection:
        return [salt for (salt,) in connection.execute("SELECT salt FROM message ORDER BY seq")]


def named_after(path: Path, statement: str) -> list[str]:
    """Run a statement that does not stay, and return what is not as the chain says then."""
    with database(path) as connection:
        connection.execute("BEGIN")
        assert connection.execute(statement).rowcount == 1
        found = [wrong.what.split("-")[1] for wrong in examine(connection.execute, Known()).disagreements]
        connection.execute("ROLLBACK")
    return found


def test_after_a_purge_nobody_can_confirm_a_guessed_letter(stores: Stores) -> None:
    """The chain keeps its seal for ever, and of a template that is known only the name has to be guessed."""
    path = stores.journal.file.path
    written(stores)
    salts = salts_in(path)
    assert len({*salts[:3]} - {""}) == 3, "who knows one letter knows no other"
    assert salts[3:] == [""], "what is for a shop has nothing to hide"
    assert (confirms(path, TEXT, HEAD), confirms(path, TEXT.replace("Jane", "June"), HEAD)) == (True, False)
    assert look(path).whole
    assert stores.journal.purge([oid(1)], NOW) == (oid(1),)
    stores.close()
    assert not confirms(path, TEXT, HEAD)
    assert not any(salt.encode() in path.read_bytes() for salt in salts[:3])
    assert confirms(path, TOLD, ("", HOOK.subject)), "it names nobody and stays"
    assert look(path).whole


def test_nothing_moves_between_a_letter_and_its_salt(stores: Stores) -> None:
    path = stores.journal.file.path
    written(stores)
    first, rest = TEXT.split("\n", 1)
    salt = salts_in(path)[0]
    moved = f"UPDATE message SET salt = '{salt}\n{first}', body = '{rest}' WHERE seq = 1"
    assert named_after(path, moved) == ["000001"]


def test_nobody_can_confirm_what_came_of_a_letter_after_a_purge(stores: Stores) -> None:
    path, said = stores.journal.file.path, "550 no mailbox for jane.canary"
    stores.journal.track([tracked(oid(1))], NOW)
    (letter,) = stores.messages.enqueue([LETTER], NOW)
    stores.messages.end(stores.messages.begin(letter, NOW), After("failed", None, "refused", said), NOW)
    assert confirms(path, said)
    assert named_after(path, "UPDATE message_try SET why = '550 no'") == ["000001"]
    stores.journal.purge([oid(1)], NOW)
    assert not confirms(path, said)
    assert look(path).whole
    assert named_after(path, "UPDATE message_try SET why = '550 no'") == ["000001"]


def test_a_letter_whose_buyer_is_forgotten_while_it_leaves_stays_forgotten(stores: Stores) -> None:
    path = stores.journal.file.path
    stores.journal.track([tracked(oid(1))], NOW)
    letter, told = stores.messages.enqueue([LETTER, HOOK], NOW)
    begun, begun_too = stores.messages.begin(letter, NOW), stores.messages.begin(told, NOW)
    stores.journal.purge([oid(1)], NOW)
    assert look(path).whole
    stores.messages.end(begun, After("failed", None, "refused", "jane.canary"), NOW + timedelta(hours=1))
    stores.messages.end(begun_too, After("delivered", None, "delivered", "jane.canary"), NOW + timedelta(hours=1))
    assert look(path).whole
    stores.close()
    assert b"anary" not in path.read_bytes()


@pytest.mark.parametrize(
    "edit",
    [
        *("recipient = 'june@example.com'", "subject = 'Pay elsewhere'", "person = 'bob'", "occasion = 'x'"),
        *("created = '2020'", "attempts = 0", "tries = 0", "next_due = '2020'", "ended_at = '2020'", "ended_at = NULL"),
        "recipient = subject, subject = recipient",
    ],
)
@pytest.mark.parametrize("number", [1, 2])
def test_whom_a_letter_is_for_and_how_far_it_has_come_is_held_to(stores: Stores, edit: str, number: int) -> None:
    written(stores)
    edited = f"UPDATE message SET {edit} WHERE seq = {number}"
    same = number == 2 and edit in ("attempts = 0", "tries = 0", "ended_at = NULL")
    assert named_after(stores.journal.file.path, edited) == ([] if same else [f"{number:06}"])


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        ("channel = 'command'", "whom it is for was changed afterwards"),
        ("state = 'dropped'", "its state is 'dropped', it was 'waiting'"),
        ("person = 'bob'", "it was changed afterwards"),
        ("recipient = 'june@example.com'", "what it says or to whom was changed afterwards"),
        ("tries = 7", "how far it has come was changed afterwards"),
        ("salt = CAST(x'ff' AS TEXT)", "what it says or to whom was changed afterwards"),
        ("person = CAST(x'ff' AS TEXT)", "it was changed afterwards"),
        ("order_id = CAST(x'ff' AS TEXT)", "whom it is for was changed afterwards"),
    ],
)
def test_it_is_said_what_of_a_message_was_changed(stores: Stores, edit: str, sentence: str) -> None:
    stores.messages.enqueue([LETTER], NOW)
    with database(stores.journal.file.path) as connection:
        connection.execute(f"UPDATE message SET {edit}")
        (wrong,) = examine(connection.execute, Known()).disagreements
    assert wrong.sentence == sentence


@pytest.mark.parametrize("edit", ["recipient = 'shop2'", "subject = 'x'", "body = '{}'", "occasion = 'x'"])
def test_what_a_shop_is_told_is_held_to(stores: Stores, edit: str) -> None:
    written(stores)
    assert named_after(stores.journal.file.path, f"UPDATE message SET {edit} WHERE seq = 4") == ["000004"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE message_try SET result = 'refused'",
        "UPDATE message_try SET at = '2020'",
        "UPDATE message_try SET ended_at = NULL",
        "UPDATE message_try SET number = 2",
        "DELETE FROM message_try",
        "INSERT INTO message_try VALUES (1, 2, 'x', NULL, NULL, '')",
        "INSERT INTO message_try VALUES (2, 1, 'x', 'x', 'delivered', '')",
    ],
)
def test_an_attempt_is_held_to_what_was_told(stores: Stores, statement: str) -> None:
    written(stores)
    found = named_after(stores.journal.file.path, statement)
    assert set(found) == {"000002" if "(2, 1" in statement else "000001"}


def test_an_attempt_that_has_not_ended_is_told_before_the_letter_leaves(stores: Stores) -> None:
    path = stores.journal.file.path
    stores.journal.track([tracked(oid(1))], NOW)
    (letter,) = stores.messages.enqueue([LETTER], NOW)
    stores.messages.begin(letter, NOW)
    assert look(path).whole
    assert named_after(path, "DELETE FROM message_try") == ["000001"]
    assert named_after(path, "UPDATE message_try SET why = 'x'") == ["000001"]


def test_a_letter_that_was_changed_while_it_left_is_named_for_ever(stores: Stores) -> None:
    path = stores.journal.file.path
    stores.journal.track([tracked(oid(1))], NOW)
    (letter,) = stores.messages.enqueue([LETTER], NOW)
    with database(path) as connection:
        connection.execute("UPDATE message SET recipient = 'june@example.com'")
    stores.messages.begin(letter, NOW)
    with database(path) as connection:
        connection.execute("UPDATE message SET recipient = ?", (LETTER.to,))
    (wrong,) = look(path).disagreements
    assert "to whom was changed before row 3 told of it again" in wrong.sentence


def test_how_far_a_letter_has_come_follows_from_what_was_told(stores: Stores) -> None:
    """Through every step: tried again later, given up, sent again by a person, and given up by one."""
    path, hour = stores.journal.file.path, timedelta(hours=1)
    stores.journal.track([tracked(oid(1))], NOW)
    (letter,) = stores.messages.enqueue([LETTER], NOW)
    later = stores.messages.end(stores.messages.begin(letter, NOW), After("waiting", NOW + hour, "refused", "x"), NOW)
    assert look(path).whole
    begun = stores.messages.begin(later, NOW + hour)
    failed = stores.messages.end(begun, After("failed", None, "unknown", "y"), NOW + hour, interrupted=True)
    assert look(path).whole
    again = stores.messages.begin(stores.messages.retry(failed.id, NOW + 2 * hour), NOW + 2 * hour)
    assert (again.attempts, again.tries) == (3, 1)
    stores.messages.drop(letter.id, NOW + 3 * hour)
    assert look(path).whole
    stores.messages.end(again, After("waiting", NOW + 9 * hour, "refused", "z"), NOW + 4 * hour)
    assert look(path).whole
    assert stores.messages.message(letter.id).ended_at == NOW + 3 * hour


@pytest.mark.parametrize("edit", ["body = 'Dear June'", "body = ''", "salt = 'x'", "salt = ''"])
def test_a_letter_is_held_to_its_seal(stores: Stores, edit: str) -> None:
    written(stores)
    assert named_after(stores.journal.file.path, f"UPDATE message SET {edit} WHERE seq = 1") == ["000001"]


@pytest.mark.parametrize("edit", ["body = 'Dear June'", "salt = 'x'", "recipient = 'x'", "subject = 'x'"])
def test_what_was_purged_of_a_letter_stays_gone(stores: Stores, edit: str) -> None:
    written(stores)
    stores.journal.purge([oid(1)], NOW)
    for number in (1, 3):
        edited = f"UPDATE message SET {edit} WHERE seq = {number}"
        assert named_after(stores.journal.file.path, edited) == [f"{number:06}"]


def test_letters_of_before_there_were_salts_are_held_to_the_hash_that_the_chain_has(
    data_dir: Path, tmp_path: Path
) -> None:
    stores, path = open_at(data_dir), data_dir / "journal.db"
    written(stores)
    stores.close()
    letters_without_salts(path)
    as_of(BEFORE, "journal", path, tmp_path)
    assert look(path).whole, "a journal that may only be read has no salts"
    stores = open_at(data_dir)
    assert look(path).whole
    for edit in ("body = 'Dear June'", "body = ''", "salt = 'x'"):
        assert named_after(path, f"UPDATE message SET {edit} WHERE seq = 1") == ["000001"]
    (later,) = stores.messages.enqueue([ALERT], NOW)
    assert salts_in(path)[later.seq - 1]
    assert look(path).whole, "the old and the new stand beside one another"
    assert stores.journal.purge([oid(1)], NOW) == (oid(1),)
    stores.close()
    assert b"Canary" not in path.read_bytes()
    assert look(path).whole


def test_a_letter_of_before_there_were_salts_is_tried_and_purged(data_dir: Path, tmp_path: Path) -> None:
    stores, path = open_at(data_dir), data_dir / "journal.db"
    written(stores)
    stores.close()
    letters_without_salts(path)
    as_of(BEFORE, "journal", path, tmp_path)
    stores = open_at(data_dir)
    waiting = next(one for one in stores.messages.messages(order_id=oid(1)) if one.draft == ALERT)
    stores.messages.end(stores.messages.begin(waiting, NOW), after(Delivered(), 1, NOW, repeatable=False), NOW)
    assert look(path).whole
    assert stores.journal.purge([oid(1)], NOW) == (oid(1),)
    assert look(path).whole
    for edit in ("body = 'Dear June'", "salt = 'x'"):
        assert named_after(path, f"UPDATE message SET {edit} WHERE seq = {waiting.seq}") == [f"{waiting.seq:06}"]


def test_letters_of_which_only_the_text_was_sealed_are_held_to_that(stores: Stores) -> None:
    path = stores.journal.file.path
    written(stores)
    letters_with_sealed_bodies(path)
    assert look(path).whole
    for edit in ("body = 'Dear June'", "body = ''", "salt = 'x'"):
        assert named_after(path, f"UPDATE message SET {edit} WHERE seq = 1") == ["000001"]


@pytest.mark.parametrize("schema", [BEFORE, BEFORE + 1])
@pytest.mark.parametrize("old", [False, True])
def test_a_back_up_with_letters_forgets_as_well(data_dir: Path, tmp_path: Path, schema: int, old: bool) -> None:
    stores, path = open_at(data_dir), data_dir / "journal.db"
    written(stores)
    stores.close()
    if old:
        letters_without_salts(path)
    as_of(schema, "journal", path, tmp_path)
    engine = make_engine(path, JOURNAL_PRAGMAS, pooled=False)
    with writing(engine) as connection:
        audit = AuditWriter(connection, Witness())
        assert purge_backup(connection, audit, [(oid(1), to_text(NOW), "ops")])
        audit.close()
    engine.dispose()
    with database(path) as connection:
        kept: list[sqlite3.Row] = connection.execute("SELECT body FROM message ORDER BY seq").fetchall()
    assert kept == [("",), ("",), ("",), (TOLD,)]
    assert confirms(path, TEXT, HEAD) is old, "the chain cannot forget what it said before there were salts"
    assert look(path).whole
