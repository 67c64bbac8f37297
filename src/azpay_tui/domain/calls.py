"""Requests to Amazon as people look back at them: no bodies, no headers, no secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Call:
    """One request and how it ended."""

    at: datetime
    """When it was sent, by the machine's own clock, UTC."""
    operation: str
    """What Amazon counts it as: `get-charge`, `capture`."""
    target: str
    """The id in its path; empty for what makes an object that has none yet."""
    seconds: float
    """How long it took."""
    status: int | None
    """HTTP status; None: no whole answer came."""
    request_id: str | None
    """What Amazon calls it; quote it when asking Amazon."""
    problem: str = ""
    """Amazon's reason code, or a sentence why there was no answer; empty: nothing was wrong."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many requests of one operation Amazon allows now."""

    operation: str
    left: int
    """Requests that may go at once."""
    burst: int
    """The most that may ever go at once."""
    rate: float
    """How many more each second."""
