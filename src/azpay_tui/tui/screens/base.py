"""What every screen of the console has in common: keys that find commands, a message line that can ask, and the rest
that commands may use wherever they are.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, cast

from textual import events
from textual.message import Message
from textual.screen import Screen

from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.tui.alarms import Alarms
from azpay_tui.tui.commands import commands_of, keymap
from azpay_tui.tui.commands.base import Command, KeyReader, Where, hints
from azpay_tui.tui.commands.finder import called, completions, nearest, why_not
from azpay_tui.tui.dialogs.dialog import hand_on
from azpay_tui.tui.dialogs.sale import Ends
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.sitting import Sitting
from azpay_tui.tui.terminal import TerminalApp
from azpay_tui.tui.timely import Timely
from azpay_tui.tui.widgets.prompt import Prompt
from azpay_tui.tui.widgets.status_line import KeysLine

REPEATED: Final = 1.0
"""Seconds in which the same key counts as held down; a keyboard waits up to one before it repeats."""


class Movable(Protocol):
    """Lines with a cursor."""

    def move(self, step: int) -> None:
        """Move by lines, stopping at the ends."""

    def page(self, pages: float) -> None:
        """Move by pages."""

    def to_top(self) -> None:
        """Move to the first line."""

    def to_end(self) -> None:
        """Move to the last line."""


class CommandScreen(Timely, Screen[None], inherit_bindings=False):
    """Finds a command for every key; a screen has its `message` and `keys` lines and says where its focus is."""

    message: Prompt
    """The message line."""
    keys: KeysLine
    """The line of keys."""

    class QuitWanted(Message):
        """A person wants to leave."""

    class SwitchWanted(Message):
        """A person wants steps to be done without one; the app opens the dialog."""

    @dataclass
    class SettleWanted(Message):
        """A person wants to decide about an action whose outcome no rule can tell; the app opens the dialog."""

        intent_id: str

    @dataclass
    class EndWanted(Message):
        """A person wants to end a sale or delete an order; the app opens the dialog."""

        order_id: str
        wanted: Wanted
        ends: Ends

    def __init__(self, desk: Desk, sitting: Sitting, where: Where) -> None:
        """Be the screen of a place (`pane` is that of the orders)."""
        super().__init__()
        self.desk = desk
        self.sitting = sitting
        self.alarms = Alarms(self)
        self.commands = commands_of(where)
        """Every command of this screen, also those that do not work now."""
        self._where: Where = where
        self._keys = KeyReader(keymap(where))
        self._last = "", 0.0
        """The newest key, and when it was read."""

    @property
    @abstractmethod
    def lines(self) -> Movable:
        """The lines that the keys of movement move in."""

    @property
    def where(self) -> Where:
        """Where the focus is."""
        return self._where

    @property
    def terminal(self) -> TerminalApp:
        """The app, as the one that knows the terminal."""
        return cast(TerminalApp, self.app)

    def on_mount(self) -> None:
        """Show what was said last, and what will be."""
        self._deafen = self.sitting.listen(self._show_said)
        self._show_said()

    def on_unmount(self) -> None:
        """Listen no longer."""
        self._deafen()

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Find the command of a key; what is none goes on to the focused pane's own keys."""
        above = self.app.screen
        if above is not self:
            # Typed ahead, before the screen above was there (or after this one was left): never a command here.
            event.stop()
            event.prevent_default()
            hand_on(above, event)
            return
        if self.message.prompting:
            self.message.take_key(event)
            return
        self.alarms.stop("leader")
        repeated = event.key == self._last[0] and event.time - self._last[1] < REPEATED
        self._last = event.key, event.time
        pressed = self._keys.press(event.key, self.where)
        if pressed.kind == "other":
            return
        event.stop()
        event.prevent_default()
        if pressed.command is not None:
            if pressed.command.held or not repeated:
                self.run_command(pressed.command)
        elif pressed.leader is not None and pressed.kind == "lead":
            self.led(pressed.leader)
        elif pressed.leader is not None and not self.led_nowhere(pressed.leader, event.key) and event.key != "escape":
            self.say(f"Nothing is on {pressed.leader} {display(event.character or event.key, 20)}.")

    def early(self, event: events.Key) -> None:
        """Take a key that was typed before the screen was there."""
        self.on_key(event)

    def led(self, leader: str) -> None:
        """Take note that a key waits for a second one."""

    def led_nowhere(self, leader: str, key: str) -> bool:
        """Take a key behind a leader that is no command's; returns whether it meant something."""
        return False

    def on_paste(self, event: events.Paste) -> None:
        """A pasted text is text for the prompt, and nothing anywhere else."""
        if self.message.prompting:
            self.message.take_paste(event)

    def run_command(self, command: Command, argument: str = "") -> None:
        """Run a command, with what was typed behind its name, or say why it does not work now."""
        refusal = command.refusal(self)
        if refusal is not None:
            self.say(refusal)
            return
        if command.argument is not None and command.argument.required and not argument:
            self.ask_line(f"{command.id} ")
            return
        try:
            self.try_to(lambda: command.enter(self, argument) if argument else command.run(self))
        except ValueError as error:
            if not argument:
                raise
            self.say(display(str(error), 400))
            return
        self.did(command)

    def ask_line(self, text: str = "") -> None:
        """Let the message line ask for a command by name."""
        self.message.ask(
            ":",
            self.run_line,
            text=text,
            complete=lambda line: completions(self.commands, self, line),
            past=self.sitting.typed,
        )

    def run_line(self, line: str) -> str | None:
        """Run what was typed on the `:` line; returns a sentence when it is no command or lacks something."""
        name, _, argument = line.strip().lstrip(":").partition(" ")
        argument = argument.strip()
        if not name:
            return None
        command = called(self.commands, name)
        if command is None:
            like = nearest(self.commands, name)
            return (
                f"There is no command {display(name, 40)}. {f'Did you mean {like}?' if like else '? lists them all.'}"
            )
        wanted = command.argument
        if argument and wanted is None:
            return f":{command.id} takes nothing behind it."
        if wanted is not None and wanted.required and not argument:
            return f"Say which {wanted.name}: {command.id} {wanted.name.upper()}."
        self.sitting.remember(line)
        refusal = why_not(command, self, self.where)
        if refusal is not None:
            self.say(refusal)
        else:
            self.run_command(command, argument)
        return None

    def did(self, command: Command) -> None:
        """Take note that a command ran."""

    def show_keys(self) -> None:
        """Show the keys of the place one is in."""
        self.keys.show(hints(self.commands, self.where))

    # What commands ask for

    def try_to(self, read: Callable[[], None]) -> None:
        """Do something that reads the cache; what goes wrong there is said and ends nothing."""
        try:
            read()
        except READ_ERRORS as error:
            self.say(display(str(error), 400), warning=True)

    def say(self, text: str, *, warning: bool = False, unasked: bool = False, link: str = "", about: str = "") -> None:
        """Show and log a message; outside text in it must have passed `display`.

        `unasked`: it is no answer to a key; such a warning stays until a person took note of it, or until something
        newer is said `about` the same thing. `link`: an address that the message leads to.
        """
        self.sitting.say(text, warning=warning, unasked=unasked, link=link, about=about)

    def _show_said(self) -> None:
        line = self.sitting.line
        self.message.say(line.text, warning=line.warning, link=line.link)
        self.message.unread(self.sitting.unread)

    def open_page(self, page: CommandScreen) -> None:
        """Show a page; where a page is shown already it takes that one's place."""
        self.app.push_screen(page)

    def order_here(self) -> str | None:
        """Return the id of the order one is at."""
        return None

    def ask_quit(self) -> None:
        """Quit; the app asks when something is in flight."""
        self.post_message(self.QuitWanted())

    @abstractmethod
    def go_back(self) -> None:
        """Leave for where one came from."""
