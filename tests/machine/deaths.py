"""Deaths in the middle of a sale that is cancelled, and of steps without a person, with a fault on the line or without.

A seed draws order, fault and point of the death. The next process settles what is left and begins the same again: then
everything was done once, and journal and ledger agree.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import stamina
from tests.backoffice.test_selling import Deaths, Died, Inline
from tests.machine import books, judge
from tests.machine.machine import FAULTS
from tests.machine.shop import EVERYTHING, Shop, lines_of
from tests.machine.world import SHARED
from tests.support.figures import tell
from tests.support.office import Hands, Office, open_office

from azpay_tui import points
from azpay_tui.amazon.throttle import Throttle
from azpay_tui.amazon.v2.line import READ_TRIES
from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.domain.cancelling import WHOLE
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.domain.switch import POLICY

SITUATIONS: Final = ("captured", "authorized", "part-captured", "part-refunded", "closed-authorized", "refund-declined")
OPERATIONS: Final = {
    "sale": ("void", "refund", "close", "cancel", "get-permission", "get-charge", "get-refund"),
    "automatic": ("authorize", "capture", "close", "get-permission", "get-charge"),
}
STEPS: Final = [("authorize", "120.00"), ("capture", "120.00"), ("close", None)]
MOST: Final = 90
"""More points than either comes to: later ones are no deaths at all."""
ROUNDS: Final = 16
"""So often time goes by until everything is settled: a person is asked after eight days."""


class Life:
    """What one seed names, and what came of it."""

    def __init__(self, seed: int, directory: Path) -> None:
        source = random.Random(seed)
        self.kind = source.choice(("sale", "sale", "automatic"))
        self.situation = source.choice(SITUATIONS) if self.kind == "sale" else "open"
        self.fault = (source.choice(OPERATIONS[self.kind]), source.choice(FAULTS), source.choice((1, 1, 2, 9)))
        self.broken = source.random() < 0.7
        self.death = source.randint(1, MOST)
        self.gap = source.choice((5, 40, 1000, 5000))
        self.directory = directory
        self.hands = Hands()
        self.at_first: dict[str, int] = {}

    def __str__(self) -> str:
        broken = f", {self.fault}" if self.broken else ""
        return f"{self.kind} {self.situation}, dies at point {self.death}{broken}, {self.gap} s later"

    def wrong(self) -> list[str]:
        """Live it; return a sentence for each promise that was broken."""
        first = self._begin()
        self.hands.advance(seconds=self.gap)
        first.sim("DELETE", "/_sim/faults")
        with self._office(first) as office:
            self._settle(office)
            for _ in range(3):  # what was settled may have changed the order once more
                self._quietly(office)
                self._settle(office)
            office.world(hours=2)
            office.desk.sync_once(all_=True)
            return [*self._judged(office)]

    def _office(self, before: Office | None = None) -> AbstractContextManager[Office]:
        hands = self.hands
        return open_office(
            self.directory,
            before and before.simulator,
            local=hands,
            jitter=lambda: 0.5,
            threads=Inline(),
            policy=Shop.policy,
            throttle=Throttle({}, lambda: hands.now.timestamp(), lambda _, s: hands.advance(seconds=s), lambda: 0.5),
        )

    def _begin(self) -> Office:
        with self._office() as office:
            if self.kind == "automatic":
                office.desk.switch_on(EVERYTHING)
                office.world(minutes=1)
            self.order_id = office.make(self.situation, age="1s" if self.kind == "automatic" else "2h")
            office.desk.track([TrackedOrder(self.order_id, lines=lines_of("USD"), source="import", side="shop")])
            office.world(seconds=5)  # so that what is made now is newer than what came with the order
            if self.situation == "part-captured":
                office.act(self.order_id, Verb.AUTHORIZE, "20.00")
            self.begun = len(office.simulator.ledger)
            order = office.simulator.book.permission(self.order_id)
            assert order is not None
            self.at_first = {charge.charge_id: books.given(charge) for charge in order.charges}
            if self.broken:
                operation, fault, times = self.fault
                office.fault(operation, fault, times, **({"code": 500} if fault == "status" else {}))
            points.visit(Deaths(self.death))
            try:
                self._quietly(office)
            except Died:
                pass
            finally:
                points.visit(None)
        return office

    def _quietly(self, office: Office) -> None:
        """Cancel the sale, or let the automatic actor do what is due."""
        try:
            if self.kind == "automatic":
                office.desk.sync_once(act=True)
                return
            ready = office.desk.plan_sale(self.order_id, WHOLE)
            office.desk.cancel_sale(ready, ready.plan.warnings, "", lambda intent: None)
        except BackOfficeError:
            return

    def _settle(self, office: Office) -> None:
        for _ in range(ROUNDS):
            standing = office.desk.intents(open_only=True)
            if not standing:
                return
            for intent in standing:
                if intent.state == "attention":
                    done = any(judge.fits(intent, entry) for entry in office.simulator.ledger if entry.effect)
                    office.desk.settle(intent.id, "succeeded" if done else "abandoned", "looked in Seller Central")
            office.desk.resume()
            dues = [intent.next_due for intent in office.desk.intents(open_only=True) if intent.next_due is not None]
            if dues:
                self.hands.now = max(self.hands.now, min(dues))

    def _judged(self, office: Office) -> Iterator[str]:
        journal, slips = office.stores.journal.intents(), office.stores.reader.slips()
        order = office.simulator.book.permission(self.order_id)
        assert order is not None
        yield from judge.disagreements(office.simulator, journal, set())
        yield from books.wrong_slips(office.simulator, journal, slips)
        yield from books.given_twice(order, journal, self.at_first)
        yield from (f"{intent.id} is {intent.state} at the end" for intent in journal if intent.open)
        if office.stores.journal.verify() is not None:
            yield "the audit chain is broken"
        effects = [entry for entry in office.simulator.ledger[self.begun :] if entry.effect]
        found = [(entry.operation, entry.amount) for entry in effects]
        if self.kind == "automatic":
            yield from self._of_policy(journal, found)
            return
        if any(many > 1 for many in Counter((entry.operation, entry.id) for entry in effects).values()):
            yield f"done twice: {found}"
        live = [
            charge.charge_id for charge in order.charges if charge.state in ("Authorized", "AuthorizationInitiated")
        ]
        kept = [charge.charge_id for charge in order.charges if (charge.captured or 0) > books.given(charge)]
        row = office.desk.reader.row(self.order_id)
        if live or kept or row is None or (row.status, row.attention) not in (("CANCELED", ()), ("REFUNDING", ())):
            yield f"not completed: held {live}, not given back {kept}, {row}"

    def _of_policy(self, journal: tuple[Intent, ...], found: list[tuple[str, str | None]]) -> Iterator[str]:
        if {intent.draft.person for intent in journal} - {POLICY}:
            yield f"not signed policy: {journal}"
        if found != STEPS[: len(found)]:
            yield f"steps in another order, or twice: {found}"


def lives(first: int, last: int) -> None:
    """Live those of some seeds; raises AssertionError with the first that broke a promise, after all were lived."""
    wrong = {}
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory(dir=SHARED if SHARED.is_dir() else None) as directory:
            life = Life(seed, Path(directory))
            with stamina.set_testing(True, attempts=READ_TRIES):
                found = life.wrong()
            if found:
                wrong[seed] = f"{life}: {'; '.join(found)}"
    for promise in ("R1", "R3", "R6"):
        tell(promise, last + 1 - first, len(wrong), seed=f"deaths {min(wrong)}" if wrong else "")
    assert not wrong, "\n".join(f"seed {seed}: {said}" for seed, said in wrong.items())
