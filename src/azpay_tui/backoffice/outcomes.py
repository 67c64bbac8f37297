"""What became of an intent, written down and shown: by an answer, by a read of its order, or by a rule."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.stores import Cache, Journal
from azpay_tui.domain import effect
from azpay_tui.domain.attempt import Answer, Judgement
from azpay_tui.domain.intent import RETRY_AFTER, Intent, State
from azpay_tui.domain.order import Order, kind_of
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.points import reach
from azpay_tui.store.errors import IntentConflict, JournalUnavailable

_log = logging.getLogger(__name__)

_KEEP_WAITS: Final = (0.2, 1.0, 3.0)
"""Seconds between tries to write an outcome; each try itself waits 5 s for a lock."""
_EARLIER: Final = "What became of an earlier attempt of this request is unknown."


class Outcomes:
    """Writes one thing at a time, in the calling thread; each is durable before it is shown."""

    def __init__(
        self,
        journal: Journal,
        cache: Cache,
        clock: CorrectedClock,
        tell: Callable[[Event], None],
        pause: Callable[[float], bool],
    ) -> None:
        """Take the parts; `pause` waits so many seconds and returns whether the program ends."""
        self._journal = journal
        self._cache = cache
        self._clock = clock
        self._tell = tell
        self._pause = pause

    def of_attempt(self, intent: Intent, number: int, answer: Answer, judged: Judgement, unsure: int) -> Intent:
        """Write down how an attempt ended, with its evidence; `unsure` counts those of unknown effect, it too."""
        state: State
        reason = judged.reason
        match judged.state:
            case "unsent" | "clock":
                state = "unknown" if unsure else "intent"
                # That this attempt did not leave says nothing of the one before, and must not hide it.
                reason = (intent.reason or _EARLIER) if unsure else reason
            case "later":
                state = "unknown"
            case _:
                state = judged.state
        now = self._clock()
        due = now + RETRY_AFTER[0] if state == "unknown" else None
        reach("judged")
        intent = self._keep(
            lambda: self._journal.record(intent.id, number, answer, state, reason, judged.result_id, due, now)
        )
        reach("outcome-durable")
        if judged.result_id is not None:
            track_result(self._journal, intent, now)
            reach("result-tracked")
        self._changed(intent)
        return intent

    def of_read(self, intent: Intent, order: Order) -> Intent | None:
        """Settle an intent by a read of its order; None when the read proves nothing."""
        reach("read-back")
        judged = effect.read_back(intent, order)
        if judged is None or judged.state not in ("succeeded", "accepted", "declined", "refused"):
            return None
        state: State = judged.state
        reach("settling")
        moved = self._journal.move(
            intent.id,
            state,
            judged.reason,
            "read-back",
            self._clock(),
            result_id=judged.result_id,
            reconciled=state != "accepted",
        )
        reach("settled")
        self._changed(moved)
        return moved

    def confirmed(self, intent: Intent, order: Order) -> Intent:
        """Hold an outcome against a read of the order, and show both."""
        if intent.state in ("succeeded", "accepted"):
            judged = effect.read_back(intent, order)
            if judged is not None and judged.state == intent.state == "succeeded":
                intent = self._journal.move(
                    intent.id, "succeeded", intent.reason, "answer", self._clock(), reconciled=True
                )
        self._changed(intent)
        return intent

    def end(self, intent: Intent, state: State, reason: str) -> Intent:
        """End an intent by a rule: nothing was sent, it is so already, or a person must look."""
        reach("settling")
        moved = self._keep(lambda: self._journal.move(intent.id, state, reason, "rule", self._clock()))
        reach("settled")
        self._changed(moved)
        return moved

    def later(self, intent: Intent) -> Intent:
        """Schedule the next look, or ask a person after the last one."""
        if intent.state == "attention" or not intent.open:
            return intent
        now = self._clock()
        passed, total = now - intent.draft.at, timedelta()
        for wait in RETRY_AFTER:
            total += wait
            if total > passed:
                due = intent.draft.at + total
                try:
                    moved = self._journal.move(
                        intent.id, "unknown", intent.reason, "janitor", now, next_due=due, seen=intent
                    )
                except IntentConflict:  # another process went on with it
                    return self._journal.intent(intent.id) or intent
                self._changed(moved)
                return moved
        return self.end(intent, "attention", "The outcome could not be learned: a person must look and decide.")

    def _keep(self, write: Callable[[], Intent]) -> Intent:
        """Write an outcome although the journal is locked or full for a while: it exists nowhere else."""
        for wait in _KEEP_WAITS:
            try:
                return write()
            except JournalUnavailable as error:
                _log.warning("an outcome could not be written yet: %s", error)
                self._pause(wait)
        return write()

    def _changed(self, intent: Intent) -> None:
        order_id = intent.draft.wish.order_id
        show(self._cache, [order_id], self._clock())
        reach("projected")
        self._tell(Event("intent", (order_id,), intent))


def track_result(journal: Journal, intent: Intent, at: datetime) -> None:
    """Make the object Amazon made for an intent a known one, so that it is read like any other."""
    result_id, order_id = intent.result_id, intent.draft.wish.order_id
    if result_id is None or result_id == intent.draft.wish.target:
        return
    charges = (result_id,) if kind_of(result_id) == "charge" else ()
    refunds = (result_id,) if kind_of(result_id) == "refund" else ()
    journal.track([TrackedOrder(order_id, charge_ids=charges, refund_ids=refunds, source="us")], at)
