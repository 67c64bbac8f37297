"""Which way to a list is the short one: asked of the cache, because it depends on how much of each it holds."""

from __future__ import annotations

import sqlite3

from azpay_tui.domain.filters import Narrowed
from azpay_tui.store.cache.narrow import Drive, Key, Narrow, frequent_first, narrow
from azpay_tui.store.cache.paging import FREQUENT, Sort, Walk, candidates, source
from azpay_tui.store.cache.search import Terms, parse


def terms_of(query: str, narrowed: Narrowed) -> Terms:
    """Return what is searched for: the words of a query and those of a filter."""
    return parse(f"{query} {narrowed.filter.query}")


def planned(cache: sqlite3.Connection, view: str, sort: Sort, query: str, narrowed: Narrowed) -> Walk:
    """Choose the way to a list: what is rare is collected and sorted, else the sort's index is walked."""
    terms, found = terms_of(query, narrowed), narrow(narrowed)
    frequent = terms.match is None or _more_than_few(cache, "FROM search WHERE search MATCH ?", (terms.match,))
    drive = _drive(cache, view, sort, found) if frequent and found.drives else None
    return source(view, sort, terms, frequent, found, drive)


def _drive(cache: sqlite3.Connection, view: str, sort: Sort, found: Narrow) -> Drive | None:
    for drive in frequent_first(found.drives, sort.index):
        some = candidates(view, found, drive)
        if not _more_than_few(cache, some.sql, some.values):
            return drive
    return None


def _more_than_few(cache: sqlite3.Connection, sql: str, values: tuple[Key, ...]) -> bool:
    counting = f"SELECT count(*) FROM (SELECT 1 {sql} LIMIT ?)"
    return int(cache.execute(counting, (*values, FREQUENT + 1)).fetchone()[0]) > FREQUENT


def exists(cache: sqlite3.Connection, walk: Walk) -> bool:
    """Whether a walk finds any row."""
    return cache.execute(f"SELECT 1 {walk.sql}", walk.values).fetchone() is not None
