"""What a person wants read from Amazon now, until it is: which orders are still waited for, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable

from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Event
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.words import plural


class Refreshing:
    """Asks for orders and counts the answers."""

    def __init__(self, desk: Desk) -> None:
        """Nothing is waited for yet."""
        self._desk = desk
        self._count = 0
        self._problems: dict[str, str] = {}
        self.waiting: set[str] = set()
        """Orders that are being read."""

    def begin(self, order_ids: Iterable[str]) -> str:
        """Ask for orders, in the background; returns what to say."""
        wanted = [order_id for order_id in order_ids if order_id not in self.waiting]
        if not self.waiting:
            self._count, self._problems = 0, {}
        self._count += len(wanted)
        self.waiting.update(wanted)
        if wanted:
            self._desk.refresh(wanted)
        asked = display(wanted[0], 40) if len(wanted) == 1 else plural(len(wanted), "order")
        return f"Reading {asked} from Amazon." if wanted else "It is being read already."

    def heard(self, event: Event) -> tuple[str, bool] | None:
        """Take an event; returns what to say, and whether it is a warning, when the last order was read."""
        if event.kind != "read" or self.waiting.isdisjoint(event.order_ids):
            return None
        self.waiting.difference_update(event.order_ids)
        if event.problem is not None:
            self._problems |= dict.fromkeys(event.order_ids, event.problem)
        return None if self.waiting else self._outcome(event.order_ids[0])

    def _outcome(self, last: str) -> tuple[str, bool]:
        if self._problems:
            order_id, problem = next(iter(self._problems.items()))
            asked = display(order_id, 40)
            if self._count > 1:
                asked = f"{len(self._problems)} of {plural(self._count, 'order')}, {asked} first,"
            return f"Not read: {asked}: {display(problem, 300)}".replace(",:", ":"), True
        if self._count > 1:
            return f"{plural(self._count, 'order')} read from Amazon just now.", False
        row = self._desk.reader.row(last)
        return f"{display(last, 40)} read from Amazon just now: {display(row.status, 20) if row else 'NEW'}.", False
