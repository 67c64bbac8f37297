"""Finding a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.tui.commands.base import Argument, Command
from azpay_tui.tui.display import display

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


MAX_TERM: Final = 100
"""Characters of a text to find."""


def find_again(screen: OrdersScreen, *, forward: bool) -> None:
    """Go to the next order of the view that the text is found in, and say how many there are."""
    shown, reader = display(screen.term, 40), screen.desk.reader
    if screen.orders.find(screen.term, forward=forward):
        total = reader.total(screen.orders.view, screen.term)
        screen.say(f"/{shown}: {'over 1,000' if total is None else f'{total:,}'} in this view. n next, N previous.")
    else:
        everywhere = reader.total("all", screen.term)
        hint = " Press 6, then n." if everywhere != 0 and screen.orders.view != "all" else ""
        screen.say(f"/{shown}: not in this view; {'many' if everywhere is None else everywhere} in all orders.{hint}")


def find(screen: OrdersScreen, term: str) -> None:
    """Find a text in the view from the cursor on; an empty one forgets the last."""
    screen.term = term
    if term:
        screen.try_to(lambda: find_again(screen, forward=True))


class Find(Command):
    """Ask for a text."""

    id, name, shown, sentence = "find", "find", "/", "Find a text in ids, numbers, buyers and e-mails of the view."
    keys, rank, argument = (("slash",),), 4, Argument("text")

    def run(self, screen: OrdersScreen) -> None:
        """Open the prompt in place of the message line."""
        screen.to_list()
        screen.message.ask("/ ", lambda term: find(screen, term), limit=MAX_TERM)

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Find a text at once."""
        screen.to_list()
        find(screen, argument)


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
        find_again(screen, forward=True)


class FindPrevious(_Again):
    """Previous one."""

    id, name, shown, sentence = "find-previous", "previous", "N", "Find the same text further up."
    keys = (("N",),)

    def run(self, screen: OrdersScreen) -> None:
        """Find."""
        find_again(screen, forward=False)


COMMANDS: Final = (Find(), FindNext(), FindPrevious())
