"""What the audit chain holds of an address that a person changed: a seal from which nobody can guess the address.

The chain forgets nothing, and a plain hash of an address tells whoever guesses it that this was the one. So a salt goes
into the seal, which is removed together with the address.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import Query
from azpay_tui.store.journal.spoken import Disagreement

KIND: Final = "address"
"""Kind of the rows of the chain that tell of such a change."""
SEAL: Final = "seal"
"""Fact of such a row, and of that of a purge: the seal of the row as it is left; None: there is none any more."""
COLUMNS: Final = ("order_id", "at", "person", "salt", "fields")


def seal(order_id: str, at: str, person: str, salt: str, fields: str) -> str:
    """Return the seal of a row of the table `address`."""
    return hashlib.sha256(json.dumps([order_id, at, person, salt, fields]).encode()).hexdigest()


class Seals:
    """Takes the rows of a chain in their order, then compares the addresses with what it says."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._said: dict[str, tuple[int, str | None]] = {}

    def take(self, row: Row, data: Mapping[str, Any]) -> None:
        """Take one row and what it says."""
        if row.kind == KIND or (row.kind == "purge" and SEAL in data):
            said = data.get(SEAL)
            self._said[row.order_id] = row.seq, None if said is None else str(said)

    def compare(self, query: Query) -> Iterator[Disagreement]:
        """Yield every address that is not as the chain says."""
        left = {order_id: said for order_id, said in self._said.items() if said[1] is not None}
        blobs = ", ".join(f"CAST({name} AS BLOB)" for name in COLUMNS)
        for values in query(f"SELECT {blobs} FROM address"):
            stored = [bytes(value).decode("utf-8", "replace") for value in values]
            row, said = left.pop(stored[0], (0, None))
            what = f"the address of {stored[0]}"
            if said is None:
                yield Disagreement(what, "no row of the chain tells of it", 0)
            elif seal(*stored) != said:
                yield Disagreement(what, "it was changed afterwards", row)
        yield from (Disagreement(f"the address of {name}", "it is gone", row) for name, (row, _said) in left.items())
