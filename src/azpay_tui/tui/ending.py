"""From the wish to end a sale to what the back office does about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import SaleDone
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.deleting import KEPT
from azpay_tui.domain.telling import in_doubt
from azpay_tui.tui.dialogs.sale import Ends, SaleAnswer, SaleDialog, step_text
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.widgets.words import short

UNFULFILLED = "Cannot be fulfilled; the buyer is to be asked to order again."


class Ending:
    """Opens the dialog about a plan and hands what was confirmed to the back office, each in a thread of its own."""

    def __init__(self, app: App[Any], desk: Desk, say: Callable[[str], None], warn: Callable[[str], None]) -> None:
        """Work for an app; `say` and `warn` tell a person how it went, called on the app's thread."""
        self._app = app
        self._desk = desk
        self._say = say
        self._warn = warn

    def ask(self, order_id: str, wanted: Wanted, ends: Ends) -> None:
        """Plan it on a live read, then ask."""
        self._app.run_worker(lambda: self._plan(order_id, wanted, ends), thread=True, group="sale")

    def _plan(self, order_id: str, wanted: Wanted, ends: Ends) -> None:
        try:
            ready = self._desk.plan_sale(order_id, wanted)
        except READ_ERRORS as error:
            self._app.call_from_thread(self._warn, f"Nothing was sent. {display(str(error), 400)}")
            return
        note = UNFULFILLED if ends == "unfulfilled" else ""
        dialog = SaleDialog(self._desk, ready, ends, note=note)
        self._app.call_from_thread(self._open, dialog)

    def _open(self, dialog: SaleDialog) -> None:
        if not self._app.screen.is_modal:  # another question may have come up meanwhile
            self._app.push_screen(dialog, self._take)

    def _take(self, answer: SaleAnswer | None) -> None:
        if answer is not None:
            self._app.run_worker(lambda: self._carry_out(answer), thread=True, group="sale")

    def _carry_out(self, answer: SaleAnswer) -> None:
        ready, order_id = answer.ready, answer.ready.order.id
        try:
            if answer.ends != "delete" or ready.plan.steps or ready.plan.due is not None:
                done = self._desk.cancel_sale(ready, answer.accepted, answer.note, lambda intent: None)
                well = done.problem is None and done.unsettled is None and not done.left
                tell = self._say if well else self._warn
                self._app.call_from_thread(tell, display(how_it_went(order_id, answer.ends, done), 600))
                if not well:
                    return
            if answer.ends == "delete":
                self._desk.delete_order(order_id)
                self._app.call_from_thread(self._say, f"{short(order_id)} is deleted. {KEPT}")
        except (BackOfficeError, *READ_ERRORS) as error:
            self._app.call_from_thread(self._warn, display(str(error), 400))


def how_it_went(order_id: str, ends: Ends, done: SaleDone) -> str:
    """Say how cancelling a sale went and what is left."""
    here = " here" if done.unsettled is not None else ""
    again = ":delete" if ends == "delete" else ":cancel-sale"
    parts = [f"{short(order_id)}: the sale is cancelled{here}."]
    if done.problem is not None:
        parts.append(f"It went no further: {done.problem.message}")
    if done.unsettled is not None:
        parts.append(f"{in_doubt(done.unsettled)} Then {again} goes on.")
    if done.left:
        parts.append(f"Still to be done: {'; '.join(map(step_text, done.left))}. {again} goes on with it.")
    elif done.due is not None:
        parts.append(f"REFUND DUE {done.due}: it stays in Attention until that went back.")
    if ends == "unfulfilled":
        parts.append(f"The letter to the buyer: azpay mail preview {order_id} --template order-again")
    return " ".join(parts)
