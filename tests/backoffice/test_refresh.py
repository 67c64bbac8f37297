"""The cache stays in step: by class of state, over outages, without touching what is open."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.office import START, Office, open_office

from azpay_tui.amazon.v2.line import READ_TRIES
from azpay_tui.backoffice import schedule
from azpay_tui.backoffice.errors import CredentialsError, OfflineError
from azpay_tui.domain import states
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Permission, Refund
from azpay_tui.domain.status import status_of

USD = Money(12000, "USD")
ORDER = "S01-0000000-0000001"


def charge(state: str, age: timedelta) -> Charge:
    return Charge(f"{ORDER}-C000001", state, USD, created=START - age, updated=START - age, captured=USD)


def test_what_is_in_flight_is_looked_at_after_half_its_age_from_seconds_to_an_hour() -> None:
    young = schedule.next_due(charge(states.CAPTURE_INITIATED, timedelta(seconds=2)), None, START)
    middle = schedule.next_due(charge(states.CAPTURE_INITIATED, timedelta(minutes=10)), None, START)
    old = schedule.next_due(charge(states.CAPTURE_INITIATED, timedelta(days=1)), None, START)
    assert young == START + timedelta(seconds=3)
    assert middle == START + timedelta(minutes=5)
    assert old == START + timedelta(hours=1)


def test_what_rests_is_read_daily_and_exactly_at_its_marks() -> None:
    assert schedule.next_due(charge(states.AUTHORIZED, timedelta(days=1)), None, START) == START + timedelta(days=1)
    guarantee = schedule.next_due(charge(states.AUTHORIZED, timedelta(days=6, hours=20)), None, START)
    assert guarantee == START + timedelta(hours=4)
    permission = Permission(ORDER, states.CHARGEABLE, states.ONE_TIME, created=START - timedelta(days=179, hours=23))
    assert schedule.next_due(permission, None, START) == START + timedelta(hours=1)


def test_what_ended_is_not_read_again() -> None:
    for fact in (
        charge(states.DECLINED, timedelta(days=1)),
        charge(states.CANCELED, timedelta(days=1)),
        Permission(ORDER, states.CLOSED, states.ONE_TIME),
        Refund(f"{ORDER}-R000001", f"{ORDER}-C000001", states.REFUNDED, USD),
    ):
        assert schedule.next_due(fact, None, START) is None


def test_captured_is_read_daily_then_weekly() -> None:
    assert schedule.next_due(charge(states.CAPTURED, timedelta(days=3)), None, START) == START + timedelta(days=1)
    assert schedule.next_due(charge(states.CAPTURED, timedelta(days=40)), None, START) == START + timedelta(days=7)


def test_a_second_sync_reads_nothing_and_changes_nothing(office: Office) -> None:
    order_id = office.make("authorized")
    before = office.desk.reader.order(order_id)
    assert office.desk.sync_once() == 0
    assert office.desk.reader.order(order_id) == before


def test_with_nothing_due_a_lost_connection_is_told_all_the_same(office: Office) -> None:
    office.make("authorized")
    office.transport.reachable = False
    with pytest.raises(OfflineError):
        office.desk.sync_once()


def test_one_sync_follows_a_clock_that_jumped_while_nothing_was_due(office: Office) -> None:
    lapsing, pending = office.make("authorized"), office.make("pending")
    office.sim("POST", "/_sim/clock", {"advance": "31d"})
    assert office.desk.sync_once() > 0
    assert [status_of(office.order(order), office.desk.now()) for order in (lapsing, pending)] == ["EXPIRED"] * 2
    row = office.desk.reader.row(lapsing)
    assert row is not None
    assert row.status == "EXPIRED"


def test_changes_at_amazon_arrive_when_they_are_due(office: Office) -> None:
    """S0.9, S3.18, S3.58, S4.20: nothing has to tell of them."""
    order_id = office.make("authorized", age="1d")
    target = office.order(order_id).charges[0].id
    office.sim("POST", "/_sim/acts", {"act": "capture-elsewhere", "id": target, "amount": "120.00"})
    office.world(days=1, seconds=1)
    office.desk.sync_once()
    assert status_of(office.order(order_id), office.desk.now()) == "CAPTURED"
    assert any("Captured" in entry.what for entry in office.desk.reader.timeline(order_id))


def test_the_other_side_of_an_outage_is_in_step_after_one_round(office: Office) -> None:
    order_id = office.make("authorized")
    office.transport.reachable = False
    office.world(seconds=1)
    with pytest.raises(OfflineError):
        office.desk.sync_once(all_=True)
    assert office.desk.reader.status(office.desk.now()).connection == "OFFLINE"
    assert office.desk.reader.order(order_id) is not None
    office.transport.reachable = True
    assert office.desk.sync_once(all_=True) > 0
    assert office.desk.reader.status(office.desk.now()).connection == "ONLINE"


def test_a_refused_key_is_one_request_and_no_retry(office: Office) -> None:
    office.make("authorized")
    office.simulator.keys.clear()
    office.world(seconds=1)
    before = len(office.transport.requests)
    with pytest.raises(CredentialsError):
        office.desk.sync_once(all_=True)
    assert len(office.transport.requests) - before <= 4  # one batch is read by several threads at once
    assert office.desk.reader.status(office.desk.now()).connection == "AUTH FAILED"


def test_an_order_amazon_does_not_know_is_not_found_and_not_an_error(office: Office) -> None:
    from azpay_tui.domain.rows import TrackedOrder

    office.desk.track([TrackedOrder("S01-9999999-9999999")])
    office.desk.sync_once()
    assert status_of(office.order("S01-9999999-9999999"), office.desk.now()) == "NOT FOUND"
    offers = office.desk.offers(office.order("S01-9999999-9999999"))
    assert {o.verdict for o in offers if o.verb is not Verb.REFRESH} == {"no"}


def test_an_unknown_state_word_switches_the_verbs_of_its_object_off(office: Office) -> None:
    order_id = office.make("unknown")
    assert status_of(office.order(order_id), office.desk.now()) == "UNRECOGNISED"
    assert {o.verdict for o in office.desk.offers(office.order(order_id)) if o.verb is not Verb.REFRESH} == {"no"}


def test_a_lost_connection_is_noticed_although_nothing_is_due(office: Office) -> None:
    office.make("captured")
    office.desk.works.refresher._round()
    office.transport.reachable = False
    office.desk.works.refresher._round()
    assert office.desk.reader.status(office.desk.now()).connection == "ONLINE"
    office.desk.works.refresher._contact -= 30
    office.desk.works.refresher._round()
    assert office.desk.reader.status(office.desk.now()).connection == "OFFLINE"


def test_a_process_that_does_not_refresh_learns_from_the_other_that_amazon_answers_again(
    office: Office, tmp_path: Path
) -> None:
    order_id = office.make("authorized")
    with open_office(tmp_path, office.simulator, local=office.local) as second:
        second.transport.reachable = False
        with pytest.raises(OfflineError):
            second.ready(order_id, Verb.CAPTURE)
        assert second.offer(order_id, Verb.CAPTURE).waits
        second.transport.reachable = True
        revision = second.desk.works.refresher._tell_changes(0)
        assert second.offer(order_id, Verb.CAPTURE).waits
        office.world(seconds=2)
        office.desk.sync_once(all_=True)
        second.desk.works.refresher._tell_changes(revision)
        assert second.offer(order_id, Verb.CAPTURE).verdict == "yes"
        assert second.act(order_id, Verb.CAPTURE).state == "succeeded"


def test_an_outcome_that_an_outage_left_is_looked_for_as_soon_as_there_is_an_answer(office: Office) -> None:
    order_id = office.make("captured")
    office.fault("refund", "reset-before", times=4)
    intent = office.act(order_id, Verb.REFUND, "10.00")
    for operation in ("get-permission", "get-charge"):
        office.fault(operation, "reset-before", times=READ_TRIES)
    office.desk.works.refresher._round()
    assert office.desk.wait(intent.id, 0).state == "unknown"
    assert office.desk.reader.status(office.desk.now()).connection == "ONLINE"  # it was too short to be noticed
    office.desk.works.refresher._round()
    assert office.desk.wait(intent.id, 0).state == "accepted"
    assert len(office.effects()) == 1
