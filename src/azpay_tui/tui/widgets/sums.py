"""The sums of an order, added up where they may be and never across currencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, refund_limits
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order

UNKNOWN: Final = "not known"
DIVERGED: Final = "The balance at Amazon does not fit the charges known here: add the missing ids (orders track)."
MIXED: Final = "Amounts of this order are in different currencies and are not added up."


@dataclass(frozen=True, slots=True)
class SumLine:
    """One line of the sums."""

    label: str
    amount: Money | None
    """None when it is not known."""

    @property
    def text(self) -> str:
        """The amount for people, or that it is not known."""
        return UNKNOWN if self.amount is None else str(self.amount)


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of one order."""

    lines: tuple[SumLine, ...]
    problem: str | None
    """A sentence when the sums do not fit or cannot be added."""


def sums(order: Order, now: datetime) -> Sums:
    """Add up one order: amount, held, captured, refunded, refunds in flight, and what is left to capture at Amazon."""
    settled, refunded = refund_limits.settled_refunds(order), refund_limits.refunded_total(order)
    held, captured = limits.held_total(order, now), limits.captured_total(order)
    problem = None
    if len(_currencies(order)) > 1:
        problem = MIXED
    elif not limits.balance_fits(order):
        problem = DIVERGED
    lines = (
        SumLine("Order amount", order.amount),
        SumLine("Authorized", held),
        SumLine("Captured", captured),
        SumLine("Refunded", settled),
        SumLine("In flight", refunded - settled if refunded is not None and settled is not None else None),
        SumLine("Left at Amazon", order.permission.balance if order.permission else None),
    )
    return Sums(lines, problem)


def _currencies(order: Order) -> set[str]:
    permission = order.permission
    amounts = [order.shop.amount, *(charge.amount for charge in order.charges)]
    amounts += [refund.amount for refund in order.refunds]
    amounts += [permission.limit, permission.balance] if permission else []
    return {amount.currency for amount in amounts if amount is not None}
