"""R10: whatever changes between the look of a person and the sending stops it, for every action and everything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from tests.machine import judge
from tests.machine.machine import ACTS, SITUATIONS
from tests.machine.world import STOPPING, World
from tests.support.figures import full, tell

from azpay_tui.domain.intent import Verb, Wish

WHOLE = tuple(dict.fromkeys(name for name in SITUATIONS if name != "unknown"))
FEW = ("authorized", "captured")


def wishes(world: World, order_id: str) -> Iterator[Wish]:
    """Give everything that is offered of an order, of its suggested amount."""
    office = world.desks[0]
    order = office.order(order_id)
    for offer in office.desk.offers(order):
        if offer.verb is not Verb.REFRESH and offer.verdict != "no" and offer.target is not None:
            amount = office.desk.suggest(order, offer.verb, offer.target)
            yield Wish(offer.verb, order_id, offer.target, offer.minimum if amount is None else amount)


@pytest.mark.parametrize("moment", STOPPING)
@pytest.mark.parametrize("situation", WHOLE if full() else FEW)
def test_a_change_between_look_and_sending_stops_it(situation: str, moment: str) -> None:
    tally: Counter[str] = Counter()
    world = World(tally)
    sent = []
    try:
        world.arrive(situation, "USD", True)
        some = list(wishes(world, world.order(0)))
        things = len(judge.objects(world.theirs(world.order(0))))
        for number, (act, thing) in enumerate((act, thing) for act in ACTS for thing in range(things)):
            for which in range(len(some)):
                if not full() and (number + which) % 9 != 5:
                    continue
                world.arrive(situation, "USD", True)
                order_id = world.orders[-1]
                wish = list(wishes(world, order_id))[which]
                change = {**act, "id": judge.objects(world.theirs(order_id))[thing]}
                try:
                    world.changed_on_the_way(world.desks[0], wish, [change], moment)
                    world.check()
                except AssertionError as error:
                    sent.append(f"{wish.verb} while {change}: {error}")
    finally:
        world.end()
    tell("R10", tally["R10"], len(sent))
    assert not sent, "\n".join(sent)
    assert tally["R10"] or not some, "nothing was changed, so nothing was proved"
