"""Going from pane to pane of the screen of orders: list, order and actions, and how much room each has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


class Rooms:
    """Belongs to the screen of orders; knows which pane had the focus last."""

    def __init__(self, screen: OrdersScreen) -> None:
        """Begin in the list."""
        self._screen = screen
        self._last: Widget = screen.orders

    def open_detail(self) -> None:
        """Go to the order under the cursor; from an empty list to all orders."""
        screen = self._screen
        if screen.orders.row is None:
            screen.listing.show_everything()
            return
        self._beside_the_list(screen.detail)

    def zoom(self) -> None:
        """Give the order the room of the list too, or give it back."""
        self.open_detail()
        self._screen.panes.zoom(not self._screen.panes.zoomed)

    def focus_actions(self) -> None:
        """Go to the actions of the order under the cursor."""
        self._screen.forget_leader()
        if self._screen.app.screen is self._screen:
            self._beside_the_list(self._screen.actions)

    def _beside_the_list(self, pane: Widget) -> None:
        self._screen.following.look()
        self._screen.add_class("-detail")
        self._screen.set_focus(pane)

    def step(self, step: int) -> None:
        """Move the focus to the next pane that is shown."""
        screen = self._screen
        panes = [pane for pane in (screen.orders, screen.detail, screen.actions) if pane.is_on_screen]
        if screen.focused in panes:
            screen.set_focus(panes[(panes.index(screen.focused) + step) % len(panes)])

    def leave(self) -> bool:
        """Give room back, or go to the list; returns whether one was elsewhere than there."""
        if self._screen.panes.zoomed:
            self._screen.panes.zoom(False)
        elif self._screen.where != "list":
            self.to_list()
        else:
            return False
        return True

    def to_list(self) -> None:
        """Go to the list."""
        screen = self._screen
        screen.panes.zoom(False)
        screen.remove_class("-detail")
        if screen.focused is not screen.orders:
            screen.set_focus(screen.orders)

    def focused(self) -> None:
        """Take note of the pane that has the focus."""
        self._last = self._screen.focused or self._last

    def resized(self) -> None:
        """Keep the focus on the pane that had it, also over a size at which nothing is shown."""
        self._screen.set_class(self._last is not self._screen.orders, "-detail")
        self._screen.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        if self._screen.focused is None:
            self._screen.set_focus(self._last)
