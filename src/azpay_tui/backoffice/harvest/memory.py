"""What a harvest took of each order so far, so that only what is new goes on, however often an order is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from azpay_tui.backoffice.harvest.numbers import Numbers
from azpay_tui.domain.rows import TrackedOrder

_FRESH: Final = 1 << 14
_GROUPS: Final[tuple[dict[str, object], ...]] = (
    {"amount": None, "currency": None},
    {"created": None},
    {"buyer_name": None, "buyer_email": None},
    {"shop_status": None, "claim": None},
    {"lines": ()},
    {"complete": False},
)
"""Labels that are said together, and what stands for nothing said; a bit stands for each group."""
_BITS: Final = len(_GROUPS)
_ALL: Final = (1 << _BITS) - 1
_WORD: Final = (1 << 64) - 1


class Seen:
    """Texts that came before, remembered by fingerprints of 64 bits."""

    def __init__(self) -> None:
        self.count = 0
        self._fresh: set[int] = set()
        self._old = Numbers()

    def __contains__(self, text: str) -> bool:
        """Tell whether a text came before."""
        mark = hash(text) & _WORD
        return mark in self._fresh or mark in self._old

    def add(self, text: str) -> bool:
        """Remember a text; returns whether it is new."""
        mark = hash(text) & _WORD
        if mark in self._fresh or mark in self._old:
            return False
        self.count += 1
        self._fresh.add(mark)
        if len(self._fresh) >= _FRESH:
            self._old.add(self._fresh)
            self._fresh.clear()
        return True


class Memory:
    """Tells what a mention of an order adds to those before it.

    The first label of a kind counts, for each number that the shop gives the order: read again, the same source says
    the same again.
    """

    def __init__(self) -> None:
        self.orders = Seen()
        self.ids = Seen()
        self._fresh: dict[int, int] = {}
        self._old = Numbers()

    def news(self, order: TrackedOrder) -> TrackedOrder | None:
        """Return what of a mention is new, None for nothing, and remember it."""
        first = self.orders.add(order.order_id)
        charges = tuple(object_id for object_id in order.charge_ids if self.ids.add(object_id))
        refunds = tuple(object_id for object_id in order.refund_ids if self.ids.add(object_id))
        said = _said(order)
        mark = hash((order.order_id, order.number)) & (_WORD >> _BITS)
        known = self._labels(mark)
        if said & ~(known or 0) or (known is None and order.number is not None):
            self._remember(mark, said | (known or 0))
        elif not (first or charges or refunds):
            return None
        again = said & (known or 0)
        if not again:
            return order
        told = [group for bit, group in enumerate(_GROUPS) if again >> bit & 1]
        return replace(order, **{name: value for group in told for name, value in group.items()})  # type: ignore[arg-type]

    def _labels(self, mark: int) -> int | None:
        if (known := self._fresh.get(mark)) is not None:
            return known
        last = self._old.last(mark << _BITS | _ALL)
        return last & _ALL if last >= 0 and last >> _BITS == mark else None

    def _remember(self, mark: int, labels: int) -> None:
        self._fresh[mark] = labels
        if len(self._fresh) >= _FRESH:
            self._old.add(mark << _BITS | labels for mark, labels in self._fresh.items())
            self._fresh.clear()


def _said(order: TrackedOrder) -> int:
    return (
        (order.amount is not None)
        | (order.created is not None) << 1
        | (order.buyer_name is not None or order.buyer_email is not None) << 2
        | (order.shop_status is not None) << 3
        | bool(order.lines) << 4
        | order.complete << 5
    )


def merged(one: TrackedOrder, other: TrackedOrder) -> TrackedOrder:
    """Put two mentions of an order together, of which the other says nothing that the first one said."""
    return replace(
        one,
        number=one.number or other.number,
        amount=other.amount if one.amount is None else one.amount,
        currency=one.currency or other.currency,
        created=one.created or other.created,
        buyer_name=one.buyer_name or other.buyer_name,
        buyer_email=one.buyer_email or other.buyer_email,
        charge_ids=tuple(dict.fromkeys((*one.charge_ids, *other.charge_ids))),
        refund_ids=tuple(dict.fromkeys((*one.refund_ids, *other.refund_ids))),
        complete=one.complete or other.complete,
        shop_status=one.shop_status or other.shop_status,
        claim=one.claim or other.claim,
        lines=one.lines or other.lines,
        side=one.side if one.side != "person" else other.side,
    )
