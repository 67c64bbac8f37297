"""Parcels that leave later: when to authorize, and being reminded of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.domain.deadlines import advise, marked, parse_ships
from azpay_tui.tui.commands.base import NO_ORDER, Argument, OnOrder
from azpay_tui.tui.widgets.words import local

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


class Ships(OnOrder):
    """When to authorize for a late parcel."""

    id, name = "ships", "ships later"
    sentence = "Say when to authorize for a parcel that leaves on a day, and be reminded of it then."
    argument = Argument("day", required=True)

    def run(self, screen: OrdersScreen) -> None:
        """Say what is lacking."""
        screen.say("Type :ships and the day on which it leaves, such as 2026-12-01.")

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Note the day, set the reminder, say the advice; raises `MarkError` for what is no day of shipping."""
        row = screen.orders.row
        order = None if row is None else screen.desk.reader.order(row.id)
        if order is None:
            screen.say(NO_ORDER)
            return
        now = screen.desk.now()
        ships = parse_ships(argument, now, screen.zone)
        advice = advise(order, ships, now, screen.zone)
        screen.marker.mark([order.id], marked(ships, advice, screen.zone), then=local(advice.sentence, screen.zone))


COMMANDS: Final = (Ships(),)
