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
from tests.cli.conftest import Shop, until
from tests.processes import moments
from tests.processes.moments import CAPTURE, VERBS, Moment, Verb, spread
from tests.processes.relay import Cabled
from tests.processes.victims import RUN, Command, Console, OnTerminal, console, intents, settle, wait, words
from tests.support import figures

from azpay_tui.store.files import DataDir
from azpay_tui.store.locks import is_held

IN_TIME = 27.0
"""Seconds a program may take to end: the deadline of a request, and two."""
NEW = "S01-1111111-1111111"
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


@pytest.mark.parametrize("case", cases(1, "SIGTERM", "SIGHUP", "SIGINT"), ids=str)
def test_a_command_told_to_end_at_any_moment(shop: Shop, case: Case, endings: Endings) -> None:
    order = shop.make(case.verb.situation)
    running = Command(shop, wait(case.moment), *words(case.verb, order))
    running.reach(case.moment)
    with timed(endings, case):
        tell_to_end(running.process.pid, case.word)
        running.go_on(case.moment)
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
            running.go_on(case.moment)
            code = running.ended()
    finally:
        running.terminal.close()
    check(shop, case, order, code, running.terminal.pid)


@pytest.mark.parametrize("case", cases(1, "SIGTERM", HANG_UP, "SIGHUP"), ids=str)
def test_a_console_told_to_end_at_any_moment(shop: Shop, case: Case, endings: Endings) -> None:
    order = shop.make(case.verb.situation)
    with console(shop, wait(case.moment)) as running:
        running.act(case.verb, order)
        running.reach(case.moment)
        with timed(endings, case):
            tell_to_end(running.terminal.pid, case.word, running)
            running.go_on(case.moment)
            code = running.ended()
        if case.word != HANG_UP:
            running.terminal.until(lambda: restored(running))
    check(shop, case, order, code, running.terminal.pid)


def restored(running: Console) -> bool:
    """Whether the terminal shows what it showed before and echoes what is typed."""
    received = running.terminal.received
    cooked = running.terminal.modes[3] & (termios.ICANON | termios.ECHO)  # type: ignore[operator]
    return received.rfind(b"\x1b[?1049l") > received.rfind(b"\x1b[?1049h") and bool(cooked)


# Amazon answers nothing any more, or a byte now and then


@dataclass(frozen=True)
class Unanswered:
    """A verb whose request stays without a whole answer, and how its program is told to end."""

    verb: Verb
    way: str
    """`command`, the same on a `terminal`, or the `console`."""
    word: str
    fault: str = "stall-after"

    def __str__(self) -> str:
        return f"{self.verb.name}-{self.way}-{self.word}-{self.fault}"


WAYS = (
    ("command", "SIGHUP"),
    ("terminal", HANG_UP),
    ("console", HANG_UP),
    ("command", "SIGTERM"),
    ("console", "SIGHUP"),
    ("console", "SIGTERM"),
)


def unanswered() -> tuple[Unanswered, ...]:
    whole = [Unanswered(verb, *way) for verb in VERBS for way in WAYS]
    # Each byte renews the patience with the next one: only the deadline of the whole exchange ends it.
    slowest = [Unanswered(CAPTURE, *way, "drip") for way in WAYS if way[1] != "SIGTERM"]
    return (*spread(whole, figures.size(2, len(whole))), *(slowest if figures.full() else ()))


@contextmanager
def begun(cabled: Cabled, case: Unanswered, order: str) -> Iterator[Command | OnTerminal]:
    """Run what sends the request, until the block ends."""
    seconds = figures.size(1, 0)
    if case.way == "command":
        yield Command(cabled, RUN, *words(case.verb, order), seconds=seconds)
        return
    if case.way == "console":
        with console(cabled, seconds=seconds) as running:
            running.act(case.verb, order)
            yield running
        return
    on_terminal = OnTerminal(cabled, RUN, *words(case.verb, order), seconds=seconds)
    try:
        yield on_terminal
    finally:
        on_terminal.terminal.close()


@pytest.mark.parametrize("case", unanswered(), ids=str)
def test_told_to_end_while_nothing_is_answered(cabled: Cabled, case: Unanswered, endings: Endings) -> None:
    order = cabled.make(case.verb.situation)
    cabled.fault(order, case.verb.name, case.fault)
    with begun(cabled, case, order) as running:
        if isinstance(running, OnTerminal):
            terminal, pid = running, running.terminal.pid
            running.terminal.until(lambda: bool(cabled.requests(order)))
        else:
            terminal, pid = None, running.process.pid
            until(lambda: cabled.requests(order))
        if case.fault != "drip":
            cabled.relay.hold()
        with timed(endings, case):
            tell_to_end(pid, case.word, terminal)
            code = running.ended()
    check_unanswered(cabled, case.verb, order, pid, code == CODES[case.word])


def check_unanswered(cabled: Cabled, verb: Verb, order: str, pid: int, coded: bool) -> None:
    """The outcome is written down as not known, nothing of the program is left, and the next start settles it."""
    states, left, locks = [intent.state for intent in intents(cabled)], left_of(pid), held(cabled)
    right = coded and states == ["unknown"] and left == [] and locks == []
    figures.tell("R11", 1, int(not right), seed=verb.name)
    assert right, (coded, states, left, locks)
    cabled.relay.release()
    settle(cabled, "resume")
    assert cabled.effects(order) == [(verb.name, verb.effect)]
    assert [intent.state for intent in intents(cabled)] in (["succeeded"], ["accepted"])


# Nothing is in flight


def test_a_terminal_closed_at_the_question_sends_nothing(shop: Shop) -> None:
    order = shop.make(CAPTURE.situation)
    running = OnTerminal(shop, RUN, CAPTURE.name, order)
    try:
        running.terminal.until(lambda: "to capture it:" in running.terminal.text)
        running.terminal.hang_up()
        code = running.ended()
    finally:
        running.terminal.close()
    figures.tell("R11", 1, int(code != CODES[HANG_UP] or bool(shop.requests(order))), seed="question")
    assert code == CODES[HANG_UP]
    assert intents(shop) == ()
    assert shop.requests(order) == []
    assert left_of(running.terminal.pid) == []


@pytest.mark.parametrize("word", spread([HANG_UP, "SIGHUP", "SIGTERM"], figures.size(1, 3)))
def test_a_console_with_nothing_in_flight_ends(shop: Shop, word: str, endings: Endings) -> None:
    shop.make(CAPTURE.situation)
    with console(shop) as running:
        running.terminal.until(lambda: "ONLINE" in running.terminal.text)
        with timed(endings, word):
            tell_to_end(running.terminal.pid, word, running)
            code = running.ended()
    figures.tell("R11", 1, int(code != CODES[word]), seed=word)
    assert code == CODES[word]
    assert left_of(running.terminal.pid) == []
    assert held(shop) == []


@pytest.mark.parametrize("word", spread(["SIGTERM", "SIGKILL", "SIGHUP", "SIGINT"], figures.size(1, 4)))
@pytest.mark.parametrize("made", spread(["opening.lock", "journal.db", "cache.db", "sessions"], figures.size(1, 4)))
def test_a_first_start_ended_while_it_makes_its_files_leaves_nothing_half_made(
    shop: Shop, made: str, word: str
) -> None:
    running = Command(shop, RUN, "orders", "track", NEW)
    until(lambda: (shop.data / made).exists() or running.process.poll() is not None)
    running.process.send_signal(signal.Signals[word])
    code = running.ended()
    assert code in (CODES.get(word, -signal.SIGKILL), 0), running.err
    figures.tell("R11", 1, seed=f"{made}-{word}")
    shop.good("orders", "track", NEW)
    shop.good("audit", "verify")
    assert left_of(running.process.pid) == []
