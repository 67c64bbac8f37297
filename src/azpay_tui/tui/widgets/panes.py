"""The list, the order and its actions beside each other: how wide each is, and which of them takes all the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.css.scalar import Scalar

from azpay_tui.tui.widgets.actions import ActionsPane
from azpay_tui.tui.widgets.detail import DetailView
from azpay_tui.tui.widgets.order_list import OrderList

TWO: Final = 100
"""Columns from which the order stands beside the list."""
THREE: Final = 160
"""Columns from which the actions stand beside the order."""
STEP: Final = 4
"""Cells by which the order grows or shrinks at a time."""
_NARROWEST_LIST: Final = 60
_NARROWEST_ORDER: Final = 36
_NARROWEST_ACTIONS: Final = 36
_WIDEST_ACTIONS: Final = 60


@dataclass(frozen=True, slots=True)
class Widths:
    """How the columns of a terminal are shared out, in cells."""

    orders: int
    order: int
    """Where there are three panes without that of the actions."""
    actions: int
    """0 where the actions stand below the order."""


def widths(columns: int, grown: int = 0) -> Widths | None:
    """Share out the columns, with `grown` cells more (or less) for the order; None where there is room for one pane."""
    if columns < TWO:
        return None
    actions = 0 if columns < THREE else max(_NARROWEST_ACTIONS, min(_WIDEST_ACTIONS, columns * 26 // 100))
    share = columns * 43 // 100 if actions else columns * 3 // 5
    orders = max(_NARROWEST_LIST, min(share - grown, columns - actions - _NARROWEST_ORDER))
    return Widths(orders, columns - actions - orders, actions)


class Panes(Horizontal):
    """The panes of the orders; widths that a person chose last for the sitting, for two and for three panes apart."""

    def __init__(self, orders: OrderList, detail: DetailView, actions: ActionsPane, *, id: str | None = None) -> None:
        """Hold the three panes."""
        super().__init__(id=id)
        self.orders, self.detail, self.actions = orders, detail, actions
        self._orders_pane = Container(orders, id="orders-pane")
        self._order_pane = Container(detail, actions, id="order-pane")
        self._grown = {TWO: 0, THREE: 0}

    def compose(self) -> ComposeResult:
        """List left, order right."""
        yield self._orders_pane
        yield self._order_pane

    @property
    def several(self) -> bool:
        """Whether panes stand beside each other."""
        return self.app.size.width >= TWO

    @property
    def zoomed(self) -> bool:
        """Whether the order has the room of the list too."""
        return self.several and self.screen.has_class("-zoom")

    def zoom(self, on: bool) -> None:
        """Give the order the room of the list, or give it back."""
        self.screen.set_class(on and self.several, "-zoom")

    def resize(self, steps: int) -> bool:
        """Make the order wider by steps, negative: narrower; returns whether there was room for it."""
        columns = self.app.size.width
        kind = THREE if columns >= THREE else TWO
        before = widths(columns, self._grown[kind])
        wanted = self._grown[kind] + steps * STEP
        if before is None or widths(columns, wanted) == before:
            return False
        self._grown[kind] = wanted
        self._share_out()
        return True

    def on_mount(self) -> None:
        """Share out the columns before anything is drawn."""
        self._share_out()

    def on_resize(self, event: events.Resize) -> None:
        """Share out the columns anew."""
        if not self.several:
            self.screen.remove_class("-zoom")
        self._share_out()

    def _share_out(self) -> None:
        columns = self.app.size.width
        shared = widths(columns, self._grown[THREE if columns >= THREE else TWO])
        self._orders_pane.styles.width = Scalar.parse("1fr") if shared is None else shared.orders
        self.actions.styles.width = shared.actions if shared is not None and shared.actions else Scalar.parse("100%")
        self.actions.always_open = shared is not None and bool(shared.actions)

    @on(DetailView.Entered)
    def _entered(self) -> None:
        self.zoom(not self.zoomed)
