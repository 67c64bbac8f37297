"""Moving in the list and between panes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.tui.commands.base import Command

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


class Down(Command):
    """Next order."""

    id, name, shown, sentence = "down", "down", "j, down", "Move to the next order."
    keys, place = (("j",), ("down",)), "list"

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.move(1)


class Up(Command):
    """Previous order."""

    id, name, shown, sentence = "up", "up", "k, up", "Move to the previous order."
    keys, place = (("k",), ("up",)), "list"

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.move(-1)


class Top(Command):
    """First order."""

    id, name, shown, sentence = "top", "top", "g g, Home", "Move to the first order of the view."
    keys, place = (("g", "g"), ("home",)), "list"

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.to_top()


class Bottom(Command):
    """Last order."""

    id, name, shown, sentence = "bottom", "bottom", "G, End", "Move to the last order of the view."
    keys, place = (("G",), ("end",)), "list"

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.to_end()


class HalfDown(Command):
    """Half a page down."""

    id, name, shown, sentence = "half-down", "half page", "Ctrl-D", "Move half a page down."
    keys, place = (("ctrl+d",),), "list"

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.page(0.5)


class HalfUp(Command):
    """Half a page up."""

    id, name, shown, sentence = "half-up", "half page", "Ctrl-U", "Move half a page up."
    keys, place = (("ctrl+u",),), "list"

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.page(-0.5)


class PageDown(Command):
    """A page down."""

    id, name, shown, sentence = "page-down", "page", "PgDn", "Move a page down."
    keys, place = (("pagedown",),), "list"

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.page(1)


class PageUp(Command):
    """A page up."""

    id, name, shown, sentence = "page-up", "page", "PgUp", "Move a page up."
    keys, place = (("pageup",),), "list"

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.page(-1)


class NextOrder(Command):
    """Next order without leaving the detail."""

    id, name, shown, sentence = "next-order", "next order", "J", "Move to the next order, also in the detail."
    keys = (("J",),)

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.move(1)


class PreviousOrder(Command):
    """Previous order without leaving the detail."""

    id, name, shown, sentence = "previous-order", "previous", "K", "Move to the previous order, also in the detail."
    keys = (("K",),)

    def run(self, screen: OrdersScreen) -> None:
        """Move."""
        screen.orders.move(-1)


class NextPane(Command):
    """Next pane."""

    id, name, shown, sentence = "next-pane", "pane", "Tab", "Move to the next pane."
    keys = (("tab",),)

    def run(self, screen: OrdersScreen) -> None:
        """Move the focus."""
        screen.step_pane(1)


class PreviousPane(Command):
    """Previous pane."""

    id, name, shown, sentence = "previous-pane", "pane", "Shift-Tab", "Move to the previous pane."
    keys = (("shift+tab",),)

    def run(self, screen: OrdersScreen) -> None:
        """Move the focus."""
        screen.step_pane(-1)


COMMANDS: Final = (
    Down(),
    Up(),
    Top(),
    Bottom(),
    HalfDown(),
    HalfUp(),
    PageDown(),
    PageUp(),
    NextOrder(),
    PreviousOrder(),
    NextPane(),
    PreviousPane(),
)
