"""Writing list rows: only what differs, with the search index, the counts of the views and the revision in step."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from azpay_tui.store.cache.lapses import NONE, write_lapses
from azpay_tui.store.cache.row import COLUMNS, VIEW_COLUMNS, RowValues

_SELECT: Final = f"""SELECT r.rid, {", ".join(f"r.{name}" for name in COLUMNS)}
    FROM json_each(?) AS wanted CROSS JOIN list_row AS r ON r.order_id = wanted.value"""
_INSERT: Final = f"""INSERT INTO list_row (rid, {", ".join(COLUMNS)}, revision)
    VALUES ({", ".join("?" * len(COLUMNS))}, ?, ?)"""
_SILENT: Final = frozenset({"refreshed_at", "changes_at"})
"""Columns whose change alone is no news."""


def write_rows(connection: sqlite3.Connection, rows: Iterable[RowValues], touched: Iterable[str]) -> tuple[str, ...]:
    """Bring list rows in step inside the caller's transaction; returns the ids of orders that changed.

    `touched` are orders whose details changed though their row may not have. Raises `sqlite3.Error`.
    """
    fresh = {row.order_id: row for row in rows}
    known = {
        old[1]: (old[0], dict(zip(COLUMNS, old[1:], strict=True)))
        for old in connection.execute(_SELECT, (json.dumps([*fresh]),)).fetchall()
    }
    changed = dict.fromkeys(order_id for order_id in touched if order_id in fresh)
    revision = int(connection.execute("SELECT revision FROM state").fetchone()[0]) + 1
    counts = dict.fromkeys((*VIEW_COLUMNS, "all"), 0)
    new = [row for order_id, row in fresh.items() if order_id not in known]
    _insert(connection, new, revision, counts)
    changed.update((row.order_id, None) for row in new)
    for order_id in known:
        row = fresh[order_id]
        values = dict(zip(COLUMNS, row.values(), strict=True))
        rid, old = known[order_id]
        different = [name for name in COLUMNS if old[name] != values[name]]
        if not _SILENT.issuperset(different):
            changed[order_id] = None
        if "search_text" in different:
            old_text = (rid, old["search_text"])
            connection.execute("INSERT INTO search (search, rowid, search_text) VALUES ('delete', ?, ?)", old_text)
            connection.execute("INSERT INTO search (rowid, search_text) VALUES (?, ?)", (rid, row.search_text))
        if "lapses" in different:
            write_lapses(connection, [(rid, row.lapses)])
        names = [*different, *(["revision"] if order_id in changed else [])]
        if names:
            values["revision"] = revision
            setting = ", ".join(f"{name} = ?" for name in names)
            connection.execute(f"UPDATE list_row SET {setting} WHERE rid = ?", (*(values[n] for n in names), rid))
            _count(counts, old, values)
    for view, difference in counts.items():
        if difference:
            connection.execute("UPDATE view_count SET n = n + ? WHERE view = ?", (difference, view))
    if changed:
        connection.execute("UPDATE state SET revision = ?", (revision,))
    return tuple(changed)


def remove_rows(connection: sqlite3.Connection, order_ids: Sequence[str]) -> None:
    """Take the rows of orders out of lists, search index and counts, in the caller's transaction."""
    for rid, *row in connection.execute(_SELECT, (json.dumps([*order_ids]),)).fetchall():
        old = dict(zip(COLUMNS, row, strict=True))
        gone = (rid, old["search_text"])
        connection.execute("INSERT INTO search (search, rowid, search_text) VALUES ('delete', ?, ?)", gone)
        connection.execute("DELETE FROM list_row WHERE rid = ?", (rid,))
        for view, column in [*VIEW_COLUMNS.items(), ("all", "")]:
            n = int(old[column] or 0) if column else 1
            connection.execute("UPDATE view_count SET n = n - ? WHERE view = ?", (n, view))
        connection.execute("UPDATE state SET revision = revision + 1")


def _insert(connection: sqlite3.Connection, rows: Sequence[RowValues], revision: int, counts: dict[str, int]) -> None:
    if not rows:
        return
    last = int(connection.execute("SELECT coalesce(max(rid), 0) FROM list_row").fetchone()[0])
    numbered = list(enumerate(rows, last + 1))
    connection.executemany(_INSERT, [(rid, *row.values(), revision) for rid, row in numbered])
    connection.executemany(
        "INSERT INTO search (rowid, search_text) VALUES (?, ?)", [(rid, row.search_text) for rid, row in numbered]
    )
    write_lapses(connection, [(rid, row.lapses) for rid, row in numbered if row.lapses != NONE])
    counts["all"] += len(rows)
    for view, column in VIEW_COLUMNS.items():
        counts[view] += sum(getattr(row, column) for row in rows)


def _count(
    counts: dict[str, int], old: Mapping[str, str | int | None], new: Mapping[str, str | int | None]
) -> None:  # fmt: skip
    for view, column in VIEW_COLUMNS.items():
        counts[view] += int(new[column] or 0) - int(old.get(column) or 0)
