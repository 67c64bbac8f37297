"""Money that moved, with fees: what settlements and disbursements are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from azpay_tui.simulator.amounts import EXPONENTS
from azpay_tui.simulator.model import Order

#: The simulator's own fees: parts of ten thousand, and a fixed sum in minor units.
_PERCENTAGE: Final = 290
_FIXED: Final = {"USD": 30, "EUR": 35, "GBP": 30}


@dataclass(frozen=True, slots=True)
class Movement:
    """A capture or a refund as it hit the ledger; amounts in minor units, refunds and fees negative."""

    posted: datetime
    object_id: str
    kind: str
    order: Order
    gross: int
    percentage_fee: int
    fixed_fee: int

    @property
    def net(self) -> int:
        """What is left for the merchant."""
        return self.gross + self.percentage_fee + self.fixed_fee

    @property
    def settlement_id(self) -> str:
        """The settlement it belongs to: one for each day (UTC) and currency."""
        return f"{self.posted:%Y%m%d}{list(EXPONENTS).index(self.order.currency):02d}"


def movements(orders: Iterable[Order]) -> list[Movement]:
    """Everything that moved, oldest first."""
    found: list[Movement] = []
    for order in orders:
        for charge in order.charges:
            if charge.captured:
                fee = -(charge.captured * _PERCENTAGE // 10_000)
                fixed = -_FIXED.get(order.currency, 0)
                found.append(Movement(charge.updated, charge.charge_id, "Capture", order, charge.captured, fee, fixed))
            found += [
                Movement(refund.updated, refund.refund_id, "Refund", order, -refund.amount, 0, 0)
                for refund in charge.refunds
                if refund.state == "Refunded"
            ]
    return sorted(found, key=lambda movement: (movement.posted, movement.object_id))


@dataclass(frozen=True, slots=True)
class Disbursement:
    """What Amazon paid out for one settlement, in minor units."""

    settlement_id: str
    currency: str
    amount: int
    paid: datetime


def disbursements(orders: Iterable[Order], now: datetime) -> list[Disbursement]:
    """The settlements paid out by now, oldest first: each at the end of its day, none that comes to nothing."""
    sums: dict[tuple[datetime, str], list[Movement]] = {}
    for movement in movements(orders):
        day = datetime.combine(movement.posted.date(), time(tzinfo=movement.posted.tzinfo)) + timedelta(days=1)
        sums.setdefault((day, movement.settlement_id), []).append(movement)
    return [
        Disbursement(settlement_id, moved[0].order.currency, sum(movement.net for movement in moved), day)
        for (day, settlement_id), moved in sorted(sums.items())
        if day <= now and sum(movement.net for movement in moved) > 0
    ]
