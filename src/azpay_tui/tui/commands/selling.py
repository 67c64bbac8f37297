"""What ends a sale, or deletes an order; each only opens a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.goods import SlipError
from azpay_tui.domain.money import AmountError, Money, parse_amount
from azpay_tui.domain.picking import Share, freight, quantities
from azpay_tui.domain.sale import REFUNDS, Refunds
from azpay_tui.tui.commands.base import Argument, OnOrder
from azpay_tui.tui.display import display

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen


def read_wanted(typed: str, currency: str) -> Wanted:
    """Read what is typed behind `:cancel-sale`: `manual`, `automatic`, `extra=5.00`, `shipping=half`, `SKU=2`.

    Raises `ValueError` with a sentence.
    """
    how: Refunds | None = None
    extra: Money | None = None
    shipping: Money | Share | None = None
    lines: list[str] = []
    try:
        for word in typed.split():
            name, equals, value = word.rpartition("=")
            if word in REFUNDS:
                how = word
            elif name == "extra":
                extra = parse_amount(value, currency)
            elif name == "shipping":
                shipping = freight(value, currency)
            elif equals and name:
                lines.append(word)
            else:
                raise SlipError(f"{word[:40]!r} is none of manual, automatic, extra=5.00, shipping=half, SKU=2.")
        return Wanted(how, extra, quantities(lines), shipping)
    except (AmountError, SlipError) as error:
        raise ValueError(display(str(error), 200)) from error


class _Ends(OnOrder):
    """Base of what ends a sale."""

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Refuse where nothing may be moved."""
        why = screen.desk.profile.read_only_reason
        return super().refusal(screen) or (None if why is None else display(why, 300))


class CancelSale(_Ends):
    """Cancel the sale."""

    id, name, shown, sentence = (
        "cancel-sale",
        "cancel sale",
        "a e",
        "Cancel the sale: end what is held, refund what was taken; opens the dialog.",
    )
    aliases = ("end-sale",)
    keys = (("a", "e"),)
    argument = Argument("how", lambda screen: REFUNDS)

    def run(self, screen: OrdersScreen) -> None:
        """Open the dialog."""
        screen.acting.end_sale("cancel")

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Open the dialog for what was typed."""
        row = screen.orders.row
        currency = row.amount.currency if row is not None and row.amount is not None else "USD"
        screen.acting.end_sale("cancel", read_wanted(argument, currency))


class CannotFulfil(_Ends):
    """Cancel a sale that cannot be fulfilled."""

    id, name, shown, sentence = (
        "cannot-fulfil",
        "cannot fulfil",
        "a o",
        "Cancel a sale that cannot be fulfilled, and note that the buyer is to order again: opens the dialog.",
    )
    keys = (("a", "o"),)

    def run(self, screen: OrdersScreen) -> None:
        """Open the dialog."""
        screen.acting.end_sale("unfulfilled")


class DeleteOrder(_Ends):
    """Delete the order."""

    id, name, sentence = (
        "delete",
        "delete order",
        "Delete the order as if it had never been, after what was paid went back: opens the dialog.",
    )

    def run(self, screen: OrdersScreen) -> None:
        """Open the dialog."""
        screen.acting.end_sale("delete")


COMMANDS = (CancelSale(), CannotFulfil(), DeleteOrder())
