"""JSON as it comes: documents of any depth in which orders stand, one object a line, or objects parsed already."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from azpay_tui.backoffice.harvest.ids import Found, find
from azpay_tui.backoffice.harvest.reading import BadLine, Tally
from azpay_tui.backoffice.harvest.rows import Rows
from azpay_tui.backoffice.harvest.scanning import BETWEEN, BLANK, FAILURES, DocumentText
from azpay_tui.domain.mapping import Field, Mapping, folded
from azpay_tui.domain.rows import TrackedOrder

_TELLING: Final = ("detail", "message", "title", "description")
_LONGEST: Final = 300
"""Characters of an error that are told."""
_DEEPEST: Final = 64
"""Lists and objects that are gone through inside of each other."""
_LEVELS: Final = 4
"""How deep inside of an object orders are looked for."""
_MOST_SHAPES: Final = 1000
_NAMING: Final[tuple[Field, ...]] = ("number", "permission", "ids", "created", "status", "amount")
"""Fields by which an object is known to be an order."""
_PARTS: Final = re.compile(r"[.+\[\]]")
"""Between the keys of a path."""

Item = TrackedOrder | BadLine
_Object = dict[str, object]


def read_objects(records: Iterable[object], rows: Rows, tally: Tally) -> Iterator[Item]:
    """Read objects that are parsed already."""
    shapes = _Shapes(rows.mapping)
    for record in records:
        tally.lines += 1
        text = json.dumps(record, default=str)
        tally.size += len(text)
        yield from _orders(record, text, rows, shapes, tally)


def read_document(texts: Iterator[str], rows: Rows, tally: Tally) -> Iterator[Item]:
    """Read one document or several; from where it stops being JSON it is read as text.

    Lists and what holds them are gone through; each object in a list, or that stands alone, is looked at as a whole.
    """
    tally.unit = "record"
    text = DocumentText(texts)
    shapes = _Shapes(rows.mapping)
    open_: list[str] = []
    try:
        while text.skip(BETWEEN if open_ else BLANK):
            if open_ and text.letter == ("]" if open_[-1] == "[" else "}"):
                open_.pop()
                text.at += 1
                continue
            if open_ and open_[-1] == "{":
                text.key()
            if text.letter == "[" and len(open_) < _DEEPEST:
                open_.append("[")
                text.at += 1
                continue
            try:
                value, said = text.value()
            except FAILURES:
                line = None if open_ else text.line()
                if line is None:
                    if text.letter != "{" or len(open_) >= _DEEPEST:
                        raise
                    open_.append("{")
                    text.at += 1
                    continue
                tally.lines += 1
                yield from rows.bare(rows.finder.group(line, tally.lines))
                yield BadLine(tally.lines, "This is no JSON; only ids were read.")
                continue
            tally.lines += not open_ or open_[-1] == "["
            if not open_ and tally.lines == 1 and rows.reading.mapping is not None and (told := refusal(value)):
                yield BadLine(1, f"{rows.reading.source}: {told}", "source")
            yield from _orders(value, said, rows, shapes, tally)
        if not open_:
            if shapes.strange and rows.reading.mapping is not None:
                yield BadLine(0, f"{rows.reading.source}: none of its fields is known; only ids were read.", "source")
            return
    except FAILURES:
        pass
    tally.broken = True
    after = "at once" if not tally.lines else f"after record {tally.lines:,}"
    yield BadLine(
        tally.lines, f"{rows.reading.source}: the JSON breaks off {after}; what came before was read.", "source"
    )
    for rest in text.rest():
        yield from rows.bare(rows.finder.group(rest, tally.lines))


def _orders(value: object, text: str, rows: Rows, shapes: _Shapes, tally: Tally) -> Iterator[Item]:
    """Return the orders of one value; what stands outside of its records is read as text."""
    found = rows.finder.group(text, tally.lines)
    if not found:
        return
    if not isinstance(value, dict):
        yield from rows.bare(found)
        return
    records = shapes.records(value)
    if len(records) == 1:
        yield from _row(found, tally.lines, records[0], shapes, rows)
        return
    left = dict(found)
    tally.lines -= 1  # it is not a record but holds them
    for record in records:
        tally.lines += 1
        inside = rows.finder.again(json.dumps(record))
        for order_id in inside:
            left.pop(order_id, None)
        if inside:
            yield from _row(inside, tally.lines, record, shapes, rows)
    yield from rows.bare(left)


def refusal(value: object) -> str | None:
    """Return the sentence for an error that a shop's interface answered in place of orders; None for anything else."""
    if not isinstance(value, dict) or find(json.dumps(value, default=str)):
        return None
    told: object = value.get("errors") or value.get("error") or (value if {"code", "message"} <= value.keys() else None)
    if not told:
        return None
    while isinstance(told, list) and told:
        told = told[0]
    if isinstance(told, dict):
        told = next((told[name] for name in _TELLING if isinstance(told.get(name), str)), "")
    text = " ".join(str(told)[:_LONGEST].split()).rstrip(".")
    return f"this is an error in place of orders: {text}." if text else "this is an error in place of orders."


def _row(found: Found, number: int, record: _Object, shapes: _Shapes, rows: Rows) -> Iterator[Item]:
    values = shapes.values(record)
    shapes.strange = shapes.strange is not False and not any(value not in (None, "") for value in values.values())
    goods = values.get("lines")
    said = {
        name: text
        for name, value in values.items()
        if isinstance(value, str | int) and not isinstance(value, bool) and (text := str(value).strip())
    }
    yield from rows.of(found, number, said, goods if isinstance(goods, list) else None)


class _Shapes:
    """Finds the objects that are orders in an object: itself, one inside of it, or those of a list inside of it."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._ways: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._plans: dict[tuple[str, ...], tuple[Mapping, dict[Field, str]]] = {}
        self.strange: bool | None = None
        """Whether no record that names an order had any known field; None before there was one."""

    def records(self, value: _Object) -> list[_Object]:
        """Return the records of an object, at least one."""
        shape = tuple(value)
        way = self._ways.get(shape)
        if way is None:
            way = self._way(value)
            if len(self._ways) < _MOST_SHAPES:
                self._ways[shape] = way
        found: object = value
        for name in way:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, list):
            return [each for each in found if isinstance(each, dict)] or [value]
        return [found if isinstance(found, dict) else value]

    def values(self, record: _Object) -> dict[Field, object]:
        """Return what a record says of each field."""
        shape = tuple(record)
        known = self._plans.get(shape)
        if known is None:
            plan = self._plan(record)
            # Most names are those of the record itself, and need no path to be followed.
            known = plan, {name: paths[0] for name, paths in plan.columns.items() if paths[0] in record}
            if len(self._plans) < _MOST_SHAPES:
                self._plans[shape] = known
        plan, keys = known
        values = {name: record[key] for name, key in keys.items()}
        for name in plan.columns:
            if values.get(name) in (None, ""):
                values[name] = plan.find(record, name)
        return values

    def _plan(self, record: _Object) -> Mapping:
        """Return the mapping without the many names that such records do not have."""
        keys = {folded(key): key for key in reversed(record)}

        def there(path: str) -> str | None:
            if path in record or any(part.strip() in record for part in _PARTS.split(path)):
                return path
            return keys.get(folded(path))

        known = {name: tuple(filter(None, map(there, paths))) for name, paths in self._mapping.columns.items()}
        return replace(self._mapping, columns={name: paths for name, paths in known.items() if paths})

    def _way(self, value: _Object) -> tuple[str, ...]:
        """Return the keys that lead to what looks most like an order; the outermost of equals."""
        best: int = self._likeness(value)
        chosen: tuple[str, ...] = ()
        level: list[tuple[tuple[str, ...], _Object]] = [((), value)]
        for _ in range(_LEVELS):
            below = []
            for way, outer in level:
                for name, inner in outer.items():
                    first = _first(inner)
                    if first is None:
                        continue
                    if (likeness := self._likeness(first)) > best:
                        best, chosen = likeness, (*way, name)
                    if isinstance(inner, dict):
                        below.append(((*way, name), inner))
            level = below
        return chosen

    def _likeness(self, value: _Object) -> int:
        plan = self._plan(value)
        return sum(plan.find(value, name) not in (None, "") for name in _NAMING)


def _first(value: object) -> _Object | None:
    """Return an object, or the first one of a list."""
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, dict)), None)
    return value if isinstance(value, dict) else None
