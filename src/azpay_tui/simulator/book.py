"""All orders of the simulated merchant, found by any id, and the maker of new ids."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Literal

from azpay_tui.simulator.checkout import Session
from azpay_tui.simulator.model import Charge, Order, Refund, permission_id_of
from azpay_tui.simulator.reporting import Report, Schedule


class Book:
    """Orders by permission id. Ids are drawn from a seeded source, so a seed names the whole world."""

    def __init__(self, seed: int) -> None:
        self._orders: dict[str, Order] = {}
        self._seed = seed
        self.random = random.Random(seed)
        self.dirty: set[str] = set()
        #: Tracking number -> permission, for each parcel that Amazon was told of.
        self.tracked: dict[str, str] = {}
        self.sessions: dict[str, Session] = {}
        self.reports: dict[str, Report] = {}
        self.schedules: dict[str, Schedule] = {}
        #: Seals the addresses of report documents.
        self.secret = f"{seed}"
        #: Kind and id of everything but orders that has to be stored.
        self.touched: set[tuple[str, str]] = set()

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def __len__(self) -> int:
        return len(self._orders)

    def add(self, order: Order) -> None:
        """Take up an order and remember that it has to be stored."""
        self._orders[order.permission_id] = order
        self.dirty.add(order.permission_id)

    def restore(self, orders: list[Order], spent: int) -> None:
        """Take up stored orders; ``spent`` shifts the source of ids past those already given out."""
        self._orders = {order.permission_id: order for order in orders}
        self.random = random.Random(f"{self._seed}:{spent}")

    def changed(self) -> list[Order]:
        """The orders that have to be stored, in the order in which they were made."""
        if len(self.dirty) == 1:
            return [self._orders[permission_id] for permission_id in self.dirty]
        return [order for order in self if order.permission_id in self.dirty] if self.dirty else []

    def order_of(self, any_id: str) -> Order | None:
        """The order a permission, charge or refund id belongs to."""
        return self._orders.get(permission_id_of(any_id))

    def permission(self, permission_id: str) -> Order | None:
        """The order with exactly this permission id."""
        return self._orders.get(permission_id)

    def charge(self, charge_id: str) -> tuple[Order, Charge] | None:
        """A charge with its order."""
        order = self.order_of(charge_id)
        for charge in order.charges if order else ():
            if charge.charge_id == charge_id and order:
                return order, charge
        return None

    def refund(self, refund_id: str) -> tuple[Order, Charge, Refund] | None:
        """A refund with its charge and order."""
        order = self.order_of(refund_id)
        for charge in order.charges if order else ():
            for refund in charge.refunds:
                if refund.refund_id == refund_id and order:
                    return order, charge, refund
        return None

    def touch(self, kind: Literal["session", "report", "schedule"], key: str) -> None:
        """Remember that a thing has to be stored."""
        self.touched.add((kind, key))

    def track(self, number: str, permission_id: str) -> None:
        """Remember a parcel's tracking number."""
        self.tracked[number] = permission_id

    def new_permission_id(self, prefix: str = "S01") -> str:
        """A free permission id of the sandbox; recurring ones begin with C01."""
        while True:
            found = f"{prefix}-{self.random.randrange(10**7):07d}-{self.random.randrange(10**7):07d}"
            if found not in self._orders:
                return found

    def new_report_id(self) -> str:
        """A free id of a report or a report schedule."""
        while True:
            found = str(self.random.randrange(10**9, 10**10))
            if found not in self.reports and found not in self.schedules:
                return found

    def new_charge_id(self, order: Order) -> str:
        """A free charge id under the order."""
        return self._new_id(order.permission_id, "C", set(order.charge_ids()))

    def new_refund_id(self, order: Order) -> str:
        """A free refund id under the order."""
        return self._new_id(order.permission_id, "R", set(order.refund_ids()))

    def _new_id(self, parent: str, letter: str, taken: set[str]) -> str:
        while True:
            found = f"{parent}-{letter}{self.random.randrange(10**6):06d}"
            if found not in taken:
                return found
