"""The list of orders: lines drawn from pages of the cache, a cursor that stays on its order whatever happens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual import events
from textual.geometry import Offset
from textual.message import Message

from azpay_tui.domain.rows import ListRow
from azpay_tui.tui.selection import MOST
from azpay_tui.tui.sight import Sight
from azpay_tui.tui.widgets.row_lines import RowLines


class OrderList(RowLines, can_focus=True):
    """Rows of one view under a line of titles.

    A cursor move repaints two lines. What changes in the cache changes its row in place; the cursor and the selection
    belong to orders.
    """

    @dataclass
    class Moved(Message):
        """The cursor is on another order, or on none."""

        order_id: str | None

        def can_replace(self, message: Message) -> bool:
            """Let a later move stand for an earlier one."""
            return isinstance(message, OrderList.Moved)

    class Changed(Message):
        """Position, selection or the number of new rows changed."""

        def can_replace(self, message: Message) -> bool:
            """Let a later change stand for an earlier one."""
            return isinstance(message, OrderList.Changed)

    # Reading

    def show(self, sight: Sight) -> None:
        """Show something else from its start; raises `ValueError` for a sort that its view does not have."""
        self._window.show(sight.view, sight.sort, self._narrowed(sight.filter))
        self.sight = sight
        self._top = self._cursor = self.arrived = self._amounts = 0
        self.selection.end()
        self._everything()

    def change(self, sight: Sight) -> None:
        """Show the same orders otherwise, with the cursor on the same order where it is still among them."""
        row, on_screen = self.row, self._cursor - self._top
        self._window.show(sight.view, sight.sort, self._narrowed(sight.filter))
        self.sight = sight
        still = self._window.here(row.id) if row is not None else None
        self._cursor = 0 if still is None else self._window.around(still)
        self._top = self._cursor - on_screen
        self.arrived = self._amounts = 0
        self.selection.end()
        self._everything()

    def reload(self) -> None:
        """Read the view again, with the cursor on the same order; from its start, where that was on screen."""
        on_screen, at_start = self._cursor - self._top, self._top == self._window.offset == 0
        self._window.narrowed = self._narrowed(self.sight.filter)
        self._cursor = self._window.reload(self.row)
        self._top = 0 if at_start and self._window.offset == 0 else self._cursor - on_screen
        self.arrived = 0
        self.selection.end()
        self._everything()

    def take(self, order_ids: Iterable[str]) -> None:
        """Show what changed in the cache: known rows in place, new ones only announced (`arrived`)."""
        changed = tuple(order_ids)
        for index in self._window.update(changed):
            self._paint_row(index)
        self._widen()
        if not self._window.rows:
            self._window.first(self.view)
            if self._window.rows:
                self._everything()
            return
        chosen = [order_id for order_id in changed if order_id in self.selection]
        self.selection.update({order_id: self._window.known(order_id) for order_id in chosen})
        self._window.count()
        self.arrived = self._window.arrived()
        self.post_message(self.Changed())

    def leave(self, order_ids: Iterable[str]) -> None:
        """Take orders out of what is shown that a person's own doing took out of the view.

        The cursor stays on its order, or goes to the one that followed it.
        """
        indexes = self._window.leave(order_ids)
        if not indexes:
            return
        self._top -= sum(index < self._top for index in indexes)
        self._cursor -= sum(index < self._cursor for index in indexes)
        while self._cursor + 1 >= len(self._window.rows) and self._window.grow_down():
            pass
        if not self._window.rows:
            self._window.first(self.view)
        self._cursor = max(0, min(self._cursor, len(self._window.rows) - 1))
        self._everything()

    # Moving

    def move(self, rows: int) -> None:
        """Move the cursor by rows, negative is up."""
        self._go(self._cursor + rows)

    def page(self, pages: float) -> None:
        """Move cursor and screen by pages, negative is up."""
        rows = int(pages * self._page) or (1 if pages > 0 else -1)
        self._go(self._cursor + rows, self._top + rows)

    def to_top(self) -> None:
        """Move to the first row of the view."""
        if self._window.offset != 0 and self.selection.anchor is None:
            self._window.first(self.view)
            self._painted.clear()
        self._go(-MOST if self.selection.anchor is not None else 0, 0)

    def to_end(self) -> None:
        """Move to the last row of the view; a range reaches as far as can be selected."""
        if self.selection.anchor is not None:
            while len(self._window.rows) < MOST and self._window.grow_down():
                pass
            self._go(len(self._window.rows) - 1)
            return
        self._window.last()
        self._top = 0
        self._cursor = max(0, len(self._window.rows) - 1)
        self._everything()

    def go_to(self, row: ListRow) -> None:
        """Move to a row of this view, wherever it is."""
        index = self._window.index_of(row.id)
        if index is not None:
            self._go(index)
            return
        self._cursor = self._window.around(row)
        self._top = self._cursor - self._page // 2
        self._everything()

    def go_to_held(self, order_ids: Iterable[str]) -> None:
        """Move to the first of orders that is among the rows held; without one stay."""
        held = [index for order_id in order_ids if (index := self._window.index_of(order_id)) is not None]
        if held:
            index, on_screen = min(held), self._cursor - self._top
            visible = self._top <= index < self._top + self._page
            self._go(index, None if visible else max(0, index - on_screen))

    def find(self, term: str, *, forward: bool = True) -> tuple[int | None, int | None] | None:
        """Move to the next order of the list that a text is found in.

        Returns its number among those found, from 1, and how many they are (each None beyond what is counted); None
        when there is no such order.
        """
        row = self._window.find(term, self.row, forward=forward)
        if row is None:
            return None
        self.go_to(row)
        return self._window.found(term, row)

    def go_to_id(self, order_id: str) -> bool:
        """Move to an order of this list; returns whether it is in it."""
        row = self._window.here(order_id)
        if row is not None:
            self.go_to(row)
        return row is not None

    def _go(self, index: int, top: int | None = None) -> None:
        """Put the cursor on an index, reading on where the rows held end, and scroll as little as possible."""
        while index + 1 >= len(self._window.rows) and self._window.grow_down():
            pass
        while index < 0 or (top is not None and top < 0):
            moved = self._window.grow_up()
            if not moved:
                break
            index, self._cursor, self._top = index + moved, self._cursor + moved, self._top + moved
            top = None if top is None else top + moved
        gone = self._window.trim(min(index, self._top))
        index, before, shown = index - gone, self._cursor - gone, self._top - gone
        self._cursor = max(0, min(index, len(self._window.rows) - 1))
        self._top = self._fitting_top(shown if top is None else top - gone)
        if self._top != shown:
            self._widen()
            self.refresh()
        elif self._cursor != before:
            self._paint_row(before)
            self._paint_row(self._cursor)
        if self._cursor != before:
            if self.selection.anchor is not None:
                self._stretch()
            self._tell()

    def _fitting_top(self, top: int) -> int:
        page, count = self._page, len(self._window.rows)
        jump = page // 2 if self._by_half_pages else 0
        if self._cursor < top:
            top = self._cursor - jump
        elif self._cursor >= top + page:
            top = self._cursor - page + 1 + jump
        return max(0, min(top, count - page))

    # Selecting

    def toggle(self) -> None:
        """Select the order under the cursor, or no longer."""
        if self.row is not None:
            self.selection.toggle(self.row)
            self._paint_row(self._cursor)
            self.post_message(self.Changed())

    def draw_range(self) -> bool:
        """Begin a range at the cursor, or end it; returns whether there is one now. Its orders are selected."""
        if self.selection.anchor is not None:
            self.selection.end()
        elif self.row is not None:
            self.selection.begin(self.row)
            self._paint_row(self._cursor)
        self._window.pinned = self.selection.anchor is not None
        self.post_message(self.Changed())
        return self._window.pinned

    def select(self, *, everything: bool) -> int:
        """Select all rows held, or every one of the list; returns how many of these are selected now."""
        rows = self._window.matching(MOST) if everything else self._window.rows
        count = self.selection.add(rows)
        self.refresh()
        self.post_message(self.Changed())
        return count

    def clear_selection(self) -> None:
        """Select nothing."""
        for order_id in self.selection.clear():
            index = self._window.index_of(order_id)
            if index is not None:
                self._paint_row(index)
        self._window.pinned = False
        self.post_message(self.Changed())

    def deselect(self, order_ids: Iterable[str]) -> None:
        """Select orders no longer."""
        for order_id in order_ids:
            index = self._window.index_of(order_id)
            if self.selected.pop(order_id, None) is not None and index is not None:
                self._paint_row(index)
        self.post_message(self.Changed())

    def _stretch(self) -> None:
        for order_id in self.selection.stretch(self._window.rows, self._cursor):
            index = self._window.index_of(order_id)
            if index is not None:
                self._paint_row(index)
        self._window.pinned = self.selection.anchor is not None

    # Painting

    def _everything(self) -> None:
        self._window.pinned = False
        self._top = self._fitting_top(self._top)
        self._painted.clear()
        self._widen()
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        # The terminal's own cursor is hidden and stands here: screen readers and magnifiers follow it.
        self.app.cursor_position = self.region.offset + Offset(0, self._cursor - self._top + 1)
        self.post_message(self.Moved(self.row.id if self.row else None))
        self.post_message(self.Changed())

    def on_resize(self) -> None:
        """Keep the cursor on screen."""
        if self._window.rows:
            self._go(self._cursor)
            self.refresh()

    # Mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Move the cursor to the row."""
        index = self._top + event.y - 1
        if event.y >= 1 and self._window.at(index) is not None:
            self._go(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move down."""
        event.stop()
        self.move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move up."""
        event.stop()
        self.move(-3)
