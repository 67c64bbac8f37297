"""The way to every screen, page and dialog of the console, from the list of orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from tests.tui.desk import NOW, MemoryDesk
from tests.tui.pictures import busy_shop
from tests.tui.pilot import Driven
from tests.tui.test_switching import WANTS

from azpay_tui.backoffice.composing import fitting
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.order import OpenIntent, Order
from azpay_tui.domain.rows import OrderLine

LONG_AGO: Final = NOW - timedelta(hours=3)


def to_capture(desk: MemoryDesk) -> Order:
    """Return an order with one charge that can be captured."""
    return _with_charges(desk, 1)


def to_choose(desk: MemoryDesk) -> Order:
    """Return an order with two charges that can be captured."""
    return _with_charges(desk, 2)


def undecided(desk: MemoryDesk) -> Order:
    """Return an order that waits for a person's decision."""
    return next(order for order in desk.orders.values() if any(each.state == "attention" for each in order.intents))


def declined(desk: MemoryDesk) -> Order:
    """Return an order of which something was declined that its buyer can mend."""
    return next(order for order in desk.orders.values() if fitting(order) is not None)


def _with_charges(desk: MemoryDesk, count: int) -> Order:
    return next(order for order in desk.orders.values() if _capturable(desk, order) == count)


def _capturable(desk: MemoryDesk, order: Order) -> int:
    return sum(offer.verb is Verb.CAPTURE and offer.verdict != "no" for offer in desk.offers(order))


@dataclass(frozen=True)
class Way:
    """How a screen is reached: by keys, pressed with the cursor on an order."""

    keys: tuple[str, ...] = ()
    order: Callable[[MemoryDesk], Order] = to_capture


_POLICY: Final = ("colon", *"policy", "enter")
WAYS: Final[dict[str, Way]] = {
    "OrdersScreen": Way(),
    "ActionDialog": Way(("a", "c")),
    "PickDialog": Way(("a", "c"), to_choose),
    "LinesDialog": Way(("a", "l")),
    "SaleDialog": Way(("a", "e")),
    "ParcelDialog": Way(("a", "t", *"UPS", "colon", *"1Z999AA10123456784", "enter")),
    "LetterDialog": Way(("a", "w"), declined),
    "SettleDialog": Way(("a", "s"), undecided),
    "SwitchDialog": Way((*_POLICY, "s")),
    "QuitDialog": Way(("q",)),
    "CopyMenu": Way(("y",)),
    "HelpScreen": Way(("question_mark",)),
    "Palette": Way(("ctrl+p",)),
    "Choose": Way(("s",)),
    "JobsScreen": Way(("exclamation_mark",)),
    "LapsesScreen": Way(("L",)),
    "LogScreen": Way(("at",)),
    "PolicyScreen": Way(_POLICY),
    "SyncScreen": Way(("S",)),
    "RawScreen": Way(("x",)),
}
"""How each screen is reached on `desk_of`; a new screen without its way fails a test."""


def desk_of(environment: str) -> MemoryDesk:
    """Return a shop on which every screen can be reached.

    Something is in flight, an order has two charges, one has lines, and the policy wants steps without a person.
    """
    desk = busy_shop(environment, policy=WANTS)
    order = to_capture(desk)
    desk.orders[order.id] = replace(
        order, charges=(*order.charges, replace(order.charges[0], id=f"{order.id}-C000002"))
    )
    sold = to_capture(desk)
    pot = OrderLine("Pot", "1", sold.charges[0].amount, "POT")
    desk.orders[sold.id] = replace(sold, shop=replace(sold.shop, lines=(pot,)))
    undecided = next(intent for intent in desk.intents() if intent.state == "attention")
    wish = undecided.draft.wish
    waiting = OpenIntent(undecided.id, wish.verb, wish.target, "attention", wish.amount, LONG_AGO, "ops")
    desk.orders[wish.order_id] = replace(desk.orders[wish.order_id], intents=(waiting,))
    return desk


async def go_to(console: Driven, name: str) -> None:
    """Show a screen, from the list of orders."""
    await go_back(console)
    await console.press("6")
    order = WAYS[name].order(console.desk)
    console.desk.reader.page(limit=len(console.desk.orders))  # it goes to orders of pages it has seen
    console.screen.go_to(order.id)
    await console.until(lambda: console.at == order.id)
    for key in WAYS[name].keys:
        await console.press(key)
    await console.until(lambda: type(console.app.screen).__name__ == name)


async def go_back(console: Driven) -> None:
    """Leave every screen above the list."""
    while console.app.screen is not console.screen:
        await console.press("escape")
