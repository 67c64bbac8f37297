"""When a person wants to be reminded, as it is typed."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from azpay_tui.domain.marks import MarkError
from azpay_tui.domain.spans import parse as parse_span

FURTHEST: Final = timedelta(days=366)
"""How far away a reminder may be."""
CHOICES: Final = ("1h", "tomorrow", "3d", "1w")
"""Usual times to be reminded."""
MORNING: Final = time(9)
"""When a day begins that is named without a time, in the profile's zone."""
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})", re.ASCII)
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", re.ASCII)


def parse_when(text: str, now: datetime, where: tzinfo) -> datetime:
    """Read a time to be reminded, such as `2h`, `3d`, `tomorrow`, `friday 14:30` or `2026-12-01`; returns UTC.

    Days and times are those of `where`; a day without a time begins at nine. Raises `MarkError` with a sentence.
    """
    typed = " ".join(text.lower().split())
    try:
        until = _moment(typed, now, where)
    except (ValueError, OverflowError):
        until = None
    if until is None:
        day = (now + timedelta(days=30)).astimezone(where)
        raise MarkError(f"{typed[:40]!r} is no time: write 2h, 3d, 1w, tomorrow, friday 14:30 or {day:%Y-%m-%d}.")
    if until <= now:
        raise MarkError(f"{typed!r} is over already: name a later time.")
    if until - now > FURTHEST:
        raise MarkError("A reminder can be a year away at most: name an earlier time.")
    return until


def _moment(typed: str, now: datetime, where: tzinfo) -> datetime | None:
    span = parse_span(typed)
    if span is not None:
        return now + span
    today = now.astimezone(where).date()
    day_word, _blank, clock_word = typed.partition(" ")
    clock = _clock(clock_word) if clock_word else MORNING
    date = _DATE.fullmatch(day_word)
    if clock is None:
        return None
    if date is not None:
        day = today.replace(year=int(date[1]), month=int(date[2]), day=int(date[3]))
    elif day_word == "tomorrow":
        day = today + timedelta(days=1)
    elif len(day_word) >= 3 and any(name.startswith(day_word) for name in _DAYS):
        number = next(at for at, name in enumerate(_DAYS) if name.startswith(day_word))
        day = today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    elif not clock_word and (alone := _clock(day_word)) is not None:
        clock = alone
        later = datetime.combine(today, clock, where) > now
        day = today if later else today + timedelta(days=1)
    else:
        return None
    return datetime.combine(day, clock, where).astimezone(now.tzinfo)


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None
