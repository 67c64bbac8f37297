"""The built-in views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.domain.rows import VIEWS
from azpay_tui.tui.commands.base import Command

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


class _View(Command):
    """Base of the commands that show one view."""

    number: int

    def run(self, screen: OrdersScreen) -> None:
        """Show the view from its start."""
        screen.show_view(VIEWS[self.number - 1])


class AttentionView(_View):
    """View 1."""

    id, name, shown, sentence = "view-attention", "attention", "1", "Show the orders that need a person."
    keys, number = (("1",),), 1


class CaptureView(_View):
    """View 2."""

    id, name, shown, sentence = "view-to-capture", "to capture", "2", "Show the orders with money to capture."
    keys, number = (("2",),), 2


class UnpaidView(_View):
    """View 3."""

    id, name, shown, sentence = "view-unpaid", "unpaid", "3", "Show the orders without money."
    keys, number = (("3",),), 3


class RefundsView(_View):
    """View 4."""

    id, name, shown, sentence = "view-refunds", "refunds", "4", "Show the orders with refunds."
    keys, number = (("4",),), 4


class UnknownView(_View):
    """View 5."""

    id, name, shown, sentence = (
        "view-unknown",
        "unknown",
        "5",
        "Show orders of unknown outcome or state.",
    )
    keys, number = (("5",),), 5


class AllView(_View):
    """View 6."""

    id, name, shown, sentence = "view-all", "all", "6", "Show all orders."
    keys, number = (("6",),), 6


class OrphansView(_View):
    """View 7."""

    id, name, shown, sentence = "view-orphans", "orphans", "7", "Show the orders that only the shop or only Amazon has."
    keys, number = (("7",),), 7


class DivergedView(_View):
    """View 8."""

    id, name, shown, sentence = "view-diverged", "diverged", "8", "Show the orders on which shop and Amazon disagree."
    keys, number = (("8",),), 8


class NextView(Command):
    """Next view."""

    id, name, shown, sentence = "next-view", "next view", "=", "Show the next view."
    keys = (("equals_sign",),)

    def run(self, screen: OrdersScreen) -> None:
        """Step."""
        screen.listing.step(1)


class PreviousView(Command):
    """Previous view."""

    id, name, shown, sentence = "previous-view", "previous view", "-", "Show the previous view."
    keys = (("minus",),)

    def run(self, screen: OrdersScreen) -> None:
        """Step."""
        screen.listing.step(-1)


class ShowNew(Command):
    """Show newly synced rows."""

    id, name, shown, sentence = "show-new", "show new", ".", "Read the view again, with orders that came or left."
    keys = (("full_stop",),)

    def run(self, screen: OrdersScreen) -> None:
        """Read again; the cursor stays on its order."""
        screen.orders.reload()
        screen.shown()


COMMANDS: Final = (
    AttentionView(),
    CaptureView(),
    UnpaidView(),
    RefundsView(),
    UnknownView(),
    AllView(),
    OrphansView(),
    DivergedView(),
    NextView(),
    PreviousView(),
    ShowNew(),
)
