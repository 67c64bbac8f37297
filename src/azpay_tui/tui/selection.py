"""Which orders a person selected: by id, whatever view they are seen in, until the person drops them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import ListRow

MOST: Final = 10_000
"""Orders that can be selected at once."""


def sums(rows: Iterable[ListRow]) -> tuple[Money, ...]:
    """Add up the orders' amounts per currency, the most orders first; never across currencies."""
    found: dict[tuple[str, int], list[Money]] = {}
    for row in rows:
        if row.amount is not None:
            found.setdefault((row.amount.currency, row.amount.exponent), []).append(row.amount)
    ranked = sorted(found.values(), key=lambda amounts: (-len(amounts), amounts[0].currency))
    return tuple(Money(sum(a.minor for a in amounts), amounts[0].currency, amounts[0].exponent) for amounts in ranked)


class Selection:
    """Selected orders in the order of selection, and the range that is being drawn."""

    def __init__(self) -> None:
        """Start with none."""
        self.rows: dict[str, ListRow] = {}
        """Selected orders by id."""
        self._before: dict[str, ListRow] = {}
        self.anchor: str | None = None
        """The order at which a range began; None while none is drawn."""

    def __contains__(self, order_id: str) -> bool:
        return order_id in self.rows

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def sums(self) -> tuple[Money, ...]:
        """The sum of the selected orders' amounts, one per currency."""
        return sums(self.rows.values())

    def toggle(self, row: ListRow) -> None:
        """Select an order, or no longer."""
        if self.rows.pop(row.id, None) is None and len(self.rows) < MOST:
            self.rows[row.id] = row

    def add(self, rows: Iterable[ListRow]) -> int:
        """Select orders, as many as may be; returns how many of them are selected now."""
        count = 0
        for row in rows:
            if row.id in self.rows or len(self.rows) < MOST:
                self.rows[row.id] = row
                count += 1
        return count

    def clear(self) -> tuple[str, ...]:
        """Select none; returns the ids of those that were."""
        gone = tuple(self.rows)
        self.rows.clear()
        self.anchor = None
        return gone

    def update(self, fresh: Mapping[str, ListRow | None]) -> None:
        """Take what orders became; one that is not known any more is dropped."""
        for rows in (self.rows, self._before):
            for order_id, row in fresh.items():
                if order_id in rows:
                    if row is None:
                        del rows[order_id]
                    else:
                        rows[order_id] = row

    # A range

    def begin(self, row: ListRow) -> None:
        """Begin a range at an order; what was selected before stays."""
        self.anchor, self._before = row.id, dict(self.rows)
        self.rows[row.id] = row

    def end(self) -> None:
        """End the range; what is in it stays selected."""
        self.anchor, self._before = None, {}

    def stretch(self, held: Sequence[ListRow], at: int) -> frozenset[str]:
        """Let the range reach from its start to an index of the rows held; returns the ids whose selection changed."""
        start = next((index for index, row in enumerate(held) if row.id == self.anchor), None)
        if start is None:
            self.end()
            return frozenset()
        old = frozenset(self.rows)
        self.rows = dict(self._before)
        self.add(held[min(start, at) : max(start, at) + 1])
        return old ^ frozenset(self.rows)
