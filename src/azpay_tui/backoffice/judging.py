"""What is due on an order without a person, by what is known of it now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from azpay_tui.backoffice.errors import NotValidError
from azpay_tui.backoffice.stores import Reader
from azpay_tui.domain.automatic import Pause, Step, next_step
from azpay_tui.domain.intent import Intent
from azpay_tui.domain.order import Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.switch import POLICY, Act, Switch


class Judging:
    """Judges orders by the rules of automatic steps; safe from any thread."""

    def __init__(self, reader: Reader, policy: Policy, clock: Callable[[], datetime]) -> None:
        """Take the parts."""
        self._reader = reader
        self._policy = policy
        self._clock = clock

    def step(self, order: Order, switch: Switch) -> Step | Pause | None:
        """Return the step that is due on an order, why it is left alone, or None when there is nothing to do."""
        return self._step(order, switch, self._reader.acts(order.id))

    def check(self, order: Order, intent: Intent) -> None:
        """Raise `NotValidError` where an intent is a step without a person that is not due any more.

        `order` is as if the intent were not there, which is the newest one on it.
        """
        if intent.draft.person != POLICY:
            return
        switch, wish = self._reader.switch(), intent.draft.wish
        if switch is None or switch.position != "on":
            raise NotValidError("Automatic steps were switched off.")
        step = self._step(order, switch, self._reader.acts(order.id)[:-1])
        if isinstance(step, Pause):
            raise NotValidError(step.why)
        if step is None or (step.verb, step.target, step.amount) != (wish.verb, wish.target, wish.amount):
            raise NotValidError("The step is not due any more.")

    def _step(self, order: Order, switch: Switch, acts: Sequence[Act]) -> Step | Pause | None:
        marks = self._reader.marks(order.id)
        return next_step(order, self._policy, switch.mode, switch.at, self._clock(), acts, marks)
