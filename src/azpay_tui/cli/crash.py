"""When the program itself is wrong: a few words without any value it held, and a report with as little."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from azpay_tui.cli.outcome import CRASH
from azpay_tui.cli.output import say
from azpay_tui.paths import ConfigError, private_directory


def crash(error: Exception) -> int:
    """Say that the program broke and where the report lies; returns the exit code."""
    from azpay_tui.tui.lifecycle import crash_message, write_report

    directory = report_directory()
    report = None if directory is None else write_report(error, directory, datetime.now(UTC))
    say(crash_message(error, report))
    return CRASH


def drop_reports(before: datetime) -> None:
    """Remove reports made before a moment (UTC); they hold nothing personal, but nobody reads them any more either."""
    directory = report_directory()
    for report in directory.glob("crash-*.txt") if directory is not None else ():
        with contextlib.suppress(OSError):
            if report.stat().st_mtime < before.timestamp():
                report.unlink()


def report_directory() -> Path | None:
    """Return where reports are kept, made when missing; None when there is no safe place."""
    import platformdirs

    try:
        return private_directory(platformdirs.user_state_path("azpay", appauthor=False) / "reports")
    except ConfigError:
        return None
