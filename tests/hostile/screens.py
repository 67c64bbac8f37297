"""The way to every screen, page and dialog of the console, from the list of orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from tests.tui.desk import NOW, MemoryDesk
from tests.tui.pictures import busy_shop
from tests.tui.pilot import Driven

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.order import OpenIntent, Order

LONG_AGO: Final = NOW - timedelta(hours=3)


@dataclass(frozen=True)
class Way:
    """How a screen is reached: at an order with so many open charges (None: one that waits for a decision), by keys."""

    charges: int | None
    keys: tuple[str, ...]


WAYS: Final[dict[str, Way]] = {
    "OrdersScreen": Way(1, ()),
    "ActionDialog": Way(1, ("a", "c")),
    "PickDialog": Way(2, ("a", "c")),
    "SettleDialog": Way(None, ("a", "s")),
    "QuitDialog": Way(1, ("q",)),
    "CopyMenu": Way(1, ("y",)),
    "HelpScreen": Way(1, ("question_mark",)),
    "Palette": Way(1, ("ctrl+p",)),
    "Choose": Way(1, ("s",)),
    "JobsScreen": Way(1, ("exclamation_mark",)),
    "LogScreen": Way(1, ("at",)),
    "SyncScreen": Way(1, ("S",)),
    "RawScreen": Way(1, ("x",)),
}
"""How each screen is reached on `desk_of`; a new screen without its way fails a test."""


def desk_of(environment: str) -> MemoryDesk:
    """Return a shop on which every screen can be reached: something in flight, and an order with two charges."""
    desk = busy_shop(environment)
    order = with_charges(desk, 1)
    desk.orders[order.id] = replace(
        order, charges=(*order.charges, replace(order.charges[0], id=f"{order.id}-C000002"))
    )
    undecided = next(intent for intent in desk.intents() if intent.state == "attention")
    wish = undecided.draft.wish
    waiting = OpenIntent(undecided.id, wish.verb, wish.target, "attention", wish.amount, LONG_AGO, "ops")
    desk.orders[wish.order_id] = replace(desk.orders[wish.order_id], intents=(waiting,))
    return desk


def undecided(desk: MemoryDesk) -> Order:
    """Return an order that waits for a person's decision."""
    return next(order for order in desk.orders.values() if any(each.state == "attention" for each in order.intents))


def with_charges(desk: MemoryDesk, count: int) -> Order:
    """Return an order with so many charges that can be captured."""
    return next(order for order in desk.orders.values() if _capturable(desk, order) == count)


def _capturable(desk: MemoryDesk, order: Order) -> int:
    return sum(offer.verb is Verb.CAPTURE and offer.verdict != "no" for offer in desk.offers(order))


async def go_to(console: Driven, name: str) -> None:
    """Show a screen, from the list of orders."""
    await go_back(console)
    await console.press("6")
    charges = WAYS[name].charges
    order = undecided(console.desk) if charges is None else with_charges(console.desk, charges)
    console.desk.reader.page(limit=len(console.desk.orders))  # it goes to orders of pages it has seen
    console.screen.go_to(order.id)
    await console.until(lambda: console.at == order.id)
    for key in WAYS[name].keys:
        await console.pilot.press(key)
    await console.until(lambda: type(console.app.screen).__name__ == name)


async def go_back(console: Driven) -> None:
    """Leave every screen above the list."""
    while console.app.screen is not console.screen:
        await console.press("escape")
