"""What the console sends over the link at 80x24: budgets in bytes, read at a real pseudo terminal."""

from collections.abc import Iterator

import pytest
from tests.tui.terminal import Terminal


@pytest.fixture
def console() -> Iterator[Terminal]:
    terminal = Terminal.console(env={"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"})
    yield terminal
    terminal.close()


def test_moving_the_cursor_stays_within_its_budget(console: Terminal) -> None:
    console.press(b"6")
    costs = [len(console.press(b"j")) for _ in range(4)]
    costs.append(len(console.press(b"k")))
    assert all(0 < cost <= 768 for cost in costs), costs


def test_scrolling_stays_within_its_budget(console: Terminal) -> None:
    console.press(b"6")
    for _ in range(3):
        cost = len(console.press(b"\x1b[6~"))
        assert 0 < cost <= 2560


def test_a_dialog_opens_within_its_budget(console: Terminal) -> None:
    console.press(b"2")
    console.send(b"ac")
    before = len(console.received)
    console.until(lambda: "Ready:" in console.text)
    console.settle()
    assert len(console.received) - before <= 8192


def opening(console: Terminal, keys: bytes, shown: str) -> int:
    before = len(console.received)
    console.send(keys)
    console.until(lambda: shown in console.text)
    console.settle()
    return len(console.received) - before


def test_the_ways_to_a_command_open_within_a_dialogs_budget(console: Terminal) -> None:
    assert opening(console, b"?", "HELP") <= 8192
    assert len(console.press(b"j")) <= 2048
    assert len(console.press(b"\x1b[B")) <= 1024
    console.press(b"\x1b")
    console.press(b"\x1b")
    assert opening(console, b"\x10", "COMMANDS") <= 8192
    console.press(b"\x1b")
    assert opening(console, b":", ":_") <= 512


@pytest.mark.parametrize(
    ("key", "shown"),
    [(b"!", "jobs:"), (b"@", "log:"), (b"S", "sync:"), (b"x", "as sent"), (b"L", "NEXT 30"), (b"y", "COPY")],
)
def test_a_page_opens_within_a_dialogs_budget_and_is_quiet(console: Terminal, key: bytes, shown: str) -> None:
    console.press(b"6")
    assert opening(console, key, shown) <= 8192
    assert console.read(2.5) == b""
    assert len(console.press(b"\x1b[B")) <= 1536
    before = len(console.received)
    console.send(b"\x1b")
    console.until(lambda: shown not in console.text)
    console.settle()
    assert len(console.received) - before <= 8192


def test_the_first_screen_is_small(console: Terminal) -> None:
    assert len(console.received) <= 4096


def test_nothing_is_sent_while_nobody_does_anything(console: Terminal) -> None:
    # Longer than the console waits between two looks at the cache.
    assert console.read(2.5) == b""


def test_a_held_key_does_not_pile_up_paint(console: Terminal) -> None:
    console.press(b"6")
    painted = console.press(b"j" * 40)
    assert len(painted) <= 40 * 256
    assert "41 of" in console.text


def test_mouse_reporting_is_off_over_a_link(console: Terminal) -> None:
    assert b"\x1b[?1000h" not in console.received
    assert b"\x1b[?1003h" not in console.received


def test_the_terminals_own_cursor_follows_the_row(console: Terminal) -> None:
    console.press(b"jj")
    assert console.screen.display[console.screen.cursor.y].startswith("> ")


def test_marking_costs_no_more_than_scrolling(console: Terminal) -> None:
    for key in (b"e", b"z", b"1h\r", b"u"):
        cost = len(console.press(key))
        assert 0 < cost <= 2560, key
