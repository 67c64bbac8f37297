"""The console on terminals of every kind, with a mouse and without, and back from the shell."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.tui.host import offer_of
from tests.tui.pilot import driven
from tests.tui.terminal import Terminal
from textual import events

from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.widgets.views_bar import bar_text, number_at

MOUSE_ON, MOUSE_OFF = b"\x1b[?1000h", b"\x1b[?1000l"
MANY_COLOURS = re.compile(rb"[34]8[;:][25]")
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7]|10[0-7])[;m]")


@contextmanager
def console(**env: str) -> Iterator[Terminal]:
    terminal = Terminal.console(env=env)
    try:
        yield terminal
    finally:
        terminal.close()


@pytest.mark.parametrize("name", ["xterm", "xterm-256color", "screen", "tmux-256color", "linux", "vt100", "ansi"])
def test_every_terminal_gets_the_list_the_detail_and_a_dialog(name: str) -> None:
    with console(TERM=name) as terminal:
        terminal.press(b"2jk")
        assert "\n> " in terminal.text
        terminal.press(b"\r")
        assert "SUMS" in terminal.text
        terminal.send(b"ac")
        terminal.until(lambda: "SIMULATOR  CAPTURE" in terminal.text and "Ready:" in terminal.text)
        terminal.press(b"\x1b")
        assert b"\x1b]" not in terminal.received
        assert not MANY_COLOURS.search(terminal.received)
        assert bool(COLOUR.search(terminal.received)) == (name != "vt100")
        assert terminal.received.isascii() == (name in ("linux", "vt100", "ansi"))


@pytest.mark.parametrize("env", [{"LANG": "C"}, {"LANG": ""}, {"LC_ALL": "de_DE.ISO-8859-1"}], ids=str)
def test_a_locale_without_utf8_gets_ascii_alone(env: dict[str, str]) -> None:
    with console(**env) as terminal:
        for key in (b"6/brandt\r", b"\r", b"?"):
            terminal.press(key)
        assert terminal.received.isascii()
        assert b"Zo?" in terminal.received


def test_no_color_sends_no_colour() -> None:
    with console(NO_COLOR="1") as terminal:
        terminal.press(b"6jj")
        terminal.press(b"\r")
        assert not COLOUR.search(terminal.received)
        assert b"\x1b[0;1;7m" in terminal.received or b"\x1b[1;7m" in terminal.received


def test_a_dumb_terminal_is_refused_and_the_command_line_named() -> None:
    terminal = Terminal(sys.executable, "-m", "tests.tui.console_main", env={"TERM": "dumb"})
    try:
        assert terminal.wait() == 2
        assert "azpay orders list" in terminal.text.replace("\n", "")
        assert b"\x1b" not in terminal.received
    finally:
        terminal.close()


def test_ctrl_z_gives_the_terminal_back_and_fg_paints_everything_again() -> None:
    with console() as terminal:
        terminal.press(b"6jj")
        painted, raw = terminal.text, terminal.modes
        terminal.send(b"\x1a")
        pid, status = os.waitpid(terminal.pid, os.WUNTRACED)
        assert (pid, os.WIFSTOPPED(status)) == (terminal.pid, True)
        terminal.settle()
        assert terminal.modes != raw
        assert b"\x1b[?1049l" in terminal.received
        terminal.screen.reset()
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.until(lambda: "ONLINE" in terminal.text)
        terminal.settle()
        assert terminal.text == painted
        assert terminal.modes == raw
        terminal.press(b"j")
        assert "4 of" in terminal.text


async def test_ctrl_z_waits_for_what_is_on_its_way() -> None:
    async with driven() as driven_console:
        suspended: list[int] = []
        driven_console.app.action_suspend_process = lambda: suspended.append(1)  # type: ignore[method-assign]
        await driven_console.press("2")
        desk, order = driven_console.desk, driven_console.desk.orders[driven_console.at or ""]
        offer = offer_of(desk, order, Verb.CAPTURE)
        amount = desk.suggest(order, Verb.CAPTURE, offer.target or "")
        intent = desk.submit(desk.check(Wish(Verb.CAPTURE, order.id, offer.target or "", amount)))
        await driven_console.press("ctrl+z")
        assert "Not now: 1 action is on the way to Amazon" in driven_console.said
        assert not suspended
        desk.finish(intent.id)
        await driven_console.press("ctrl+z")
        assert suspended


def test_the_mouse_is_on_at_the_machine_and_off_over_ssh() -> None:
    with console() as terminal:
        assert MOUSE_ON in terminal.received
    with console(SSH_CONNECTION="192.0.2.1 50000 192.0.2.2 22") as terminal:
        assert MOUSE_ON not in terminal.received
        terminal.press(b"6")
        at = terminal.text
        terminal.press(b"\x1b[<0;20;6M\x1b[<0;20;6m")
        assert terminal.text == at
        assert MOUSE_ON in terminal.press(b"m")
        assert "The mouse is on" in terminal.text
        terminal.press(b"\x1b[<0;20;6M\x1b[<0;20;6m")
        assert terminal.screen.display[5].startswith("> ")
        assert MOUSE_OFF in terminal.press(b"m")


def test_the_bar_of_views_knows_where_each_stands() -> None:
    counts = {"attention": 3, "all": 1204}
    for active in ("attention", "all"):
        text = bar_text(active, counts, 80)
        for number, word in ((1, "Attention"), (2, "To capture"), (6, "All")):
            assert number_at(text, text.index(word)) == number
        assert number_at(text, len(text) + 3) is None


async def test_clicks_choose_views_and_rows_and_the_wheel_scrolls() -> None:
    async with driven() as driven_console:
        bar = driven_console.lines[1]
        await driven_console.pilot.click("#views", offset=(bar.index("All"), 0))
        assert driven_console.orders.view == "all"
        await driven_console.pilot.click("#orders", offset=(10, 5))
        assert driven_console.orders.position == 5
        wheel = events.MouseScrollDown(driven_console.orders, 5, 5, 0, 0, 0, False, False, False)
        driven_console.orders.post_message(wheel)
        await driven_console.until(lambda: driven_console.orders.position == 8)


async def test_no_click_commits_money() -> None:
    async with driven(size=(120, 36)) as driven_console:
        await driven_console.press("2", "a", "c")
        await driven_console.until(lambda: isinstance(driven_console.app.screen, ActionDialog))
        dialog = driven_console.app.screen
        await driven_console.until(lambda: not dialog.query_one("#commit").disabled)
        for target in ("#commit", "#cancel", "#commit", "#facts", "#amount", "#commit"):
            await driven_console.pilot.click(target, times=2)
            await driven_console.pilot.pause()
        assert driven_console.app.screen is dialog
        assert not driven_console.desk.submitted
