"""Tables with a line of titles: comma, semicolon, tab or pipe, and what `mysql --batch` prints."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from azpay_tui.backoffice.harvest.reading import BadLine, Tally
from azpay_tui.backoffice.harvest.rows import Rows, Said
from azpay_tui.backoffice.harvest.sniffing import MYSQL_ERROR, PROMPT, Sniffed, cells_of
from azpay_tui.domain.mapping import Field
from azpay_tui.domain.rows import TrackedOrder

_NOTHING: Final = ("NULL", "\\N")
"""What stands for nothing, as databases write it."""
_MOST_LINES: Final = 50
"""Physical lines of one record: more is an open quote rather than a long text."""
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "Z": "\x1a", "b": "\b"}


def read_table(texts: Iterator[str], sniffed: Sniffed, rows: Rows, tally: Tally) -> Iterator[TrackedOrder | BadLine]:
    """Read the rows of a table; a line with a wrong number of columns is told, its ids are taken."""
    lines = _Lines(texts, tally)
    delimiter = sniffed.delimiter
    for _ in range(sniffed.title_line - 1):
        lines.next()
    head = PROMPT.sub("", lines.next() or "", count=1)
    titles = cells_of(head, delimiter) or []
    places = rows.mapping.places(titles)
    missing = rows.mapping.missing(titles) if rows.reading.mapping is not None else ()
    if missing:
        reason = f"there is no column {', '.join(missing)}: has the shop's table or plugin changed? The rest was read."
        yield BadLine(sniffed.title_line, f"{rows.reading.source}: {reason}", "source")
    width = len(titles)
    raw = delimiter == "\t"
    said = _reader(places, raw=raw)
    while (line := lines.next()) is not None:
        if not line:
            continue
        number = tally.lines
        cells = cells_of(line, delimiter)
        if cells is None or (len(cells) != width and line.count('"') % 2):
            line, cells = lines.whole(line, delimiter, width)
        if cells is not None and len(cells) == width:
            if found := rows.finder.group(line, number):
                yield from _open(rows.of(found, number, said(line, cells)), raw and lines.cut)
            continue
        yield from rows.bare(rows.finder.group(line, number))
        if error := MYSQL_ERROR.match(line):
            tally.broken = True
            yield BadLine(number, f"{rows.reading.source}: the database says: {error[0].rstrip('.')}.", "source")
        elif cells is None:
            yield BadLine(number, "A quote is opened and never closed; only ids were read.")
        elif lines.cut and len(cells) < width:
            tally.broken = True
            reason = f"line {number}, the last one, breaks off; what came before was read."
            yield BadLine(number, f"{rows.reading.source}: {reason}", "source")
        else:
            yield BadLine(number, f"The line has {columns(len(cells))}, the titles are {width}; only ids were read.")


def _open(items: Iterator[TrackedOrder | BadLine], cut: bool) -> Iterator[TrackedOrder | BadLine]:
    """Take no order for completely known whose line may go on: what a database prints always ends with a line end."""
    if not cut:
        return items
    return (replace(item, complete=False) if isinstance(item, TrackedOrder) else item for item in items)


def _reader(places: dict[Field, tuple[int, ...]], *, raw: bool) -> Callable[[str, list[str]], Said]:
    """Return what reads the cells of a line; `raw`: as `mysql --batch` prints them, quotes being a part of them."""
    # The best column of a field comes last and so is the one that counts.
    pairs = [(name, at) for name, indices in places.items() if name != "ids" for at in reversed(indices)]

    def said(line: str, cells: list[str]) -> Said:
        found: Said = {name: text for name, at in pairs if (text := cells[at].strip()) and text not in _NOTHING}
        if raw and ("\\" in line or '"' in line):
            return {name: _plain(text) if "\\" in text or text[0] == '"' else text for name, text in found.items()}
        return found

    return said


def _plain(text: str) -> str:
    if "\\" in text:
        return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text)
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[-1] == '"' else text


class _Lines:
    """Physical lines one by one, without their ends; a record that cannot be put together gives back all but one."""

    def __init__(self, texts: Iterator[str], tally: Tally) -> None:
        self._texts = texts
        self._tally = tally
        self._waiting: deque[str] = deque()
        self._endless = False

    @property
    def cut(self) -> bool:
        """Whether the line given last was the last one and has no end."""
        return self._endless and not self._waiting

    def next(self) -> str | None:
        """Return the next line, counted; None at the end."""
        while not self._waiting:
            text = next(self._texts, None)
            if text is None:
                return None
            self._endless = not text.endswith("\n")
            self._waiting.extend(text.replace("\r\n", "\n").removesuffix("\n").split("\n"))
        self._tally.lines += 1
        return self._waiting.popleft()

    def whole(self, line: str, delimiter: str, width: int) -> tuple[str, list[str] | None]:
        """Add lines until every quote is closed and every column there; the line alone when that never happens."""
        first = line
        taken: list[str] = []
        while len(taken) < _MOST_LINES and (more := self.next()) is not None:
            taken.append(more)
            line += "\n" + more
            if more.count('"') % 2:
                cells = _quoted(line, delimiter)
                if cells is not None and len(cells) == width:
                    return line, cells
                break
        self._waiting.extendleft(reversed(taken))
        self._tally.lines -= len(taken)
        return first, cells_of(first, delimiter)


def columns(count: int) -> str:
    """Say how many columns there are."""
    return f"{count} column{'' if count == 1 else 's'}"


def _quoted(record: str, delimiter: str) -> list[str] | None:
    try:
        found = list(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else None
