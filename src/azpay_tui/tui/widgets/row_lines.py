"""How the list of orders is drawn: titles, one line per row held, and only those lines again that changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from azpay_tui.backoffice.stores import Reader
from azpay_tui.domain.filters import Filter, Narrowed
from azpay_tui.domain.rows import ListRow
from azpay_tui.tui import theme
from azpay_tui.tui.display import fit
from azpay_tui.tui.selection import Selection
from azpay_tui.tui.sight import Sight
from azpay_tui.tui.widgets.columns import SMALLEST_AMOUNT, Column, amount_cells, layout, line, titles
from azpay_tui.tui.widgets.window import Window

BEATS: Final = ("~", "=")
"""The signs that take turns in front of an order that something happens to."""


class RowLines(Widget):
    """The lines of a list, and what they are drawn from; `OrderList` moves in it and changes it.

    Draws lines itself: a table widget costs seconds at ten thousand rows and kilobytes per key.
    """

    DEFAULT_CSS = """
    RowLines { height: 1fr; width: 1fr; }
    """

    def __init__(
        self,
        reader: Reader,
        now: Callable[[], datetime],
        *,
        where: tzinfo = UTC,
        by_half_pages: bool = False,
        id: str | None = None,
    ) -> None:
        """Read from `reader`; `now` gives UTC, `where` is the time zone of days.

        `by_half_pages` scrolls rarely and far, for slow links.
        """
        super().__init__(id=id)
        self._window = Window(reader)
        self._now = now
        self._where = where
        self.sight = Sight()
        """What is shown."""
        self._by_half_pages = by_half_pages
        self._top = 0
        self._cursor = 0
        self._painted: dict[int, tuple[str, str]] = {}
        self._empty: tuple[str, ...] = ()
        self._amounts = 0
        self.selection = Selection()
        """The selected orders, which belong to no view."""
        self.busy: frozenset[str] = frozenset()
        """Orders that something happens to right now: sent, or read from Amazon."""
        self._beat = 0
        self.arrived = 0
        """Rows that belong into what is shown and were not there when it was read."""

    def _narrowed(self, filter_: Filter) -> Narrowed:
        """Return a filter as it is meant now."""
        return Narrowed(filter_, self._now(), self._where)

    # What is where

    @property
    def view(self) -> str:
        """The built-in view that is shown, whole or narrowed."""
        return self.sight.view

    @property
    def selected(self) -> dict[str, ListRow]:
        """Selected orders by id, in the order of selection."""
        return self.selection.rows

    @property
    def total(self) -> int | None:
        """How many orders the filter leaves; None: more than are counted, or there is no filter."""
        return self._window.total

    @property
    def held(self) -> tuple[ListRow, ...]:
        """The rows that were read."""
        return tuple(self._window.rows)

    @property
    def complete(self) -> bool:
        """Whether every order of the list is held."""
        return self._window.complete

    @property
    def position(self) -> int | None:
        """The number of the row under the cursor within the view, from 1; None when it is not known."""
        offset = self._window.offset
        return None if offset is None or self.row is None else offset + self._cursor + 1

    @property
    def row(self) -> ListRow | None:
        """The row under the cursor."""
        return self._window.at(self._cursor)

    @property
    def rows_on_screen(self) -> tuple[ListRow, ...]:
        """The rows on screen."""
        return tuple(self._window.rows[self._top : self._top + self._page])

    @property
    def _page(self) -> int:
        return max(1, self.size.height - 1)

    def tick(self) -> None:
        """Paint the rows whose texts changed because time went by."""
        for y, before in tuple(self._painted.items()):
            row = self._window.at(self._top + y - 1)
            if row is not None and self._texts(row) != before:
                self._paint_line(y)

    def spin(self, busy: frozenset[str]) -> None:
        """Move the sign of the orders that something happens to; the others get theirs back."""
        before, self.busy = self.busy, busy
        self._beat += 1
        for index, row in enumerate(self.rows_on_screen, self._top):
            if row.id in before or row.id in busy:
                self._paint_row(index)

    def when_empty(self, *lines: str) -> None:
        """Say what stands in an empty list."""
        if lines != self._empty:
            self._empty = lines
            if not self._window.rows:
                self.refresh()

    def _paint_row(self, index: int) -> None:
        y = index - self._top + 1
        if 1 <= y < self.size.height:
            self._paint_line(y)

    def _paint_line(self, y: int) -> None:
        self.refresh(Region(0, y, self.size.width, 1))

    def _layout(self) -> tuple[Column, ...]:
        return layout(self.size.width, self.sight.columns, amounts=self._amounts, view=self.sight.view)

    def _texts(self, row: ListRow) -> tuple[str, str]:
        busy = BEATS[self._beat % len(BEATS)] if row.id in self.busy else ""
        return line(self._layout(), row, self._now(), busy=busy)

    def _widen(self) -> None:
        """Give amounts the room of the widest one that was seen; the columns move then, and only then."""
        cells = amount_cells(self.rows_on_screen)
        if cells > self._amounts:
            self._amounts = cells
            if cells > SMALLEST_AMOUNT:
                self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the titles, a row, what stands in an empty list, or nothing."""
        cells = self.size.width
        if y == 0:
            return Strip([Segment(fit("  " + titles(self._layout()), cells), theme.TITLES)], cells)
        row = self._window.at(self._top + y - 1)
        if row is None:
            self._painted.pop(y, None)
            said = self._empty[y - 2] if not self._window.rows and 0 <= y - 2 < len(self._empty) else ""
            return Strip([Segment(fit(f"  {said}" if said else "", cells), theme.PLAIN)], cells)
        first, rest = self._painted[y] = self._texts(row)
        here, marked = self._top + y - 1 == self._cursor, row.id in self.selection
        gutter = (">*" if marked else "> ") if here else ("* " if marked else "  ")
        if here:
            style = theme.CURSOR if self.has_focus else theme.CURSOR_AWAY
            return Strip([Segment(fit(gutter + first + rest, cells), style)], cells)
        plain = theme.SELECTED if marked else theme.PLAIN
        used = len(gutter) + len(first)
        return Strip(
            [
                Segment(gutter, plain),
                Segment(first, theme.sign_style(first[:1])),
                Segment(fit(rest, cells - used), plain),
            ],
            cells,
        )

    def on_focus(self) -> None:
        """Show the cursor as the place where keys go."""
        self._paint_row(self._cursor)

    def on_blur(self) -> None:
        """Show the cursor as the place where keys will go again."""
        self._paint_row(self._cursor)
