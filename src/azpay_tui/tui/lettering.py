"""Showing a letter to be read to its end before it leaves, for whichever command wants one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from azpay_tui.backoffice.composing import Desired
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


def show_letter(screen: OrdersScreen, order_id: str, wanted: Desired, send: Callable[[Desired], None]) -> None:
    """Write a letter off the screen's thread and show it; `send` gets the one to leave, in a thread of its own."""
    screen.run_worker(lambda: _gather(screen, order_id, wanted, send), thread=True, group="letter")


def _gather(screen: OrdersScreen, order_id: str, wanted: Desired, send: Callable[[Desired], None]) -> None:
    from azpay_tui.tui.dialogs.letter import LetterDialog, gather

    app = screen.app
    try:
        dialog = LetterDialog(screen.desk, gather(screen.desk, order_id, wanted))
    except READ_ERRORS as error:
        app.call_from_thread(screen.say, display(str(error), 400), warning=True)
        return

    def take(chosen: Desired | None) -> None:
        if chosen is not None:
            screen.run_worker(lambda: send(chosen), thread=True, group="letter")

    def show() -> None:
        if not app.screen.is_modal:  # another question may have come up meanwhile
            app.push_screen(dialog, take)

    app.call_from_thread(show)
