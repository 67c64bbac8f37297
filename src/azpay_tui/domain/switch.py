"""How the switch of automatic steps stands, and what was done before: what journal, rows and rules have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

POLICY: Final = "policy"
"""Who signs what is done without a person."""
Position = Literal["on", "off", "stopped"]
"""`stopped`: by azpay itself, after too many failures, or when the journal is not what was told outside of it."""


@dataclass(frozen=True, slots=True)
class Switch:
    """How the switch stands, and who turned it when."""

    position: Position
    mode: str
    """For what it was turned: see `mode_of`."""
    at: datetime
    """When, UTC, by Amazon's clock."""
    person: str
    why: str = ""
    """One sentence, where azpay itself stopped."""
    after: int = 0
    """Number of the newest intent before it was turned: which came first is not a matter of clocks."""


@dataclass(frozen=True, slots=True)
class Act:
    """An intent of the past, as far as it matters for what comes next."""

    verb: str
    person: str
    state: str
