"""What changes an order after it was placed: more money, another address, and closing what was captured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.domain.closing import UNCLOSED
from azpay_tui.tui.commands.base import Argument, Command, OnOrder

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


class ChargeMore(OnOrder):
    """Charge more than the total."""

    id, name, shown, sentence = (
        "more",
        "charge more",
        "a m",
        "Raise an order above its total: asks for the new one, then opens the dialog of authorizing.",
    )
    aliases = ("charge-more", "modify")
    keys = (("a", "m"),)
    argument = Argument("total")

    def run(self, screen: OrdersScreen) -> None:
        """Ask for the new total."""
        screen.modifying.ask()

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Take the total that was typed; raises `ValueError` with a sentence when it cannot be taken."""
        refused = screen.modifying.take_here(argument)
        if refused is not None:
            raise ValueError(refused)


class ShipElsewhere(OnOrder):
    """Another address."""

    id, name = "address", "ship elsewhere"
    sentence = "Have the parcel sent elsewhere: kept here, Amazon is not told, and the order is marked NOT PROTECTED."
    argument = Argument("address")

    def run(self, screen: OrdersScreen) -> None:
        """Ask for the address."""
        screen.modifying.ask_address()

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Take the address that was typed; raises `ValueError` with a sentence when it cannot be taken."""
        refused = screen.modifying.take_address(argument)
        if refused is not None:
            raise ValueError(refused)


class Unclosed(Command):
    """Captured in full and still open at Amazon."""

    id, name = "unclosed", "not closed"
    sentence = "Show orders that are captured in full and still open at Amazon; the buyer sees them open until closed."

    def run(self, screen: OrdersScreen) -> None:
        """Narrow the list of all orders to them."""
        screen.listing.show_narrowed(UNCLOSED)


COMMANDS: Final = (ChargeMore(), ShipElsewhere(), Unclosed())
