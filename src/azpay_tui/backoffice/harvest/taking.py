"""Storing what a harvest brings, in batches, and saying what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from azpay_tui.backoffice.harvest.harvest import Harvest, Item
from azpay_tui.backoffice.harvest.reading import BadLine, Stopped, Tally
from azpay_tui.domain.rows import TrackedOrder, TrackResult

BATCH: Final = 500
"""Orders that are stored at once."""
_KEPT: Final = 1000
"""Complaints that are kept as they are; more are counted."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a harvest brought."""

    lines: int = 0
    """Of the file; of a list of JSON objects: objects."""
    orders: int = 0
    """Different ones."""
    ids: int = 0
    """Different ids of charges and refunds."""
    added: int = 0
    """Orders that were not known before."""
    updated: int = 0
    """Known orders that gained ids or labels."""
    unchanged: int = 0
    bad: int = 0
    """Lines that were not understood and labels that could not be read."""
    first: tuple[BadLine, ...] = ()
    """The first ones of them."""
    problems: tuple[str, ...] = ()
    """What is wrong with the source as a whole, sentences with its name."""
    replaced: int = 0
    """Bytes that are no text in the source's encoding."""
    size: int = 0
    """Bytes read."""
    interrupted: bool = False
    """Whether `stop` ended it."""
    broken: bool = False
    """Whether the source ended where it should not have."""


Track = Callable[[Sequence[TrackedOrder]], TrackResult]
"""Stores a batch; `Desk.track`."""


def take(
    items: Iterable[Item],
    track: Track,
    progress: Callable[[Report], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Report:
    """Store every order in batches; the same source again changes nothing.

    `progress` hears how far it is whenever something was read; once `stop` says so, the batch that is there is stored
    and the report says that it was interrupted. Errors of `track` are raised: what was stored before stays.
    """
    return _Taker(track, progress, stop).run(items)


class _Taker:
    def __init__(
        self, track: Track, progress: Callable[[Report], None] | None, stop: Callable[[], bool] | None
    ) -> None:
        self._track = track
        self._progress = progress
        self._stop = stop
        self._tally = Tally()
        self._report = Report()
        self._batch: dict[str, TrackedOrder] = {}
        self._first: list[BadLine] = []
        self._problems: list[str] = []
        self._bad = 0
        self._orders: set[str] = set()
        self._ids: set[str] = set()
        self._sums = [0, 0, 0]

    def run(self, items: Iterable[Item]) -> Report:
        if isinstance(items, Harvest):
            self._tally = items.tally
            items.tick = self._tick
        interrupted = False
        try:
            for item in items:
                self._one(item)
        except Stopped:
            interrupted = True
        self._store()
        return replace(self.report(), interrupted=interrupted)

    def _one(self, item: Item) -> None:
        if isinstance(item, BadLine):
            if item.about == "source":
                self._problems.append(item.reason)
            else:
                self._bad += 1
                if len(self._first) < _KEPT:
                    self._first.append(item)
            return
        known = self._batch.get(item.order_id)
        self._batch[item.order_id] = item if known is None else merged(known, item)
        if len(self._batch) >= BATCH:
            self._store()
            self._tick()

    def _store(self) -> None:
        if not self._batch:
            return
        done = self._track(tuple(self._batch.values()))
        for order in self._batch.values():
            self._orders.add(order.order_id)
            self._ids.update(order.charge_ids)
            self._ids.update(order.refund_ids)
        self._sums = [a + b for a, b in zip(self._sums, (done.added, done.updated, done.unchanged), strict=True)]
        self._batch.clear()

    def _tick(self) -> None:
        if self._progress is not None:
            self._progress(self.report())
        if self._stop is not None and self._stop():
            raise Stopped

    def report(self) -> Report:
        tally = self._tally
        return Report(
            lines=tally.lines,
            orders=len(self._orders),
            ids=len(self._ids),
            added=self._sums[0],
            updated=self._sums[1],
            unchanged=self._sums[2],
            bad=self._bad,
            first=tuple(self._first),
            problems=tuple(self._problems),
            replaced=tally.replaced,
            size=tally.size,
            broken=tally.broken,
        )


def merged(one: TrackedOrder, other: TrackedOrder) -> TrackedOrder:
    """Put two mentions of an order together: the first one's labels count, the other's fill what it leaves open."""
    return replace(
        one,
        number=one.number or other.number,
        amount=one.amount or other.amount,
        currency=one.currency or other.currency,
        created=one.created or other.created,
        buyer_name=one.buyer_name or other.buyer_name,
        buyer_email=one.buyer_email or other.buyer_email,
        charge_ids=tuple(dict.fromkeys((*one.charge_ids, *other.charge_ids))),
        refund_ids=tuple(dict.fromkeys((*one.refund_ids, *other.refund_ids))),
        complete=one.complete or other.complete,
        shop_status=one.shop_status or other.shop_status,
        claim=one.claim or other.claim,
        lines=one.lines or other.lines,
        side=one.side if one.side != "person" else other.side,
    )
