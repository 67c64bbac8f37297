"""Each verb from check to outcome: one effect in the simulator's ledger, and nothing when it is not valid."""

from __future__ import annotations

import threading
from pathlib import Path
from unittest.mock import ANY

import pytest
from tests.support.office import Office, open_office

from azpay_tui import points
from azpay_tui.backoffice.errors import BusyError, ChangedError, NotValidError, OfflineError, UsageError
from azpay_tui.domain.intent import Seen, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.status import status_of


def status(office: Office, order_id: str) -> str:
    return status_of(office.order(order_id), office.desk.now())


def test_a_capture_takes_the_authorized_amount_once(office: Office) -> None:
    order_id = office.make("authorized", amount="120.00", age="2d")
    intent = office.act(order_id, Verb.CAPTURE)
    assert (intent.state, intent.attempts, intent.reconciled) == ("succeeded", 1, True)
    assert office.effects() == [("capture", intent.draft.wish.target, "120.00")]
    assert status(office, order_id) == "CAPTURED"


def test_a_part_capture_leaves_the_rest_to_authorize(office: Office) -> None:
    order_id = office.make("authorized", amount="100.00", age="1d")
    assert office.act(order_id, Verb.CAPTURE, "40.00").state == "succeeded"
    assert status(office, order_id) == "PART-CAPTURED"
    assert office.desk.suggest(office.order(order_id), Verb.AUTHORIZE, order_id) == Money(6000, "USD")
    again = office.act(order_id, Verb.AUTHORIZE)
    assert again.state == "succeeded"
    assert again.result_id is not None
    assert office.order(order_id).charge(again.result_id) is not None
    assert [e[0] for e in office.effects()] == ["capture", "authorize"]


def test_void_ends_the_authorization_and_leaves_the_order_open(office: Office) -> None:
    order_id = office.make("authorized")
    assert office.act(order_id, Verb.VOID).state == "succeeded"
    assert status(office, order_id) == "VOIDED"


def test_an_equal_authorization_after_a_void_is_a_new_one(office: Office) -> None:
    order_id = office.make("open", amount="50.00")
    first = office.act(order_id, Verb.AUTHORIZE)
    office.act(order_id, Verb.VOID)
    second = office.act(order_id, Verb.AUTHORIZE)
    assert first.state == second.state == "succeeded"
    assert first.result_id != second.result_id
    assert first.draft.key != second.draft.key


def test_an_equal_refund_twice_is_two_refunds(office: Office) -> None:
    order_id = office.make("captured", amount="100.00")
    first = office.act(order_id, Verb.REFUND, "10.00")
    assert first.state == "accepted"
    second = office.act(order_id, Verb.REFUND, "10.00", accept=("refund-under-way",))
    assert second.state == "accepted"
    assert second.result_id != first.result_id
    assert [e[2] for e in office.effects()] == ["10.00", "10.00"]


def test_refunds_go_up_to_the_cap_and_no_further(office: Office) -> None:
    order_id = office.make("captured", amount="100.00")
    with pytest.raises(NotValidError, match=r"115\.00"):
        office.ready(order_id, Verb.REFUND, "115.01")
    with pytest.raises(NotValidError, match="beyond-capture"):
        office.act(order_id, Verb.REFUND, "115.00")
    assert office.act(order_id, Verb.REFUND, "115.00", accept=("beyond-capture",)).state == "accepted"
    offer = office.offer(order_id, Verb.REFUND)
    assert offer.verdict == "no"
    assert "115.00" in (offer.reason or "")
    assert len(office.effects()) == 1


def test_cancel_closes_the_order_with_its_open_charge(office: Office) -> None:
    order_id = office.make("authorized")
    assert office.act(order_id, Verb.CANCEL).state == "succeeded"
    assert status(office, order_id) == "CANCELED"
    assert office.effects() == [("cancel", order_id, None)]


def test_close_after_part_fulfilment(office: Office) -> None:
    """S4.18, S4.20."""
    order_id = office.make("part-captured")
    assert office.act(order_id, Verb.CLOSE).state == "succeeded"
    assert status(office, order_id) == "CAPTURED"


def test_a_refund_is_final_when_amazon_settles_it(office: Office) -> None:
    """S3.53."""
    order_id = office.make("captured")
    intent = office.act(order_id, Verb.REFUND, "20.00")
    office.world(hours=2)
    office.desk.sync_once()
    settled = office.desk.wait(intent.id, 0)
    assert settled.state == "succeeded"
    assert settled.reconciled
    assert status(office, order_id) == "PART-REFUNDED"


def test_a_capture_after_seven_days_is_accepted_and_then_final(office: Office) -> None:
    """S3.44."""
    order_id = office.make("authorized", age="10d")
    intent = office.act(order_id, Verb.CAPTURE)
    assert intent.state == "accepted"
    assert status(office, order_id) == "CAPTURING"
    office.world(hours=2)
    office.desk.sync_once()
    assert office.desk.wait(intent.id, 0).state == "succeeded"
    assert status(office, order_id) == "CAPTURED"


def test_nothing_is_sent_for_a_verb_that_is_not_valid(office: Office) -> None:
    order_id = office.make("captured")
    with pytest.raises(NotValidError, match="captured already"):
        office.ready(order_id, Verb.CAPTURE, "1.00")
    assert office.sim("GET", "/_sim/ledger") == []
    assert office.desk.intents() == ()


@pytest.mark.parametrize("amount", ["0.00", "120.01"])
def test_an_amount_outside_the_limits_is_not_valid(office: Office, amount: str) -> None:
    order_id = office.make("authorized")
    with pytest.raises(NotValidError):
        office.ready(order_id, Verb.CAPTURE, amount)
    assert office.sim("GET", "/_sim/ledger") == []


def test_a_difference_found_before_sending_stops_it(office: Office) -> None:
    order_id = office.make("authorized")
    ready = office.ready(order_id, Verb.CAPTURE, "50.00")
    office.sim("POST", "/_sim/acts", {"act": "capture-elsewhere", "id": ready.wish.target, "amount": "70.00"})
    intent = office.desk.wait(office.desk.submit(ready).id, 60)
    assert intent.state == "abandoned"
    assert (intent.reason or "").startswith("changed: ")
    assert office.sim("GET", "/_sim/ledger") == []
    assert status(office, order_id) == "PART-CAPTURED"


@pytest.mark.parametrize("counted", [True, False])
def test_a_refund_made_elsewhere_does_not_hide_behind_the_end_of_an_own_one(office: Office, counted: bool) -> None:
    office.sim("PATCH", "/_sim/settings", {"pending_refunds_counted": counted})
    order_id = office.make("captured")
    office.act(order_id, Verb.REFUND, "5.00")
    ready = office.ready(order_id, Verb.REFUND, "60.00")
    office.world(hours=2)
    office.sim("POST", "/_sim/acts", {"act": "refund-elsewhere", "id": ready.wish.target, "amount": "60.00"})
    office.world(hours=2)
    intent = office.desk.wait(office.desk.submit(ready, ready.offer.warnings).id, 60)
    assert intent.state == "abandoned"
    assert (intent.reason or "").startswith("changed: ")
    assert office.effects() == [("refund", ANY, "5.00")]


def test_the_end_of_an_own_refund_does_not_stop_the_next_one(office: Office) -> None:
    order_id = office.make("captured")
    office.act(order_id, Verb.REFUND, "5.00")
    ready = office.ready(order_id, Verb.REFUND, "60.00")
    office.world(hours=2)
    intent = office.desk.wait(office.desk.submit(ready, ready.offer.warnings).id, 60)
    assert intent.state == "accepted"


@pytest.mark.parametrize("later", ["this program", "the next one"])
def test_a_refund_whose_end_was_read_before_another_action_is_told_as_it_ended(office: Office, later: str) -> None:
    order_id = office.make("captured")
    refund = office.act(order_id, Verb.REFUND, "5.00")
    office.desk.works.refresher.turn()
    office.sim("POST", "/_sim/acts", {"act": "decline", "id": refund.result_id, "reason": "AmazonRejected"})
    office.world(hours=2)
    with pytest.raises(ChangedError, match=r"RefundInitiated, is Declined"):
        office.ready(order_id, Verb.REFUND, "6.00")
    assert office.order(order_id).refunds[0].state == "Declined", "the look before the next action showed it"
    if later == "this program":
        office.desk.works.refresher.turn()
    else:
        office.desk.works.recovery.take_over()
    assert [intent.state for intent in office.desk.intents(order_id=order_id)] == ["declined"]


def test_check_says_what_changed_since_the_person_looked(office: Office) -> None:
    order_id = office.make("authorized")
    order = office.order(order_id)
    office.sim("POST", "/_sim/acts", {"act": "void-elsewhere", "id": order.charges[0].id})
    wish = Wish(Verb.CAPTURE, order_id, order.charges[0].id, Money(100, "USD"))
    with pytest.raises(ChangedError, match=r"Authorized.*Canceled"):
        office.desk.check(wish, Seen.of(order))


def test_what_is_already_so_succeeds_without_sending(office: Office) -> None:
    order_id = office.make("authorized")
    wish = office.wish(order_id, Verb.VOID)
    office.sim("POST", "/_sim/acts", {"act": "void-elsewhere", "id": wish.target})
    ready = office.desk.check(wish)
    assert ready.already_so
    intent = office.desk.submit(ready)
    assert (intent.state, intent.reason) == ("succeeded", "already so")
    assert office.sim("GET", "/_sim/ledger") == []


def test_offline_nothing_is_journalled_and_the_verbs_go_off(office: Office) -> None:
    """S3.38: no capture is ever noted without Amazon."""
    order_id = office.make("authorized")
    wish = office.wish(order_id, Verb.CAPTURE)
    office.transport.reachable = False
    with pytest.raises(OfflineError):
        office.desk.check(wish)
    assert office.desk.intents() == ()
    assert office.desk.reader.status(office.desk.now()).connection == "OFFLINE"
    offer = office.offer(order_id, Verb.CAPTURE)
    assert offer.verdict == "no"
    assert "connection" in (offer.reason or "")
    office.transport.reachable = True
    office.world(seconds=1)
    office.desk.sync_once(all_=True)
    assert office.offer(order_id, Verb.CAPTURE).verdict == "yes"


def test_offline_a_cached_no_comes_first(office: Office) -> None:
    order_id = office.make("captured")
    office.transport.reachable = False
    with pytest.raises(NotValidError):
        office.desk.check(Wish(Verb.VOID, order_id, office.order(order_id).charges[0].id))


def test_a_connection_lost_between_check_and_send_abandons_unsent(office: Office) -> None:
    order_id = office.make("authorized")
    ready = office.ready(order_id, Verb.CAPTURE)
    office.transport.reachable = False
    intent = office.desk.wait(office.desk.submit(ready).id, 60)
    assert intent.state == "abandoned"
    assert (intent.reason or "").startswith("offline: ")
    assert intent.attempts == 0


def test_an_open_intent_locks_every_verb_of_its_order(office: Office) -> None:
    order_id = office.make("captured")
    office.fault("refund", "reset-before", times=20)
    first = office.act(order_id, Verb.REFUND, "10.00")
    assert first.state == "unknown"
    assert {o.verdict for o in office.desk.offers(office.order(order_id)) if o.verb is not Verb.REFRESH} == {"no"}
    with pytest.raises(NotValidError, match="not settled"):
        office.ready(order_id, Verb.REFUND, "5.00")
    assert status(office, order_id) == "UNKNOWN"


def test_two_consoles_on_one_order_one_wins(office: Office) -> None:
    order_id = office.make("captured")
    one, two = office.ready(order_id, Verb.REFUND, "10.00"), office.ready(order_id, Verb.REFUND, "10.00")
    office.stores.journal.open_intent(office.desk.works.checker.draft(one, (), "somebody", "s-000000000000"))
    with pytest.raises((BusyError, ChangedError), match="somebody"):
        office.desk.submit(two)


def test_a_warning_must_be_accepted_by_name(office: Office) -> None:
    order_id = office.make("authorized")
    ready = office.ready(order_id, Verb.AUTHORIZE, "5.00")
    with pytest.raises(NotValidError, match="second-hold"):
        office.desk.submit(ready, ("partly-known",))
    assert office.desk.intents() == ()
    intent = office.desk.wait(office.desk.submit(ready, ("second-hold",)).id, 60)
    assert intent.state == "succeeded"


def test_a_synchronous_decline_is_declined_and_the_next_try_has_a_new_key(office: Office) -> None:
    """S3.25."""
    order_id = office.make("open", amount="30.00")
    office.sim("POST", "/_sim/acts", {"act": "decline", "id": order_id, "reason": "SoftDeclined"})
    first = office.act(order_id, Verb.AUTHORIZE)
    assert first.state == "declined"
    assert status(office, order_id) == "DECLINED"
    assert "Declined so far: 1" in (office.offer(order_id, Verb.AUTHORIZE).reason or "")
    second = office.act(order_id, Verb.AUTHORIZE)
    assert second.state == "succeeded"
    assert second.draft.key != first.draft.key


def test_an_order_known_by_its_id_alone_warns(office: Office) -> None:
    order_id = office.make("open", known=False)
    for verb in (Verb.AUTHORIZE, Verb.CANCEL, Verb.CLOSE):
        assert "partly-known" in office.offer(order_id, verb).warnings


def test_an_unknown_order_is_a_usage_error(office: Office) -> None:
    with pytest.raises(UsageError, match="not known"):
        office.desk.check(Wish(Verb.CANCEL, "S01-0000000-0000000", "S01-0000000-0000000"))


def test_the_end_waits_for_a_wish_that_is_being_made_durable(tmp_path: Path) -> None:
    reached, go = threading.Event(), threading.Event()

    def stop_at(point: points.Point) -> None:
        if point == "confirmed":
            reached.set()
            go.wait(60)

    with open_office(tmp_path) as office:
        order_id = office.make("authorized")
        ready = office.ready(order_id, Verb.CAPTURE)
        acting = threading.Thread(target=office.desk.submit, args=(ready,))
        ending = threading.Thread(target=office.desk.stop, args=(60,))
        points.visit(stop_at)
        try:
            acting.start()
            assert reached.wait(60)
            ending.start()
            ending.join(0.2)
            waits = ending.is_alive()
        finally:
            points.visit(None)
            go.set()
        acting.join()
        ending.join()
        assert waits
    with open_office(tmp_path, office.simulator, local=office.local) as later:
        assert [intent.state for intent in later.desk.intents()] == ["abandoned"]
        assert later.effects() == []
