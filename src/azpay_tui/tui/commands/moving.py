"""Moving in the list and between panes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.tui.commands.base import Command

if TYPE_CHECKING:
    from azpay_tui.tui.screens.base import CommandScreen
    from azpay_tui.tui.screens.orders import OrdersScreen


class Down(Command):
    """Next line."""

    id, name, shown, sentence = "down", "down", "j, down", "Move to the next line."
    keys, place = (("j",), ("down",)), "lists"

    def run(self, screen: CommandScreen) -> None:
        """Move."""
        screen.lines.move(1)


class Up(Command):
    """Previous line."""

    id, name, shown, sentence = "up", "up", "k, up", "Move to the previous line."
    keys, place = (("k",), ("up",)), "lists"

    def run(self, screen: CommandScreen) -> None:
        """Move."""
        screen.lines.move(-1)


class Top(Command):
    """First line."""

    id, name, shown, sentence = "top", "top", "g g, Home", "Move to the first line."
    keys, place = (("g", "g"), ("home",)), "lists"

    def run(self, screen: CommandScreen) -> None:
        """Move."""
        screen.lines.to_top()


class Bottom(Command):
    """Last line."""

    id, name, shown, sentence = "bottom", "bottom", "G, End", "Move to the last line."
    keys, place = (("G",), ("end",)), "lists"

    def run(self, screen: CommandScreen) -> None:
        """Move."""
        screen.lines.to_end()


class HalfDown(Command):
    """Half a page down."""

    id, name, shown, sentence = "half-down", "half page", "Ctrl-D", "Move half a page down."
    keys, place = (("ctrl+d",),), "lists"

    def run(self, screen: CommandScreen) -> None:
        """Move."""
        screen.lines.page(0.5)


class HalfUp(Command):
    """Half a page up."""

    id, name, shown, sentence = "half-up", "half page", "Ctrl-U", "Move half a page up."
    keys, place = (("ctrl+u",),), "lists"

    def run(self, screen: CommandScreen) -> None:
        """Move."""
        screen.lines.page(-0.5)


class PageDown(Command):
    """A page down."""

    id, name, shown, sentence = "page-down", "page", "PgDn", "Move a page down."
    keys, place = (("pagedown",),), "lists"

    def run(self, screen: CommandScreen) -> None:
        """Move."""
        screen.lines.page(1)


class PageUp(Command):
    """A page up."""

    id, name, shown, sentence = "page-up", "page", "PgUp", "Move a page up."
    keys, place = (("pageup",),), "lists"

    def run(self, screen: CommandScreen) -> None:
        """Move."""
        screen.lines.page(-1)


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
        screen.rooms.step(1)


class PreviousPane(Command):
    """Previous pane."""

    id, name, shown, sentence = "previous-pane", "pane", "Shift-Tab", "Move to the previous pane."
    keys = (("shift+tab",),)

    def run(self, screen: OrdersScreen) -> None:
        """Move the focus."""
        screen.rooms.step(-1)


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
