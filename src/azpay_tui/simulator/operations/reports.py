"""Reports, their documents, and disbursements."""

from __future__ import annotations

from datetime import timedelta

from azpay_tui.simulator import rules
from azpay_tui.simulator.amounts import format_amount
from azpay_tui.simulator.bodies import read_object, refusal
from azpay_tui.simulator.documents import document_url
from azpay_tui.simulator.fields import FieldError, Fields
from azpay_tui.simulator.operations.base import Ask, Desk, Result
from azpay_tui.simulator.query import Query, invalid, moment_of, read_query
from azpay_tui.simulator.report_files import SELLER_ID, file_of
from azpay_tui.simulator.reporting import CAPTURE_TYPE, KEPT_FOR, STATUSES, TYPES, Report
from azpay_tui.simulator.settlement import disbursements
from azpay_tui.simulator.wire import ApiError, Plain


def check_type(desk: Desk, report_type: str, *, schedule: bool = False) -> None:
    """Refuse a kind of report that cannot be made by request, or not in this environment."""
    kind = TYPES[report_type]
    offered = kind.schedulable if schedule else kind.creatable
    if report_type == CAPTURE_TYPE and not desk.settings.capture_report_offered:
        offered = False
    if not offered or (kind.sandbox and desk.live):
        raise invalid("reportType")
    if not kind.sandbox and not desk.live and not desk.settings.live_reports_in_sandbox:
        raise ApiError(400, "InvalidParameterValue", f"The report [{report_type}] does not exist in sandbox.")


def add(desk: Desk, report: Report) -> None:
    """Take up a new report."""
    desk.book.reports[report.report_id] = report
    desk.book.touch("report", report.report_id)


def settle(desk: Desk) -> list[Report]:
    """Make what is due by now: reports of schedules, then the files; answer all reports of this environment."""
    for schedule in desk.book.schedules.values():
        for due in schedule.take_due(desk.now):
            desk.book.touch("schedule", schedule.schedule_id)
            start = schedule.start_of(due)
            ready = due + timedelta(seconds=desk.settings.report_seconds)
            report_id = desk.book.new_report_id()
            add(desk, Report(report_id, schedule.report_type, start, due, due, schedule.live, ready))
    for report in desk.book.reports.values():
        if report.status == "IN_PROGRESS" and report.ready <= desk.now:
            _make(desk, report)
    return [
        report
        for report in desk.book.reports.values()
        if report.live == desk.live and desk.now < report.created + KEPT_FOR
    ]


def _make(desk: Desk, report: Report) -> None:
    """Write the file of a report: a snapshot of the book; all of its objects are sandbox's."""
    for order in desk.book:
        if rules.settle_due(order, desk.now, desk.settings):
            desk.keep(order)
    report.text = None if report.live else file_of(report, desk.book, desk.settings)
    report.status = "CANCELLED" if report.text is None else "COMPLETED"
    if report.text is not None:
        report.document_id = f"amzn1.tortuga.{desk.book.random.getrandbits(96):024x}"
    desk.book.touch("report", report.report_id)


def create(desk: Desk, ask: Ask) -> Result:
    """Create Report."""
    try:
        fields = Fields(read_object(ask.body), ("reportType", "startTime", "endTime"))
        report_type = fields.need_text("reportType", limit=100, choices=tuple(TYPES))
        start = moment_of(fields.need_text("startTime", limit=20), "startTime")
        end = moment_of(fields.need_text("endTime", limit=20), "endTime")
    except FieldError as error:
        raise refusal(error) from error
    check_type(desk, report_type)
    widest = desk.settings.report_range_days
    if end <= start or (widest and end - start > timedelta(days=widest)):
        raise invalid("endTime")
    ready = desk.now + timedelta(seconds=desk.settings.report_seconds)
    report = Report(desk.book.new_report_id(), report_type, start, end, desk.now, desk.live, ready)
    add(desk, report)
    return Result(201, {"reportId": report.report_id}, report.report_id)


def listed(desk: Desk, ask: Ask) -> Result:
    """Get Reports, newest first."""
    query = read_query(ask.query, ("reportTypes", "processingStatuses", "createdSince", "createdUntil", "pageSize"))
    types, statuses = query.words("reportTypes", TYPES), query.words("processingStatuses", STATUSES)
    since = query.moment("createdSince", desk.now - KEPT_FOR)
    until = query.moment("createdUntil", desk.now)
    fitting = [
        report
        for report in settle(desk)
        if report.report_type in types
        and report.status in statuses
        and since <= report.created.replace(microsecond=0) <= until
    ]
    fitting.sort(key=lambda report: (report.created, report.report_id), reverse=True)
    page, token = query.page(fitting)
    return Result(200, {"reports": [report.as_json() for report in page], "nextToken": token}, "")


def get(desk: Desk, ask: Ask) -> Result:
    """Get Report By Id."""
    for report in settle(desk):
        if report.report_id == ask.target:
            return Result(200, report.as_json(), ask.target)
    raise ApiError(404, "ResourceNotFound", f"The report [{ask.target}] was not found.")


def document(desk: Desk, ask: Ask) -> Result:
    """Get Report Document: where its file can be had, for a short time and without a signature."""
    for report in settle(desk):
        if report.document_id == ask.target:
            url = document_url(desk.url, ask.target, desk.now, desk.settings.report_url_seconds, desk.book.secret)
            payload: dict[str, Plain] = {"reportDocumentId": ask.target, "url": url, "compressionAlgorithm": "N/A"}
            return Result(200, payload, ask.target)
    raise ApiError(404, "ResourceNotFound", f"The report document [{ask.target}] was not found.")


def get_disbursements(desk: Desk, ask: Ask) -> Result:
    """Get Disbursements: what was paid out in a time; sandbox has none unless the switch says so."""
    query: Query = read_query(ask.query, ("startTime", "endTime", "pageSize"))
    start, end = query.moment("startTime"), query.moment("endTime")
    if end <= start:
        raise invalid("endTime")
    shown = not desk.live and desk.settings.live_reports_in_sandbox
    found = [paid for paid in (disbursements(desk.book, desk.now) if shown else []) if start <= paid.paid < end]
    page, token = query.page(found)
    rows: list[Plain] = [
        {
            "sellerId": SELLER_ID,
            "settlementId": paid.settlement_id,
            "amazonDisbursementReferenceId": f"SIM{paid.settlement_id}",
            "amount": format_amount(paid.amount, paid.currency),
            "currencyCode": paid.currency,
            "transactionTime": paid.paid.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }
        for paid in page
    ]
    return Result(200, {"disbursements": rows, "nextToken": token}, "")
