"""A shop's worth of sample orders: every situation, several currencies, realistic ages and amounts."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.simulator import rules
from azpay_tui.simulator.amounts import EXPONENTS
from azpay_tui.simulator.book import Book
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.situations import SITUATIONS, Wish, add_charge, add_refund, make_order

_HOUR: Final = 3600
_DAY: Final = 86_400

#: Kind -> how often it comes up once each kind was there, and the least and greatest age in seconds.
#: Kinds with a dot are a situation at a telling age, or with something added to it.
_KINDS: Final[dict[str, tuple[int, int, int]]] = {
    "authorized": (26, _HOUR // 4, 4 * _DAY),
    "authorized.guarantee-ends": (6, 5 * _DAY + 2 * _HOUR, 7 * _DAY - 2 * _HOUR),
    "authorized.late": (5, 8 * _DAY, 27 * _DAY),
    "authorized.lapses": (4, 28 * _DAY + 2 * _HOUR, 30 * _DAY - 2 * _HOUR),
    "authorized.second": (3, 2 * _HOUR, 3 * _DAY),
    "captured": (34, 2 * _HOUR, 55 * _DAY),
    "captured.twice": (4, _DAY, 20 * _DAY),
    "part-captured": (8, 3 * _HOUR, 25 * _DAY),
    "part-captured.authorized": (4, 3 * _HOUR, 5 * _DAY),
    "open": (7, _HOUR // 2, 12 * _DAY),
    "pending": (6, _HOUR // 12, 20 * _HOUR),
    "capturing": (5, 7 * _DAY + _HOUR, 12 * _DAY),
    "lapsed": (5, 31 * _DAY, 60 * _DAY),
    "closed-authorized": (3, 5 * _HOUR, 6 * _DAY),
    "suspended-authorized": (3, 4 * _HOUR, 6 * _DAY),
    "suspended": (3, 2 * _HOUR, 9 * _DAY),
    "declined-soft": (6, _HOUR, 3 * _DAY),
    "declined-hard": (5, _HOUR, 6 * _DAY),
    "declined-hard.repaired": (2, 5 * _HOUR, 6 * _DAY),
    "rejected": (3, 2 * _HOUR, 15 * _DAY),
    "voided": (5, 3 * _HOUR, 20 * _DAY),
    "canceled": (5, 3 * _HOUR, 40 * _DAY),
    "part-refunded": (8, 5 * _HOUR, 45 * _DAY),
    "part-refunded.twice": (3, _DAY, 40 * _DAY),
    "refunded": (9, 6 * _HOUR, 50 * _DAY),
    "refund-cap": (2, 2 * _DAY, 40 * _DAY),
    "refunding": (6, 4 * _HOUR, 20 * _DAY),
    "refund-declined": (3, _DAY, 35 * _DAY),
    "unknown": (1, 2 * _HOUR, 2 * _DAY),
    "open.expired": (1, 181 * _DAY, 200 * _DAY),
}
_CURRENCIES: Final = ("USD",) * 9 + ("EUR",) * 6 + ("GBP",) * 3 + ("JPY",) * 3


def make_samples(count: int, book: Book, settings: Settings, now: datetime) -> None:
    """Put ``count`` sample orders into the book, newest last; the book's seed decides all of them.

    With at least as many orders as there are kinds every kind is there, so every situation too.
    """
    source = book.random
    kinds = list(_KINDS)[:count]
    weights = [weight for weight, _, _ in _KINDS.values()]
    kinds += source.choices(list(_KINDS), weights=weights, k=count - len(kinds))
    drawn = [(_age(kind, source), kind) for kind in kinds]
    drawn.sort(key=lambda pair: -pair[0])
    number = 20_000 + source.randrange(500)
    for age, kind in drawn:
        number += source.randrange(1, 4)
        situation, _, extra = kind.partition(".")
        currency = source.choice(_CURRENCIES)
        amount = _amount(source, currency)
        wish = Wish(
            situation=situation,
            currency=currency,
            amount=amount,
            limit=amount,
            number=f"ORD-{number}",
            age=timedelta(seconds=age),
        )
        order = make_order(wish, book, settings, now, origin="sample")
        if extra in _EXTRAS:
            _EXTRAS[extra](order, book)


def _age(kind: str, source: random.Random) -> int:
    """Mostly recent: the shop sold more this week than two months ago."""
    _, least, most = _KINDS[kind]
    return least + int((most - least) * source.random() ** 2)


def _amount(source: random.Random, currency: str) -> int:
    whole = int(9 + 400 * source.random() ** 3)
    if source.random() < 0.03:
        whole += source.randrange(800, 3000)
    if EXPONENTS[currency] == 0:
        return whole * 100 + source.choice((0, 0, 50, 80))
    return whole * 100 + source.choice((0, 0, 49, 50, 90, 95, 99, 99))


def _second_charge(order: Order, book: Book) -> None:
    """A second hold on the buyer next to the first."""
    first = order.charges[0]
    order.limit = order.amount + first.amount
    add_charge(order, book, max(1, first.amount // 3), first.created + timedelta(minutes=5))


def _rest_authorized(order: Order, book: Book) -> None:
    """The remainder of a part shipment is authorized again."""
    first = order.charges[0]
    add_charge(order, book, max(1, order.limit - order.captured()), first.updated)


def _shipped_twice(order: Order, book: Book) -> None:
    """Two shipments, each with a charge of its own, make up the order."""
    first = order.charges[0]
    half = max(1, first.amount // 2)
    second = add_charge(order, book, max(1, order.amount - half), first.created + timedelta(minutes=1))
    first.amount = first.captured = half
    order.state, order.reasons = "Chargeable", []
    rules.finish_capture(order, second, max(1, order.amount - half), first.updated)


def _refunded_twice(order: Order, book: Book) -> None:
    charge = order.charges[0]
    before = charge.refunds[0]
    add_refund(order, charge, book, max(1, before.amount // 2), before.created + timedelta(minutes=9), "Refunded")


def _repaired(order: Order, book: Book) -> None:
    """The buyer chose another payment method after a hard decline."""
    order.state, order.reasons = "Chargeable", []


_EXTRAS: Final[dict[str, Callable[[Order, Book], None]]] = {
    "second": _second_charge,
    "authorized": _rest_authorized,
    "twice": lambda order, book: (
        _refunded_twice(order, book) if order.charges[0].refunds else _shipped_twice(order, book)
    ),
    "repaired": _repaired,
}

assert {kind.partition(".")[0] for kind in _KINDS} == set(SITUATIONS)
