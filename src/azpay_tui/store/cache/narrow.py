"""A filter as SQL: conditions on columns that have an index, and which index would leave few rows to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from azpay_tui.domain.filters import ANY, NONE, Condition, Field, Narrowed
from azpay_tui.domain.lapses import FILTER_OF
from azpay_tui.domain.methods import UNSEEN
from azpay_tui.domain.money import EXPONENTS
from azpay_tui.store.cache.lapses import WITHIN
from azpay_tui.store.cache.row import NEVER
from azpay_tui.store.times import to_micros

Key = str | int

_MOST_DECIMALS: Final = 6
"""Amounts in a currency with more decimals than any has are left out of a comparison."""


@dataclass(frozen=True, slots=True)
class Drive:
    """An index that a condition can be answered from, with the condition."""

    index: str
    """Last part of the names of its indexes."""
    where: tuple[str, ...]
    values: tuple[Key, ...]
    within: bool = False
    """Whether it is the index of deadlines, whose one condition names the rows."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """A filter ready for SQL."""

    where: tuple[str, ...] = ()
    values: tuple[Key, ...] = ()
    drives: tuple[Drive, ...] = ()
    """Indexes that may leave few rows."""
    one_status: bool = False
    """Whether only one status word is left."""
    attention: bool = False
    """Whether only orders that need a person are left."""


UNNARROWED: Final = Narrow()


def narrow(narrowed: Narrowed) -> Narrow:
    """Turn a filter at its moment into SQL; its texts to find are the search's part."""
    conditions = narrowed.filter.conditions
    parts: dict[str, list[_Part]] = {"status": [], "lapse": [], "expires": [], "newest": [], "amount": [], "": []}
    currencies = [c.choices for c in conditions if c.field == "currency" and c.compared == "="]
    single = currencies[0][0] if len(currencies) == 1 and len(currencies[0]) == 1 else None
    for condition in conditions:
        index, part = _part(condition, narrowed, single)
        parts[index].append(part)
    drives = []
    for index, found in parts.items():
        if index == "lapse":
            drives += [Drive(index, (sql,), values, within=True) for sql, values in found]
        elif index and found and (index != "amount" or any("k_currency" in sql for sql, _ in found)):
            drives.append(Drive(index, tuple(sql for sql, _ in found), _values(found)))
    every = [part for found in parts.values() for part in found]
    equal = [c for c in conditions if c.field == "status" and c.compared == "="]
    needing = [c for c in conditions if c.field == "attention" and c.compared == "="]
    return Narrow(
        tuple(sql for sql, _ in every),
        _values(every),
        tuple(drives),
        one_status=len(equal) == 1 and len(equal[0].choices) == 1,
        attention=any(NONE not in condition.choices for condition in needing),
    )


_Part = tuple[str, tuple[Key, ...]]


def _values(parts: list[_Part]) -> tuple[Key, ...]:
    return tuple(value for _, values in parts for value in values)


def _part(condition: Condition, narrowed: Narrowed, currency: str | None) -> tuple[str, _Part]:
    """Return the index that can answer a condition (empty for none) and the condition."""
    compared, now = condition.compared, narrowed.at
    match condition.field:
        case "status":
            # One word is compared for equality: its index is then in the order of the sort by time.
            one = compared == "=" and len(condition.choices) == 1
            sql = "r.status = ?" if one else f"r.status {_among(condition)}"
            return "status" if compared == "=" else "", (sql, condition.choices)
        case "age":
            # The key is the time negated, so that the newest comes first.
            moment = -to_micros(condition.moment(now))
            return "newest", (f"r.k_newest {compared} ? AND r.created IS NOT NULL", (moment,))
        case "expires":
            limits = (to_micros(now), to_micros(condition.moment(now)), NEVER)
            return "expires", (f"r.k_expires > ? AND r.k_expires {compared} ? AND r.k_expires < ?", limits)
        case "lapses" | "guarantee" | "closes":
            start, end = condition.time(now, narrowed.where)
            mark = next(mark for mark, field in FILTER_OF.items() if field == condition.field)
            return "lapse", (f"r.rid IN {WITHIN}", (mark, to_micros(start), to_micros(now), to_micros(end)))
        case "amount":
            return "amount", _amount(condition, currency)
        case "currency" if compared == "=":
            return "amount", (f"r.k_currency {_among(condition)} AND r.amount_minor IS NOT NULL", condition.choices)
        case "currency":
            return "", (f"coalesce(r.amount_currency, '') {_among(condition)}", condition.choices)
        case "method":
            return "", (f"r.status {'NOT IN' if compared == '=' else 'IN'} ({_marks(UNSEEN)})", UNSEEN)
        case "ship":
            return "", (f"r.ship {_among(condition)}", condition.choices)
        case _:
            return "", _listed(condition)


def _among(condition: Condition) -> str:
    return f"{'IN' if condition.compared == '=' else 'NOT IN'} ({_marks(condition.choices)})"


def _marks(values: Sized) -> str:
    return ", ".join("?" * len(values))


_LISTED: Final[dict[Field, tuple[str, str]]] = {
    "attention": ("r.attention", "r.in_attention = 1"),
    "tag": ("r.tags", "r.tags <> ''"),
    "shop": ("r.shop_words", "r.shop_words <> ''"),
    "differs": ("r.differs", "r.differs <> ''"),
}
"""Field of words in a row -> their column, and whether there are any that count."""


def _listed(condition: Condition) -> _Part:
    """Compare with words in a row; the reasons for which an order needs a person count as long as it does."""
    column, has_any = _LISTED[condition.field]
    has = f"instr(' ' || {column} || ' ', ?) > 0"
    found = []
    values: list[Key] = []
    for choice in condition.choices:
        if choice in (ANY, NONE):
            found.append(has_any if choice == ANY else f"NOT {has_any}")
        else:
            found.append(f"({has_any} AND {has})")
            values.append(f" {choice} ")
    sql = " OR ".join(found)
    return (f"({sql})" if condition.compared == "=" else f"NOT ({sql})"), tuple(values)


def _amount(condition: Condition, currency: str | None) -> _Part:
    """Compare amounts in whole minor units: by the currency's decimals when it is known, else by each row's own."""
    if currency in EXPONENTS:
        return f"r.k_currency = ? AND r.k_amount {condition.compared} ?", (
            currency,
            _minor(condition, EXPONENTS[currency]),
        )
    cases = " ".join(f"WHEN {decimals} THEN ?" for decimals in range(_MOST_DECIMALS + 1))
    values = tuple(_minor(condition, decimals) for decimals in range(_MOST_DECIMALS + 1))
    return f"r.amount_minor {condition.compared} CASE r.amount_exponent {cases} END", values


def _minor(condition: Condition, decimals: int) -> int:
    exact = condition.amount * (Decimal(10) ** decimals)
    down = condition.compared in ("<=", ">")
    whole = exact.to_integral_value(ROUND_FLOOR if down else ROUND_CEILING)
    if condition.compared == "=" and whole != exact:
        return -1  # no amount of this currency is that fine
    return min(int(whole), NEVER)


def frequent_first(drives: tuple[Drive, ...], sort_index: str) -> Iterator[Drive]:
    """Yield the indexes to try: first the one that gives the rows in order already."""
    yield from sorted(drives, key=lambda drive: drive.index != sort_index)
