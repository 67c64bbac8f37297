"""Parts of a list: a page by keyset, one row of it, and how many rows there are."""

from __future__ import annotations

import sqlite3
from typing import Final

from azpay_tui.domain.filters import Narrowed
from azpay_tui.domain.rows import ListRow, Page
from azpay_tui.store.cache.narrow import Key, narrow
from azpay_tui.store.cache.paging import Walk, from_cursor, ordered, sort_of, to_cursor
from azpay_tui.store.cache.planning import exists, planned, terms_of
from azpay_tui.store.cache.row import SHOWN, VIEW_COLUMNS, WIDTH, to_list_row

_LONGEST_PAGE: Final = 10_000


class List:
    """What is listed and in which order: a view, narrowed by a query and a filter."""

    def __init__(self, view: str, sort: str | None, query: str, narrowed: Narrowed) -> None:
        """Raises `ListError` with a sentence for an unknown view or sort."""
        self.view = view
        self.query = query
        self.narrowed = narrowed
        self.name, self.sort = sort_of(view, sort)

    def place(self, cursor: str) -> tuple[Key, ...]:
        """Return the place that a cursor names; raises `ListError` for one that is none of this list's order."""
        return from_cursor(cursor, self.name)

    @property
    def columns(self) -> str:
        """What is read of each row: what is shown of it, and then its place."""
        return f"{SHOWN}, {', '.join(f'r.{key}' for key in self.sort.keys)}"

    def row(self, columns: tuple[Key, ...]) -> ListRow:
        """Return what a list shows of these columns, with the row's cursor."""
        return to_list_row(columns[:WIDTH], to_cursor(self.name, columns[WIDTH:]))

    def planned(self, cache: sqlite3.Connection) -> Walk:
        """Choose the way to it."""
        return planned(cache, self.view, self.sort, self.query, self.narrowed)


def page(
    cache: sqlite3.Connection, wanted: List, place: tuple[Key, ...] | None, *, backwards: bool, limit: int
) -> Page:
    """Return the rows after a place, or before it when `backwards`; without a place from the list's start or end."""
    limit = max(1, min(limit, _LONGEST_PAGE))
    base = wanted.planned(cache)
    walk = ordered(wanted.sort, base, place, backwards=backwards, limit=limit + 1)
    found = cache.execute(f"SELECT {wanted.columns} {walk.sql}", walk.values).fetchall()
    more, found = len(found) > limit, found[:limit]
    if not found:
        return Page((), None, None)
    edge: tuple[Key, ...] = found[0][WIDTH:]
    behind = place is not None and exists(cache, ordered(wanted.sort, base, edge, backwards=not backwards, limit=1))
    if backwards:
        found.reverse()
    rows = tuple(wanted.row(columns) for columns in found)
    has_next, has_previous = (behind, more) if backwards else (more, behind)
    return Page(rows, rows[-1].cursor if has_next else None, rows[0].cursor if has_previous else None)


def row(cache: sqlite3.Connection, wanted: List, order_id: str) -> ListRow | None:
    """Return one order's row of a list; None when the order is not in it."""
    terms, found = terms_of(wanted.query, wanted.narrowed), narrow(wanted.narrowed)
    of_view = [f"r.{VIEW_COLUMNS[wanted.view]} = 1"] if wanted.view in VIEW_COLUMNS else []
    where = ["r.order_id = ?", *of_view, *found.where, *["instr(r.search_text, ?) > 0"] * len(terms.terms)]
    sql = f"SELECT {wanted.columns} FROM list_row AS r WHERE {' AND '.join(where)}"
    columns = cache.execute(sql, (order_id, *found.values, *terms.terms)).fetchone()
    return None if columns is None else wanted.row(columns)


def count(cache: sqlite3.Connection, wanted: List, limit: int, before: tuple[Key, ...] | None = None) -> int:
    """Count the rows of a list, or those before a place in it, up to `limit`."""
    base = wanted.planned(cache)
    if before is None:
        walk = Walk(f"{base.sql} LIMIT ?", (*base.values, limit))
    else:
        walk = ordered(wanted.sort, base, before, backwards=True, limit=limit)
    return int(cache.execute(f"SELECT count(*) FROM (SELECT 1 {walk.sql})", walk.values).fetchone()[0])
