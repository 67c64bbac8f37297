"""How much room the order has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.tui.commands.base import Command

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

_ONE_PANE: Final = "There is one pane here; from 100 columns on the order stands beside the list."


class _BesideTheList(Command):
    """Base of what needs several panes."""

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Refuse where there is one pane."""
        return None if screen.panes.several else _ONE_PANE


class Zoom(_BesideTheList):
    """The order in the room of the list too."""

    id, name, shown = "zoom", "zoom", "Enter in the order"
    sentence = "Give the order the room of the list too, or give it back."

    def run(self, screen: OrdersScreen) -> None:
        """Zoom."""
        screen.rooms.zoom()


class Grow(_BesideTheList):
    """More room for the order."""

    id, name, shown, sentence = "grow", "wider", "+", "Make the pane of the order wider."
    keys = (("plus",),)

    def run(self, screen: OrdersScreen) -> None:
        """Grow."""
        if not screen.panes.resize(1):
            screen.say("The pane of the order cannot be wider: the list needs the rest.")


class Shrink(_BesideTheList):
    """Less room for the order."""

    id, name, shown, sentence = "shrink", "narrower", "_", "Make the pane of the order narrower."
    keys = (("underscore",),)

    def run(self, screen: OrdersScreen) -> None:
        """Shrink."""
        if not screen.panes.resize(-1):
            screen.say("The pane of the order cannot be narrower.")


COMMANDS: Final = (Zoom(), Grow(), Shrink())
