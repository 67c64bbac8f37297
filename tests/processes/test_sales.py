"""kill -9 at each moment of a sale that is cancelled, and of steps without a person: each effect once in the end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from itertools import cycle

from tests.cli.conftest import Shop
from tests.cli.test_automatic import ACTS, WHOLE, new, switched_on
from tests.processes.moments import Moment, spread
from tests.processes.victims import RUN, Command, intents, kill, settle
from tests.support.figures import size, tell

from azpay_tui.domain.intent import OPEN_STATES, Intent

STEPS = [("authorize", "20.00"), ("void", None), ("refund", "48.00"), ("close", None)]
"""What was held, and what ends and refunds an order of which a part was captured."""


def sold(shop: Shop) -> str:
    """Make an order of which a part is captured and more is held."""
    order = shop.make("part-captured")
    shop.good("authorize", order, "--amount", "20.00", "--yes")
    return order


def cancelling(order: str) -> tuple[str, ...]:
    return ("cancel-sale", order, "--yes", "--json")


def killed_at_each(shop: Shop, words: Callable[[str], tuple[str, ...]], make: Callable[[], str]) -> Iterator[str]:
    """Yield an order for each moment of a command on it at which it was killed; what it left is settled then.

    The moments are those of the same command when nothing disturbs it.
    """
    undisturbed = Command(shop, RUN, *words(make()))
    assert undisturbed.ended() == 0, undisturbed.err
    whole: tuple[Moment, ...] = undisturbed.trace
    hows = cycle(("resume", "sync"))
    for moment in spread(whole, size(1, len(whole))):
        order = make()
        victim = Command(shop, kill(moment), *words(order))
        assert victim.ended() == -signal.SIGKILL, victim.err
        assert victim.trace == whole[: whole.index(moment) + 1]
        settle(shop, next(hows))
        assert not [one for one in of(shop, order) if one.state in OPEN_STATES], moment
        yield order


def of(shop: Shop, order: str) -> list[Intent]:
    return [one for one in intents(shop) if one.draft.wish.order_id == order]


def right(shop: Shop, order: str, wanted: list[tuple[str, str | None]]) -> bool:
    """Whether Amazon did just this, and the journal says the same."""
    done = [one for one in reversed(of(shop, order)) if one.state in ("succeeded", "accepted")]
    said = [(str(one.draft.wish.verb), one.draft.wish.amount and one.draft.wish.amount.decimal()) for one in done]
    left = [one for one in of(shop, order) if one.state not in ("succeeded", "accepted", "abandoned")]
    return shop.effects(order) == said == wanted and not left


def test_a_cancelled_sale_killed_at_any_moment_is_completed_by_the_same_again(shop: Shop) -> None:
    """S2.9: what was confirmed once is done once, however often it has to be begun."""
    wrong = []
    tried = 0
    for order in killed_at_each(shop, cancelling, lambda: sold(shop)):
        again = shop.good(*cancelling(order))
        assert again.json["left"] == []
        tried += 1
        wrong += [] if right(shop, order, STEPS) else [(order, shop.effects(order), of(shop, order))]
    tell("R1", tried, len(wrong))
    tell("R6", tried, len(wrong))
    assert wrong == []
    shop.good("audit", "verify")


def test_steps_without_a_person_killed_at_any_moment_are_decided_anew(under: Callable[[str], Shop]) -> None:
    shop = under(ACTS)
    switched_on(shop)
    wrong = []
    tried = 0
    for order in killed_at_each(shop, lambda order: ("sync", "--act"), lambda: new(shop)):
        shop.good("sync", "--act")
        tried += 1
        wrong += [] if right(shop, order, WHOLE) else [(order, shop.effects(order), of(shop, order))]
        assert {one.draft.person for one in of(shop, order)} == {"policy"}
    tell("R1", tried, len(wrong))
    tell("R6", tried, len(wrong))
    assert wrong == []
    shop.good("audit", "verify")
