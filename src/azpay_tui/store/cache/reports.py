"""Reports asked of Amazon or found there, so that what was begun is gone on with and what is in is not repeated."""

from __future__ import annotations

import sqlite3
from typing import Final

from azpay_tui.domain.reports import KnownReport
from azpay_tui.store.cache.file import CacheFile
from azpay_tui.store.times import from_micros, storable, to_micros

_COLUMNS: Final = (
    "report_id, report_type, start_at, end_at, state, document_id, asked_at, harvested_at, message"  # as in the table
)


class ReportBook:
    """Reads and writes the table `report`; safe from any thread. Raises `CacheUnavailable`."""

    def __init__(self, file: CacheFile) -> None:
        self._file = file

    def all(self) -> tuple[KnownReport, ...]:
        """Return every report that is remembered, the newest first."""
        with self._file.writing() as (cache, _journal):
            rows = cache.execute(f"SELECT {_COLUMNS} FROM report ORDER BY asked_at DESC, report_id DESC").fetchall()
        return tuple(_known(row) for row in rows)

    def put(self, *reports: KnownReport) -> None:
        """Remember reports as they are now."""
        with self._file.writing() as (cache, _journal):
            _put(cache, reports)

    def swap(self, old_id: str, report: KnownReport | None) -> None:
        """Remember a report under the id it got, or forget it."""
        with self._file.writing() as (cache, _journal):
            cache.execute("DELETE FROM report WHERE report_id = ?", (old_id,))
            _put(cache, () if report is None else (report,))


def _put(cache: sqlite3.Connection, reports: tuple[KnownReport, ...]) -> None:
    cache.executemany(
        f"INSERT OR REPLACE INTO report ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                report.id,
                storable(report.report_type),
                to_micros(report.start),
                to_micros(report.end),
                storable(report.state),
                report.document_id,
                to_micros(report.asked_at),
                to_micros(report.harvested_at),
                storable(report.message),
            )
            for report in reports
        ],
    )


def _known(row: tuple[str, str, int | None, int | None, str, str | None, int, int | None, str]) -> KnownReport:
    ident, report_type, start, end, state, document_id, asked, harvested, message = row
    return KnownReport(
        ident,
        report_type,
        from_micros(start),
        from_micros(end),
        state,
        document_id,
        from_micros(asked),
        from_micros(harvested),
        message,
    )
