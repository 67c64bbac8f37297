"""What the audit chain says of slips, held against the rows as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import SLIP, Query, digests
from azpay_tui.store.journal.spoken import Disagreement

_TRACKING: Final = "SELECT id, CAST(tracking AS BLOB) FROM slip"


class SlipsTold:
    """Takes the rows of a chain in their order, then compares."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._slips: dict[int, tuple[Row, Mapping[str, Any]]] = {}
        self._purged: set[str] = set()

    def take(self, row: Row, data: Mapping[str, Any]) -> None:
        """Take one row and what it says; raises `ValueError` or `TypeError` when azpay says nothing like that."""
        if row.kind == "slip":
            self._slips[int(data["slip"])] = row, data
        elif row.kind == "purge":
            self._purged.add(row.order_id)

    def compare(self, query: Query) -> Iterator[Disagreement]:
        """Yield every slip that is not as the chain says; a tracking number may be gone where a purge is told of."""
        left = dict(self._slips)
        found = {int(values[0]): digest for values, digest in digests(query, "slip", SLIP)}
        numbers = {int(number): bytes(text) for number, text in query(_TRACKING)}
        for number, digest in found.items():
            told = left.pop(number, None)
            if told is None:
                yield Disagreement(f"slip {number}", "no row of the chain tells of it", 0)
                continue
            row, data = told
            tracking = numbers.get(number, b"")
            forgotten = not tracking and row.order_id in self._purged
            if digest != data.get("slip_row"):
                yield Disagreement(f"slip {number} of {row.order_id}", "it was changed afterwards", row.seq)
            elif _hash(tracking) != data.get("tracking_sha256") and not forgotten:
                yield Disagreement(f"slip {number} of {row.order_id}", "its tracking number was changed", row.seq)
        for number, (row, _) in left.items():
            yield Disagreement(f"slip {number} of {row.order_id}", "it is gone", row.seq)


def _hash(text: bytes) -> str | None:
    return hashlib.sha256(text).hexdigest() if text else None
