"""A machine that is put to sleep on the way to Amazon: what was confirmed in the evening does not leave at dawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.support.office import Hands, Office, open_office

from azpay_tui import points
from azpay_tui.domain.intent import Verb
from azpay_tui.points import Point
from azpay_tui.simulator.wire import Request


class Sleeper(Hands):
    """A clock whose machine sleeps for a night when a wait for the next attempt begins."""

    asleep: Callable[[], object] | None = None

    def advance(self, **span: float) -> None:
        super().advance(**span)
        if self.asleep is not None:
            self.sleep()

    def sleep(self) -> None:
        then, self.asleep = self.asleep, None
        super().advance(hours=9)
        if then is not None:
            then()


def refunded_elsewhere(office: Office, charge_id: str) -> Callable[[], None]:
    """Return what happens in the night: the line comes back, and somebody refunds in Seller Central."""

    def night() -> None:
        office.transport.before = None
        office.sim("DELETE", "/_sim/faults")
        office.sim("POST", "/_sim/acts", {"act": "refund-elsewhere", "id": charge_id, "amount": "60.00"})

    return night


def no_way(request: Request) -> None:
    if request.method == "POST":
        raise httpx.ConnectError("Connection refused")


def test_what_never_left_does_not_leave_after_a_night(tmp_path: Path) -> None:
    clock = Sleeper()
    with open_office(tmp_path, local=clock) as office:
        ready = office.ready(office.make("captured"), Verb.REFUND, "60.00")
        office.transport.before = no_way
        clock.asleep = refunded_elsewhere(office, ready.wish.target)
        intent = office.desk.wait(office.desk.submit(ready).id, 60)
        assert intent.state == "abandoned"
        assert (intent.reason or "").startswith("offline: the machine stood still")
        assert office.effects() == []


def test_what_may_have_left_is_not_repeated_after_a_night(tmp_path: Path) -> None:
    clock = Sleeper()
    with open_office(tmp_path, local=clock) as office:
        ready = office.ready(office.make("captured"), Verb.REFUND, "60.00")
        office.fault("refund", "reset-before", times=4)
        clock.asleep = refunded_elsewhere(office, ready.wish.target)
        intent = office.desk.wait(office.desk.submit(ready).id, 60)
        assert intent.state == "unknown"
        assert "stood still" not in (intent.reason or "")
        assert office.effects() == []


@contextmanager
def night_at(moment: Point, clock: Sleeper, night: Callable[[], None]) -> Iterator[None]:
    """Have the machine sleep when the first request has come so far."""

    def visit(point: Point) -> None:
        if point == moment:
            points.visit(None)
            clock.sleep()
            night()

    points.visit(visit)
    try:
        yield
    finally:
        points.visit(None)


@pytest.mark.parametrize("moment", ["read-fresh", "compared", "attempt-durable", "request-leaving"])
def test_on_a_look_of_the_evening_nothing_is_sent_at_dawn(tmp_path: Path, moment: Point) -> None:
    clock = Sleeper()
    with open_office(tmp_path, local=clock) as office:
        ready = office.ready(office.make("captured"), Verb.REFUND, "60.00")
        with night_at(moment, clock, refunded_elsewhere(office, ready.wish.target)):
            intent = office.desk.wait(office.desk.submit(ready).id, 60)
        assert intent.state == "abandoned"
        assert office.effects() == []


@pytest.mark.parametrize("moment", ["replaying", "attempt-durable", "request-leaving"])
def test_on_a_look_of_the_evening_nothing_is_repeated_at_dawn(tmp_path: Path, moment: Point) -> None:
    clock = Sleeper()
    with open_office(tmp_path, local=clock) as office:
        office.fault("refund", "reset-before", times=4)
        ready = office.ready(office.make("captured"), Verb.REFUND, "60.00")
        unknown = office.desk.wait(office.desk.submit(ready).id, 60)
        office.world(minutes=1)
        with night_at(moment, clock, refunded_elsewhere(office, ready.wish.target)):
            office.desk.resume()
        assert unknown.state == "unknown"
        assert office.effects() == []
