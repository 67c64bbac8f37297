"""Report schedules: one for each kind of report."""

from __future__ import annotations

from azpay_tui.simulator.bodies import read_object, refusal
from azpay_tui.simulator.fields import FieldError, Fields
from azpay_tui.simulator.operations import reports
from azpay_tui.simulator.operations.base import Ask, Desk, Result
from azpay_tui.simulator.query import moment_of, read_query
from azpay_tui.simulator.reporting import FREQUENCIES, TYPES, Schedule, span_of
from azpay_tui.simulator.wire import ApiError, Plain


def _active(desk: Desk) -> list[Schedule]:
    reports.settle(desk)
    return [
        schedule for schedule in desk.book.schedules.values() if not schedule.canceled and schedule.live == desk.live
    ]


def _found(desk: Desk, schedule_id: str) -> Schedule:
    for schedule in _active(desk):
        if schedule.schedule_id == schedule_id:
            return schedule
    raise ApiError(404, "ResourceNotFound", f"The report schedule [{schedule_id}] was not found.")


def create(desk: Desk, ask: Ask) -> Result:
    """Create Report Schedule; a second one of a kind only in place of the first."""
    try:
        names = ("reportType", "scheduleFrequency", "nextReportCreationTime", "deleteExistingSchedule")
        fields = Fields(read_object(ask.body), names)
        report_type = fields.need_text("reportType", limit=100, choices=tuple(TYPES))
        frequency = fields.need_text("scheduleFrequency", limit=10, choices=FREQUENCIES)
        given = fields.text("nextReportCreationTime", limit=20)
        replaces = fields.flag("deleteExistingSchedule", False)
    except FieldError as error:
        raise refusal(error) from error
    due = moment_of(given, "nextReportCreationTime") if given else desk.now + span_of(frequency)
    reports.check_type(desk, report_type, schedule=True)
    existing = [schedule for schedule in _active(desk) if schedule.report_type == report_type]
    if existing and not replaces:
        raise ApiError(400, desk.settings.second_schedule_reason, "There is a schedule for this type of report.")
    for schedule in existing:
        _cancel(desk, schedule)
    made = Schedule(desk.book.new_report_id(), report_type, frequency, due, desk.live)
    desk.book.schedules[made.schedule_id] = made
    desk.book.touch("schedule", made.schedule_id)
    return Result(201, {"reportScheduleId": made.schedule_id}, made.schedule_id)


def listed(desk: Desk, ask: Ask) -> Result:
    """Get Report Schedules."""
    types = read_query(ask.query, ("reportTypes",)).words("reportTypes", TYPES)
    rows: list[Plain] = [schedule.as_json() for schedule in _active(desk) if schedule.report_type in types]
    return Result(200, {"reportSchedules": rows}, "")


def get(desk: Desk, ask: Ask) -> Result:
    """Get Report Schedule By Id."""
    return Result(200, _found(desk, ask.target).as_json(), ask.target)


def cancel(desk: Desk, ask: Ask) -> Result:
    """Cancel Report Schedule; reports made before stay."""
    _cancel(desk, _found(desk, ask.target))
    return Result(200, {}, ask.target)


def _cancel(desk: Desk, schedule: Schedule) -> None:
    schedule.canceled = True
    desk.book.touch("schedule", schedule.schedule_id)
