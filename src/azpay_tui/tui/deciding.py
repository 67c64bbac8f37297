"""From the wish to settle an intent to what the back office does about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from textual.app import App

from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.domain.dossier import may_be_settled, not_to_be_settled
from azpay_tui.domain.order import OpenIntent, Order
from azpay_tui.tui.dialogs.settle import Decision, SettleDialog, gather
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.widgets.words import zone


def to_settle(order: Order, now: datetime) -> OpenIntent | None:
    """Return the intent of an order that a person may decide about."""
    return next((intent for intent in order.intents if may_be_settled(intent.state, intent.at, now)), None)


def why_not(profile: ProfileInfo, state: str | None, confirmed: datetime | None, now: datetime) -> str | None:
    """Say why nobody may decide about an intent (None: there is none), or None."""
    if profile.read_only_reason is not None:
        return display(profile.read_only_reason, 300)
    if state is None or confirmed is None or state == "accepted":
        return "There is nothing to settle: no outcome is unknown here."
    return not_to_be_settled(state, confirmed, now)


class Deciding:
    """Opens the dialog about an intent and hands the decision to the back office, each in a thread of its own."""

    def __init__(self, app: App[Any], desk: Desk, warn: Callable[[str], None]) -> None:
        """Work for an app; `warn` tells a person what went wrong, called on the app's thread."""
        self._app = app
        self._desk = desk
        self._warn = warn

    def ask(self, intent_id: str) -> None:
        """Gather all there is of an intent, then ask."""
        self._app.run_worker(lambda: self._gather(intent_id), thread=True, group="settle")

    def _gather(self, intent_id: str) -> None:
        try:
            matter = gather(self._desk, intent_id)
        except READ_ERRORS as error:
            self._app.call_from_thread(self._warn, display(str(error), 400))
            return
        dialog = SettleDialog(self._desk, matter, zone(self._desk.profile.timezone))
        self._app.call_from_thread(self._open, dialog)

    def _open(self, dialog: SettleDialog) -> None:
        if not self._app.screen.is_modal:  # another question may have come up meanwhile
            self._app.push_screen(dialog, self._take)

    def _take(self, decision: Decision | None) -> None:
        if decision is not None:
            self._app.run_worker(lambda: self._carry_out(decision), thread=True, group="settle")

    def _carry_out(self, decision: Decision) -> None:
        seen = decision.seen
        try:
            if decision.outcome is None:
                self._desk.resume(seen.id)
                return
            now = self._desk.dossier(seen.id).intent
            if (now.state, now.attempts) != (seen.state, seen.attempts):
                said = f"{seen.id} went on meanwhile and is {now.state} now: nothing was settled. Look at it again."
                self._app.call_from_thread(self._warn, said)
                return
            self._desk.settle(seen.id, decision.outcome, decision.note)
        except READ_ERRORS as error:
            self._app.call_from_thread(self._warn, f"Nothing was settled. {display(str(error), 400)}")
