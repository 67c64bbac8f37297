"""Automatic steps in the console: switched on by typing after reading, switched off at once, and never out of sight."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.backoffice.test_automatic import office_of
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.pilot import Driven, driven

from azpay_tui.backoffice.records import Event
from azpay_tui.domain.policies import Settings, chosen
from azpay_tui.domain.switch import Switch
from azpay_tui.tui.app import Console
from azpay_tui.tui.dialogs.switching import SwitchDialog

ALL = "authorize-and-capture+close"
WANTS = chosen("amazon", {"payment_action": "authorize-and-capture", "close_after_capture": "automatic"})


def desk_of(policy: Settings = WANTS, switch: Switch | None = None) -> MemoryDesk:
    desk = MemoryDesk([], policy=policy)
    desk.switched = switch
    return desk


async def opened(console: Driven) -> None:
    """Go to the policy page."""
    await console.press(":", *"policy", "enter")
    await console.until(lambda: "policy: amazon" in console.lines[0])


async def test_it_is_switched_on_by_typing_its_name_after_its_warnings() -> None:
    """S3.32: nothing else switches it on, and Enter alone does nothing."""
    async with driven(desk_of()) as console:
        await opened(console)
        await console.press("s")
        await console.until(lambda: isinstance(console.app.screen, SwitchDialog))
        said = " ".join(console.text.split())
        for word in ("digital goods", "same day", "allow-listing", "closed at Amazon"):
            assert word in said
        await console.until(lambda: f"Type {ALL} to switch it on." in console.text)
        await console.press("tab")
        await console.press(*"authorize")
        await console.press("enter")
        assert console.desk.switched is None
        await console.press("shift+tab")
        await console.press(*"-and-capture+close")
        await console.until(lambda: "Ready: Tab to the right button" in console.text)
        await console.press("tab")
        burst = time.monotonic()
        await console.press("tab", at=burst)
        await console.press("enter", at=burst)
        assert console.desk.switched is None  # too quick
        await console.press("enter", at=burst + 10)
        await console.until(lambda: console.desk.switched is not None)
        assert console.desk.switched == Switch("on", ALL, NOW, "ops")
        await console.press("G")
        await console.until(lambda: f"On: {ALL}, switched on by ops" in " ".join(console.text.split()))
        await console.until(lambda: "RW AUTO" in console.lines[-1])
        await console.press("o")
        await console.until(lambda: "is off: nothing more without a person" in console.text)
        assert console.desk.switched is not None
        assert console.desk.switched.position == "off"
        await console.until(lambda: "AUTO" not in console.lines[-1])


async def test_escape_leaves_it_as_it_is() -> None:
    async with driven(desk_of()) as console:
        await opened(console)
        await console.press("s")
        await console.until(lambda: isinstance(console.app.screen, SwitchDialog))
        await console.press("tab")
        await console.press(*ALL)
        await console.press("escape")
        await console.until(lambda: not isinstance(console.app.screen, SwitchDialog))
        assert console.desk.switched is None


@pytest.mark.parametrize("capturing", [None, "web"])
async def test_where_nothing_may_be_automatic_the_page_says_why(capturing: str | None) -> None:
    desk = desk_of(WANTS if capturing else chosen("amazon", {}))
    desk._profile = replace(desk._profile, capturing=capturing)
    said = "source web captures by itself" if capturing else "The policy wants nothing done by itself"
    async with driven(desk) as console:
        await opened(console)
        await console.press("G")
        await console.until(lambda: "WITHOUT A PERSON  off" in console.text)
        await console.press("s")
        await console.until(lambda: said in " ".join(console.text.split()))
        assert not isinstance(console.app.screen, SwitchDialog)


async def test_when_it_stops_the_person_is_told() -> None:
    stopped = Switch("stopped", ALL, NOW, "policy", "Five in a row.")
    async with driven(desk_of(switch=stopped)) as console:
        console.desk.emit(Event("automatic", problem="Automatic steps stopped. Five in a row."))
        await console.until(lambda: "Automatic steps stopped. Five in a row." in console.text)
        await console.until(lambda: "RW AUTO STOPPED" in console.lines[-1])


async def test_what_the_configuration_says_about_it_passes_the_door_and_going_on_is_no_warning() -> None:
    async with driven(desk_of(switch=Switch("on", ALL, NOW, "ops"))) as console:
        console.desk.emit(Event("automatic", problem="Automatic steps pause. a" + "\u0301" * 50))
        await console.until(lambda: "Automatic steps pause. á" in console.text)
        assert "\u0301" * 3 not in console.text
        assert console.app.sitting.unread == 1
        console.desk.emit(Event("automatic", problem="Automatic steps go on.", well=True))
        await console.until(lambda: "Automatic steps go on." in console.text)
        assert console.app.sitting.unread == 0


async def test_the_last_row_says_when_steps_pause_and_when_they_go_on(tmp_path: Path) -> None:
    """S3.32: on the screen that was there before, and on a page that was opened meanwhile."""
    said: list[str | None] = [None]
    with office_of(tmp_path, standing=lambda: said[0]) as office:
        office.desk.switch_on(ALL)
        app = Console(office.desk)

        def last(word: str) -> bool:
            return console.lines[-1].partition(word)[2].startswith("  ")

        async with app.run_test(size=(120, 36)) as pilot:
            console = Driven(app, office.desk, pilot)  # type: ignore[arg-type]
            await console.until(lambda: last("RW AUTO"))
            said[0] = "The shop of source web captures by itself."
            office.desk.works.automatic.turn(lambda: False)
            await console.until(lambda: last("RW AUTO NOT HERE"))
            await opened(console)
            await console.until(lambda: last("RW AUTO NOT HERE"))
            said[0] = None
            office.desk.works.automatic.turn(lambda: False)
            await console.until(lambda: last("RW AUTO"))
            await console.press("escape")
            await console.until(lambda: last("RW AUTO"))
