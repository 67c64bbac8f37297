"""What the machine of sales acts on: orders with lines, sales that are cancelled, and steps without a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, Final

from tests.machine import books
from tests.machine.world import AMOUNTS, World
from tests.support.office import Office

from azpay_tui import points
from azpay_tui.amazon.throttle import Throttle
from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.goods import SlipError
from azpay_tui.domain.intent import Intent, Verb, Wish
from azpay_tui.domain.money import Money, parse_amount
from azpay_tui.domain.policies import Settings, chosen
from azpay_tui.domain.rows import OrderLine, TrackedOrder
from azpay_tui.domain.slips import draw, left_for

EVERYTHING: Final = "authorize-and-capture+close"
PIECES: Final = {"TEA": 3, "CUP": 2}
MEANWHILE: Final = ("dialog", "confirmed", "intent-durable")
"""Moments of an act at which a sale that is cancelled elsewhere still stops it."""


def lines_of(currency: str) -> tuple[OrderLine, ...]:
    """Return what an order of this currency is made of: amounts that no number of pieces divides evenly."""
    whole = parse_amount(AMOUNTS[currency], currency)
    tea, cup = whole.minor * 7 // 12, whole.minor // 3 + 1
    parts = (("Tea", "TEA", tea), ("Cup", "CUP", cup), ("Post", None, whole.minor - tea - cup))
    return tuple(
        OrderLine(
            name, str(PIECES.get(sku or "", 1)), Money(minor, currency, whole.exponent), sku,
            "item" if sku else "shipping", tax=Money(minor * 16 // 116, currency, whole.exponent),
        )
        for name, sku, minor in parts
    )  # fmt: skip


class Shop(World):
    """One run in which everything is sold by lines, and the policy may act by itself."""

    policy: ClassVar[Settings] = chosen(
        "amazon", {"payment_action": "authorize-and-capture", "close_after_capture": "automatic"}
    )

    def __init__(self, tally: Any) -> None:
        super().__init__(tally)
        self.cancelled: dict[str, frozenset[str]] = {}
        """Orders whose whole sale was cancelled, and what of each had been sent by then."""
        self.unattended: set[str] = set()
        self.at_first: dict[str, int] = {}
        """What had gone back of each charge when its order came."""

    def throttle(self) -> Throttle:
        """Return a pace whose pauses after a 429 are of this world's time."""
        hands = self.hands
        return Throttle({}, lambda: hands.now.timestamp(), lambda _, s: hands.advance(seconds=s), lambda: 0.5)

    def arrive(self, situation: str, currency: str, known: bool, **more: str) -> None:
        super().arrive(situation, currency, known, **more)
        self.at_first |= {charge.charge_id: books.given(charge) for charge in self.theirs(self.orders[-1]).charges}
        told = TrackedOrder(self.orders[-1], lines=lines_of(currency), source="import", side="shop")
        self.desks[0].desk.track([told])

    # Lines

    def slip_wish(
        self, office: Office, order_id: str, choice: int, pieces: tuple[int, int], freight: int, adjust: int
    ) -> Wish | None:
        """Wish for a capture or a refund by lines where one is offered; None: none is, or nobody can tell of what.

        `freight` is how many percent of the shipping go with it, `adjust` is an adjustment in minor units.
        """
        order = office.order(order_id)
        good = [
            offer
            for offer in office.desk.offers(order)
            if offer.verb in (Verb.CAPTURE, Verb.REFUND) and offer.verdict != "no" and offer.target
        ]
        if not good:
            return None
        offer = good[choice % len(good)]
        booked = office.desk.reader.slips(order_id)
        try:
            left = left_for(order, offer.verb, offer.target or "", booked)
            share = Money(left.shipping.minor * freight // 100, left.shipping.currency, left.shipping.exponent)
            extra = Money(adjust, left.shipping.currency, left.shipping.exponent)
            slip = draw(left, dict(zip(PIECES, pieces, strict=True)), share, extra)
        except SlipError:
            return None
        return Wish(offer.verb, order_id, offer.target or "", slip.total, slip=slip)

    def act_by_lines(self, office: Office, wish: Wish) -> None:
        """Act as ever; the intent has just the slip that was confirmed."""
        intent = self.act(office, wish)
        if intent is not None:
            slips = [one.slip for one in office.desk.reader.slips(wish.order_id) if one.intent == intent.id]
            assert slips == [wish.slip], f"{intent.id} was confirmed with {wish.slip} and has {slips}"
            self.tally["slips"] += 1

    def record(self, office: Office, order_id: str, pieces: tuple[int, int]) -> None:
        """Write down that pieces were given back elsewhere: nothing is sent."""
        order, before = office.order(order_id), self.writes()
        for charge in order.charges:
            try:
                left = left_for(order, Verb.REFUND, charge.id, office.desk.reader.slips(order_id))
                slip = draw(left, dict(zip(PIECES, pieces, strict=True)), None, None)
                office.desk.record_slip(order_id, charge.id, slip, "by bank transfer")
            except (SlipError, BackOfficeError):
                continue
        assert self.writes() == before, "a refund that was made elsewhere was sent"

    # Sales

    def cancel_sale(
        self, office: Office, order_id: str, wanted: Wanted, note: str, meanwhile: Callable[[], object] | None = None
    ) -> None:
        """Plan, confirm every warning and carry out; hold what was done against what was confirmed."""
        before = self.writes()
        try:
            ready = office.desk.plan_sale(order_id, wanted)
        except BackOfficeError:
            assert self.writes() == before, "a plan was sent"
            return
        if meanwhile is not None:
            meanwhile()
        before, sent = self.writes(), self._sent(order_id)
        theirs = {charge.charge_id: charge for charge in self.theirs(order_id).charges}
        goals = {goal.charge_id: goal.refunded.minor for goal in ready.plan.cancelled.goals}
        most = {one: max(books.given(theirs[one]), goals.get(one, 0)) for one in theirs}
        try:
            done = office.desk.cancel_sale(ready, ready.plan.warnings, note, lambda intent: None)
        except BackOfficeError:
            assert self.writes() == before, "a sale that was not cancelled was carried out all the same"
            return
        if ready.plan.cancelled.whole:
            self.cancelled.setdefault(order_id, sent)
        if ready.plan.act is not None:
            assert note in [one.text for one in office.desk.reader.marks(order_id).notes]
        self._as_confirmed(ready.plan.steps, done.intents)
        effects = [entry for entry in self.simulator.ledger[before:] if entry.effect]
        assert len(effects) <= len(done.intents), f"{len(done.intents)} steps had the effects {effects}"
        for one, limit in most.items():
            now = books.given(theirs[one])
            assert now <= limit, f"{now} went back of {one}, and {limit} was agreed"
        self.tally["sales"] += 1

    def _sent(self, order_id: str) -> frozenset[str]:
        known = self.desks[0].stores.journal.intents(order_id=order_id)
        return frozenset(intent.id for intent in known if intent.attempts)

    def _as_confirmed(self, steps: Any, intents: tuple[Intent, ...]) -> None:
        """Every intent is one of the plan's steps, in its order."""
        planned = iter([(step.verb, step.target, step.amount) for step in steps])
        for intent in intents:
            wish = intent.draft.wish
            assert (wish.verb, wish.target, wish.amount) in planned, f"{wish} was not planned: {steps}"

    @contextmanager
    def at(self, moment: points.Point, deed: Callable[[], object]) -> Iterator[None]:
        """Have something done once at a moment of what goes on meanwhile; what is done passes points itself."""
        done: list[bool] = []

        def visit(point: points.Point) -> None:
            if point == moment and not done:
                done.append(True)
                deed()

        points.visit(visit)
        try:
            yield
        finally:
            points.visit(None)

    def acted_while_cancelled(self, office: Office, wish: Wish, wanted: Wanted, moment: str, up: bool) -> None:
        """Let somebody else cancel the sale at a moment of an act, with or without a line to Amazon."""
        other = next((one for one in self.desks if one is not office), None)
        if other is None:
            return
        reachable = other.transport.reachable

        def cancel() -> None:
            self.tally["R10"] += 1
            try:
                self.cancel_sale(other, wish.order_id, wanted, "not wanted any more", lambda: self._cut(other, up))
            finally:
                other.transport.reachable = reachable

        if moment == "dialog":
            self.act(office, wish, cancel)
            return
        with self.at(moment, cancel):  # type: ignore[arg-type]
            self.act(office, wish)

    def _cut(self, office: Office, up: bool) -> None:
        office.transport.reachable = office.transport.reachable and up

    # Without a person

    def tick(self, office: Office) -> None:
        """Let a process do what it does in each round, with the steps that are switched on."""
        before = {intent.id for intent in self.intents()}
        on = office.desk.reader.switch()
        with suppress(BackOfficeError):
            office.desk.sync_once(act=True)
        new = {intent.id for intent in self.intents()} - before
        if on is None or on.position != "on":
            assert not new, f"steps were taken and nothing is switched on: {new}"
        self.unattended |= new
        self.tally["ticks"] += bool(new)

    # What must hold

    def check(self) -> None:
        super().check()
        journal, slips = self.intents(), self.desks[0].desk.reader.slips()
        effects = [entry for entry in self.simulator.ledger if entry.effect]
        wrong = [
            *books.wrong_slips(self.simulator, journal, slips),
            *books.signed_wrong(journal, self.unattended, effects),
        ]
        for order_id in self.orders:
            own = [intent for intent in journal if intent.draft.wish.order_id == order_id]
            wrong += books.wrong_pieces(self.cached(order_id), slips)
            if not self.odd_in(order_id) and not any(charge.startswith(order_id) for charge, _ in self.elsewhere):
                wrong += books.given_twice(self.theirs(order_id), own, self.at_first)
            if order_id in self.cancelled:
                wrong += books.charged_after(own, self.cancelled[order_id])
                wrong += self._revived(order_id)
        assert not wrong, "\n".join(wrong)

    def _revived(self, order_id: str) -> Iterator[str]:
        cancelled, row = self.cached(order_id).cancelled, self.desks[0].desk.reader.row(order_id)
        if cancelled is None or not cancelled.whole:
            yield f"{order_id} was cancelled, and nothing says so"
        elif row is None or row.status not in books.OVER or row.ship != "HOLD":
            yield f"{order_id} was cancelled, and the list says {row}"
        self.tally["cancelled"] += 1
