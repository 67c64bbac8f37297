"""When a console is at rest: nothing is read, handled, laid out or painted any more, however slow the machine is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.timer import Timer

from azpay_tui.tui import following
from azpay_tui.tui.screens import page

PATIENCE = 120.0
"""Seconds after which something counts as never coming; what comes is waited for no longer than it takes."""
STEP = 0.005
_SOON = 0.1
"""Seconds up to which what is to happen once counts as under way; what waits longer waits for a person."""


def _pumps(app: App[Any]) -> Iterator[MessagePump]:
    yield app
    for screen in app.screen_stack:
        yield from screen.walk_children(with_self=True)


def _rings_soon(timer: Timer) -> bool:
    once = timer._repeat == 0 and timer._interval <= _SOON
    return once and timer._active.is_set() and timer._task is not None and not timer._task.done()


def under_way(app: App[Any]) -> str:
    """Say what still happens in an app by itself; empty when nothing does."""
    if not app.is_running or app._exit or app._exception is not None:
        return ""
    screen = app.screen
    # A worker without a thread waits for a person.
    reading = [worker for worker in app.workers if worker._thread_worker and not worker.is_finished]
    if reading:
        return f"{reading[0]} works"
    if app._batch_count or app.animator._animations or app.animator._scheduled:
        return "paint is held back"
    for pump in _pumps(app):
        if pump.message_queue_size or pump._next_callbacks:
            return f"{pump} has messages"
        if any(_rings_soon(timer) for timer in pump._timers):
            return f"{pump} is to be called back"
    if screen._callbacks or screen._dirty_widgets or screen._layout_required or screen._repaint_required:
        return f"{screen} is to be painted"
    return ""


async def rest(pilot: Pilot[Any]) -> None:
    """Wait until the app is at rest, twice in a row; fails when it never is."""
    app, end, calm = pilot.app, time.monotonic() + PATIENCE, 0
    while calm < 2:
        await pilot._wait_for_screen(timeout=PATIENCE)
        await asyncio.sleep(0)
        if app.is_running and app.screen_stack:
            app.screen._on_timer_update()
        busy = under_way(app)
        calm = 0 if busy else calm + 1
        if busy:
            assert time.monotonic() < end, f"it never comes to rest: {busy}"
            await asyncio.sleep(STEP)


async def until(pilot: Pilot[Any], condition: Callable[[], object], never: Callable[[], str]) -> None:
    """Wait until something is so, and then until all that came with it is there too."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, never()
        await asyncio.sleep(STEP)
        await pilot._wait_for_screen(timeout=PATIENCE)
        if pilot.app.is_running and pilot.app.screen_stack:
            pilot.app.screen._on_timer_update()
    await rest(pilot)


@pytest.fixture(autouse=True)
def _at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pilot wait for rest instead of for a quiet processor, and let what follows follow at once."""
    pause, keys = Pilot.pause, Pilot.press

    async def paused(self: Pilot[Any], delay: float | None = None) -> None:
        if delay is None:
            await rest(self)
        else:
            await pause(self, delay)

    async def pressed(self: Pilot[Any], *names: str) -> None:
        for name in names:
            await keys(self, name)
            await rest(self)

    monkeypatch.setattr(Pilot, "pause", paused)
    monkeypatch.setattr(Pilot, "press", pressed)
    for module, name in ((following, "FOLLOW"), (following, "CALM"), (page, "CALM")):
        monkeypatch.setattr(module, name, 0.001)
