"""From the wish to have steps done without a person to what the back office does about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.switching import mode_of
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS


class Turning:
    """Opens the dialog about the switch and hands the answer to the back office, in a thread of its own."""

    def __init__(self, app: App[Any], desk: Desk, tell: Callable[[str], None], warn: Callable[[str], None]) -> None:
        """Work for an app; `tell` and `warn` are told what came of it, called on the app's thread."""
        self._app = app
        self._desk = desk
        self._tell = tell
        self._warn = warn

    def ask(self) -> None:
        """Ask for the name of what is switched on."""
        from azpay_tui.tui.dialogs.switching import SwitchDialog

        if not self._app.screen.is_modal:  # the keys came twice before the dialog was there
            self._app.push_screen(SwitchDialog(self._desk.profile), self._take)

    def _take(self, wanted: bool | None) -> None:
        if wanted:
            self._app.run_worker(self._switch_on, thread=True, group="switch")

    def _switch_on(self) -> None:
        try:
            switch = self._desk.switch_on(mode_of(self._desk.profile.policy))
        except READ_ERRORS as error:
            self._app.call_from_thread(self._warn, f"Nothing was switched on. {display(str(error), 400)}")
        else:
            self._app.call_from_thread(self._tell, f"{switch.mode} is on, for orders made from now on.")
