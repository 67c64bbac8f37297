"""Questions about reports that come to an end: repeated while that may help, and an error in words when it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from azpay_tui.amazon.errors import HELD_BACK
from azpay_tui.amazon.reports import Reply
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import BackOfficeError, CredentialsError, OfflineError
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.wording import no_access
from azpay_tui.domain.attempt import Answer, clock_is_off
from azpay_tui.domain.telling import unsent

TRIES: Final = 5
"""How often a question is put that Amazon was too busy for, or whose answer was lost."""
_PAUSE: Final = 2.0
"""Seconds before the second try; doubled with each further one."""
_BUSY: Final = (408, 425, 429)
_DENIED: Final = (401, 403)
T = TypeVar("T")
Pause = Callable[[float], bool]
"""Waits so many seconds; returns whether to stop."""


class AmazonRefusedError(BackOfficeError):
    """Amazon understood a question about reports and refuses it, or has trouble of her own."""

    code = "refused"
    exit_code = 4


class Asker:
    """Puts questions; what the answers say of clock and connection is learnt on the way."""

    def __init__(self, health: Health, clock: CorrectedClock, pause: Pause) -> None:
        self._health = health
        self._clock = clock
        self._pause = pause

    def ask(self, question: Callable[[], Reply[T]]) -> Reply[T]:
        """Put a question until there is an answer that repeating does not change.

        Asking for a report twice makes one report (same key), so a lost answer is no reason to stop. Raises
        `OfflineError` without a connection and `CredentialsError` when Amazon refuses the key.
        """
        seconds = _PAUSE
        for left in reversed(range(TRIES)):
            reply = self._once(question)
            answer = reply.answer
            self._learn(answer)
            if not _may_change(answer) or not left or self._pause(_wait(answer, seconds)):
                break
            seconds *= 2
        if answer.status in _DENIED or (answer.kind == "unsent" and answer.reason_code not in (None, HELD_BACK)):
            raise CredentialsError(unsent(no_access(answer)))
        if answer.kind != "answered":
            raise OfflineError(answer.message)
        return reply

    def need(self, question: Callable[[], Reply[T]]) -> T:
        """Put a question that has to be answered; raises `AmazonRefusedError` when it is not, and as `ask`."""
        reply = self.ask(question)
        if reply.value is None:
            raise AmazonRefusedError(reply.sentence)
        return reply.value

    def _once(self, question: Callable[[], Reply[T]]) -> Reply[T]:
        """Put a question; a refusal because of the clock corrects the clock, and it is put once more."""
        offset = self._clock.offset
        reply = question()
        if reply.answer.status in _DENIED and clock_is_off(reply.answer, offset):
            self._clock.learn(reply.answer)
            reply = question()
        return reply

    def _learn(self, answer: Answer) -> None:
        refused = answer.status is not None and 400 <= answer.status < 500 and answer.status not in (*_DENIED, *_BUSY)
        if refused:  # about this question alone: no news of the connection
            self._clock.learn(answer)
        else:
            self._health.learn(answer)


def _may_change(answer: Answer) -> bool:
    if answer.kind == "unsent":
        return answer.reason_code == HELD_BACK
    return answer.status is None or answer.status in _BUSY or answer.status >= 500


def _wait(answer: Answer, seconds: float) -> float:
    """Return how long to wait: what Amazon says, as far as a person would wait."""
    if answer.retry_after is None:
        return seconds
    return min(max(seconds, answer.retry_after.total_seconds()), 60.0)
