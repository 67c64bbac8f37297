"""Authorize and capture switched on: new orders become captured, closed and told to the shop, also past kill -9."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.cli.conftest import Shop, until
from tests.cli.test_automatic import ACTS, WHOLE, switched_on
from tests.processes.moments import Moment
from tests.processes.victims import RUN, Command, intents, kill
from tests.support.figures import size

MOMENTS: tuple[Moment, ...] = (
    ("intent-durable", 2),
    ("request-leaving", 3),
    ("answer-read", 2),
    ("outcome-durable", 4),
    ("attempt-durable", 1),
    ("projected", 3),
    ("read-fresh", 2),
)
"""Of a watch that acts; the orders are many enough for each."""


def test_new_orders_are_captured_and_closed_although_it_is_killed_in_the_middle(
    under: Callable[[str], Shop], tmp_path: Path
) -> None:
    """S3.17, S3.25, S3.30, S3.34, S4.22: each intent signed `policy`, each effect once, and the shop hears of each."""
    told = tmp_path / "told"
    shop = under(f'{ACTS}\n[profiles.sim.tell]\ncommand = ["tee", "-a", "{told}"]')
    shop.good("messages", "send")  # telling begins
    switched_on(shop)
    wishes = [{"situation": "open", "age": "0s", "limit": "138.00"}] * size(10, 50)
    made = shop.sim("POST", "/_sim/orders", wishes)
    orders = [str(one["permission_id"]) for one in made]
    shop.learn(*(shop.line(one) for one in made))

    for moment in MOMENTS[: size(2, len(MOMENTS))]:
        victim = Command(shop, kill(moment), "sync", "--watch")
        assert victim.ended() == -signal.SIGKILL, victim.err
    watch = Command(shop, RUN, "sync", "--watch")
    all_told = partial(captured, told, set(orders))
    until(lambda: (all_told() and closed(shop) == set(orders)) or watch.process.poll() is not None)
    watch.process.terminate()
    assert watch.ended() == 143, watch.err

    effects: dict[str, list[tuple[str, str | None]]] = {order: [] for order in orders}
    for entry in shop.sim("GET", "/_sim/ledger"):
        if entry["effect"] and entry["permission_id"] in effects:
            effects[entry["permission_id"]].append((entry["operation"], entry["amount"]))
    assert effects == dict.fromkeys(orders, WHOLE)
    left = intents(shop)
    assert {intent.draft.person for intent in left} == {"policy"}
    states = Counter(intent.state for intent in left)
    assert states.pop("succeeded") == 3 * len(orders)
    assert set(states) <= {"abandoned"}
    assert shop.good("policy", "plan", "--json").json["left"] == []
    shop.good("audit", "verify")


def closed(shop: Shop) -> set[str]:
    """Return the orders that the journal has closed."""
    done = (one.draft.wish for one in intents(shop) if one.state == "succeeded")
    return {wish.order_id for wish in done if str(wish.verb) == "close"}


def captured(told: Path, orders: set[str]) -> bool:
    """Tell whether the shop was told of each of these orders that it is captured."""
    if not told.exists():
        return False
    heard = (json.loads(line)["data"] for line in told.read_text(encoding="utf-8").splitlines() if line.endswith("}"))
    return {data["order"] for data in heard if data["status"] == "CAPTURED"} == orders
