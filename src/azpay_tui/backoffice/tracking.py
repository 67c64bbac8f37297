"""Learning of orders: what a person or a file says, what sources give, what Amazon's reports name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.discover.columns import Taker
from azpay_tui.backoffice.discover.discovery import Discovery
from azpay_tui.backoffice.discover.taking import Discovered, Listener, Wanted
from azpay_tui.backoffice.errors import NotValidError, translated
from azpay_tui.backoffice.harvest import Environment
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.refresher import Lease, Refresher
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.sources.engine import SourceParts, Sources
from azpay_tui.backoffice.sources.reports import ReportsTap
from azpay_tui.backoffice.sources.tap import Tap
from azpay_tui.backoffice.sources.taps import tap_of
from azpay_tui.backoffice.stores import Cache, Journal, Reader
from azpay_tui.backoffice.threads import Threads
from azpay_tui.domain.rows import TrackedOrder, TrackResult
from azpay_tui.domain.sources import SourceState
from azpay_tui.sourcing import Source
from azpay_tui.store import errors as store_errors


class Tracking:
    """Every way by which an order becomes known; safe from any thread."""

    def __init__(
        self,
        journal: Journal,
        cache: Cache,
        reader: Reader,
        refresher: Refresher,
        sources: SourceParts,
        discovery: Discovery | None,
        environment: Environment,
        lease: Lease,
        clock: CorrectedClock,
        tell: Callable[[Event], None],
        stop: threading.Event,
        threads: Threads,
    ) -> None:
        """Take the parts; without `discovery` there is no way to reports, with `lease` due sources are asked."""
        self._journal = journal
        self._cache = cache
        self._refresher = refresher
        self._discovery = discovery
        self._environment = environment
        self._clock = clock
        self._stop = stop
        self._threads = threads
        self._sources = Sources(sources, self._tap, environment, lease, reader.sources, self.track, clock, tell, stop)

    def track(self, orders: Sequence[TrackedOrder]) -> TrackResult:
        """Learn of orders; new ids are due at once. Where the cache may not be written nothing is learnt."""
        try:
            self._cache.reproject((), self._clock())
            result = self._journal.track(orders, self._clock())
        except store_errors.StoreError as error:
            raise translated(error) from error
        show(self._cache, result.changed_ids, self._clock())
        self._refresher.wake()
        return result

    def sources(self) -> tuple[SourceState, ...]:
        """Return every configured source with how it fares."""
        return self._sources.states()

    def run_source(self, name: str) -> None:
        """Ask a source in the background, as soon as the one that is asked now is done."""
        self._sources.want(name)

    def ask_source(
        self, name: str, since: datetime | None, listener: Callable[[SourceState], None] | None
    ) -> SourceState:
        """Ask a source now and wait for the end."""
        return self._threads.aside("azpay-source", lambda: self._sources.run_now(name, since, listener))

    def ask_due(self) -> None:
        """Ask every source whose time has come, and wait for the end."""
        if self._sources:
            self._threads.aside("azpay-sources", self._sources.run_due)

    def discover(self, wanted: Wanted, listener: Listener) -> Discovered:
        """Learn of orders from Amazon's reports; one discovery at a time."""
        taker = Taker(self.track, self._environment, listener, self._stop.is_set)
        found = self._threads.aside("azpay-discover", lambda: self.discovery().run(wanted, taker, listener))
        return replace(found, orders=len(taker.orders))

    def discovery(self) -> Discovery:
        """Return what asks for reports; raises `NotValidError` where there are none."""
        if self._discovery is None:
            raise NotValidError("There are no reports over this way to Amazon.")
        return self._discovery

    def start(self) -> None:
        """Ask sources in the background from now on."""
        for name, body in self._sources.bodies():
            self._threads.begin(name, body)

    def wake(self) -> None:
        """Look at once at what is due, or whether to stop."""
        self._sources.wake()

    def _tap(self, source: Source) -> Tap:
        return tap_of(source, lambda: ReportsTap(self.discovery, sandbox=self._environment == "sandbox"))
