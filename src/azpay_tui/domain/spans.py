"""Spans of time as a person writes them: 30s, 5m, 2h, 1d, 3w."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

_SPAN: Final = re.compile(r"([0-9]{1,5}) ?([smhdw])", re.ASCII)
"""Not more digits: a moment so far from now still has a date."""
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse(text: str) -> timedelta | None:
    """Read a span such as 30s, 5m, 2h, 1d or 3w; None when it is none."""
    match = _SPAN.fullmatch(text)
    return None if match is None else int(match[1]) * _UNITS[match[2]]


def written(span: timedelta) -> str:
    """Write a span of whole seconds as `parse` reads it, in its largest whole unit up to days."""
    for unit in ("d", "h", "m"):
        if span and not span % _UNITS[unit]:
            return f"{span // _UNITS[unit]}{unit}"
    return f"{span // _UNITS['s']}s"
