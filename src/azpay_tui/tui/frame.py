"""The lines around the panes, and what they say of the list, the profile and the back office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from azpay_tui.backoffice.ports import ProfileInfo
from azpay_tui.domain.rows import SyncStatus
from azpay_tui.tui.feed import Pulse
from azpay_tui.tui.widgets.environment import PlaceLine
from azpay_tui.tui.widgets.order_list import OrderList
from azpay_tui.tui.widgets.prompt import Prompt
from azpay_tui.tui.widgets.status_line import KeysLine, StatusLine, age
from azpay_tui.tui.widgets.views_bar import NAMES, ViewsBar


class Frame:
    """Makes the lines for a screen to compose, and keeps them in step."""

    def __init__(self, profile: ProfileInfo, where: tzinfo, now: Callable[[], datetime], orders: OrderList) -> None:
        """`where` is the profile's time zone, `now` gives UTC."""
        self._now = now
        self._orders = orders
        self._status: SyncStatus | None = None
        self._counts: dict[str, int] = {}
        self.header = PlaceLine(profile, id="header")
        self.views = ViewsBar(id="views")
        self.keys = KeysLine(id="keys")
        self.message = Prompt(id="message")
        self.status = StatusLine(profile, where, id="status")

    def take(self, pulse: Pulse, in_flight: int) -> None:
        """Show a look at the cache."""
        self._status, self._counts = pulse.status, pulse.counts
        self.message.in_flight(in_flight)
        self.show()

    def show(self) -> None:
        """Show the view and how well it is in step; paints what changed."""
        if self._status is not None:
            self.status.show(self._status, self._now())
        self.views.show(self._orders.view, self._counts)
        self._orders.when_empty(*self._when_empty())
        self.show_place()

    def show_place(self) -> None:
        """Show position, selection and new rows."""
        orders, parts = self._orders, []
        total = self._counts.get(orders.view, 0)
        if orders.row is not None:
            parts.append(f"{orders.position:,} of {total:,}" if orders.position else f"{total:,}")
        if orders.selected:
            parts.append(f"{len(orders.selected)} selected")
        if orders.arrived:
            parts.append(f"{orders.arrived} new, press . to show")
        self.header.place("  ".join(parts))

    def _when_empty(self) -> tuple[str, ...]:
        everything = self._counts.get("all", 0)
        if not everything:
            return ("no orders yet: azpay orders import FILE.csv, or azpay orders track ID",)
        if self._orders.view != "attention":
            return (f"no orders in {NAMES[self._orders.view]}; 6: all {everything:,}",)
        step = age(self._status, self._now()) if self._status is not None else ""
        return (f"nothing needs you; 6: all {everything:,}; {step}", "Enter opens all orders.")
