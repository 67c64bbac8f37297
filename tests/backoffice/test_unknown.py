"""Lost answers, throttling and crashes: unknown is never failed, and money moves at most once."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from tests.support.office import Hands, Office, open_office

from azpay_tui import points
from azpay_tui.backoffice.errors import NotValidError
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.status import ship
from azpay_tui.domain.telling import tell
from azpay_tui.simulator.wire import Request, Response
from azpay_tui.store.errors import JournalUnavailable

LOST = ("reset", "close", "stall")


@pytest.mark.parametrize(
    "fault", [f"{name}-{when}" for name in LOST for when in ("before", "after")] + ["truncate", "garbage"]
)
@pytest.mark.parametrize(
    ("verb", "situation"), [(Verb.CAPTURE, "authorized"), (Verb.REFUND, "captured"), (Verb.AUTHORIZE, "open")]
)
def test_one_lost_answer_settles_with_one_effect(office: Office, fault: str, verb: Verb, situation: str) -> None:
    order_id = office.make(situation)
    office.fault(str(verb), fault)
    intent = office.act(order_id, verb, "10.00")
    assert intent.state in ("succeeded", "accepted")
    assert len(office.effects()) == 1


@pytest.mark.parametrize("fault", ["reset-after", "reset-before", "stall-after"])
@pytest.mark.parametrize(
    ("verb", "situation"), [(Verb.VOID, "authorized"), (Verb.CANCEL, "authorized"), (Verb.CLOSE, "part-captured")]
)
def test_verbs_without_a_key_settle_by_reading_back(office: Office, fault: str, verb: Verb, situation: str) -> None:
    order_id = office.make(situation)
    office.fault(str(verb), fault)
    assert office.act(order_id, verb).state == "succeeded"
    assert len(office.effects()) == 1


def test_a_server_error_is_unknown_and_settles_later(office: Office) -> None:
    order_id = office.make("captured")
    office.fault("refund", "status", times=4, code=500, reason="InternalServerError")
    intent = office.act(order_id, Verb.REFUND, "10.00")
    assert intent.state == "unknown"
    assert intent.attempts == 4
    office.world(seconds=40)
    office.desk.sync_once()
    assert office.desk.wait(intent.id, 0).state == "accepted"
    assert len(office.effects()) == 1


def test_a_sync_settles_what_is_open_before_its_next_look_is_due(office: Office) -> None:
    order_id = office.make("captured")
    office.fault("refund", "reset-before", times=4)
    intent = office.act(order_id, Verb.REFUND, "10.00")
    assert (intent.state, office.effects()) == ("unknown", [])
    office.desk.sync_once()
    assert office.desk.wait(intent.id, 0).state == "accepted"
    assert len(office.effects()) == 1


def test_throttling_keeps_the_key_and_goes_on(office: Office) -> None:
    order_id = office.make("captured")
    office.fault("refund", "throttle", times=2)
    intent = office.act(order_id, Verb.REFUND, "10.00")
    assert intent.state == "accepted"
    assert intent.attempts == 3
    assert len({e["idempotency_key"] for e in office.sim("GET", "/_sim/ledger")}) == 1


def test_after_a_quarter_of_an_hour_a_machine_only_reads_back(office: Office) -> None:
    order_id = office.make("captured")
    office.fault("refund", "reset-before", times=4)
    intent = office.act(order_id, Verb.REFUND, "10.00")
    assert intent.state == "unknown"
    office.world(minutes=16)
    office.desk.sync_once()
    office.desk.resume()
    assert office.desk.wait(intent.id, 0).state == "unknown"
    assert office.effects() == []
    (settled,) = office.desk.resume(intent.id)
    assert settled.state == "accepted"
    assert len(office.effects()) == 1


def test_after_all_looks_a_person_is_asked_and_decides(office: Office) -> None:
    order_id = office.make("captured")
    office.fault("refund", "reset-before", times=4)
    intent = office.act(order_id, Verb.REFUND, "10.00")
    for _ in range(12):
        office.world(days=1)
        office.desk.sync_once()
    assert office.desk.wait(intent.id, 0).state == "attention"
    settled = office.desk.settle(intent.id, "abandoned", "support says no refund was made")
    assert settled.state == "abandoned"
    assert settled.settled_by == "person ops"
    again = office.act(order_id, Verb.REFUND, "10.00")
    assert again.state == "accepted"
    assert again.draft.key != intent.draft.key


class Killed(BaseException):
    """Ends the sending at a named moment, as a kill would."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("verb", "situation"), [(Verb.CAPTURE, "authorized"), (Verb.REFUND, "captured"), (Verb.AUTHORIZE, "open")]
)
def test_a_process_that_died_while_sending_is_settled_by_the_next(
    tmp_path: Path, when: str, verb: Verb, situation: str
) -> None:
    hands = Hands()
    with open_office(tmp_path, local=hands) as office:
        order_id = office.make(situation)
        ready = office.ready(order_id, verb, "10.00")
        intent = office.stores.journal.open_intent(
            office.desk.works.checker.draft(ready, (), "ops", office.stores.session.id)
        )
        office.stores.journal.start_attempt(intent.id, hands())
        if when == "after":
            office.desk.works.parts.gateway.send(intent.draft.prepared, intent.draft.key)
        simulator = office.simulator
    hands.advance(seconds=30)
    with open_office(tmp_path, simulator, local=hands) as later:
        assert later.desk.works.recovery.take_over()[0].state == "unknown"
        later.desk.sync_once()
        assert later.desk.wait(intent.id, 0).state in ("succeeded", "accepted")
        assert len(later.effects()) == 1


def test_a_never_sent_intent_is_never_sent_by_a_machine(tmp_path: Path) -> None:
    hands = Hands()
    with open_office(tmp_path, local=hands) as office:
        order_id = office.make("captured")
        ready = office.ready(order_id, Verb.REFUND, "10.00")
        intent = office.stores.journal.open_intent(
            office.desk.works.checker.draft(ready, (), "ops", office.stores.session.id)
        )
        simulator = office.simulator
    with open_office(tmp_path, simulator, local=hands) as later:
        later.desk.sync_once()
        ended = later.desk.wait(intent.id, 0)
        assert ended.state == "abandoned"
        assert (ended.reason or "").startswith("offline: ")
        assert later.sim("GET", "/_sim/ledger") == []


@pytest.mark.parametrize("edit", ["state = 'unknown'", "state = 'sent'", "state = 'unknown', attempts = 1"])
def test_an_edited_row_does_not_make_a_machine_send_what_was_never_sent(tmp_path: Path, edit: str) -> None:
    with open_office(tmp_path) as office:
        order_id = office.make("captured")
        ready = office.ready(order_id, Verb.REFUND, "10.00")
        draft = office.desk.works.checker.draft(ready, (), "ops", office.stores.session.id)
        intent = office.stores.journal.open_intent(draft)
    with closing(sqlite3.connect(tmp_path / "data" / "journal.db")) as connection, connection:
        connection.execute(f"UPDATE intent SET {edit}")
    with open_office(tmp_path, office.simulator, local=office.local) as later:
        later.desk.sync_once()
        later.desk.resume()
        later.desk.resume(intent.id)
        asked = later.desk.wait(intent.id, 0)
        assert (asked.state, later.effects()) == ("attention", [])
        assert "is not what was confirmed" in (asked.reason or "")


def test_a_clock_that_is_off_is_corrected_and_sent_once_more(office: Office) -> None:
    order_id = office.make("authorized", age="1d")
    ready = office.ready(order_id, Verb.CAPTURE)
    office.sim("POST", "/_sim/clock", {"advance": "2h"})
    intent = office.desk.wait(office.desk.submit(ready).id, 60)
    assert intent.state == "succeeded"
    assert abs((office.desk.now() - office.local()).total_seconds() - 7200) < 5


def test_read_only_leaves_an_open_intent_alone(tmp_path: Path) -> None:
    hands = Hands()
    with open_office(tmp_path, local=hands) as office:
        order_id = office.make("captured")
        office.fault("refund", "reset-before", times=4)
        intent = office.act(order_id, Verb.REFUND, "10.00")
        simulator = office.simulator
    hands.advance(minutes=1)
    with open_office(tmp_path, simulator, local=hands, read_only="This profile is read-only.") as later:
        later.desk.sync_once()
        assert later.desk.wait(intent.id, 0).state == "unknown"
        with pytest.raises(NotValidError, match="read-only"):
            later.desk.resume(intent.id)
        with pytest.raises(NotValidError, match="read-only"):
            later.desk.check(Wish(Verb.REFUND, order_id, intent.draft.wish.target, intent.draft.wish.amount))
        assert later.effects() == []


def test_a_machine_replays_nothing_that_it_cannot_read_back(office: Office) -> None:
    order_id = office.make("captured")
    office.fault("refund", "reset-before", times=4)
    intent = office.act(order_id, Verb.REFUND, "10.00")
    office.world(seconds=40)
    office.simulator.keys.clear()
    sent = len(office.sim("GET", "/_sim/ledger"))
    office.desk.works.refresher.settle_due()
    assert office.desk.wait(intent.id, 0).state == "unknown"
    assert len(office.sim("GET", "/_sim/ledger")) == sent


def test_an_outcome_that_could_not_be_written_is_learned_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = office.make("captured")
    ready = office.ready(order_id, Verb.REFUND, "10.00")

    def full(*_: object) -> None:
        raise JournalUnavailable("The disk is full.", full=True)

    with monkeypatch.context() as broken:
        broken.setattr(office.stores.journal, "record", full)
        intent = office.desk.wait(office.desk.submit(ready).id, 60)
    assert intent.state == "sent"
    office.desk.works.refresher.settle_due()
    assert office.desk.wait(intent.id, 0).state == "accepted"
    assert len(office.effects()) == 1


def test_nothing_is_sent_while_the_slips_of_an_order_cannot_be_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = office.make("captured")
    ready = office.ready(order_id, Verb.REFUND, "10.00")

    def locked(*_: object) -> None:
        raise JournalUnavailable("The journal is locked.")

    with monkeypatch.context() as broken:
        broken.setattr(office.stores.journal, "slips", locked)
        intent = office.desk.wait(office.desk.submit(ready).id, 60)
    assert (intent.state, intent.reason) == ("abandoned", "offline: The journal is locked.")
    assert not office.effects()


def test_the_parcel_waits_while_an_action_is_not_settled(tmp_path: Path) -> None:
    hands = Hands()
    with open_office(tmp_path, local=hands) as office:
        order_id = office.make("authorized")
        assert ship(office.order(order_id), hands()).word == "SHIP"
        ready = office.ready(order_id, Verb.CANCEL)
        draft = office.desk.works.checker.draft(ready, (), "ops", office.stores.session.id)
        intent = office.stores.journal.open_intent(draft)
        office.stores.journal.start_attempt(intent.id, hands())
        verdict = ship(office.order(order_id), hands())
        assert verdict.word == "HOLD"
        assert intent.id in verdict.reason


def test_refreshing_an_order_settles_what_is_open_on_it(office: Office) -> None:
    order_id, other = office.make("captured"), office.make("captured")
    office.fault("refund", "reset-after", times=8)
    intent, left = office.act(order_id, Verb.REFUND, "10.00"), office.act(other, Verb.REFUND, "5.00")
    assert intent.state == left.state == "unknown"
    office.sim("DELETE", "/_sim/faults")
    office.desk.works.refresher.settle_orders([order_id])
    assert office.desk.wait(intent.id, 0).state == "accepted"
    assert office.desk.wait(left.id, 0).state == "unknown"
    assert len(office.effects()) == 2


def cut(office: Office) -> None:
    """Let the line break for good once Amazon has done the next request that moves money."""

    def broken(request: Request, answer: Response) -> None:
        if request.method != "GET":
            office.transport.reachable = False
            raise httpx.ReadError("[Errno 104] Connection reset by peer")

    office.transport.after = broken


def test_that_a_repetition_did_not_leave_hides_nothing_of_the_first_attempt(office: Office) -> None:
    order_id = office.make("captured")
    cut(office)
    intent = office.act(order_id, Verb.REFUND, "10.00")
    assert (intent.state, len(office.effects())) == ("unknown", 1)
    assert (intent.reason or "").startswith("The connection to Amazon was lost after the request was sent")
    assert "othing was sent" not in tell(intent).text(str)
    assert [e.message for e in office.stores.journal.evidence(intent.id)][1:] == [
        "Amazon cannot be reached: connection refused. Nothing was sent."
    ] * 3


def test_as_soon_as_there_is_a_connection_again_what_is_open_is_looked_at(office: Office) -> None:
    order_id = office.make("captured")
    refresher = office.desk.works.refresher
    refresher._round()
    cut(office)
    intent = office.act(order_id, Verb.REFUND, "10.00")
    office.transport.after = None
    refresher._round()
    assert office.desk.wait(intent.id, 0).state == "unknown"
    office.transport.reachable = True
    refresher._round()
    assert office.desk.wait(intent.id, 0).state == "accepted"
    assert len(office.effects()) == 1


def test_as_soon_as_the_program_is_started_again_what_is_open_is_looked_at(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        order_id = office.make("captured")
        cut(office)
        intent = office.act(order_id, Verb.REFUND, "10.00")
        assert intent.state == "unknown"
    with open_office(tmp_path, office.simulator, local=office.local) as later:
        later.desk.works.refresher._round()
        assert later.desk.wait(intent.id, 0).state == "accepted"
        assert len(later.effects()) == 1


def test_what_one_process_learned_stays_when_another_one_does_not_hear_its_own_answer(tmp_path: Path) -> None:
    """Two processes repeat one request with one key: one hears that it is accepted, the line of the other breaks."""
    hands = Hands()
    with open_office(tmp_path, local=hands) as office:
        order_id = office.make("captured")
        office.fault("refund", "reset-before", times=4)
        intent = office.act(order_id, Verb.REFUND, "10.00")
        hands.advance(minutes=1)
        with open_office(tmp_path, office.simulator, local=hands) as other:
            begun, go = threading.Event(), threading.Event()
            second = threading.Thread(target=other.desk.resume)

            def wait(point: points.Point) -> None:
                if point == "replaying" and threading.current_thread() is second:
                    begun.set()
                    go.wait(60)

            def overtaken(request: Request) -> None:
                if request.method != "GET":
                    go.set()
                    second.join(60)
                    office.transport.reachable = False
                    raise httpx.ReadError("[Errno 104] Connection reset by peer")

            points.visit(wait)
            second.start()
            begun.wait(60)
            office.transport.before = overtaken
            (left,) = office.desk.resume(intent.id)
            points.visit(None)
            assert (intent.state, left.state, len(office.effects())) == ("unknown", "accepted", 1)
            assert other.desk.wait(intent.id, 0).result_id is not None


def test_who_comes_late_takes_nothing_over_that_is_settled(tmp_path: Path) -> None:
    hands = Hands()
    with open_office(tmp_path, local=hands) as dead:
        order_id, simulator = dead.make("captured"), dead.simulator
        draft = dead.desk.works.checker.draft(
            dead.ready(order_id, Verb.REFUND, "10.00"), (), "ops", dead.stores.session.id
        )
        intent = dead.stores.journal.open_intent(draft)
        dead.stores.journal.start_attempt(intent.id, hands())
    with (
        open_office(tmp_path, simulator, local=hands) as office,
        open_office(tmp_path, simulator, local=hands) as other,
    ):

        def overtaken(point: points.Point) -> None:
            if point == "taking-over":
                points.visit(None)
                other.desk.resume()
                office.transport.reachable = False

        points.visit(overtaken)
        office.desk.resume()
        settled = office.desk.wait(intent.id, 0)
        assert (settled.state, settled.attempts, len(office.effects())) == ("accepted", 2, 1)
