"""Letters after a decline: once per decline, to whom can mend it, kept with their order (S3.20, S3.26 to S3.29)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.office import Office, open_office

from azpay_tui.backoffice.composing import Desired
from azpay_tui.backoffice.errors import ChangedError, NotValidError, UsageError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.messages import Delivered, Message, Outcome, Refused, Unknown
from azpay_tui.domain.status import attention
from azpay_tui.mailing import OFF, Mail

MAIL = Mail(
    send="automatic",
    sender="shop@shop.example",
    sender_name="Desk Lamps",
    shop="Desk Lamps",
    admin="ops@shop.example",
    languages=(("DE", "de"),),
    run=("true",),
)


@dataclass
class Postman:
    """A courier that keeps what it is given, and says what it is told to."""

    says: list[Outcome] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    repeatable: bool = False

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        self.taken.append(message)
        return self.says.pop(0) if self.says else Delivered()


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def office(tmp_path: Path, postman: Postman) -> Iterator[Office]:
    with open_office(tmp_path, couriers={"mail": postman}, mail=MAIL) as opened:
        opened.desk.sync_once()  # from here on letters are written by themselves
        yield opened


def decline(office: Office, reason: str = "HardDeclined", **more: Any) -> str:
    """Make an order whose next authorization is declined, and try it."""
    order_id = office.make("open", **more)
    return decline_again(office, order_id, reason)


def decline_again(office: Office, order_id: str, reason: str) -> str:
    office.world(minutes=5)
    office.sim("POST", "/_sim/acts", {"act": "decline", "id": order_id, "reason": reason})
    warned = office.offer(order_id, Verb.AUTHORIZE).warnings
    assert office.act(order_id, Verb.AUTHORIZE, accept=warned).state == "declined"
    office.desk.sync_once()
    return order_id


def repair(office: Office, order_id: str) -> None:
    office.world(hours=1)
    office.sim("POST", "/_sim/acts", {"act": "repair", "id": order_id})
    office.desk.refresh([order_id], wait=True)


def test_a_payment_method_decline_from_message_through_repair_to_captured(office: Office, postman: Postman) -> None:
    """S3.26, S3.28: the buyer is asked, the order waits, is said to be repaired, and is charged after all."""
    order_id = decline(office, number="1001", buyer_name="Zoë Brandt", buyer_email="zoe@example.com")
    (asked,) = postman.taken
    assert (asked.draft.kind, asked.draft.channel, asked.draft.to) == ("buyer", "mail", "zoe@example.com")
    assert asked.draft.subject == "Your order 1001 at Desk Lamps: please check your payment method"
    assert "Hello Zoë Brandt," in asked.draft.body
    assert "https://pay.amazon.com/" in asked.draft.body
    assert "This attempt took nothing" in asked.draft.body, "an earlier charge of the same order may have"
    (kept,) = office.desk.messages.list(order_id=order_id)
    assert (kept.id, kept.state) == (asked.id, "delivered")
    row = office.desk.reader.row(order_id)
    assert row is not None
    assert (row.status, row.attention) == ("SUSPENDED", ("suspended",))
    assert office.offer(order_id, Verb.AUTHORIZE).verdict == "no"

    repair(office, order_id)
    row = office.desk.reader.row(order_id)
    assert row is not None
    assert (row.status, row.attention) == ("DECLINED", ("repaired",))
    offer = office.offer(order_id, Verb.AUTHORIZE)
    assert offer.verdict == "warn"
    assert office.act(order_id, Verb.AUTHORIZE, accept=offer.warnings).state == "succeeded"
    assert office.act(order_id, Verb.CAPTURE).state == "succeeded"
    office.desk.sync_once()
    row = office.desk.reader.row(order_id)
    assert row is not None
    assert (row.status, row.attention) == ("CAPTURED", ())
    assert len(postman.taken) == 1


def test_each_decline_is_written_about_once_whoever_looks(tmp_path: Path, office: Office, postman: Postman) -> None:
    order_id = decline(office)
    for _ in range(3):
        office.world(hours=1)
        office.desk.sync_once(all_=True)
    second = Postman()
    with open_office(tmp_path, office.simulator, couriers={"mail": second}, mail=MAIL, local=office.local) as other:
        other.desk.sync_once(all_=True)
    assert (len(postman.taken), len(second.taken)) == (1, 0)
    repair(office, order_id)
    decline_again(office, order_id, "HardDeclined")
    assert len(postman.taken) == 2, "it is another decline"


def test_what_was_declined_before_letters_were_switched_on_is_not_written_about(tmp_path: Path) -> None:
    postman = Postman()
    with open_office(tmp_path) as before:
        order_id, simulator, local = decline(before), before.simulator, before.local
    local.advance(hours=1)
    with open_office(tmp_path, simulator, couriers={"mail": postman}, mail=MAIL, local=local) as after:
        after.desk.sync_once(all_=True)
        assert postman.taken == []
        repair(after, order_id)
        decline_again(after, order_id, "HardDeclined")
    assert len(postman.taken) == 1


def test_switched_off_and_on_again_it_begins_anew(tmp_path: Path) -> None:
    postman = Postman()
    with open_office(tmp_path, couriers={"mail": postman}, mail=MAIL) as first:
        first.desk.sync_once()
        simulator, local = first.simulator, first.local
    with open_office(tmp_path, simulator, local=local) as off:
        off.desk.sync_once()
        decline(off)
    local.advance(hours=1)
    with open_office(tmp_path, simulator, couriers={"mail": postman}, mail=MAIL, local=local) as again:
        again.desk.sync_once(all_=True)
    assert postman.taken == []


def test_a_decline_that_is_repaired_before_anybody_looked_is_not_written_about(
    office: Office, postman: Postman
) -> None:
    order_id = office.make("open")
    office.sim("POST", "/_sim/acts", {"act": "decline", "id": order_id, "reason": "HardDeclined"})
    assert office.act(order_id, Verb.AUTHORIZE).state == "declined"
    repair(office, order_id)
    office.desk.sync_once()
    assert postman.taken == []


def test_manual_letters_are_offered_and_the_admin_is_told_by_itself(tmp_path: Path) -> None:
    postman = Postman()
    with open_office(tmp_path, couriers={"mail": postman}, mail=replace(MAIL, send="manual")) as office:
        office.desk.sync_once()
        order_id = decline(office)
        assert postman.taken == []
        made = office.desk.letters.write(order_id, Desired())
        office.desk.messages.send()
        assert [message.id for message in postman.taken] == [made.id]
        with pytest.raises(NotValidError, match=rf"about this decline already \({made.id}, delivered\); .* --again"):
            office.desk.letters.write(order_id, Desired())
        assert office.desk.letters.write(order_id, Desired(), again=True).id != made.id
        decline(office, "AmazonRejected", number="77")
    assert postman.taken[-1].draft.kind == "admin"


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("AmazonRejected", "What to do: Do not ship; ask the buyer to order again."),
        ("SoftDeclined", "This was try 1; after 3 the buyer is asked."),
        ("TransactionTimedOut", "TransactionTimedOut: Amazon could not decide in time."),
        ("TransactionTimedOut", "What to do: Authorize again (azpay authorize "),
    ],
)
def test_any_other_decline_is_told_to_the_admin(office: Office, postman: Postman, reason: str, says: str) -> None:
    """S3.29: with reason code and recommended action."""
    order_id = decline(office, reason, number="77")
    (told,) = postman.taken
    assert (told.draft.kind, told.draft.to) == ("admin", "ops@shop.example")
    assert told.draft.subject == f"Desk Lamps: payment of order 77 declined ({reason})"
    assert says in told.draft.body
    assert order_id in told.draft.body


def test_after_the_third_soft_decline_in_a_row_the_buyer_is_asked(office: Office, postman: Postman) -> None:
    order_id = decline(office, "SoftDeclined")
    decline_again(office, order_id, "SoftDeclined")
    decline_again(office, order_id, "TransactionTimedOut")
    assert [message.draft.kind for message in postman.taken] == ["admin", "admin", "buyer"]


def test_a_buyer_without_an_address_leaves_it_to_the_admin(
    office: Office, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        order_id = decline(office, buyer_email="none")
        office.desk.sync_once(all_=True)
    (told,) = postman.taken
    assert told.draft.kind == "admin"
    assert "Ask the buyer to repair the payment method" in told.draft.body
    (said,) = [record.message for record in caplog.records if "no letter" in record.message]
    assert f"no letter payment-method about {order_id}: {order_id} has no e-mail address" in said


def test_the_language_follows_the_country_and_can_be_chosen(tmp_path: Path) -> None:
    with open_office(tmp_path, mail=replace(MAIL, languages=(("US", "de"),))) as office:
        order_id = decline(office)
        assert office.desk.letters.preview(order_id, Desired()).language == "de"
        english = office.desk.letters.preview(order_id, Desired(language="en"))
        assert (english.language, english.subject[:10]) == ("en", "Your order")
        assert office.desk.letters.preview(order_id, Desired("declined-admin")).language == "en"


def test_an_order_is_confirmed_once_when_the_profile_says_so(tmp_path: Path) -> None:
    """S3.20: a setting, off by default."""
    postman = Postman()
    with open_office(tmp_path, couriers={"mail": postman}, mail=replace(MAIL, confirm=True)) as office:
        office.make("authorized")
        office.world(minutes=5)
        order_id = office.make("open", number="1001")
        office.act(order_id, Verb.AUTHORIZE)
        office.desk.sync_once()
        office.act(order_id, Verb.CAPTURE)
        office.desk.sync_once(all_=True)
    assert [message.draft.subject for message in postman.taken] == ["Your order 1001 at Desk Lamps"]


@pytest.mark.parametrize(
    ("change", "what"), [({"to": "b@c.example"}, "recipient"), ({"subject": "b"}, "subject"), ({"text": "b"}, "text")]
)
def test_a_letter_is_kept_only_as_it_was_seen(office: Office, change: dict[str, str], what: str) -> None:
    order_id = office.make("suspended", buyer_email="zoe@example.com")
    seen = office.desk.letters.preview(order_id, Desired())
    with pytest.raises(ChangedError, match=f"did not leave, because its {what} changed since it was shown"):
        office.desk.letters.write(order_id, Desired(), seen=replace(seen, **change))
    assert office.desk.messages.list() == ()
    assert office.desk.letters.write(order_id, Desired(), seen=seen).draft.to == "zoe@example.com"


def test_a_letter_of_another_kind_takes_what_the_caller_knows(office: Office, postman: Postman) -> None:
    """What charging more and orders that cannot be fulfilled write with (S4.8 to S4.10)."""
    order_id = office.make("authorized", number="200")
    values = {"total": "230.00 USD", "more": "30.00 USD", "why": "express\r\nBcc: x@y.example"}
    made = office.desk.letters.write(order_id, Desired("charged-more", values=values))
    assert made.draft.subject == "Your order 200 at Desk Lamps: the total changes to 230.00 USD"
    assert "Why: express Bcc: x@y.example\n" in made.draft.body
    assert office.desk.letters.write(order_id, Desired("charged-more", values=values)).id != made.id


REFUSED = (
    (Desired(), "waits for no letter: nothing of it was declined that its buyer can mend."),
    (Desired("payment"), "There is no template 'payment'."),
    (Desired("charged-more"), r"Nothing is known to put in place of \$"),
    (Desired("charged-more", values={"amount": "1"}), r"\$amount cannot be set for charged-more"),
    (
        Desired("confirmation", values={"colour": "1"}),
        "no placeholder 'colour' to set in confirmation; ",
    ),
    (Desired("confirmation", "fr"), "There is no template confirmation in the language fr; choose de or en"),
)


def test_a_letter_that_cannot_be_written_is_refused(office: Office) -> None:
    order_id = office.make("authorized")
    for wanted, said in REFUSED:
        with pytest.raises(UsageError, match=said):
            office.desk.letters.write(order_id, wanted)
    assert office.desk.messages.list() == ()


def test_nothing_is_kept_while_letters_are_off(tmp_path: Path) -> None:
    with open_office(tmp_path, mail=OFF) as office:
        order_id = decline(office, number="1001")
        with pytest.raises(NotValidError, match=r"This profile sends no letters: set send = "):
            office.desk.letters.write(order_id, Desired())
        assert office.desk.messages.list() == ()


def test_no_letter_is_written_by_hand_where_a_profile_may_only_be_read(tmp_path: Path) -> None:
    with open_office(tmp_path, mail=MAIL, read_only="Read-only: it says so.") as office:
        order_id = office.make("authorized")
        with pytest.raises(NotValidError, match="Read-only: it says so"):
            office.desk.letters.write(order_id, Desired("confirmation"))


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Refused("The server is busy."), "waiting"),
        (Refused("There is no such recipient.", permanent=True), "failed"),
        (Unknown("The line broke after the letter had left."), "failed"),
    ],
)
def test_what_may_have_arrived_is_sent_again_only_when_a_person_says_so(
    office: Office, postman: Postman, outcome: Outcome, state: str
) -> None:
    postman.says = [outcome]
    decline(office)
    (message,) = office.desk.messages.list()
    assert (message.state, message.why) == (state, outcome.why)
    office.world(minutes=1)
    office.desk.messages.send()
    assert len(postman.taken) == (2 if state == "waiting" else 1)
    if state == "failed":
        office.desk.messages.retry(message.id)
        office.desk.messages.send()
        assert [taken.id for taken in postman.taken] == [message.id] * 2, "with the same number"


def test_purged_personal_data_takes_the_letters_along(tmp_path: Path, office: Office, postman: Postman) -> None:
    postman.says = [Unknown("The mail server said nothing more.")]
    order_id = decline(office, buyer_name="Jane Canary", buyer_email="jane.canary@example.com")
    assert "message-failed" in attention(office.order(order_id), office.desk.now())
    office.desk.purge([order_id])
    assert "message-failed" not in attention(office.order(order_id), office.desk.now())
    (kept,) = office.desk.messages.list()
    assert (kept.draft.body, kept.draft.subject, kept.draft.to) == ("", "", "")
    with pytest.raises((NotValidError, UsageError)):
        office.desk.letters.write(order_id, Desired(), again=True)
    for file in office.directory.rglob("*"):
        if file.is_file():
            assert b"canary" not in file.read_bytes().lower(), file
