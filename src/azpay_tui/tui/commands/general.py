"""What works everywhere: back, quit, sync, redraw, and the ways to find a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.tui.commands.base import Command
from azpay_tui.tui.dialogs.help import HelpScreen, Palette

if TYPE_CHECKING:
    from azpay_tui.tui.screens.base import CommandScreen
    from azpay_tui.tui.screens.orders import OrdersScreen


class _Everywhere(Command):
    """Base of what works on every screen."""

    place = "everywhere"


class Peel(Command):
    """Leave the innermost thing."""

    id, name, shown = "peel", "back", "Esc"
    sentence = "Leave the pane, the selection, the filter or the found text, in this order."
    keys = (("escape",),)

    def run(self, screen: OrdersScreen) -> None:
        """Peel."""
        screen.peel()


class Back(Command):
    """Back, at last out."""

    id, name, shown, sentence = (
        "back",
        "quit",
        "q",
        "Go back to the list; there it quits (asks while sending).",
    )
    keys, rank = (("q",),), 7

    def run(self, screen: OrdersScreen) -> None:
        """Go back."""
        screen.go_back()


class Quit(_Everywhere):
    """Quit from anywhere."""

    id, name, shown, sentence = "quit", "quit", "Ctrl-Q", "Quit (asks when something is sent)."
    keys = (("ctrl+q",),)

    def run(self, screen: CommandScreen) -> None:
        """Quit."""
        screen.ask_quit()


class Interrupt(_Everywhere):
    """What a reflex presses."""

    id, name, shown, sentence = (
        "interrupt",
        "hint",
        "Ctrl-C",
        "Close a dialog or prompt; here it only tells how to quit.",
    )
    keys = (("ctrl+c",),)

    def run(self, screen: CommandScreen) -> None:
        """Tell."""
        screen.say("Ctrl-C stops nothing here. q quits, Esc goes back.")


class SyncNow(_Everywhere):
    """Sync now."""

    id, name, shown, sentence = "sync", "sync", "Ctrl-R", "Read everything that is due from Amazon now."
    keys = (("ctrl+r",),)

    def run(self, screen: CommandScreen) -> None:
        """Wake the refresh."""
        screen.desk.sync_now()
        screen.say("Reading everything that is due from Amazon.")


class Help(_Everywhere):
    """Help."""

    id, name, shown, sentence = "help", "help", "?", "Show and run what works here, and why the rest does not."
    keys, rank = (("question_mark",),), 6

    def run(self, screen: CommandScreen) -> None:
        """Open the help."""
        chooser = HelpScreen(screen.commands, screen, screen.where)
        screen.app.push_screen(chooser, lambda chosen: _run(screen, chosen))


class OpenPalette(_Everywhere):
    """The palette."""

    id, name, shown, sentence = "palette", "commands", "Ctrl-P", "Find a command by typing a part of it, and run it."
    keys = (("ctrl+p",),)

    def run(self, screen: CommandScreen) -> None:
        """Open the palette."""
        chooser = Palette(screen.commands, screen, screen.where)
        screen.app.push_screen(chooser, lambda chosen: _run(screen, chosen))


def _run(screen: CommandScreen, chosen: object) -> None:
    if isinstance(chosen, Command):
        screen.run_command(chosen)


class CommandLine(_Everywhere):
    """The `:` line."""

    id, name, shown, sentence = "command-line", "command", ":", "Type a command by name; Tab completes, Up brings back."
    keys, rank = (("colon",),), 12

    def run(self, screen: CommandScreen) -> None:
        """Open the prompt."""
        screen.ask_line()


class Redraw(_Everywhere):
    """Draw everything again."""

    id, name, shown, sentence = "redraw", "redraw", "Ctrl-L", "Draw the whole screen again."
    keys = (("ctrl+l",),)

    def run(self, screen: CommandScreen) -> None:
        """Draw."""
        screen.terminal.redraw()


COMMANDS: Final = (Peel(), Back(), Quit(), Interrupt(), SyncNow(), Help(), OpenPalette(), CommandLine(), Redraw())
