"""Choosing how many pieces of which lines are captured or refunded, before the dialog that asks about the amount."""

from __future__ import annotations

import time
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from azpay_tui.domain.goods import Goods, Slip, SlipError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.picking import MOST, Picked, pick
from azpay_tui.domain.slips import check_money
from azpay_tui.tui.dialogs.boxes import TickBox
from azpay_tui.tui.dialogs.guard import Monotonic, Push, TypedInput
from azpay_tui.tui.dialogs.read_first import ReadFirst
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.widgets.words import order_name, outside

_LABEL: Final = 33
_QUANTITY: Final = 7
_AMOUNT: Final = 18


class LinesDialog(ReadFirst[Slip | None]):
    """Choose lines, shipping and what goes with them; says all the while what it comes to. Nothing is confirmed here.

    Returns the slip that was chosen, None when none was.
    """

    DEFAULT_CSS = """
    LinesDialog {
        #box { height: 100%; max-height: 26; }
        .label { width: 34; }
        .quantity { width: 8; }
        .amount { width: 14; }
        .text { width: 30; }
        .hint { width: 1fr; padding: 0 1; }
        #sum { height: 2; text-style: bold; }
    }
    """

    def __init__(self, left: Goods, offer: Offer, order: Order, clock: Monotonic = time.monotonic) -> None:
        """Make the choice among what is left of an order's lines, for an offer to capture or refund."""
        verb = "CAPTURE" if offer.verb is Verb.CAPTURE else "REFUND"
        super().__init__(f"{verb}: WHICH LINES?", clock)
        self._left, self._offer, self._order = left, offer, order
        self._slip: Slip | None = None

    def content(self) -> ComposeResult:
        """A row for each line, filled with all that is left of it; below what goes with them, and the sum."""
        yield Static(f"Order {order_name(self._order)}. Nothing is sent from here.", markup=False)
        with VerticalScroll(id="facts-area", can_focus=False):
            for at, line in enumerate(self._left.lines):
                hint = f"of {line.quantity}, {line.amount}"
                yield from self._row(
                    fit(f"{outside(line.key, 14)} {outside(line.name, 40)}", _LABEL),
                    f"line-{at}",
                    f"{line.quantity}",
                    hint,
                )
            if self._left.shipping:
                hint = f"of {self._left.shipping}; all, half"
                yield from self._row("Shipping", "shipping", self._left.shipping.decimal(), hint, "amount")
            yield from self._row("Adjustment", "adjustment", "", "on top, or with - taken off", "amount")
            yield from self._row("Your document number", "document", "", "", "text")
            if self._offer.verb is Verb.CAPTURE:
                yield from self._row("Tracking number, as UPS:1Z999", "tracking", "", "", "text")
            else:
                yield TickBox("The pieces go back to the stock", id="restock")
        yield Static(id="sum", markup=False)
        with Horizontal(id="buttons"):
            yield Push("Cancel", self.arrivals, id="cancel")
            yield Push("Go on with these lines", self.arrivals, id="go")
        yield Static("Tab moves, Space ticks. Enter on the right opens the dialog; Esc: close.", id="keys")

    def _row(self, label: str, name: str, value: str, hint: str, kind: str = "quantity") -> ComposeResult:
        longest = {"quantity": _QUANTITY, "amount": _AMOUNT}.get(kind, MOST)
        with Horizontal(classes="row"):
            yield Static(label, classes="label", markup=False)
            field = TypedInput(self.arrivals, id=name, value=value, max_length=longest)
            field.add_class(kind)
            yield from self._field(field)
            yield Static(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        """Begin with the first line."""
        self.query_one("#line-0").focus()
        self._paint()

    @property
    def picked(self) -> Picked:
        """What stands in the fields."""
        said = {field.id: field.value.strip() for field in self.query(TypedInput)}
        return Picked(
            tuple(f"{line.key}={said[f'line-{at}'] or 0}" for at, line in enumerate(self._left.lines)),
            shipping=said.get("shipping", ""),
            adjustment=said["adjustment"],
            document=said["document"],
            tracking=said.get("tracking", ""),
            restock=any(box.ticked for box in self.query(TickBox)),
        )

    def _paint(self) -> None:
        """Say what it comes to, or what is wrong with it."""
        if not self.is_mounted:
            return
        charge = self._order.charge(self._offer.target) if self._offer.target else None
        try:
            slip = pick(self._left, self.picked)
            if charge is not None:
                check_money(slip, self._offer.verb, self._order, charge)
            self._slip, said = slip, f"Comes to {slip.total}."
        except SlipError as error:
            self._slip, said = None, display(str(error), 160)
        self.query_one("#sum", Static).update(self._hint or said)
        self.query_one("#go", Push).disabled = self._slip is None

    def _press(self, push: Push) -> None:
        self._paint()
        if self._slip is not None:
            self.dismiss(self._slip)
