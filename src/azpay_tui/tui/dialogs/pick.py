"""Asks which charge is meant when an action fits several; nothing is preselected."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.tui.dialogs.dialog import Dialog
from azpay_tui.tui.dialogs.guard import Monotonic
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.options import Options
from azpay_tui.tui.widgets.words import NAMES, object_name


def pick_line(offer: Offer, order: Order) -> str:
    """Describe one candidate: object, state, amounts, warnings."""
    charge = order.charge(offer.target) if offer.target else None
    parts = [object_name(offer.target)]
    if charge is not None:
        parts += [display(charge.state, 40), f"authorized {charge.amount}"]
        if charge.captured is not None:
            parts.append(f"captured {charge.captured}")
    if offer.maximum is not None:
        parts.append(f"at most {offer.maximum}")
    if offer.warnings:
        parts.append(f"! {', '.join(offer.warnings)}")
    return ", ".join(parts)


class PickDialog(Dialog[Offer | None]):
    """Choose one of several offers of the same verb; Escape chooses none."""

    DEFAULT_CSS = """
    PickDialog {
        #choices { height: auto; max-height: 60vh; border: none; padding: 0; background: $background; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "by(1)", "Down", show=False),
        Binding("k", "by(-1)", "Up", show=False),
        Binding("q", "leave", "Close", show=False),
    ]

    def __init__(self, offers: Sequence[Offer], order: Order, *, clock: Monotonic = time.monotonic) -> None:
        """Make the question for offers that are valid; they must be of one order."""
        super().__init__(f"{NAMES[offers[0].verb].upper()}: WHICH ONE?" if offers else "NOTHING TO CHOOSE", clock)
        self._offers = tuple(offers)
        self._order = order

    def content(self) -> ComposeResult:
        """List the candidates."""
        yield Static(f"Order {display(self._order.id, 40)}. Nothing is chosen yet.", markup=False)
        yield Options(
            *(Option(Text(pick_line(offer, self._order))) for offer in self._offers), id="choices", markup=False
        )
        yield Static("j k and arrows move. Enter opens the dialog for it, Esc closes.")

    def on_mount(self) -> None:
        """Focus the list with nothing highlighted, so that Enter alone does nothing."""
        choices = self.query_one("#choices", OptionList)
        choices.focus()
        choices.highlighted = None

    def action_by(self, lines: int) -> None:
        """Move by lines, negative is up."""
        choices = self.query_one("#choices", OptionList)
        if lines > 0:
            choices.action_cursor_down()
        else:
            choices.action_cursor_up()

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._offers[event.option_index])
