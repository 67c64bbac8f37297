"""What succeeded without an id, at a person's word or by Amazon's totals, counts as made: nothing is given twice."""

from __future__ import annotations

import pytest
from tests.support.office import Office

from azpay_tui.backoffice.errors import BackOfficeError, NotValidError
from azpay_tui.backoffice.records import SaleDone
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.refund_limits import refunded_total, settled_refunds
from azpay_tui.domain.rows import OrderLine, TrackedOrder

LINES = (
    OrderLine("Tea", "3", Money(90_00, "USD"), "TEA"),
    OrderLine("Parcel", "1", Money(30_00, "USD"), None, kind="shipping"),
)


def amounts(office: Office) -> list[tuple[str, str | None]]:
    return [(verb, amount) for verb, _, amount in office.effects()]


def cancel(office: Office, order_id: str, wanted: Wanted) -> SaleDone:
    return office.desk.cancel_sale(office.desk.plan_sale(order_id, wanted), (), "", lambda intent: None)


def unanswered(office: Office, order_id: str, verb: Verb, amount: str, fault: str = "close-after") -> Intent:
    """Do what Amazon never answers; it carries it out, unless the fault is another one."""
    office.fault(str(verb), fault, times=20)
    intent = office.act(order_id, verb, amount)
    office.sim("DELETE", "/_sim/faults")
    return intent


def lost(office: Office, order_id: str, verb: Verb, amount: str) -> Intent:
    """Do what Amazon carries out and never answers, and settle it, late, at a person's word."""
    intent = unanswered(office, order_id, verb, amount)
    office.world(minutes=20)
    return office.desk.settle(intent.id, "succeeded", "seen in Seller Central")


def test_a_cancelled_piece_whose_refund_a_person_settled_is_not_refunded_again(office: Office) -> None:
    order_id = office.make("captured")
    office.desk.track([TrackedOrder(order_id, source="web", side="shop", lines=LINES)])
    office.fault("refund", "close-after", times=20)
    done = cancel(office, order_id, Wanted(lines={"TEA": 1}))
    office.sim("DELETE", "/_sim/faults")
    office.world(minutes=20)
    office.desk.settle(done.intents[0].id, "succeeded", "seen in Seller Central")
    with pytest.raises(BackOfficeError):  # two of it would be more than the order has, or ask to be accepted
        cancel(office, order_id, Wanted(lines={"TEA": 1}))
    assert amounts(office) == [("refund", "30.00")]


def test_a_refund_that_a_person_settled_counts_towards_what_is_left(office: Office) -> None:
    order_id = office.make("captured")
    lost(office, order_id, Verb.REFUND, "10.00")
    cancel(office, order_id, Wanted())
    assert amounts(office) == [("refund", "10.00"), ("refund", "110.00")]


def test_a_second_equal_refund_is_one_of_its_own(office: Office) -> None:
    """Amazon would replay the first to an equal key, and the buyer would be told of money that never moves."""
    order_id = office.make("captured")
    unanswered(office, order_id, Verb.REFUND, "30.00")
    office.world(hours=2)
    office.desk.sync_once(all_=True)
    assert office.desk.intents()[0].reason == "seen in Amazon's totals"
    second = office.act(order_id, Verb.REFUND, "30.00")
    assert (second.state, amounts(office).count(("refund", "30.00"))) == ("accepted", 2)


def test_an_authorization_that_a_person_settled_is_a_hold_until_it_lapses(office: Office) -> None:
    order_id = office.make("open")
    lost(office, order_id, Verb.AUTHORIZE, "120.00")
    assert office.desk.suggest(office.order(order_id), Verb.AUTHORIZE, order_id) is None
    with pytest.raises(NotValidError, match="second-hold"):
        office.act(order_id, Verb.AUTHORIZE, "120.00")
    assert amounts(office) == [("authorize", "120.00")]


def test_a_refund_that_becomes_known_by_its_id_counts_once(office: Office) -> None:
    order_id = office.make("captured")
    lost(office, order_id, Verb.REFUND, "10.00")
    assert [made.amount for made in office.order(order_id).unnamed] == [Money(10_00, "USD")]
    ((_, made, _),) = office.effects()
    assert made is not None
    office.desk.track([TrackedOrder(order_id, source="web", side="shop", refund_ids=(made,))])
    office.desk.refresh([order_id], wait=True)
    known = office.order(order_id)
    assert (known.unnamed, refunded_total(known)) == ((), Money(10_00, "USD"))


def declined(office: Office, refund: str) -> None:
    office.sim("POST", "/_sim/acts", {"act": "decline", "id": refund, "reason": "AmazonRejected"})
    office.world(hours=2)
    office.desk.sync_once(all_=True)


def told(office: Office, order_id: str, refund: str) -> Order:
    """Learn a refund's id, as Seller Central shows it."""
    office.desk.track([TrackedOrder(order_id, source="web", side="shop", refund_ids=(refund,))])
    office.desk.refresh([order_id], wait=True)
    return office.order(order_id)


def test_a_refund_that_a_person_vouched_for_and_amazon_declined_is_due_again_once_its_id_is_known(
    office: Office,
) -> None:
    order_id = office.make("captured")
    lost(office, order_id, Verb.REFUND, "120.00")
    ((_, made, _),) = office.effects()
    assert made is not None
    declined(office, made)
    assert settled_refunds(office.order(order_id)) == Money(0, "USD")
    offer = office.offer(order_id, Verb.REFUND)
    assert offer.maximum == Money(18_00, "USD")
    assert "azpay orders track REFUND-ID" in (offer.reason or "")
    assert refunded_total(told(office, order_id, made)) == Money(0, "USD")
    assert office.act(order_id, Verb.REFUND, "120.00").state == "accepted"


def test_a_refund_that_the_totals_showed_and_amazon_declined_is_due_again_once_its_id_is_known(office: Office) -> None:
    office.sim("PATCH", "/_sim/settings", {"pending_refunds_counted": True})
    order_id = office.make("captured")
    unanswered(office, order_id, Verb.REFUND, "120.00")
    office.world(minutes=2)
    office.desk.sync_once(all_=True)
    assert office.desk.intents()[0].reason == "seen in Amazon's totals"
    ((_, made, _),) = office.effects()
    assert made is not None
    declined(office, made)
    assert settled_refunds(office.order(order_id)) == Money(0, "USD")
    assert refunded_total(told(office, order_id, made)) == Money(0, "USD")
    assert office.act(order_id, Verb.REFUND, "120.00").state == "accepted"


def test_a_total_that_takes_in_what_a_person_vouched_for_proves_no_second_equal_refund(office: Office) -> None:
    order_id = office.make("captured")
    lost(office, order_id, Verb.REFUND, "30.00")
    second = unanswered(office, order_id, Verb.REFUND, "30.00", "close-before")
    office.world(hours=2)
    office.desk.sync_once(all_=True)
    assert str(office.order(order_id).charges[0].refunded) == "30.00 USD"
    assert next(intent for intent in office.desk.intents() if intent.id == second.id).state != "succeeded"
    assert amounts(office) == [("refund", "30.00")]
