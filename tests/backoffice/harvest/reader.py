"""Harvesting a text or bytes in one call."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from azpay_tui.backoffice.harvest import BadLine, Environment, Reading, Report, read, take
from azpay_tui.domain.mapping import Mapping
from azpay_tui.domain.rows import TrackedOrder, TrackResult

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

A, B, C = "S01-1111111-1111111", "S01-2222222-2222222", "S01-3333333-3333333"


def reading(mapping: Mapping | None = None, environment: Environment | None = "simulator") -> Reading:
    return Reading("shop", None, environment, mapping)


def items(text: str | bytes, how: Reading | None = None) -> list[TrackedOrder | BadLine]:
    data = text.encode() if isinstance(text, str) else text
    return list(read(io.BytesIO(data), reading() if how is None else how))


def orders(text: str | bytes, how: Reading | None = None) -> list[TrackedOrder]:
    return [item for item in items(text, how) if isinstance(item, TrackedOrder)]


def bad(text: str | bytes, how: Reading | None = None) -> list[BadLine]:
    return [item for item in items(text, how) if isinstance(item, BadLine)]


def ids(text: str | bytes, how: Reading | None = None) -> set[str]:
    """Every id that is named."""
    return {i for order in orders(text, how) for i in (order.order_id, *order.charge_ids, *order.refund_ids)}


class Pieces(io.RawIOBase):
    """Gives piece after piece, as a pipe does; after the last one its end, or an error."""

    def __init__(self, pieces: Iterable[bytes], error: Exception | None = None) -> None:
        self._pieces = iter(pieces)
        self._error = error
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        self._left = self._left or next(self._pieces, b"")
        if not self._left and self._error is not None:
            raise self._error
        found, self._left = self._left[: len(view)], self._left[len(view) :]
        view[: len(found)] = found
        return len(found)


class Book:
    """Takes in orders as the stores do: merges, never removes, and says what changed."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, object]] = {}
        self.batches: list[int] = []

    def track(self, batch: Sequence[TrackedOrder]) -> TrackResult:
        self.batches.append(len(batch))
        added, changed = 0, {}
        for order in batch:
            before = self.orders.get(order.order_id)
            after = dict(before or {"ids": frozenset(), "complete": False})
            for name in ("number", "amount", "created", "buyer_name", "buyer_email", "shop_status"):
                if (value := getattr(order, name)) is not None:
                    after[name] = value
            after["ids"] = frozenset((*after["ids"], *order.charge_ids, *order.refund_ids))  # type: ignore[misc]
            after["complete"] = bool(after["complete"]) or order.complete
            added += before is None
            if after != before:
                changed[order.order_id] = None
            self.orders[order.order_id] = after
        return TrackResult(added, len(changed) - added, len(batch) - len(changed), tuple(changed))

    def take(self, text: str | bytes, how: Reading | None = None) -> Report:
        data = text.encode() if isinstance(text, str) else text
        return take(read(io.BytesIO(data), reading() if how is None else how), self.track)
