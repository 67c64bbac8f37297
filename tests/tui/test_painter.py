"""What is painted by differences is what would have been painted whole, at a fraction of the bytes."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator

import pyte
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from tests.tui.desk import HOSTILE
from tests.tui.terminal import Terminal
from textual.strip import Strip

from azpay_tui.tui.painter import Painter, Span, cells_of

WIDTH, HEIGHT = 24, 6
STYLES = (
    Style(),
    Style(bold=True),
    Style(color="red", bgcolor="blue"),
    Style(reverse=True),
    Style(color="default", bgcolor="default", underline=True),
)
TEXTS = ("a", "order ", "    ", "          ", "89.90", "山田", "ë", "…", "─│┌", "ｱｲ", "👩", "e\u0301", "🇩🇪")
HOME = (0, 0)


class Glass:
    """A painter and the terminal it paints on."""

    def __init__(self) -> None:
        self.painter = Painter(ColorSystem.STANDARD)
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self.screen)
        self._stream.feed("\x1b[?7l")  # as the driver does

    def paint(self, *spans: Span, cursor: tuple[int, int] = HOME) -> str:
        painted = self.painter.paint(spans, WIDTH, HEIGHT, cursor)
        self._stream.feed(painted)
        assert (self.screen.cursor.x, self.screen.cursor.y) == cursor
        return painted

    def show(self, written: str) -> None:
        self._stream.feed(written)

    @property
    def cells(self) -> list[list[tuple[object, ...]]]:
        return [
            [
                (c.data, c.fg, c.bg, c.bold, c.reverse, c.underscore)
                for c in (self.screen.buffer[y][x] for x in range(WIDTH))
            ]
            for y in range(HEIGHT)
        ]


def a_row(chance: random.Random) -> list[Segment]:
    segments: list[Segment] = []
    while len(cells_of(segments, None)) < WIDTH:
        segments.append(Segment(chance.choice(TEXTS), chance.choice(STYLES)))
    return list(Strip(segments).crop(0, WIDTH))


def test_differences_leave_the_same_screen_as_a_whole_paint() -> None:
    chance = random.Random(4)
    glass = Glass()
    rows = [a_row(chance) for _ in range(HEIGHT)]
    glass.paint(*((y, 0, row) for y, row in enumerate(rows)))
    for _ in range(300):
        y = chance.randrange(HEIGHT)
        rows[y] = a_row(chance) if chance.random() < 0.7 else rows[chance.randrange(HEIGHT)]
        cursor = (chance.randrange(WIDTH), chance.randrange(HEIGHT))
        glass.paint((y, 0, rows[y]), cursor=cursor)
        whole = Glass()
        whole.paint(*((at, 0, row) for at, row in enumerate(rows)), cursor=cursor)
        assert glass.cells == whole.cells


def test_nothing_is_written_for_what_is_shown_already() -> None:
    glass = Glass()
    row = [Segment("order", STYLES[1])]
    assert glass.paint((0, 0, row))
    assert glass.paint((0, 0, row)) == ""
    glass.painter.forget()
    assert "order" in glass.paint((0, 0, row))


def test_after_another_program_nothing_of_its_style_is_left() -> None:
    glass = Glass()
    glass.paint((0, 0, [Segment("before")]))
    glass.show("\x1b[1;31mleft bold and red")
    glass.painter.forget()
    glass.paint((0, 0, [Segment("after")]))
    assert {cell[1:] for row in glass.cells[:1] for cell in row} == {("default", "default", False, False, False)}


def test_only_the_changed_cells_are_written() -> None:
    glass = Glass()
    glass.paint((2, 0, [Segment("captured 10.00 USD", STYLES[0])]))
    assert glass.paint((2, 0, [Segment("captured 19.00 USD", STYLES[0])])) == "\x1b[3;11H9\x1b[H"


def test_a_part_of_a_row_leaves_the_rest_alone() -> None:
    glass = Glass()
    glass.paint((1, 0, [Segment("left | right", STYLES[0])]))
    glass.paint((1, 7, [Segment("RIGHT", STYLES[2])]))
    assert glass.screen.display[1].startswith("left | RIGHT")


def test_blanks_at_the_end_are_erased_and_not_written() -> None:
    glass = Glass()
    glass.paint((0, 0, [Segment("x" * WIDTH, STYLES[3])]))
    painted = glass.paint((0, 0, [Segment("y" + " " * (WIDTH - 1), STYLES[0])]))
    assert painted.endswith("\x1b[K\x1b[H")
    assert " " not in painted
    assert glass.screen.display[0] == "y" + " " * (WIDTH - 1)


def test_a_link_is_opened_and_closed() -> None:
    painted = Glass().paint((0, 0, [Segment("go", Style(link="https://example.com")), Segment(" on", Style())]))
    assert "\x1b]8;;https://example.com\x1b\\go\x1b]8;;\x1b\\" in painted


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_steers_a_terminal_leaves_even_if_a_widget_lets_it_through(text: str) -> None:
    painted = Painter(None).paint([(0, 0, [Segment(text)])], 400, 1, HOME)
    for sequence in ("\x1b[H", "\x1b[2K"):
        painted = painted.replace(sequence, "")
    shown = re.sub(r"\x1b\[(?:\d+;\d+H|\d*C|K)", "", painted)
    assert not any(unicodedata.category(character) == "Cc" for character in shown)
    linked = Painter(None).paint([(0, 0, [Segment("x", Style(link=text))])], 400, 1, HOME)
    assert linked.count("\x1b]") in (0, 2)
    assert "\x07" not in linked


def test_a_new_size_is_painted_whole() -> None:
    painter = Painter(None)
    row = [Segment("order", Style(color="red"))]
    painter.paint([(0, 0, row)], 10, 2, HOME)
    assert "order" in painter.paint([(0, 0, row)], 12, 2, HOME)
    assert painter.paint([(5, 0, row), (0, 30, row)], 12, 2, HOME) == ""


def cells(terminal: Terminal) -> list[tuple[object, ...]]:
    screen = terminal.screen
    return [
        (c.data, c.fg, c.bg, c.bold, c.reverse, c.underscore)
        for y in range(screen.lines)
        for c in (screen.buffer[y][x] for x in range(screen.columns))
    ]


@pytest.fixture(params=[(80, 24), (120, 36), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
def console(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    terminal = Terminal.console(columns=request.param[0], rows=request.param[1])
    yield terminal
    terminal.close()


STEPS: tuple[bytes, ...] = (b"6jjj j", b"\x1b[6~", b"\tG", b"?", b"\x1b", b"\x1b[5~")


def test_the_console_looks_the_same_after_a_full_redraw(console: Terminal) -> None:
    redraws = differences = 0
    for step in STEPS:
        differences += len(console.press(step))
        before = cells(console)
        redraws += len(console.press(b"\x0c"))
        assert cells(console) == before, step
    assert differences < redraws


def settle_until(console: Terminal, condition: Callable[[], bool]) -> None:
    console.until(condition)
    console.settle()


@pytest.mark.parametrize("size", [(80, 24, 12_288), (200, 50, 32_768)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_dragging_a_corner_costs_little(size: tuple[int, int, int]) -> None:
    columns, rows, budget = size
    console = Terminal.console(columns=columns, rows=rows)
    try:
        before = len(console.received)
        for step in range(40):
            console.resize(columns - step % 20, rows - step % 7)
            console.read(0.01)
        console.resize(columns - 5, rows - 2)
        settle_until(console, lambda: "ONLINE" in console.screen.display[rows - 3])
        assert len(console.received) - before <= budget
        shown = cells(console)
        console.press(b"\x0c")
        assert cells(console) == shown
    finally:
        console.close()


def test_sizes_nobody_has_do_no_harm() -> None:
    console = Terminal.console()
    try:
        for columns, rows in ((1, 1), (10, 3), (500, 200), (60, 15), (2, 200), (400, 2), (80, 24)):
            console.resize(columns, rows)
            console.press(b"j")
        console.until(lambda: "ONLINE" in console.text)
        console.send(b"q")
        assert console.wait() == 0
    finally:
        console.close()
