"""Helpers for tests that drive the console without a terminal."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.tui.desk import MemoryDesk
from tests.tui.rest import until
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from azpay_tui.tui.app import Console
from azpay_tui.tui.levers import Levers
from azpay_tui.tui.screens.orders import OrdersScreen
from azpay_tui.tui.widgets.order_list import OrderList

_CHARACTERS = {
    **{"space": " ", "slash": "/", "full_stop": ".", "equals_sign": "=", "minus": "-", "question_mark": "?"},
    **{"colon": ":", "comma": ",", "number_sign": "#", "exclamation_mark": "!", "at": "@"},
}


class Driven:
    """The console under test, in words."""

    def __init__(self, app: Console, desk: MemoryDesk, pilot: Pilot[None]) -> None:
        self.app = app
        self.desk = desk
        self.pilot = pilot

    @property
    def screen(self) -> OrdersScreen:
        return self.app._orders

    @property
    def orders(self) -> OrderList:
        return self.screen.orders

    @property
    def at(self) -> str | None:
        return self.orders.row.id if self.orders.row else None

    @property
    def lines(self) -> list[str]:
        return ["".join(s.text for s in strip).rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def said(self) -> str:
        return self.screen.message.said

    def type(self, *keys: str, at: float | None = None) -> None:
        """Press keys as fast as they can arrive: in one moment, which is now, or one of `time.monotonic`."""
        moment = time.monotonic() if at is None else at
        for key in keys:
            character = _CHARACTERS.get(key, key if len(key) == 1 else None)
            name = _character_to_key(key) if len(key) == 1 else key
            event = events.Key(name, character)
            event.time = moment
            self.app.post_message(event)

    async def press(self, *keys: str, at: float | None = None) -> None:
        """Press keys and wait until the console is at rest."""
        self.type(*keys, at=at)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so and the console is at rest."""
        await until(self.pilot, condition, lambda: f"never came; the screen is\n{self.text}")


@asynccontextmanager
async def driven(
    desk: MemoryDesk | None = None,
    size: tuple[int, int] = (80, 24),
    *,
    tour: bool = False,
    levers: Levers | None = None,
    data_dir: Path | None = None,
) -> AsyncIterator[Driven]:
    """Run the console on a desk in memory."""
    desk = desk or MemoryDesk()
    app = Console(desk, tour=tour, levers=levers, data_dir=data_dir)
    async with app.run_test(size=size) as pilot:
        console = Driven(app, desk, pilot)
        await console.until(lambda: "ONLINE" in console.text or console.desk.sync.connection in console.text)
        yield console
