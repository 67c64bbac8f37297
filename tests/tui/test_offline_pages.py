"""Without a connection every page of the console is read, says since when, and offers nothing that would be sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support.figures import tell
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.pilot import driven

SINCE = "OFFLINE since 10:12"
PAGES = {
    "jobs": ("exclamation_mark",),
    "log": ("at",),
    "sync": ("S",),
    "lapses": ("L",),
    "raw": ("x",),
    "policy": ("colon", *"policy", "enter"),
    "help": ("question_mark",),
    "an order": ("enter",),
}


def offline() -> MemoryDesk:
    desk = MemoryDesk()
    since = NOW - timedelta(minutes=108)
    desk.set_sync(connection="OFFLINE", since=since, last_success=since, message="No route to pay-api.amazon.com.")
    return desk


async def test_every_view_and_page_is_read_and_says_since_when() -> None:
    async with driven(offline()) as console:
        await console.until(lambda: SINCE in console.text)
        for view in "12345678":
            await console.press(view)
            await console.until(lambda: SINCE in console.text)
        await console.press("2")
        rows = console.text
        for name, keys in PAGES.items():
            await console.press(*keys)
            await console.until(lambda: rows != console.text)
            assert console.desk.submitted == [], name
            await console.press("escape")
            await console.until(lambda: console.app.screen is console.screen and SINCE in console.text)
    tell("R16", 8 + len(PAGES), says="views and pages of the console without a connection")


@pytest.mark.parametrize("letter", ["a", "c", "v", "r", "x", "l"])
async def test_no_verb_opens_a_dialog(letter: str) -> None:
    async with driven(offline()) as console:
        await console.until(lambda: SINCE in console.text)
        await console.press("2", "a", letter)
        assert console.app.screen is console.screen
        assert console.desk.submitted == []
        assert console.said != ""
