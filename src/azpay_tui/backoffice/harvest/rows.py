"""From one row of a table, or one object of JSON, to the orders it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, ParamSpec, TypeVar

from azpay_tui.backoffice.harvest.ids import Finder, Found, find, split
from azpay_tui.backoffice.harvest.labels import (
    LONGEST,
    LabelError,
    currency_of,
    lines_of,
    money_of,
    quoted,
    time_of,
    zone_of,
)
from azpay_tui.backoffice.harvest.reading import BadLine, Reading
from azpay_tui.domain.mapping import GENERIC, Field, Mapping
from azpay_tui.domain.order import order_id_of
from azpay_tui.domain.rows import TrackedOrder

Cell = Callable[[Field], object]
"""Returns what a row says of a field: a text, in JSON anything; None or an empty text for nothing."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
_NOTHING: Final = (None, "", "NULL", "\\N")


class Rows:
    """Reads the rows of one source."""

    def __init__(self, reading: Reading, finder: Finder) -> None:
        """Take over how the source is read; raises `LabelError` for a time zone that there is not."""
        self.reading = reading
        self.mapping: Mapping = GENERIC if reading.mapping is None else reading.mapping
        self.finder = finder
        self._zone = zone_of(self.mapping.timezone)
        self._complete = self.mapping.complete if reading.complete is None else reading.complete
        self._bad: list[str] = []

    def bare(self, found: Found) -> Iterator[TrackedOrder]:
        """Return orders of which nothing but ids is known."""
        for order_id, ids in found.items():
            charges, refunds = split(ids)
            yield TrackedOrder(
                order_id,
                charge_ids=charges,
                refund_ids=refunds,
                source=self.reading.source,
                side=self.reading.side or "person",
            )

    def read(self, line: int, text: str, cell: Cell) -> Iterator[TrackedOrder | BadLine]:
        """Return the orders that a row names, each label that cannot be read as a complaint.

        Labels belong to the order in the column of permissions, else to the only one of the row.
        """
        found = self.finder.group(text, line)
        if not found:
            return
        named = next(iter(found))
        if len(found) > 1:
            stated = [order_id_of(i) for i in find(str(cell("permission") or ""))]
            wanted = next((order_id for order_id in stated if order_id in found), None)
            if wanted is None:
                yield from self.bare(found)
                if self._text(cell, "number") is not None:
                    reason = f"The line names {len(found)} orders; its other columns were given to none of them."
                    yield BadLine(line, reason, "label")
                return
            named = wanted
            yield from self.bare({order_id: ids for order_id, ids in found.items() if order_id != named})
        self._bad.clear()
        yield self._order(named, found[named], cell)
        for reason in self._bad:
            yield BadLine(line, reason, "label")

    def _order(self, order_id: str, ids: tuple[str, ...], cell: Cell) -> TrackedOrder:
        charges, refunds = split(ids)
        number = self._text(cell, "number")
        if number is not None and find(number):
            number = None  # Amazon's id under a title that many shops use for their own
        status = self._text(cell, "status")
        code = self._text(cell, "currency")
        currency = None if code is None else self._tried(currency_of, code)
        amount = self._text(cell, "amount")
        created = self._text(cell, "created")
        goods = cell("lines")
        return TrackedOrder(
            order_id,
            number=number,
            amount=None if amount is None or currency is None else self._tried(money_of, amount, currency),
            currency=currency,
            created=None if created is None else self._tried(time_of, created, self._zone),
            buyer_name=self._text(cell, "buyer_name"),
            buyer_email=self._text(cell, "buyer_email"),
            charge_ids=charges,
            refund_ids=refunds,
            complete=self._complete,
            source=self.reading.source,
            shop_status=status,
            claim=None if status is None else self.mapping.claim(status),
            lines=() if goods in _NOTHING else self._tried(lines_of, goods, currency) or (),
            side=self.reading.side or ("person" if number is None else "shop"),
        )

    def _text(self, cell: Cell, name: Field) -> str | None:
        value = cell(name)
        if value in _NOTHING or isinstance(value, dict | list | bool):
            return None
        text = str(value).strip()
        if len(text) > LONGEST:
            self._bad.append(f"The {name} is longer than {LONGEST} characters: {quoted(text)}.")
            return None
        return text or None

    def _tried(self, read: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T | None:
        try:
            return read(*args, **kwargs)
        except LabelError as error:
            self._bad.append(str(error))
            return None
