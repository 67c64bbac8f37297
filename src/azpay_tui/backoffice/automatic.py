"""Takes the steps that a person switched on, one order at a time, as intents of the actor `policy`.

Whoever holds the lease does it, after each refresh round. Every step is decided anew from what journal, cache and a
live read say at that moment: nothing that a dead process wanted is taken up, and nothing is sent a second time here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.backoffice.act import Checker
from azpay_tui.backoffice.errors import BackOfficeError, ChangedError, CredentialsError, OfflineError, StoreError
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.judging import Judging
from azpay_tui.backoffice.outbox import Outbox
from azpay_tui.backoffice.planning import wish_of
from azpay_tui.backoffice.records import Event, ProfileInfo
from azpay_tui.backoffice.stores import Journal, Reader
from azpay_tui.domain.automatic import Pause, Step
from azpay_tui.domain.intent import Seen
from azpay_tui.domain.order import Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.switch import POLICY, Switch
from azpay_tui.domain.switching import MOST_FAILURES, resting
from azpay_tui.store.errors import SwitchedOff

_log = logging.getLogger(__name__)

_OUTCOME: Final = 60.0
"""Seconds for which the outcome of a step is waited for: longer than a sender takes to learn it or to give up."""
_STOPPED: Final = f"The last {MOST_FAILURES} steps in a row were declined or refused, or their outcome is not known."
_AGAIN: Final = timedelta(minutes=1)
"""After which an order is looked at again that could not be read."""
_ALL: Final = 1_000_000
_LOOKS: Final = 3
"""How often an order is judged in one turn, when a live read shows that it changed."""


class Automatic:
    """One turn after the other, in the thread of whoever asks."""

    def __init__(
        self,
        info: ProfileInfo,
        journal: Journal,
        reader: Reader,
        checker: Checker,
        outbox: Outbox,
        health: Health,
        clock: Callable[[], datetime],
        policy: Policy,
        judging: Judging,
        read: Callable[[str], Order],
        standing: Callable[[], str | None],
        tell: Callable[[Event], None],
    ) -> None:
        """Take the parts; `info` says what is wanted, and which source's shop captures by itself.

        `read` reads an order from Amazon now, `standing` says what the configuration, as it is now, has against steps.
        """
        self._info = info
        self._journal = journal
        self._reader = reader
        self._checker = checker
        self._outbox = outbox
        self._health = health
        self._clock = clock
        self._policy = policy
        self._judging = judging
        self._read = read
        self._standing = standing
        self.paused: str | None = None
        """Why steps pause although they are switched on, one sentence; None: they do not."""
        self._tell = tell
        self._refusal: str | None = None
        """What Amazon said when it refused access to a request, while steps wait because of that."""
        self._switch: Switch | None = None
        """For which the orders below were gathered."""
        self._revision = 0
        self._waiting: dict[str, None] = {}
        """Orders to look at, the one that waits longest first."""
        self._again: dict[str, datetime] = {}
        """Orders that could not be read, and when they are looked at again."""
        self._known: set[str] = set()
        """Orders that were read again because an act of a dead process did not show."""

    def turn(self, enough: Callable[[], bool]) -> bool:
        """Take steps until there are none, or until it is `enough`; returns whether some are left.

        Without a connection, or while Amazon refuses the key, nothing is done and what waits goes on waiting.
        """
        switch = self._reader.switch()
        if switch is None or resting(self._info.policy, switch, self._info.capturing, self._policy.stands_still):
            self._switch = self.paused = None
            return False
        if switch != self._switch:
            if self._strayed(switch) or self._stopped(switch):
                return False
            self._switch, self._revision = switch, 0
            self._waiting, self._again, self._known = {}, {}, set()
        self._gather(switch)
        while not self._pauses() and self._waiting and self._health.verbs_off is None:
            if enough():
                return True
            order_id = next(iter(self._waiting))
            del self._waiting[order_id]
            try:
                tried = self._take(order_id, switch)
            except (OfflineError, CredentialsError, StoreError) as error:
                _log.info("automatic steps wait: %s", error.message)
                self._again[order_id] = self._clock() + _AGAIN
                return False
            except BackOfficeError as error:
                _log.info("no step on %s: %s", order_id, error.message)
                tried = False
            if self._reader.switch() != switch or (tried and self._stopped(switch)):
                return False
            self._gather(switch)
        return False

    def _gather(self, switch: Switch) -> None:
        """Learn which orders may have a step before them; each change of an order makes it be looked at once."""
        now, revision = self._clock(), self._reader.revision()
        if revision != self._revision:
            self._waiting.update(dict.fromkeys(self._reader.stirred(switch.at, self._revision, _ALL)))
            self._revision = revision
        for order_id in [one for one, at in self._again.items() if at <= now]:
            del self._again[order_id]
            self._waiting[order_id] = None

    def _take(self, order_id: str, switch: Switch) -> bool:
        """Take the step that is due on an order, if there is one; returns whether something was confirmed."""
        for _ in range(_LOOKS):
            order = self._reader.order(order_id)
            step = None if order is None else self._judging.step(order, switch)
            if isinstance(step, Pause) and step.stale and order_id not in self._known:
                self._read(order_id)
                self._known.add(order_id)
                continue
            if order is None or not isinstance(step, Step):
                return False
            wish = wish_of(self._info, order, step, switch)
            try:
                ready = self._checker.check(wish, Seen.of(order))
            except ChangedError:
                continue
            if ready.already_so or self._judging.step(ready.order, switch) != step or ready.offer.verdict != "yes":
                continue
            if self._pauses():  # to read the order took its time
                self._waiting[order_id] = None
                return False
            intent = self._outbox.submit(ready, (), switch)
            self._outbox.wait(intent.id, _OUTCOME)
            return True
        return False

    def _pauses(self) -> bool:
        """Whether the configuration now stands against steps, or they wait; begin and end are told once."""
        before, self.paused = self.paused, self._standing()
        if self.paused is not None and self.paused != before:
            _log.warning("automatic steps pause: %s", self.paused)
            self._tell(Event("automatic", problem=f"Automatic steps pause. {self.paused}"))
        elif self.paused is None and before is not None:
            said = "Automatic steps go on: the configuration allows them again."
            self._tell(Event("automatic", problem=said, well=True))
        return self._waits() or self.paused is not None

    def _waits(self) -> bool:
        """Whether Amazon refused access to a request within the last hour; each refusal is told once."""
        before, self._refusal = self._refusal, self._health.sending_refused
        if self._refusal is not None and self._refusal != before:
            _log.warning("automatic steps wait for an hour: %s", self._refusal)
            self._tell(Event("automatic", problem=f"Automatic steps wait for an hour. {self._refusal}"))
        return self._refusal is not None

    def _stopped(self, switch: Switch) -> bool:
        """Whether too many steps failed in a row; then the switch says so, to every process, until a person acts."""
        return self._reader.failures(switch.after) >= MOST_FAILURES and self._stop(switch, _STOPPED)

    def _strayed(self, switch: Switch) -> bool:
        """Whether the journal is not what was told outside of it; then the switch is stopped, also for others."""
        why = self._journal.strayed()
        return why is not None and self._stop(switch, why)

    def _stop(self, switch: Switch, why: str) -> bool:
        """Stop what is on, unless somebody turned it meanwhile; returns that this switch stands no more."""
        try:
            self._journal.turn(Switch("stopped", switch.mode, self._clock(), POLICY, why), switch)
        except SwitchedOff:
            return True
        _log.warning("automatic steps stopped: %s", why)
        self._tell(Event("automatic", problem=f"Automatic steps stopped. {why}"))
        return True
