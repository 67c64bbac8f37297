"""Letters that had to wait: one that is wrong by then is dropped, and what a person wants all the same is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.backoffice.messages.test_letters import MAIL, Postman, decline, decline_again, repair
from tests.support.office import Office, open_office

from azpay_tui.backoffice.composing import Desired
from azpay_tui.backoffice.messages.occasions import occasion_of, outdated
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.messages import Message, Refused

LATER = Refused("450 later")


@pytest.fixture
def postman() -> Postman:
    return Postman(says=[LATER])


@pytest.fixture
def office(tmp_path: Path, postman: Postman) -> Iterator[Office]:
    with open_office(tmp_path, couriers={"mail": postman}, mail=replace(MAIL, confirm=True)) as opened:
        opened.desk.sync_once()
        yield opened


def letters(office: Office, order_id: str) -> list[tuple[str, str]]:
    """Return what became of the letters about an order, and why, the first one first."""
    return [(one.state, one.why) for one in reversed(office.desk.messages.list(order_id=order_id))]


def later(office: Office, order_id: str) -> None:
    office.world(hours=1)
    office.desk.refresh([order_id], wait=True)
    office.desk.sync_once()


def test_a_letter_that_still_is_right_is_sent_again(office: Office, postman: Postman) -> None:
    order_id = decline(office)
    later(office, order_id)
    assert [state for state, _why in letters(office, order_id)] == ["delivered"]
    assert len(postman.taken) == 2


def test_nobody_is_asked_to_repair_what_was_repaired_meanwhile(office: Office, postman: Postman) -> None:
    order_id = decline(office)
    repair(office, order_id)
    office.desk.sync_once()
    assert letters(office, order_id) == [
        ("dropped", "The buyer has repaired the payment method, so the letter was not sent.")
    ]
    assert len(postman.taken) == 1
    (kept,) = office.desk.messages.list(order_id=order_id)
    assert [one.result for one in office.desk.messages.show(kept.id)[1]] == ["refused", "refused"]
    office.desk.messages.retry(kept.id)
    office.desk.messages.send()
    assert [state for state, _why in letters(office, order_id)] == ["delivered"], "a person wants it all the same"


def test_nobody_is_asked_about_a_decline_after_which_money_was_taken(office: Office, postman: Postman) -> None:
    order_id = decline(office)
    repair(office, order_id)
    accept = office.offer(order_id, Verb.AUTHORIZE).warnings
    assert office.act(order_id, Verb.AUTHORIZE, accept=accept).state == "succeeded"
    assert office.act(order_id, Verb.CAPTURE).state == "succeeded"
    office.desk.sync_once()
    first, *_confirmed = letters(office, order_id)
    assert first == ("dropped", "The order does not wait with that decline any more, so the letter was not sent.")
    assert [one.draft.subject for one in postman.taken[1:] if "payment method" in one.draft.subject] == []


def test_an_order_that_was_cancelled_is_written_about_no_more(office: Office, postman: Postman) -> None:
    order_id = decline(office)
    postman.says = [LATER]
    confirmed = office.make("open")
    office.act(confirmed, Verb.AUTHORIZE)
    office.desk.sync_once()
    assert [state for state, _why in letters(office, confirmed)] == ["waiting"]
    for one in (order_id, confirmed):
        assert office.act(one, Verb.CANCEL).state == "succeeded"
    for one in (order_id, confirmed):
        later(office, one)
    assert letters(office, confirmed) == [("dropped", "The order was cancelled, so the letter was not sent.")]
    assert letters(office, order_id) == [
        ("dropped", "The order does not wait with that decline any more, so the letter was not sent.")
    ]
    assert len(postman.taken) == 2


def test_nothing_is_outdated_by_a_charge_that_was_not_read_or_not_found(office: Office) -> None:
    """A cache that is built anew knows charges by their ids before it knows what became of them."""
    (kept,) = office.desk.messages.list(order_id=decline(office))
    order = office.order(office.make("declined-hard"))
    kept = replace(kept, draft=replace(kept.draft, occasion=occasion_of("payment-method", order)))
    charge = order.charges[-1].id
    unread = replace(order, charges=(), unread=frozenset({charge}))
    assert outdated(kept, order) is None
    assert outdated(kept, replace(unread, unread=frozenset())) is not None
    assert outdated(kept, unread) is None
    assert outdated(kept, replace(unread, unread=frozenset(), missing=frozenset({charge}))) is None
    assert outdated(kept, replace(unread, canceled_here=True)) is not None, "nobody asks for a cancelled order"


def test_of_two_declines_the_newer_one_is_written_about(office: Office, postman: Postman) -> None:
    order_id = decline(office)
    postman.says = [LATER]
    repair(office, order_id)
    decline_again(office, order_id, "HardDeclined")
    later(office, order_id)
    assert [state for state, _why in letters(office, order_id)] == ["dropped", "delivered"]


def test_what_a_person_writes_leaves_whatever_came_before(tmp_path: Path) -> None:
    """They saw the order: only what comes after they wrote can make a letter wrong, and only while it has to wait."""
    postman = Postman()
    with open_office(tmp_path, couriers={"mail": postman}, mail=replace(MAIL, send="manual", admin=None)) as office:
        office.desk.sync_once()
        order_id = decline(office)
        repair(office, order_id)

        def write(kind: str) -> Message:
            made = office.desk.letters.write(order_id, Desired(kind))
            office.desk.messages.send()
            return office.desk.messages.show(made.id)[0]

        assert write("payment-method").state == "delivered"
        assert office.act(order_id, Verb.CANCEL).state == "succeeded"
        assert write("payment-method").state == "delivered"
        assert write("order-again").state == "delivered"
    assert len(postman.taken) == 3
