"""What is known of a source of orders: whether it ran, how far it came, and what it said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

Side = Literal["shop", "amazon"]
"""Whose word a source is."""

STOPPED: Final = "Stopped before its end."
"""What the message of a run says first that was ended from outside."""

ADD: Final = "azpay sources add NAME --preset P -- COMMAND"
"""What makes orders of a shop's database come by themselves."""
NONE_YET: Final = f"No source yet: {ADD} adds one; azpay sources sql lists presets."


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source as its last run left it; times are UTC. `ok` is None while it never ran to an end."""

    name: str
    kind: str
    side: Side
    every: timedelta
    started_at: datetime | None = None
    """When the last run began."""
    ended_at: datetime | None = None
    """When it ended; None while one is under way, or after one that nobody could end."""
    covered_until: datetime | None = None
    """The start of the last good run: what is older has been seen."""
    next_at: datetime | None = None
    """When it runs by itself; None: as soon as somebody may."""
    ok: bool | None = None
    message: str = ""
    """What the last run came to, one sentence; empty while it never ran."""
    lines: int = 0
    """Of the last run, as `orders`, `ids`, `bad` and `replaced` are."""
    orders: int = 0
    ids: int = 0
    bad: int = 0
    """Lines that could not be read."""
    replaced: int = 0
    """Bytes that were no text."""
    runs: int = 0
    failures: int = 0
    """Runs in a row that failed."""
    running: bool = False
    """Whether a process asks it now."""

    @property
    def word(self) -> str:
        """How it fares: `new`, `running`, `ok`, `failed`, `stopped` (a person ended it) or `cut off` (nothing did)."""
        if self.running:
            return "running"
        if self.runs == 0:
            return "new"
        if self.ended_at is None:
            return "cut off"
        if self.ok is None or self.message.startswith(STOPPED):
            return "stopped"
        return "ok" if self.ok else "failed"
