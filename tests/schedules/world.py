"""One run's world: Amazon, the hosts with their clocks, the processes at work, and a record of what happened."""

from __future__ import annotations

import hashlib
import math
import pickle
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.schedules.actor import KEY_ID, PLACE, SEAL, Actor, Killed
from tests.schedules.baton import Baton, Task
from tests.schedules.bench import Bench, Host, Start
from tests.schedules.schedule import Crash, Schedule, Switches
from tests.schedules.wire import Sent

from azpay_tui.backoffice.records import Event
from azpay_tui.domain.intent import Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.simulator import rules
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.situations import Wish as OrderWish
from azpay_tui.simulator.situations import make_order
from azpay_tui.store.opening import open_stores

START: Final = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
AMOUNT: Final = 12_000
_INSIDE: Final = frozenset({"committing"})
"""Points inside a transaction, where nobody else gets on."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken promise, with what was seen."""

    promise: str
    says: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A world with one process in it, kept at the moment at which that process dies."""

    name: str
    place: str
    nth: int
    files: tuple[dict[str, bytes], ...]
    starts: tuple[int, ...]
    amazon: bytes
    """Orders, ledger and answers saved under keys."""
    now: datetime
    chance: object
    trace: tuple[str, ...]
    violations: tuple[Violation, ...]
    checks: Counter[str]
    sent: bytes
    confirmed: tuple[Confirmed, ...]
    settled: dict[tuple[int, str], datetime]
    refunded_elsewhere: frozenset[tuple[str, int]]
    step: int

    def left(self) -> bytes:
        """Return a digest of everything on which it depends what happens after the death.

        A rollback journal beside a database that has not changed is no difference: rolled back, it is the same bytes.
        """
        found = hashlib.blake2b(digest_size=16)
        for files in self.files:
            for name, data in sorted(files.items()):
                if not name.endswith("-journal"):
                    found.update(name.encode() + b"".join(_frames(data) if name.endswith("-wal") else (data,)))
        found.update(self.amazon + self.sent)
        rest = self.name, self.starts, self.now, self.violations, self.confirmed, self.settled, self.step, self.chance
        found.update(pickle.dumps((*rest, sorted(self.refunded_elsewhere))))
        return found.digest()


@dataclass(slots=True)
class Confirmed:
    """What a person said yes to."""

    host: int
    intent: str
    wish: Wish
    step: int
    at: datetime
    first: bool
    """Nothing had been sent before, so that every host saw the same."""


class World:
    """Everything of one run; `source` is the only chance in it."""

    def __init__(self, hosts: list[Host], switches: Switches, seed: int, *, keep: bool = True) -> None:
        """Begin at `START` with an empty Amazon; `keep`: whether there is to be a trace."""
        self.now = START
        self.hosts = hosts
        self.keep = keep
        self.source = random.Random(seed)
        self.simulator = Simulator({KEY_ID: SEAL}, seed=7, base=lambda: self.now, settings=Settings(**dict(switches)))
        self.order_id = ""
        self.actors: list[Actor | None] = [None, None]
        self.step = -1
        self.active: Callable[[], Actor | None] = lambda: None
        self.crash: Crash | None = None
        self.watcher: Callable[[str, Actor], None] | None = None
        """Hears of every place that a process comes to."""
        self.victim: Actor | None = None
        self.trace: list[str] = []
        self.violations: list[Violation] = []
        self.checks: Counter[str] = Counter()
        self.sent: list[Sent] = []
        self.confirmed: list[Confirmed] = []
        self.settled: dict[tuple[int, str], datetime] = {}
        self.refunded_elsewhere: set[tuple[str, int]] = set()
        """Charges and amounts, in minor units, of refunds that were made in Seller Central."""
        self._baton = Baton(self.source, lambda: self.now, self._move_to)
        self._storm_until = START

    # Time

    def local(self, host: Host) -> datetime:
        """Return what the clock of a host shows."""
        return self.now + timedelta(seconds=host.skew)

    def offset(self, actor: Actor) -> float:
        """Return by how many seconds the clock of a process, as corrected, is wrong."""
        return (actor.clock() - self.now).total_seconds()

    def seconds(self) -> float:
        """Return how long the run has been going on."""
        return (self.now - START).total_seconds()

    def wait(self, seconds: float, actor: Actor) -> None:
        """Let a process wait; others go on meanwhile."""
        actor.must_live()
        # Upwards: who waits until a moment must not come a microsecond too early.
        until = self.now + timedelta(microseconds=math.ceil(seconds * 1_000_000) + 1)
        if self._baton.current is None:
            self._move_to(until)
        else:
            self._baton.give_way(until)
        actor.must_live()

    def go_by(self, seconds: float) -> None:
        """Let time pass with nobody at work."""
        self._move_to(self.now + timedelta(seconds=seconds))
        for order in self.simulator.book:
            rules.settle_due(order, self.now, self.simulator.settings, moved=True)

    def _move_to(self, moment: datetime) -> None:
        self.now = max(self.now, moment)

    def storming(self) -> bool:
        """Whether Amazon answers nothing but 429."""
        return self.now < self._storm_until

    def storm(self, seconds: int) -> None:
        """Have Amazon do so from now on."""
        self._storm_until = self.now + timedelta(seconds=seconds)

    # What is reached, told and found

    def place(self, place: str, actor: Actor) -> None:
        """Be at a place with a process: it may die here, or others may go on first."""
        actor.must_live()
        self.note(f"{actor.name} {place}")
        actor.reached[place] = actor.reached.get(place, 0) + 1
        if self.watcher is not None:
            self.watcher(place, actor)
        crash = self.crash
        if crash is not None and actor is self.victim and crash.place == place and actor.reached[place] == crash.nth:
            self.note(f"{actor.name} dies")
            actor.die()
            raise Killed
        if place not in _INSIDE:
            self._baton.give_way()
            actor.must_live()

    def told(self, actor: Actor, event: Event) -> None:
        """Hear what a process tells its screens."""
        intent = event.intent
        if intent is not None:
            self.note(f"{actor.name} says {intent.id} is {intent.state}")
            if not intent.open:
                self.settled.setdefault((actor.host.number, intent.id), self.now)

    def note(self, text: str) -> None:
        """Write a line into the trace."""
        if self.keep:
            self.trace.append(f"{self.seconds():.2f} {text}")

    def count(self, promise: str) -> None:
        """Count that something was checked."""
        self.checks[promise] += 1

    def blame(self, promise: str, says: str) -> None:
        """Write down that a promise was broken."""
        self.note(f"BROKEN {promise}: {says}")
        self.violations.append(Violation(promise, says))

    # Keeping a moment, and going on from it

    def kept(self, place: str, actor: Actor) -> Moment:
        """Keep the world as it is when its only process dies here and now."""
        simulator = self.simulator
        return Moment(
            actor.name,
            place,
            actor.reached[place],
            tuple(host.left() for host in self.hosts),
            tuple(host.starts for host in self.hosts),
            pickle.dumps((simulator.book, simulator.ledger, simulator.replies, simulator.clock.offset)),
            self.now,
            self.source.getstate(),
            tuple(self.trace),
            tuple(self.violations),
            self.checks.copy(),
            pickle.dumps(self.sent),
            tuple(self.confirmed),
            dict(self.settled),
            frozenset(self.refunded_elsewhere),
            self.step,
        )

    def go_back(self, moment: Moment) -> None:
        """Be as it was at a moment, its process dead and nobody at work."""
        simulator = self.simulator
        for host, files, starts in zip(self.hosts, moment.files, moment.starts, strict=True):
            skew = host.skew
            host.fill(files)
            host.skew, host.starts = skew, starts
        simulator.book, simulator.ledger, simulator.replies, simulator.clock.offset = pickle.loads(moment.amazon)
        self.now = moment.now
        self.source.setstate(moment.chance)
        self.trace, self.violations = list(moment.trace), list(moment.violations)
        self.checks, self.sent = moment.checks.copy(), pickle.loads(moment.sent)
        self.confirmed, self.settled = list(moment.confirmed), dict(moment.settled)
        self.refunded_elsewhere = set(moment.refunded_elsewhere)
        self.step = moment.step
        self.note(f"{moment.name} dies")

    # Who is at work

    def actor(self, who: int) -> Actor:
        """Return a process that lives in an actor's place, a new one if need be."""
        found = self.actors[who]
        if found is None:
            host = self.hosts[who % len(self.hosts)]
            found = self.actors[who] = Actor(self, host, who)
            self.note(f"{found.name} begins")
        return found

    def run(self, jobs: list[tuple[Actor, Callable[[], None]]]) -> None:
        """Do one thing, or several at the same time, to their ends; who dies in it is buried."""
        if len(jobs) == 1:
            actor, body = jobs[0]
            self.active = lambda: actor
            _to_its_end(actor, body)
        else:
            tasks = [Task(actor.name, lambda a=actor, b=body: _to_its_end(a, b)) for actor, body in jobs]
            of = {id(task): actor for task, (actor, _) in zip(tasks, jobs, strict=True)}
            self.active = lambda: of.get(id(self._baton.current))
            self._baton.run(tasks)
        self.active = lambda: None
        for who, actor in enumerate(self.actors):
            if actor is not None and actor.dead:
                actor.bury()
                self.actors[who] = None

    def close(self) -> None:
        """End what is at work."""
        for who, actor in enumerate(self.actors):
            if actor is not None:
                actor.end()
                self.actors[who] = None


def _frames(log: bytes) -> Iterator[bytes]:
    """Yield what a write-ahead log holds, without the random salts that every log has and the sums over them."""
    salt, page = log[16:24], int.from_bytes(log[8:12], "big")
    yield log[:16]
    for start in range(32, len(log), 24 + page):
        valid = log[start + 8 : start + 16] == salt
        yield log[start : start + 8] + bytes([valid]) + log[start + 24 : start + 24 + page]


def _to_its_end(actor: Actor, body: Callable[[], None]) -> None:
    try:
        body()
    except Killed:
        pass
    except Exception:
        # What still runs of a dead process finds its files shut; that is no news.
        if not actor.dead:
            raise


def open_world(schedule: Schedule, bench: Bench, *, keep: bool = True) -> World:
    """Return the world in which a schedule begins: an order that every host knows of and has read."""
    situation, switches = schedule.situation, schedule.switches
    start = bench.start((situation, switches), lambda: _make(bench.hosts[0], situation, switches))
    hosts = bench.hosts[: schedule.hosts]
    for host, skew in zip(hosts, schedule.skews, strict=False):
        host.fill(start.files)
        host.skew = skew
    world = World(hosts, switches, schedule.seed, keep=keep)
    world.simulator.book = pickle.loads(start.book)
    world.order_id = start.order_id
    return world


def _make(host: Host, situation: str, switches: Switches) -> Start:
    host.fill({})
    open_stores(host.data.path, PLACE, person="ops", now=lambda: START).close()
    world = World([host], switches, 0, keep=False)
    wish = OrderWish(situation, "USD", AMOUNT, AMOUNT)
    order = make_order(wish, world.simulator.book, world.simulator.settings, START)
    actor = world.actor(0)
    actor.desk.track(
        [
            TrackedOrder(
                order.permission_id,
                number=order.number,
                amount=Money(AMOUNT, "USD", 2),
                charge_ids=tuple(order.charge_ids()),
                refund_ids=tuple(order.refund_ids()),
                complete=True,
                source="import",
            )
        ]
    )
    actor.desk.sync_once()
    world.close()
    return Start(host.files(), pickle.dumps(world.simulator.book), order.permission_id)
