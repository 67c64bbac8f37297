"""The palette and the help: every command of the screen one is on, found by typing, run by Enter."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from azpay_tui.tui.commands.base import Command, Where
from azpay_tui.tui.commands.finder import matches, why_not
from azpay_tui.tui.dialogs.chooser import Chooser
from azpay_tui.tui.dialogs.guard import Monotonic
from azpay_tui.tui.display import display, fit, width
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.words import plural

_FOLD: Final = "fold"
_LAST: Final = 1000


class CommandChooser(Chooser):
    """Returns the command to run, or None; it runs nothing itself."""

    def __init__(
        self,
        heading: str,
        commands: Sequence[Command],
        screen: object,
        where: Where,
        *,
        foldable: bool,
        clock: Monotonic = time.monotonic,
    ) -> None:
        """Offer the commands of a screen; with `foldable` those that do not work now too, below and with the reason."""
        super().__init__(heading, keys="Type to find, Enter runs it, Esc closes.", clock=clock)
        reasons = {command.id: why_not(command, screen, where) for command in commands}
        # What the line of keys shows comes first; the rest stays in the order of the table.
        ordered = sorted(commands, key=lambda command: _LAST if command.rank is None else command.rank)
        self._on = [command for command in ordered if reasons[command.id] is None]
        self._off = [command for command in commands if reasons[command.id] is not None] if foldable else []
        self._reasons = reasons
        self._open = False
        self._keys_width = min(14, max((width(command.way) for command in commands), default=0)) + 1
        self._name_width = min(16, max((width(command.name) for command in commands), default=0)) + 1

    def choices(self, typed: str) -> Sequence[Choice]:
        """Return what works here, then what does not: folded, unless it was opened or something was typed."""
        lines = [self._line(command) for command in matches(self._on, typed)]
        off = matches(self._off, typed)
        if not off:
            return lines
        if typed:
            return [*lines, Choice(None, "not here or not now:"), *(self._line(command) for command in off)]
        if self._open:
            return [*lines, self._fold("fold"), *(self._line(command) for command in off)]
        return [*lines, self._fold("see why")]

    def _fold(self, how: str) -> Choice:
        count = plural(len(self._off), "command does", "commands do")
        return Choice(_FOLD, f"{count} not work here now: Enter to {how}", "What does not work here now, and why.")

    def _line(self, command: Command) -> Choice:
        reason = self._reasons[command.id]
        keys, name = _column(command.way, self._keys_width), _column(command.name, self._name_width)
        said = command.sentence if reason is None else display(reason, 200)
        typed = f"  (:{command.id}{f' {command.argument.name.upper()}' if command.argument else ''})"
        return Choice(command, f"{keys}{name}{said}", f"{command.sentence} {reason or ''}{typed}", reason is not None)

    def choose(self, choice: Choice) -> None:
        """Return a command, or open and fold what does not work here."""
        if choice.value == _FOLD:
            self._open = not self._open
            self.fill(_FOLD)
        else:
            super().choose(choice)

    def type(self, typed: str) -> None:
        """Narrow down; `?` in an empty line closes, as it opened."""
        if typed == "?":
            self.dismiss(None)
        else:
            super().type(typed)


def _column(text: str, cells: int) -> str:
    return f"{fit(text, cells - 1)} "


class HelpScreen(CommandChooser):
    """What works here, and folded below what does not, with the reasons."""

    def __init__(
        self, commands: Sequence[Command], screen: object, where: Where, *, clock: Monotonic = time.monotonic
    ) -> None:
        """Help with the commands of a screen."""
        super().__init__("HELP", commands, screen, where, foldable=True, clock=clock)


class Palette(CommandChooser):
    """What works here and now, small."""

    DEFAULT_CSS = """
    Palette {
        align: center top;
        #box { height: 16; }
    }
    """

    def __init__(
        self, commands: Sequence[Command], screen: object, where: Where, *, clock: Monotonic = time.monotonic
    ) -> None:
        """Offer the commands of a screen that work now."""
        super().__init__("COMMANDS", commands, screen, where, foldable=False, clock=clock)
