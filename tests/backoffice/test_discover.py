"""Discovery: reports asked for, waited for, harvested; gone on with whatever ended it; nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.office import START, Office, open_office

from azpay_tui.backoffice.discover.taking import Discovered, Wanted
from azpay_tui.backoffice.errors import BackOfficeError, CredentialsError, NotValidError, OfflineError, StoreError
from azpay_tui.backoffice.sources.tap import SourceError
from azpay_tui.domain.reports import AUTHORIZATIONS, CANCELLED, DISCOVERY, ORDERS, REFUNDS, ReportAsk
from azpay_tui.simulator.wire import Request
from azpay_tui.sourcing import Source

DAY = timedelta(days=1)


@dataclass
class Heard:
    """Remembers what a discovery said."""

    sentences: list[str] = field(default_factory=list)
    counts: list[tuple[int, int]] = field(default_factory=list)
    then: Callable[[], None] = lambda: None

    def said(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def waiting(self, ready: int, total: int) -> None:
        self.counts.append((ready, total))
        self.then()

    def read(self, lines: int) -> None:
        pass


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as found:
        found.sim("PATCH", "/_sim/settings", {"live_reports_in_sandbox": True})
        yield found


def elsewhere(office: Office, situation: str, **more: Any) -> dict[str, Any]:
    """Make an order that nobody told azpay of."""
    return dict(office.sim("POST", "/_sim/orders", [{"situation": situation, **more}])[0])


def fresh(tmp_path: Path) -> Path:
    """Return an empty place for another back office."""
    (tmp_path / "other").mkdir(0o700)
    return tmp_path / "other"


def discover(office: Office, heard: Heard | None = None, **wanted: Any) -> Discovered:
    return office.desk.discover(Wanted(**wanted), heard or Heard())


def asked(office: Office, operation: str = "create-report") -> int:
    return sum(call.operation == operation for call in office.desk.calls())


def test_orders_that_nobody_told_of_are_found_with_all_their_ids(office: Office) -> None:
    known = office.make("authorized", number="1")
    open_ = elsewhere(office, "open", number="2", amount="35.00", currency="EUR")
    paid = elsewhere(office, "part-refunded", number="3")
    heard = Heard()
    found = discover(office, heard)
    assert (found.orders, found.waiting, found.problems) == (3, (), ())
    assert sum(report.added for report in found.harvested) == 2
    assert {outcome.report.report_type for outcome in found.outcomes} == set(DISCOVERY)
    order = office.order(open_["permission_id"])
    assert (order.shop.number, str(order.amount), order.shop.complete) == ("2", "35.00 EUR", False)
    office.desk.sync_once()
    order = office.order(paid["permission_id"])
    assert [charge.id for charge in order.charges] == paid["charge_ids"]
    assert [refund.id for refund in order.refunds] == paid["refund_ids"]
    assert office.order(known).shop.complete
    assert heard.counts[-1] == (3, 3)
    assert any(sentence == "Orders: 4 lines, 3 orders, 2 of them new." for sentence in heard.sentences)


def test_a_daily_schedule_is_made_for_what_has_none_and_the_shops_own_stays(office: Office) -> None:
    elsewhere(office, "captured")
    own = office.desk.works.tracking.discovery()._reports.create_schedule(ORDERS, "P7D", START + 3 * DAY)
    first = discover(office)
    assert first.made == (AUTHORIZATIONS, REFUNDS)
    assert [(schedule.id, schedule.frequency) for schedule in first.kept] == [(own.value, "P7D")]
    again = discover(office)
    assert again.made == ()
    assert {schedule.report_type for schedule in again.kept} == set(DISCOVERY)
    assert own.value in {schedule.id for schedule in again.kept}
    assert {call.operation for call in office.desk.calls()} <= {
        "get-reports", "create-report", "get-report", "get-report-document", "download-report",
        "get-report-schedules", "create-report-schedule",
    }  # fmt: skip
    assert all(b'deleteExistingSchedule":true' not in request.body for request in office.transport.requests)
    assert all(request.method in ("GET", "POST") for request in office.transport.requests)


def test_a_time_without_data_is_no_error(office: Office) -> None:
    elsewhere(office, "open")
    heard = Heard()
    found = discover(office, heard)
    states = {outcome.report.report_type: outcome.report.state for outcome in found.outcomes}
    assert (states[AUTHORIZATIONS], states[REFUNDS]) == (CANCELLED, CANCELLED)
    assert (found.orders, found.problems) == (1, ())
    assert (
        "The report of refunds, 2025-10-17 to 2026-01-15: nothing for this time, or it was cancelled."
        in heard.sentences
    )


def test_a_second_discovery_asks_only_for_what_is_new(office: Office) -> None:
    elsewhere(office, "authorized", age="2d")
    discover(office)
    reports = office.sim("GET", "/_sim/ledger")
    office.world(days=3)
    late = elsewhere(office, "authorized", age="1h")
    found = discover(office)
    bodies = [
        request.body for request in office.transport.requests if request.path.endswith("/reports") and request.body
    ]
    assert len(bodies) == 6
    assert b'"startTime":"20260114T1' in next(body for body in bodies[3:] if AUTHORIZATIONS.encode() in body)
    assert office.desk.reader.order(late["permission_id"]) is not None
    assert found.orders == 1
    assert len(office.sim("GET", "/_sim/ledger")) > len(reports)


def test_what_was_ended_in_the_middle_is_gone_on_with(office: Office) -> None:
    elsewhere(office, "captured")

    class Stop(BaseException):
        pass

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        discover(office, Heard(then=stop))
    assert asked(office) == 3
    office.world(minutes=30)
    assert discover(office).orders == 1
    assert asked(office) == 3


def test_a_cache_made_anew_finds_its_reports_at_amazon(office: Office, tmp_path: Path) -> None:
    made = elsewhere(office, "captured")
    discover(office, patience=timedelta())  # asked for, not waited for
    office.world(minutes=5)
    with open_office(fresh(tmp_path), office.simulator, local=office.local) as other:
        found = discover(other)
        assert asked(other) == 0
        assert found.orders == 1
        assert other.desk.reader.order(made["permission_id"]) is not None


@pytest.mark.parametrize("fault", ["reset-after", "garbage", "throttle", "status"])
def test_a_lost_answer_makes_no_second_report(office: Office, fault: str) -> None:
    elsewhere(office, "captured")
    more = {"code": 503, "reason": "ServiceUnavailable"} if fault == "status" else {}
    office.fault("create-report", fault, **more)
    if fault == "garbage":  # a whole answer that says nothing: this type is left out now and asked for next time
        assert len(discover(office).problems) == 1
        assert discover(office).problems == ()
    found = discover(office)
    assert found.problems == ()
    made = office.simulator.book.reports.values()
    assert len({(report.report_type, report.start, report.end) for report in made}) == len(made)
    assert {report.id for report in _book(office)} == set(office.simulator.book.reports)


def _book(office: Office) -> Any:
    return office.desk.works.parts.reports.all()


def test_a_time_that_is_too_long_is_asked_for_in_parts(office: Office) -> None:
    made = [elsewhere(office, "captured", age=f"{days}d") for days in (1, 20, 40, 60, 80)]
    office.sim("PATCH", "/_sim/settings", {"report_range_days": 14})
    heard = Heard()
    found = discover(office, heard)
    assert found.orders == len(made)
    assert len(office.simulator.book.reports) == 3 * 7
    assert "Asked for the report of orders, 2025-10-17 to 2026-01-15, in 7 parts." in heard.sentences
    for order in made:
        assert office.order(order["permission_id"]).shop.number == order["number"]


def test_a_failed_report_keeps_the_others_from_nothing(office: Office) -> None:
    made = elsewhere(office, "captured")

    def fail(request: Request) -> None:
        for report in office.simulator.book.reports.values():
            if report.report_type == REFUNDS:
                report.status = "FAILED"

    office.transport.before = fail
    found = discover(office)
    assert found.orders == 1
    assert found.problems == (
        "The report of refunds, 2025-10-17 to 2026-01-15 failed: Amazon could not make it; ask again later.",
    )
    assert office.order(made["permission_id"]).charges == () or office.order(made["permission_id"]).unread
    office.transport.before = None
    elsewhere(office, "refunded")
    assert discover(office).problems == ()


def test_without_asking_only_what_is_there_is_harvested(office: Office, tmp_path: Path) -> None:
    elsewhere(office, "captured")
    discover(office, patience=timedelta())
    office.world(minutes=5)
    with open_office(fresh(tmp_path), office.simulator, local=office.local, read_only="Look only.") as other:
        found = discover(other, ask=False)
        assert (found.orders, found.made, found.kept) == (1, (), ())
        assert {request.method for request in other.transport.requests} == {"GET"}


def test_what_the_shops_schedules_and_settlements_brought_is_harvested_too(office: Office) -> None:
    office.desk.works.tracking.discovery()._reports.create_schedule(AUTHORIZATIONS, "P1D", START + DAY)
    office.sim("PATCH", "/_sim/settings", {"report_delimiter": "tab", "report_encoding": "cp932"})
    office.world(hours=1)
    made = elsewhere(office, "captured", age="30m")
    settlement = ORDERS.replace("ORDER_REFERENCE", "SANDBOX_SETTLEMENT")
    office.desk.works.tracking.discovery()._reports.create(ReportAsk(settlement, START - 90 * DAY, START + DAY))
    paid = elsewhere(office, "part-refunded", amount="1234.00", number="R-1")
    office.world(days=1, hours=1)
    found = discover(office, types=(ORDERS,))
    types = [outcome.report.report_type for outcome in found.outcomes]
    assert {AUTHORIZATIONS, settlement, ORDERS} <= set(types)
    assert set(made["charge_ids"]) <= office.order(made["permission_id"]).unread
    assert {*paid["charge_ids"], *paid["refund_ids"]} <= office.order(paid["permission_id"]).unread
    taken = next(outcome.taken for outcome in found.outcomes if outcome.report.report_type == settlement)
    assert taken is not None
    assert (taken.bad, taken.problems) == (0, ())


SOURCE = Source("reports", kind="reports", every=timedelta(hours=6))


def test_a_source_of_reports_harvests_what_was_made_since_and_asks_for_none(tmp_path: Path) -> None:
    with open_office(tmp_path, sources=(SOURCE,)) as office:
        office.sim("PATCH", "/_sim/settings", {"live_reports_in_sandbox": True})
        discover(office)
        first = office.desk.ask_source("reports")
        assert (first.ok, first.lines) == (True, 0)
        office.world(hours=20)
        made = elsewhere(office, "captured", age="1m", number="77")
        office.world(hours=5)
        before = len(office.sim("GET", "/_sim/ledger"))
        state = office.desk.ask_source("reports")
        assert (state.ok, state.orders, state.side) == (True, 2, "amazon")  # by its order and by its charge
        assert office.order(made["permission_id"]).shop.number == "77"
        assert len(office.sim("GET", "/_sim/ledger")) == before
        again = office.desk.ask_source("reports")
        assert (again.ok, again.lines) == (True, 0)


def test_a_source_of_reports_says_what_it_could_not_have(tmp_path: Path) -> None:
    with open_office(tmp_path, sources=(SOURCE,)) as office:
        office.sim("PATCH", "/_sim/settings", {"live_reports_in_sandbox": True})
        elsewhere(office, "captured")
        discover(office, patience=timedelta())
        office.world(minutes=5)
        office.fault("get-report-document", "status", code=404, reason="ResourceNotFound")
        with pytest.raises(SourceError, match=r"The report of orders [0-9]+ could not be had: Amazon answered 404"):
            office.desk.ask_source("reports")
        assert office.desk.ask_source("reports").ok
        office.transport.reachable = False
        with pytest.raises(SourceError, match="reached") as error:
            office.desk.ask_source("reports")
        assert error.value.exit_code == 6


def test_a_report_whose_id_never_came_hinders_no_look(tmp_path: Path) -> None:
    with open_office(tmp_path, sources=(SOURCE,)) as office:
        office.sim("PATCH", "/_sim/settings", {"live_reports_in_sandbox": True})
        elsewhere(office, "captured")
        office.fault("create-report", "garbage", times=2)
        assert len(discover(office).problems) == 2
        assert office.desk.ask_source("reports").ok
        office.fault("create-report", "garbage", times=2)
        assert len(discover(office).problems) == 2
        assert discover(office).problems == ()


def test_the_reports_of_a_busy_schedule_are_not_read_one_by_one(office: Office) -> None:
    for _ in range(101):
        office.world(minutes=1)
        office.desk.works.tracking.discovery()._reports.create(ReportAsk(ORDERS, START - DAY, office.local.now))
    elsewhere(office, "open", age="1m")
    office.world(minutes=5)
    found = discover(office, types=(ORDERS,))
    assert (found.orders, len(found.harvested)) == (1, 1)
    assert {report.harvested_at is not None for report in _book(office)} == {True}


def test_the_switch_of_the_simulator_is_named(office: Office) -> None:
    office.sim("PATCH", "/_sim/settings", {"live_reports_in_sandbox": False})
    with pytest.raises(NotValidError, match="live_reports_in_sandbox"):
        discover(office)
    assert _book(office) == ()
    assert asked(office) == 1


def test_a_disk_that_takes_no_file_is_said_so(office: Office) -> None:
    elsewhere(office, "captured")
    harvester = office.desk.works.tracking.discovery()._harvester
    scratch, harvester._scratch = harvester._scratch, office.directory / "gone"
    with pytest.raises(StoreError, match=r"could not be put down in .*gone: No such file or directory"):
        discover(office)
    harvester._scratch = scratch
    assert discover(office).orders == 1


def test_without_a_connection_it_says_so(office: Office) -> None:
    office.transport.reachable = False
    with pytest.raises(OfflineError):
        discover(office)


def test_a_connection_that_breaks_while_waiting_is_waited_out(office: Office) -> None:
    elsewhere(office, "captured")
    cut = iter(range(100))

    def flicker() -> None:
        office.transport.reachable = next(cut) % 2 == 0

    heard = Heard(then=flicker)
    discovery = office.desk.works.tracking.discovery()
    pauses = discovery._pause

    def back(seconds: float) -> bool:
        office.transport.reachable = True
        return pauses(seconds)

    discovery._pause = discovery._asker._pause = back
    assert discover(office, heard).orders == 1


def test_a_key_that_amazon_refuses_is_said_so(office: Office) -> None:
    office.sim("PATCH", "/_sim/settings", {"account_suspended": True})
    with pytest.raises(CredentialsError):
        discover(office)


def test_a_clock_that_is_off_is_corrected_and_the_question_put_again(office: Office) -> None:
    elsewhere(office, "captured")
    office.local.advance(hours=-3)
    office.simulator.clock._base = lambda: office.local.now + timedelta(hours=3)
    assert discover(office).orders == 1


def test_types_that_amazon_does_not_make_are_a_problem_of_their_own(office: Office) -> None:
    capture = ORDERS.replace("ORDER_REFERENCE", "CAPTURE")
    elsewhere(office, "captured")
    found = discover(office, types=(ORDERS, capture), schedule=False)
    assert found.orders == 1
    assert found.problems[0].startswith("Amazon makes no report of captures: ")
    with pytest.raises(BackOfficeError, match="captures"):
        discover(office, types=(capture,))
