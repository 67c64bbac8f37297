"""What `mysql --batch` prints: titles and rows between tabs, special characters escaped, NULL for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from azpay_tui.simulator.model import Order
from azpay_tui.simulator.shapes.standing import Standing, standing

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\0": "\\0"})


@dataclass(frozen=True, slots=True)
class Table:
    """What one shop's question prints: the shop's status word for each standing, and one cell for each column."""

    words: dict[Standing, str]
    columns: dict[str, Callable[[Order, str], str | None]]
    """Title -> the cell of an order, given the shop's status word; None is NULL."""


def batch_text(table: Table, orders: Iterable[Order], now: datetime) -> str:
    """Return the printed table, one line for each order."""
    lines = ["\t".join(table.columns)]
    for order in orders:
        word = table.words[standing(order, now)]
        cells = (cell(order, word) for cell in table.columns.values())
        lines.append("\t".join("NULL" if cell is None else _escaped(cell) for cell in cells))
    return "".join(f"{line}\n" for line in lines)


def _escaped(cell: str) -> str:
    return cell if cell.isprintable() and "\\" not in cell else cell.translate(_ESCAPES)


def moment(when: datetime) -> str:
    """Return a time of UTC as a database prints it."""
    return when.isoformat(" ", "seconds")[:19]
