"""The columns of a list row, which of them a list shows, and what it shows of them.

A value that lists are to show as well is a field of `RowValues`, filled in `project.project` and given back by
`to_list_row`; `migrations/cache_versions` adds its column to older files.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final, cast

from azpay_tui.domain.rows import ListRow
from azpay_tui.store.cache.lapses import from_lapses
from azpay_tui.store.cache.shop import money
from azpay_tui.store.times import from_micros

NEVER: Final = (1 << 63) - 1
"""Sort key of a missing time: behind every other."""
LAST: Final = "\U0010ffff"
"""Sort key of a missing text."""
VIEW_COLUMNS: Final = {
    "attention": "in_attention",
    "to-capture": "in_to_capture",
    "unpaid": "in_unpaid",
    "refunds": "in_refunds",
    "unknown": "in_unknown",
    "orphans": "in_orphans",
    "diverged": "in_diverged",
}


@dataclass(frozen=True, slots=True)
class RowValues:
    """The columns of a list row in their order, without its number and revision."""

    order_id: str
    number: str | None
    status: str
    amount_minor: int | None
    amount_currency: str | None
    amount_exponent: int | None
    captured_minor: int | None
    captured_currency: str | None
    captured_exponent: int | None
    refunded_minor: int | None
    refunded_currency: str | None
    refunded_exponent: int | None
    buyer: str | None
    created: int | None
    expires: int | None
    refreshed_at: int | None
    ship: str
    attention: str
    changes_at: int | None
    search_text: str
    number_folded: str
    in_attention: int
    in_to_capture: int
    in_unpaid: int
    in_refunds: int
    in_unknown: int
    k_newest: int
    k_expires: int
    k_currency: str
    k_amount: int
    k_number: str
    k_rank: int
    k_trouble: int
    marks: str
    tags: str
    shop_status: str | None
    shop_claim: str | None
    shop_words: str
    shop_named: int
    differs: str
    in_orphans: int
    in_diverged: int
    ended_at: int | None
    lapses: str
    """JSON: of each deadline its mark, moment, minor units, currency and exponent."""

    def values(self) -> tuple[str | int | None, ...]:
        """Return the columns as SQL takes them."""
        return cast(tuple[str | int | None, ...], _IN_ORDER(self))

    def shown(self) -> tuple[str | int | None, ...]:
        """Return the columns that `to_list_row` takes."""
        return tuple(getattr(self, name) for name in _SHOWN)


COLUMNS: Final = tuple(field.name for field in fields(RowValues))
_IN_ORDER: Final = attrgetter(*COLUMNS)
"""Copies nothing, unlike `astuple`, which took a sixth of all the time of a write."""
_SHOWN: Final = (
    "order_id", "number", "status",
    "amount_minor", "amount_currency", "amount_exponent",
    "captured_minor", "captured_currency", "captured_exponent",
    "refunded_minor", "refunded_currency", "refunded_exponent",
    "buyer", "created", "expires", "refreshed_at", "ship", "attention", "marks", "tags",
    "shop_status", "shop_claim", "differs", "lapses",
)  # fmt: skip
SHOWN: Final = ", ".join(f"r.{name}" for name in _SHOWN)
"""What a list reads of a row `r`, as `to_list_row` takes it."""
WIDTH: Final = len(_SHOWN)


def to_list_row(row: tuple[Any, ...], cursor: str) -> ListRow:
    """Return what a list shows of the columns `SHOWN`; `cursor` is the row's place in the list's order."""
    return ListRow(
        id=row[0],
        number=row[1],
        status=row[2],
        amount=money(row[3], row[4], row[5]),
        captured=money(row[6], row[7], row[8]),
        refunded=money(row[9], row[10], row[11]),
        buyer=row[12],
        created=from_micros(row[13]),
        expires=from_micros(row[14]),
        refreshed_at=from_micros(row[15]),
        ship=row[16],
        attention=tuple(row[17].split()),
        cursor=cursor,
        marks=tuple(row[18].split()),
        tags=tuple(row[19].split()),
        shop_status=row[20],
        claim=row[21],
        differs=tuple(row[22].split()),
        lapses=from_lapses(row[23]),
    )
