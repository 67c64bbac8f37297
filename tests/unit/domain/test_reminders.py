"""Times to be reminded, as people type them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from azpay_tui.domain.marks import MarkError
from azpay_tui.domain.reminders import parse_when

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("90m", "2026-03-04 12:30"),
        ("1h", "2026-03-04 12:00"),
        ("2 H", "2026-03-04 13:00"),
        ("3d", "2026-03-07 11:00"),
        ("1w", "2026-03-11 11:00"),
        ("tomorrow", "2026-03-05 08:00"),
        (" Tomorrow  14:30 ", "2026-03-05 13:30"),
        ("14:30", "2026-03-04 13:30"),
        ("09:00", "2026-03-05 08:00"),
        ("friday", "2026-03-06 08:00"),
        ("wed 9:00", "2026-03-11 08:00"),
        ("2026-03-29", "2026-03-29 07:00"),  # summer time began that night
        ("2026-12-01 23:59", "2026-12-01 22:59"),
    ],
)
def test_times_are_those_of_the_profile(text: str, until: str) -> None:
    assert f"{parse_when(text, NOW, BERLIN):%Y-%m-%d %H:%M}" == until


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no time"),
        ("soon", "is no time"),
        ("25:00", "is no time"),
        ("friday noon", "is no time"),
        ("2026-13-01", "is no time"),
        ("2026-02-30", "is no time"),
        ("0m", "is over already"),
        ("2026-03-04 08:00", "is over already"),
        ("99999w", "a year away at most"),
        ("2027-04-01", "a year away at most"),
        ("\x1b[2J" * 30, "is no time"),
    ],
)
def test_what_is_no_time_to_come_is_said(text: str, said: str) -> None:
    with pytest.raises(MarkError, match=said):
        parse_when(text, NOW, UTC)
