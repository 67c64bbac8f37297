"""What the list shows: filter, sort, columns, saved views; and what is selected in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from azpay_tui.domain.rows import VIEWS
from azpay_tui.store.views import LONGEST_NAME
from azpay_tui.tui.commands.base import Argument, Command, OnOrder
from azpay_tui.tui.dialogs.choose import Choice, Choose
from azpay_tui.tui.display import display
from azpay_tui.tui.sight import sorts_of
from azpay_tui.tui.widgets.columns import OPTIONAL

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


class FilterList(Command):
    """Narrow the list."""

    id, name, shown, sentence = "filter", "filter", "f", "Narrow the view by status, age, amount and more; Esc undoes."
    keys, rank = (("f",),), 5
    argument = Argument("filter")

    def run(self, screen: OrdersScreen) -> None:
        """Open the menu."""
        screen.rooms.to_list()
        screen.listing.ask_filter()

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Narrow at once, or (`none`) no more."""
        screen.listing.narrow("" if argument == "none" else argument)


class SortList(Command):
    """Sort the list."""

    id, name, shown, sentence = "sort", "sort", "s", "Sort the view another way; the cursor stays on its order."
    keys, rank = (("s",),), 9
    argument = Argument("sort", lambda screen: sorts_of(screen.orders.view))

    def run(self, screen: OrdersScreen) -> None:
        """Open the menu."""
        screen.rooms.to_list()
        screen.listing.ask_sort()

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Sort at once."""
        screen.listing.sort(argument)


class Columns(Command):
    """Choose columns."""

    id, name, shown, sentence = "columns", "columns", "t", "Choose which columns show besides status, order and amount."
    keys, rank = (("t",),), 11
    argument = Argument("columns", lambda screen: tuple(OPTIONAL))

    def run(self, screen: OrdersScreen) -> None:
        """Open the menu."""
        screen.rooms.to_list()
        screen.listing.ask_columns()

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Show these, or (`usual`) what the width has room for."""
        names = None if argument == "usual" else tuple(argument.replace(",", " ").split())
        screen.listing.choose_columns(names)


class SelectRange(OnOrder):
    """Select a range."""

    id, name, shown, sentence = (
        "range",
        "range",
        "v",
        "Begin a range of selected orders; again ends it.",
    )
    keys, place, rank = (("v",),), "list", 10

    def run(self, screen: OrdersScreen) -> None:
        """Begin or end."""
        if screen.orders.draw_range():
            screen.say("Range: move to its other end; v ends it, Esc too.")
        else:
            screen.say(f"{len(screen.orders.selected):,} selected. Esc drops the selection.")


class SelectAll(Command):
    """Select everything."""

    id, name, shown, sentence = "select-all", "all", "*", "Select all orders of the list; asks when not all were read."
    keys, place = (("asterisk",),), "list"

    def run(self, screen: OrdersScreen) -> None:
        """Select, or ask."""
        screen.listing.ask_all()


class SaveView(Command):
    """Save, rename or delete a view."""

    id, name, shown, sentence = "save-view", "save view", "w", "Save view, filter, sort and columns under a name."
    keys, rank = (("w",),), 12
    argument = Argument("name")

    def run(self, screen: OrdersScreen) -> None:
        """Ask for a name; for a saved view ask first what is wanted."""
        screen.rooms.to_list()
        name = screen.orders.sight.name
        if name is None:
            _ask_name(screen, "save view as: ", "", screen.listing.save)
            return
        shown = display(name, LONGEST_NAME)
        choices = (
            Choice("over", f"save what is shown as {shown}"),
            Choice("new", "save it under another name"),
            Choice("rename", f"rename {shown}"),
            Choice("delete", f"delete {shown}; its orders stay"),
        )
        screen.app.push_screen(Choose("SAVED VIEW", choices), lambda values: _saved(screen, name, values))

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Save at once."""
        screen.listing.save(argument)


class RenameView(Command):
    """Rename the saved view."""

    id, name, sentence = "rename-view", "rename view", "Give the saved view that is shown another name."
    argument = Argument("name", required=True)

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Refuse for a built-in view."""
        return None if screen.orders.sight.name else "This view is built in: only saved views can be renamed."

    def run(self, screen: OrdersScreen) -> None:
        """Ask for the name."""
        _ask_name(screen, "rename view to: ", screen.orders.sight.name or "", screen.listing.rename)

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Rename at once."""
        screen.listing.rename(argument)


class DeleteView(Command):
    """Delete the saved view."""

    id, name, sentence = "delete-view", "delete view", "Forget the saved view that is shown; its orders stay."

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Refuse for a built-in view."""
        return None if screen.orders.sight.name else "This view is built in: only saved views can be deleted."

    def run(self, screen: OrdersScreen) -> None:
        """Delete."""
        screen.listing.delete()


def _saved(screen: OrdersScreen, name: str, values: tuple[str, ...] | None) -> None:
    match values:
        case ("over",):
            _try(screen, lambda: screen.listing.save(name))
        case ("new",):
            _ask_name(screen, "save view as: ", "", screen.listing.save)
        case ("rename",):
            _ask_name(screen, "rename view to: ", name, screen.listing.rename)
        case ("delete",):
            _try(screen, screen.listing.delete)


def _try(screen: OrdersScreen, act: Callable[[], None]) -> str | None:
    """Do something with the saved views; what goes wrong is said."""
    try:
        screen.try_to(act)
    except ValueError as error:
        screen.say(display(str(error), 400))
        return display(str(error), 400)
    return None


def _ask_name(screen: OrdersScreen, label: str, text: str, taken: Callable[[str], None]) -> None:
    screen.message.ask(
        label, lambda typed: _try(screen, lambda: taken(typed)), text=text, kept_as="", limit=LONGEST_NAME
    )


class ViewByName(Command):
    """Show a view by name."""

    id, name, sentence = "view", "view", "Show a view by its name, built in or saved."
    argument = Argument("view", lambda screen: screen.listing.names(), required=True)

    def run(self, screen: OrdersScreen) -> None:
        """Say what there is."""
        screen.say(f"Type :view and a name: {display(', '.join(screen.listing.names()), 300)}.")

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Show it."""
        screen.listing.show_named(argument)


class FirstSavedView(Command):
    """View 9."""

    id, name, shown, sentence = "view-9", "saved view 1", "9", "Show the first saved view."
    keys, number = (("9",),), len(VIEWS) + 1

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Refuse while there is none."""
        if self.number <= len(screen.listing.names()):
            return None
        return f"There is no view {self.number} yet: w saves what is shown under a name."

    def run(self, screen: OrdersScreen) -> None:
        """Show the view from its start."""
        screen.listing.show_number(self.number)


COMMANDS: Final = (
    FilterList(),
    SortList(),
    Columns(),
    SelectRange(),
    SelectAll(),
    SaveView(),
    RenameView(),
    DeleteView(),
    ViewByName(),
    FirstSavedView(),
)
