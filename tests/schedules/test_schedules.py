"""The whole back office in a world without chance: no schedule breaks a promise about money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.schedules.bench import Bench
from tests.schedules.draw import FAMILY, SEQUENCES, drawn, enumerated
from tests.schedules.named import NAMED
from tests.schedules.run import Known, branches, run
from tests.schedules.schedule import PLACES, Crash, Fault, Schedule, Step, read
from tests.schedules.search import Totals, carried_out, shrunk_on, with_crashes
from tests.schedules.telling import tell_all
from tests.support.figures import full, size

from azpay_tui.backoffice.health import Health
from azpay_tui.domain.intent import Verb

EACH = 530
"""Schedules of each of the 19 sequences where time is short: more than 10,000 in all."""
SPARING = 40
"""Where time is short, one of so many crashes, at least one, of those that take days to be settled."""


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench() as made:
        yield made


def _say(totals: Totals, bench: Bench) -> str:
    small = shrunk_on(totals.failed[0], bench)
    found = run(small, bench)
    return "\n".join([f"seed {totals.failed[0].seed}, shrunk: {small.text()}", *found.trace])


def _of(sequence: int) -> Iterator[Schedule]:
    """Yield what is to be tried of a sequence: all of it, or, in one of its worlds, faults from here and there.

    Each fault comes with the one that differs from it by its number alone, as they share most of their states.
    """
    every = list(enumerated())
    families = [every[start : start + FAMILY] for start in range(0, len(every), FAMILY)]
    if full():
        yield from (one for family in families[sequence :: len(SEQUENCES)] for one in family)
        return
    for turn in range(FAMILY // 2):
        pair = (3 * sequence + 5 * turn) % (FAMILY // 2)
        yield from families[sequence][2 * pair : 2 * pair + 2]


@pytest.mark.always
@pytest.mark.parametrize("sequence", range(len(SEQUENCES)))
def test_no_crash_at_any_point_of_any_short_sequence_breaks_a_promise(bench: Bench, sequence: int) -> None:
    totals = Totals()
    for verdict in with_crashes(_of(sequence), bench, sparing=size(SPARING, 1)):
        totals.add(verdict)
        if totals.schedules >= EACH and not full():
            break
    tell_all(totals)
    assert totals.schedules >= size(EACH, 3000)
    assert not totals.failed, _say(totals, bench)


@pytest.mark.parametrize("part", range(4))
def test_no_drawn_schedule_breaks_a_promise(bench: Bench, part: int) -> None:
    totals, many = Totals(), size(20, 500)
    for verdict in carried_out(map(drawn, range(part * many, (part + 1) * many)), bench):
        totals.add(verdict)
    tell_all(totals)
    assert not totals.failed, _say(totals, bench)


@pytest.mark.always
@pytest.mark.parametrize("name", NAMED)
def test_what_once_broke_a_promise_breaks_none(bench: Bench, name: str) -> None:
    found = run(read(NAMED[name]), bench)
    assert not found.violations, "\n".join(found.trace)


def test_a_machine_that_sends_again_what_was_refused_is_seen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Health, "sending_refused", None)
    found = run(read(NAMED["refused access is asked for again at the next look"]), bench)
    assert [violation.promise for violation in found.violations] == ["R19"]


@pytest.mark.parametrize("seed", [3, 29, 4711])
def test_a_seed_gives_the_same_trace_byte_for_byte(bench: Bench, seed: int) -> None:
    first, again = run(drawn(seed), bench), run(drawn(seed), bench)
    with Bench() as other:
        elsewhere = run(drawn(seed), other)
    assert first.trace == again.trace == elsewhere.trace
    assert first.violations == again.violations


def test_a_crash_that_goes_on_from_a_kept_moment_is_the_crash_of_a_whole_run(bench: Bench) -> None:
    known: Known = {}
    for fault in ("closed", "reset"):
        step = Step("act", verb=Verb.REFUND, amount=1000, faults=(Fault(fault, effect=True),))
        found = list(branches(Schedule(5, steps=(step,)), 0, bench, known=known))
        assert len({verdict.schedule.steps[0].crash for verdict in found}) == len(found) > 25
    shared = [verdict for verdict in found if verdict.shared]
    own = [verdict for verdict in found if not verdict.shared]
    assert len(shared) > 10 < len(own)
    for verdict in (*shared[::3], *own[::3]):
        whole = run(verdict.schedule, bench)
        assert (whole.violations, whole.checks, whole.waits, whole.asked) == (
            verdict.violations, verdict.checks, verdict.waits, verdict.asked
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(50))
def test_a_schedule_reads_back_as_it_was_written(seed: int) -> None:
    assert read(drawn(seed).text()) == drawn(seed)


def test_the_enumeration_comes_to_every_place(bench: Bench) -> None:
    lost = (Fault("reset", times=9), Fault("refused", times=9), Fault("500", effect=True))
    act = Step("act", verb=Verb.REFUND, amount=1000)
    died = {
        step.crash.place
        for fault in lost
        for steps in ((replace(act, faults=(fault,)),), (replace(act, crash=Crash("wire-after")), Step("resume")))
        for verdict in branches(Schedule(1, steps=steps), len(steps) - 1, bench)
        for step in verdict.schedule.steps
        if step.crash is not None
    }
    assert died == set(PLACES)
