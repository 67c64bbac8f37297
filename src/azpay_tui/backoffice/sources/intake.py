"""Where a tap puts what it gets: harvested, stored in batches, counted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import BinaryIO

from azpay_tui.backoffice.harvest import Harvest, Reading, Report, read, read_records, take
from azpay_tui.backoffice.harvest.taking import Track
from azpay_tui.domain.mapping import Mapping

Heard = Callable[[Report, str], None]
"""Hears how far a run is: everything so far, and what the tap says meanwhile, if anything."""


class Intake:
    """Implements `Sink` for one run of one source.

    `report` is what came so far, also after an error; `notes` is what the source cannot give.
    """

    def __init__(self, reading: Reading, track: Track, stop: threading.Event, heard: Heard) -> None:
        """Read as `reading` says, store with `track`, end early once `stop` is set."""
        self._reading = reading
        self._track = track
        self._stop = stop
        self._heard = heard
        self._said = ""
        self.report = Report()
        self.notes: tuple[str, ...] = ()

    def stream(self, stream: BinaryIO, mapping: Mapping | None = None, *, ends: bool = False) -> None:
        """Harvest bytes of any format; one that `ends` by itself is never left before."""
        reading = self._reading if mapping is None else replace(self._reading, mapping=mapping)
        self._take(read(stream, reading), None if ends else self._stop.is_set)

    def records(self, records: Iterable[object]) -> None:
        """Harvest JSON values that are parsed already."""
        self._take(read_records(records, self._reading), self._stop.is_set)

    def say(self, text: str) -> None:
        """Say what is going on."""
        self._said = text
        self._heard(self.report, text)

    def note(self, text: str) -> None:
        """Keep what stays to be said of the run."""
        self.notes = tuple(dict.fromkeys((*self.notes, text)))

    def _take(self, items: Harvest, stop: Callable[[], bool] | None) -> None:
        before = self.report

        def progress(so_far: Report) -> None:
            self.report = _sum(before, so_far)
            self._heard(self.report, self._said)

        self.report = _sum(before, take(items, self._track, progress, stop))
        self._heard(self.report, self._said)


def _sum(one: Report, other: Report) -> Report:
    return replace(
        other,
        lines=one.lines + other.lines,
        orders=one.orders + other.orders,
        ids=one.ids + other.ids,
        added=one.added + other.added,
        updated=one.updated + other.updated,
        unchanged=one.unchanged + other.unchanged,
        bad=one.bad + other.bad,
        first=one.first or other.first,
        problems=tuple(dict.fromkeys((*one.problems, *other.problems))),
        replaced=one.replaced + other.replaced,
        size=one.size + other.size,
        interrupted=one.interrupted or other.interrupted,
        broken=one.broken or other.broken,
    )
