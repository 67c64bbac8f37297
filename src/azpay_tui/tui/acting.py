"""What a person wants done with the order under the cursor, until the app opens the dialog in which it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from azpay_tui.domain.cancelling import WHOLE, Wanted
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order, order_id_of
from azpay_tui.tui.commands.acting import LINES
from azpay_tui.tui.dialogs.facts import read_amount
from azpay_tui.tui.dialogs.sale import Ends

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


@dataclass
class Acted(Message):
    """A person chose an action; the app opens its dialog."""

    offer: Offer
    order: Order
    amount: Money | None = None
    """The amount that was typed with the verb; the dialog checks it like any other."""
    by_lines: bool = False
    """Whether the lines are chosen first."""
    else_said: str = ""
    """What is said when another dialog is open by then; it has passed `display`. Empty: the keys came twice."""


class Acting:
    """Belongs to the screen of orders; sends nothing to Amazon."""

    def __init__(self, screen: OrdersScreen) -> None:
        """Work for a screen."""
        self._screen = screen

    def ask(self, verb: Verb, amount: str = "") -> None:
        """Ask the pane of actions for a verb, with an amount as it was typed."""
        self._screen.following.look()
        self._screen.actions.choose(verb, amount)

    def take(self, offer: Offer, typed: str) -> None:
        """Take what was chosen in the pane, unless another order is under the cursor by now."""
        screen, order = self._screen, self._screen.following.order
        if order is None or offer.target is None or order_id_of(offer.target) != order.id:
            return
        if offer.verb is Verb.REFRESH:
            screen.try_to(lambda: screen.following.refresh([order.id]))
            return
        by_lines = typed == LINES
        amount = read_amount(typed, offer) if typed and not by_lines else None
        if isinstance(amount, str):
            screen.say(amount)
        else:
            screen.post_message(Acted(offer, order, amount, by_lines))

    def end_sale(self, ends: Ends, wanted: Wanted = WHOLE) -> None:
        """Ask for the dialog that ends the sale of the order, or deletes it."""
        row = self._screen.orders.row
        if row is not None:
            self._screen.post_message(self._screen.EndWanted(row.id, wanted, ends))
