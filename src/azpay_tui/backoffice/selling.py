"""Cancelling a sale: planned on a live read, confirmed once, carried out step by step as intents of their own.

What was decided is in the journal before anything is sent. Each step is checked, made durable, sent and followed like
any other wish; the next one begins when it has succeeded or Amazon has accepted it. A process that dies in between
leaves a sale that is cancelled and not carried out yet, which attention shows: the same command goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from azpay_tui.backoffice.act import Checker, own_objects
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.errors import BackOfficeError, ChangedError, NotValidError, UsageError, translated
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.marks import Marking
from azpay_tui.backoffice.outbox import Outbox
from azpay_tui.backoffice.purging import Purging
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.records import Event, Ready, SaleDone, SaleReady
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.stores import Cache, Journal, Reader
from azpay_tui.domain import cancelling, deleting, owing
from azpay_tui.domain.cancelling import PlanError, Wanted
from azpay_tui.domain.intent import Intent, Wish
from azpay_tui.domain.marks import MarkChange, MarkError, clean_note
from azpay_tui.domain.order import Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.unwinding import Step, steps_of
from azpay_tui.store import errors as store_errors

PATIENCE = 30.0
"""Seconds in which one step's outcome is waited for."""
_MEANWHILE = "Somebody else acted on this order, or cancelled some of it, meanwhile: look at it and run it again."
_OTHERWISE = "The order changed since the plan was shown, and nothing was written down: look at it and run it again."


class Selling:
    """Cancels sales and deletes orders; safe from any thread, an order in one thread at a time by its open intent."""

    def __init__(
        self,
        checker: Checker,
        outbox: Outbox,
        marking: Marking,
        purging: Purging,
        journal: Journal,
        cache: Cache,
        reader: Reader,
        reading: Reading,
        health: Health,
        clock: CorrectedClock,
        policy: Policy,
        person: str,
        tell: Callable[[Event], None],
    ) -> None:
        """Take the parts; `person` is who confirms."""
        self._checker = checker
        self._outbox = outbox
        self._marking = marking
        self._purging = purging
        self._journal = journal
        self._cache = cache
        self._reader = reader
        self._reading = reading
        self._health = health
        self._clock = clock
        self._policy = policy
        self._person = person
        self._tell = tell

    def plan(self, order_id: str, wanted: Wanted) -> SaleReady:
        """Read an order live and say what cancelling its sale comes to; raises `BackOfficeError`s."""
        self._writable()
        intents = len(self._reader.acts(order_id))  # before it is read: what comes later is not in the plan
        order = self._live(order_id)
        now = self._clock()
        try:
            booked = self._journal.slips(order_id)
            plan = cancelling.plan(order, wanted, self._policy, now, self._person, booked)
        except PlanError as error:
            raise NotValidError(str(error)) from error
        return SaleReady(order, plan, now, wanted, (intents, len(booked)))

    def carry_out(
        self, ready: SaleReady, accepted: Iterable[str], note: str, told: Callable[[Intent], None]
    ) -> SaleDone:
        """Write down what was confirmed, then take its steps until one does not succeed; `told` hears of each intent.

        Raises `BackOfficeError`s where nothing was written: for a warning not accepted, a reason not given, another
        act that came between.
        """
        names = set(accepted)
        self._confirmed(ready, names, note)
        order_id, intents = ready.order.id, list[Intent]()
        problem: BackOfficeError | None = None
        try:
            for step in ready.plan.steps:
                intent = self._take(order_id, step, names, note)
                if intent is None:
                    continue
                intents.append(intent)
                told(intent)
                if intent.state not in ("succeeded", "accepted"):
                    break
        except BackOfficeError as error:
            problem = error
        except store_errors.StoreError as error:
            problem = translated(error)
        self._tell(Event("orders", (order_id,)))
        fresh = self._reader.order(order_id) or ready.order
        left, _after = steps_of(fresh, self._policy, self._clock())
        return SaleDone(tuple(intents), left, owing.due(fresh), problem)

    def delete(self, order_id: str) -> None:
        """Take an order out of the lists for good, with its buyer's data; raises `NotValidError` while it may not.

        Also one that Amazon did not find is asked for again: once is no proof that nothing was paid.
        """
        self._writable()
        order = self._live(order_id)
        told = {entry.object_id or "" for entry in self._reader.timeline(order_id) if entry.source == "amazon"}
        why = deleting.why_not(order, self._clock(), told | own_objects(self._journal, order_id))
        if why is not None:
            raise NotValidError(why)
        self._purging.delete(order_id)
        self._tell(Event("orders", (order_id,)))

    def _writable(self) -> None:
        if self._policy.read_only is not None:
            raise NotValidError(self._policy.read_only)

    def _live(self, order_id: str) -> Order:
        order = self._reading.order(order_id)
        if self._health.verbs_off is not None:
            raise NotValidError(self._health.verbs_off)
        return order

    def _confirmed(self, ready: SaleReady, accepted: set[str], note: str) -> None:
        """Check what was confirmed and make it durable, before anything is sent."""
        plan, order = ready.plan, ready.order
        missing = [name for name in plan.warnings if name not in accepted]
        if missing:
            raise NotValidError(f"Accept these warnings to go on: {' '.join(missing)}.")
        if plan.needs_note is not None and not note.strip():
            raise NotValidError(plan.needs_note)
        try:
            line = clean_note(note) if note.strip() else ""
        except MarkError as error:
            raise UsageError(str(error)) from error
        if plan.act is None:
            return
        try:
            counts = None if plan.act.whole else self._as_planned(ready).counts  # whole, all that is taken is due
            act = replace(plan.act, at=self._clock())
            written = self._journal.cancel_sale(order.id, act, order.cancelled, counts)
        except store_errors.StoreError as error:
            raise translated(error) from error
        if not written:
            raise ChangedError(_MEANWHILE)
        show(self._cache, [order.id], self._clock())
        self._tell(Event("orders", (order.id,)))
        if line:
            self._marking.mark([order.id], MarkChange(note=line))

    def _as_planned(self, ready: SaleReady) -> SaleReady:
        """Plan it again on a live read; raises `ChangedError` where that comes to anything else."""
        again = self.plan(ready.order.id, ready.wanted)
        if not again.plan.same_as(ready.plan):
            raise ChangedError(_OTHERWISE)
        return again

    def _take(self, order_id: str, step: Step, accepted: set[str], note: str) -> Intent | None:
        """Do one step as it was confirmed; None when it is not needed any more. Raises `ChangedError` for another."""
        ready = self._checker.check(Wish(step.verb, order_id, step.target, step.amount, note=note), None)
        if ready.already_so:
            return None
        self._expected(ready, step)
        intent = self._outbox.submit(ready, accepted)
        self._outbox.wait(intent.id, PATIENCE)
        return self._journal.intent(intent.id) or intent

    def _expected(self, ready: Ready, step: Step) -> None:
        """Raise `ChangedError` when the order, as read now, wants another step first."""
        now, _after = steps_of(ready.order, self._policy, self._clock())
        if not now or not now[0].same_as(step):
            raise ChangedError("The order changed since the plan was confirmed: look at it and run it again.")
