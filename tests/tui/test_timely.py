"""One-shot timers ring, however late they are."""

from tests.tui.host import Host
from textual.app import App
from textual.screen import Screen

from azpay_tui.tui.alarms import Alarms
from azpay_tui.tui.dialogs.dialog import Dialog
from azpay_tui.tui.screens.base import CommandScreen
from azpay_tui.tui.terminal import TerminalApp
from azpay_tui.tui.timely import Timely
from azpay_tui.tui.widgets.actions import ActionsPane

AT_ONCE = 1e-9
"""Seconds after which a timer is late before anybody waits for it."""


class Rung(Timely, Screen[None]):
    """Has alarms."""


async def test_an_alarm_that_is_late_from_the_start_rings() -> None:
    app = Host(Rung)
    async with app.run_test() as pilot:
        await pilot.pause()
        alarms, rung = Alarms(app.screen), []
        for number in range(100):
            alarms.set(str(number), AT_ONCE, lambda number=number: rung.append(number))  # type: ignore[misc]
        await pilot.pause()
        assert sorted(rung) == list(range(100))
        assert "7" not in alarms


def test_whatever_sets_a_one_shot_timer_is_timely() -> None:
    for owner in (TerminalApp, CommandScreen, Dialog, ActionsPane):
        assert owner.set_timer is Timely.set_timer
    assert App.set_timer is not Timely.set_timer
