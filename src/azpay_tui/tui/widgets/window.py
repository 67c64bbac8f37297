"""The part of a view that is held in memory: pages by keyset around the cursor, however long the list is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from azpay_tui.backoffice.ports import Reader
from azpay_tui.domain.rows import VIEWS, ListRow

PAGE: Final = 60
"""Rows read at once."""
KEPT: Final = 480
"""Rows held at most."""


class Window:
    """Consecutive rows of one view, in the order in which they were read; changes keep every row in its place."""

    def __init__(self, reader: Reader) -> None:
        """Start empty, on the first view."""
        self._reader = reader
        self.view = VIEWS[0]
        self.rows: list[ListRow] = []
        self.offset: int | None = 0
        """Rows of the view before the first one held; None when that is not known."""
        self._next: str | None = None
        self._previous: str | None = None

    def at(self, index: int) -> ListRow | None:
        """Return the row at an index of the rows held."""
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def index_of(self, order_id: str) -> int | None:
        """Return where an order is held."""
        return next((index for index, row in enumerate(self.rows) if row.id == order_id), None)

    @property
    def complete(self) -> bool:
        """Whether the whole view is held."""
        return self._next is None and self._previous is None

    def first(self, view: str) -> None:
        """Hold the start of a view."""
        page = self._reader.page(view, limit=PAGE)
        self.view, self.rows, self.offset = view, list(page.rows), 0
        self._next, self._previous = page.next, None

    def last(self) -> None:
        """Hold the end of the view."""
        page = self._reader.page(self.view, from_end=True, limit=PAGE)
        total = self._reader.counts().get(self.view)
        self.rows = list(page.rows)
        self._next, self._previous = None, page.previous
        self.offset = 0 if page.previous is None else None if total is None else max(0, total - len(self.rows))

    def around(self, row: ListRow) -> int:
        """Hold the surroundings of a row of this view; returns its index."""
        before = self._reader.page(self.view, before=row.cursor, limit=PAGE // 2)
        after = self._reader.page(self.view, after=row.cursor, limit=PAGE)
        self.rows = [*before.rows, row, *after.rows]
        self._next, self._previous = after.next, before.previous
        self.offset = 0 if before.previous is None else None
        return len(before.rows)

    def reload(self, keep: ListRow | None) -> int:
        """Read again; returns the new index of a row to keep, or of the place where it was."""
        if keep is not None:
            before = self._reader.page(self.view, before=keep.cursor, limit=PAGE // 2)
            place = len(before.rows)
            start = before.rows[0].cursor if before.rows else None
        else:
            before, place, start = None, 0, None
        if before is None or before.previous is None or start is None:
            self.first(self.view)
        else:
            page = self._reader.page(self.view, after=start, limit=PAGE)
            self.rows, self.offset = [before.rows[0], *page.rows], None
            self._next, self._previous = page.next, before.previous
        if keep is None:
            return 0
        found = self.index_of(keep.id)
        return found if found is not None else min(place, max(0, len(self.rows) - 1))

    def grow_down(self) -> int:
        """Read on below; returns how many rows came. Rows far above are let go: `offset` and indexes move by `trim`."""
        if self._next is None:
            return 0
        page = self._reader.page(self.view, after=self._next, limit=PAGE)
        known = {row.id for row in self.rows}
        fresh = [row for row in page.rows if row.id not in known]
        self.rows += fresh
        self._next = page.next
        return len(fresh)

    def grow_up(self) -> int:
        """Read on above; returns by how many places every row moved down."""
        if self._previous is None:
            return 0
        page = self._reader.page(self.view, before=self._previous, limit=PAGE)
        known = {row.id for row in self.rows}
        fresh = [row for row in page.rows if row.id not in known]
        self.rows = [*fresh, *self.rows]
        self._previous = page.previous
        self.offset = 0 if page.previous is None else None if self.offset is None else max(0, self.offset - len(fresh))
        del self.rows[KEPT:]
        if len(self.rows) == KEPT:
            self._next = self.rows[-1].cursor
        return len(fresh)

    def trim(self, index: int) -> int:
        """Let go of rows far above an index when too many are held; returns by how many places every row moved up."""
        surplus = min(len(self.rows) - KEPT, index - PAGE)
        if surplus <= 0:
            return 0
        del self.rows[:surplus]
        self._previous = self.rows[0].cursor
        self.offset = None if self.offset is None else self.offset + surplus
        return surplus

    def update(self, order_ids: Iterable[str]) -> tuple[int, ...]:
        """Read changed orders again, each staying in its place; returns the indexes of those held."""
        changed = set(order_ids)
        found = []
        for index, row in enumerate(self.rows):
            if row.id in changed:
                fresh = self._reader.row(row.id)
                if fresh is not None and replace(fresh, cursor=row.cursor) != row:
                    self.rows[index] = replace(fresh, cursor=row.cursor)
                    found.append(index)
        return tuple(found)

    def leave(self, order_ids: Iterable[str]) -> tuple[int, ...]:
        """Let go of orders that left the view; returns the indexes at which they were held."""
        gone = set(order_ids)
        indexes = tuple(index for index, row in enumerate(self.rows) if row.id in gone)
        for index in reversed(indexes):
            del self.rows[index]
        return indexes

    def arrived(self) -> int:
        """Count rows that belong among those held and are not shown yet."""
        if self._previous is None:
            page = self._reader.page(self.view, limit=len(self.rows) + PAGE)
        else:
            page = self._reader.page(self.view, after=self.rows[0].cursor, limit=len(self.rows) + PAGE)
        known = {row.id for row in self.rows}
        new = [index for index, row in enumerate(page.rows) if row.id not in known]
        if self._next is None:
            return len(new)
        # Below the last known row lies what was never read; it is not news.
        last = max((index for index, row in enumerate(page.rows) if row.id in known), default=-1)
        return sum(1 for index in new if index < last)

    def find(self, term: str, start: ListRow | None, *, forward: bool) -> ListRow | None:
        """Return the next row of the view that a text is found in, after (or before) a row, around the end."""
        place = start.cursor if start is not None else None
        read = self._reader.page
        if forward:
            page = read(self.view, query=term, after=place, limit=1)
            page = page if page.rows else read(self.view, query=term, limit=1)
        else:
            page = read(self.view, query=term, before=place, from_end=place is None, limit=1)
            page = page if page.rows else read(self.view, query=term, from_end=True, limit=1)
        return page.rows[-1] if page.rows else None
