"""What the state machine acts on: an Amazon, one or two desks on one directory, and what must hold between them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

from tests.machine import judge
from tests.support.figures import tell
from tests.support.office import Hands, Office, open_office

from azpay_tui import points
from azpay_tui.amazon.throttle import Throttle
from azpay_tui.backoffice.errors import BackOfficeError, ChangedError, NotValidError
from azpay_tui.backoffice.threads import Threads
from azpay_tui.domain.dossier import may_be_settled
from azpay_tui.domain.intent import OPEN_STATES, Intent, Verb, Wish
from azpay_tui.domain.money import Money, parse_amount
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import PRESETS, Settings
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.simulator.model import Order as Theirs
from azpay_tui.simulator.wire import Request

SHARED: Final = Path("/dev/shm")
"""Files in memory, where there is such a place: a sync of the journal costs nothing there."""
OFFERED: Final = 20
"""Choices of a wish below this are among what is offered."""
AMOUNTS: Final = {"USD": "120.00", "EUR": "89.90", "JPY": "12000"}
ENDED: Final = ("Canceled", "Declined", "Refunded")
"""States of charges and refunds that Amazon documents as their last."""
STOPPING: Final = ("dialog", "intent-durable")
"""Moments of a change that the fresh read has to see."""


class Inline:
    """Reads one object after the other."""

    def map(self, body: Callable[[Any], Any], things: Iterable[Any]) -> Iterator[Any]:
        return iter([body(thing) for thing in things])

    def shutdown(self, **ignored: object) -> None:
        """Nothing was started."""


class Orderly(Threads):
    """Begins threads as the program does, but reads in order, so that a run can be repeated."""

    def pool(self, name: str, workers: int) -> Inline:
        return Inline()


def _new_directory() -> Path:
    return Path(tempfile.mkdtemp(dir=SHARED if SHARED.is_dir() else None))


@cache
def _fresh() -> Path:
    """Return a directory as a first start leaves it: to copy it is much quicker than to make it again."""
    directory = _new_directory()
    atexit.register(shutil.rmtree, directory)
    with open_office(directory):
        pass
    return directory


class World:
    """One run; `tally` counts what was tried, by promise."""

    policy: ClassVar[Settings] = PRESETS["amazon"]

    def __init__(self, tally: Counter[str]) -> None:
        self.tally = tally
        self.hands = Hands()
        self.directory = _new_directory()
        shutil.copytree(_fresh(), self.directory, dirs_exist_ok=True)
        self._places: dict[str, ExitStack] = {}
        self._desks: dict[str, Office] = {}
        self.simulator = self.open("first").simulator
        self.orders: list[str] = []
        self.elsewhere: set[tuple[str, str]] = set()
        self.odd: dict[str, str] = {}
        """Objects with a state that nobody documents, and their words."""
        self.sends_wrong: list[str] = []

    # Desks

    def open(self, name: str) -> Office:
        """Open the directory as one process would; the first one brings Amazon along."""
        place = ExitStack()
        simulator = getattr(self, "simulator", None)
        office = place.enter_context(
            open_office(
                self.directory,
                simulator,
                local=self.hands,
                person=name,
                jitter=lambda: 0.5,
                threads=Orderly(),
                policy=self.policy,
                throttle=self.throttle(),
            )
        )
        office.transport.before = self._leaving
        self._places[name], self._desks[name] = place, office
        return office

    def throttle(self) -> Throttle | None:
        """Return what paces the requests of a desk; None: what paces those of the program."""
        return None

    def close(self, name: str) -> None:
        self._places.pop(name).close()
        del self._desks[name]

    def end(self) -> None:
        for name in list(self._desks):
            self.close(name)
        shutil.rmtree(self.directory)

    @property
    def desks(self) -> list[Office]:
        return list(self._desks.values())

    def desk(self, number: int) -> Office:
        return self.desks[number % len(self._desks)]

    def names(self) -> list[str]:
        return list(self._desks)

    def line(self, up: bool) -> None:
        for office in self.desks:
            office.transport.reachable = up

    @property
    def online(self) -> bool:
        return self.desks[0].transport.reachable

    # What is there

    def order(self, number: int) -> str:
        return self.orders[number % len(self.orders)]

    def theirs(self, order_id: str) -> Theirs:
        order = self.simulator.book.permission(order_id)
        assert order is not None
        return order

    def cached(self, order_id: str) -> Order:
        order = self.desks[0].desk.reader.order(order_id)
        assert order is not None
        return order

    def intents(self) -> tuple[Intent, ...]:
        """Return the whole journal, read from its file."""
        return self.desks[0].stores.journal.intents()

    def open_intents(self, order_id: str) -> tuple[Intent, ...]:
        return self.desks[0].stores.journal.intents(order_id=order_id, states=tuple(OPEN_STATES))

    def writes(self) -> int:
        """Count the requests to change something that ever reached Amazon."""
        return len(self.simulator.ledger)

    def odd_in(self, order_id: str) -> bool:
        return any(object_id.startswith(order_id) for object_id in self.odd)

    # What people do

    def arrive(self, situation: str, currency: str, known: bool, **more: str) -> None:
        amount = AMOUNTS[currency]
        office = self.desks[0]
        body = [{"situation": situation, "currency": currency, "amount": amount, "limit": amount, **more}]
        made = office.sim("POST", "/_sim/orders", body)[0]
        self.orders.append(made["permission_id"])
        if situation == "unknown":
            self.odd |= {thing: word for thing, word in _odd_words(self.theirs(made["permission_id"]))}
        ids = (tuple(made["charge_ids"]), tuple(made["refund_ids"])) if known else ((), ())
        tracked = TrackedOrder(
            made["permission_id"], amount=parse_amount(amount, currency) if known else None,
            charge_ids=ids[0], refund_ids=ids[1], complete=known, source="import" if known else "track",
        )  # fmt: skip
        office.desk.track([tracked])
        self.refresh(office, made["permission_id"])

    def refresh(self, office: Office, order_id: str) -> bool:
        """Read an order as a person would ask for it; says whether that went well. Open intents stay as they are."""
        before = self.open_intents(order_id)
        try:
            office.desk.refresh([order_id], wait=True)
        except BackOfficeError:
            return False
        finally:
            self.untouched(order_id, before)
        return True

    def wish(self, office: Office, order_id: str, choice: int, portion: int) -> Wish:
        """Wish for something that is offered, now and then for what is not.

        `portion` 0 is the suggested amount, any other that many percent of the most.
        """
        order = office.order(order_id)
        offers = [o for o in office.desk.offers(order) if o.verb is not Verb.REFRESH]
        good = [o for o in offers if o.verdict != "no" and o.target]
        offer = good[choice % len(good)] if good and choice < OFFERED else offers[choice % len(offers)]
        verb, target = offer.verb, offer.target or next((c.id for c in order.charges), order_id)
        if verb not in (Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND):
            return Wish(verb, order_id, target)
        most = offer.maximum or order.amount or Money(100, self.theirs(order_id).currency)
        share = Money(max(1, most.minor * portion // 100), most.currency)
        return Wish(verb, order_id, target, office.desk.suggest(order, verb, target) if portion == 0 else share)

    def act(self, office: Office, wish: Wish, meanwhile: Callable[[], None] | None = None) -> Intent | None:
        """Check, accept every warning, confirm, wait; a wish that is refused on the way sends nothing."""
        before = self.writes()
        try:
            ready = office.desk.check(wish)
            if meanwhile is not None:
                meanwhile()
            intent = office.desk.submit(ready, ready.offer.warnings)
        except (BackOfficeError, ValueError):
            assert self.writes() == before, "a wish that was refused here was sent all the same"
            return None
        return office.desk.wait(intent.id, 60)

    def act_by_others(self, act: dict[str, Any]) -> bool:
        """Let Amazon, the buyer or somebody in Seller Central act; says whether the act was possible."""
        order = self.theirs(act["id"][:19])
        refunds = {r.refund_id for c in order.charges for r in c.refunds}
        try:
            self.desks[0].sim("POST", "/_sim/acts", act)
        except AssertionError:  # it does not fit the object
            return False
        if act["act"] == "unknown-state":
            self.odd[act["id"]] = act["word"]
        for charge in order.charges:
            for refund in charge.refunds:
                if refund.refund_id not in refunds:
                    self.elsewhere.add((charge.charge_id, str(Money(refund.amount, order.currency))))
        return True

    def pass_time(self, **span: float) -> None:
        """Let time pass on both sides, and what falls due happen at Amazon."""
        self.hands.advance(**span)
        self.desks[0].sim("POST", "/_sim/clock", {"advance": "0s"})

    # What must hold

    def _leaving(self, request: Request) -> None:
        """Look at the journal while a request is on the wire: its intent stands there as sent, with these bytes."""
        if request.method == "GET":
            return
        sent = self.desks[0].stores.journal.intents(states=("sent",))
        standing = [i for i in sent if i.draft.prepared.body == request.body]
        key = request.header("x-amz-pay-idempotency-key")
        if not any(key in (None, i.draft.key) and request.path.endswith(i.draft.prepared.path) for i in standing):
            self.sends_wrong.append(f"{request.method} {request.path} left without an intent that is sent")

    def untouched(self, order_id: str, before: tuple[Intent, ...]) -> None:
        """R12: open intents are what they were before a refresh, and can be seen."""
        after = self.open_intents(order_id)
        assert [i for i in after if i.id in {b.id for b in before}] == list(before), "a refresh changed an open intent"
        shown = {intent.id for intent in self.cached(order_id).intents}
        assert {intent.id for intent in before} <= shown, "a refresh hides an open intent"
        self.tally["R12"] += 1

    def check(self) -> None:
        """Compare ledger and journal; look for second open intents."""
        journal = self.intents()
        wrong = [*judge.disagreements(self.simulator, journal, self.elsewhere), *self.sends_wrong]
        assert not wrong, "\n".join(wrong)
        open_orders = Counter(i.draft.wish.order_id for i in journal if i.state in OPEN_STATES)
        assert all(many == 1 for many in open_orders.values()), f"more than one open intent: {open_orders}"

    def offers_agree(self, office: Office, order_id: str) -> None:
        """Ask Amazon about everything that is offered of an order that was read just now."""
        order = office.order(order_id)
        for offer in office.desk.offers(order):
            if offer.verdict == "no" or offer.verb is Verb.REFRESH or offer.target is None:
                continue
            if "partly-known" in offer.warnings:
                continue  # Amazon knows more than we do, which is what the warning says
            for amount in {offer.minimum, office.desk.suggest(order, offer.verb, offer.target)}:
                if offer.minimum is not None and amount is None:
                    continue
                wish = Wish(offer.verb, order_id, offer.target, amount)
                reason = judge.refusal(self.simulator, wish)
                assert reason is None, f"{offer.verb} {amount} of {offer.target} is offered; Amazon would say {reason}"
                self.tally["offers"] += 1

    def words_stand(self, office: Office, order_id: str) -> None:
        """R17: an unknown word is kept as it came, and the verbs of its object are off and say the word."""
        if self.open_intents(order_id):
            return  # the lock speaks first
        order = office.order(order_id)
        things = {thing.id: thing.state for thing in (order.permission, *order.charges, *order.refunds) if thing}
        for object_id, word in self.odd.items():
            if object_id not in things:
                continue
            assert things[object_id] == word
            charge = next((r.charge_id for r in order.refunds if r.id == object_id), None)
            verbs = (Verb.REFUND,) if charge else tuple(Verb)[:6]
            for offer in office.desk.offers(order):
                if offer.verb in verbs and offer.target in (object_id, charge, *((order_id,) if not charge else ())):
                    assert offer.verdict == "no", f"{object_id} is {word}, and {offer} is offered"
                if offer.target == object_id and offer.verb is not Verb.REFRESH:
                    said = [self.odd[one] for one in (order_id, object_id) if one in self.odd]
                    assert any(one in (offer.reason or "") for one in said), f"{offer} says none of {said}"
            self.tally["R17"] += 1

    # Compound steps

    def changed_on_the_way(self, office: Office, wish: Wish, acts: list[dict[str, Any]], moment: str) -> None:
        """R10: change the order between what the person saw and the sending, by the first act that does.

        A difference stops the sending. What has ended for good is not read again: that another word stands there now
        is none.
        """
        known = self.cached(wish.order_id)
        things = (*known.charges, *known.refunds)
        ids = {thing.id for thing in things if thing.state not in ENDED}
        mine = {i.draft.wish.target for i in self.intents()} | {i.result_id for i in self.intents()}
        seen: list[bool] = []

        def change() -> None:
            before = after = judge.facts(self.simulator, wish.order_id, ids)
            for act in acts:
                if before == after and self.act_by_others(act):
                    after = judge.facts(self.simulator, wish.order_id, ids)
            seen.append(before != after and not (mine and judge.confirms(before, after)))

        def visit(point: points.Point) -> None:
            if point == moment and not seen:
                change()

        before = self.writes()
        if moment == "dialog":
            intent = self.act(office, wish, change)
        else:
            points.visit(visit)
            try:
                intent = self.act(office, wish)
            finally:
                points.visit(None)
        if any(seen) and moment in STOPPING:
            self.tally["R10"] += 1
            assert self.writes() == before, f"{wish} was sent although something happened meanwhile: {acts}"
            assert intent is None or intent.state in ("abandoned", "succeeded"), intent

    def acted_under_refresh(self, office: Office, wish: Wish) -> None:
        """R12: read the order from every desk, and let every other desk sync, at each step of an intent."""
        busy: list[points.Point] = []

        def visit(point: points.Point) -> None:
            if busy or point == "committing":  # what is done here passes points itself; the journal is locked there
                return
            busy.append(point)
            try:
                for other in self.desks:
                    self.refresh(other, wish.order_id)
                    if other is not office:
                        self._synced(other, wish.order_id)
            finally:
                busy.pop()

        points.visit(visit)
        try:
            self.act(office, wish)
        finally:
            points.visit(None)

    def _synced(self, office: Office, order_id: str) -> None:
        before = self.open_intents(order_id)
        with suppress(BackOfficeError):
            office.desk.sync_once()
        self.untouched(order_id, before)

    def settle(self, intent: Intent) -> None:
        """Let a person decide what rules cannot, as it is in Seller Central."""
        happened = any(judge.fits(intent, entry) for entry in self.simulator.ledger if entry.effect)
        try:
            self.desks[0].desk.settle(intent.id, "succeeded" if happened else "abandoned", "looked in Seller Central")
        except ChangedError:  # a read just before the decision said something new; now it is known
            self.settle(intent)
        except NotValidError:
            now = self.desks[0].desk.now()
            held = any(office.desk.in_flight() for office in self.desks)
            assert held or not may_be_settled(intent.state, intent.draft.at, now), "it cannot be settled"


def _odd_words(order: Theirs) -> list[tuple[str, str]]:
    return [(order.permission_id, order.state), *((c.charge_id, c.state) for c in order.charges)]


def told(tally: Counter[str], seed: str, runs: int, violations: int) -> None:
    """Write down what a series of runs tried."""
    for promise in ("R1", "R3", "R8"):
        tell(promise, runs, violations, seed=seed if violations else "")
    for promise in ("R10", "R12", "R17"):
        tell(promise, tally[promise], violations, seed=seed if violations else "")
