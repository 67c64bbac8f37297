"""What the columns of a shop's export mean, and what its status words say about the money."""

from __future__ import annotations

from collections.abc import Mapping as Names
from dataclasses import dataclass
from typing import Literal

from azpay_tui.domain.claims import Claim

Field = Literal[
    "number", "permission", "ids", "amount", "currency", "created", "buyer_name", "buyer_email", "status", "lines"
]
"""What a column can say of an order."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of export is read."""

    columns: Names[Field, tuple[str, ...]]
    """For each field the columns that may hold it, the likeliest first: titles, or dotted paths in JSON."""
    statuses: Names[str, Claim]
    """The shop's own status words; one that is not here claims nothing."""
    complete: bool
    """Whether a row names every charge and refund of its order."""
    timezone: str = "UTC"
    """IANA name of the zone of times that do not say theirs."""
