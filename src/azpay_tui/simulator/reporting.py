"""Reports and their schedules: which kinds there are, who may have them, when they are made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.simulator.wire import Plain, compact

#: Reports are gone after this.
KEPT_FOR: Final = timedelta(days=90)
STATUSES: Final = ("IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED")
#: Most reports that a schedule makes up for when the clock jumps.
_MOST_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class ReportType:
    """A kind of report: whether a request may create and schedule it, and whether it is sandbox's or live's."""

    creatable: bool
    schedulable: bool
    sandbox: bool
    says: str


TYPES: Final[dict[str, ReportType]] = {
    "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_": ReportType(
        False, False, False, "Settlements; made by Amazon alone, for each settlement."
    ),
    "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_": ReportType(
        True, True, True, "Captures and refunds with fees, in the form of a settlement."
    ),
    "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_": ReportType(
        True, True, False, "One-time charge permissions."
    ),
    "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_BILLING_AGREEMENT_DATA_": ReportType(
        True, True, False, "Recurring charge permissions."
    ),
    "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_AUTHORIZATION_DATA_": ReportType(True, True, False, "Charges."),
    "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_CAPTURE_DATA_": ReportType(
        True, True, False, "Captures; refused unless `capture_report_offered`."
    ),
    "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_": ReportType(True, True, False, "Refunds."),
    "_GET_CSV_CUSTOM_OFFAMAZONPAYMENTS_MULTI_CURRENCY_PAYMENTS_DATA_": ReportType(
        True, False, False, "Captured charges in other currencies than a ledger's."
    ),
}
CAPTURE_TYPE: Final = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_CAPTURE_DATA_"

FREQUENCIES: Final = (
    "PT5M", "PT15M", "PT30M", "PT1H", "PT2H", "PT4H", "PT8H", "PT12H", "PT24H", "PT84H",
    "P1D", "P2D", "P3D", "P7D", "P14D", "P15D", "P18D", "P30D",
)  # fmt: skip
_FREQUENCY: Final = re.compile(r"P(T?)([0-9]+)([DHM])", re.ASCII)


def span_of(frequency: str) -> timedelta:
    """The time between two reports of a schedule."""
    match = _FREQUENCY.fullmatch(frequency)
    assert match is not None
    return timedelta(**{{"D": "days", "H": "hours", "M": "minutes"}[match.group(3)]: int(match.group(2))})


@dataclass(slots=True)
class Report:
    """One report over ``start`` until ``end``; ``text`` is the file, once it is made and not empty."""

    report_id: str
    report_type: str
    start: datetime
    end: datetime
    created: datetime
    live: bool
    ready: datetime
    status: str = "IN_PROGRESS"
    document_id: str | None = None
    text: str | None = None

    def as_json(self) -> dict[str, Plain]:
        """The report as Amazon answers it."""
        done = self.status != "IN_PROGRESS"
        return {
            "reportId": self.report_id,
            "reportType": self.report_type,
            "startTime": compact(self.start),
            "endTime": compact(self.end),
            "createdTime": compact(self.created),
            "processingStatus": self.status,
            "processingStartTime": compact(self.created),
            "processingEndTime": compact(self.ready) if done else None,
            "reportDocumentId": self.document_id,
        }


@dataclass(slots=True)
class Schedule:
    """Reports of one kind made again and again; ``canceled`` ones are kept for their id only."""

    schedule_id: str
    report_type: str
    frequency: str
    due: datetime
    live: bool
    canceled: bool = False

    def take_due(self, now: datetime) -> list[datetime]:
        """The moments until ``now`` at which a report was due, oldest first; what is long past is skipped."""
        span = span_of(self.frequency)
        if self.canceled or self.due > now:
            return []
        missed = (now - self.due) // span + 1
        first = max(0, missed - _MOST_AT_ONCE)
        found = [self.due + span * index for index in range(first, missed)]
        self.due += span * missed
        return found

    def start_of(self, due: datetime) -> datetime:
        """From when a report that is due then has its data."""
        return due - span_of(self.frequency)

    def as_json(self) -> dict[str, Plain]:
        """The schedule as Amazon answers it."""
        return {
            "reportScheduleId": self.schedule_id,
            "reportType": self.report_type,
            "scheduleFrequency": self.frequency,
            "nextReportCreationTime": compact(self.due),
        }
