"""What is to be read and how, what could not be read, and what is counted on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from azpay_tui.domain.mapping import Mapping
from azpay_tui.domain.order import ShopFacts
from azpay_tui.domain.rows import Side

Environment = Literal["simulator", "sandbox", "live"]
"""Whose orders are wanted."""

About = Literal["line", "label", "source"]
"""What a complaint is about: a line that was not understood (ids in it were taken all the same, except in orders.csv);
a label of an order that was taken; or the source as a whole."""


Format = Literal["contract", "lines", "table", "json", "text"]
"""What a source gives: orders.csv, lines.csv, a table with a line of titles, JSON, or anything else."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one source is read."""

    source: str
    """Its name, for messages and as what the orders came from."""
    side: Side | None
    """Who says that the orders exist; None: the shop where a row names an order of it, else a person."""
    environment: Environment | None
    """Ids that are certainly of another environment are not taken; None: all are."""
    mapping: Mapping | None = None
    """Which columns mean what; None: by the names that many exports use, and orders.csv by its own rules."""
    complete: bool | None = None
    """Whether the source names every charge and refund of its orders; None: as the mapping, or orders.csv, says."""
    facts: Callable[[str], ShopFacts | None] | None = None
    """Looks up the order whose lines lines.csv has: None for one that is not known. None: every order is taken."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """Something that was not taken."""

    number: int
    """Of the line in the file or of the record in the list, from 1; 0 when no line is meant."""
    reason: str
    """One sentence; for the source as a whole it holds the source's name."""
    about: About = "line"


@dataclass(slots=True)
class Tally:
    """What was read so far."""

    lines: int = 0
    size: int = 0
    """Bytes."""
    replaced: int = 0
    """Bytes that are no text in the source's encoding."""
    unit: Literal["line", "record"] = "line"
    """What `lines` counts: lines of a file, or values of a list in JSON."""
    format: Format | None = None
    """What the source turned out to be; None before it was read."""
    broken: bool = False
    """Whether the source ended where it should not have."""


class Stopped(Exception):
    """Somebody wanted the harvest to end here."""
