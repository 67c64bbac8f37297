"""Whether one order holds the conditions of a filter, told from its row alone; the cache tells it in SQL."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from azpay_tui.domain.filters import ANY, NONE, Compared, Condition, Narrowed, shop_words
from azpay_tui.domain.lapses import FILTER_OF
from azpay_tui.domain.marks import needs_person
from azpay_tui.domain.methods import AMAZON_PAY, method_of
from azpay_tui.domain.rows import ListRow

_Ordered = TypeVar("_Ordered", Decimal, datetime)


def matches(narrowed: Narrowed, row: ListRow) -> bool:
    """Tell whether an order holds every condition of a filter; the texts to find are not looked at."""
    return all(_holds(condition, row, narrowed) for condition in narrowed.filter.conditions)


def _holds(condition: Condition, row: ListRow, narrowed: Narrowed) -> bool:
    now = narrowed.at
    compared = condition.compared
    match condition.field:
        case "age":
            return row.created is not None and _in_order(condition.moment(now), compared, row.created)
        case "expires":
            ahead = row.expires is not None and row.expires > now
            return ahead and _in_order(row.expires or now, compared, condition.moment(now))
        case "lapses" | "guarantee" | "closes":
            start, end = condition.time(now, narrowed.where)
            marks = (one.at for one in row.lapses if FILTER_OF[one.mark] == condition.field)
            return any(start <= at < end and at > now for at in marks)
        case "amount":
            return row.amount is not None and _in_order(Decimal(row.amount.decimal()), compared, condition.amount)
        case "attention":
            needs = needs_person(row.attention, row.marks)
            found = {*row.attention, ANY} if needs else {NONE}
        case "tag":
            found = {*row.tags, ANY} if row.tags else {NONE}
        case "status":
            found = {row.status}
        case "method":
            found = {AMAZON_PAY} if method_of(row.status) else set()
        case "ship":
            found = {row.ship}
        case "shop":
            words = shop_words(row.shop_status, row.claim)
            found = {*words, ANY} if words else {NONE}
        case "differs":
            found = {*row.differs, ANY} if row.differs else {NONE}
        case "currency":
            found = set() if row.amount is None else {row.amount.currency}
    return found.isdisjoint(condition.choices) == (compared == "!=")


def _in_order(left: _Ordered, compared: Compared, right: _Ordered) -> bool:
    match compared:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case _:
            return left == right
