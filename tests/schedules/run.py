"""Carries a schedule out: its steps, then the healing, then the judgement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

import stamina.instrumentation
from tests.schedules import oracle
from tests.schedules.actor import Actor
from tests.schedules.bench import Bench
from tests.schedules.schedule import Crash, Schedule, Step
from tests.schedules.world import Confirmed, Moment, Violation, World, open_world

from azpay_tui import points
from azpay_tui.amazon.v2.line import READ_TRIES
from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.domain.intent import REPLAY_WINDOW, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.simulator import acts
from azpay_tui.simulator.wire import JsonValue
from azpay_tui.store.errors import StoreError

_ROUNDS: Final = 16
"""So often the healing lets time go by: the janitor asks a person after eight days."""
_AFTER: Final = 2.0
"""Seconds after a moment at which every clock has seen it: Amazon's header has no fractions of a second."""
_CLOCKS: Final = 30.0
"""Seconds by which a corrected clock may be wrong: an answer that took long tells an old time."""
_AMOUNTS: Final = (Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a run."""

    schedule: Schedule
    violations: tuple[Violation, ...]
    trace: tuple[str, ...]
    checks: Counter[str]
    """How often each promise was looked at."""
    waits: tuple[float, ...]
    """Seconds, by the world's clock, from the restart without faults until each young unknown outcome was settled."""
    asked: int
    """Intents for which a person is asked at the end."""
    shared: bool = False
    """Whether it went on from the very same state as another, so that it was not carried out again."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """What came of going on from a state."""

    violations: tuple[Violation, ...]
    checks: Counter[str]
    waits: tuple[float, ...]
    asked: int


Known = dict[bytes, _Rest]
"""What came of the states that some schedules with the same seed, switches and healer came to."""


def run(schedule: Schedule, bench: Bench, *, keep: bool = True) -> Verdict:
    """Carry a schedule out on a bench; the same schedule gives the same verdict, its trace included."""
    world = open_world(schedule, bench, keep=keep)
    with _at_work(world):
        for number, step in enumerate(schedule.steps):
            _step(world, step, number)
        return _judged(world, schedule)


def branches(
    schedule: Schedule, number: int, bench: Bench, *, known: Known | None = None, sparing: int = 1
) -> Iterator[Verdict]:
    """Yield what `run` gives for a schedule, and for each of those that differ by a crash in step `number`, its last.

    There are no traces. What comes before a crash is carried out once and not for every place: files, Amazon, clock
    and chance are kept at each place that the step comes to, and each crash goes on from what was kept. Where a kill
    leaves the very same state as another before, it goes on in the same way: what came of that one is `known`. Hand
    one over to share it among schedules of the same seed, switches and healer. Where a person is asked in the end,
    after eight days of looks, a crash is tried at one of `sparing` places only.
    """
    known = {} if known is None else known
    world = open_world(schedule, bench, keep=False)
    moments: list[Moment] = []
    with _at_work(world):
        for other, step in enumerate(schedule.steps):
            if other == number:
                world.watcher = lambda place, actor: moments.append(world.kept(place, actor))
            _step(world, step, other)
        world.watcher = None
        whole = _judged(world, schedule)
        yield whole
        world.close()
        for moment in moments[:: sparing if whole.asked else 1]:
            dies = replace(schedule.steps[number], crash=Crash(moment.place, moment.nth))
            crashed = replace(schedule, steps=(*schedule.steps[:number], dies))
            state = moment.left()
            shared = state in known
            if not shared:
                known[state] = _rest(world, moment, crashed)
            rest = known[state]
            checks = moment.checks + rest.checks
            yield Verdict(crashed, moment.violations + rest.violations, (), checks, rest.waits, rest.asked, shared)


def _rest(world: World, moment: Moment, schedule: Schedule) -> _Rest:
    """Go on from a moment to the end."""
    world.go_back(moment)
    found = _judged(world, schedule)
    world.close()
    return _Rest(found.violations[len(moment.violations) :], found.checks - moment.checks, found.waits, found.asked)


@contextmanager
def _at_work(world: World) -> Iterator[None]:
    """Have the product's points heard by a world, and its processes ended afterwards."""

    def visit(point: points.Point) -> None:
        actor = world.active()
        if actor is not None:
            world.place(point, actor)

    stamina.instrumentation.set_on_retry_hooks(())
    points.visit(visit)
    try:
        with stamina.set_testing(True, attempts=READ_TRIES):
            yield
    finally:
        points.visit(None)
        world.close()


def _judged(world: World, schedule: Schedule) -> Verdict:
    waits = _heal(world, schedule.healer)
    asked = oracle.judge(world)
    _trials(world, schedule)
    return Verdict(schedule, tuple(world.violations), tuple(world.trace), world.checks, waits, asked)


def _trials(world: World, schedule: Schedule) -> None:
    """Count what a schedule was a trial of besides: clocks that are wrong, a storm of 429."""
    kinds = {step.kind for step in schedule.steps}
    trials = {"R13": any(schedule.skews) or "skew" in kinds, "R14": "storm" in kinds}
    lost = [violation for violation in world.violations if violation.promise in ("R1", "R3", "R4", "R5", "R6")]
    for promise in (name for name, tried in trials.items() if tried):
        world.count(promise)
        if lost:
            world.blame(promise, lost[0].says)


def _step(world: World, step: Step, number: int) -> None:
    world.note(f"step {number}: {step.kind} {step.verb or step.what}")
    match step.kind:
        case "pass":
            world.go_by(step.seconds)
        case "storm":
            world.storm(step.seconds)
        case "skew":
            world.hosts[step.who % len(world.hosts)].skew = step.seconds
        case "outside":
            _outside(world, step)
        case _:
            _work(world, step, number)


def _outside(world: World, step: Step) -> None:
    """Let Amazon, the buyer or Seller Central do something, where it fits the order as it is."""
    order = world.simulator.book.permission(world.order_id)
    assert order is not None
    permission = step.what in ("suspend", "repair", "close-elsewhere", "charge-elsewhere")
    posted: dict[str, JsonValue] = {"act": step.what, "id": order.permission_id}
    if not permission and order.charges:
        posted["id"] = order.charges[-1].charge_id
        pending = [refund for charge in order.charges for refund in charge.refunds if refund.state == "RefundInitiated"]
        if step.what in ("approve", "decline") and pending:
            posted["id"] = pending[-1].refund_id
    if step.amount and step.what in ("refund-elsewhere", "capture-elsewhere", "charge-elsewhere"):
        posted["amount"] = f"{step.amount // 100}.{step.amount % 100:02d}"
    try:
        acts.perform(posted, world.simulator.book, world.simulator.settings, world.now)
        world.note(f"outside: {step.what} {posted['id']}")
        if step.what == "refund-elsewhere" and step.amount:
            world.refunded_elsewhere.add((str(posted["id"]), step.amount))
    except ValueError as error:
        world.note(f"outside: {step.what} does not fit: {error}")


def _work(world: World, step: Step, number: int) -> None:
    jobs = []
    world.step += 1
    for one in (step, step.beside) if step.beside is not None else (step,):
        actor = world.actor(one.who)
        actor.wire.arrange(one.faults)
        actor.reached.clear()
        if one.crash is not None:
            world.crash, world.victim = one.crash, actor
        jobs.append((actor, _job(world, actor, one, number)))
    world.run(jobs)
    world.crash = world.victim = None
    for actor, _ in jobs:
        actor.wire.arrange(())


def _job(world: World, actor: Actor, step: Step, number: int) -> Callable[[], None]:
    def work() -> None:
        try:
            match step.kind:
                case "act":
                    actor.doing = "act"
                    _act(world, actor, step, number)
                case "sync":
                    actor.doing = "machine"
                    actor.desk.sync_once()
                case "resume":
                    actor.doing = "machine"
                    actor.desk.resume()
                case "start":
                    actor.doing = "machine"
                    actor.desk.start()
                    actor.desk.works.refresher.turn()
                case _:
                    actor.doing = "word"
                    for intent in actor.desk.intents(open_only=True):
                        actor.desk.resume(intent.id)
            actor.catch_up()
        except (BackOfficeError, StoreError) as error:
            if not actor.dead:
                world.note(f"{actor.name} hears: {error}")
        finally:
            actor.doing = "none"

    return work


def _act(world: World, actor: Actor, step: Step, number: int) -> None:
    """Do what a person does: look, choose, confirm what is asked, wait for the outcome."""
    desk = actor.desk
    order = desk.reader.order(world.order_id)
    if order is None or step.verb is None:
        return
    wish = _wish(actor, order, step, step.verb)
    ready = desk.check(wish)
    intent = desk.submit(ready, ready.offer.warnings)
    world.confirmed.append(Confirmed(actor.host.number, intent.id, wish, number, world.now, not world.sent))
    actor.catch_up()
    world.note(f"{actor.name} sees {intent.id} {desk.wait(intent.id, 0).state}")


def _wish(actor: Actor, order: Order, step: Step, verb: Verb) -> Wish:
    offers = [offer for offer in actor.desk.offers(order) if offer.verb is verb]
    target = next((o.target for o in offers if o.verdict != "no" and o.target), None)
    target = target or next((o.target for o in offers if o.target), None) or order.id
    money = None
    if verb in _AMOUNTS:
        money = Money(step.amount, "USD", 2) if step.amount else actor.desk.suggest(order, verb, target)
    return Wish(verb, order.id, target, money, capture_now=step.now)


def _heal(world: World, healer: Literal["resume", "sync", "start"]) -> tuple[float, ...]:
    """Take all faults away, start every host anew and let time go by until nothing is left to learn."""
    world.note("healing")
    world.storm(0)
    world.close()
    begun = world.now
    young = {
        (c.host, c.intent)
        for c in world.confirmed
        if (c.host, c.intent) not in world.settled and begun - c.at < REPLAY_WINDOW - timedelta(seconds=60)
    }
    whos = range(len(world.hosts))
    for turn in range(_ROUNDS * len(world.hosts)):
        for who in whos:
            _work(world, Step(healer, who), -1)
        waiting = [moment for host in world.hosts for moment in oracle.next_looks(host)]
        if not waiting:
            break
        moment = min(waiting)
        world.note(f"healing: round {turn + 1}")
        world.go_by(max((moment - world.now).total_seconds(), 0.0) + _AFTER)
    for actor in world.actors:
        if actor is not None and actor.wire.answered and (off := abs(world.offset(actor))) > _CLOCKS:
            world.blame("R13", f"the clock of {actor.name} is {off:.0f} s off, although Amazon told the time")
    return tuple((world.settled[key] - begun).total_seconds() for key in sorted(young) if key in world.settled)
