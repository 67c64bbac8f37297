"""Turning the switch of automatic steps: a person's act, local and durable before anything rests on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from azpay_tui.backoffice.errors import NotValidError, UsageError, translated
from azpay_tui.backoffice.records import Event, ProfileInfo
from azpay_tui.backoffice.stores import Journal, Reader
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.switch import Switch
from azpay_tui.domain.switching import cannot, mode_of
from azpay_tui.store import errors as store_errors


class Switching:
    """Turns the switch of one profile; safe from any thread and beside other processes."""

    def __init__(
        self,
        info: ProfileInfo,
        journal: Journal,
        reader: Reader,
        clock: Callable[[], datetime],
        ask: Callable[[], object],
        standing: Callable[[], str | None],
        tell: Callable[[Event], None],
    ) -> None:
        """Take the parts; `info` says who turns it, and what the policy wants, `ask` asks Amazon what time it is.

        `standing` says what the configuration now has against it.
        """
        self._info = info
        self._journal = journal
        self._reader = reader
        self._clock = clock
        self._ask = ask
        self._standing = standing
        self._tell = tell

    def on(self, mode: str) -> Switch:
        """Switch exactly this mode on, from now on and for orders made from now on.

        Raises `NotValidError` where nothing may be automatic, `UsageError` for another mode than the policy's.
        """
        settings, capturing = self._info.policy, self._info.capturing
        still = Policy(settings, self._info.read_only_reason).read_only
        why = cannot(settings, capturing, still) or self._standing()
        if why is not None:
            raise NotValidError(why)
        if mode != mode_of(settings):
            raise UsageError(f"The policy wants {mode_of(settings)}, not {mode}: confirm exactly that.")
        self._ask()  # a clock that is behind would take in orders that were made before
        return self._turn(Switch("on", mode, self._clock(), self._info.person))

    def off(self) -> Switch | None:
        """Switch off at once: no step becomes durable any more. Returns None when nothing was on."""
        switch = self._reader.switch()
        if switch is None or switch.position == "off":
            return None
        return self._turn(Switch("off", switch.mode, self._clock(), self._info.person))

    def _turn(self, to: Switch) -> Switch:
        try:
            turned = self._journal.turn(to, self._reader.switch())
        except store_errors.StoreError as error:
            raise translated(error) from error
        self._tell(Event("sync"))
        return turned
