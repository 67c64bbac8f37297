"""The network goes away while Amazon has a request, and comes back: the console settles it by itself, and soon."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import pytest
from tests.processes.moments import VERBS, Verb, spread
from tests.processes.relay import Cabled
from tests.processes.victims import Console, console, intents, open_intents, p95
from tests.support import figures

TRIES = 4
"""Attempts after which the sender leaves it to the janitor."""


@dataclass(frozen=True)
class Case:
    """A verb, whether it took effect before the network went away, and when that comes back."""

    verb: Verb
    fault: str
    attempts: int
    """Vain attempts until then; after `TRIES` of them the sender has given up."""
    killed: bool = False
    """Whether the console is killed meanwhile, and another one waits for the network."""

    def __str__(self) -> str:
        return f"{self.verb.name}-{self.fault}-{self.attempts}{'-killed' if self.killed else ''}"


def cases() -> tuple[Case, ...]:
    some, few = cycle((1, 2, 3)), cycle((1, 2))
    whole = [
        case
        for fault in ("stall-before", "stall-after")
        for verb in VERBS
        for case in (
            Case(verb, fault, next(some)),
            Case(verb, fault, TRIES),
            Case(verb, fault, next(few), killed=True),
        )
    ]
    return spread(whole, figures.size(1, len(whole)))


@pytest.fixture(scope="module")
def seconds() -> Iterator[list[float]]:
    """The seconds from the network's return until everything was settled."""
    found: list[float] = []
    yield found
    if found:
        figures.tell("R6", 0, says=f"after the network is back p95 {p95(found):.1f} s of {len(found)}")


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_console_settles_by_itself_once_the_network_is_back(
    cabled: Cabled, case: Case, seconds: list[float]
) -> None:
    with console(cabled) as first:
        order = cut_off(cabled, first, case)
        if case.killed:
            first.terminal.signal(signal.SIGKILL)
            assert first.terminal.wait() == -signal.SIGKILL
        else:
            seconds.append(back(cabled, first))
    if case.killed:
        with console(cabled) as second:
            second.terminal.until(lambda: "OFFLINE" in second.terminal.text)
            seconds.append(back(cabled, second))
    effects, states = cabled.effects(order), [intent.state for intent in intents(cabled)]
    right = effects == [(case.verb.name, case.verb.effect)] and states in (["succeeded"], ["accepted"])
    figures.tell("R6", 1, int(not right), seed=str(case))
    assert right, (effects, states)


def cut_off(cabled: Cabled, running: Console, case: Case) -> str:
    """Take the network away while Amazon has a request, and wait for so many vain attempts; returns the order."""
    order = cabled.make(case.verb.situation)
    cabled.fault(order, case.verb.name, case.fault)
    running.act(case.verb, order)
    running.terminal.until(lambda: bool(cabled.requests(order)))
    cabled.relay.cut()
    running.reach(("outcome-durable", case.attempts))
    return order


def back(cabled: Cabled, running: Console) -> float:
    """Give the network back, and return the seconds until everything is settled."""
    assert open_intents(cabled)
    cabled.relay.restore()
    began = time.monotonic()
    running.terminal.until(lambda: not open_intents(cabled))
    return time.monotonic() - began
