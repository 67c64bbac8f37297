"""What the audit chain says of slips, held against the rows as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from azpay_tui.store.deliveries import seal_of
from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import SLIP, Query, digests
from azpay_tui.store.journal.spoken import Disagreement

_SALTED: Final = "SELECT 1 FROM pragma_table_info('slip') WHERE name = 'salt'"


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
        """Yield every slip that is not as the chain says; where a purge is told of, tracking numbers are gone."""
        left = dict(self._slips)
        found = {int(values[0]): digest for values, digest in digests(query, "slip", SLIP)}
        numbers = dict(_numbers(query))
        for number, digest in found.items():
            told = left.pop(number, None)
            if told is None:
                yield Disagreement(f"slip {number}", "no row of the chain tells of it", 0)
                continue
            row, data = told
            if digest != data.get("slip_row"):
                yield Disagreement(f"slip {number} of {row.order_id}", "it was changed afterwards", row.seq)
            elif not _is_number(*numbers.get(number, (b"", b"")), {} if row.order_id in self._purged else data):
                yield Disagreement(f"slip {number} of {row.order_id}", "its tracking number was changed", row.seq)
        for number, (row, _) in left.items():
            yield Disagreement(f"slip {number} of {row.order_id}", "it is gone", row.seq)


def _numbers(query: Query) -> Iterator[tuple[int, tuple[bytes, bytes]]]:
    """Yield salt and tracking number of every slip; a journal that may only be read can be from before the salts."""
    salt = "salt" if [*query(_SALTED)] else "''"
    for number, *found in query(f"SELECT id, CAST({salt} AS BLOB), CAST(tracking AS BLOB) FROM slip"):
        yield int(number), (bytes(found[0]), bytes(found[1]))


def _is_number(salt: bytes, tracking: bytes, told: Mapping[str, Any]) -> bool:
    """Tell whether salt and tracking number are those of what was told; of nothing told, and of no number, are none."""
    if (seal := told.get("tracking_seal")) is not None:
        return seal_of(salt.decode("utf-8", "replace"), tracking.decode("utf-8", "replace")) == str(seal)
    # The chain keeps what it said before there were salts: a plain hash.
    plain = hashlib.sha256(tracking).hexdigest() if tracking else None
    return not salt and plain == told.get("tracking_sha256")
