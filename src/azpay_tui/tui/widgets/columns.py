"""How one order becomes one line of the list: columns by priority, measured in terminal cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from azpay_tui.domain.marks import needs_person
from azpay_tui.domain.rows import ListRow
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.widgets.words import glyph, span

NARROW: Final = 60
"""Cells below which a line is sign, order and amount alone."""
GUTTER: Final = 2
"""Cells in front: `>` cursor, `*` selected."""
_EXPIRES_CELLS: Final = 7
_IN_FLIGHT: Final = frozenset({"CAPTURING", "REFUNDING", "PENDING"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the list."""

    title: str
    cells: int
    text: Callable[[ListRow, datetime], str]
    """What it says of a row at a moment (UTC), safe to show."""
    align: Literal["left", "right"] = "left"


def _amount(row: ListRow, now: datetime) -> str:
    return row.amount.grouped() if row.amount else "-"


def _currency(row: ListRow, now: datetime) -> str:
    return display(row.amount.currency, 3) if row.amount else ""


def _expires(row: ListRow, now: datetime) -> str:
    if row.expires is None or row.expires <= now:
        return "-"
    text = span(row.expires - now)
    # Hours do not matter where there are a hundred days.
    return text if len(text) <= _EXPIRES_CELLS else text.split()[0]


def _flags(row: ListRow, now: datetime) -> str:
    sign = "?" if row.status == "UNKNOWN" else "~" if row.status in _IN_FLIGHT else " "
    needs = "z" if "due" in row.marks else "!" if needs_person(row.attention, row.marks) else " "
    return f"{needs}{sign}{'n' if 'note' in row.marks else ' '}"


def _age(row: ListRow, now: datetime) -> str:
    if row.created is None:
        return "-"
    old = max(timedelta(0), now - row.created)
    return span(old).split()[0]


def _shown(limit: int) -> Callable[[str | None], str]:
    return lambda text: display(text, limit) if text else "-"


_STATUS: Final = Column("STATUS", 15, lambda row, now: f"{glyph(row.status)} {display(row.status, 13)}")
_SIGN: Final = Column("", 1, lambda row, now: glyph(row.status))
_ORDER: Final = Column("ORDER", 19, lambda row, now: display(row.id, 19))
_AMOUNT: Final = Column("AMOUNT", 12, _amount, "right")
_CURRENCY: Final = Column("CUR", 3, _currency)
_EXPIRES: Final = Column("EXPIRES", _EXPIRES_CELLS, _expires, "right")
_SHIP: Final = Column("SHIP", 4, lambda row, now: display(row.ship, 4))
_FLAGS: Final = Column("", 3, _flags)
_NUMBER: Final = Column("NUMBER", 12, lambda row, now: _shown(40)(row.number))
_AGE: Final = Column("AGE", 4, _age, "right")
_SMALLEST_BUYER: Final = 6
_WIDEST_BUYER: Final = 32


def _buyer(cells: int) -> Column:
    return Column("BUYER", cells, lambda row, now: _shown(80)(row.buyer))


def layout(cells: int) -> tuple[Column, ...]:
    """Choose the columns for a width (the gutter included): status, order and amount always, the rest by priority."""
    if cells < NARROW:
        return (_SIGN, _ORDER, _AMOUNT, _CURRENCY)
    chosen = [_STATUS, _ORDER, _AMOUNT, _CURRENCY]
    left = cells - GUTTER - sum(column.cells + 1 for column in chosen) + 1
    extra: list[Column] = []
    for column in (_EXPIRES, _SHIP, _FLAGS):
        if left > column.cells:
            extra.append(column)
            left -= column.cells + 1
    middle: list[Column] = []
    if left > _SMALLEST_BUYER + _NUMBER.cells + 1 + 10:
        middle.append(_NUMBER)
        left -= _NUMBER.cells + 1
    if left > _SMALLEST_BUYER + _AGE.cells + 1 + 10:
        middle.append(_AGE)
        left -= _AGE.cells + 1
    if left > _SMALLEST_BUYER:
        middle.append(_buyer(min(left - 1, _WIDEST_BUYER)))
    flags = [column for column in extra if column is _FLAGS]
    return (*chosen, *(column for column in extra if column is not _FLAGS), *middle, *flags)


def titles(columns: tuple[Column, ...]) -> str:
    """Return the line of titles, without gutter."""
    return " ".join(fit(column.title, column.cells, column.align) for column in columns)


def line(columns: tuple[Column, ...], row: ListRow, now: datetime) -> tuple[str, str]:
    """Return a row as the text of its first column, which may be coloured, and the rest; without gutter."""
    texts = [fit(column.text(row, now), column.cells, column.align) for column in columns]
    return texts[0], " " + " ".join(texts[1:])
