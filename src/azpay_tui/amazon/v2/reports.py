"""Reports over API v2 (API guide, reports). No request of this module deletes or replaces anything."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import BinaryIO, Final, TypeVar
from urllib.parse import quote

from azpay_tui.amazon.download import Downloads
from azpay_tui.amazon.errors import AmazonError, ApiError
from azpay_tui.amazon.exchange import Received
from azpay_tui.amazon.reports import Reply
from azpay_tui.amazon.throttle import Operation
from azpay_tui.amazon.v2 import report_wire
from azpay_tui.amazon.v2.line import Counted, Line, body_of, unreadable
from azpay_tui.amazon.v2.wire import UnreadableError
from azpay_tui.domain.reports import Report, ReportAsk, ReportPage, Schedule

PAGE: Final = 100
"""Reports on one page of the list, the most there may be."""
_ADDRESSES: Final = 3
"""Addresses that are asked for one file: one is good for 30 seconds only."""
T = TypeVar("T")


def compact(moment: datetime) -> str:
    """Write a time as reports want it: UTC, whole seconds, without dashes."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


class V2Reports:
    """Implements `azpay_tui.amazon.reports.Reports` on the line of a gateway."""

    def __init__(self, line: Line, downloads: Downloads) -> None:
        self._line = line
        self._downloads = downloads

    def create(self, ask: ReportAsk) -> Reply[str]:
        """Ask for a report once; its key follows from type and time, so that asking again makes no second one."""
        body = {"reportType": ask.report_type, "startTime": compact(ask.start), "endTime": compact(ask.end)}
        return self._post("/reports", body, "create-report", report_wire.made)

    def listed(self, *, since: datetime | None = None, token: str | None = None) -> Reply[ReportPage]:
        """Return a page of reports, newest first; a token is sent alone."""
        if token is not None:
            query = f"nextToken={quote(token, safe='')}"
        else:
            query = f"createdSince={compact(since)}&pageSize={PAGE}" if since is not None else f"pageSize={PAGE}"
        return self._get(f"/reports?{query}", Counted(Operation.REPORTS, "get-reports"), report_wire.page)

    def report(self, report_id: str) -> Reply[Report]:
        """Return how far a report is."""
        if not report_wire.is_ident(report_id):
            return Reply(self._line.unsent("This is no id of a report; nothing was asked."))
        counted = Counted(Operation.REPORTS, "get-report", report_id)
        return self._get(f"/reports/{report_id}", counted, report_wire.report)

    def schedules(self) -> Reply[tuple[Schedule, ...]]:
        """Return the schedules there are."""
        counted = Counted(Operation.REPORTS, "get-report-schedules")
        return self._get("/report-schedules", counted, report_wire.schedules)

    def create_schedule(self, report_type: str, frequency: str, next_at: datetime) -> Reply[str]:
        """Ask for a schedule once; where there is one of this type Amazon refuses, and it stays."""
        body = {
            "reportType": report_type,
            "scheduleFrequency": frequency,
            "nextReportCreationTime": compact(next_at),
            "deleteExistingSchedule": False,
        }
        return self._post("/report-schedules", body, "create-report-schedule", report_wire.scheduled)

    def download(self, document_id: str, sink: BinaryIO, most: int) -> Reply[int]:
        """Ask where a file lies and get it there at once, by a plain request; an address that ran out is asked anew."""
        if not report_wire.is_ident(document_id):
            return Reply(self._line.unsent("This is no id of a report document; nothing was asked."))
        counted = Counted(Operation.REPORTS, "get-report-document", document_id)
        stopped = self._line.throttle.stopped
        for left in reversed(range(_ADDRESSES)):
            found = self._get(f"/report-documents/{document_id}", counted, report_wire.address)
            if found.value is None:
                return Reply(found.answer, problem=found.problem)
            url, packed = found.value
            if packed is not None:
                return Reply(found.answer, problem=f"The report is compressed ({packed[:40]}), which cannot be read.")
            at, begun = self._line.wall(), time.monotonic()
            got = self._downloads.get(url, sink, most, stopped)
            self._line.remember(
                at, begun, Counted(Operation.REPORTS, "download-report", document_id), got.status, None, got.problem
            )
            if got.size is not None or not got.again or not left or stopped():
                break
        return Reply(found.answer, got.size, got.problem)

    def _get(self, path: str, counted: Counted, read: Callable[[bytes], T]) -> Reply[T]:
        try:
            received = self._line.read(path, counted, urgent=False)
        except AmazonError as error:
            return Reply(self._line.failed(error))
        return self._reply(received, read)

    def _post(self, path: str, body: Mapping[str, object], name: str, read: Callable[[bytes], T]) -> Reply[T]:
        content = json.dumps(body, separators=(",", ":")).encode()
        key = sha256(f"POST {path}\n".encode() + content).hexdigest()[:32]
        request = self._line.request("POST", path, content, {"x-amz-pay-idempotency-key": key})
        try:
            received = self._line.send(request, Counted(Operation.REPORTS, name), urgent=False)
        except AmazonError as error:
            return Reply(self._line.failed(error))
        return self._reply(received, read)

    def _reply(self, received: Received, read: Callable[[bytes], T]) -> Reply[T]:
        try:
            try:
                value = read(body_of(received))
            except UnreadableError as error:
                raise unreadable(received, error) from error
        except ApiError as error:
            return Reply(self._line.answered(received, None, error))
        return Reply(self._line.answered(received, None), value)
