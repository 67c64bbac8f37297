"""Where things stand at every size, and that no size loses what a person was doing."""

import time
from datetime import timedelta

import pytest
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.pilot import Driven, driven

from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.dialogs.choose import Choose
from azpay_tui.tui.dialogs.quit import QuitDialog
from azpay_tui.tui.widgets.panes import TWO, widths
from azpay_tui.tui.widgets.peek import Peek


def shown(console: Driven) -> tuple[bool, bool, bool, bool]:
    """Tell which of list, detail, actions and peek are on screen."""
    screen = console.screen
    return tuple(w.is_on_screen for w in (screen.orders, screen.detail, screen.actions, screen.query_one(Peek)))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("size", "panes"),
    [
        ((60, 15), (True, False, False, False)),
        ((80, 19), (True, False, False, False)),
        ((80, 24), (True, False, False, True)),
        ((99, 50), (True, False, False, True)),
        ((100, 15), (True, True, True, False)),
        ((120, 36), (True, True, True, False)),
        ((159, 24), (True, True, True, False)),
        ((160, 24), (True, True, True, False)),
        ((200, 50), (True, True, True, False)),
        ((59, 24), (False, False, False, False)),
        ((80, 14), (False, False, False, False)),
    ],
    ids=lambda value: "x".join(map(str, value)) if isinstance(value[0], int) and value[0] > 1 else "",
)
async def test_the_panes_of_each_size(size: tuple[int, int], panes: tuple[bool, ...]) -> None:
    async with driven(size=(120, 36)) as console:
        await console.pilot.resize_terminal(*size)
        await console.until(lambda: shown(console) == panes)
        assert console.lines[0].startswith(" SIMULATOR ")
        notice = "needs 60x15" in console.text
        assert notice == (panes == (False,) * 4)


@pytest.mark.parametrize("columns", range(100, 501, 7))
def test_widths_use_every_column_and_leave_room_for_each_pane(columns: int) -> None:
    for grown in (-200, -8, 0, 8, 200):
        shared = widths(columns, grown)
        assert shared is not None
        assert shared.orders + shared.order + shared.actions == columns
        assert shared.orders >= 60
        assert shared.order >= 28
        assert (shared.actions > 0) == (columns >= 160)


def test_the_widths_of_the_sketches() -> None:
    assert widths(99) is None
    two, three = widths(120), widths(200)
    assert two is not None
    assert three is not None
    assert (two.orders, two.order, two.actions) == (72, 48, 0)
    assert (three.orders, three.order, three.actions) == (86, 62, 52)


@pytest.mark.parametrize("size", [(120, 36), (200, 50)], ids=str)
async def test_enter_in_the_order_gives_it_all_the_room_and_escape_gives_it_back(size: tuple[int, int]) -> None:
    async with driven(size=size) as console:
        await console.press("6", "enter")
        await console.until(lambda: console.app.focused is console.screen.detail and shown(console)[0])
        await console.press("enter")
        await console.until(lambda: not shown(console)[0] and console.screen.detail.is_on_screen)
        at = console.at
        await console.press("J")
        await console.until(lambda: console.at != at)
        await console.press("escape")
        await console.until(lambda: shown(console)[0])
        assert console.app.focused is console.screen.detail
        await console.press("escape")
        await console.until(lambda: console.app.focused is console.orders)


async def test_q_in_the_zoomed_order_goes_back_one_step_at_a_time() -> None:
    async with driven(size=(120, 36)) as console:
        await console.press("enter")
        await console.press("enter")
        await console.press("q")
        assert shown(console)[0]
        await console.press("q")
        assert console.app.focused is console.orders
        assert not console.desk.stopped


async def test_the_order_grows_and_shrinks_and_stays_so_for_the_sitting() -> None:
    async with driven(size=(140, 36)) as console:

        def width() -> int:
            return console.screen.orders.size.width

        before = width()
        await console.press("plus", "plus")
        await console.until(lambda: width() == before - 8)
        await console.press("underscore")
        await console.until(lambda: width() == before - 4)
        await console.pilot.resize_terminal(200, 50)
        await console.until(lambda: width() == 86)
        await console.press("plus")
        await console.until(lambda: width() == 82)
        await console.pilot.resize_terminal(140, 36)
        await console.until(lambda: width() == before - 4)
        await console.press(*["plus"] * 20)
        assert width() >= 60
        assert "cannot be wider" in console.said
        await console.press(*["underscore"] * 40)
        assert "cannot be narrower" in console.said


async def test_one_pane_cannot_be_shared_out() -> None:
    async with driven() as console:
        for key in ("plus", "underscore"):
            await console.press(key)
            assert f"from {TWO} columns" in console.said


def listed(console: Driven) -> str:
    """Return what the pane of actions holds, also what is below its edge."""
    return "\n".join(str(option.prompt) for option in console.screen.actions.options)


async def test_reasons_are_folded_where_there_is_no_room_and_open_where_there_is() -> None:
    async with driven(size=(120, 24)) as console:
        await console.press("6")
        await console.until(lambda: "press Enter to see why" in listed(console))
        assert "NOT AVAILABLE" not in console.text
        await console.pilot.resize_terminal(200, 50)
        await console.until(lambda: "NOT AVAILABLE" in console.text)
        assert "press Enter" not in listed(console)


async def test_a_size_at_which_nothing_is_shown_keeps_pane_place_and_selection() -> None:
    async with driven(size=(80, 24)) as console:
        await console.press("6", "j", "space", "enter")
        at, selected = console.at, set(console.orders.selected)
        for size in ((20, 5), (1, 1), (59, 50), (80, 10)):
            await console.pilot.resize_terminal(*size)
            await console.until(lambda: not console.screen.detail.is_on_screen)
        await console.pilot.resize_terminal(80, 24)
        await console.until(lambda: console.app.focused is console.screen.detail)
        assert console.at == at
        assert set(console.orders.selected) == selected
        await console.pilot.resize_terminal(120, 36)
        await console.until(lambda: shown(console)[0])
        assert console.app.focused is console.screen.detail


async def test_q_quits_from_the_notice() -> None:
    async with driven(size=(80, 24)) as console:
        await console.pilot.resize_terminal(40, 10)
        await console.until(lambda: "q quits" in console.text)
        await console.press("q")
        await console.until(lambda: console.desk.stopped)


async def test_a_dialog_hidden_by_a_shrink_cannot_be_confirmed_and_keeps_what_was_typed() -> None:
    async with driven(MemoryDesk(), (120, 36)) as console:
        await console.press("2", "a", "c")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        dialog = console.app.screen
        assert isinstance(dialog, ActionDialog)
        await console.until(lambda: not dialog.query_one("#commit").disabled)
        dialog.query_one("#note").focus()
        await console.press("h", "i")
        dialog.query_one("#commit").focus()
        await console.pilot.resize_terminal(50, 10)
        await console.until(lambda: "Nothing can be confirmed" in console.text)
        for calm in (1.0, 2.0):
            await console.press("enter", at=time.monotonic() + calm)
        assert console.app.screen is dialog
        assert not console.desk.submitted
        await console.pilot.resize_terminal(120, 36)
        await console.until(lambda: "[hi" in console.text)
        assert not console.desk.submitted


@pytest.mark.parametrize("keys", [("s",), ("t",), ("f",), ("y",), ("question_mark",), ("ctrl+p",)])
async def test_a_dialog_without_room_takes_no_key_but_escape(keys: tuple[str, ...]) -> None:
    async with driven() as console:
        await console.pilot.resize_terminal(40, 10)
        await console.until(lambda: "needs 60x15" in console.text)
        sight = console.orders.sight
        console.type(*keys, "pageup", "pagedown", "end")
        await console.until(lambda: console.app.screen is not console.screen)
        dialog = console.app.screen
        await console.press("pageup", "pagedown", "down", "space", "enter")
        assert console.app.screen is dialog
        await console.press("escape")
        await console.until(lambda: console.app.screen is console.screen)
        assert console.orders.sight == sight


async def test_a_menu_that_was_hidden_for_a_while_takes_enter_again() -> None:
    async with driven() as console:
        await console.press("6", "s")
        await console.until(lambda: console.app.screen is not console.screen)
        menu = console.app.screen
        assert isinstance(menu, Choose)
        await console.pilot.resize_terminal(40, 10)
        await console.until(lambda: menu.out_of_sight)
        await console.pilot.resize_terminal(100, 30)
        await console.until(lambda: menu.focused is not None)
        await console.press("j", "enter")
        await console.until(lambda: console.app.screen is console.screen)
        assert console.orders.sight.sort == "created"


async def test_the_status_line_rather_lacks_the_host_than_the_unknown_outcomes() -> None:
    desk = MemoryDesk()
    gone = NOW - timedelta(minutes=40)
    desk.set_sync(connection="OFFLINE", since=gone, last_success=gone, queue=41, errors=3, unknown=1)
    async with driven(desk, (80, 24)) as console:
        await console.until(lambda: "1 unknown outcome" in console.lines[-1])
        assert console.lines[-1].endswith(" RW")


async def test_where_there_is_little_height_the_pane_with_the_focus_has_it() -> None:
    async with driven(size=(60, 15)) as console:
        await console.press("2", "enter")
        assert "SHIP" in console.text
        await console.press("tab")
        await console.until(lambda: "Capture 89.19 USD" in console.text)
        assert "Close order" in console.text


async def test_a_dialog_that_is_too_small_covers_what_is_below() -> None:
    async with driven(MemoryDesk(environment="live")) as console:
        console.app.push_screen(QuitDialog(lambda: ()))
        await console.pilot.resize_terminal(50, 12)
        await console.until(lambda: "This dialog needs 60x15" in console.text)
        assert console.lines[0].startswith("PROD  QUIT")
        assert "q quits" not in console.text


@pytest.mark.parametrize("size", [(80, 24), (120, 24)], ids=str)
async def test_with_the_focus_every_line_of_the_actions_is_on_the_screen(size: tuple[int, int]) -> None:
    """S0.3: also those of the sale, how many are not available, and then why; without it the order has its room."""
    async with driven(size=size) as console:
        await console.press("6", "enter")
        await console.until(lambda: console.app.focused is console.screen.detail)
        pane = console.screen.actions
        await console.press("a")
        await console.until(lambda: "not available: press Enter to see why" in console.text)
        assert "a c  Capture" in console.text
        assert pane.max_scroll_y == 0
        await console.press("end", "enter")
        await console.until(lambda: "press Enter to fold" in console.text and pane.scroll_y == pane.max_scroll_y)
        last = str(pane.options[-1].prompt).split()
        await console.until(lambda: all(word in console.text for word in last))
        await console.press("escape")
        await console.until(lambda: pane.size.height <= 8)
