"""Records of a CSV file (RFC 4180) with a known header, read line by line so that one bad line costs no other."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from azpay_tui.backoffice.harvest.decoding import ESCAPED
from azpay_tui.backoffice.harvest.labels import quoted
from azpay_tui.backoffice.harvest.reading import Tally
from azpay_tui.domain.money import EXPONENTS, AmountError, Money, parse_amount, parse_wire

_MOST_LINES: Final = 50
"""Physical lines of one record: more is an open quote rather than a long name."""
_LONGEST: Final = 64 * 1024
"""Characters of one record."""
_LONGEST_LABEL: Final = 500
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_PLAIN: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?", re.ASCII)


class HeaderError(ValueError):
    """The file as a whole cannot be read; the text is one sentence for the operator."""


class LineError(ValueError):
    """Why a record is not taken; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record."""

    number: int
    """Of its first line in the file, from 1."""
    cells: dict[str, str] | str
    """By the columns that are wanted; or why it cannot be read, one sentence."""
    damaged: bool = False
    """Whether it is no UTF-8: letters that cannot be read are replaced."""


def has_columns(line: str, wanted: Sequence[str]) -> bool:
    """Tell whether a line is a header that names all of these columns."""
    cells, problem = _cells(line, None)
    return problem is None and set(wanted) <= {cell.strip() for cell in cells}


def read_named(stream: BinaryIO, wanted: Sequence[str], tally: Tally) -> Iterator[Record]:
    """Read UTF-8 (a byte order mark is tolerated), its columns in any order, others ignored.

    Raises `HeaderError` when the header is missing or lacks a column.
    """
    lines = _Lines(stream, tally)
    try:
        yield from _read(lines, wanted)
    finally:
        lines.leave()


def _read(lines: _Lines, wanted: Sequence[str]) -> Iterator[Record]:
    header = lines.record()
    if header is None:
        raise HeaderError(f"The file is empty; its first line must name the columns {','.join(wanted)}.")
    columns = _columns(header[1], wanted)
    width = len(columns)
    replaced = lines.replaced
    while (record := lines.record(width)) is not None:
        number, cells = record
        before, replaced = replaced, lines.replaced
        if isinstance(cells, str):
            yield Record(number, cells)
        else:
            named = {name: cells[at].strip() for name, at in columns.items() if name in wanted}
            yield Record(number, named, replaced > before)


def _columns(cells: list[str] | str, wanted: Sequence[str]) -> dict[str, int]:
    if isinstance(cells, str):
        raise HeaderError(f"The header cannot be read: {cells}")
    names = [cell.strip() for cell in cells]
    missing = [name for name in wanted if name not in names]
    if missing:
        hint = " Separate columns by commas." if len(names) == 1 and ";" in names[0] else ""
        raise HeaderError(f"The header lacks {', '.join(missing)}; it must name {','.join(wanted)}.{hint}")
    doubled = [name for name in wanted if names.count(name) > 1]
    if doubled:
        raise HeaderError(f"The header names {', '.join(doubled)} more than once.")
    # Two foreign columns may share a name; the count still has to be that of the header.
    return {name if name in wanted else f"{at} {name}": at for at, name in enumerate(names)}


class _Lines:
    """Puts physical lines together to records; a record that cannot be read gives back all lines but its first."""

    def __init__(self, stream: BinaryIO, tally: Tally) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="\n")
        self._back: deque[str] = deque()
        self._tally = tally

    @property
    def replaced(self) -> int:
        """Bytes so far that are no UTF-8."""
        return self._tally.replaced

    def leave(self) -> None:
        """Leave the stream to whoever opened it."""
        self._text.detach()

    def _next(self) -> str | None:
        if self._back:
            line = self._back.popleft()
        else:
            line = self._readable(self._text.readline(_LONGEST + 1))
            if not line:
                return None
        self._tally.lines += 1
        return line

    def _readable(self, line: str) -> str:
        """Replace and count bytes that are no UTF-8: they cost a letter of a name, never an order."""
        if line.isascii():
            return line
        text, count = ESCAPED.subn("\ufffd", line)
        self._tally.replaced += count
        return text

    def record(self, width: int | None = None) -> tuple[int, list[str] | str] | None:
        """Return the next record's line number and its cells, or a sentence; None at the end. Skips blank lines."""
        while (first := self._next()) is not None:
            if not first.strip():
                continue
            start, lines = self._tally.lines, [first]
            if len(first) > _LONGEST:
                self._skip_rest(first)
                return start, "The line is too long."
            cells, problem = _cells(first, width)
            if problem is not None and first.count('"') % 2:  # a quoted line end, or a quote that is never closed
                problem = self._complete(lines)
                if problem is None:
                    cells, problem = _cells("".join(lines), width)
            if problem is not None:
                self._give_back(lines[1:])
                return start, problem
            return start, cells
        return None

    def _complete(self, lines: list[str]) -> str | None:
        """Add lines until every quote is closed; the sentence when that never happens."""
        quotes, size = lines[0].count('"'), len(lines[0])
        while quotes % 2:
            line = self._next()
            if line is None or len(lines) >= _MOST_LINES or size > _LONGEST:
                if line is not None:
                    self._give_back([line])
                return "A quote is opened and never closed."
            lines.append(line)
            quotes += line.count('"')
            size += len(line)
        return None

    def _give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self._tally.lines -= len(lines)

    def _skip_rest(self, line: str) -> None:
        while line and not line.endswith("\n"):
            line = self._text.readline(_LONGEST + 1)


def _cells(record: str, width: int | None) -> tuple[list[str], str | None]:
    if "\0" in record:
        return [], "The line holds a NUL character."
    try:
        rows = list(csv.reader(io.StringIO(record, newline=""), strict=True))
    except csv.Error as error:
        return [], f"The quoting is wrong ({error})."
    if len(rows) != 1:
        return [], "The line holds a stray carriage return."
    if width is not None and len(rows[0]) != width:
        return [], f"The line has {len(rows[0])} columns, the header has {width}."
    return rows[0], None


def amount_of(text: str, currency: str, name: str = "amount") -> Money | None:
    """Read an amount, None where the cell is empty; raises `LineError` with the name of the column.

    One in a currency that is not known here keeps the decimals it came with: shown, never moved.
    """
    if currency and not _CURRENCY.fullmatch(currency):
        raise LineError(f"currency is {quoted(currency)}, which is not a currency code such as EUR.")
    if not text:
        return None
    if not currency:
        raise LineError(f"{name} is given without a currency.")
    try:
        return parse_amount(text, currency) if currency in EXPONENTS else _raw(text, currency)
    except AmountError as error:
        raise LineError(str(error)) from error


def _raw(text: str, currency: str) -> Money:
    """Keep an amount in a currency that is not known here with the decimals it came with: shown, never moved."""
    if not _PLAIN.fullmatch(text):
        raise AmountError(f"{quoted(text)} is not an amount. Write digits with an optional point, such as 12.50.")
    return parse_wire(text, currency)


def label_of(cells: dict[str, str], name: str) -> str | None:
    """Return a text, None where the cell is empty; raises `LineError` when it is too long to be one."""
    text = cells[name]
    if len(text) > _LONGEST_LABEL:
        raise LineError(f"{name} is longer than {_LONGEST_LABEL} characters.")
    return text or None
