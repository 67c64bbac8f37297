"""What was done is shown although nobody lived to read it back, whatever was read or stored meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.office import Hands, Office, open_office

from azpay_tui import points
from azpay_tui.domain.intent import Verb
from azpay_tui.simulator.wire import Request, Response

MOMENTS: tuple[points.Point, ...] = ("outcome-durable", "result-tracked", "projected")
"""Between the outcome of an act and the read after it."""


class Killed(BaseException):
    """Ends the sending at a named moment, as a kill would."""


@contextmanager
def killed(at: points.Point) -> Iterator[None]:
    def visitor(point: points.Point) -> None:
        if point == at:
            raise Killed

    points.visit(visitor)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        points.visit(None)


def die(office: Office, order_id: str, at: points.Point) -> None:
    """Have a person capture, and the program end at a moment after Amazon did it."""
    ready = office.ready(order_id, Verb.CAPTURE)
    draft = office.desk.works.checker.draft(ready, (), "ops", office.stores.session.id)
    intent = office.stores.journal.open_intent(draft)
    with killed(at):
        office.desk.works.outbox._sender.send_new(intent)
    assert len(office.effects()) == 1


def status(office: Office, order_id: str) -> str:
    row = office.desk.reader.row(order_id)
    assert row is not None
    return row.status


@pytest.mark.parametrize("at", MOMENTS)
def test_the_next_start_reads_what_a_killed_program_did_not(tmp_path: Path, at: points.Point) -> None:
    """Also where the clock, corrected by the whole seconds that Amazon tells, went back by less than one of them."""
    hands = Hands()
    with open_office(tmp_path, local=hands) as dead:
        order_id = dead.make("authorized")

        def set_back(request: Request, _response: Response) -> None:
            if request.method != "GET":
                hands.advance(seconds=-0.9)

        dead.transport.after = set_back
        die(dead, order_id, at)
        assert status(dead, order_id) != "CAPTURED"
    with open_office(tmp_path, dead.simulator, local=hands) as later:
        later.desk.sync_once()
        assert status(later, order_id) == "CAPTURED"
        read = len(later.transport.requests)
        later.desk.sync_once()
        assert len(later.transport.requests) == read + 1  # nothing was due: only whether Amazon can be reached


def test_what_was_read_before_an_act_and_stored_after_it_is_read_once_more(tmp_path: Path) -> None:
    """Another program that keeps in step reads what is due, and stores it some seconds later."""
    with open_office(tmp_path) as dead:
        order_id = dead.make("authorized")
        dead.world(days=1, minutes=1)
        with open_office(tmp_path, dead.simulator, local=dead.local) as watch:

            def overtaken(request: Request, _response: Response) -> None:
                if "/charges/" in request.path:
                    watch.transport.after = None
                    dead.world(seconds=1)
                    die(dead, order_id, "projected")
                    dead.world(seconds=2)

            watch.transport.after = overtaken
            watch.desk.works.refresher._round()
            assert watch.order(order_id).charges[0].state == "Authorized"
            watch.desk.works.refresher._round()
            assert status(watch, order_id) == "CAPTURED"


def test_an_act_whose_read_failed_is_read_again_without_a_new_start(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        order_id = office.make("authorized")

        def cut(request: Request, _response: Response) -> None:
            office.transport.reachable = request.method == "GET"

        office.transport.after = cut
        assert office.act(order_id, Verb.CAPTURE).state == "succeeded"
        assert status(office, order_id) != "CAPTURED"
        office.transport.reachable, office.transport.after = True, None
        office.desk.works.refresher._round()
        assert status(office, order_id) == "CAPTURED"


def test_a_clock_that_was_set_back_reads_no_order_for_ever(tmp_path: Path) -> None:
    hands = Hands()
    with open_office(tmp_path, local=hands) as office:
        order_id = office.make("captured")
        office.fault("refund", "status", code=400, reason="InvalidRequest")
        assert office.act(order_id, Verb.REFUND, "5.00").state == "refused"
        hands.advance(hours=-5)
        for _ in range(3):
            office.desk.sync_once()
        read = len(office.transport.requests)
        office.desk.refresh([order_id], wait=True)
        office.desk.works.refresher._round()
        office.desk.works.refresher._round()
        assert len(office.transport.requests) == read + 2
