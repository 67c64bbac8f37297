"""Refunds that Amazon declined are told until the buyer got as much since, whatever else was given back."""

from __future__ import annotations

import pytest
from tests.backoffice.test_unnamed import declined, lost, unanswered
from tests.support.office import Office

from azpay_tui.domain import status
from azpay_tui.domain.intent import Verb


def told(office: Office, order_id: str, minutes: int = 120) -> bool:
    """Whether the order is said to have a declined refund, with everything read."""
    office.world(minutes=minutes)
    office.desk.sync_once(all_=True)
    return "refund-declined" in status.attention(office.order(order_id), office.desk.now())


def test_of_two_equal_refunds_the_first_is_declined(office: Office) -> None:
    order_id = office.make("captured")
    first = office.act(order_id, Verb.REFUND, "30.00")
    office.world(minutes=1)
    office.act(order_id, Verb.REFUND, "30.00", ("refund-under-way",))
    office.world(minutes=2)
    declined(office, first.result_id or "")
    assert told(office, order_id)
    office.act(order_id, Verb.REFUND, "30.00")
    assert not told(office, order_id)


@pytest.mark.parametrize("counted", [False, True])
def test_the_same_where_the_second_was_never_answered(office: Office, counted: bool) -> None:
    office.sim("PATCH", "/_sim/settings", {"pending_refunds_counted": counted})
    order_id = office.make("captured")
    first = office.act(order_id, Verb.REFUND, "30.00")
    office.world(minutes=1)
    office.fault("refund", "close-after", times=20)
    second = office.act(order_id, Verb.REFUND, "30.00", ("refund-under-way",))
    office.sim("DELETE", "/_sim/faults")
    office.world(minutes=2)
    declined(office, first.result_id or "")
    office.world(minutes=20)
    office.desk.sync_once(all_=True)
    if next(one for one in office.desk.intents() if one.id == second.id).open:
        office.desk.settle(second.id, "succeeded", "seen in Seller Central")
    assert told(office, order_id)


def test_a_part_that_is_given_back_does_not_make_up_for_the_whole(office: Office) -> None:
    order_id = office.make("captured")
    declined(office, office.act(order_id, Verb.REFUND, "50.00").result_id or "")
    assert told(office, order_id)
    lost(office, order_id, Verb.REFUND, "5.00")
    assert told(office, order_id)
    office.act(order_id, Verb.REFUND, "45.00")
    assert not told(office, order_id)


def test_what_only_a_person_vouches_for_does_not_make_up_for_it(office: Office) -> None:
    order_id = office.make("captured")
    declined(office, office.act(order_id, Verb.REFUND, "50.00").result_id or "")
    assert told(office, order_id)
    again = unanswered(office, order_id, Verb.REFUND, "50.00", "close-before")
    office.world(minutes=20)
    office.desk.settle(again.id, "succeeded", "the buyer says so")
    assert told(office, order_id)


def test_made_again_and_declined_again_it_is_told_again_though_no_id_is_known(office: Office) -> None:
    office.sim("PATCH", "/_sim/settings", {"pending_refunds_counted": True})
    order_id = office.make("captured")
    declined(office, office.act(order_id, Verb.REFUND, "50.00").result_id or "")
    assert told(office, order_id)
    unanswered(office, order_id, Verb.REFUND, "50.00")
    assert not told(office, order_id, minutes=2)
    declined(office, [made for _, made, _ in office.effects()][-1] or "")
    assert told(office, order_id)
