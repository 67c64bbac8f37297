"""kill -9 at each moment of each verb: the next start settles what is left, with one effect or provably none."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

import pytest
from tests.cli.conftest import Shop, until
from tests.processes import moments
from tests.processes.moments import REFUND, VERBS, Moment, Verb, spread
from tests.processes.victims import (
    RUN,
    Command,
    console,
    intents,
    kill,
    p95,
    settle,
    words,
)
from tests.support import figures

from azpay_tui.points import POINTS

FAULTS = ("stall-before", "stall-after")
"""Amazon has the request and never answers: before, and after, it took effect."""


@dataclass
class Tally:
    """The seconds from a new start until everything was settled, by who settled it."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def settle(self, shop: Shop, how: str) -> None:
        self.seconds.setdefault(how, []).append(settle(shop, how))


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    found = Tally()
    yield found
    for how, seconds in found.seconds.items():
        begun = how if how == "resume" else f"{how}, begun warm,"
        figures.tell("R6", 0, says=f"by {begun} p95 {p95(seconds):.1f} s of {len(seconds)}")


@dataclass(frozen=True)
class Case:
    """A verb, the moment at which its program dies, what becomes of the answer, and who settles what is left."""

    verb: Verb
    moment: Moment
    fault: str | None
    how: str

    def __str__(self) -> str:
        point, visit = self.moment
        return "-".join(filter(None, (self.verb.name, f"{point}:{visit}", self.fault, self.how)))


def cases(
    of: Callable[[Verb, str | None], Sequence[Moment]], few: int, many: int, *faults: str | None
) -> tuple[Case, ...]:
    """Take each verb at its moments, and share those who settle among them."""
    hows = cycle(("resume", "sync", "resume", "sync", "console"))
    whole = [
        Case(verb, moment, fault, next(hows))
        for verb in VERBS
        for fault in faults or (None,)
        for moment in of(verb, fault)
    ]
    return spread(whole, figures.size(few, many))


def lost(verb: Verb, fault: str | None) -> list[Moment]:
    """The moments of a request whose answer is lost, from there on."""
    whole = moments.lost(verb)
    return list(whole[whole.index(("answer-read", 1)) :])


def sent(verb: Verb, fault: str | None) -> list[Moment]:
    return [("request-leaving", 1)]


@pytest.mark.parametrize("case", cases(moments.answered, 2, 200), ids=str)
def test_a_command_killed_at_any_moment(shop: Shop, case: Case, tally: Tally) -> None:
    order = shop.make(case.verb.situation)
    victim = Command(shop, kill(case.moment), *words(case.verb, order))
    assert victim.ended() == -signal.SIGKILL, victim.err
    assert victim.trace == until_moment(moments.answered(case.verb), case.moment)
    check(shop, case, order, tally)


@pytest.mark.parametrize("case", cases(lost, 1, 100, "close-after"), ids=str)
def test_a_command_killed_after_its_answer_was_lost(shop: Shop, case: Case, tally: Tally) -> None:
    order = shop.make(case.verb.situation)
    shop.fault(order, case.verb.name, str(case.fault))
    victim = Command(shop, kill(case.moment), *words(case.verb, order))
    assert victim.ended() == -signal.SIGKILL, victim.err
    assert victim.trace == until_moment(moments.lost(case.verb), case.moment)
    check(shop, case, order, tally)


@pytest.mark.parametrize("case", cases(moments.answered, 1, 200), ids=str)
def test_a_console_killed_at_any_moment(shop: Shop, case: Case, tally: Tally) -> None:
    order = shop.make(case.verb.situation)
    with console(shop, kill(case.moment)) as victim:
        victim.act(case.verb, order)
        assert victim.terminal.wait() == -signal.SIGKILL, victim.terminal.text
    check(shop, case, order, tally)


@pytest.mark.parametrize("case", cases(sent, 1, 100, *FAULTS), ids=str)
@pytest.mark.parametrize("way", spread(("command", "console"), figures.size(1, 2)))
def test_killed_while_amazon_has_its_request(shop: Shop, case: Case, way: str, tally: Tally) -> None:
    order = shop.make(case.verb.situation)
    if way == "command":
        die_at_amazon(shop, case, order)
    else:
        shop.fault(order, case.verb.name, str(case.fault))
        with console(shop) as victim:
            victim.act(case.verb, order)
            victim.terminal.until(lambda: bool(shop.requests(order)))
            victim.terminal.signal(signal.SIGKILL)
            assert victim.terminal.wait() == -signal.SIGKILL
    check(shop, case, order, tally)


@pytest.mark.parametrize("case", cases(moments.left, 1, 70, "stall-before", "stall-after", None), ids=str)
def test_a_settling_killed_at_any_moment(shop: Shop, case: Case, tally: Tally) -> None:
    order = shop.make(case.verb.situation)
    if case.fault is None:
        assert Command(shop, kill(("compared", 1)), *words(case.verb, order)).ended() == -signal.SIGKILL
    else:
        die_at_amazon(shop, case, order)
    victim = Command(shop, kill(case.moment), "journal", "resume")
    assert victim.ended() == -signal.SIGKILL, victim.err
    assert victim.trace == until_moment(moments.left(case.verb, case.fault), case.moment)
    check(shop, case, order, tally)


@pytest.mark.parametrize("verb", spread(VERBS, figures.size(1, len(VERBS))), ids=lambda verb: verb.name)
def test_undisturbed_a_command_has_no_other_moments(shop: Shop, verb: Verb) -> None:
    order = shop.make(verb.situation)
    whole = Command(shop, RUN, *words(verb, order))
    assert whole.ended() == 0, whole.err
    assert whole.trace == moments.answered(verb)


@pytest.mark.always
def test_no_point_is_left_out() -> None:
    ways = (moments.answered, moments.lost, lambda verb: moments.left(verb, "stall-before"))
    assert {point for verb in VERBS for way in ways for point, _ in way(verb)} == set(POINTS)


def until_moment(whole: Sequence[Moment], moment: Moment) -> tuple[Moment, ...]:
    return tuple(whole[: whole.index(moment) + 1])


def die_at_amazon(shop: Shop, case: Case, order: str) -> None:
    """Have a command killed while Amazon has its request."""
    shop.fault(order, case.verb.name, str(case.fault))
    victim = Command(shop, RUN, *words(case.verb, order))
    until(lambda: shop.requests(order) or victim.process.poll() is not None)
    victim.process.kill()
    assert victim.ended() == -signal.SIGKILL, victim.err


def check(shop: Shop, case: Case, order: str, tally: Tally) -> None:
    """Settle what is left, and hold Amazon's ledger against the journal."""
    left, sent = intents(shop), shop.requests(order)
    attempted = any(intent.attempts for intent in left)
    tally.settle(shop, case.how)
    states = [intent.state for intent in intents(shop)]
    effects = shop.effects(order)

    undurable = bool(sent) and not attempted
    unattended = not attempted and bool(shop.requests(order))
    if attempted:
        right = effects == [(case.verb.name, case.verb.effect)] and states in (["succeeded"], ["accepted"])
    else:
        right = effects == [] and states == ["abandoned"] * len(left)
    figures.tell("R2", 1, int(undurable), seed=str(case))
    figures.tell("R5", 1, int(unattended), seed=str(case))
    figures.tell("R6", 1, int(not right), seed=str(case))
    assert not undurable
    assert not unattended
    assert right, (effects, states)
    if case.how == "sync" and case.verb is not REFUND:  # which is decided after a while
        shown = status(shop, order)
        shop.good("refresh", order)
        assert shown == status(shop, order)
    follow(shop, case.verb, order, done=attempted)
    shop.good("audit", "verify")


def status(shop: Shop, order: str) -> str:
    """Return what the order is shown to be, without asking Amazon."""
    return str(shop.good("orders", "show", order, "--json").json["order"]["status"])


def follow(shop: Shop, verb: Verb, order: str, *, done: bool) -> None:
    """Do what comes next, or the same where nothing was done: nothing stands in its way any more."""
    if done and not verb.then:
        return
    shop.good("refresh", order)
    before = shop.effects(order)
    shop.good(*(words(verb, order) if not done else (verb.then[0], order, *verb.then[1:], "--yes", "--json")))
    assert len(shop.effects(order)) == len(before) + 1
