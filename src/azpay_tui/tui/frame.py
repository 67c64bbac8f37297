"""The lines around the panes, and what they say of the list, the profile and the back office."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo

from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.domain.disagreements import DIFFERENCES, none_found
from azpay_tui.domain.rows import VIEWS, SyncStatus
from azpay_tui.domain.sources import ADD
from azpay_tui.store.views import SavedView
from azpay_tui.tui.feed import Pulse
from azpay_tui.tui.widgets.environment import PlaceLine
from azpay_tui.tui.widgets.filter_line import FilterLine, arrived_text, place_text, selected_text, sight_text
from azpay_tui.tui.widgets.order_list import OrderList
from azpay_tui.tui.widgets.prompt import Prompt
from azpay_tui.tui.widgets.status_line import KeysLine, StatusLine, age
from azpay_tui.tui.widgets.views_bar import NAMES, ViewsBar


class Frame:
    """Makes the lines for a screen to compose, and keeps them in step."""

    def __init__(
        self, profile: Callable[[], ProfileInfo], where: tzinfo, now: Callable[[], datetime], orders: OrderList
    ) -> None:
        """`profile` gives it as it is now, `where` is its time zone, `now` gives UTC."""
        self._now = now
        self._orders = orders
        self._status: SyncStatus | None = None
        self._left: timedelta | None = None
        self._counts: dict[str, int] = {}
        self._named: Sequence[SavedView] = ()
        self.header = PlaceLine(profile(), id="header")
        self.views = ViewsBar(id="views")
        self.filter = FilterLine(id="filter")
        self.keys = KeysLine(id="keys")
        self.message = Prompt(id="message")
        self.status = StatusLine(profile, where, id="status")

    def take(self, pulse: Pulse, in_flight: int, named: Sequence[SavedView]) -> None:
        """Show a look at the cache, with the views that are saved."""
        self._status, self._counts, self._left = pulse.status, pulse.counts, pulse.left
        self.message.in_flight(in_flight)
        self.show(named)

    def show(self, named: Sequence[SavedView]) -> None:
        """Show the view and how well it is in step; paints what changed."""
        self._named = named
        if self._status is not None:
            self.status.show(self._status, self._now(), self._left)
        names = [*VIEWS, *(view.name for view in self._named)]
        self.views.show(self._orders.sight.name or self._orders.view, self._counts, names, self.total)
        self._orders.when_empty(*self._when_empty())
        self.show_place()

    @property
    def total(self) -> int | None:
        """How many orders the list has; None: more than are counted."""
        orders = self._orders
        return orders.total if orders.sight.filter else self._counts.get(orders.view, 0)

    def show_place(self) -> None:
        """Show position, selection and new rows."""
        orders = self._orders
        parts = (
            place_text(orders.position, self.total) if orders.row is not None else "",
            selected_text(len(orders.selected), orders.selection.sums, drawing=orders.selection.anchor is not None),
            arrived_text(orders.arrived),
        )
        self.filter.show(sight_text(orders.sight), "  ".join(part for part in parts if part))

    def _when_empty(self) -> tuple[str, ...]:
        everything = self._counts.get("all", 0)
        if not everything:
            return (
                "no orders yet. Learn of some on the command line:",
                ADD,
                "azpay discover",
                "azpay orders import FILE",
                "azpay orders track ID",
            )
        if self._orders.sight.filter:
            shown = NAMES[self._orders.view]
            return (f"no orders in {shown} that the filter lets through; Esc takes it off, f changes it",)
        if self._orders.view in DIFFERENCES:
            heard = self._status is not None and self._status.shop_heard
            reading = self._status is None or bool(self._status.queue)
            said = none_found(self._orders.view, heard=heard, reading=reading)
            ways = () if heard else (ADD, "azpay orders import FILE")
            return (said, *ways, f"6: all {everything:,}")
        if self._orders.view != "attention":
            return (f"no orders in {NAMES[self._orders.view]}; 6: all {everything:,}",)
        calm = _calm(self._status, self._now())
        return (f"{calm}; 6: all {everything:,}", "Enter opens all orders.")


def _calm(status: SyncStatus | None, now: datetime) -> str:
    """Say that nothing needs a person, and only as far as it is known."""
    if status is None or status.last_success is None:
        return "nothing read from Amazon yet"
    if status.queue:
        return f"nothing read so far needs you; {status.queue:,} due"
    return f"nothing needs you, {age(status, now)}"
