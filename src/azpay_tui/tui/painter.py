"""Turns what is to be shown into few bytes: keeps what the terminal shows, and writes only the cells that differ.

The screen library sends every region it repaints in full. Comparing costs a few milliseconds a screen and saves nine
bytes of ten on a link: a pane that follows the cursor, a dialog over a list, a line that grew a digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Final

from rich.cells import cell_len, split_graphemes
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate

from azpay_tui.tui.display import unsafe

Look = tuple[str, str]
"""How a cell looks: the numbers of its SGR sequence, and the address it links to."""
Cell = tuple[str, Look]
"""A character and its look; the second half of a wide character is an empty text."""
Span = tuple[int, int, Sequence[Segment]]
"""A row, a column, and what is to stand from there on."""

PLAIN: Final[Look] = ("", "")
BLANK: Final[Cell] = (" ", PLAIN)
_UNSURE: Final = "?"
"""Numbers of no sequence: what another program may have left the terminal with."""
_SAME_RUN: Final = 4
"""Unchanged cells between two changed ones that are cheaper to write again than to jump over."""
_SHORTEST_ERASE: Final = 4
_DEFAULTS: Final = frozenset({"39", "49"})


def spans_of(update: object) -> Iterator[Span] | None:
    """Return what an update of the compositor shows where; None for a kind of update that is not known here."""
    if isinstance(update, LayoutUpdate):
        return _layout_spans(update)
    return _chop_spans(update) if isinstance(update, ChopsUpdate) else None


def _layout_spans(update: LayoutUpdate) -> Iterator[Span]:
    for y, line in enumerate(update.strips, update.region.y):
        yield y, update.region.x, [segment for strip in line for segment in strip]


def _chop_spans(update: ChopsUpdate) -> Iterator[Span]:
    for y, left, right in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > right or end <= left:
                continue
            whole = left <= x < right and end <= right
            yield y, x, tuple(strip if whole else strip.crop(0, min(end, right) - x))


@lru_cache(4096)
def _look(style: Style | None, colors: ColorSystem | None) -> Look:
    if style is None:
        return PLAIN
    link = style.link if style.link and style.link.isascii() and style.link.isprintable() else ""
    bare = style.update_link(None) if style.link else style
    codes = bare.render("x", color_system=colors).partition("x")[0].removeprefix("\x1b[").removesuffix("m").split(";")
    if "38" not in codes and "48" not in codes:
        codes = [code for code in codes if code not in _DEFAULTS]
    return ";".join(codes), link


def _certain(text: str) -> bool:
    """Tell whether every terminal gives a character the width that is reckoned with here."""
    point = ord(text[0])
    if len(text) > 1:
        return False
    return (
        point < 0x300
        or point == 0x2026
        or 0x2500 <= point < 0x25A0
        or 0x3041 <= point < 0x3100
        or 0x4E00 <= point < 0xA000
        or 0xAC00 <= point < 0xD7A4
        or point == 0xFFFD
    )


def cells_of(segments: Iterable[Segment], colors: ColorSystem | None) -> list[Cell]:
    """Return segments as cells, clusters of several characters in one."""
    cells: list[Cell] = []
    for text, style, control in segments:
        if control or not text:
            continue
        look = _look(style, colors)
        if not text.isprintable():
            # The last door: what every widget should have replaced by now.
            text = "".join("?" if unsafe(character) else character for character in text)
        if text.isascii():
            cells.extend(zip(text, repeat(look)))
            continue
        for start, stop, size in split_graphemes(text)[0]:
            if size:
                cells.append((text[start:stop], look))
                cells.extend(repeat(("", look), size - 1))
            elif cells:
                cells[-1] = (cells[-1][0] + text[start:stop], cells[-1][1])
    return cells


class Painter:
    """Knows what the terminal shows; whatever else writes to it must be followed by `forget`."""

    def __init__(self, colors: ColorSystem | None) -> None:
        """`colors` is what the terminal can do; None for no colour at all."""
        self._colors = colors
        self._rows: list[list[Cell] | None] = []
        self._width = 0
        self._at: tuple[int, int] | None = None
        self._look = PLAIN
        self._out: list[str] = []

    def forget(self) -> None:
        """Know nothing of the terminal any more: the next update is written whole."""
        self._rows = [None] * len(self._rows)
        self._at = None
        self._look = (_UNSURE, self._look[1])

    def paint(self, spans: Iterable[Span], width: int, height: int, cursor: tuple[int, int]) -> str:
        """Return the bytes that bring the terminal in step, with its cursor at `cursor` (column, row); often none."""
        if (width, height) != (self._width, len(self._rows)):
            self._width, self._rows, self._at = width, [None] * height, None
        wanted: dict[int, list[Cell]] = {}
        for y, x, segments in spans:
            if not 0 <= y < height:
                continue
            row = wanted.get(y)
            if row is None:
                known = self._rows[y]
                row = wanted[y] = list(known) if known is not None else [BLANK] * width
            cells = cells_of(segments, self._colors)[: max(0, width - x)]
            row[x : x + len(cells)] = cells
        for y in sorted(wanted):
            self._paint_row(y, wanted[y])
            self._rows[y] = wanted[y]
        if self._out or self._at != cursor:
            self._wear(PLAIN)
            self._go(*cursor)
        painted = "".join(self._out)
        self._out.clear()
        return painted

    def _paint_row(self, y: int, row: list[Cell]) -> None:
        known = self._rows[y]
        if known is None:
            # What stands there is not known, so the line is wiped first; then blanks need not be written.
            self._wear(PLAIN)
            self._go(0, y)
            self._out.append("\x1b[2K")
            known = [BLANK] * self._width
        if known == row:
            return
        end = len(row)
        while end and row[end - 1] == BLANK:
            end -= 1
        for start, stop in _runs(known, row):
            if stop - max(start, end) >= _SHORTEST_ERASE and stop == len(row):
                self._write(y, start, row[start : max(start, end)])
                self._wear(PLAIN)
                self._go(max(start, end), y)
                self._out.append("\x1b[K")
            else:
                self._write(y, start, row[start:stop])

    def _write(self, y: int, x: int, cells: list[Cell]) -> None:
        if not cells:
            return
        self._go(x, y)
        for text, look in cells:
            if text:
                self._wear(look)
                if text.isascii() or _certain(text):
                    self._out.append(text)
                else:
                    self._write_uncertain(text, x, y)
            x += 1
        if self._at is not None:
            # In the last column a cursor waits for the next character; where it is then depends on the terminal.
            self._at = (x, y) if x < self._width else None

    def _write_uncertain(self, text: str, x: int, y: int) -> None:
        """Write what terminals do not agree about: blanks below it, and a certain place after it."""
        size = cell_len(text)
        self._out.append(f"{' ' * size}\x1b[{y + 1};{x + 1}H{text}")
        if x + size < self._width:
            self._out.append(f"\x1b[{y + 1};{x + size + 1}H")

    def _go(self, x: int, y: int) -> None:
        at, self._at = self._at, (x, y)
        if at == (x, y):
            return
        if at is not None and at[1] == y and x > at[0]:
            self._out.append(f"\x1b[{x - at[0] if x - at[0] > 1 else ''}C")
        else:
            self._out.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1 if y else ''}H")

    def _wear(self, look: Look) -> None:
        if look == self._look:
            return
        if look[1] != self._look[1]:
            self._out.append(f"\x1b]8;;{look[1]}\x1b\\")
        if look[0] != self._look[0]:
            self._out.append(f"\x1b[{'0;' if self._look[0] and look[0] else ''}{look[0]}m")
        self._look = look


def _runs(known: Sequence[Cell], row: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Yield from where to where two rows differ, whole characters only."""
    start = stop = -1
    for x, (before, after) in enumerate(zip(known, row, strict=True)):
        if before == after:
            continue
        if start >= 0 and x - stop > _SAME_RUN:
            yield _whole(known, row, start, stop)
            start = x
        elif start < 0:
            start = x
        stop = max(stop, x + 1 + _spill(after[0])) if not after[0].isascii() else max(stop, x + 1)
    if start >= 0:
        yield _whole(known, row, start, stop)


def _spill(text: str) -> int:
    """Return over how many cells behind it a character may be drawn by a terminal that gives it another width."""
    return 0 if _certain(text) else 2 * len(text)


def _whole(known: Sequence[Cell], row: Sequence[Cell], start: int, stop: int) -> tuple[int, int]:
    stop = min(stop, len(row))
    while start > 0 and (not row[start][0] or not known[start][0]):
        start -= 1
    while stop < len(row) and (not row[stop][0] or not known[stop][0]):
        stop += 1
    return start, stop
