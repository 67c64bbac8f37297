"""Finding a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.tui.commands.base import Command

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


class Find(Command):
    """Ask for a text."""

    id, name, shown, sentence = "find", "find", "/", "Find a text in ids, numbers, buyers and e-mails of the view."
    keys, rank = (("slash",),), 4

    def run(self, screen: OrdersScreen) -> None:
        """Open the prompt."""
        screen.ask_find()


class _Again(Command):
    """Base of the commands that find the same text again."""

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Refuse before there is a text."""
        return None if screen.term else "Nothing to find yet: press / first."


class FindNext(_Again):
    """Next one."""

    id, name, shown, sentence = "find-next", "next", "n", "Find the same text further down."
    keys = (("n",),)

    def run(self, screen: OrdersScreen) -> None:
        """Find."""
        screen.find_again(forward=True)


class FindPrevious(_Again):
    """Previous one."""

    id, name, shown, sentence = "find-previous", "previous", "N", "Find the same text further up."
    keys = (("N",),)

    def run(self, screen: OrdersScreen) -> None:
        """Find."""
        screen.find_again(forward=False)


COMMANDS: Final = (Find(), FindNext(), FindPrevious())
