"""Amazon's reports: the one way to learn of orders from Amazon itself (API guide, reports)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

_NAME: Final = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_{}_DATA_"
ORDERS: Final = _NAME.format("ORDER_REFERENCE")
"""One-time charge permissions."""
AUTHORIZATIONS: Final = _NAME.format("AUTHORIZATION")
"""Charges."""
REFUNDS: Final = _NAME.format("REFUND")
DISCOVERY: Final = (ORDERS, AUTHORIZATIONS, REFUNDS)
"""What together names every order, charge and refund of a time."""
WORDS: Final[dict[str, str]] = {
    ORDERS: "orders",
    AUTHORIZATIONS: "authorizations",
    REFUNDS: "refunds",
    _NAME.format("BILLING_AGREEMENT"): "billing agreements",
    _NAME.format("CAPTURE"): "captures",
    _NAME.format("SETTLEMENT"): "settlement",
    _NAME.format("SANDBOX_SETTLEMENT"): "sandbox settlement",
    "_GET_CSV_CUSTOM_OFFAMAZONPAYMENTS_MULTI_CURRENCY_PAYMENTS_DATA_": "payments in other currencies",
}
"""Types of reports in words for people; a type that is not here is shown as it is."""

IN_PROGRESS: Final = "IN_PROGRESS"
COMPLETED: Final = "COMPLETED"
CANCELLED: Final = "CANCELLED"
"""Either cancelled or over a time without data: an empty day, not an error."""
FAILED: Final = "FAILED"
ASKED: Final = "ASKED"
"""Our own word for a report that was asked for and whose id did not arrive yet."""
DAILY: Final = "P1D"


def is_open(state: str) -> bool:
    """Tell whether Amazon is still making a report; an unknown word counts as such."""
    return state not in (COMPLETED, CANCELLED, FAILED)


def word_of(report_type: str) -> str:
    """Return a type of report in words."""
    return WORDS.get(report_type, report_type)


@dataclass(frozen=True, slots=True)
class ReportAsk:
    """What a new report is to hold: all that was created, confirmed or changed from `start` until `end` (UTC)."""

    report_type: str
    start: datetime
    """Whole seconds, like `end`: Amazon takes no fractions."""
    end: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A report as Amazon describes it; `state` is an open word."""

    id: str
    report_type: str
    state: str
    start: datetime | None = None
    end: datetime | None = None
    created: datetime | None = None
    document_id: str | None = None
    """Where its lines are; only of a completed one."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A report that Amazon makes again and again; there is one schedule of a type at most."""

    id: str
    report_type: str
    frequency: str
    """Such as `P1D`, an ISO 8601 span."""
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A part of the list of reports, newest first."""

    reports: tuple[Report, ...]
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class KnownReport:
    """A report as this program remembers it, so that what was begun is gone on with."""

    id: str
    """Amazon's, or while `state` is ASKED the key under which it was asked for."""
    report_type: str
    start: datetime | None
    end: datetime | None
    state: str
    document_id: str | None
    asked_at: datetime
    """When this program asked for it; of one that somebody else asked for, when that was."""
    harvested_at: datetime | None = None
    """When its orders were taken over, or when it was found to hold nothing new; None: not yet."""
    message: str = ""
    """What came of it, one sentence."""

    @property
    def finished(self) -> bool:
        """Whether its lines can be had and were not yet."""
        return self.state == COMPLETED and self.document_id is not None and self.harvested_at is None
