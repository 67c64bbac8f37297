"""Moments inside sentences: written in one form, which a face finds again and puts into its reader's time zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

_FORM: Final = "%Y-%m-%d %H:%M UTC"
_MOMENT: Final = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d \d\d:\d\d UTC\b", re.ASCII)


_YEARS: Final = range(1970, 3000)


def believable(moment: datetime) -> bool:
    """Tell whether a moment from outside can be meant; beyond, adding days or changing the time zone has no result."""
    return moment.year in _YEARS


def written(moment: datetime) -> str:
    """Return a moment (aware) as every sentence of this program writes it: `2026-03-02 12:00 UTC`."""
    return moment.astimezone(UTC).strftime(_FORM)


def rewritten(sentence: str, write: Callable[[datetime], str]) -> str:
    """Return a sentence with each moment in it as `write` gives it; what only looks like a moment stays."""

    def one(found: re.Match[str]) -> str:
        try:
            return write(datetime.fromisoformat(found.group()[:-4]).replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            return found.group()

    return _MOMENT.sub(one, sentence)
