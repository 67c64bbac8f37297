"""A person at the keyboard of the whole console, over a real back office and the simulator's core."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from tests.support.office import Office
from tests.tui import rest
from textual.pilot import Pilot
from textual.screen import Screen

from azpay_tui.tui.app import Console
from azpay_tui.tui.dialogs import action, armed, guard, question
from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.dialogs.boxes import AcceptBox

_KEYS = {" ": "space", ".": "full_stop", ":": "colon", "-": "minus", "=": "equals_sign", ";": "semicolon", ",": "comma"}


class Keyboard:
    """What a person types, and what is then on the screen."""

    def __init__(self, app: Console, office: Office, pilot: Pilot[None]) -> None:
        self.app, self.office, self._pilot = app, office, pilot

    @property
    def screen(self) -> Screen[object]:
        return self.app.screen

    @property
    def text(self) -> str:
        lines = ("".join(s.text for s in strip).rstrip() for strip in self.screen._compositor.render_strips())
        return " ".join(" ".join(lines).split())

    @property
    def said(self) -> str:
        return self.app._orders.message.said

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so and the console is at rest."""
        await rest.until(self._pilot, condition, lambda: f"never came; the screen is\n{self.text}")

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.press(*(_KEYS.get(character, character) for character in text))

    async def enter(self, text: str) -> None:
        """Type a line and press Enter."""
        await self.type(text)
        await self.press("enter")

    async def go_to(self, order_id: str) -> None:
        """Put the cursor on an order."""
        self.app._orders.go_to(order_id)
        await self._pilot.pause()
        await self.until(lambda: self.app._orders.order_here() == order_id)

    async def tab_to(self, there: Callable[[], bool]) -> None:
        for _ in range(20):
            if there():
                return
            await self.press("tab")
        raise AssertionError(f"Tab does not lead there; the screen is\n{self.text}")

    async def dialog(self) -> ActionDialog:
        """Wait for the dialog of an action, and for what it read live."""
        await self.until(lambda: isinstance(self.screen, ActionDialog) and "Checked live" in self.text)
        assert isinstance(self.screen, ActionDialog)
        return self.screen

    async def confirm(self, *, typed: str = "") -> None:
        """Read the facts, type the amount or the end of the id, accept each warning, press the button."""
        dialog = await self.dialog()
        await self.press("pagedown", "pagedown", "pagedown")
        for number, _box in enumerate([*dialog.query(AcceptBox)]):
            box = [*dialog.query(AcceptBox)][number]
            await self.tab_to(lambda box=box: box.has_focus)  # type: ignore[misc]
            await self.press("space")
        if typed:
            field = "#amount" if dialog._question.has_amount else "#last4"
            await self.tab_to(lambda: dialog.query_one(field).has_focus)
            await self.press("end", "ctrl+u")
            await self.type(typed)
        await self.until(lambda: not dialog.query_one("#commit").disabled)
        await self.tab_to(lambda: dialog.query_one("#commit").has_focus)
        before = len(self.office.desk.intents())
        await self.press("enter")
        await self.until(lambda: not isinstance(self.screen, ActionDialog))
        await self.until(lambda: len(self.office.desk.intents()) > before and not self.office.desk.in_flight())
        await self.until(lambda: not any(intent.open for intent in self.office.desk.intents()))


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every Enter for one of a calm person, and let live checks follow what is typed at once."""
    monkeypatch.setattr(guard, "QUIET", 0.0)
    monkeypatch.setattr(question, "ARM", 0.0)
    monkeypatch.setattr(action, "DEBOUNCE", 0.01)
    monkeypatch.setattr(action, "TICK", 0.1)
    monkeypatch.setattr(armed, "ARM", 0.0)
    monkeypatch.setattr(armed, "TICK", 0.05)


@asynccontextmanager
async def at_keyboard(office: Office, size: tuple[int, int] = (120, 50)) -> AsyncIterator[Keyboard]:
    """Open the console of an office on the view of all orders."""
    app = Console(office.desk)
    async with app.run_test(size=size) as pilot:
        keyboard = Keyboard(app, office, pilot)
        await keyboard.until(lambda: "ONLINE" in keyboard.text)
        await keyboard.press("6")
        yield keyboard
