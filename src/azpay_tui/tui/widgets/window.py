"""The part of a view that is held in memory: pages by keyset around the cursor, however long the list is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from azpay_tui.backoffice.stores import Reader
from azpay_tui.domain.filters import WHOLE, Narrowed
from azpay_tui.domain.rows import VIEWS, ListRow, Page

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
        self.sort: str | None = None
        self.narrowed: Narrowed = WHOLE
        self.rows: list[ListRow] = []
        self.offset: int | None = 0
        """Rows of the view before the first one held; None when that is not known."""
        self.total: int | None = 0
        """How many orders the filter leaves of the view; None: more than are counted, or all of the view."""
        self.pinned = False
        """Whether no row is let go of: a range that is being selected needs its start."""
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

    @property
    def _list(self) -> dict[str, Any]:
        return {"sort": self.sort, "narrowed": self.narrowed}

    def _page(self, **part: Any) -> Page:
        return self._reader.page(self.view, **self._list, **part)

    def show(self, view: str, sort: str | None = None, narrowed: Narrowed = WHOLE) -> None:
        """Change what is listed, and hold its start."""
        page = self._reader.page(view, sort=sort, narrowed=narrowed, limit=PAGE)
        self.view, self.sort, self.narrowed = view, sort, narrowed
        self._hold_start(page)

    def first(self, view: str) -> None:
        """Hold the start of a view, sorted and narrowed as the last one was."""
        self.show(view, self.sort, self.narrowed)

    def _hold_start(self, page: Page) -> None:
        self.rows, self.offset = list(page.rows), 0
        self._next, self._previous = page.next, None
        self.count()

    def count(self) -> None:
        """Count again what the filter leaves; a view that is not narrowed has a kept count."""
        if not self.narrowed.filter:
            self.total = None
        elif self.complete:
            self.total = len(self.rows)
        else:
            self.total = self._reader.total(self.view, narrowed=self.narrowed)

    def last(self) -> None:
        """Hold the end of the view."""
        page = self._page(from_end=True, limit=PAGE)
        total = self.total if self.narrowed.filter else self._reader.counts().get(self.view)
        self.rows = list(page.rows)
        self._next, self._previous = None, page.previous
        self.offset = 0 if page.previous is None else None if total is None else max(0, total - len(self.rows))

    def around(self, row: ListRow) -> int:
        """Hold the surroundings of a row of this list, with its cursor in it; returns its index."""
        before = self._page(before=row.cursor, limit=PAGE // 2)
        after = self._page(after=row.cursor, limit=PAGE)
        self.rows = [*before.rows, row, *after.rows]
        self._next, self._previous = after.next, before.previous
        place = len(before.rows) if before.previous is None else self._reader.place(row.cursor, self.view, **self._list)
        self.offset = None if place is None else max(0, place - len(before.rows))
        self.count()
        return len(before.rows)

    def here(self, order_id: str) -> ListRow | None:
        """Return the row of an order with its cursor in this list; None when it is not in it."""
        return self._reader.row(order_id, view=self.view, **self._list)

    def known(self, order_id: str) -> ListRow | None:
        """Return the row of an order wherever it is; None when the cache does not know it."""
        return self._reader.row(order_id)

    def reload(self, keep: ListRow | None) -> int:
        """Read again; returns the new index of a row to keep, or of the place where it was."""
        if keep is None:
            self._hold_start(self._page(limit=PAGE))
            return 0
        still = self.here(keep.id)
        if still is not None:
            return self.around(still)
        before = self._page(before=keep.cursor, limit=PAGE // 2)
        if not before.rows or before.previous is None:
            self._hold_start(self._page(limit=PAGE))
            place = len(before.rows)
        else:
            place = self.around(before.rows[-1]) + 1
        return min(place, max(0, len(self.rows) - 1))

    def grow_down(self) -> int:
        """Read on below; returns how many rows came. Rows far above are let go: `offset` and indexes move by `trim`."""
        if self._next is None:
            return 0
        page = self._page(after=self._next, limit=PAGE)
        known = {row.id for row in self.rows}
        fresh = [row for row in page.rows if row.id not in known]
        self.rows += fresh
        self._next = page.next
        return len(fresh)

    def grow_up(self) -> int:
        """Read on above; returns by how many places every row moved down."""
        if self._previous is None:
            return 0
        page = self._page(before=self._previous, limit=PAGE)
        known = {row.id for row in self.rows}
        fresh = [row for row in page.rows if row.id not in known]
        self.rows = [*fresh, *self.rows]
        self._previous = page.previous
        self.offset = 0 if page.previous is None else None if self.offset is None else max(0, self.offset - len(fresh))
        if len(self.rows) > KEPT and not self.pinned:
            del self.rows[KEPT:]
            self._next = self.rows[-1].cursor
        return len(fresh)

    def trim(self, index: int) -> int:
        """Let go of rows far above an index when too many are held; returns by how many places every row moved up."""
        surplus = min(len(self.rows) - KEPT, index - PAGE)
        if surplus <= 0 or self.pinned:
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
            page = self._page(limit=len(self.rows) + PAGE)
        else:
            page = self._page(after=self.rows[0].cursor, limit=len(self.rows) + PAGE)
        known = {row.id for row in self.rows}
        new = [index for index, row in enumerate(page.rows) if row.id not in known]
        if self._next is None:
            return len(new)
        # Below the last known row lies what was never read; it is not news.
        last = max((index for index, row in enumerate(page.rows) if row.id in known), default=-1)
        return sum(1 for index in new if index < last)

    def find(self, term: str, start: ListRow | None, *, forward: bool) -> ListRow | None:
        """Return the next row of the list that a text is found in, after (or before) a row, around the end."""
        place = start.cursor if start is not None else None
        if forward:
            page = self._page(query=term, after=place, limit=1)
            page = page if page.rows else self._page(query=term, limit=1)
        else:
            page = self._page(query=term, before=place, from_end=place is None, limit=1)
            page = page if page.rows else self._page(query=term, from_end=True, limit=1)
        return page.rows[-1] if page.rows else None

    def found(self, term: str, row: ListRow) -> tuple[int | None, int | None]:
        """Return the number of a row among those that a text is found in, from 1, and how many those are."""
        place = self._reader.place(row.cursor, self.view, query=term, **self._list)
        total = self._reader.total(self.view, term, narrowed=self.narrowed)
        return None if place is None else place + 1, total

    def matching(self, most: int) -> tuple[ListRow, ...]:
        """Return every row of the list, at most `most`, held or not."""
        found: list[ListRow] = []
        after: str | None = None
        while len(found) < most:
            page = self._page(after=after, limit=min(10_000, most - len(found)))
            found += page.rows
            after = page.next
            if after is None:
                break
        return tuple(found)
