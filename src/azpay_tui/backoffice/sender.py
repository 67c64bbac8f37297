"""Sends confirmed intents one after another, and learns what became of those whose outcome is not known.

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
from azpay_tui.backoffice.act import check_accepted, check_amount, describe, find_offer, own_objects
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import BackOfficeError, NotValidError
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.judging import Judging
from azpay_tui.backoffice.outcomes import Outcomes
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.stores import Journal
from azpay_tui.domain import effect, matrix
from azpay_tui.domain.attempt import Answer, Judgement, classify
from azpay_tui.domain.intent import KEYED_VERBS, REPLAY_WINDOW, Intent
from azpay_tui.domain.order import Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.telling import ALREADY_SO, CHANGED, OFFLINE
from azpay_tui.points import reach
from azpay_tui.store.errors import JournalUnavailable, NotAsConfirmed, StoreError

_log = logging.getLogger(__name__)

FIRST_WAITS: Final = (1.0, 2.2, 7.0)
"""Seconds before the second, third and fourth attempt, each with up to half as much jitter on top."""
BUDGET: Final = 30.0
"""Seconds for which a look at the order is good enough to send on it, and in which one command tries to learn an
outcome before it reports it as unknown. By the clock on the wall: a machine that slept has looked too long ago."""
_ENDED: Final = "the program ended before anything was sent."
_DUPLICATE_KEY: Final = "DuplicateIdempotencyKey"
_DUPLICATE_SENTENCE: Final = (
    "Amazon knows this request key with other contents, and reading back proves nothing: a person must look and decide."
)
_STOOD_STILL: Final = "the machine stood still after the order had been read. Look at the order and run it again."


class Sender:
    """Works on one intent at a time, in the calling thread."""

    def __init__(
        self,
        journal: Journal,
        outcomes: Outcomes,
        gateway: Gateway,
        reading: Reading,
        judging: Judging,
        health: Health,
        clock: CorrectedClock,
        policy: Policy,
        stop: threading.Event,
        pause: Callable[[float], bool],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Take the parts; `stop` ends every wait and forbids new attempts.

        `pause` waits so many seconds and returns whether the program ends; `jitter` returns 0 to 1.
        """
        self._journal = journal
        self._outcomes = outcomes
        self._gateway = gateway
        self._reading = reading
        self._judging = judging
        self._health = health
        self._clock = clock
        self._policy = policy
        self._stop = stop
        self._pause = pause
        self._jitter = jitter
        self._repeated: list[str] = []

    # A confirmed intent, for the first time

    def send_new(self, intent: Intent) -> Intent:
        """Bring a durable, never-sent intent to an outcome; returns it as it stands at the end.

        Abandons it, provably unsent, when the fresh read fails, shows a difference, or the verdict is no longer given
        for this amount or has a warning that nobody accepted, when a step without a person is not due any more,
        and when the journal does not take the attempt.
        """
        wish = intent.draft.wish
        try:
            order = self._reading.order(wish.order_id)
            own = own_objects(self._journal, wish.order_id) - {intent.result_id or ""}
            others = [one for one in self._journal.slips(wish.order_id) if one.intent != intent.id]
        except (BackOfficeError, JournalUnavailable) as error:
            return self._unsent(intent, error)
        until = self._until()
        reach("read-fresh")
        changed = effect.differences(intent.draft.seen, order, own)
        if changed:
            if effect.already_so(order, wish):
                return self._outcomes.end(intent, "succeeded", ALREADY_SO)
            sentence = f"{CHANGED}the order changed at Amazon: {describe(changed)}."
            return self._outcomes.end(intent, "abandoned", sentence)
        try:
            order = _without(order, intent)
            now = self._clock()
            found = find_offer(matrix.offers(order, self._policy, now), wish)
            offer = check_amount(order, wish, found, now, others)
            check_accepted(offer, intent.draft.accepted_warnings)  # also what is known here alone may be news
            self._judging.check(order, intent)  # and what the shop said since
        except NotValidError as error:
            return self._outcomes.end(intent, "abandoned", f"{CHANGED}{error.message}")
        except StoreError as error:
            return self._unsent(intent, error)
        reach("compared")
        return self._attempts(intent, 0, until)

    def _until(self) -> datetime:
        """Return until when, by the machine's own clock, something may be sent on an order that was read just now."""
        return self._clock.machine() + timedelta(seconds=BUDGET)

    def _attempts(self, intent: Intent, unsure: int, until: datetime) -> Intent:
        """Send until the outcome is proved or the first waits are over; `unsure`: attempts of unknown effect so far."""
        corrected = False
        waits = list(FIRST_WAITS)
        while True:
            if self._stop.is_set():
                return self._unsent(intent, _ENDED, unsure)
            try:
                number = self._begin(intent)
            except (JournalUnavailable, NotAsConfirmed) as error:  # so this attempt did not leave
                if unsure:
                    raise
                return self._unsent(intent, error)
            answer, judged = self._send(intent, unsure + 1, corrected, until)
            unsure += judged.state in ("unknown", "later")
            intent = self._outcomes.of_attempt(intent, number, answer, judged, unsure)
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
                    return self._outcomes.end(intent, "attention", _DUPLICATE_SENTENCE)
                if answer.status in (401, 403):
                    return intent
            if not waits or not self._wait(waits.pop(0), answer.retry_after, until):
                return self._unsent(intent, answer.message, unsure)

    def _begin(self, intent: Intent) -> int:
        """Write down that the intent is sent now; returns the attempt's number.

        Every request on money passes here, whatever led to it: raises `NotValidError` where nothing may be sent.
        """
        if self._policy.stands_still is not None:
            raise NotValidError(self._policy.stands_still)
        number = self._journal.start_attempt(intent.id, self._clock())
        reach("attempt-durable")
        return number

    def _send(self, intent: Intent, attempt: int, corrected: bool, until: datetime) -> tuple[Answer, Judgement]:
        """Send once and judge what came back; `attempt` counts from 1, without those proven to have had no effect.

        Nothing leaves after `until`: what the order was read to be then may no longer be true.
        """
        key = intent.draft.key if intent.draft.wish.verb in KEYED_VERBS else None
        offset = self._clock.offset
        reach("request-leaving")
        if self._clock.machine() > until:
            answer = Answer("unsent", _STOOD_STILL)
            return answer, classify(intent.draft.wish, answer, attempt)
        answer = self._gateway.send(intent.draft.prepared, key)
        reach("answer-read")
        judged = classify(intent.draft.wish, answer, attempt, corrected, offset)
        if judged.state == "clock":
            self._clock.learn(answer)
        else:
            self._health.learn_sent(answer)
        return answer, judged

    def _wait(self, seconds: float, retry_after: timedelta | None, until: datetime) -> bool:
        """Wait before the next attempt; False when there is no time left or the program ends."""
        pause = max(seconds * (1 + self._jitter() / 2), retry_after.total_seconds() if retry_after else 0)
        if self._clock.machine() + timedelta(seconds=pause) >= until:
            return False
        return not self._pause(pause)

    def _unsent(self, intent: Intent, why: object, unsure: int = 0) -> Intent:
        """Abandon what provably did not leave; it stays as it is when an attempt may have had an effect."""
        return intent if unsure else self._outcomes.end(intent, "abandoned", f"{OFFLINE}{why}")

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

        A machine replays only within 15 minutes of the confirmation, and nothing once Amazon refused access to a
        request; `persons_word` replays at any age. A never-sent intent is abandoned, never sent. Without a read-back
        nothing is replayed, nor where nothing may be sent. When nothing is proved the next look is scheduled, and
        after the last one a person is asked (state `attention`).
        """
        if intent.state == "intent":
            return self._unsent(intent, _ENDED)
        order = self._order_of(intent)
        if order is None:
            return intent if persons_word else self._outcomes.later(intent)
        until = self._until()
        proved = self._outcomes.of_read(intent, order)
        if proved is not None:
            return proved
        young = self._clock() - intent.draft.at < REPLAY_WINDOW
        by_itself = young and intent.state != "attention" and self._health.sending_refused is None
        if self._policy.stands_still is None and (by_itself or persons_word):
            reach("replaying")
            try:
                with self._repeating(intent):
                    return self._replay_once(intent, until) if once else self._attempts(intent, 1, until)
            except NotAsConfirmed as error:
                return self._outcomes.end(intent, "attention", str(error))
        return self._outcomes.later(intent)

    def _replay_once(self, intent: Intent, until: datetime) -> Intent:
        number = self._begin(intent)
        answer, judged = self._send(intent, 2, False, until)
        if judged.state == "clock":
            number = self._begin(intent)
            answer, judged = self._send(intent, 2, True, until)
        intent = self._outcomes.of_attempt(intent, number, answer, judged, unsure=1)
        if judged.state in ("succeeded", "accepted", "declined", "refused"):
            return self._confirm(intent)
        return self._look(intent) or self._outcomes.later(intent)

    def _look(self, intent: Intent) -> Intent | None:
        """Read the order back; returns the settled intent when the read proves something.

        Not while the program ends: who does not answer the request may not answer the read either.
        """
        if self._stop.is_set():
            return None
        order = self._order_of(intent)
        return None if order is None else self._outcomes.of_read(intent, order)

    def _confirm(self, intent: Intent) -> Intent:
        """Read the order after an outcome, so that the cache shows it; failing to read changes no outcome."""
        order = self._order_of(intent)
        return intent if order is None else self._outcomes.confirmed(intent, order)

    def _order_of(self, intent: Intent) -> Order | None:
        """Read the order of an intent from Amazon now; None when that fails."""
        try:
            return self._reading.order(intent.draft.wish.order_id)
        except BackOfficeError as error:
            _log.info("read-back of %s failed: %s", intent.id, error.message)
            return None


def _without(order: Order, intent: Intent) -> Order:
    """Return the order as if the intent being sent were not there: its own lock does not forbid it."""
    return replace(order, intents=tuple(other for other in order.intents if other.id != intent.id))
