"""orders.csv: the shop's export, read line by line so that one bad line costs no other."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Final

from azpay_tui.backoffice.harvest.decoding import ESCAPED
from azpay_tui.backoffice.harvest.ids import foreign
from azpay_tui.backoffice.harvest.labels import quoted
from azpay_tui.backoffice.harvest.reading import BadLine, Reading, Tally
from azpay_tui.domain.moments import believable
from azpay_tui.domain.money import EXPONENTS, AmountError, Money, parse_amount, parse_wire
from azpay_tui.domain.order import kind_of, order_id_of
from azpay_tui.domain.rows import TrackedOrder

COLUMNS: Final = (
    "order_number",
    "permission_id",
    "charge_ids",
    "refund_ids",
    "currency",
    "amount",
    "created",
    "buyer_name",
    "buyer_email",
)
"""The header; the order of columns is free and others are ignored. All cells but `permission_id` may be empty."""
_MOST_LINES: Final = 50
"""Physical lines of one record: more is an open quote rather than a long name."""
_LONGEST: Final = 64 * 1024
"""Characters of one record."""
_LONGEST_LABEL: Final = 500
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_PLAIN: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?", re.ASCII)
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


_PLAINLY: Final = Reading("import", None, None)

_NO_TEXT: Final = "The line is not UTF-8 text; its order is taken, and letters that cannot be read are replaced."


class HeaderError(ValueError):
    """The file as a whole cannot be read; the text is one sentence for the operator."""


class _LineError(ValueError):
    """Why a record is not taken."""


def is_contract(line: str) -> bool:
    """Tell whether a line is the header of orders.csv."""
    cells, problem = _cells(line, None)
    return problem is None and set(COLUMNS) <= {cell.strip() for cell in cells}


def read_orders(
    stream: BinaryIO, reading: Reading = _PLAINLY, tally: Tally | None = None
) -> Iterator[TrackedOrder | BadLine]:
    """Read an export (UTF-8, a byte order mark is tolerated, RFC 4180): each record as an order or as a bad line.

    A record that is no UTF-8 is both: ids are ASCII, so the order is taken, and its labels lack letters.

    An order of it is completely known: an empty `charge_ids` means that there are none. Raises `HeaderError` when the
    header is missing or lacks a column.
    """
    lines = _Lines(stream, Tally() if tally is None else tally)
    try:
        yield from _read(lines, reading)
    finally:
        lines.leave()


def _read(lines: _Lines, reading: Reading) -> Iterator[TrackedOrder | BadLine]:
    header = lines.record()
    if header is None:
        raise HeaderError(f"The file is empty; its first line must name the columns {','.join(COLUMNS)}.")
    columns = _columns(header[1])
    width = len(columns)
    replaced = lines.replaced
    while (record := lines.record(width)) is not None:
        number, cells = record
        before, replaced = replaced, lines.replaced
        if isinstance(cells, str):
            yield BadLine(number, cells)
            continue
        named = {name: cells[at].strip() for name, at in columns.items() if name in COLUMNS}
        try:
            yield _order(named, reading)
        except _LineError as error:
            yield BadLine(number, str(error))
            continue
        if replaced > before:
            yield BadLine(number, _NO_TEXT, "label")


def _columns(cells: list[str] | str) -> dict[str, int]:
    if isinstance(cells, str):
        raise HeaderError(f"The header cannot be read: {cells}")
    names = [cell.strip() for cell in cells]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        hint = " Separate columns by commas." if len(names) == 1 and ";" in names[0] else ""
        raise HeaderError(f"The header lacks {', '.join(missing)}; it must name {','.join(COLUMNS)}.{hint}")
    doubled = [name for name in COLUMNS if names.count(name) > 1]
    if doubled:
        raise HeaderError(f"The header names {', '.join(doubled)} more than once.")
    # Two foreign columns may share a name; the count still has to be that of the header.
    return {name if name in COLUMNS else f"{at} {name}": at for at, name in enumerate(names)}


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


def _order(cells: dict[str, str], reading: Reading) -> TrackedOrder:
    order_id = cells["permission_id"]
    if kind_of(order_id) != "permission":
        raise _LineError(
            f"permission_id is {quoted(order_id)}, which is no id of an order such as S01-1234567-1234567."
        )
    if (whose := foreign(order_id, reading.environment)) is not None:
        raise _LineError(f"permission_id is {order_id}, which is of Amazon's {whose}.")
    return TrackedOrder(
        order_id=order_id,
        number=_label(cells, "order_number"),
        amount=_amount(cells["amount"], cells["currency"]),
        currency=cells["currency"] or None,
        created=_time(cells["created"]),
        buyer_name=_label(cells, "buyer_name"),
        buyer_email=_label(cells, "buyer_email"),
        charge_ids=_ids(cells["charge_ids"], "charge", order_id),
        refund_ids=_ids(cells["refund_ids"], "refund", order_id),
        complete=True if reading.complete is None else reading.complete,
        source=reading.source,
        side="shop" if reading.side is None else reading.side,
    )


def _ids(text: str, kind: str, order_id: str) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(text.split()))
    for object_id in ids:
        if kind_of(object_id) != kind:
            raise _LineError(f"{kind}_ids holds {quoted(object_id)}, which is not the id of a {kind}.")
        if order_id_of(object_id) != order_id:
            raise _LineError(f"{kind}_ids holds {object_id}, which does not belong to {order_id}.")
    return ids


def _amount(text: str, currency: str) -> Money | None:
    if currency and not _CURRENCY.fullmatch(currency):
        raise _LineError(f"currency is {quoted(currency)}, which is not a currency code such as EUR.")
    if not text:
        return None
    if not currency:
        raise _LineError("amount is given without a currency.")
    try:
        return parse_amount(text, currency) if currency in EXPONENTS else _raw(text, currency)
    except AmountError as error:
        raise _LineError(str(error)) from error


def _raw(text: str, currency: str) -> Money:
    """Keep an amount in a currency that is not known here with the decimals it came with: shown, never moved."""
    if not _PLAIN.fullmatch(text):
        raise AmountError(f"{quoted(text)} is not an amount. Write digits with an optional point, such as 12.50.")
    return parse_wire(text, currency)


def _time(text: str) -> datetime | None:
    if not text:
        return None
    sentence = f"created is {quoted(text)}, which is not a time such as 2026-01-31T08:15:00Z."
    if not _RFC3339.fullmatch(text):
        raise _LineError(sentence)
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _LineError(sentence) from error
    if not believable(moment):
        raise _LineError(sentence)
    return moment


def _label(cells: dict[str, str], name: str) -> str | None:
    text = cells[name]
    if len(text) > _LONGEST_LABEL:
        raise _LineError(f"{name} is longer than {_LONGEST_LABEL} characters.")
    return text or None
