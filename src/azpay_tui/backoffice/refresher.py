"""Keeps the cache in step: one process of a data directory reads what is due, all of them see each other's changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final, Protocol

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import BackOfficeError, BusyError, CredentialsError, OfflineError
from azpay_tui.backoffice.health import AUTH_WAIT, Fault, Health
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.recovery import Recovery
from azpay_tui.backoffice.sender import Sender
from azpay_tui.backoffice.stores import Cache, Reader
from azpay_tui.domain.intent import Intent
from azpay_tui.domain.rows import Due
from azpay_tui.domain.telling import unsent
from azpay_tui.store.errors import StoreError

_log = logging.getLogger(__name__)

ROUND: Final = 400
"""Objects asked of the cache at once."""
_LONGEST: Final = 5.0
"""Seconds of a round after which it is looked what is to be settled, and what is due now."""
_CLOCKS_APART: Final = timedelta(minutes=1)
_UNSTORED: Final = timedelta(seconds=2)
"""As much as the clocks of two processes may differ: less than this is not handed from one to the other."""
_PASSES: Final = 3
"""How often `once` looks at what is due, when reading shows that the clock was wrong."""
_TICK: Final = 1.0
"""Seconds between two looks at what is due and at what other processes changed."""
_SILENCE: Final = 20.0
"""Seconds without anything due after which Amazon is asked all the same, so that a lost connection is noticed."""
_OFFLINE_WAIT: Final = 5.0


class Lease(Protocol):
    """The right to refresh, held by one process at a time."""

    @property
    def held(self) -> bool:
        """Whether this process holds it."""
        ...

    def try_acquire(self) -> bool:
        """Take it when it is free."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


class Refresher:
    """Background refresh and, as `once`, the command line's."""

    def __init__(
        self,
        cache: Cache,
        reader: Reader,
        reading: Reading,
        recovery: Recovery,
        sender: Sender,
        health: Health,
        clock: CorrectedClock,
        lease: Lease,
        tell: Callable[[Event], None],
        stop: threading.Event,
        pause: Callable[[float], bool],
        daily: Callable[[], None],
        automatic: Callable[[Callable[[], bool]], bool],
    ) -> None:
        """Take the parts; `daily` is the housekeeping of the lease holder, `pause` waits (see `BackOffice`).

        `automatic` takes the steps that are done without a person until it is enough; it says whether some are left.
        """
        self._cache = cache
        self._reader = reader
        self._reading = reading
        self._recovery = recovery
        self._sender = sender
        self._health = health
        self._clock = clock
        self._lease = lease
        self._tell = tell
        self._stop = stop
        self._pause = pause
        self._daily = daily
        self._automatic = automatic
        self._wake = threading.Event()
        self._watched: tuple[str, ...] = ()
        self._settling = threading.Lock()
        self._contact = time.monotonic()
        self._followed = reader.revision()
        """Up to where what changed was held against what Amazon accepted."""
        self._told = ""
        """Why the last round failed; empty when it did not."""
        self._everything = True
        """Whether a program ended or the connection broke, and what was open then was not looked at since."""

    def wake(self) -> None:
        """Look at what is due now, whatever wait is on."""
        self._wake.set()

    def watch(self, order_ids: Sequence[str]) -> None:
        """Remember what is on screen; the first order is the one that is looked at."""
        if set(order_ids).difference(self._watched):
            self._wake.set()
        self._watched = tuple(order_ids)

    # The command line

    def once(self, *, all_: bool, progress: Callable[[int, int], None] | None, act: bool = False) -> int:
        """Settle open intents, then read everything due; returns how many objects were read.

        `act` takes automatic steps afterwards; raises `BusyError`, doing nothing, where another process has the lease.
        With nothing due Amazon is asked all the same, so that the clock is right and a lost connection is told. Raises
        `OfflineError` or `CredentialsError` when Amazon cannot be read, and the latter, after all was read, when it
        refused access to what was sent.
        """
        if act and not self._lease.try_acquire():
            raise BusyError(
                "Another azpay keeps this profile in step and takes the automatic steps: use sync without --act."
            )
        self._recovery.take_over()
        sends, sends_refused = self._health.sends, self._health.sends_refused
        fault, done = self._settle(self._recovery.orphans), 0
        before = self._reader.revision()
        if fault == "none":
            fault, done = self._read_due(all_=all_, progress=progress)
        self._recovery.follow(self._reader.changed_since(before))
        self._raise(fault, sends)
        if act:
            self._automatic(self._stop.is_set)
            self._raise(self._health.fault, sends)
        refused = self._health.sending_refused
        if refused is not None and self._health.sends_refused > sends_refused:
            raise CredentialsError(f"{refused} All that was due was read.")
        return done

    def _read_due(self, *, all_: bool, progress: Callable[[int, int], None] | None) -> tuple[Fault, int]:
        """Read what is due, again where the clock was wrong; returns what ended it and how many objects were read."""
        done = total = 0
        fault: Fault = "none"

        def count(number: int) -> None:
            nonlocal done
            done += number
            if progress is not None:
                progress(done, total)

        for again in range(_PASSES):
            offset = self._clock.offset
            self._cache.tick(self._clock())
            dues = self._dues(all_=all_ and not again)
            total += len(dues)
            if dues:
                fault = self._reading.due(dues, self._stop, count)
            elif not again:
                fault = self.ask()
            while fault == "throttled" and not self._pause(1.0):
                dues = self._dues()
                fault = self._reading.due(dues, self._stop, count) if dues else "none"
            if fault != "none" or abs(self._clock.offset - offset) <= _CLOCKS_APART:
                break
            # Amazon's time is not what it was thought to be: by now other things are due.
            fault = self.settle_due()
            if fault != "none":
                break
        return fault, done

    def _dues(self, *, all_: bool = False) -> tuple[Due, ...]:
        # Times come from clocks that differ by the fraction of a second Amazon's header lacks: "all" means all, and
        # what another process just learnt of is due.
        moment = self._clock() + (_CLOCKS_APART if all_ else _UNSTORED)
        return self._cache.due(moment, 1_000_000, all_=all_)

    def ask(self) -> Fault:
        """Learn whether Amazon can be reached and what time it is there, changing nothing that is known."""
        known = self._cache.due(self._clock() + _CLOCKS_APART, 1, all_=True)
        return self._reading.ask(known[0].object_id) if known else "none"

    def _raise(self, fault: Fault, sends: int) -> None:
        """Raise a fault; nothing was sent while there are no more requests on money than `sends`, those of before."""
        end = unsent if self._health.sends == sends else str
        if fault == "offline":
            raise OfflineError(end(self._health.message))
        if fault == "auth":
            # What was read beside it may have been granted: then the connection is no longer called refused.
            said = self._health.message if self._health.fault == "auth" else self._reading.refusal
            raise CredentialsError(end(said))

    def settle_due(self) -> Fault:
        """Look at every intent of unknown outcome whose time has come; one thread at a time.

        Returns `auth` when Amazon refused access, which ends it: nothing more is to be asked. Else `none`.
        """
        return self._settle(self._recovery.due)

    def settle_orders(self, order_ids: Iterable[str]) -> None:
        """Look at every open intent of these orders that nobody works on, whatever its schedule; a person asked."""
        wanted = set(order_ids)
        self._settle(lambda: [i for i in self._recovery.orphans() if i.draft.wish.order_id in wanted])
        self._recovery.follow(wanted)

    def _settle(self, find: Callable[[], Iterable[Intent]]) -> Fault:
        """Look at intents until stopped or access is refused; returns what `settle_due` does."""
        refusals = self._reading.refusals
        with self._settling:
            for intent in find():
                if self._stop.is_set():
                    break
                self._sender.settle_open(intent, once=True)
                self._everything = self._everything or self._health.doubtful
                if self._reading.refusals > refusals:
                    self._everything = True
                    return "auth"
        return "none"

    # The console

    def run(self) -> None:
        """Refresh until stopped; the body of a thread."""
        revision = self._reader.revision()
        wait = 0.0
        while not self._stop.is_set():
            woken = self._wake.wait(min(wait, _TICK)) if wait else False
            self._wake.clear()
            wait = max(0.0, wait - _TICK)
            revision = self._tell_changes(revision)
            if wait and not woken:
                continue
            wait = self.turn()
            revision = self._tell_changes(revision)

    def turn(self) -> float:
        """Do what is due once, whatever comes of it; returns the seconds until the next turn."""
        try:
            wait = self._round()
        except (BackOfficeError, StoreError) as error:
            if str(error) != self._told:  # what lasts, such as a cache of a newer program, is told once
                self._told = str(error)
                _log.warning("orders are shown as they are known and not refreshed: %s", error)
            return _OFFLINE_WAIT
        except Exception:
            _log.exception("a refresh round failed")
            return _OFFLINE_WAIT
        self._told = ""
        return wait

    def _tell_changes(self, revision: int) -> int:
        now = self._reader.revision()
        if now == revision:
            return revision
        changed = self._reader.changed_since(revision)
        status = self._reader.status(self._clock())
        self._clock.adopt(status.clock_offset)
        self._health.adopt(status)
        self._tell(Event("orders", changed) if changed else Event("sync"))
        return now

    def _round(self) -> float:
        if not self._lease.try_acquire():
            return _TICK
        now = self._clock()
        self._cache.tick(now)
        self._daily()
        dues, until = self._cache.due(now, ROUND, self._watched), time.monotonic() + _LONGEST

        def enough() -> bool:
            # Money, and what comes on screen meanwhile or is asked for, goes before what is left.
            return self._wake.is_set() or time.monotonic() > until

        fault: Fault = "none"
        doubt = self._health.doubtful
        self._everything = self._everything or doubt
        if not dues and (doubt or time.monotonic() - self._contact > _SILENCE):
            fault = self.ask()
            self._contact = time.monotonic()
        if dues:
            fault = self._reading.due(dues, self._stop, enough=enough)
            self._contact = time.monotonic()
            self._tell(Event("sync"))
        self._follow()
        if fault == "offline" or self._health.connection == "OFFLINE":
            return _OFFLINE_WAIT
        if fault == "auth":
            return AUTH_WAIT.total_seconds()
        refused: Fault = "none"
        if self._everything and not self._health.doubtful:
            self._everything = False
            refused = self._settle(self._recovery.orphans)
        if refused == "auth" or self.settle_due() == "auth":
            return AUTH_WAIT.total_seconds()
        more = self._act()
        return 0.0 if more or (fault == "none" and (len(dues) == ROUND or (dues and enough()))) else _TICK

    def _act(self) -> bool:
        """Take automatic steps for a few seconds; returns whether some are left."""
        until = time.monotonic() + _LONGEST
        return self._automatic(lambda: self._stop.is_set() or self._wake.is_set() or time.monotonic() > until)

    def _follow(self) -> None:
        """Hold what Amazon accepted against all that was read meanwhile, also by others and before an action."""
        now = self._reader.revision()
        if now != self._followed:
            self._recovery.follow(self._reader.changed_since(self._followed))
            self._followed = now

    def release(self) -> None:
        """Give the lease back."""
        self._lease.release()
