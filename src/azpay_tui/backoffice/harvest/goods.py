"""lines.csv: what was ordered, a record for each line; the records of one order stand one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, cast, get_args

from azpay_tui.backoffice.harvest.ids import foreign
from azpay_tui.backoffice.harvest.labels import quoted
from azpay_tui.backoffice.harvest.memory import Seen
from azpay_tui.backoffice.harvest.reading import BadLine, Reading, Tally
from azpay_tui.backoffice.harvest.records import LineError, Record, amount_of, has_columns, label_of, read_named
from azpay_tui.domain.goods import SlipError, ordered, priced
from azpay_tui.domain.order import kind_of
from azpay_tui.domain.rows import LineKind, OrderLine, TrackedOrder

COLUMNS: Final = (
    "permission_id",
    "kind",
    "sku",
    "name",
    "quantity",
    "unit_amount",
    "tax",
    "amount",
    "currency",
)
"""The header; the order of columns is free and others are ignored. `kind` is `item` (or empty), `shipping`, `discount`
or `tax`; an article needs `quantity` and one of `unit_amount` and `amount`, the others `amount`."""
_MARKS: Final = ("permission_id", "quantity", "unit_amount")
"""Columns that no other file has together."""
_MOST: Final = 500
"""Lines of one order."""
_KINDS: Final = get_args(LineKind)


def is_lines(line: str) -> bool:
    """Tell whether a line is meant as the header of lines.csv; a column that it lacks is then told."""
    return has_columns(line, _MARKS)


def read_lines(
    stream: BinaryIO, reading: Reading, tally: Tally, whole: Callable[[], bool]
) -> Iterator[TrackedOrder | BadLine]:
    """Read the lines of orders; an order of which one line is bad, or whose lines do not add up, gets none of them.

    `whole` tells at the end whether nothing is missing there. Raises `HeaderError`.
    """
    group = _Group(reading)
    for record in read_named(stream, COLUMNS, tally):
        yield from group.take(record)
    if whole():
        yield from group.end()


class _Group:
    """The lines of the order at hand."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._seen = Seen()
        self._order = ""
        self._first = 0
        self._lines: list[OrderLine] = []
        self._spoilt = False
        """Whether a line is bad; the others are looked at all the same."""
        self._next_spoilt = False
        self._refused = False

    def take(self, record: Record) -> Iterator[TrackedOrder | BadLine]:
        """Take the next record; yields the order that it ends, and what is wrong with it."""
        if isinstance(record.cells, str):
            self._spoilt = self._next_spoilt = True  # nobody knows whose line it is
            yield BadLine(record.number, f"{record.cells} The lines of the orders beside it are not taken.")
            return
        cells = record.cells
        order_id = cells["permission_id"]
        if order_id != self._order:
            yield from self.end()
            self._begin(order_id, record.number)
            if (problem := self._strange(order_id)) is not None:
                self._refused = True
                yield BadLine(record.number, problem)
        self._next_spoilt = False
        if self._refused:
            return
        try:
            self._lines.append(_line(cells))
        except (LineError, SlipError) as error:
            self._spoilt = True
            yield BadLine(record.number, f"{error} None of the lines of {order_id} is taken.")
        if len(self._lines) > _MOST:
            self._refused = True
            yield BadLine(record.number, f"{order_id} has more than {_MOST} lines; none of them is taken.")

    def _begin(self, order_id: str, number: int) -> None:
        self._order, self._first = order_id, number
        self._spoilt, self._refused = self._next_spoilt, False

    def end(self) -> Iterator[TrackedOrder | BadLine]:
        """Yield the order at hand, unless something is wrong with it."""
        lines, self._lines = tuple(self._lines), []
        if self._spoilt or self._refused or not lines:
            return
        facts = self._reading.facts(self._order) if self._reading.facts is not None else None
        try:
            ordered(lines, None if facts is None else facts.amount)
        except SlipError as error:
            yield BadLine(self._first, f"{self._order}: {error}")
            return
        side = "shop" if self._reading.side is None else self._reading.side
        yield TrackedOrder(self._order, lines=lines, source=self._reading.source, side=side)

    def _strange(self, order_id: str) -> str | None:
        """Say why an order gets no lines, or None."""
        if kind_of(order_id) != "permission":
            return f"permission_id is {quoted(order_id)}, which is no id of an order such as S01-1234567-1234567."
        whose = foreign(order_id, self._reading.environment)
        if whose is not None:
            return f"permission_id is {order_id}, which is of Amazon's {whose}."
        if not self._seen.add(order_id):
            return f"The lines of {order_id} stand in two places; those that come later are not taken."
        if self._reading.facts is not None and self._reading.facts(order_id) is None:
            return f"{order_id} is not known here; import the order before its lines."
        return None


def _line(cells: dict[str, str]) -> OrderLine:
    kind, currency = cells["kind"] or "item", cells["currency"]
    if kind not in _KINDS:
        raise LineError(f"kind is {quoted(kind)}, which is none of {', '.join(_KINDS)}.")
    line = OrderLine(
        label_of(cells, "name") or "",
        label_of(cells, "quantity") or "",
        amount_of(cells["amount"], currency),
        label_of(cells, "sku"),
        cast(LineKind, kind),
        amount_of(cells["unit_amount"], currency, "unit_amount"),
        amount_of(cells["tax"], currency, "tax"),
    )
    if kind == "item":
        return priced(line)
    if line.amount is None:
        raise LineError(f"amount is missing: what the {kind} of the order comes to.")
    return line
