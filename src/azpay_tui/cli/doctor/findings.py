"""What a check found: a level, one sentence, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from azpay_tui.cli.outcome import CONFIGURATION, OFFLINE, OK, UNEXPECTED

Level = Literal["ok", "note", "warn", "bad"]
"""`note` is good to know, `warn` will trouble somebody, `bad` keeps azpay from working."""
Area = Literal[
    "configuration",
    "key",
    "files",
    "connection",
    "clock",
    "quotas",
    "sources",
    "messages",
    "database",
    "versions",
    "terminal",
]
AREAS: Final[tuple[Area, ...]] = get_args(Area)
LEVELS: Final[tuple[Level, ...]] = ("ok", "note", "warn", "bad")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `what` is a stable word for scripts; `remedy` is empty where nothing is to be done."""

    area: Area
    what: str
    level: Level
    sentence: str
    remedy: str = ""


def worst(findings: list[Finding]) -> Level:
    """Return the worst level found."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="ok")


def exit_code(findings: list[Finding]) -> int:
    """Return 0 when nothing is bad, 7 for configuration, key or files, 6 for the connection alone, else 1."""
    bad = {finding.area for finding in findings if finding.level == "bad"}
    if bad & {"configuration", "key", "files"}:
        return CONFIGURATION
    if not bad:
        return OK
    return OFFLINE if bad == {"connection"} else UNEXPECTED
