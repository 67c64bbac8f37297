"""Reports: asked for once, listed page by page, downloaded without a word about the profile, never deleted."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from tests.amazon.conftest import NOW, Settings
from tests.amazon.test_against_simulator import World, world
from tests.simulator import signer
from tests.support.inline import control

from azpay_tui.amazon.hosts import HostRefusedError, endpoint, file_place
from azpay_tui.amazon.reports import Reply, Reports
from azpay_tui.amazon.v2 import V2Gateway
from azpay_tui.domain.reports import CANCELLED, COMPLETED, DAILY, DISCOVERY, IN_PROGRESS, ORDERS, ReportAsk
from azpay_tui.simulator.wire import Request

__all__ = ["world"]

GatewayTo = Callable[..., V2Gateway]
MONTH = ReportAsk(ORDERS, NOW - timedelta(days=30), NOW + timedelta(hours=1))
MOST = 1024 * 1024
DOCUMENT = "amzn1.tortuga.3.f00d"


def reports_of(world: World) -> Reports:
    control(world.simulator, "PATCH", "/_sim/settings", {"live_reports_in_sandbox": True})
    reports = world.gateway.reports()
    assert reports is not None
    return reports


def advance(world: World, span: str) -> None:
    control(world.simulator, "POST", "/_sim/clock", {"advance": span})
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}[span[-1]] * int(span[:-1])
    world.now += timedelta(seconds=seconds)


def finished(world: World, reports: Reports, ask: ReportAsk = MONTH) -> str:
    """Ask for a report, let it be made and return where its lines are."""
    report_id = reports.create(ask).value
    assert report_id is not None
    advance(world, "2m")
    report = reports.report(report_id).value
    assert report is not None
    assert report.document_id is not None
    return report.document_id


def test_a_report_is_asked_for_made_and_downloaded(world: World) -> None:
    made = world.order("captured")
    reports = reports_of(world)
    report_id = reports.create(MONTH).value
    assert report_id is not None
    before = reports.report(report_id).value
    assert before is not None
    assert (before.state, before.start, before.end) == (IN_PROGRESS, MONTH.start, MONTH.end)
    assert (before.created, before.document_id) == (NOW, None)
    advance(world, "2m")
    after = reports.report(report_id).value
    assert after is not None
    assert after.state == COMPLETED
    assert after.document_id is not None
    sink = io.BytesIO(b"left over from before, longer than what comes: " + b"." * 10_000)
    got = reports.download(after.document_id, sink, MOST)
    assert got.value == len(sink.getvalue())
    assert made["permission_id"].encode() in sink.getvalue()
    assert sink.getvalue().startswith(b'"AmazonOrderReferenceId"')
    assert sink.tell() == 0


def test_the_same_report_asked_for_again_is_the_same_one(world: World) -> None:
    world.order("captured")
    reports = reports_of(world)
    world.fault("reset-after", "create-report")
    lost = reports.create(MONTH)
    assert (lost.value, lost.answer.kind) == (None, "lost")
    again, third = reports.create(MONTH).value, reports.create(MONTH).value
    assert again == third is not None
    other = reports.create(ReportAsk(ORDERS, MONTH.start, MONTH.end - timedelta(seconds=1))).value
    assert other != again
    page = reports.listed().value
    assert page is not None
    assert {report.id for report in page.reports} == {again, other}


def test_the_list_is_read_page_by_page_newest_first(world: World) -> None:
    reports = reports_of(world)
    asked = []
    for number in range(101):
        asked.append(reports.create(ReportAsk(ORDERS, MONTH.start, MONTH.end - timedelta(seconds=number))).value)
        advance(world, "1s")
    first = reports.listed(since=NOW - timedelta(days=1)).value
    assert first is not None
    assert [report.id for report in first.reports] == asked[:0:-1]
    assert first.next_token is not None
    second = reports.listed(token=first.next_token).value
    assert second is not None
    assert ([report.id for report in second.reports], second.next_token) == (asked[:1], None)
    assert reports.listed(since=NOW + timedelta(seconds=101)).value.reports == ()  # type: ignore[union-attr]
    queries = [request.query for request in world.line.requests if request.path.endswith("/reports") and request.query]
    assert queries[1].startswith("nextToken=")
    assert "&" not in queries[1]


def test_a_time_without_data_is_cancelled_and_has_no_file(world: World) -> None:
    reports = reports_of(world)
    report_id = reports.create(MONTH).value
    assert report_id is not None
    advance(world, "2m")
    report = reports.report(report_id).value
    assert report is not None
    assert (report.state, report.document_id) == (CANCELLED, None)


def test_a_download_says_nothing_of_the_profile(world: World) -> None:
    world.order("captured")
    reports = reports_of(world)
    reports.download(finished(world, reports), io.BytesIO(), MOST)
    plain = next(request for request in world.line.requests if request.path.startswith("/report-files/"))
    names = {name.lower() for name, _ in plain.headers}
    assert names == {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert signer.KEY_ID not in repr(plain.headers)


def test_an_address_that_ran_out_is_asked_for_anew(world: World) -> None:
    world.order("captured")
    reports = reports_of(world)
    document_id = finished(world, reports)
    late = iter([True])

    def wait(request: Request) -> None:
        if request.path.startswith("/report-files/") and next(late, False):
            control(world.simulator, "POST", "/_sim/clock", {"advance": "1m"})

    world.line.before = wait
    sink = io.BytesIO()
    assert reports.download(document_id, sink, MOST).value == len(sink.getvalue()) > 100
    calls = [(call.operation, call.target, call.status) for call in world.gateway.calls()][-4:]
    assert calls == [
        ("get-report-document", document_id, 200),
        ("download-report", document_id, 403),
        ("get-report-document", document_id, 200),
        ("download-report", document_id, 200),
    ]


def test_a_file_that_is_too_large_or_never_to_be_had_is_said(world: World) -> None:
    world.order("captured")
    reports = reports_of(world)
    document_id = finished(world, reports)
    large = reports.download(document_id, io.BytesIO(), 100)
    assert (large.value, large.sentence) == (None, "The report is larger than 0 MB.")
    control(world.simulator, "PATCH", "/_sim/settings", {"report_url_seconds": 1})
    world.line.before = lambda request: control_late(world, request)
    gone = reports.download(document_id, io.BytesIO(), MOST)
    assert (gone.value, gone.problem) == (None, "The report could not be downloaded: its store answered 403.")
    unknown = reports.download("amzn1.tortuga.none", io.BytesIO(), MOST)
    assert (unknown.value, unknown.answer.status) == (None, 404)


def control_late(world: World, request: Request) -> None:
    if request.path.startswith("/report-files/"):
        control(world.simulator, "POST", "/_sim/clock", {"advance": "10s"})


def test_schedules_are_listed_and_made_and_none_is_ever_replaced(world: World) -> None:
    reports = reports_of(world)
    assert reports.schedules().value == ()
    for report_type in DISCOVERY:
        assert reports.create_schedule(report_type, DAILY, NOW + timedelta(days=1)).value is not None
    found = reports.schedules().value
    assert found is not None
    assert {schedule.report_type for schedule in found} == set(DISCOVERY)
    assert {(schedule.frequency, schedule.next_at) for schedule in found} == {(DAILY, NOW + timedelta(days=1))}
    second = reports.create_schedule(ORDERS, "P7D", NOW + timedelta(days=2))
    assert (second.value, second.answer.status) == (None, 400)
    assert reports.schedules().value == found
    sent = [request for request in world.line.requests if request.path.endswith("/report-schedules") and request.body]
    assert all(b'"deleteExistingSchedule":false' in request.body for request in sent)


def test_reports_are_refused_in_sandbox(world: World) -> None:
    reports = world.gateway.reports()
    assert reports is not None
    refused = reports.create(MONTH)
    assert (refused.value, refused.answer.status, refused.answer.reason_code) == (None, 400, "InvalidParameterValue")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'{"reports": {}}',
        b'{"reports": [{"reportId": "../x", "reportType": "a", "processingStatus": "b"}]}',
        b'{"reports": [], "nextToken": "a\\u0001"}',
        b'{"reports": [{"reportId": "1", "reportType": "a", "processingStatus": "b", "startTime": "soon"}]}',
    ],
)
def test_an_answer_that_is_none_is_said_so(gateway_to: GatewayTo, body: bytes) -> None:
    reports = gateway_to(lambda request: httpx.Response(200, content=body)).reports()
    assert reports is not None
    reply = reports.listed()
    assert reply.value is None
    assert "cannot be read" in reply.sentence


def test_ids_that_would_change_a_path_are_never_asked(gateway_to: GatewayTo) -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    reports = gateway_to(nobody).reports()
    assert reports is not None
    for ident in ("", "..", "a/b", "1?x=y", "é", "a" * 257):
        assert reports.report(ident).answer.kind == "unsent"
        assert reports.download(ident, io.BytesIO(), MOST).answer.kind == "unsent"


class TestTheFileInLive:
    """A live profile: the address comes from Amazon, the file from somewhere else."""

    def fetch(self, gateway_to: GatewayTo, url: str, file: Callable[[httpx.Request], httpx.Response]) -> Reply[int]:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.host == "pay-api.amazon.eu":
                return httpx.Response(
                    200, json={"reportDocumentId": DOCUMENT, "url": url, "compressionAlgorithm": "N/A"}
                )
            return file(request)

        live = {"environment": "live", "region": "eu", "url": None, "public_key_id": "LIVE-AHEXAMPLE"}
        reports = gateway_to(answer, **live).reports()
        assert reports is not None
        self.sink = io.BytesIO()
        return reports.download(DOCUMENT, self.sink, MOST)

    def test_comes_from_the_host_that_amazon_names(self, gateway_to: GatewayTo) -> None:
        url = "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/a%2Fb/c?X-Amz-Signature=1%2B2&X-Amz-Expires=30"
        seen: list[httpx.Request] = []

        def file(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return httpx.Response(200, content=b"id\nP02-1234567-1234567\n")

        reply = self.fetch(gateway_to, url, file)
        assert reply.value == 23
        assert str(seen[0].url) == url
        assert not {name for name in seen[0].headers if name.startswith("x-amz") or name == "authorization"}

    @pytest.mark.parametrize(
        "url",
        [
            "http://files.amazonaws.com/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://localhost/x",
            "https://2130706433/x",
            "https://10.0.0.1/x",
            "https://files.amazonaws.com:8443/x",
            "https://me:secret@files.amazonaws.com/x",
            "https://files.amazonaws.com@10.0.0.1/x",
            "file:///etc/passwd",
            "//files.amazonaws.com/x",
            "https://files.amazonaws.com:x/",
        ],
    )
    def test_never_from_another_kind_of_address(self, gateway_to: GatewayTo, url: str) -> None:
        def nobody(request: httpx.Request) -> httpx.Response:
            raise AssertionError(request.url)

        reply = self.fetch(gateway_to, url, nobody)
        assert reply.value is None
        assert "address" in reply.problem

    def test_never_by_way_of_another_address(self, gateway_to: GatewayTo) -> None:
        def file(request: httpx.Request) -> httpx.Response:
            assert request.url.host == "files.amazonaws.com"
            return httpx.Response(302, headers={"location": "https://elsewhere.example.com/"})

        reply = self.fetch(gateway_to, "https://files.amazonaws.com/x", file)
        assert reply.value is None

    def test_cut_in_the_middle_is_begun_anew(self, gateway_to: GatewayTo) -> None:
        def broken() -> Iterator[bytes]:
            yield b"half"
            raise httpx.ReadError("reset")

        class Cut(httpx.SyncByteStream):
            def __iter__(self) -> Iterator[bytes]:
                return broken()

        tries = iter([True])

        def file(request: httpx.Request) -> httpx.Response:
            if next(tries, False):
                return httpx.Response(200, stream=Cut())
            return httpx.Response(200, content=b"whole")

        reply = self.fetch(gateway_to, "https://files.amazonaws.com/x", file)
        assert (reply.value, self.sink.getvalue()) == (5, b"whole")


def test_a_simulators_file_is_on_this_machine(settings: Settings) -> None:
    site = endpoint("simulator", "na", "http://127.0.0.1:8080")
    assert file_place(site, "http://127.0.0.1:8080/report-files/x?y=z").origin == "http://127.0.0.1:8080"
    with pytest.raises(HostRefusedError):
        file_place(site, "https://files.amazonaws.com/x")
