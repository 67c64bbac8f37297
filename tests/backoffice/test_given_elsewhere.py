"""A refund of an order of which something was recorded as given back elsewhere says so before it is confirmed."""

from __future__ import annotations

import time

from tests.backoffice.test_cancelled_lines import with_lines
from tests.support.office import Office
from tests.support.orders import SITUATIONS

from azpay_tui.backoffice.records import Ready
from azpay_tui.cli import confirm
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.slips import Booked, draw, left_to_refund
from azpay_tui.tui.dialogs.question import Question

TOLD = "Recorded here as given back elsewhere: 60.00 USD; what is refunded now is on top of that."


def checked(office: Office, order_id: str, verb: Verb) -> Ready:
    target = office.offer(order_id, verb).target
    assert target is not None
    return office.desk.check(Wish(verb, order_id, target, Money(120_00, "USD") if verb is Verb.REFUND else None))


def known(office: Office, ready: Ready) -> tuple[list[str], list[str]]:
    """Return what is to be known before it is confirmed, on the command line and in the console's dialog."""
    question = Question(office.desk, ready.offer, ready.order, ready.wish.amount, time.monotonic)
    question.ready = ready
    line = [value for label, value in confirm.facts(office.desk.profile, ready) if label == "Know this"]
    return line, [fact.value for fact in question.shown() if fact.label == "Know this"]


def test_what_was_given_back_elsewhere_is_told_before_a_refund(office: Office) -> None:
    """S3.54: no sum counts it, so whoever confirms is to know of it."""
    order_id = office.make("captured")
    assert known(office, checked(office, order_id, Verb.REFUND)) == ([], [])
    made = with_lines(SITUATIONS["9 captured"]())
    slip = draw(left_to_refund(made, made.charges[0], ()), {"LAMP": 2}, None, None)
    charge = office.order(order_id).charges[0].id
    booked = Booked("", Verb.REFUND, charge, None, slip, order_id=order_id, at=office.desk.now(), person="ops")
    office.stores.journal.record_slip(booked, office.desk.now(), 0)
    assert known(office, checked(office, order_id, Verb.REFUND)) == ([TOLD], [TOLD])


def test_only_what_gives_money_back_speaks_of_it(office: Office) -> None:
    made = with_lines(SITUATIONS["9 captured"]())
    slip = draw(left_to_refund(made, made.charges[0], ()), {"LAMP": 2}, None, None)
    order_id = office.make("open")
    booked = Booked("", Verb.REFUND, f"{order_id}-C000001", None, slip, order_id=order_id, at=office.desk.now())
    office.stores.journal.record_slip(booked, office.desk.now(), 0)
    assert checked(office, order_id, Verb.CANCEL).elsewhere == ""
