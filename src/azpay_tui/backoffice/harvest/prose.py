"""Text without columns: logs, mails, dumps. Nothing but ids is read, and no line of it is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from azpay_tui.backoffice.harvest.reading import Tally
from azpay_tui.backoffice.harvest.rows import Rows
from azpay_tui.domain.rows import TrackedOrder


def read_text(texts: Iterator[str], rows: Rows, tally: Tally) -> Iterator[TrackedOrder]:
    """Return the orders that are named in each part of a text."""
    for text in texts:
        found = rows.finder.group(text, tally.lines + 1, block=True)
        tally.lines += text.count("\n") + (not text.endswith("\n"))
        yield from rows.bare(found)
