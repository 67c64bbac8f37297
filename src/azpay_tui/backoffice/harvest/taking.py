"""Storing what a harvest brings, in batches, and saying what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from azpay_tui.backoffice.harvest.harvest import Harvest, Item
from azpay_tui.backoffice.harvest.memory import Memory, Seen, merged
from azpay_tui.backoffice.harvest.reading import BadLine, Format, Stopped, Tally
from azpay_tui.domain.rows import TrackedOrder, TrackResult

BATCH: Final = 500
"""Orders that are stored at once."""
KEPT: Final = 1000
"""Complaints that are kept as they are; more are counted."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a harvest brought."""

    lines: int = 0
    """Of the file; of a list of JSON objects: objects."""
    orders: int = 0
    """Different ones."""
    ids: int = 0
    """Different ids of orders, charges and refunds: what there is to read at Amazon."""
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
    format: Format | None = None
    """What the source turned out to be; None when nothing was read."""
    unit: Literal["line", "record"] = "line"
    """What `lines` counts: lines of a file, or values of a list in JSON."""


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
        self._memory = Memory()
        self._changed = Seen()
        self._added = 0
        self._batch: dict[tuple[str, str | None], TrackedOrder] = {}
        self._last = ""
        self._first: list[BadLine] = []
        self._problems: list[str] = []
        self._bad = 0

    def run(self, items: Iterable[Item]) -> Report:
        if isinstance(items, Harvest):
            self._tally = items.tally
            items.tick = self._tick
        interrupted = False
        try:
            for item in items:
                if isinstance(item, BadLine):
                    self._complain(item)
                elif (news := self._memory.news(item)) is not None:
                    self._add(news)
        except Stopped:
            interrupted = True
        if (interrupted or self._tally.broken) and self._tally.format != "contract":
            for key, order in self._batch.items():
                if key[0] == self._last:  # more lines of it may have come
                    self._batch[key] = replace(order, complete=False)
        self._store()
        return replace(self._report(), first=tuple(self._first), interrupted=interrupted)

    def _complain(self, line: BadLine) -> None:
        if line.about == "source":
            self._problems.append(line.reason)
            return
        self._bad += 1
        if len(self._first) < KEPT:
            self._first.append(line)

    def _add(self, order: TrackedOrder) -> None:
        key = (order.order_id, order.number)
        full = len(self._batch) >= BATCH and key not in self._batch
        if full:
            self._store()
        known = self._batch.get(key)
        self._batch[key] = order if known is None else merged(known, order)
        self._last = order.order_id
        if full:
            self._tick()

    def _store(self) -> None:
        if not self._batch:
            return
        done = self._track(tuple(self._batch.values()))
        self._batch.clear()
        self._added += done.added
        for order_id in done.changed_ids:
            self._changed.add(order_id)

    def _tick(self) -> None:
        if self._progress is not None:
            self._progress(self._report())
        if self._stop is not None and self._stop():
            raise Stopped

    def _report(self) -> Report:
        tally, memory = self._tally, self._memory
        waiting = sum(order.order_id not in self._changed for order in self._batch.values())
        return Report(
            lines=tally.lines,
            orders=memory.orders.count,
            ids=memory.orders.count + memory.ids.count,
            added=self._added,
            updated=self._changed.count - self._added,
            unchanged=memory.orders.count - waiting - self._changed.count,
            bad=self._bad,
            problems=tuple(self._problems),
            replaced=tally.replaced,
            size=tally.size,
            broken=tally.broken,
            format=tally.format,
            unit=tally.unit,
        )
