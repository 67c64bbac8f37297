"""What was left open in the journal, settled at a person's word."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import BackOfficeError, BusyError, ChangedError, NotValidError, UsageError
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.records import Event, ProfileInfo
from azpay_tui.backoffice.recovery import BY_PERSON, Recovery
from azpay_tui.backoffice.sender import Sender
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.stores import Cache, Journal, Reader
from azpay_tui.domain import effect
from azpay_tui.domain.dossier import SETTLEMENTS, Dossier, not_to_be_settled
from azpay_tui.domain.intent import Intent, State
from azpay_tui.store.errors import IntentConflict

_log = logging.getLogger(__name__)
_NO_INTENT: Final = "There is no intent {intent_id!r} in the journal: see azpay journal list."


class Settling:
    """Settles intents that nobody is working on; safe from any thread."""

    def __init__(
        self,
        journal: Journal,
        cache: Cache,
        reader: Reader,
        recovery: Recovery,
        sender: Sender,
        reading: Reading,
        info: ProfileInfo,
        clock: CorrectedClock,
        worked_on: Callable[[Intent], bool],
        tell: Callable[[Event], None],
        stop: threading.Event,
    ) -> None:
        """Take the parts; `worked_on` tells whether a living process is sending an intent, `stop` ends the settling."""
        self._journal = journal
        self._cache = cache
        self._reader = reader
        self._recovery = recovery
        self._sender = sender
        self._reading = reading
        self._info = info
        self._clock = clock
        self._worked_on = worked_on
        self._tell = tell
        self._stop = stop

    def intent(self, intent_id: str) -> Intent:
        """Return an intent; raises `UsageError` when there is none of this id."""
        intent = self._journal.intent(intent_id)
        if intent is None:
            raise UsageError(_NO_INTENT.format(intent_id=intent_id))
        return intent

    def dossier(self, intent_id: str) -> Dossier:
        """Return an intent with all that was sent and came back; raises `UsageError` when there is none of this id."""
        found = self._journal.dossier(intent_id)
        if found is None:
            raise UsageError(_NO_INTENT.format(intent_id=intent_id))
        return found

    def resume(self, intent_id: str | None, timeout: float) -> tuple[Intent, ...]:
        """Settle open intents now, each once, until Amazon refuses access; returns them as they are then.

        An id is the person's word for that one.
        """
        self._must_be_writable()
        end = time.monotonic() + timeout
        self._recovery.take_over()
        if intent_id is not None:
            intent = self.intent(intent_id)
            self._must_be_free(intent)
            if intent.open:
                intent = self._sender.settle_open(intent, persons_word=True, once=True)
            return (intent,)
        looked, refusals = [], self._reading.refusals
        for intent in self._recovery.orphans():
            if time.monotonic() >= end or self._stop.is_set() or self._reading.refusals > refusals:
                looked.append(intent)
                continue
            looked.append(self._sender.settle_open(intent, once=True))
        return tuple(looked)

    def settle(self, intent_id: str, outcome: State, note: str) -> Intent:
        """Take a person's decision on an intent that rules cannot settle; a note is required."""
        self._must_be_writable()
        intent = self.intent(intent_id)
        if outcome not in SETTLEMENTS:
            raise UsageError(f"An intent can be settled as {', '.join(SETTLEMENTS)}, not {outcome!r}.")
        if not note.strip():
            raise UsageError("Say in a note why you settle it so.")
        self._recovery.take_over()
        intent = self.intent(intent_id)
        if not intent.open:
            raise NotValidError(f"The intent {intent_id} is {intent.state} already.")
        self._must_be_free(intent)
        refusal = not_to_be_settled(intent.state, intent.draft.at, self._clock())
        if refusal is not None:
            raise NotValidError(refusal)
        knowing = self._knowing(intent, outcome)
        try:
            moved = self._journal.move(
                intent.id, outcome, knowing, f"person {self._info.person}", self._clock(), note=note, seen=intent
            )
        except IntentConflict as error:
            raise ChangedError(str(error)) from error
        order_id = moved.draft.wish.order_id
        show(self._cache, [order_id], self._clock())
        self._tell(Event("intent", (order_id,), moved))
        return moved

    def _knowing(self, intent: Intent, outcome: State) -> str:
        """Say who settled it, and what was known then that speaks against the decision: that is no news later.

        Raises `ChangedError` when Amazon shows, when asked now, what speaks against it and was not known before: an
        equal wish would get a new key, and money could move twice. Who cannot ask Amazon decides on what is known.
        """
        order = self._reader.order(intent.draft.wish.order_id)
        known = effect.against(intent, outcome, order) if order is not None else None
        try:
            against = effect.against(intent, outcome, self._reading.order(intent.draft.wish.order_id))
        except BackOfficeError as error:
            _log.info("before %s is settled Amazon could not be asked: %s", intent.id, error.message)
            against = known
        if against is not None and against != known:
            raise ChangedError(
                f"Nothing was settled: Amazon shows now that {against}. Look at it, then decide anew about {intent.id}."
            )
        return f"{BY_PERSON}{f', knowing that {against}' if against else ''}"

    def _must_be_writable(self) -> None:
        if self._info.read_only_reason is not None:
            raise NotValidError(self._info.read_only_reason)

    def _must_be_free(self, intent: Intent) -> None:
        """Raise `BusyError` while a process is sending it."""
        if intent.state in ("intent", "sent") and self._worked_on(intent):
            raise BusyError(f"The intent {intent.id} is being sent by {intent.draft.person} right now: wait for it.")
