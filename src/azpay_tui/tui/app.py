"""The console: draws one screen, opens dialogs, hands confirmed actions to the back office, and ends in order."""

from __future__ import annotations

import threading
from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual import on, work
from textual.screen import Screen

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.domain.goods import Slip, SlipError
from azpay_tui.domain.slips import left_for
from azpay_tui.domain.telling import unsent
from azpay_tui.paths import ConfigError
from azpay_tui.store.errors import StoreError
from azpay_tui.store.views import SavedViews
from azpay_tui.tui import lifecycle
from azpay_tui.tui.acting import Acted
from azpay_tui.tui.deciding import Deciding
from azpay_tui.tui.dialogs.action import ActionDialog, ActionResult
from azpay_tui.tui.dialogs.dialog import Dialog
from azpay_tui.tui.dialogs.lines import LinesDialog
from azpay_tui.tui.dialogs.quit import QuitDialog
from azpay_tui.tui.display import display
from azpay_tui.tui.driver import ConsoleDriver
from azpay_tui.tui.ending import Ending
from azpay_tui.tui.levers import Levers
from azpay_tui.tui.screens.base import CommandScreen
from azpay_tui.tui.screens.orders import OrdersScreen
from azpay_tui.tui.screens.page import PageScreen
from azpay_tui.tui.sitting import Sitting
from azpay_tui.tui.terminal import TerminalApp
from azpay_tui.tui.tour import Tour
from azpay_tui.tui.turning import Turning
from azpay_tui.tui.widgets.words import zone


class Console(TerminalApp, inherit_bindings=False):
    """One desk, one screen. Money moves only through `ActionDialog`; no key of the app itself does anything."""

    TITLE = "azpay"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["screens/orders.tcss", "screens/page.tcss"]

    def __init__(
        self, desk: Desk, *, tour: bool = False, levers: Levers | None = None, data_dir: Path | None = None
    ) -> None:
        """Make the console of a desk that is not started yet; `levers` are those of the terminal.

        Without a `data_dir` saved views end with it.
        """
        levers = levers or Levers()
        super().__init__(levers)
        self._desk = desk
        self.sitting = Sitting(desk.now, zone(desk.profile.timezone))
        """What was said and typed since the start."""
        self._orders = OrdersScreen(
            desk, self.sitting, SavedViews(data_dir), low_bandwidth=levers.low_bandwidth, tour=Tour() if tour else None
        )
        self._deciding = Deciding(self, desk, self._warn)
        self._turning = Turning(self, desk, self.sitting.say, self._warn)
        self._ending = Ending(self, desk, self._say, self._warn)
        self._leaving = False
        self.crash: BaseException | None = None
        """The unhandled exception that ended the app."""
        self.left_open = 0
        """Intents still open when the desk had stopped."""
        self.stopped = False
        """Whether the desk was stopped."""

    @property
    def profile(self) -> ProfileInfo:
        """Where and who, for the frames of screens and dialogs."""
        return self._desk.profile

    def get_default_screen(self) -> Screen[Any]:
        """Show the orders."""
        return self._orders

    def on_mount(self) -> None:
        """Start the back office once the first frame is drawn."""
        self.call_after_refresh(self._start_desk)
        self.app_resume_signal.subscribe(self, lambda app: self.redraw())

    @work(thread=True, group="desk")
    def _start_desk(self) -> None:
        try:
            self._desk.start()
        except BackOfficeError as error:
            self.call_from_thread(self._warn, display(str(error), 400))
        except (ConfigError, StoreError):
            # Whoever opened the console says why there is no back office, on a terminal that is free again.
            self.call_from_thread(self._finish, 1)

    def _say(self, text: str) -> None:
        self.sitting.say(text, unasked=True)

    def _warn(self, text: str) -> None:
        self.sitting.say(text, warning=True, unasked=True)

    @on(PageScreen.GoTo)
    def _show_order(self, message: PageScreen.GoTo) -> None:
        if self.screen is not self._orders:
            self.pop_screen()
        self._orders.go_to(message.order_id)

    @on(PageScreen.Narrow)
    def _show_orders(self, message: PageScreen.Narrow) -> None:
        if self.screen is not self._orders:
            self.pop_screen()
        self._orders.try_to(lambda: self._orders.listing.show_narrowed(message.filter))

    # Acting

    @on(Acted)
    def _open_dialog(self, message: Acted) -> None:
        if isinstance(self.screen, Dialog):
            if message.else_said:
                self._warn(message.else_said)
            return
        if message.by_lines:
            self._orders.try_to(lambda: self._choose_lines(message))
        else:
            self._ask(message)

    def _ask(self, message: Acted, slip: Slip | None = None) -> None:
        dialog = ActionDialog(self._desk, message.offer, message.order, amount=message.amount, slip=slip)
        self.push_screen(dialog, self._confirmed)

    def _choose_lines(self, message: Acted) -> None:
        """Let the lines be chosen first; nothing is confirmed by that but what the dialog is about."""
        offer, order = message.offer, message.order

        def go_on(slip: Slip | None) -> None:
            if slip is not None and not self._leaving:
                self._ask(message, slip)

        try:
            left = left_for(order, offer.verb, offer.target or "", self._desk.reader.slips(order.id))
        except SlipError as error:
            self._warn(display(str(error), 400))
            return
        self.push_screen(LinesDialog(left, offer, order), go_on)

    def _confirmed(self, result: ActionResult | None) -> None:
        if result is not None and not self._leaving:
            self._submit(result)

    @work(thread=True, group="intent")
    def _submit(self, result: ActionResult) -> None:
        """Make a confirmed wish durable; its outcome comes back as events. Never exclusive: none cancels another."""
        try:
            self._desk.submit(result.ready, result.accepted)
        except BackOfficeError as error:
            self.call_from_thread(self._warn, unsent(display(str(error), 400)))

    @on(CommandScreen.SettleWanted)
    def _ask_what_became(self, message: CommandScreen.SettleWanted) -> None:
        if not self._leaving:
            self._deciding.ask(message.intent_id)

    @on(CommandScreen.SwitchWanted)
    def _ask_to_switch(self) -> None:
        if not self._leaving:
            self._turning.ask()

    @on(CommandScreen.EndWanted)
    def _ask_to_end(self, message: CommandScreen.EndWanted) -> None:
        if not self._leaving:
            self._ending.ask(message.order_id, message.wanted, message.ends)

    # Ending

    @on(CommandScreen.QuitWanted)
    def _ask_quit(self) -> None:
        if isinstance(self.screen, Dialog):
            return
        if self._desk.in_flight():
            self.push_screen(QuitDialog(self._desk.in_flight), lambda yes: self._finish(0) if yes else None)
        else:
            self._finish(0)

    def leave(self, signal_number: int) -> None:
        """End because of a signal or a hangup: no more input, finish what is in flight, exit code 128 + number."""
        self._finish(lifecycle.exit_code(signal_number))

    def go_deaf(self) -> None:
        """Throw away every input from now on; safe from a signal handler."""
        if isinstance(self._driver, ConsoleDriver):
            self._driver.deaf = True

    def _finish(self, code: int) -> None:
        if self._leaving:
            return
        self._leaving = True
        self.go_deaf()
        if self._desk.in_flight():
            self.sitting.say("Leaving when Amazon has answered what is on its way.")

        def stop() -> None:
            try:
                self.left_open = self._desk.stop(lifecycle.STOP_TIMEOUT)
            finally:
                self.stopped = True
                self.call_from_thread(self.exit, return_code=code)

        threading.Thread(target=stop, name="leave", daemon=True).start()

    def _handle_exception(self, error: Exception) -> None:
        """End without a traceback on the terminal: it would show what variables hold."""
        if self._exit:
            return  # Widgets that are torn down while they are being built are no crash.
        if self.crash is None:
            self.crash = error
        self._return_code = lifecycle.CRASHED
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def notify(self, message: str, *, severity: str = "information", **ignored: object) -> None:
        """Say it in the message line: a toast covers what one reads and costs kilobytes."""
        self.sitting.say(display(message, 600), warning=severity != "information")
