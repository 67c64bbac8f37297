"""From one row of a table, or one object of JSON, to the orders it names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from azpay_tui.backoffice.harvest.ids import Finder, Found, find, split
from azpay_tui.backoffice.harvest.labels import (
    LONGEST,
    LabelError,
    currency_of,
    lines_of,
    money_of,
    quoted,
    shipping_of,
    time_of,
    zone_of,
)
from azpay_tui.backoffice.harvest.reading import BadLine, Reading
from azpay_tui.domain.mapping import GENERIC, Field, Mapping
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import ORDER_ID_LENGTH, order_id_of
from azpay_tui.domain.rows import OrderLine, TrackedOrder

Said = dict[Field, str]
"""What a row says of each field; what says nothing is left out."""


class Rows:
    """Reads the rows of one source."""

    def __init__(self, reading: Reading, finder: Finder) -> None:
        """Take over how the source is read; raises `LabelError` for a time zone that there is not."""
        self.reading = reading
        self.mapping: Mapping = GENERIC if reading.mapping is None else reading.mapping
        self.finder = finder
        self._zone = zone_of(self.mapping.timezone)
        self._complete = self.mapping.complete if reading.complete is None else reading.complete
        self._claim = lru_cache(1000)(self.mapping.claim)

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

    def of(self, found: Found, line: int, said: Said, goods: object = None) -> Iterator[TrackedOrder | BadLine]:
        """Return the orders of a row whose ids were found, each label that cannot be read as a complaint.

        Labels belong to the order in the column of permissions, else to the only one of the row. `goods` are the
        order's lines where they are a list already.
        """
        if len(found) == 1:
            ((named, ids),) = found.items()
        else:
            stated = [order_id_of(i) for i in find(said.get("permission", ""))]
            wanted = next((order_id for order_id in stated if order_id in found), None)
            others = {order_id: ids for order_id, ids in found.items() if order_id != wanted}
            yield from self.bare(others)
            if wanted is None:
                if "number" in said:
                    reason = f"{len(found)} orders are named; the other columns were given to none of them."
                    yield BadLine(line, reason, "label")
                return
            named, ids = wanted, found[wanted]
        bad: list[str] = []
        if said and max(map(len, said.values())) > LONGEST:
            said = _kept(said, bad)
        yield self._order(named, ids, said, goods, bad)
        for reason in bad:
            yield BadLine(line, reason, "label")

    def _order(self, order_id: str, ids: tuple[str, ...], said: Said, goods: object, bad: list[str]) -> TrackedOrder:
        charges, refunds = split(ids)
        number, status, code = said.get("number"), said.get("status"), said.get("currency")
        if number is not None and len(number) >= ORDER_ID_LENGTH and find(number):
            number = None  # Amazon's id under a title that many shops use for their own
        currency: str | None = None
        money: Money | None = None
        at: datetime | None = None
        lines: tuple[OrderLine, ...] = ()
        try:
            if code is not None:
                currency = currency_of(code)
                money = money_of(said["amount"], currency) if "amount" in said else None
        except LabelError as error:
            bad.append(str(error))
        try:
            if "created" in said:
                at = time_of(said["created"], self._zone)
        except LabelError as error:
            bad.append(str(error))
        try:
            if goods is not None or "lines" in said:
                lines = lines_of(said["lines"] if goods is None else goods, currency)
                lines += shipping_of(said.get("shipping"), said.get("shipping_tax"), currency)
        except LabelError as error:
            bad.append(str(error))
        return TrackedOrder(
            order_id,
            number=number,
            amount=money,
            currency=currency,
            created=at,
            buyer_name=said.get("buyer_name"),
            buyer_email=said.get("buyer_email"),
            charge_ids=charges,
            refund_ids=refunds,
            complete=self._complete,
            source=self.reading.source,
            shop_status=status,
            claim=None if status is None else self._claim(status),
            lines=lines,
            side=self.reading.side or ("person" if number is None else "shop"),
        )


def _kept(said: Said, bad: list[str]) -> Said:
    """Return the labels without those that are too long to be one."""
    long = [name for name, text in said.items() if len(text) > LONGEST and name not in ("lines", "ids")]
    bad.extend(f"The {name} is longer than {LONGEST} characters: {quoted(said[name])}." for name in long)
    return {name: text for name, text in said.items() if name not in long}
