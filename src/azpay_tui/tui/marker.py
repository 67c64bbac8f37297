"""Hands marks to the back office one after the other, off the screen's thread, and shows what came of it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from azpay_tui.domain.marks import MarkChange, Marked, needs_person
from azpay_tui.domain.order import Address
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


MANY: Final = 100
"""Orders whose marking takes a moment that should be announced."""


class Marker:
    """The marks of one screen; a key is answered at once, the journal may take its time."""

    def __init__(self, screen: OrdersScreen) -> None:
        """Work for a screen."""
        self._screen = screen
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[], None]] = deque()
        self._busy = False

    def mark(
        self, order_ids: Sequence[str], change: MarkChange, *, then: str = "", after: Callable[[], None] | None = None
    ) -> None:
        """Change the marks of orders; `then` is said instead of what was done, `after` is done when it is kept."""
        if len(order_ids) >= MANY:
            self._screen.say(f"Marking {len(order_ids):,} orders.")
        self._do(lambda: self._screen.desk.mark(order_ids, change), lambda done: self._marked(done, then, after))

    def readdress(self, order_id: str, address: Address | None) -> None:
        """Have a parcel sent elsewhere, None: where Amazon says."""
        self._do(lambda: self._screen.desk.readdress(order_id, address), lambda done: self._marked(done, "", None))

    def undo(self) -> None:
        """Undo the last change of this sitting."""
        self._do(self._screen.desk.unmark, self._undone)

    def _do(self, action: Callable[[], Marked], then: Callable[[Marked], None]) -> None:
        app = self._screen.app

        def job() -> None:
            try:
                done = action()
            except READ_ERRORS as error:
                app.call_from_thread(self._screen.say, display(str(error), 400), warning=True)
            else:
                app.call_from_thread(self._screen.try_to, lambda: then(done))

        with self._lock:
            self._waiting.append(job)
            begin, self._busy = not self._busy, True
        if begin:
            self._screen.run_worker(self._work, thread=True, group="marks")

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._busy = False
                    return
                job = self._waiting.popleft()
            job()

    def _marked(self, done: Marked, then: str, after: Callable[[], None] | None) -> None:
        screen, orders = self._screen, self._screen.orders
        screen.say(then or display(done.sentence, 400))
        orders.deselect(done.done)
        orders.take(done.done)
        if orders.view == "attention":
            rows = [screen.desk.reader.row(order_id) for order_id in done.done]
            orders.leave([row.id for row in rows if row is not None and not needs_person(row.attention, row.marks)])
        if after is not None:
            after()

    def _undone(self, done: Marked) -> None:
        self._screen.say(display(done.sentence, 400))
        self._screen.orders.take(done.done)
        if self._screen.orders.view == "attention":
            self._screen.orders.reload()
        self._screen.orders.go_to_held(done.done)
