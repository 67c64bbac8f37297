"""What the list shows and how a person changes it: views and saved views, filter, sort, columns, selection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from azpay_tui.domain.filters import EVERYTHING, Filter, FilterError, parse
from azpay_tui.domain.rows import VIEWS
from azpay_tui.store.errors import ViewsUnavailable
from azpay_tui.store.views import SavedView, SavedViews
from azpay_tui.tui.dialogs.choose import Choice, Choose
from azpay_tui.tui.display import display
from azpay_tui.tui.selection import MOST
from azpay_tui.tui.sight import SORTS, Sight, sorts_of
from azpay_tui.tui.widgets.columns import OPTIONAL, known, usual
from azpay_tui.tui.widgets.views_bar import NAMES

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

_ALL: Final = "everything"
_HELD: Final = "held"


def sight_of(saved: SavedView) -> Sight:
    """Return what a saved view shows."""
    columns = None if saved.columns is None else known(name for name in saved.columns if name in OPTIONAL)
    return Sight(saved.view, parse(saved.filter), saved.sort, columns, saved.name)


class Listing:
    """Belongs to the screen of orders; a filter, a sort and columns stay with their view until the console ends."""

    def __init__(self, screen: OrdersScreen, saved: SavedViews) -> None:
        """Know the saved views; reading them fails later, in a sentence."""
        self._screen = screen
        self._saved = saved
        self._sights: dict[str, Sight] = {}
        self._asked = False
        self.named: tuple[SavedView, ...] = ()
        """The saved views, as read last."""

    @property
    def sight(self) -> Sight:
        """What is shown."""
        return self._screen.orders.sight

    # Views

    def read_saved(self) -> None:
        """Read the saved views; raises `ViewsUnavailable`, then there are none."""
        self.named = ()
        self.named = self._saved.all()

    def try_saved(self) -> None:
        """Read the saved views; that they cannot be read is said."""
        try:
            self.read_saved()
        except ViewsUnavailable as error:
            self._screen.say(display(str(error), 400), warning=True, unasked=True)

    def names(self) -> list[str]:
        """Return the names of all views, built-in ones first."""
        return [*VIEWS, *(saved.name for saved in self.named)]

    def show(self, sight: Sight) -> None:
        """Show a view from its start, as it was left."""
        self._screen.rooms.to_list()
        self._screen.orders.show(self._sights.get(sight.key, sight))
        self._screen.shown()

    def show_everything(self) -> None:
        """Show all orders from their start, whatever they were narrowed to before."""
        self._sights.pop("all", None)
        self.show(Sight("all"))

    def show_narrowed(self, text: str) -> None:
        """Show what a filter leaves of all orders, what ends soonest first; Esc takes the filter off."""
        sight = Sight("all", parse(text), "expires")
        self._sights["all"] = sight
        self.show(sight)

    def show_named(self, name: str) -> None:
        """Show a view by its name; raises `ValueError` with a sentence when there is none."""
        wanted = " ".join(name.split()).casefold()
        builtin = {label.casefold(): view for view, label in NAMES.items()} | {view: view for view in VIEWS}
        if wanted in builtin:
            self.show(Sight(builtin[wanted]))
            return
        saved = next((one for one in self.named if one.name.casefold() == wanted), None)
        if saved is None:
            raise ValueError(
                f"There is no view {display(name, 60)!r}; there are {display(', '.join(self.names()), 300)}."
            )
        self.show(sight_of(saved))

    def show_number(self, number: int) -> None:
        """Show the view of a digit, from 1."""
        sights = self._every()
        if number <= len(sights):
            self.show(sights[number - 1])
        else:
            self._screen.say(f"There is no view {number} yet: w saves what is shown under a name.")

    def step(self, step: int) -> None:
        """Show the view `step` places further."""
        sights = self._every()
        place = next((index for index, sight in enumerate(sights) if sight.key == self.sight.key), 0)
        self.show(sights[(place + step) % len(sights)])

    def _every(self) -> list[Sight]:
        return [*(Sight(view) for view in VIEWS), *(sight_of(saved) for saved in self.named)]

    def go_to_id(self, order_id: str) -> bool:
        """Move to an order, in this list or else among all orders; returns whether it is known."""
        orders = self._screen.orders
        if orders.go_to_id(order_id):
            return True
        if self._screen.desk.reader.row(order_id) is None:
            return False
        self.show_everything()
        return orders.go_to_id(order_id)

    # What the list is changed to

    def _change(self, sight: Sight) -> None:
        self._sights[sight.key] = sight
        self._screen.orders.change(sight)
        self._screen.shown()

    def narrow(self, text: str) -> None:
        """Narrow the list by a filter as typed; raises `FilterError` with a sentence for what is none."""
        self._narrow(parse(text))

    def _narrow(self, filter_: Filter) -> None:
        self._change(replace(self.sight, filter=filter_))

    def sort(self, name: str) -> None:
        """Sort the list; raises `ValueError` with a sentence for a sort that the view does not have."""
        if name not in sorts_of(self.sight.view):
            raise ValueError(
                f"There is no sort {display(name, 40)!r}; there are {', '.join(sorts_of(self.sight.view))}."
            )
        self._change(self.sight.sorting(name))

    def choose_columns(self, names: tuple[str, ...] | None) -> None:
        """Show these optional columns, as many as fit; raises `ValueError` for one that is none. None: the usual."""
        columns = None if names is None else known(names)
        self._change(replace(self.sight, columns=None if columns == known(usual(self.sight.view)) else columns))

    # Menus

    def ask_sort(self) -> None:
        """Ask for a sort."""
        own, chosen = sorts_of(self.sight.view)[0], self.sight.sorted_by
        choices = [
            Choice(name, f"{SORTS[name][0]:<10} {SORTS[name][1]}{'  (default)' if name == own else ''}", name == chosen)
            for name in sorts_of(self.sight.view)
        ]
        self._ask(Choose("SORT", choices), lambda values: self.sort(values[0]))

    def ask_columns(self) -> None:
        """Ask for the optional columns."""
        shown = self.sight.columns if self.sight.columns is not None else usual(self.sight.view)
        choices = [Choice(name, f"{name:<10} {column.sentence}", name in shown) for name, column in OPTIONAL.items()]
        note = "Status, order and amount always show. Where there is no room, columns drop by importance."
        self._ask(Choose("COLUMNS", choices, note=note, many=True), self.choose_columns)

    def ask_filter(self) -> None:
        """Ask what to narrow the list to; the fields have menus of their own, the rest is typed."""
        from azpay_tui.tui.filtering import FilterMenu

        FilterMenu(self._screen, self.sight.filter, self._narrow).ask()

    def _ask(self, dialog: Choose, taken: Callable[[tuple[str, ...]], None]) -> None:
        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._screen.try_to(lambda: taken(values))

        self._screen.app.push_screen(dialog, answered)

    # Saved views

    def save(self, name: str) -> None:
        """Save what is shown under a name; raises `ValueError` with a sentence for a name that cannot be used."""
        sight = self.sight
        saved = self._saved.save(SavedView(name, sight.view, sight.filter.text, sight.sort, sight.columns))
        self.read_saved()
        if sight.name is None:
            # The built-in view goes back to what it is by itself.
            self._sights.pop(sight.key, None)
        self._change(sight_of(saved))
        place = [one.name for one in self.named].index(saved.name) + len(VIEWS) + 1
        way = f"{place} shows it" if place <= 9 else f":view {display(saved.name, 30)} shows it"
        self._screen.say(f"Saved as {display(saved.name, 30)}: {way}. w again renames or deletes it.")

    def rename(self, name: str) -> None:
        """Give the saved view that is shown another name; raises `ValueError` with a sentence."""
        saved = self._saved.rename(self._own_name(), name)
        self._sights.pop(self.sight.key, None)
        self.read_saved()
        self._change(replace(self.sight, name=saved.name))
        self._screen.say(f"The view is called {display(saved.name, 30)} now.")

    def delete(self) -> None:
        """Forget the saved view that is shown, and show the view it narrows; raises `ValueError` with a sentence."""
        name = self._own_name()
        self._saved.delete(name)
        self._sights.pop(self.sight.key, None)
        self.read_saved()
        self.show(Sight(self.sight.view))
        self._screen.say(f"The view {display(name, 30)} is deleted; no order is touched by that.")

    def _own_name(self) -> str:
        if self.sight.name is None:
            raise ValueError("This view is built in: only saved views have names to change.")
        return self.sight.name

    # Selection

    def ask_all(self) -> None:
        """Select all rows; asks before taking those that are not read yet."""
        orders = self._screen.orders
        if orders.row is None:
            self._screen.say("There is nothing to select here.")
            return
        if orders.complete:
            self._say_selected(orders.select(everything=False))
            return
        total = self._screen.total
        every = f"all {total:,} matching" if total is not None and total <= MOST else f"the first {MOST:,} matching"
        choices = [
            Choice(_HELD, f"the {len(orders.held):,} that were read so far"),
            Choice(_ALL, every),
        ]
        note = f"{every[0].upper()}{every[1:]}? They are selected only; nothing happens to them."
        self._ask(
            Choose("SELECT", choices, note=note),
            lambda values: self._say_selected(orders.select(everything=values[0] == _ALL)),
        )

    def _say_selected(self, count: int) -> None:
        full = f" {MOST:,} is the most that can be selected." if count >= MOST else ""
        self._screen.say(f"{count:,} selected.{full} Esc drops the selection.")

    # Leaving

    def asked_nothing(self) -> None:
        """Forget that a question stands."""
        self._asked = False

    def peel(self) -> bool:
        """Leave the innermost thing of the list: range, selection, filter; returns whether there was one."""
        orders, screen = self._screen.orders, self._screen
        if orders.selection.anchor is not None:
            orders.draw_range()
            screen.say(f"The range ends; {len(orders.selected):,} selected. Esc drops the selection.")
        elif len(orders.selected) > 1 and not self._asked:
            self._asked = True
            screen.say(f"Press Esc again to drop the selection of {len(orders.selected):,}.")
            return True
        elif orders.selected:
            orders.clear_selection()
            screen.say("Nothing is selected.")
        elif self.sight.filter and self.sight.name is None:
            self._narrow(EVERYTHING)
            screen.say("The filter is off.")
        elif self.sight.name is not None and self.sight != self._as_saved():
            self._change(self._as_saved())
            screen.say(f"As saved in {display(self.sight.name or '', 30)} again.")
        else:
            return False
        self._asked = False
        return True

    def _as_saved(self) -> Sight:
        saved = next((one for one in self.named if one.name == self.sight.name), None)
        return self.sight if saved is None else sight_of(saved)


__all__ = ["FilterError", "Listing", "sight_of"]
