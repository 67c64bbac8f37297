"""Runs many schedules, and makes one that fails as small as it gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, islice

from tests.schedules.bench import Bench
from tests.schedules.draw import drawn, enumerated
from tests.schedules.run import Known, Verdict, branches, run
from tests.schedules.schedule import Schedule, Step


@dataclass
class Totals:
    """What many runs came to."""

    schedules: int = 0
    shared: int = 0
    """How many of them went on from the very same state as another."""
    checks: Counter[str] = field(default_factory=Counter)
    """How often each promise was looked at."""
    broken: Counter[str] = field(default_factory=Counter)
    """How often each was broken."""
    first: dict[str, str] = field(default_factory=dict)
    """The schedule that first broke it."""
    failed: list[Schedule] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    asked: int = 0

    def add(self, verdict: Verdict) -> None:
        """Take in one run."""
        self.schedules += 1
        self.shared += verdict.shared
        self.checks += verdict.checks
        self.waits += verdict.waits
        self.asked += verdict.asked
        for promise in {violation.promise for violation in verdict.violations}:
            self.broken[promise] += 1
            self.first.setdefault(promise, verdict.schedule.text())
        if verdict.violations:
            self.failed.append(verdict.schedule)

    def join(self, other: Totals) -> None:
        """Take in what others came to."""
        self.schedules += other.schedules
        self.shared += other.shared
        self.checks += other.checks
        self.broken += other.broken
        for promise, text in other.first.items():
            self.first.setdefault(promise, text)
        self.failed += other.failed
        self.waits += other.waits
        self.asked += other.asked

    @property
    def p95(self) -> float:
        """Seconds, by the worlds' clocks, within which 95 of 100 young unknown outcomes were settled."""
        return sorted(self.waits)[int(len(self.waits) * 0.95)] if self.waits else 0.0


def carried_out(schedules: Iterable[Schedule], bench: Bench) -> Iterator[Verdict]:
    """Run schedules one after the other, without traces."""
    for schedule in schedules:
        yield run(schedule, bench, keep=False)


def with_crashes(schedules: Iterable[Schedule], bench: Bench, *, sparing: int = 1) -> Iterator[Verdict]:
    """Run schedules one after the other, each also with a crash at every place that its last step comes to.

    `sparing` leaves out crashes of those that take longest, see `branches`.
    """
    for _family, some in groupby(schedules, lambda schedule: (schedule.seed, schedule.switches, schedule.healer)):
        known: Known = {}
        for schedule in some:
            yield from branches(schedule, len(schedule.steps) - 1, bench, known=known, sparing=sparing)


def chunk(part: tuple[int, int, bool]) -> Totals:
    """Run the seeds from one number up to another, or so much of the enumeration, on a bench of its own."""
    first, to, listed = part
    totals = Totals()
    with Bench() as bench:
        if listed:
            found = with_crashes(islice(enumerated(), first, to), bench)
        else:
            found = carried_out(map(drawn, range(first, to)), bench)
        for verdict in found:
            totals.add(verdict)
    return totals


def search(seeds: Iterable[int], bench: Bench) -> Verdict | None:
    """Return the first violation among the schedules of these seeds, with its trace; None when there is none."""
    for verdict in carried_out(map(drawn, seeds), bench):
        if verdict.violations:
            return run(verdict.schedule, bench)
    return None


def shrunk(schedule: Schedule, fails: Callable[[Schedule], bool]) -> Schedule:
    """Leave out of a failing schedule whatever it also fails without."""
    while True:
        smaller = next((candidate for candidate in _smaller(schedule) if fails(candidate)), None)
        if smaller is None:
            return schedule
        schedule = smaller


def shrunk_on(schedule: Schedule, bench: Bench) -> Schedule:
    """Make a schedule that breaks a promise smaller while it breaks the same one."""
    promises = {violation.promise for violation in run(schedule, bench, keep=False).violations}

    def fails(candidate: Schedule) -> bool:
        found = run(candidate, bench, keep=False).violations
        return any(violation.promise in promises for violation in found)

    return shrunk(schedule, fails)


def _smaller(schedule: Schedule) -> Iterator[Schedule]:
    steps = schedule.steps
    for number in reversed(range(len(steps))):
        yield replace(schedule, steps=steps[:number] + steps[number + 1 :])
    for number, step in enumerate(steps):
        for less in _less(step):
            yield replace(schedule, steps=(*steps[:number], less, *steps[number + 1 :]))
    for name in schedule.switches:
        yield replace(schedule, switches=tuple(other for other in schedule.switches if other != name))
    if schedule.skews != (0, 0):
        yield replace(schedule, skews=(0, 0))
    if schedule.hosts == 2:
        yield replace(schedule, hosts=1)


def _less(step: Step) -> Iterator[Step]:
    if step.beside is not None:
        yield replace(step, beside=None)
        yield from (replace(step, beside=less) for less in _less(step.beside))
    if step.crash is not None:
        yield replace(step, crash=None)
        if step.crash.nth > 1:
            yield replace(step, crash=replace(step.crash, nth=1))
    for number, fault in enumerate(step.faults):
        rest = (step.faults[:number], step.faults[number + 1 :])
        yield replace(step, faults=rest[0] + rest[1])
        for plainer in (replace(fault, times=1), replace(fault, skip=0)):
            if plainer != fault:
                yield replace(step, faults=(*rest[0], plainer, *rest[1]))
