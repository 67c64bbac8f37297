"""The network goes away while Amazon has a request, and comes back: azpay settles it by itself, and soon."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import get_args

import pytest
from tests.cli.conftest import until
from tests.processes.moments import VERBS, Verb, spread
from tests.processes.relay import Cabled, Outage
from tests.processes.victims import RUN, Command, Console, console, intents, open_intents, p95, wait, words
from tests.support import figures

from azpay_tui.store.cache.read import CacheReader

TRIES = 4
"""Attempts after which the sender leaves it to the janitor."""
MOST: dict[Outage, int] = {"black hole": 3}
"""The same where the first one takes so long that a fourth comes too late."""
LEAVING = ("request-leaving", 1)
SOON = 10.0
"""Seconds within which 95 of 100 are settled."""
PATIENCE = figures.size(2, 0)
"""Seconds until an answer is given up; 0: as always."""
OUTAGES: tuple[Outage, ...] = get_args(Outage)


@dataclass(frozen=True)
class Case:
    """A verb, how the network goes away, whether the verb took effect before, and when the network comes back."""

    verb: Verb
    outage: Outage
    fault: str
    attempts: int
    """Vain attempts until then; after `TRIES` of them the sender has given up."""
    killed: bool = False
    """Whether the console is killed meanwhile, and another one waits for the network."""

    def __str__(self) -> str:
        return f"{self.verb.name}-{self.outage}-{self.fault}-{self.attempts}{'-killed' if self.killed else ''}"


def cases() -> tuple[Case, ...]:
    faults, attempts = cycle(("stall-after", "stall-before", "stall-after")), cycle((1, 2, 3, TRIES))
    whole = [
        Case(verb, outage, next(faults), min(1 if killed else next(attempts), MOST.get(outage, TRIES)), killed)
        for outage in OUTAGES
        for verb in VERBS
        for killed in (False, True)
    ]
    return spread(whole, figures.size(1, len(whole)))


@dataclass
class Tally:
    """The seconds from the network's return until something was settled, by who settled it."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, how: str, seconds: list[float]) -> None:
        self.seconds.setdefault(how, []).extend(seconds)


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    found = Tally()
    yield found
    for how, seconds in found.seconds.items():
        says = f"settled by {how} after the network is back: p95 {p95(seconds):.1f} s of {len(seconds)}"
        figures.tell("R6", 0, int(p95(seconds) > SOON), seed=says, says=f"{says}, at most {max(seconds):.1f} s")


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_console_settles_by_itself_once_the_network_is_back(cabled: Cabled, case: Case, tally: Tally) -> None:
    with console(cabled, wait(LEAVING), seconds=PATIENCE) as first:
        order = cut_off(cabled, first, case)
        if case.killed:
            first.terminal.signal(signal.SIGKILL)
            assert first.terminal.wait() == -signal.SIGKILL
        else:
            tally.add("the same console", back(cabled, lambda: first.terminal.read(0.02)))
    if case.killed:
        with console(cabled, seconds=PATIENCE) as second:
            second.terminal.until(lambda: "OFFLINE" in second.terminal.text)
            tally.add("the next console", back(cabled, lambda: second.terminal.read(0.02)))
    check(cabled, case.verb, order, str(case))


@pytest.mark.parametrize("fault", spread(("stall-before", "stall-after"), figures.size(1, 2)))
@pytest.mark.parametrize("outage", spread(OUTAGES, figures.size(1, len(OUTAGES))))
def test_a_sync_that_watches_settles_what_dead_commands_left_once_the_network_is_back(
    cabled: Cabled, outage: Outage, fault: str, tally: Tally
) -> None:
    left = {cabled.make(verb.situation): verb for verb in spread(VERBS, figures.size(1, len(VERBS)))}
    for order, verb in left.items():
        cabled.fault(order, verb.name, fault)
    dying = [Command(cabled, RUN, *words(verb, order)) for order, verb in left.items()]
    until(lambda: all(cabled.requests(order) for order in left) or any(one.process.poll() for one in dying))
    for one in dying:
        one.process.kill()
        assert one.ended() == -signal.SIGKILL, one.err
    cabled.lose(outage)
    watching = Command(cabled, RUN, "sync", "--watch", seconds=PATIENCE)
    try:
        watching.reach(("taken-over", len(left)))
        reader = CacheReader(cabled.data)
        until(lambda: reader.status(intents(cabled)[0].draft.at).connection == "OFFLINE")
        tally.add("sync --watch", back(cabled, lambda: time.sleep(0.02)))
    finally:
        watching.process.terminate()
        watching.ended()
    for order, verb in left.items():
        check(cabled, verb, order, f"{verb.name}-{outage}-{fault}-watch")


def cut_off(cabled: Cabled, running: Console, case: Case) -> str:
    """Take the network away while Amazon has a request, and wait for so many vain attempts; returns the order."""
    order = cabled.make(case.verb.situation)
    if case.outage != "torn answers":
        cabled.fault(order, case.verb.name, case.fault)
    elif case.fault == "stall-before":
        cabled.fault(order, case.verb.name, "close-before")
    running.act(case.verb, order)
    running.reach(LEAVING)
    if case.outage == "torn answers":
        cabled.lose(case.outage)
    running.go_on(LEAVING)
    running.terminal.until(lambda: bool(cabled.requests(order)) or case.outage == "torn answers")
    if case.outage != "torn answers":
        cabled.lose(case.outage)
    running.reach(("outcome-durable", case.attempts))
    return order


def back(cabled: Cabled, look: Callable[[], object]) -> list[float]:
    """Give the network back, and return after how many seconds each open intent was settled."""
    left = {intent.id for intent in open_intents(cabled)}
    assert left
    cabled.back()
    began = time.monotonic()
    seconds = []

    def settled() -> bool:
        look()
        for intent_id in left - {intent.id for intent in open_intents(cabled)}:
            left.remove(intent_id)
            seconds.append(time.monotonic() - began)
        return not left

    until(settled)
    return seconds


def check(cabled: Cabled, verb: Verb, order: str, seed: str) -> None:
    """There is one effect, and the journal says so."""
    effects = cabled.effects(order)
    states = [intent.state for intent in intents(cabled) if intent.draft.wish.order_id == order]
    right = effects == [(verb.name, verb.effect)] and states in (["succeeded"], ["accepted"])
    figures.tell("R6", 1, int(not right), seed=seed)
    assert right, (effects, states)
