"""Sends confirmed intents one after another, and settles those whose outcome is not known.

Money goes out through one thread that belongs to no screen. Each step is durable before the next one begins:
intent, fresh read and comparison, attempt, request, evidence and outcome, read back.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.amazon.gateway import Gateway
from azpay_tui.backoffice.act import describe, find_offer, own_objects
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import BackOfficeError, NotValidError
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.ports import Event
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.stores import Cache, Journal
from azpay_tui.domain import effect, matrix
from azpay_tui.domain.attempt import Answer, Judgement, classify
from azpay_tui.domain.intent import KEYED_VERBS, REPLAY_WINDOW, RETRY_AFTER, Intent, State
from azpay_tui.domain.order import Order, kind_of
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.domain.telling import ALREADY_SO, CHANGED, OFFLINE
from azpay_tui.points import reach
from azpay_tui.store.errors import JournalUnavailable, NotAsConfirmed

_log = logging.getLogger(__name__)

FIRST_WAITS: Final = (1.0, 2.2, 7.0)
"""Seconds before the second, third and fourth attempt, each with up to half as much jitter on top."""
BUDGET: Final = 30.0
"""Seconds in which one command tries to learn an outcome before it reports it as unknown."""
_KEEP_WAITS: Final = (0.2, 1.0, 3.0)
"""Seconds between tries to write an outcome; each try itself waits 5 s for a lock."""
_DUPLICATE_KEY: Final = "DuplicateIdempotencyKey"
_DUPLICATE_SENTENCE: Final = (
    "Amazon knows this request key with other contents, and reading back proves nothing: a person must look and decide."
)
_EARLIER: Final = "What became of an earlier attempt of this request is unknown."


class Sender:
    """Works on one intent at a time, in the calling thread."""

    def __init__(
        self,
        journal: Journal,
        cache: Cache,
        gateway: Gateway,
        reading: Reading,
        health: Health,
        clock: CorrectedClock,
        policy: Policy,
        tell: Callable[[Event], None],
        stop: threading.Event,
        pause: Callable[[float], bool],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Take the parts; `stop` ends every wait and forbids new attempts.

        `pause` waits so many seconds and returns whether the program ends; `jitter` returns 0 to 1.
        """
        self._journal = journal
        self._cache = cache
        self._gateway = gateway
        self._reading = reading
        self._health = health
        self._clock = clock
        self._policy = policy
        self._tell = tell
        self._stop = stop
        self._pause = pause
        self._jitter = jitter
        self._repeated: list[str] = []

    # A confirmed intent, for the first time

    def send_new(self, intent: Intent) -> Intent:
        """Bring a durable, never-sent intent to an outcome; returns it as it stands at the end.

        Abandons it, provably unsent, when the fresh read fails, shows a difference, or the verdict is no longer given,
        and when the journal does not take the attempt.
        """
        wish = intent.draft.wish
        try:
            order = self._reading.order(wish.order_id)
            own = own_objects(self._journal, wish.order_id) - {intent.result_id or ""}
        except (BackOfficeError, JournalUnavailable) as error:
            return self._end(intent, "abandoned", f"{OFFLINE}{error}")
        reach("read-fresh")
        changed = effect.differences(intent.draft.seen, order, own)
        if changed:
            if effect.already_so(order, wish):
                return self._end(intent, "succeeded", ALREADY_SO)
            return self._end(intent, "abandoned", f"{CHANGED}the order changed at Amazon: {describe(changed)}.")
        try:
            find_offer(matrix.offers(_without(order, intent), self._policy, self._clock()), wish)
        except NotValidError as error:
            return self._end(intent, "abandoned", f"{CHANGED}{error.message}")
        reach("compared")
        return self._attempts(intent, unsure=0)

    def _attempts(self, intent: Intent, unsure: int) -> Intent:
        """Send until the outcome is proved or the first waits are over; `unsure`: attempts of unknown effect so far."""
        corrected = False
        waits = list(FIRST_WAITS)
        deadline = self._clock() + timedelta(seconds=BUDGET)
        while True:
            if self._stop.is_set():
                return self._interrupted(intent, unsure)
            try:
                number = self._begin(intent)
            except (JournalUnavailable, NotAsConfirmed) as error:  # so this attempt did not leave
                if unsure:
                    raise
                return self._end(intent, "abandoned", f"{OFFLINE}{error}")
            answer, judged = self._send(intent, unsure + 1, corrected)
            unsure += judged.state in ("unknown", "later")
            intent = self._record(intent, number, answer, judged, unsure)
            if judged.state in ("succeeded", "accepted", "declined", "refused"):
                return self._confirm(intent)
            if judged.state == "clock":
                corrected = True
                continue
            if judged.state == "unknown":
                proved = self._look(intent)
                if proved is not None:
                    return proved
                if judged.reason == _DUPLICATE_KEY:
                    return self._end(intent, "attention", _DUPLICATE_SENTENCE)
                if answer.status in (401, 403):
                    return intent
            if not waits or not self._wait(waits.pop(0), answer.retry_after, deadline):
                return self._give_up(intent, unsure, answer)

    def _begin(self, intent: Intent) -> int:
        """Write down that the intent is sent now; returns the attempt's number.

        Every request on money passes here, whatever led to it: raises `NotValidError` where nothing may be sent.
        """
        if self._policy.read_only is not None:
            raise NotValidError(self._policy.read_only)
        number = self._journal.start_attempt(intent.id, self._clock())
        reach("attempt-durable")
        return number

    def _send(self, intent: Intent, attempt: int, corrected: bool) -> tuple[Answer, Judgement]:
        """Send once and judge what came back; `attempt` counts from 1, without those proven to have had no effect."""
        key = intent.draft.key if intent.draft.wish.verb in KEYED_VERBS else None
        offset = self._clock.offset
        reach("request-leaving")
        answer = self._gateway.send(intent.draft.prepared, key)
        reach("answer-read")
        self._health.learn(answer)
        return answer, classify(intent.draft.wish, answer, attempt, corrected, offset)

    def _wait(self, seconds: float, retry_after: timedelta | None, deadline: datetime) -> bool:
        """Wait before the next attempt; False when there is no time left or the program ends."""
        pause = max(seconds * (1 + self._jitter() / 2), retry_after.total_seconds() if retry_after else 0)
        if self._clock() + timedelta(seconds=pause) >= deadline:
            return False
        return not self._pause(pause)

    def _record(self, intent: Intent, number: int, answer: Answer, judged: Judgement, unsure: int) -> Intent:
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

    def _keep(self, write: Callable[[], Intent]) -> Intent:
        """Write an outcome although the journal is locked or full for a while: it exists nowhere else."""
        for wait in _KEEP_WAITS:
            try:
                return write()
            except JournalUnavailable as error:
                _log.warning("an outcome could not be written yet: %s", error)
                self._pause(wait)
        return write()

    def _interrupted(self, intent: Intent, unsure: int) -> Intent:
        if unsure:
            return intent
        return self._end(intent, "abandoned", f"{OFFLINE}the program ended before anything was sent.")

    def _give_up(self, intent: Intent, unsure: int, answer: Answer) -> Intent:
        if unsure:
            return intent
        return self._end(intent, "abandoned", f"{OFFLINE}{answer.message}")

    # An intent whose outcome is not known

    def repeats(self, intent: Intent) -> bool:
        """Whether a thread of this process is sending an intent again right now."""
        return intent.id in self._repeated

    @contextmanager
    def _repeating(self, intent: Intent) -> Iterator[None]:
        self._repeated.append(intent.id)  # a list: two threads may repeat the same one, and each ends for itself
        try:
            yield
        finally:
            self._repeated.remove(intent.id)

    def settle_open(self, intent: Intent, *, persons_word: bool = False, once: bool = False) -> Intent:
        """Learn the outcome of an intent that was sent: read back, then replay what may be replayed.

        A machine replays only within 15 minutes of the confirmation; `persons_word` replays at any age. A never-sent
        intent is abandoned, never sent. Without a read-back nothing is replayed. When nothing is proved the next look
        is scheduled, and after the last one a person is asked (state `attention`).
        """
        if intent.state == "intent":
            return self._end(intent, "abandoned", f"{OFFLINE}the program ended before anything was sent.")
        try:
            order = self._reading.order(intent.draft.wish.order_id)
        except BackOfficeError as error:
            _log.info("read-back of %s failed: %s", intent.id, error.message)
            return intent if persons_word else self._later(intent)
        proved = self._proved(intent, order)
        if proved is not None:
            return proved
        young = self._clock() - intent.draft.at < REPLAY_WINDOW
        if (young and intent.state != "attention") or persons_word:
            reach("replaying")
            try:
                with self._repeating(intent):
                    return self._replay_once(intent) if once else self._attempts(intent, unsure=1)
            except NotAsConfirmed as error:
                return self._end(intent, "attention", str(error))
        return self._later(intent)

    def _replay_once(self, intent: Intent) -> Intent:
        number = self._begin(intent)
        answer, judged = self._send(intent, 2, False)
        if judged.state == "clock":
            number = self._begin(intent)
            answer, judged = self._send(intent, 2, True)
        intent = self._record(intent, number, answer, judged, unsure=1)
        if judged.state in ("succeeded", "accepted", "declined", "refused"):
            return self._confirm(intent)
        return self._look(intent) or self._later(intent)

    def _later(self, intent: Intent) -> Intent:
        """Schedule the next look, or ask a person after the last one."""
        if intent.state == "attention":
            return intent
        now = self._clock()
        passed, total = now - intent.draft.at, timedelta()
        for wait in RETRY_AFTER:
            total += wait
            if total > passed:
                due = intent.draft.at + total
                moved = self._journal.move(intent.id, "unknown", intent.reason, "janitor", now, next_due=due)
                self._changed(moved)
                return moved
        return self._end(intent, "attention", "The outcome could not be learned: a person must look and decide.")

    def _look(self, intent: Intent) -> Intent | None:
        """Read the order back; returns the settled intent when the read proves something.

        Not while the program ends: who does not answer the request may not answer the read either.
        """
        if self._stop.is_set():
            return None
        try:
            order = self._reading.order(intent.draft.wish.order_id)
        except BackOfficeError as error:
            _log.info("read-back of %s failed: %s", intent.id, error.message)
            return None
        return self._proved(intent, order)

    def _proved(self, intent: Intent, order: Order) -> Intent | None:
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

    # Ends

    def _confirm(self, intent: Intent) -> Intent:
        """Read the order after an outcome, so that the cache shows it; failing to read changes no outcome."""
        try:
            order = self._reading.order(intent.draft.wish.order_id)
        except BackOfficeError as error:
            _log.info("the order of %s will be read later: %s", intent.id, error.message)
            return intent
        if intent.state in ("succeeded", "accepted"):
            judged = effect.read_back(intent, order)
            if judged is not None and judged.state == intent.state == "succeeded":
                intent = self._journal.move(
                    intent.id, "succeeded", intent.reason, "answer", self._clock(), reconciled=True
                )
        self._changed(intent)
        return intent

    def _end(self, intent: Intent, state: State, reason: str) -> Intent:
        reach("settling")
        moved = self._keep(lambda: self._journal.move(intent.id, state, reason, "rule", self._clock()))
        reach("settled")
        self._changed(moved)
        return moved

    def _changed(self, intent: Intent) -> None:
        order_id = intent.draft.wish.order_id
        show(self._cache, [order_id], self._clock())
        reach("projected")
        self._tell(Event("intent", (order_id,), intent))


def _without(order: Order, intent: Intent) -> Order:
    """Return the order as if the intent being sent were not there: its own lock does not forbid it."""
    return replace(order, intents=tuple(other for other in order.intents if other.id != intent.id))


def track_result(journal: Journal, intent: Intent, at: datetime) -> None:
    """Make the object Amazon made for an intent a known one, so that it is read like any other."""
    result_id, order_id = intent.result_id, intent.draft.wish.order_id
    if result_id is None or result_id == intent.draft.wish.target:
        return
    charges = (result_id,) if kind_of(result_id) == "charge" else ()
    refunds = (result_id,) if kind_of(result_id) == "refund" else ()
    journal.track([TrackedOrder(order_id, charge_ids=charges, refund_ids=refunds, source="us")], at)
