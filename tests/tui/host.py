"""A bare app around one dialog, a clock a test moves, and input as a terminal would send it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace

from tests.tui import rest
from tests.tui.desk import NOW, Maker, MemoryDesk
from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Ready
from azpay_tui.domain import states
from azpay_tui.domain.intent import Seen, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Address, Buyer, Order
from azpay_tui.domain.policies import PRESETS, Settings
from azpay_tui.tui.dialogs.action import ActionDialog, ActionResult
from azpay_tui.tui.timely import Timely

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")


class TestClock:
    """Monotonic seconds that pass only when told."""

    __test__ = False

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


class CheckedDesk(MemoryDesk):
    """A memory desk that remembers what was checked live."""

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)  # type: ignore[arg-type]
        self.checks: list[Wish] = []

    def check(self, wish: Wish, seen: Seen | None = None) -> Ready:
        self.checks.append(wish)
        return super().check(wish, seen)


class Host(Timely, App[None]):
    """Shows one screen at a time and keeps what it returned; every key it binds must stay off under a dialog."""

    BINDINGS = [  # noqa: RUF012
        Binding("y,r,c,a,f,colon", "leak", "Leak"),
        Binding("ctrl+r,ctrl+q,ctrl+p", "leak", "Leak", priority=True),
    ]

    def __init__(self, make: Callable[[], Screen[object]]) -> None:
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self._make = make
        self.results: list[object] = []
        self.leaks = 0

    def compose(self) -> ComposeResult:
        yield Static("the list below\n" * 20)

    def on_mount(self) -> None:
        self.open()

    def open(self) -> None:
        self.push_screen(self._make(), self.results.append)

    def action_leak(self) -> None:
        self.leaks += 1

    @property
    def committed(self) -> list[ActionResult]:
        return [result for result in self.results if isinstance(result, ActionResult)]


def an_order(charge: str | None = states.AUTHORIZED, **changes: object) -> Order:
    """Make one order of 89.90 by default, fully known."""
    order = Maker().add(charge=charge, **changes)  # type: ignore[arg-type]
    assert order.permission is not None
    address = Address("Jane Doe", "1 Main St", None, None, "Springfield", "IL", "62701", "US", "555-0100")
    buyer = Buyer("Jane Doe", "jane@example.com")
    return replace(order, permission=replace(order.permission, shipping=address, buyer=buyer))


def captured(**changes: object) -> Order:
    """Make a captured order."""
    return an_order(states.CAPTURED, captured=100, **changes)


SITUATIONS: dict[Verb, Callable[[], Order]] = {
    Verb.AUTHORIZE: lambda: an_order(None),
    Verb.CAPTURE: an_order,
    Verb.VOID: an_order,
    Verb.REFUND: captured,
    Verb.CANCEL: an_order,
    Verb.CLOSE: lambda: captured(),
}
"""An order per verb on which it is valid without a warning (closing has one only where nothing was captured)."""


def offer_of(desk: Desk, order: Order, verb: Verb) -> Offer:
    """Return the first offer of a verb that has an object."""
    return next(offer for offer in desk.offers(order) if offer.verb is verb and offer.target is not None)


class Bench:
    """One action dialog under test."""

    def __init__(
        self,
        verb: Verb,
        order: Order | None = None,
        *,
        environment: str = "sandbox",
        policy: Settings = PRESETS["amazon"],
        amount: Money | None = None,
    ) -> None:
        self.order = order or SITUATIONS[verb]()
        self.desk = CheckedDesk([self.order], environment=environment, policy=policy)
        self.clock = TestClock()
        self.offer = offer_of(self.desk, self.order, verb)
        self.app = Host(lambda: ActionDialog(self.desk, self.offer, self.order, amount=amount, clock=self.clock))

    @property
    def wish(self) -> Wish:
        """The wish the dialog opens for."""
        target = self.offer.target or ""
        return Wish(self.offer.verb, self.order.id, target, self.desk.suggest(self.order, self.offer.verb, target))

    @property
    def dialog(self) -> ActionDialog:
        assert isinstance(self.app.screen, ActionDialog)
        return self.app.screen

    def says(self, name: str) -> str:
        """Return the text of one of the dialog's parts."""
        return str(self.dialog.query_one(f"#{name}", Static).render())

    def all_text(self) -> str:
        return "\n".join(self.says(name) for name in ("facts", "live", "after", "why"))

    @property
    def enabled(self) -> bool:
        return not self.dialog.query_one("#commit").disabled

    @property
    def focused(self) -> str | None:
        return self.app.focused.id if self.app.focused is not None else None


async def until(pilot: Pilot[None], true: Callable[[], object], what: str = "") -> None:
    """Wait until something is so and the app is at rest."""
    await rest.until(pilot, true, lambda: what or "it never came")


async def checked(pilot: Pilot[None], bench: Bench) -> None:
    """Wait until the live check on screen is done, then let the arming time pass."""
    await until(pilot, lambda: bench.says("live").startswith("Checked live"))
    bench.clock.advance(1)


async def press(pilot: Pilot[None], bench: Bench, *keys: str) -> None:
    """Press keys as a calm person does: one at a time."""
    for key in keys:
        bench.clock.advance(0.5)
        await pilot.press(key)
        await pilot.pause()


async def type_text(pilot: Pilot[None], bench: Bench, text: str) -> None:
    """Type a text calmly."""
    await press(pilot, bench, *("full_stop" if c == "." else "minus" if c == "-" else c for c in text))


async def focus(pilot: Pilot[None], bench: Bench, name: str) -> None:
    """Put the focus on a part of the dialog."""
    bench.dialog.query_one(f"#{name}").focus()
    await pilot.pause()
    assert bench.focused == name
    bench.clock.advance(0.5)


async def tab_to(pilot: Pilot[None], bench: Bench, name: str) -> None:
    """Tab to a part of the dialog."""
    for _ in range(12):
        if bench.focused == name:
            return
        await press(pilot, bench, "tab")
    raise AssertionError(f"{name} cannot be reached with Tab")


async def to_commit(pilot: Pilot[None], bench: Bench) -> None:
    """Wait until the commit button works, then go to it."""
    await until(pilot, lambda: bench.enabled, f"never enabled: {bench.all_text()}")
    await focus(pilot, bench, "commit")


async def enter(pilot: Pilot[None], bench: Bench, name: str, text: str) -> None:
    """Put a text into a field, as if it had been typed calmly."""
    bench.dialog.query_one(f"#{name}", Input).value = text
    await pilot.pause()


def parse(data: str) -> Iterable[Message]:
    """Turn terminal bytes into events with the parser the real driver uses, everything in one read."""
    parser = XTermParser()
    yield from parser.feed(data)
    # Half an escape sequence comes out as keys when its time is up.
    if parser._timeout_time is not None:
        parser._timeout_time = 0.0
    yield from parser.tick()


async def send(pilot: Pilot[None], bench: Bench, data: str) -> None:
    """Let terminal bytes arrive all at once."""
    bench.clock.advance(0.5)
    for event in parse(data):
        if isinstance(event, events.Key | events.Paste | events.MouseEvent):
            event.set_sender(pilot.app)
            pilot.app.post_message(event)
    await pilot.pause()
    await pilot.pause()


__all__ = ["NOW", "Bench", "Host", "an_order", "captured"]
