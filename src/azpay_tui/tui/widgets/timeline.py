"""What happened to an order, newest first, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Final

from rich.text import Text

from azpay_tui.domain.rows import TimelineEntry
from azpay_tui.tui.widgets.words import absolute, outside, short

SOURCES: Final = {"amazon": "Amazon", "us": "here", "import": "import", "policy": "policy"}


def timeline_lines(entries: Sequence[TimelineEntry], where: tzinfo) -> Iterator[Text]:
    """Yield one line per entry: when, who, what, which object, how much."""
    for entry in entries:
        which = f" {outside(short(entry.object_id), 40)}" if entry.object_id else ""
        amount = f" {entry.amount}" if entry.amount is not None else ""
        source = SOURCES.get(entry.source, "?").ljust(7)
        yield Text(f"{absolute(entry.at, where)}  {source}{outside(entry.what, 200)}{which}{amount}")
