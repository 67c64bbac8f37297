"""How pictures are taken: a shop with honest or hostile data, the console at rest, and which screen it shows."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.terminal_theme import SVG_EXPORT_THEME, TerminalTheme
from tests.tui.desk import HONEST, HOSTILE, NOW, MemoryDesk, row_of, sample_orders
from tests.tui.host import TestClock
from tests.tui.rest import rest
from textual.pilot import Pilot
from textual.widgets import Input

from azpay_tui.domain.calls import Call
from azpay_tui.domain.claims import Claim
from azpay_tui.domain.intent import State, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Address, Buyer, Order, Sighting
from azpay_tui.domain.rows import OrderLine
from azpay_tui.domain.sources import SourceState
from azpay_tui.tui import following
from azpay_tui.tui.app import Console
from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.levers import Levers

Compare = Callable[..., bool]
Step = Callable[[Pilot[None]], Awaitable[None]]

SMALLEST, SMALL, MIDDLE, LARGE = (60, 15), (80, 24), (120, 36), (200, 50)
PLAIN = Levers("mono", ascii=True)
"""No colour and no line drawing: the poorest terminal that is served."""
_COLOURS = (
    (0, 0, 0),
    (205, 0, 0),
    (0, 150, 0),
    (160, 120, 0),
    (0, 0, 238),
    (160, 0, 160),
    (0, 140, 140),
    (229, 229, 229),
)
_BRIGHT = (
    (127, 127, 127),
    (255, 60, 60),
    (0, 220, 0),
    (220, 200, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 220, 220),
    (255, 255, 255),
)
_TERMINALS = {
    "light": TerminalTheme((255, 255, 255), (0, 0, 0), list(_COLOURS), list(_BRIGHT)),
    "high-contrast": TerminalTheme((0, 0, 0), (255, 255, 255), list(_COLOURS), list(_BRIGHT)),
}
"""What a terminal of its own colours would make of a palette."""


def sized(*sizes: tuple[int, int]) -> pytest.MarkDecorator:
    """Take the picture at every one of these sizes, which stand in its name."""
    return pytest.mark.parametrize("size", sizes, ids=lambda size: f"{size[0]}x{size[1]}")


# The shop


def honest_order(order: Order) -> Order:
    """Give an order a buyer and an address as they are."""
    number = int(order.id[-7:])
    if order.permission is None:
        return order
    buyer = Buyer(HONEST[number % len(HONEST)], f"buyer{number}@example.com")
    place = Address(buyer.name, f"{number} Main St", None, None, "Springfield", "IL", "62701", "US", "555-0100")
    return replace(order, permission=replace(order.permission, buyer=buyer, shipping=place))


def hostile_order(order: Order) -> Order:
    """Give an order texts that would harm a terminal, in every field that can hold a text."""
    number = int(order.id[-7:])
    names = [HOSTILE[(number + step) % len(HOSTILE)] for step in range(len(HOSTILE))]
    shop = replace(order.shop, number=names[1][:60])
    if order.permission is None:
        return replace(order, shop=shop)
    place = Address(*names[:4], city=names[4], country=names[5])
    permission = replace(order.permission, buyer=Buyer(names[0], names[3]), shipping=place, reference=names[8])
    return replace(order, permission=permission, shop=shop)


def long_order(order: Order) -> Order:
    """Give an order texts that are as long as any field allows."""
    if order.permission is None:
        return order
    place = Address("W" * 60, *("Long street name " * 4,) * 3, city="Llanfairpwllgwyngyll" * 2, country="GB")
    permission = replace(order.permission, shipping=place, buyer=Buyer("Wolfeschlegel" * 9, "e" * 90 + "@x.com"))
    return replace(order, permission=permission, shop=replace(order.shop, number="2026-" + "9" * 60))


def shop(environment: str = "simulator", make: Callable[[Order], Order] = honest_order, **options: Any) -> MemoryDesk:
    """Return a desk with orders in every situation."""
    return MemoryDesk([make(order) for order in sample_orders()], environment=environment, **options)


def busy_shop(
    environment: str = "simulator", make: Callable[[Order], Order] = honest_order, **options: Any
) -> MemoryDesk:
    """Return a shop with a job of every kind, some calls, and an object that fails."""
    made = shop(environment, make, **options)
    live = [o for o in made.orders.values() if o.charges and o.charges[0].state == "Authorized"]
    live = [order for order in live if order.permission is not None and not order.intents]
    states: tuple[tuple[State | None, str | None], ...] = (
        ("unknown", "Amazon did not answer in time."),
        ("attention", None),
        ("declined", "HardDeclined"),
        ("succeeded", None),
        (None, None),
    )
    for order, (state, reason) in zip(live, states, strict=False):
        intent = made.submit(made.check(Wish(Verb.CAPTURE, order.id, order.charges[0].id, order.charges[0].amount)))
        if state is not None:
            made.finish(intent.id, state, reason)
        due = NOW + timedelta(minutes=4) if state == "unknown" else None
        made._intents[intent.id] = replace(made._intents[intent.id], attempts=2, next_due=due)
    target = live[0].id
    made.called = [
        Call(NOW - timedelta(seconds=9), "get-permission", target, 0.31, 200, "7f3a-11c0"),
        Call(NOW - timedelta(seconds=7), "capture", f"{target}-C000001", 1.72, 422, "7f3a-11c1", "HardDeclined"),
        Call(NOW - timedelta(seconds=5), "get-charge", f"{target}-C000001", 12.0, None, None, HOSTILE[0]),
    ]
    made.failing = {f"{live[1].id}-C000001": 3}
    made.reader.raw = lambda order_id: {  # type: ignore[method-assign]
        order_id: json.dumps(
            {
                "chargePermissionId": order_id,
                "buyer": {"name": HOSTILE[2], "email": "jane@example.com"},
                "shippingAddress": {"name": "Jane", "addressLine1": "1 Main St", "countryCode": "US"},
                "statusDetails": {"state": "Chargeable", "reasons": None},
            }
        )
    }
    made.sync = replace(made.sync, queue=41, errors=1, unknown=1)
    return made


# The console


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing is read any more, the panes follow the cursor, and the screen stays as it is."""
    await rest(pilot)
    before: list[str] = []
    while before != (shown := [strip.text for strip in pilot.app.screen._compositor.render_strips()]):
        before = shown
        await rest(pilot)


def then(*steps: str | Step) -> Step:
    """Press keys (by their characters or names), with other steps between them; at rest after each."""

    async def run(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for step in steps:
            await (pilot.press(step) if isinstance(step, str) else step(pilot))
            await settled(pilot)

    return run


def typed(text: str) -> Step:
    """Type a text."""

    async def run(pilot: Pilot[None]) -> None:
        await pilot.press(*text)

    return run


def at(order_id: str) -> Step:
    """Put the cursor on an order."""

    async def run(pilot: Pilot[None]) -> None:
        console_of(pilot)._orders.go_to(order_id)

    return run


def console_of(pilot: Pilot[None]) -> Console:
    assert isinstance(pilot.app, Console)
    return pilot.app


class Camera:
    """Takes a picture of the console on a desk; its title says which screen it shows, at which size."""

    def __init__(self, compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
        self._compare, self._monkeypatch = compare, monkeypatch

    def __call__(
        self,
        desk: MemoryDesk,
        *steps: str | Step,
        size: tuple[int, int] = SMALL,
        levers: Levers | None = None,
        **options: Any,
    ) -> bool:
        app = Console(desk, levers=levers, **options)
        draw = app.export_screenshot

        def titled(*, title: str | None = None, simplify: bool = False) -> str:
            name = "too small" if app.screen.query_one("#too-small").display else type(app.screen).__name__
            return draw(title=f"{name} {size[0]}x{size[1]}", simplify=simplify)

        app.export_screenshot = titled  # type: ignore[method-assign]
        self._monkeypatch.setattr("rich.console.SVG_EXPORT_THEME", _TERMINALS.get(app.palette, SVG_EXPORT_THEME))
        return self._compare(app, terminal_size=size, run_before=then(*steps))


@pytest.fixture
def picture(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> Camera:
    """Compare the console with its picture in snapshots/; no sign in it moves."""
    monkeypatch.setattr(following, "BEAT", 3600.0)
    return Camera(snap_compare, monkeypatch)


# Dialogs


class Asking:
    """Opens the dialog of an action on an order, at a clock of its own."""

    def __init__(self, desk: MemoryDesk, verb: Verb, order: Order) -> None:
        self.desk, self.order = desk, order
        self.clock = TestClock()
        self.offer = next(o for o in desk.offers(order) if o.verb is verb and o.target is not None)

    async def opening(self, pilot: Pilot[None]) -> None:
        """Put the cursor on the order and open the dialog."""
        app = console_of(pilot)
        await at(self.order.id)(pilot)
        await settled(pilot)
        app.push_screen(ActionDialog(self.desk, self.offer, self.order, clock=self.clock), app._confirmed)
        await pilot.pause()

    async def opened(self, pilot: Pilot[None]) -> None:
        """Open the dialog; its live check ends and its button may work."""
        await self.opening(pilot)
        await settled(pilot)
        self.clock.advance(1)
        await painted(pilot)

    def typed(self, name: str, text: str) -> Step:
        """Put a text into a field and let it be checked."""

        async def run(pilot: Pilot[None]) -> None:
            dialog = pilot.app.screen
            assert isinstance(dialog, ActionDialog)
            dialog.query_one(f"#{name}", Input).value = text
            await pilot.pause()
            if dialog._debounce is not None:
                dialog._debounce.stop()
                dialog._check(dialog._question.to_check())
            await settled(pilot)
            await painted(pilot)

        return run

    async def on_commit(self, pilot: Pilot[None]) -> None:
        """Put the focus on the button that commits."""
        pilot.app.screen.query_one("#commit").focus()
        await pilot.pause()


async def painted(pilot: Pilot[None]) -> None:
    """Let the dialog look at its clock now, not at its next tick."""
    dialog = pilot.app.screen
    if isinstance(dialog, ActionDialog):
        dialog._paint()
    await pilot.pause()


def named_by_shop(order: Order, **said: Any) -> Order:
    """Return an order of which a source of the shop says something."""
    sighting = Sighting("shop", "shop", "1001", said.get("status"), said.get("claim"))
    lines = (OrderLine("Mug", "2", Money(1990, "USD"), "MUG-1"), OrderLine(HOSTILE[0], "1", None, None))
    return replace(order, shop=replace(order.shop, sightings=(sighting,), lines=lines, asked=True, **said))


def differing_shop() -> MemoryDesk:
    """Return a shop whose status differs from Amazon's for some orders, and that does not name others."""
    words: tuple[tuple[str, Claim], ...] = (("processing", "paid"), ("cancelled", "canceled"), ("refunded", "refunded"))
    made = []
    for number, order in enumerate(map(honest_order, sample_orders())):
        status, claim = words[number % len(words)]
        if number % 5 == 0:
            made.append(replace(order, shop=replace(order.shop, asked=True)))
        else:
            made.append(named_by_shop(order, status=status, claim=claim))
    desk = MemoryDesk(made)
    desk.sync = replace(desk.sync, shop_heard=True)
    return desk


def agreeing_shop() -> MemoryDesk:
    """Return a shop that has every order as Amazon has it."""
    made = [row_of(order, NOW) for order in sample_orders()]
    same = {row.id for row in made if row.status in ("AUTHORIZED", "VOIDED")}
    orders = [named_by_shop(honest_order(o), status="on-hold", claim="open") for o in sample_orders() if o.id in same]
    desk = MemoryDesk(orders)
    desk.sync = replace(desk.sync, shop_heard=True)
    return desk


def sourced() -> list[SourceState]:
    """Return a source that does well, one that fails, and one that was never asked."""
    every, ago = timedelta(minutes=5), timedelta(minutes=3)
    good = SourceState(
        "shop", "command", "shop", every, NOW - ago, NOW - ago, NOW - ago, NOW + every - ago, True,
        "412 lines, 12 orders: 3 new, 1 changed.", 412, 12, 31, runs=8,
    )  # fmt: skip
    bad = replace(
        good, name="old-shop", ok=False, orders=0, failures=3, next_at=NOW + timedelta(seconds=50), bad=2,
        message=f"mysql: access denied; give the user the right to read. It said: {HOSTILE[0]}",
    )  # fmt: skip
    return [good, bad, SourceState("reports", "reports", "amazon", timedelta(days=1))]
