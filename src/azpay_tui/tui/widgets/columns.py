"""How one order becomes one line of the list: columns by priority, measured in terminal cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from azpay_tui.domain.lapses import Mark
from azpay_tui.domain.marks import needs_person
from azpay_tui.domain.methods import method_of
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import ListRow
from azpay_tui.tui.display import display, fit, width
from azpay_tui.tui.widgets.words import glyph, span

NARROW: Final = 60
"""Cells below which a line is sign, order and amount alone."""
GUTTER: Final = 2
"""Cells in front: `>` cursor, `*` selected."""
SMALLEST_AMOUNT: Final = 9
"""Cells of an amount, `12,345.00`; the column grows with what it has to hold."""
_EXPIRES_CELLS: Final = 7
_IN_FLIGHT: Final = frozenset({"CAPTURING", "REFUNDING", "PENDING"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the list."""

    title: str
    cells: int
    text: Callable[[ListRow, datetime], str]
    """What it says of a row at a moment (UTC), safe to show."""
    sentence: str = ""
    """What it says in words, for the menu and the documents."""
    align: Literal["left", "right"] = "left"


def _amount(money: Money | None) -> str:
    return "-" if money is None else money.grouped()


def _currency(row: ListRow, now: datetime) -> str:
    return "" if row.amount is None else display(row.amount.currency, 3)


def _expires(row: ListRow, now: datetime) -> str:
    return _left(row.expires, now)


def _until(mark: Mark) -> Callable[[ListRow, datetime], str]:
    """Return what counts down to the next time that a mark is reached."""

    def text(row: ListRow, now: datetime) -> str:
        end = next((one.at for one in row.lapses if one.mark == mark and one.at > now), None)
        return _left(end, now)

    return text


def _left(end: datetime | None, now: datetime) -> str:
    if end is None or end <= now:
        return "-"
    text = span(end - now)
    # Hours do not matter where there are a hundred days.
    return text if len(text) <= _EXPIRES_CELLS else text.split()[0]


def _flags(row: ListRow, now: datetime) -> str:
    sign = "?" if row.status == "UNKNOWN" else "~" if row.status in _IN_FLIGHT else " "
    needs = "z" if "due" in row.marks else "!" if needs_person(row.attention, row.marks) else " "
    said = "P" if "unprotected" in row.marks else "n" if "note" in row.marks else " "
    return f"{needs}{sign}{said}"


def _ago(at: datetime | None, now: datetime) -> str:
    return "-" if at is None else span(max(timedelta(0), now - at)).split()[0]


def _shown(text: str | None, limit: int) -> str:
    return display(text, limit) if text else "-"


_STATUS: Final = Column("STATUS", 15, lambda row, now: f"{glyph(row.status)} {display(row.status, 13)}")
_SIGN: Final = Column("", 1, lambda row, now: glyph(row.status))
_ORDER: Final = Column("ORDER", 19, lambda row, now: display(row.id, 19))
OPTIONAL: Final[dict[str, Column]] = {
    "number": Column("NUMBER", 12, lambda row, now: _shown(row.number, 40), "the shop's order number"),
    "currency": Column("CUR", 3, _currency, "the currency of the amount"),
    "captured": Column("CAPTURED", 12, lambda row, now: _amount(row.captured), "what was captured", "right"),
    "refunded": Column(
        "REFUNDED", 12, lambda row, now: _amount(row.refunded), "what was refunded, refunds in flight among it", "right"
    ),
    "age": Column("AGE", 4, lambda row, now: _ago(row.created, now), "how old the order is", "right"),
    "expires": Column("EXPIRES", _EXPIRES_CELLS, _expires, "until the next deadline", "right"),
    "guarantee": Column("7-DAY", _EXPIRES_CELLS, _until("guarantee"), "until the 7-day guarantee ends", "right"),
    "lapses": Column("30-DAY", _EXPIRES_CELLS, _until("authorization"), "until the authorization ends", "right"),
    "closes": Column("180-DAY", _EXPIRES_CELLS, _until("permission"), "until the order closes at Amazon", "right"),
    "method": Column("METHOD", 10, lambda row, now: method_of(row.status) or "-", "the payment method, `Amazon Pay`"),
    "ship": Column("SHIP", 4, lambda row, now: display(row.ship, 4), "whether the parcel may leave"),
    "buyer": Column("BUYER", 6, lambda row, now: _shown(row.buyer, 80), "the buyer's name"),
    "refreshed": Column(
        "READ", 4, lambda row, now: _ago(row.refreshed_at, now), "how long ago it was read from Amazon", "right"
    ),
    "shop": Column("SHOP", 10, lambda row, now: _shown(row.shop_status or row.claim, 40), "what the shop says"),
    "differs": Column(
        "DIFFERS", 13, lambda row, now: _shown(" ".join(row.differs), 80), "on what shop and Amazon disagree"
    ),
    "flags": Column("", 3, _flags, "! needs you, z due, ~ in flight, ? unknown, n note"),
}
"""Columns that may be left out, by name, in the order in which they stand; the buyer takes what is left over."""
USUAL: Final = ("currency", "expires", "buyer", "flags", "age", "ship", "number")
"""What is shown unless a person chose, the most important first: from its end columns are dropped as width shrinks."""
_USUAL_OF: Final[dict[str, tuple[str, ...]]] = {
    "orphans": ("currency", "differs", "age", "buyer", "flags", "expires", "ship", "number"),
    "diverged": ("currency", "differs", "shop", "flags", "expires", "buyer", "age", "ship", "number"),
}
"""What views of differences show unasked: on what shop and Amazon disagree, and by what the shop finds the order."""
_LUXURY: Final = ("ship", "number")
"""What goes even before the columns that are shown only when a person asks for them."""
_BY_IMPORTANCE: Final = (
    *(name for name in USUAL if name not in _LUXURY),
    *(name for name in OPTIONAL if name not in USUAL),
    *_LUXURY,
)
_ROOMY: Final = {"age": 4, "ship": 10, "number": 12}
"""Cells by which the buyer's name must still be able to grow beside a column that is a luxury."""
_WIDEST_BUYER: Final = 32


def usual(view: str) -> tuple[str, ...]:
    """Return what a built-in view shows unless a person chose, the most important first."""
    return _USUAL_OF.get(view, USUAL)


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are columns, the most important first; raises `ValueError` for one that is none."""
    wanted = tuple(names)
    for name in wanted:
        if name not in OPTIONAL:
            raise ValueError(f"There is no column {name[:40]!r}; there are {', '.join(OPTIONAL)}.")
    return tuple(name for name in _BY_IMPORTANCE if name in wanted)


def amount_cells(rows: Iterable[ListRow]) -> int:
    """Return how wide the column of amounts must be, so that none of them is cut."""
    return max((width(row.amount.grouped()) for row in rows if row.amount is not None), default=0)


def layout(
    cells: int, chosen: Sequence[str] | None = None, *, amounts: int = SMALLEST_AMOUNT, view: str = "all"
) -> tuple[Column, ...]:
    """Choose the columns for a width (the gutter included): status, order and amount always, the rest by priority.

    `chosen` are names of `OPTIONAL`; None: the usual ones of the view. `amounts` is how many cells the widest amount
    takes.
    """
    amount = Column("AMOUNT", max(amounts, SMALLEST_AMOUNT), lambda row, now: _amount(row.amount), align="right")
    if cells < NARROW:
        return (_SIGN, _ORDER, amount, OPTIONAL["currency"])
    left = cells - GUTTER - sum(column.cells + 1 for column in (_STATUS, _ORDER, amount)) + 1
    names: list[str] = []
    for name in usual(view) if chosen is None else known(chosen):
        room = left - OPTIONAL[name].cells - 1
        if room >= 0 and (chosen is not None or room >= _ROOMY.get(name, 0)):
            names.append(name)
            left = room
    shown = {name: column for name, column in OPTIONAL.items() if name in names}
    if "buyer" in shown:
        least = shown["buyer"]
        shown["buyer"] = replace(least, cells=min(least.cells + left, _WIDEST_BUYER))
    number = [shown.pop("number")] if "number" in shown else []
    return (_STATUS, _ORDER, *number, amount, *shown.values())


def titles(columns: tuple[Column, ...]) -> str:
    """Return the line of titles, without gutter."""
    return " ".join(fit(column.title, column.cells, column.align) for column in columns)


def line(columns: tuple[Column, ...], row: ListRow, now: datetime, *, busy: str = "") -> tuple[str, str]:
    """Return a row as the text of its first column, which may be coloured, and the rest; without gutter.

    `busy` replaces the sign in front of a row that something happens to right now.
    """
    texts = [fit(column.text(row, now), column.cells, column.align) for column in columns]
    first = busy + texts[0][1:] if busy else texts[0]
    return first, " " + " ".join(texts[1:])
