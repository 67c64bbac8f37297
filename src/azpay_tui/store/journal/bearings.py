"""What the audit chain says of known orders, marks and the settings in force, held against the rows as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import SALE, Query, digests
from azpay_tui.store.journal.posted import LETTERS
from azpay_tui.store.journal.spoken import Disagreement
from azpay_tui.store.journal.switched import SWITCH
from azpay_tui.store.marks import COLUMNS

_WHO: Final = frozenset({"os_user", "login", "origin"})


class Bearings:
    """Takes the rows of a chain in their order, then compares."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._orders: dict[str, int] = {}
        self._ids: dict[str, int] = {}
        self._marks: dict[str, tuple[int, dict[str, object]]] = {}
        self._settings: tuple[int, Mapping[str, object]] | None = None
        self._sales: dict[int, tuple[int, str, object]] = {}
        """Of each act that cancelled a sale: the row of the chain, the order and the digest."""
        self._switch: tuple[int, Mapping[str, object]] | None = None
        self._letters: tuple[int, object] | None = None
        """Since when letters are written by themselves; None: the chain never told of it."""

    def take(self, row: Row, data: Mapping[str, Any]) -> None:
        """Take one row and what it says; raises `ValueError` or `TypeError` when azpay says nothing like that."""
        match row.kind:
            case "track":
                self._orders.setdefault(row.order_id, row.seq)
                for object_id in data.get("ids", ()):
                    self._ids.setdefault(str(object_id), row.seq)
            case "mark":
                _, said = self._marks.get(row.order_id, (0, {}))
                self._marks[row.order_id] = row.seq, said | {name: data[name] for name in COLUMNS if name in data}
            case "settings":
                self._settings = row.seq, data
            case "sale":
                self._sales[int(data["sale"])] = row.seq, row.order_id, data.get("row")
            case "switch":
                told = {name: data.get(name) for name in ("position", "mode", "why", "after")}
                self._switch = row.seq, {**told, "at": row.at, "person": row.person}
            case "letters":
                self._letters = row.seq, data.get(LETTERS)

    def compare(self, query: Query) -> Iterator[Disagreement]:
        """Yield every row that is not as the chain says."""
        yield from self._compare_settings(query)
        yield from self._compare_switch(query)
        yield from self._compare_letters(query)
        yield from _gone("order", self._orders, _texts(query, "tracked", "order_id"))
        yield from _gone("object", self._ids, _texts(query, "tracked_id", "object_id"))
        yield from self._compare_marks(query)
        yield from self._compare_sales(query)

    def _compare_settings(self, query: Query) -> Iterator[Disagreement]:
        row, told = self._settings or (0, {})
        stored = next((value for (value,) in _texts(query, "meta WHERE name = 'audit_settings'", "value")), "{}")
        try:
            now: dict[str, object] = json.loads(stored or "")
            beyond = {name for name in told if name not in now and not name.startswith("was_")} - _WHO
            same = not beyond and all(name in told and told[name] == value for name, value in now.items())
        except (ValueError, TypeError, AttributeError, RecursionError):
            same = False
        if not same:
            yield Disagreement("what was noted of the settings in force", "it was changed afterwards", row)

    def _compare_switch(self, query: Query) -> Iterator[Disagreement]:
        row, told = self._switch or (0, None)
        stored = next((value for (value,) in _texts(query, f"meta WHERE name = '{SWITCH}'", "value")), None)
        try:
            now = None if stored is None else json.loads(stored)
        except (ValueError, RecursionError):
            now = stored
        if now != told:
            wrong = "it is gone" if stored is None else "it was changed afterwards"
            yield Disagreement("how the switch of automatic steps stands", wrong, row)

    def _compare_letters(self, query: Query) -> Iterator[Disagreement]:
        """Where it is gone, letters were switched off; they then begin anew, and nothing older is written about."""
        stored = next((value for (value,) in _texts(query, f"meta WHERE name = '{LETTERS}'", "value")), None)
        if self._letters is not None and stored not in (None, self._letters[1]):
            yield Disagreement("since when letters are written", "it was changed afterwards", self._letters[0])

    def _compare_marks(self, query: Query) -> Iterator[Disagreement]:
        left = {order_id: said for order_id, said in self._marks.items() if said[1]}
        for order_id, *values in _texts(query, "mark", "order_id", *COLUMNS):
            row, said = left.pop(str(order_id), (0, None))
            name = f"the mark on {order_id}"
            if said is None:
                yield Disagreement(name, "no row of the chain tells of it", 0)
                continue
            now: dict[str, object] = dict(zip(COLUMNS, values, strict=True))
            now["tags"] = len(str(now["tags"]).split())
            wrong = [column for column in COLUMNS if now[column] != said.get(column, 0 if column == "tags" else None)]
            if wrong:
                yield Disagreement(name, f"its {wrong[0]} was changed afterwards", row)
        for order_id, (row, said) in left.items():
            if any(said.values()):
                yield Disagreement(f"the mark on {order_id}", "it is gone", row)

    def _compare_sales(self, query: Query) -> Iterator[Disagreement]:
        left = dict(self._sales)
        for values, digest in digests(query, "sale", SALE):
            number = int(values[0])
            row, order_id, told = left.pop(number, (0, "", None))
            name = f"cancelled sale {number} of {order_id or values[1].decode('utf-8', 'replace')}"
            if not row:
                yield Disagreement(name, "no row of the chain tells of it", 0)
            elif digest != told:
                yield Disagreement(name, "it was changed afterwards", row)
        for number, (row, order_id, _digest) in left.items():
            yield Disagreement(f"cancelled sale {number} of {order_id}", "it is gone", row)


def _texts(query: Query, source: str, *columns: str) -> Iterator[list[str | None]]:
    """Yield columns of text, also what is none: somebody may have edited it."""
    blobs = ", ".join(f"CAST({name} AS BLOB)" for name in columns)
    for values in query(f"SELECT {blobs} FROM {source}"):
        yield [None if value is None else bytes(value).decode("utf-8", "replace") for value in values]


def _gone(kind: str, told: Mapping[str, int], known: Iterator[list[str | None]]) -> Iterator[Disagreement]:
    there = {name for (name,) in known}
    for name, row in told.items():
        if name not in there:
            yield Disagreement(f"the {kind} {name}", "it is gone", row)
