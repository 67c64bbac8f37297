"""JSON: one document of any depth in which a list of orders stands, or one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from azpay_tui.backoffice.harvest.ids import LONGEST
from azpay_tui.backoffice.harvest.reading import BadLine, Tally
from azpay_tui.backoffice.harvest.rows import Rows
from azpay_tui.domain.mapping import Field
from azpay_tui.domain.rows import TrackedOrder

_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str)
"""Numbers stay the text they were: no amount ever becomes a float."""
_BLANK: Final = re.compile(r"[ \t\r\n]*")


def read_lines(texts: Iterator[str], rows: Rows, tally: Tally) -> Iterator[TrackedOrder | BadLine]:
    """Read JSON Lines; of a line that is no JSON the ids are taken and it is told."""
    for text in texts:
        cut = not text.endswith("\n")
        for line in text.removesuffix("\n").split("\n"):
            tally.lines += 1
            if not line or line.isspace():
                continue
            try:
                value = _DECODER.decode(line)
            except (ValueError, RecursionError):
                yield from rows.bare(rows.finder.group(line, tally.lines))
                if not cut:
                    yield BadLine(tally.lines, "The line is no JSON; only ids were read.")
                continue
            yield from rows.read(tally.lines, line, partial(_cell, rows, value))


def read_objects(records: Iterable[object], rows: Rows, tally: Tally) -> Iterator[TrackedOrder | BadLine]:
    """Read objects that are parsed already."""
    for record in records:
        tally.lines += 1
        text = json.dumps(record, default=str)
        tally.size += len(text)
        yield from rows.read(tally.lines, text, partial(_cell, rows, record))


def _cell(rows: Rows, value: object, name: Field) -> object:
    return rows.mapping.find(value, name)


def read_document(texts: Iterator[str], rows: Rows, tally: Tally) -> Iterator[TrackedOrder | BadLine]:
    """Read one document (or several) as it comes; from where it stops being JSON it is read as text."""
    whole = "".join(texts)  # streaming follows
    tally.lines = whole.count("\n") + 1
    at, end = 0, len(whole)
    while (at := _BLANK.match(whole, at).end()) < end:  # type: ignore[union-attr]
        try:
            value, after = _DECODER.raw_decode(whole, at)
        except (ValueError, RecursionError):
            yield from rows.bare(rows.finder.group(whole[at:], 1))
            yield BadLine(0, f"{rows.reading.source}: the JSON breaks off; what came before was read.", "source")
            return
        for record in _records(value):
            yield from rows.read(1, json.dumps(record), partial(_cell, rows, record))
        at = after


def _records(value: object) -> list[object]:
    if isinstance(value, dict):
        for inner in value.values():
            if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                return inner
    return value if isinstance(value, list) else [value]


_ = LONGEST
