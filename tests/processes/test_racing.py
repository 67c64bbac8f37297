"""Several command lines want one order at the same moment: one gets it, the others are told who has it since when."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import Shop, until
from tests.processes.moments import CAPTURE, VERBS, Verb, spread
from tests.processes.victims import Command, intents, wait, words
from tests.support import figures

CONFIRMED, DURABLE = ("confirmed", 1), ("intent-durable", 1)


@pytest.mark.parametrize("verb", spread((CAPTURE, *VERBS), figures.size(1, 7)), ids=lambda verb: verb.name)
def test_one_of_several_gets_the_order(shop: Shop, verb: Verb) -> None:
    order = shop.make(verb.situation)
    plan = f"{wait(CONFIRMED)},{wait(DURABLE)}"
    racers = [Command(shop, plan, *words(verb, order)) for _ in range(figures.size(2, 8))]
    for racer in racers:
        racer.reach(CONFIRMED)
    for racer in racers:
        racer.go_on(CONFIRMED)
    until(lambda: sum(racer.process.poll() is None for racer in racers) == 1)
    winner = next(racer for racer in racers if racer.process.poll() is None)
    losers = [racer for racer in racers if racer is not winner]
    winner.reach(DURABLE)
    holder = intents(shop)[0].draft
    winner.go_on(DURABLE)
    codes = [winner.ended(), *(racer.ended() for racer in losers)]
    errors = [json.loads(racer.out)["error"] for racer in losers]
    told = [
        error["code"] == "busy" and f"is busy: {holder.person} confirmed {verb.name}" in error["message"]
        for error in errors
    ]
    right = codes == [0, *(3 for _ in losers)] and all(told) and shop.effects(order) == [(verb.name, verb.effect)]
    figures.tell("R8", 1, int(not right), seed=verb.name)
    assert right, (codes, errors, shop.effects(order))
    assert len(intents(shop)) == 1
    assert all(f"{holder.at:%Y-%m-%d %H:%M}" in error["message"] for error in errors), errors
