"""The simulator's sample orders at a moment that stands still, and what a shop knows of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from azpay_tui.simulator.amounts import format_amount
from azpay_tui.simulator.book import Book
from azpay_tui.simulator.model import Charge, Order
from azpay_tui.simulator.samples import make_samples
from azpay_tui.simulator.settings import Settings

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
RECENT = NOW - timedelta(days=2)
"""Some orders changed after this, others did not."""
LOCAL = timedelta(hours=2)
"""What the server's clock is ahead of UTC."""


@cache
def samples(count: int = 30) -> tuple[Order, ...]:
    """The sample orders, oldest first: every kind there is when `count` is 30."""
    book = Book(11)
    make_samples(count, book, Settings(), NOW)
    return tuple(book)


def changed(order: Order) -> datetime:
    """When something last happened to an order."""
    moments = [order.created, *(charge.updated for charge in order.charges)]
    moments += (refund.updated for charge in order.charges for refund in charge.refunds)
    return max(moments)


def newest(order: Order) -> Charge | None:
    """The charge that a shop with room for one would keep."""
    return max(order.charges, key=lambda charge: (charge.created, charge.charge_id), default=None)


def older(charge_id: str) -> str:
    """The id that the older interface would have given to that authorization."""
    return charge_id.replace("-C", "-A")


def amount(order: Order, minor: int | None = None) -> str:
    """An amount of an order as decimal text."""
    return format_amount(order.amount if minor is None else minor, order.currency)


def captured(order: Order) -> int:
    return sum(charge.captured or 0 for charge in order.charges)


def refunded(order: Order) -> int:
    return sum(refund.amount for charge in order.charges for refund in charge.refunds if refund.state == "Refunded")


def names(order: Order) -> tuple[str, str]:
    """First and last name of the buyer."""
    first, _, last = order.buyer.name.partition(" ")
    return first, last


@dataclass(frozen=True, slots=True)
class Kept:
    """What a shop has of one order: what its preset must find, and nothing else."""

    number: str
    order_id: str
    ids: frozenset[str]
    """Charges and refunds, with today's ids."""
    changed: datetime
    amount: str
    currency: str
    buyer: str
    created: datetime


def all_ids(order: Order) -> frozenset[str]:
    return frozenset([*order.charge_ids(), *order.refund_ids()])


def literal(value: object) -> str:
    """A value as MariaDB reads it."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, datetime):
        return f"'{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}'"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{text}'"


def insert(table: str, row: Mapping[str, object]) -> str:
    names_, values = ", ".join(row), ", ".join(literal(value) for value in row.values())
    return f"INSERT INTO {table} ({names_}) VALUES ({values});"


def script(statements: Iterable[str]) -> str:
    return "\n".join(["SET NAMES utf8mb4;", "SET SESSION sql_mode = 'STRICT_TRANS_TABLES';", *statements])
