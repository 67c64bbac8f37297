"""SIGHUP, SIGTERM, Ctrl-C, a closed terminal: what is in flight is finished and written down, then azpay ends."""

from __future__ import annotations

import os
import signal
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
from tests.cli.conftest import Shop
from tests.processes import moments
from tests.processes.moments import VERBS, Moment, Verb, spread
from tests.processes.victims import (
    Command,
    Console,
    OnTerminal,
    console,
    intents,
    wait,
    words,
)
from tests.support import figures

from azpay_tui.store.files import DataDir
from azpay_tui.store.locks import is_held

IN_TIME = 27.0
"""Seconds a program may take to end: the deadline of a request, and two."""
HANG_UP = "hang-up"
"""The terminal is closed; the system sends SIGHUP."""
CODES = {"SIGHUP": 129, "SIGTERM": 143, "SIGINT": 130, HANG_UP: 129}


@dataclass(frozen=True)
class Case:
    """A verb, the moment at which its program is told to end, and how it is told."""

    verb: Verb
    moment: Moment
    word: str

    def __str__(self) -> str:
        point, visit = self.moment
        return f"{self.verb.name}-{point}:{visit}-{self.word}"


def cases(few: int, *words_: str) -> tuple[Case, ...]:
    word = cycle(words_)
    whole = [Case(verb, moment, next(word)) for verb in VERBS for moment in moments.answered(verb)]
    return spread(whole, figures.size(few, len(whole)))


@dataclass
class Endings:
    """The longest a program took to end."""

    longest: float = 0.0


@pytest.fixture(scope="module")
def endings() -> Iterator[Endings]:
    found = Endings()
    yield found
    figures.tell("R11", 0, says=f"ended after at most {found.longest:.1f} s")


@contextmanager
def timed(endings: Endings, case: object) -> Iterator[None]:
    """Note how long ending took; it counts as broken when that is too long."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    endings.longest = max(endings.longest, took)
    figures.tell("R11", 0, int(took > IN_TIME), seed=f"{case} took {took:.1f} s")


def tell_to_end(pid: int, word: str, terminal: OnTerminal | None = None) -> None:
    """Send a signal twice, or close the terminal."""
    if word == HANG_UP:
        assert terminal is not None
        terminal.terminal.hang_up()
        return
    for _ in range(2):
        os.kill(pid, signal.Signals[word])


def check(shop: Shop, case: Case, order: str, code: int, pid: int) -> None:
    """The outcome is written down and what the ledger says, and nothing of the program is left."""
    states = [intent.state for intent in intents(shop)]
    effects = shop.effects(order)
    done = effects == [(case.verb.name, case.verb.effect)]
    right = states in (["succeeded"], ["accepted"]) if done else effects == [] and states in (["abandoned"], [])
    alone = not left_of(pid) and not held(shop)
    figures.tell("R11", 1, int(not (right and alone and code == CODES[case.word])), seed=str(case))
    assert right, (states, effects)
    assert code == CODES[case.word]
    assert left_of(pid) == []
    assert held(shop) == []


def left_of(session: int) -> list[str]:
    """Return what still runs of a session: every test begins its programs as the leader of one."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(status.parent.name)
    return found


def held(shop: Shop) -> list[Path]:
    """Return the locks that somebody holds."""
    data = DataDir(shop.data)
    return [path for path in (*data.sessions.glob("*.lock"), data.refresh_lock) if is_held(path)]


@pytest.mark.parametrize("case", cases(2, "SIGTERM", "SIGHUP", "SIGINT"), ids=str)
def test_a_command_told_to_end_at_any_moment(shop: Shop, case: Case, endings: Endings) -> None:
    order = shop.make(case.verb.situation)
    running = Command(shop, wait(case.moment), *words(case.verb, order))
    running.reach(case.moment)
    with timed(endings, case):
        tell_to_end(running.process.pid, case.word)
        running.go_on()
        code = running.ended()
    check(shop, case, order, code, running.process.pid)


@pytest.mark.parametrize("case", cases(1, HANG_UP), ids=str)
def test_a_command_whose_terminal_is_closed_at_any_moment(shop: Shop, case: Case, endings: Endings) -> None:
    order = shop.make(case.verb.situation)
    running = OnTerminal(shop, wait(case.moment), *words(case.verb, order))
    try:
        running.reach(case.moment)
        with timed(endings, case):
            tell_to_end(running.terminal.pid, case.word, running)
            running.go_on()
            code = running.ended()
    finally:
        running.terminal.close()
    check(shop, case, order, code, running.terminal.pid)


@pytest.mark.parametrize("case", cases(2, "SIGTERM", HANG_UP, "SIGHUP"), ids=str)
def test_a_console_told_to_end_at_any_moment(shop: Shop, case: Case, endings: Endings) -> None:
    order = shop.make(case.verb.situation)
    with console(shop, wait(case.moment)) as running:
        running.act(case.verb, order)
        running.reach(case.moment)
        with timed(endings, case):
            tell_to_end(running.terminal.pid, case.word, running)
            running.go_on()
            code = running.ended()
        if case.word != HANG_UP:
            running.terminal.until(lambda: restored(running))
    check(shop, case, order, code, running.terminal.pid)


def restored(running: Console) -> bool:
    """Whether the terminal shows what it showed before and echoes what is typed."""
    received = running.terminal.received
    cooked = running.terminal.modes[3] & (termios.ICANON | termios.ECHO)  # type: ignore[operator]
    return received.rfind(b"\x1b[?1049l") > received.rfind(b"\x1b[?1049h") and bool(cooked)
