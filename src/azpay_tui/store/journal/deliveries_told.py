"""What the audit chain says of parcels that Amazon was told of, held against the rows as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from azpay_tui.store.deliveries import seal_of
from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import DELIVERY, Query, digests, seal_of_letter
from azpay_tui.store.journal.spoken import Disagreement

_TEXTS: Final = "SELECT id, CAST(salt AS BLOB), CAST(tracking AS BLOB), CAST(why AS BLOB) FROM delivery"


@dataclass(slots=True)
class _Said:
    row: int
    order_id: str
    digest: str
    seal: str
    """Of the tracking number; empty once the personal data of its order's buyer was removed."""
    ended: bool = False
    why_seal: str | None = None
    """Of what came of it in words; None: the chain does not tell, as before it told of that."""


class DeliveriesTold:
    """Takes the rows of a chain in their order, then compares."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._said: dict[int, _Said] = {}
        self._between: list[Disagreement] = []

    def take(self, row: Row, data: Mapping[str, Any]) -> None:
        """Take one row and what it says; raises `ValueError` or `TypeError` when azpay says nothing like that."""
        if row.kind == "purge":
            for said in self._said.values():
                if said.order_id == row.order_id:
                    said.seal, said.row = "", row.seq
        elif row.kind == "delivery":
            number, digest = int(data.get("delivery") or 0), str(data.get("delivery_row"))
            before = self._said.get(number)
            if before is None:
                self._said[number] = _Said(row.seq, row.order_id, digest, str(data.get("tracking_seal")))
                return
            if data.get("delivery_was") != before.digest:
                what = f"{_name(number)} of {before.order_id}"
                self._between.append(
                    Disagreement(what, f"it was changed before row {row.seq:,} told of it again", before.row)
                )
            before.row, before.digest, before.ended = row.seq, digest, True
            before.why_seal = None if data.get("why_seal") is None else str(data["why_seal"])

    def compare(self, query: Query) -> Iterator[Disagreement]:
        """Yield every attempt that is not as the chain says, or once was not."""
        yield from self._between
        left = dict(self._said)
        texts = {int(number): tuple(bytes(text) for text in found) for number, *found in query(_TEXTS)}
        for values, digest in digests(query, "delivery", DELIVERY):
            number = int(values[0])
            said = left.pop(number, None)
            if said is None:
                yield Disagreement(_name(number), "no row of the chain tells of it", 0)
                continue
            what = f"{_name(number)} of {said.order_id}"
            if digest != said.digest:
                yield Disagreement(what, "it was changed afterwards", said.row)
                continue
            salt, tracking, why = texts.get(number, (b"", b"", b""))
            if not _is_number(salt, tracking, said):
                yield Disagreement(what, "its tracking number was changed", said.row)
            elif not _is_why(salt, why, said):
                yield Disagreement(what, "what came of it was changed", said.row)
        yield from (Disagreement(f"{_name(n)} of {said.order_id}", "it is gone", said.row) for n, said in left.items())


def _name(number: int) -> str:
    return f"delivery {number}"


def _is_number(salt: bytes, tracking: bytes, said: _Said) -> bool:
    if not said.seal:
        return not salt and not tracking
    return seal_of(salt.decode("utf-8", "replace"), tracking.decode("utf-8", "replace")) == said.seal


def _is_why(salt: bytes, why: bytes, said: _Said) -> bool:
    """Tell whether that came of it; before it has ended nothing did, and of what was forgotten nothing is left."""
    if not said.ended or not said.seal:
        return not why
    return said.why_seal is None or seal_of_letter(salt, why) == said.why_seal
