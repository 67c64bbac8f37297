"""Reports, their documents and schedules, and disbursements."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from tests.simulator.conftest import START
from tests.simulator.signer import KEY_ID, World, body, private_key, reason

from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.reporting import FREQUENCIES, TYPES, span_of
from azpay_tui.simulator.wire import Request, Response

NAME = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_{}_DATA_"
SETTLEMENT = NAME.format("SANDBOX_SETTLEMENT")
MONTH = {"startTime": "20251216T000000Z", "endTime": "20260116T000000Z"}


def query(world: World, path: str, **parameters: Any) -> Response:
    return world.send("GET", f"/v2/{path}", query=urlencode(parameters))


def create(world: World, report_type: str = SETTLEMENT, **changes: Any) -> Response:
    return world.send("POST", "/v2/reports", {"reportType": report_type, **MONTH, **changes})


def download(world: World, url: str, method: str = "GET") -> Response:
    parts = urlsplit(url)
    return world.simulator.handle(Request(method, parts.path, parts.query))


def file_of(world: World, report_type: str, **changes: Any) -> str:
    report = body(create(world, report_type, **changes), 201)["reportId"]
    world.advance("2m")
    found = world.get("reports", report)
    assert found["processingStatus"] == "COMPLETED"
    answer = download(world, world.get("report-documents", found["reportDocumentId"])["url"])
    assert answer.status == 200
    return answer.body.decode()


def rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_a_report_is_made_in_its_time_and_downloaded_within_seconds(world: World) -> None:
    world.order("captured")
    report = body(create(world), 201)
    assert list(report) == ["reportId"]
    found = world.get("reports", report["reportId"])
    assert found == {
        "reportId": report["reportId"],
        "reportType": SETTLEMENT,
        **MONTH,
        "createdTime": "20260115T123456Z",
        "processingStatus": "IN_PROGRESS",
        "processingStartTime": "20260115T123456Z",
        "processingEndTime": None,
        "reportDocumentId": None,
    }
    world.advance("2m")
    found = world.get("reports", report["reportId"])
    assert (found["processingStatus"], found["processingEndTime"]) == ("COMPLETED", "20260115T123656Z")
    document = world.get("report-documents", found["reportDocumentId"])
    assert list(document) == ["reportDocumentId", "url", "compressionAlgorithm"]
    assert document["compressionAlgorithm"] == "N/A"
    answer = download(world, document["url"])
    assert answer.status == 200
    assert download(world, document["url"].replace("Expires=30", "Expires=90")).status == 403
    assert download(world, document["url"], "PUT").status == 403
    world.advance("32s")
    refused = download(world, document["url"])
    assert refused.status == 403
    assert b"AccessDenied" in refused.body
    world.advance("90d")
    assert reason(query(world, f"reports/{report['reportId']}"), 404) == "ResourceNotFound"
    assert reason(query(world, f"report-documents/{found['reportDocumentId']}"), 404) == "ResourceNotFound"


def test_a_settlement_names_every_capture_and_refund_with_its_fees(world: World) -> None:
    made = world.order("part-refunded", number="1001", amount="1200.00")
    world.order("authorized")
    world.order("captured", age="40d")
    lines = file_of(world, SETTLEMENT).splitlines()
    assert lines[0] == '"SellerId","A1SIMULATEDSHOP"'
    assert lines[1] == '"SettlementStartDate","2025-12-16T00:00:00+0000"'
    capture, refund = rows("\r\n".join(lines[4:]))
    assert capture["AmazonTransactionId"] == made.charge
    assert capture["AmazonOrderReferenceId"] == made.permission
    assert (capture["SellerOrderId"], capture["StoreName"]) == ("1001", "Simulated Store")
    assert capture["TransactionType"] == "Capture"
    assert capture["TransactionAmount"] == "1200.00"
    assert [capture[name] for name in ("TransactionPercentageFee", "TransactionFixedFee")] == ["-34.80", "-0.30"]
    assert (capture["TotalTransactionFee"], capture["NetTransactionAmount"]) == ("-35.10", "1164.90")
    assert capture["TransactionPostedDate"].endswith("+0000")
    assert (refund["AmazonTransactionId"], refund["TransactionAmount"]) == (made.refunds[0], "-360.00")
    world.sim("PATCH", "settings", {"report_thousands": True, "report_delimiter": "tab"})
    assert "\t1,200.00\t" in file_of(world, SETTLEMENT)


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("ORDER_REFERENCE", "AmazonOrderReferenceId SellerOrderId OrderReferenceStatus CreationTimestamp"),
        ("AUTHORIZATION", "AmazonAuthorizationId AmazonOrderReferenceId AuthorizationAmount AuthorizationStatus"),
        ("REFUND", "AmazonRefundId AmazonCaptureId AmazonOrderReferenceId RefundAmount RefundStatus"),
    ],
)
def test_transaction_reports_are_live_only_unless_switched(world: World, kind: str, titles: str) -> None:
    made = world.order("part-refunded", number="1001")
    world.order("refunded", age="50d")
    assert reason(create(world, NAME.format(kind)), 400) == "InvalidParameterValue"
    world.sim("PATCH", "settings", {"live_reports_in_sandbox": True})
    [row] = rows(file_of(world, NAME.format(kind)))
    assert set(titles.split()) <= set(row)
    assert row["AmazonOrderReferenceId"] == made.permission
    assert row["SellerOrderId"] == "1001"
    ids = {"ORDER_REFERENCE": made.permission, "AUTHORIZATION": made.charge, "REFUND": made.refunds[0]}
    assert next(iter(row.values())) == ids[kind]


def test_the_capture_report_has_a_switch_of_its_own(world: World) -> None:
    made = world.order("captured")
    world.sim("PATCH", "settings", {"live_reports_in_sandbox": True})
    assert reason(create(world, NAME.format("CAPTURE")), 400) == "InvalidParameterValue"
    world.sim("PATCH", "settings", {"capture_report_offered": True})
    [row] = rows(file_of(world, NAME.format("CAPTURE")))
    assert (row["AmazonCaptureId"], row["CaptureAmount"]) == (made.charge, "120.00")


def test_other_currencies_than_a_ledgers(world: World) -> None:
    world.order("captured")
    made = world.order("captured", currency="CHF")
    world.sim("PATCH", "settings", {"live_reports_in_sandbox": True})
    kind = "_GET_CSV_CUSTOM_OFFAMAZONPAYMENTS_MULTI_CURRENCY_PAYMENTS_DATA_"
    [row] = rows(file_of(world, kind))
    assert (row["AmazonCaptureId"], row["PresentmentCurrency"]) == (made.charge, "CHF")


@pytest.mark.parametrize(
    ("encoding", "number"), [("utf-8", "Größe 漢"), ("iso-8859-1", "Größe ?"), ("cp932", "Gr??e 漢")]
)
def test_the_encoding_is_a_switch(world: World, encoding: str, number: str) -> None:
    world.order("captured", number="Größe 漢")
    world.sim("PATCH", "settings", {"report_encoding": encoding, "report_seconds": 0})
    report = world.get("reports", body(create(world), 201)["reportId"])
    answer = download(world, world.get("report-documents", report["reportDocumentId"])["url"])
    assert dict(answer.headers)["content-type"] == f"text/plain; charset={encoding}"
    assert f'"{number}"' in answer.body.decode(encoding)


@pytest.mark.parametrize("kind", TYPES)
def test_every_kind_is_made_or_refused(world: World, kind: str) -> None:
    world.sim("PATCH", "settings", {"live_reports_in_sandbox": True})
    answer = create(world, kind)
    if "CAPTURE" in kind or "PAYMENTS_SETTLEMENT" in kind:
        assert reason(answer, 400) == "InvalidParameterValue"
        return
    report = body(answer, 201)["reportId"]
    world.advance("2m")
    assert world.get("reports", report)["processingStatus"] == "CANCELLED"


def test_a_time_without_data_is_no_error(world: World) -> None:
    world.order("captured")
    times = {"startTime": "20250101T000000Z", "endTime": "20250102T000000Z"}
    report = body(create(world, **times), 201)["reportId"]
    world.advance("2m")
    found = world.get("reports", report)
    assert (found["processingStatus"], found["reportDocumentId"]) == ("CANCELLED", None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reportType": "_GET_THE_MOON_"}, "InvalidParameterValue"),
        ({"reportType": None}, "MissingParameterValue"),
        ({"startTime": None}, "MissingParameterValue"),
        ({"endTime": "2026-01-16T00:00:00Z"}, "InvalidParameterValue"),
        ({"endTime": "20260132T000000Z"}, "InvalidParameterValue"),
        ({"endTime": MONTH["startTime"]}, "InvalidParameterValue"),
        ({"marketplace": "US"}, "UnrecognizedField"),
    ],
)
def test_reports_that_are_refused(world: World, changes: dict[str, Any], code: str) -> None:
    assert reason(create(world, **changes), 400) == code
    assert body(query(world, "reports"), 200)["reports"] == []


def test_the_widest_range_is_a_switch(world: World) -> None:
    world.sim("PATCH", "settings", {"report_range_days": 30})
    assert reason(create(world), 400) == "InvalidParameterValue"
    body(create(world, startTime="20251217T000000Z"), 201)


def test_reports_need_a_key(world: World) -> None:
    wish = {"reportType": SETTLEMENT, **MONTH}
    assert reason(world.send("POST", "/v2/reports", wish, key=""), 400) == "MissingHeaderValue"
    first = world.send("POST", "/v2/reports", wish, key="same")
    assert world.send("POST", "/v2/reports", wish, key="same").body == first.body
    assert len(body(query(world, "reports"), 200)["reports"]) == 1
    assert [entry["operation"] for entry in world.ledger()] == ["other"] * 3


def test_reports_are_listed_in_pages(world: World) -> None:
    ids = []
    for _ in range(25):
        ids.append(body(create(world), 201)["reportId"])
        world.advance("1s")
    answer = body(query(world, "reports"), 200)
    assert [report["reportId"] for report in answer["reports"]] == ids[:-11:-1]
    seen: list[str] = []
    answer = body(query(world, "reports", pageSize=7, reportTypes=SETTLEMENT), 200)
    while answer["nextToken"]:
        seen += [report["reportId"] for report in answer["reports"]]
        answer = body(query(world, "reports", nextToken=answer["nextToken"]), 200)
    seen += [report["reportId"] for report in answer["reports"]]
    assert seen == ids[::-1]


def test_reports_are_filtered(world: World) -> None:
    first = body(create(world), 201)["reportId"]
    world.advance("5m")
    second = body(create(world), 201)["reportId"]

    def found(**parameters: Any) -> list[str]:
        return [report["reportId"] for report in body(query(world, "reports", **parameters), 200)["reports"]]

    assert found(processingStatuses="CANCELLED") == [first]
    assert found(processingStatuses="CANCELLED,IN_PROGRESS") == [second, first]
    assert found(reportTypes=NAME.format("REFUND")) == []
    assert found(createdSince="20260115T123900Z") == [second]
    assert found(createdUntil="20260115T123900Z") == [first]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"reportTypes": "_GET_THE_MOON_"}, "InvalidParameterValue"),
        ({"processingStatuses": "DONE"}, "InvalidParameterValue"),
        ({"createdSince": "yesterday"}, "InvalidParameterValue"),
        ({"pageSize": "0"}, "InvalidParameterValue"),
        ({"pageSize": "101"}, "InvalidParameterValue"),
        ({"pageSize": "ten"}, "InvalidParameterValue"),
        ({"colour": "red"}, "InvalidParameterValue"),
        ({"nextToken": "bad!"}, "InvalidParameterValue"),
        ({"nextToken": "AAAA"}, "InvalidParameterValue"),
        ({"nextToken": "____"}, "InvalidParameterValue"),
        ({"nextToken": "caf\u00e9"}, "InvalidParameterValue"),
        ({"nextToken": "MTA_", "pageSize": "1"}, "InvalidParameterCombination"),
    ],
)
def test_queries_that_are_refused(world: World, parameters: dict[str, Any], code: str) -> None:
    assert reason(query(world, "reports", **parameters), 400) == code


def test_a_parameter_without_a_value_is_none(world: World) -> None:
    body(create(world), 201)
    assert len(body(query(world, "reports", reportTypes="", nextToken=""), 200)["reports"]) == 1
    assert body(query(world, "report-schedules", reportTypes=""), 200) == {"reportSchedules": []}


def schedule(world: World, frequency: str = "P1D", **more: Any) -> Response:
    wish = {"reportType": SETTLEMENT, "scheduleFrequency": frequency, **more}
    return world.send("POST", "/v2/report-schedules", wish)


def test_a_schedule_makes_reports_until_it_is_canceled(world: World) -> None:
    world.order("captured", age="2h")
    made = body(schedule(world, nextReportCreationTime="20260116T000000Z"), 201)
    assert list(made) == ["reportScheduleId"]
    path = f"report-schedules/{made['reportScheduleId']}"
    expected = {
        "reportScheduleId": made["reportScheduleId"],
        "reportType": SETTLEMENT,
        "scheduleFrequency": "P1D",
        "nextReportCreationTime": "20260116T000000Z",
    }
    assert body(query(world, path), 200) == expected
    assert body(query(world, "report-schedules", reportTypes=SETTLEMENT), 200) == {"reportSchedules": [expected]}
    world.advance("2d")
    reports = body(query(world, "reports"), 200)["reports"]
    assert [(r["startTime"], r["endTime"], r["processingStatus"]) for r in reports] == [
        ("20260116T000000Z", "20260117T000000Z", "CANCELLED"),
        ("20260115T000000Z", "20260116T000000Z", "COMPLETED"),
    ]
    assert body(query(world, path), 200)["nextReportCreationTime"] == "20260118T000000Z"
    assert body(world.send("DELETE", f"/v2/{path}"), 200) == {}
    world.advance("5d")
    assert len(body(query(world, "reports"), 200)["reports"]) == 2
    assert reason(query(world, path), 404) == "ResourceNotFound"
    assert reason(world.send("DELETE", f"/v2/{path}"), 404) == "ResourceNotFound"
    assert body(query(world, "report-schedules"), 200) == {"reportSchedules": []}


def test_one_schedule_for_each_kind(world: World) -> None:
    first = body(schedule(world), 201)["reportScheduleId"]
    assert reason(schedule(world), 400) == "InvalidRequest"
    world.sim("PATCH", "settings", {"second_schedule_reason": "InvalidParameterValue"})
    assert reason(schedule(world), 400) == "InvalidParameterValue"
    second = body(schedule(world, "PT8H", deleteExistingSchedule=True), 201)["reportScheduleId"]
    listed = body(query(world, "report-schedules"), 200)["reportSchedules"]
    assert [item["reportScheduleId"] for item in listed] == [second]
    assert reason(query(world, f"report-schedules/{first}"), 404) == "ResourceNotFound"


@pytest.mark.parametrize(
    ("frequency", "more", "code"),
    [
        ("PT7M", {}, "InvalidParameterValue"),
        ("P1D", {"nextReportCreationTime": "soon"}, "InvalidParameterValue"),
        ("P1D", {"deleteExistingSchedule": "yes"}, "InvalidParameterValue"),
        ("P1D", {"colour": "red"}, "UnrecognizedField"),
        ("P1D", {"scheduleFrequency": None}, "MissingParameterValue"),
        ("P1D", {"reportType": NAME.format("REFUND")}, "InvalidParameterValue"),
        (
            "P1D",
            {"reportType": "_GET_CSV_CUSTOM_OFFAMAZONPAYMENTS_MULTI_CURRENCY_PAYMENTS_DATA_"},
            "InvalidParameterValue",
        ),
    ],
)
def test_schedules_that_are_refused(world: World, frequency: str, more: Any, code: str) -> None:
    assert reason(schedule(world, frequency, **more), 400) == code
    assert body(query(world, "report-schedules"), 200) == {"reportSchedules": []}


def test_every_frequency_is_a_span_and_a_long_jump_makes_a_bounded_number(world: World) -> None:
    assert [span_of(word).total_seconds() for word in ("PT5M", "PT24H", "P1D", "P30D")] == [300, 86400, 86400, 2592000]
    assert all(span_of(word) for word in FREQUENCIES)
    body(schedule(world, "PT5M"), 201)
    world.advance("30d")
    answer = body(query(world, "reports", pageSize=100), 200)
    assert (len(answer["reports"]), answer["nextToken"]) == (100, None)


def test_live_keys_have_reports_of_nothing(world: World) -> None:
    simulator = Simulator(
        {"LIVE-KEY": private_key().public_key(), KEY_ID: private_key().public_key()}, base=lambda: START
    )
    live = World(simulator)
    live.order("captured")

    def send(method: str, path: str, payload: Any = None) -> Response:
        return live.send(method, path, payload, key_id="LIVE-KEY")

    refused = send("POST", "/v2/reports", {"reportType": SETTLEMENT, **MONTH})
    assert reason(refused, 400) == "InvalidParameterValue"
    wish = {"reportType": NAME.format("ORDER_REFERENCE"), **MONTH}
    report = body(send("POST", "/v2/reports", wish), 201)["reportId"]
    live.advance("2m")
    assert body(send("GET", f"/v2/reports/{report}"), 200)["processingStatus"] == "CANCELLED"
    assert reason(query(live, f"reports/{report}"), 404) == "ResourceNotFound"


def test_disbursements_pay_out_each_day_and_currency(world: World) -> None:
    world.order("captured", amount="100.00", age="2d")
    world.order("captured", amount="50.00", age="2d")
    world.order("captured", amount="1000", currency="JPY", age="3d")
    span = {"startTime": "20260101T000000Z", "endTime": "20260201T000000Z"}
    assert body(query(world, "disbursements", **span), 200) == {"disbursements": [], "nextToken": None}
    world.sim("PATCH", "settings", {"live_reports_in_sandbox": True})
    yen, dollars = body(query(world, "disbursements", **span), 200)["disbursements"]
    assert (yen["amount"], yen["currencyCode"]) == ("971", "JPY")
    assert (dollars["amount"], dollars["transactionTime"]) == ("145.05", "2026-01-14T00:00:00.000Z")
    assert list(dollars) == [
        "sellerId",
        "settlementId",
        "amazonDisbursementReferenceId",
        "amount",
        "currencyCode",
        "transactionTime",
    ]
    settled = file_of(world, SETTLEMENT)
    assert f'"{dollars["settlementId"]}"' in settled
    first = body(query(world, "disbursements", pageSize=1, **span), 200)
    rest = body(query(world, "disbursements", nextToken=first["nextToken"]), 200)
    assert [*first["disbursements"], *rest["disbursements"]] == [yen, dollars]
    assert reason(query(world, "disbursements"), 400) == "MissingParameterValue"
    backwards = {"startTime": span["endTime"], "endTime": span["startTime"]}
    assert reason(query(world, "disbursements", **backwards), 400) == "InvalidParameterValue"
