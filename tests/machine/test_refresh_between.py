"""R12: reads and syncs of every desk at every step of an action neither alter nor hide it; it ends the same way."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.machine.world import World
from tests.support.figures import full, tell

SITUATIONS = ("open", "authorized", "captured", "part-captured")
FAULTS = ("", "reset-before", "reset-after", "throttle") if full() else ("reset-after",)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refresh_at_every_step_leaves_an_action_as_it_is(fault: str) -> None:
    tally: Counter[str] = Counter()
    world = World(tally)
    try:
        world.open("second")
        for situation in SITUATIONS if full() else SITUATIONS[1:3]:
            for choice in range(6 if full() else 1):
                world.arrive(situation, "USD", True)
                order_id, office = world.orders[-1], world.desk(choice)
                wish = world.wish(office, order_id, choice, 30)
                if fault:
                    office.fault(str(wish.verb), fault, 2)
                world.acted_under_refresh(office, wish)
                world.desks[0].sim("DELETE", "/_sim/faults")
                world.check()
                (intent,) = office.stores.journal.intents(order_id=order_id)
                assert intent.state in ("succeeded", "accepted"), intent
    finally:
        world.end()
        tell("R12", tally["R12"])
    assert tally["R12"] > 100
