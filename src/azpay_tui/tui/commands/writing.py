"""Letters to the buyer of an order: read in a dialog first, then sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from azpay_tui.backoffice.composing import Desired
from azpay_tui.domain.letters import KINDS, Letter
from azpay_tui.tui.commands.base import Argument, OnOrder
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.lettering import show_letter

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


def _names(screen: OrdersScreen) -> Sequence[str]:
    return [kind.name for kind in KINDS.values() if not kind.own]


class WriteLetter(OnOrder):
    """Write to the buyer."""

    id, name, shown, sentence = (
        "letter",
        "letter",
        "a w",
        "Show a letter to the buyer and send it: after a decline the one that asks for another payment method.",
    )
    aliases, keys, argument = ("mail",), (("a", "w"),), Argument("template", _names)

    def run(self, screen: OrdersScreen) -> None:
        """Show the letter that the order waits for."""
        self._ask(screen, Desired())

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Show the letter that was named."""
        self._ask(screen, Desired(argument))

    def _ask(self, screen: OrdersScreen, wanted: Desired) -> None:
        row = screen.orders.row
        if row is not None:
            order_id = row.id
            show_letter(screen, order_id, wanted, lambda chosen, seen: _send(screen, order_id, chosen, seen))


def _send(screen: OrdersScreen, order_id: str, wanted: Desired, seen: Letter) -> None:
    """Keep it; the background delivers it. What was written before stood in the dialog."""
    try:
        message = screen.desk.letters.write(order_id, wanted, again=True, seen=seen)
    except READ_ERRORS as error:
        screen.app.call_from_thread(screen.say, f"Nothing was sent. {display(str(error), 400)}", warning=True)
        return
    said = f"{message.id} to {display(message.draft.to, 80)} is kept and leaves now: azpay messages show {message.id}."
    screen.app.call_from_thread(screen.say, said)


COMMANDS: Final = (WriteLetter(),)
