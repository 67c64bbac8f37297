"""What the audit chain says of purged and deleted orders, held against the rows as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import Query
from azpay_tui.store.journal.spoken import Disagreement

_KNOWN: Final = ("track", "intent")
"""Kinds of rows that say that the journal knows an order."""


class Removals:
    """Takes the rows of a chain in their order, then compares."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._purged: dict[str, Row] = {}
        self._deleted: dict[str, Row] = {}
        self._known: dict[str, str] = {}
        """Since when the journal knows each order."""

    def take(self, row: Row, data: Mapping[str, Any]) -> None:
        """Take one row and what it says."""
        if row.kind == "purge":
            self._purged[row.order_id] = row
        elif row.kind == "delete":
            self._deleted.setdefault(row.order_id, row)
        elif row.kind in _KNOWN:
            self._known.setdefault(row.order_id, row.at)

    def compare(self, query: Query) -> Iterator[Disagreement]:
        """Yield every purge and deletion that is not as the chain says."""
        purges = {order_id: (at, by, wiped) for order_id, at, by, wiped in _texts(query, "purge", "wiped")}
        untold = {name for name, (at, _by, wiped) in purges.items() if wiped == "1" and self._was_unknown(name, at)}
        # A purge that a back-up heard of has no session; a back-up of before there was the table has no row of it.
        left = {name: row for name, row in self._purged.items() if row.session or name in purges}
        yield from _unlike("the purge of", left, {name: row[:2] for name, row in purges.items() if name not in untold})
        deleted = {order_id: (at, by) for order_id, at, by, _ in _texts(query, "deletion", "''")}
        yield from _unlike("the deletion of", self._deleted, deleted)

    def _was_unknown(self, order_id: str, at: str) -> bool:
        """Whether an order was purged that this journal had not heard of, as a back-up does: its chain says nothing."""
        return order_id not in self._purged and not ("" < self._known.get(order_id, "") <= at)


def _texts(query: Query, table: str, more: str) -> Iterator[list[str]]:
    found = query(
        f"SELECT CAST(order_id AS BLOB), CAST(at AS BLOB), CAST(person AS BLOB), CAST({more} AS BLOB) FROM {table}"
    )
    for values in found:
        yield [bytes(value).decode("utf-8", "replace") for value in values]


def _unlike(what: str, told: Mapping[str, Row], known: Mapping[str, tuple[str, str]]) -> Iterator[Disagreement]:
    for name, now in known.items():
        if name not in told:
            yield Disagreement(f"{what} {name}", "no row of the chain tells of it", 0)
        elif now != (told[name].at, told[name].person):
            yield Disagreement(f"{what} {name}", "when and by whom was changed afterwards", told[name].seq)
    for name in sorted(told.keys() - known.keys()):
        yield Disagreement(f"{what} {name}", "it is gone", told[name].seq)
