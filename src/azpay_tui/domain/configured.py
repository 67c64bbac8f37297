"""What a profile decides, as facts for people: where it is, what is done by itself, how orders stay in step; data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a profile decides."""

    group: str
    """What it belongs to, such as `IN STEP`."""
    name: str
    value: str
    """As it is now."""
    says: str
    """What it means, one sentence."""
