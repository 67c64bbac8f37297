"""Views, sorts and keyset cursors: the fixed SQL of a list, whose cost does not depend on how many orders there are."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from azpay_tui.domain.rows import VIEWS
from azpay_tui.store.cache.lapses import WITHIN
from azpay_tui.store.cache.narrow import UNNARROWED, Drive, Key, Narrow
from azpay_tui.store.cache.row import VIEW_COLUMNS
from azpay_tui.store.cache.search import Terms


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of rows: an index, its key columns and whether it is walked backwards."""

    index: str
    """Last part of the names of its indexes."""
    keys: tuple[str, ...]
    text: tuple[bool, ...]
    """Which key is a text."""
    backwards: bool = False


def _sort(index: str, keys: str, *, backwards: bool = False) -> Sort:
    names = tuple(keys.split())
    return Sort(index, names, tuple(n in ("k_currency", "k_number", "status", "order_id") for n in names), backwards)


SORTS: Final = {
    "-created": _sort("newest", "k_newest order_id"),
    "created": _sort("newest", "k_newest order_id", backwards=True),
    "expires": _sort("expires", "k_expires order_id"),
    "amount": _sort("amount", "k_currency k_amount order_id"),
    "-amount": _sort("amount", "k_currency k_amount order_id", backwards=True),
    "number": _sort("number", "k_number order_id"),
    "status": _sort("status", "status k_newest order_id"),
    "-expires": _sort("expires", "k_expires order_id", backwards=True),
    "-number": _sort("number", "k_number order_id", backwards=True),
    "-status": _sort("status", "status k_newest order_id", backwards=True),
    "trouble": _sort("trouble", "k_rank k_trouble order_id"),
}
"""Newest first; oldest first; what expires soonest; by currency and amount, both ways; order number as people count;
status word, then newest; the exact reverse of these; (view attention only) what lapses soonest, then by urgency, then
newest."""
FREQUENT: Final = 5000
"""More full-text candidates than this are not collected and sorted: the sort's index is walked instead."""


class ListError(ValueError):
    """What was asked of a list is not there; one sentence that may be shown."""


def sort_of(view: str, name: str | None) -> tuple[str, Sort]:
    """Return the sort of a view and its name; raises `ListError` with a sentence for an unknown view or sort."""
    if view not in VIEWS:
        raise ListError(f"There is no view {view!r}; the views are {', '.join(VIEWS)}.")
    chosen = name or ("trouble" if view == "attention" else "-created")
    allowed = [known for known in SORTS if known != "trouble" or view == "attention"]
    if chosen not in allowed:
        raise ListError(f"The view {view} cannot be sorted by {chosen!r}; it can by {', '.join(allowed)}.")
    return chosen, SORTS[chosen]


def to_cursor(sort: str, keys: Sequence[Key]) -> str:
    """Write the place of a row in a sort as an opaque text."""
    text = json.dumps([sort, *keys], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_cursor(cursor: str, sort: str) -> tuple[Key, ...]:
    """Read a cursor made for the same sort; raises `ListError` with a sentence for anything else."""
    kinds = SORTS[sort].text
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        name, *keys = values
        fits = name == sort and len(keys) == len(kinds) and all(map(_fits, keys, kinds))
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError):
        fits, keys = False, []
    if not fits:
        raise ListError("The cursor is not one of this list; start again without it.")
    return tuple(keys)


def _fits(key: object, text: bool) -> bool:
    if text:
        return isinstance(key, str) and _encodes(key)
    return isinstance(key, int) and not isinstance(key, bool) and abs(key) < 1 << 63


def _encodes(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Walk:
    """The part of a statement after its columns, with its values."""

    sql: str
    values: tuple[Key, ...]


def source(
    view: str, sort: Sort, terms: Terms, frequent: bool, narrow: Narrow = UNNARROWED, drive: Drive | None = None
) -> Walk:
    """Return FROM and WHERE of a view narrowed by terms and by a filter.

    Rare terms: the full-text index names candidates, which are compared and sorted. Rare conditions: so does the index
    of that condition, the `drive`. Otherwise the index of the sort is walked and each row compared, until there are
    enough: of one status word its own index, which is in the same order, and of what needs a person that view's.
    """
    walked = "attention" if narrow.attention else view
    index = drive.index if drive else "status" if narrow.one_status and sort.index == "newest" else sort.index
    table = f"list_row AS r INDEXED BY {index_of(walked, index)}"
    values: list[Key] = []
    if drive is not None and drive.within:
        table, values = _named_by(drive), [*drive.values]
    if terms.match is not None and not frequent:
        table = "(SELECT rowid AS hit FROM search WHERE search MATCH ?) CROSS JOIN list_row AS r ON r.rid = hit"
        values.append(terms.match)
    where = [f"r.{VIEW_COLUMNS[name]} = 1" for name in dict.fromkeys((view, walked)) if name in VIEW_COLUMNS]
    where += [*narrow.where, *["instr(r.search_text, ?) > 0"] * len(terms.terms)]
    return Walk(f"FROM {table} WHERE {' AND '.join(where) or '1'}", (*values, *narrow.values, *terms.terms))


def candidates(view: str, narrow: Narrow, drive: Drive) -> Walk:
    """Return FROM and WHERE of what one condition alone leaves of a view, by its own index."""
    walked = "attention" if narrow.attention else view
    where = [f"r.{VIEW_COLUMNS[walked]} = 1"] if walked in VIEW_COLUMNS else []
    if drive.within:
        return Walk(f"FROM {_named_by(drive)} WHERE {' AND '.join(where) or '1'}", drive.values)
    table = f"list_row AS r INDEXED BY {index_of(walked, drive.index)}"
    return Walk(f"FROM {table} WHERE {' AND '.join([*where, *drive.where])}", drive.values)


def _named_by(drive: Drive) -> str:
    """Return FROM of the rows that the index of deadlines names, each once."""
    return f"{WITHIN} AS named CROSS JOIN list_row AS r ON r.rid = named.rid"


def index_of(view: str, index: str) -> str:
    """Return the name of a view's index."""
    return f"row_{view.replace('-', '_')}_{index}"


def ordered(sort: Sort, base: Walk, place: Sequence[Key] | None, *, backwards: bool, limit: int) -> Walk:
    """Narrow to the rows behind a place in the direction of walking, in that direction, at most `limit`."""
    down = sort.backwards != backwards
    keys = ", ".join(f"r.{key}" for key in sort.keys)
    order = ", ".join(f"r.{key} {'DESC' if down else 'ASC'}" for key in sort.keys)
    after = ""
    if place is not None:
        after = f" AND ({keys}) {'<' if down else '>'} ({', '.join('?' * len(sort.keys))})"
    return Walk(f"{base.sql}{after} ORDER BY {order} LIMIT ?", (*base.values, *(place or ()), limit))
