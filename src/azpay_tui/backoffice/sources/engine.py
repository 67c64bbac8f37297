"""Asks every source when its time has come: each in a thread of its own, beside money, reads and the others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import BackOfficeError, BusyError, NotValidError, UsageError, translated
from azpay_tui.backoffice.harvest import Environment, Report
from azpay_tui.backoffice.harvest.taking import Track
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.refresher import Lease
from azpay_tui.backoffice.sources import outcome
from azpay_tui.backoffice.sources.intake import Intake
from azpay_tui.backoffice.sources.tap import SourceError, Tap
from azpay_tui.backoffice.sources.taps import reading_of
from azpay_tui.domain.sources import SourceState
from azpay_tui.sourcing import Source
from azpay_tui.store import errors as store_errors

_log = logging.getLogger(__name__)

_TICK: Final = 1.0
"""Seconds between two looks at what is due."""
_REPAINT: Final = 1.0
"""Seconds between two events about how far a run is."""
_UNWRITABLE_WAIT: Final = 60.0
"""Seconds until it is tried again when the cache or the journal could not be written."""

Listener = Callable[[SourceState], None]
"""Hears how far a run is, from any thread."""


class Book(Protocol):
    """Where it is kept how each source fares."""

    def put(self, state: SourceState) -> None:
        """Keep what is known of a source now."""
        ...


@dataclass(frozen=True, slots=True)
class SourceParts:
    """What bootstrap builds for the sources of a profile."""

    sources: tuple[Source, ...]
    book: Book
    lock: Callable[[str], Lease]
    """The right to ask the source of this name, held by one process at a time."""
    asked: Callable[[str], bool]
    """Whether any process holds that right now."""


class Sources:
    """The sources of one profile; safe from any thread. A source is asked by one process at a time."""

    def __init__(
        self,
        parts: SourceParts,
        tap: Callable[[Source], Tap],
        environment: Environment,
        lease: Lease,
        known: Callable[[], Iterable[SourceState]],
        track: Track,
        clock: CorrectedClock,
        tell: Callable[[Event], None],
        stop: threading.Event,
    ) -> None:
        """Take the parts; `lease` says whether this process does by itself what is due, `stop` ends every run.

        `tap` makes what asks a source, and may raise `SourceError`; `known` returns what was kept of every source that
        ever ran.
        """
        self._parts = parts
        self._tap = tap
        self._sources = {source.name: source for source in parts.sources}
        self._environment = environment
        self._lease = lease
        self._known = known
        self._track = track
        self._clock = clock
        self._tell = tell
        self._stop = stop
        self._wakes = {name: threading.Event() for name in self._sources}
        self._wanted: set[str] = set()
        self._live: dict[str, SourceState] = {}

    def __bool__(self) -> bool:
        """Whether there is any source."""
        return bool(self._sources)

    def states(self) -> tuple[SourceState, ...]:
        """Return every configured source, in the order of the configuration, with how it fares."""
        if not self._sources:  # consoles ask at every look at the cache
            return ()
        known = self._stored()
        live = dict(self._live)
        return outcome.configured(self._parts.sources, {**known, **live}, self._parts.asked)

    def want(self, name: str) -> None:
        """Ask a source at once, or again when it is being asked; raises `UsageError` for an unknown name."""
        self._named(name)
        self._wanted.add(name)
        self._wakes[name].set()

    def run_now(self, name: str, since: datetime | None = None, listener: Listener | None = None) -> SourceState:
        """Ask a source and wait for the end; `since` in place of how far it would look back by itself.

        Raises `SourceError` when it failed, `BusyError` while another process asks it, `UsageError` for an unknown
        name. Must not be called where an exception may arrive from outside: see `Threads.aside`.
        """
        source = self._named(name)
        state, problem = self._ask(source, since, listener)
        if problem is not None:
            raise problem
        return state

    def run_due(self, listener: Listener | None = None) -> None:
        """Ask every source whose time has come, one after the other; what fails is in its state."""
        for source in self._sources.values():
            if not self._stop.is_set() and self._is_due(source):
                self._try(source, listener)

    def bodies(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield a name and a body for a thread of each source: one that hangs keeps no other waiting.

        It asks when a person wants it, in the process that holds the lease also when it is due, until stopped.
        """
        for source in self._sources.values():
            yield f"azpay-source-{source.name}", partial(self._keep, source)

    def _keep(self, source: Source) -> None:
        wake, wait = self._wakes[source.name], _TICK
        while not self._stop.is_set():
            wake.wait(wait)
            wake.clear()
            wait = _TICK
            if self._stop.is_set():
                return
            wanted = source.name in self._wanted
            self._wanted.discard(source.name)
            if (wanted or (self._lease.held and self._is_due(source))) and not self._try(source, None):
                wait = _UNWRITABLE_WAIT

    def wake(self) -> None:
        """Look at once at what is due, or whether to stop."""
        for wake in self._wakes.values():
            wake.set()

    def _named(self, name: str) -> Source:
        if name not in self._sources:
            known = ", ".join(self._sources) or "none"
            raise UsageError(f"There is no source {name!r} in this profile; there are: {known}. See azpay sources add.")
        return self._sources[name]

    def _stored(self) -> dict[str, SourceState]:
        return {state.name: state for state in self._known()}

    def _state(self, source: Source) -> SourceState:
        return outcome.configured((source,), self._stored())[0]

    def _is_due(self, source: Source) -> bool:
        try:
            return outcome.is_due(self._state(source), self._clock())
        except store_errors.StoreError as error:
            _log.warning("source %s: %s", source.name, error)
            return False

    def _try(self, source: Source, listener: Listener | None) -> bool:
        """Ask a source whatever comes of it; returns False when nothing could be written down."""
        try:
            _state, problem = self._ask(source, None, listener)
            if problem is not None:
                _log.info("source %s: %s", source.name, problem.message)
        except BusyError:
            _log.info("source %s is being asked by another process", source.name)
        except (BackOfficeError, store_errors.StoreError) as error:
            _log.warning("source %s: %s", source.name, error)
            return False
        return True

    def _there(self, source: Source, moment: datetime) -> datetime:
        """Return a moment by the clock of a source: a simulator's may be days ahead of the machine's and the shop's."""
        if self._environment == "simulator" and source.side == "shop":
            return moment - self._clock.offset
        return moment

    def _ask(
        self, source: Source, since: datetime | None, listener: Listener | None
    ) -> tuple[SourceState, SourceError | None]:
        lock = self._parts.lock(source.name)
        # The second try: it may have been given back just now.
        if not lock.try_acquire() and not self._parts.asked(source.name) and not lock.try_acquire():
            raise NotValidError(
                f"Source {source.name} cannot be asked: its lock in the data directory cannot be written. Check owner "
                "and permissions there."
            )
        if not lock.held:
            raise BusyError(f"Source {source.name} is being asked by another azpay right now; see azpay sources list.")
        try:
            return self._ask_alone(source, since, listener)
        except store_errors.StoreError as error:
            raise translated(error) from error
        finally:
            self._live.pop(source.name, None)
            lock.release()
            self._tell(Event("sync"))

    def _ask_alone(
        self, source: Source, since: datetime | None, listener: Listener | None
    ) -> tuple[SourceState, SourceError | None]:
        before, now = self._state(source), self._clock()
        usual = outcome.look_back(source, before, now)
        begun = outcome.begun(before, now)
        self._parts.book.put(begun)
        painted = 0.0

        def heard(report: Report, said: str) -> None:
            nonlocal painted
            live = replace(outcome.counted(begun, report), message=said, running=True)
            self._live[source.name] = live
            if listener is not None:
                listener(live)
            if time.monotonic() - painted > _REPAINT:
                painted = time.monotonic()
                self._tell(Event("sync"))

        intake = Intake(reading_of(source, self._environment), self._track, self._stop, heard)
        heard(intake.report, "")
        problem: SourceError | None = None
        try:
            self._tap(source).run(self._there(source, usual) if since is None else since, intake, self._stop)
        except SourceError as error:
            problem = error
        except BackOfficeError as error:  # what it gave could not be stored
            problem = SourceError(error.message)
        except Exception as error:
            _log.exception("source %s failed", source.name)
            problem = SourceError(f"it failed in a way that nobody expected ({type(error).__name__}); see the log.")
        problem = problem or outcome.wrong(source.name, intake.report)
        stopped = self._stop.is_set() and problem is None
        covers = since is None or since <= usual
        state = outcome.ended(
            source, before, begun, intake.report, problem, self._clock(), stopped, covers=covers, notes=intake.notes
        )
        self._parts.book.put(state)
        return state, problem
