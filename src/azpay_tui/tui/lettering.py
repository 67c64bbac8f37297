"""Showing a letter to be read to its end before it leaves, for whichever command wants one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from azpay_tui.backoffice.composing import Desired
from azpay_tui.domain.letters import Letter
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

Send = Callable[[Desired, Letter], None]
"""Sends the letter that is wanted if it still is the one that was read; in a thread of its own."""


def show_letter(screen: OrdersScreen, order_id: str, wanted: Desired, send: Send) -> None:
    """Write a letter off the screen's thread and show it; `send` gets the one to leave."""
    screen.run_worker(lambda: _gather(screen, order_id, wanted, send), thread=True, group="letter")


def _gather(screen: OrdersScreen, order_id: str, wanted: Desired, send: Send) -> None:
    from azpay_tui.tui.dialogs.letter import LetterDialog, gather

    app = screen.app
    try:
        dialog = LetterDialog(screen.desk, gather(screen.desk, order_id, wanted))
    except READ_ERRORS as error:
        app.call_from_thread(screen.say, display(str(error), 400), warning=True)
        return

    def take(chosen: tuple[Desired, Letter] | None) -> None:
        if chosen is not None:
            screen.run_worker(lambda: send(*chosen), thread=True, group="letter")

    def show() -> None:
        if not app.screen.is_modal:  # another question may have come up meanwhile
            app.push_screen(dialog, take)

    app.call_from_thread(show)
