"""Finding a text, and an order by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.domain.order import kind_of
from azpay_tui.domain.rows import ListRow
from azpay_tui.tui.commands.base import Argument, Command
from azpay_tui.tui.dialogs.choose import Choice, Choose
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.widgets.filter_line import place_text

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


MAX_TERM: Final = 100
"""Characters of a text to find."""


def find_again(screen: OrdersScreen, *, forward: bool) -> None:
    """Go to the next order of the list that the text is found in, and say which of how many it is."""
    shown, reader = display(screen.term, 40), screen.desk.reader
    found = screen.orders.find(screen.term, forward=forward)
    if found is not None:
        screen.say(f"/{shown}: {place_text(*found)} in the local cache, in this list. n next, N previous.")
        return
    everywhere = reader.total("all", screen.term)
    whole = screen.orders.view == "all" and not screen.orders.sight.filter
    hint = " Press 6, Esc, then n." if everywhere != 0 and not whole else ""
    where = "" if whole else f"not in this list; {place_text(None, everywhere)} in all orders of "
    screen.say(f"/{shown}: {where or 'nowhere in '}the local cache.{hint}")


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
        screen.rooms.to_list()
        screen.message.ask("/ ", lambda term: find(screen, term), limit=MAX_TERM)

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Find a text at once."""
        screen.rooms.to_list()
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


class GoTo(Command):
    """Go to an order by its id or number."""

    id, name, shown, sentence = "go", "go to", "#", "Go to an order by an id of Amazon or its order number."
    keys, argument = (("number_sign",),), Argument("order")

    def run(self, screen: OrdersScreen) -> None:
        """Ask for the id or number."""
        screen.message.ask("# order id or number: ", lambda text: _go(screen, text), limit=MAX_TERM)

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Go there at once."""
        refusal = _go(screen, argument)
        if refusal is not None:
            raise ValueError(refusal)


def _go(screen: OrdersScreen, text: str) -> str | None:
    """Go to the order that a text names, or ask which of several; returns a sentence when there is none."""
    if not text:
        return None
    try:
        found = screen.desk.reader.resolve(text)
    except READ_ERRORS as error:
        return display(str(error), 400)
    if not found:
        named = kind_of(text.strip().upper()) is not None
        way = f"azpay orders track {display(text.strip().upper(), 40)}" if named else "azpay orders track ID"
        return f"{display(text, 40)} is not in the local cache, which knows tracked orders only; to add it: {way}"
    if len(found) == 1:
        screen.try_to(lambda: _arrive(screen, found[0]))
        return None
    rows = [row for row in (screen.desk.reader.row(order_id) for order_id in found) if row is not None]
    choices = [Choice(row.id, _described(row)) for row in rows]
    dialog = Choose("WHICH ORDER?", choices, note=f"{len(found)} orders have the number {display(text, 40)}.")
    screen.app.push_screen(dialog, lambda values: screen.try_to(lambda: _arrive(screen, values[0])) if values else None)
    return None


def _described(row: ListRow) -> str:
    amount = f"{row.amount}" if row.amount is not None else "-"
    buyer = display(row.buyer or "-", 30)
    return f"{display(row.id, 19)}  {display(row.status, 13):<13}  {display(amount, 20):>16}  {buyer}"


def _arrive(screen: OrdersScreen, order_id: str) -> None:
    view = screen.orders.sight.key
    if screen.listing.go_to_id(order_id):
        moved = "" if screen.orders.sight.key == view else " is not in that list: here are all orders"
        screen.say(f"{display(order_id, 40)}{moved}.")


COMMANDS: Final = (Find(), FindNext(), FindPrevious(), GoTo())
