"""Settles what earlier processes left open, and follows what Amazon accepted and has not decided."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.outcomes import track_result
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.sender import Sender
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.stores import Cache, Journal, Reader
from azpay_tui.domain import effect
from azpay_tui.domain.intent import Intent
from azpay_tui.points import reach
from azpay_tui.store.errors import CacheUnavailable, IntentConflict, OrderBusy

_log = logging.getLogger(__name__)
BY_PERSON: Final = "settled by a person"
"""Beginning of the reason of an intent that a person settled."""
_SETTLING: Final = timedelta(seconds=60)
"""Totals may lag; only a read this long after an answer can contradict it."""


class Recovery:
    """The janitor: owns the intents of dead sessions and those whose next look is due."""

    def __init__(
        self,
        journal: Journal,
        cache: Cache,
        reader: Reader,
        sender: Sender,
        clock: CorrectedClock,
        worked_on: Callable[[Intent], bool],
        tell: Callable[[Event], None],
        *,
        read_only: bool,
    ) -> None:
        """Take the parts; `read_only` leaves every intent as it is.

        `worked_on` tells whether a living process is sending an intent.
        """
        self._journal = journal
        self._cache = cache
        self._reader = reader
        self._sender = sender
        self._clock = clock
        self._worked_on = worked_on
        self._tell = tell
        self._read_only = read_only

    def orphans(self) -> tuple[Intent, ...]:
        """Return open intents nobody works on, oldest first."""
        if self._read_only:
            return ()
        found = self._journal.intents(states=("intent", "sent", "unknown"))
        now = self._clock()
        return tuple(reversed([i for i in found if _overdue(i, now) or not self._worked_on(i)]))

    def take_over(self) -> tuple[Intent, ...]:
        """Judge what dead processes left, sending nothing: never-sent ones are abandoned, sent ones become unknown.

        Orders that nobody lived to read after an outcome become due, whoever acted on them.
        """
        now = self._clock()
        taken = []
        for intent in self.orphans():
            reach("taking-over")
            if intent.state == "sent":
                why = "The program ended before the answer came."
                try:
                    moved = self._journal.move(intent.id, "unknown", why, "recovery", now, next_due=now, seen=intent)
                except IntentConflict:  # another process was faster
                    continue
            elif intent.state == "intent":
                moved = self._sender.settle_open(intent)
            else:
                continue
            reach("taken-over")
            show(self._cache, [moved.draft.wish.order_id], now)
            taken.append(moved)
        made = () if self._read_only else self._journal.intents(states=("accepted", "succeeded"), limit=100)
        for intent in made:
            if intent.result_id is not None and not self._knows(intent.draft.wish.order_id, intent.result_id):
                track_result(self._journal, intent, now)
                show(self._cache, [intent.draft.wish.order_id], now)
            if intent.state == "accepted":
                self._follow_one(intent)  # an earlier program may have read how it ended, and not told
        self._read_outcomes()
        return tuple(taken)

    def _read_outcomes(self) -> None:
        """Have orders read again that look older than what was done to them; a cache that cannot is asked next time."""
        try:
            self._cache.read_outcomes(self._clock())
        except CacheUnavailable as error:
            _log.warning("what was not read since an outcome could not be looked up: %s", error)

    def _knows(self, order_id: str, object_id: str) -> bool:
        """Whether an object is a known one of its order; a cache that cannot say is asked again at the next start."""
        try:
            return object_id in self._cache.objects_of(order_id)
        except CacheUnavailable as error:
            _log.warning("whether %s is known could not be looked up: %s", object_id, error)
            return True

    def due(self) -> tuple[Intent, ...]:
        """Return open intents that want a look now, oldest first: left by a dead sender, or due by their schedule."""
        now = self._clock()
        return tuple(i for i in self.orphans() if i.state != "unknown" or i.next_due is None or _overdue(i, now))

    def follow(self, order_ids: Iterable[str]) -> None:
        """Compare accepted and settled intents of these orders with what was read: final, agreeing or contradicted."""
        wanted = set(order_ids)
        if not wanted or self._read_only:
            return
        decided = self._journal.decided()
        for intent in decided:
            if intent.draft.wish.order_id in wanted:
                self._hold_against_read(intent)
        known = {intent.id for intent in decided}
        for intent in self._journal.intents(states=("accepted", "succeeded")):
            if intent.draft.wish.order_id in wanted and not intent.reconciled and intent.id not in known:
                self._follow_one(intent)

    def _follow_one(self, intent: Intent) -> None:
        order = self._reader.order(intent.draft.wish.order_id)
        if order is None:
            return
        now = self._clock()
        judged = effect.read_back(intent, order)
        if judged is not None and judged.state in ("succeeded", "declined"):
            moved = self._journal.move(
                intent.id, judged.state, judged.reason or intent.reason, "read-back", now, reconciled=True
            )
        elif intent.state == "succeeded" and self._contradicted(intent, judged is None):
            moved = self._journal.move(
                intent.id,
                "attention",
                "Amazon answered that it was done, but a later read shows otherwise: a person must look.",
                "read-back",
                now,
            )
        else:
            return
        show(self._cache, [intent.draft.wish.order_id], now)
        self._tell(Event("intent", (intent.draft.wish.order_id,), moved))

    def _hold_against_read(self, intent: Intent) -> None:
        """Ask again when a read shows what speaks against a person's decision, and was not known when it was made."""
        order = self._reader.order(intent.draft.wish.order_id)
        if order is None or self._done_since(intent) or not self._read_since(intent):
            return
        now = self._clock()
        found = effect.against(intent, intent.state, order)
        if found is None:
            judged = effect.read_back(intent, order)
            if judged is None or judged.state == "accepted":
                return
            moved = self._journal.move(intent.id, intent.state, None, "read-back", now, reconciled=True)
        elif found in (intent.reason or ""):
            return
        else:
            sentence = f"It was settled as {intent.state}, but a later read shows that {found}: a person must look."
            try:
                moved = self._journal.move(intent.id, "attention", sentence, "read-back", now)
            except OrderBusy:
                return  # the order has an open intent: the read after that one says it
        self._cache.reproject([intent.draft.wish.order_id], now)
        self._tell(Event("intent", (intent.draft.wish.order_id,), moved))

    def _done_since(self, intent: Intent) -> bool:
        """Whether a later intent did the same to the same object: what a read shows may be its effect."""
        wish, at = intent.draft.wish, intent.draft.at
        return any(
            other.id != intent.id
            and other.draft.at >= at
            and (other.draft.wish.verb, other.draft.wish.target) == (wish.verb, wish.target)
            and other.state in ("succeeded", "accepted")
            for other in self._journal.intents(order_id=wish.order_id)
        )

    def _contradicted(self, intent: Intent, unproved: bool) -> bool:
        if not unproved or intent.settled_at is None or intent.reason is not None:
            return False
        return self._read_since(intent)

    def _read_since(self, intent: Intent) -> bool:
        """Whether the order was read so long after it was settled that totals no longer lag."""
        row = self._reader.row(intent.draft.wish.order_id)
        read = row.refreshed_at if row else None
        return read is not None and intent.settled_at is not None and read - intent.settled_at > _SETTLING


def _overdue(intent: Intent, now: datetime) -> bool:
    """Whether an unknown outcome is due for a look; its process, if it lives, has stopped trying by then."""
    return intent.state == "unknown" and intent.next_due is not None and intent.next_due <= now
