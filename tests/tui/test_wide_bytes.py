"""What the console sends over the link where panes follow the cursor: budgets in bytes at a real pseudo terminal."""

from collections.abc import Callable, Iterator

import pytest
from tests.tui.terminal import Terminal

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
SIZES = [(120, 36), (200, 50)]
FOLLOWED = {(120, 36): 1536, (200, 50): 2560}
"""A cursor move with everything that follows it: the order's text, its actions and their reasons."""
HELD = 512
"""A key that is held, where nothing follows until it is let go."""
PAGE = {(120, 36): 4096, (200, 50): 7168}
ZOOM = {(120, 36): 5120, (200, 50): 7168}


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    chosen: tuple[int, int] = request.param
    return chosen


@pytest.fixture
def console(size: tuple[int, int]) -> Iterator[Terminal]:
    terminal = Terminal.console(columns=size[0], rows=size[1], env=SSH)
    terminal.until(lambda: "SUMS" in terminal.text)
    terminal.settle()
    yield terminal
    terminal.close()


def cost(console: Terminal, keys: bytes, shown: Callable[[], bool]) -> int:
    """Return the bytes from some keys until something is shown and all is at rest."""
    before = len(console.received)
    console.send(keys)
    console.until(shown)
    console.settle()
    return len(console.received) - before


def test_the_panes_follow_the_cursor_within_the_budget(console: Terminal, size: tuple[int, int]) -> None:
    cost(console, b"6", lambda: "[6]All" in console.text)
    console.press(b"j")  # what the other view still paints is none of the cursor's
    costs = [len(console.press(b"j")) for _ in range(6)]
    assert all(0 < cost <= FOLLOWED[size] for cost in costs), costs


def test_a_held_key_costs_its_rows_alone(console: Terminal, size: tuple[int, int]) -> None:
    cost(console, b"6", lambda: "[6]All" in console.text)
    assert len(console.press(b"j" * 20)) <= 20 * HELD + FOLLOWED[size]
    assert "21 of" in console.text


def test_pages_and_zoom_stay_within_their_budgets(console: Terminal, size: tuple[int, int]) -> None:
    console.press(b"6")
    assert 0 < len(console.press(b"\x1b[6~")) <= PAGE[size]
    console.press(b"\r")
    assert cost(console, b"\r", lambda: "  STATUS" not in console.text) <= ZOOM[size]
    assert cost(console, b"q", lambda: "  STATUS" in console.text) <= ZOOM[size]
    at = console.text.index("SUMS")
    assert cost(console, b"+", lambda: console.text.index("SUMS") != at) <= ZOOM[size]


def test_the_first_screen_is_small_and_nothing_is_sent_while_nobody_does_anything(
    console: Terminal, size: tuple[int, int]
) -> None:
    assert len(console.received) <= 8192
    # Longer than the console waits between two looks at the cache.
    assert console.read(2.5) == b""
