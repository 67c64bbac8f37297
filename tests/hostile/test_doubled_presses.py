"""A key pressed twice, or ten times, at any pace: one request, never two."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.hostile.screens import go_back
from tests.support.figures import size, tell
from tests.tui.desk import MemoryDesk
from tests.tui.host import TestClock, an_order, offer_of
from tests.tui.pictures import honest_order
from tests.tui.pilot import Driven, driven
from textual import events

from azpay_tui.domain.intent import Verb
from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.dialogs.quit import QuitDialog

SEED = 20261122
GAPS = (0.0, 0.0, 0.001, 0.02, 0.06, 0.119, 0.12, 0.121, 0.16, 0.3, 0.8, 2.0)
"""Seconds between two presses: in one read, as fast as a key repeats, around what counts as alone, and calm."""


class Bench:
    """The console at one order that is ready to be captured, on a clock of its own."""

    def __init__(self, console: Driven) -> None:
        self.console = console
        self.desk = console.desk
        self.order = next(iter(self.desk.orders.values()))
        self.clock = TestClock()

    async def armed(self) -> None:
        """Open the dialog anew, with nothing sent yet, and put the focus on the button that captures."""
        desk, app = self.desk, self.console.app
        await go_back(self.console)
        desk._intents.clear()
        desk.submitted.clear()
        desk.orders[self.order.id] = self.order
        dialog = ActionDialog(desk, offer_of(desk, self.order, Verb.CAPTURE), self.order, clock=self.clock)
        app.push_screen(dialog, app._confirmed)
        await self.console.until(lambda: dialog.is_mounted and dialog._question.ready is not None)
        self.clock.advance(1)
        dialog._paint()
        commit = dialog.query_one("#commit")
        assert not commit.disabled
        commit.focus()
        await self.console.pilot.pause()
        self.clock.advance(1)

    async def press(self, gaps: list[float]) -> None:
        """Press Enter once, and again after each gap; what comes in the same moment is not waited for."""
        self.console.app.post_message(events.Key("enter", "\r"))
        for gap in gaps:
            if gap:
                await self.console.pilot.pause()
                self.clock.advance(gap)
            self.console.app.post_message(events.Key("enter", "\r"))
        await self.console.pilot.pause()


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    async with driven(MemoryDesk([honest_order(an_order())])) as console:
        await console.press("6")
        yield Bench(console)


@pytest.mark.parametrize("presses", range(2, 11))
async def test_a_doubled_press_makes_one_request(presses: int) -> None:
    runs, chance, wrong = size(1, 112), random.Random(SEED + presses), []
    async with bench() as at:
        for run in range(runs):
            gaps = [chance.choice(GAPS) for _ in range(presses - 1)]
            await at.armed()
            await at.press(gaps)
            if len(at.desk.submitted) != 1:
                wrong.append(f"run {run}: {len(at.desk.submitted)} requests after gaps {gaps}")
    tell("R7", runs, len(wrong), seed=f"{SEED + presses}", says=f"{presses} presses")
    assert not wrong


async def test_a_press_right_behind_another_key_makes_none_and_a_calm_one_after_it_makes_one() -> None:
    async with bench() as at:
        await at.armed()
        at.console.app.post_message(events.Key("x", "x"))
        await at.press([0.05, 0.05])
        assert not at.desk.submitted
        assert isinstance(at.console.app.screen, ActionDialog)
        at.clock.advance(0.5)
        await at.press([])
        assert len(at.desk.submitted) == 1


async def test_the_keys_of_an_action_pressed_twice_open_one_dialog() -> None:
    async with bench() as at:
        for keys in ("ac" * 2, "aacc", "acacacac", "ac\r\r\r"):
            for key in keys:
                at.console.app.post_message(events.Key("enter" if key == "\r" else key, key))
            await at.console.pilot.pause()
            assert len(at.console.app.screen_stack) <= 2
            assert not at.desk.submitted
            await go_back(at.console)


async def test_quit_pressed_twice_asks_once() -> None:
    async with bench() as at:
        await at.armed()
        await at.press([])
        assert at.desk.in_flight()
        for key in "qqq":
            at.console.app.post_message(events.Key(key, key))
        await at.console.pilot.pause()
        assert [type(screen) for screen in at.console.app.screen_stack[1:]] == [QuitDialog]
