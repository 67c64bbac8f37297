"""What concerns the terminal and no order: colours, mouse, suspending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from azpay_tui.tui.commands.base import Argument, Command
from azpay_tui.tui.levers import Palette
from azpay_tui.tui.widgets.words import plural

if TYPE_CHECKING:
    from azpay_tui.tui.screens.base import CommandScreen

_PALETTES: Final[tuple[Palette, ...]] = get_args(Palette)
_ON_OFF: Final = ("on", "off")


class _Everywhere(Command):
    """Base of what works on every screen."""

    place = "everywhere"


class Theme(_Everywhere):
    """Other colours."""

    id, name, shown = "theme", "colours", "T"
    sentence = "Use the next colours: dark, light, high-contrast or mono; for this sitting."
    keys = (("T",),)
    argument = Argument("colours", lambda screen: _PALETTES)

    def run(self, screen: CommandScreen) -> None:
        """Use the next ones."""
        self._use(screen, _PALETTES[(_PALETTES.index(screen.terminal.palette) + 1) % len(_PALETTES)])

    def enter(self, screen: CommandScreen, argument: str) -> None:
        """Use those named."""
        for palette in _PALETTES:
            if palette == argument:
                self._use(screen, palette)
                return
        raise ValueError(f"There are no such colours; there are {', '.join(_PALETTES)}.")

    def _use(self, screen: CommandScreen, palette: Palette) -> None:
        screen.terminal.choose_palette(palette)
        screen.say(f"Colours: {palette}. To keep them put theme = {palette!r} under [console] in config.toml.")


class Mouse(_Everywhere):
    """The mouse on or off."""

    id, name, shown, sentence = (
        "mouse",
        "mouse",
        "m",
        "Let the mouse choose rows and views, or leave it to the terminal.",
    )
    keys = (("m",),)
    argument = Argument("on or off", lambda screen: _ON_OFF)

    def run(self, screen: CommandScreen) -> None:
        """Switch."""
        self._use(screen, not screen.terminal.mouse)

    def enter(self, screen: CommandScreen, argument: str) -> None:
        """Switch as named."""
        if argument not in _ON_OFF:
            raise ValueError("The mouse is on or off: type one of the two.")
        self._use(screen, argument == "on")

    def _use(self, screen: CommandScreen, on: bool) -> None:
        screen.terminal.choose_mouse(on)
        if on:
            screen.say("The mouse is on: click rows and views, turn the wheel. Selecting text takes Shift with it.")
        else:
            screen.say("The mouse is off here: the terminal selects and pastes as usual.")


class Suspend(_Everywhere):
    """Back to the shell for a while."""

    id, name, shown, sentence = "suspend", "suspend", "Ctrl-Z", "Go to the shell; fg comes back."
    keys = (("ctrl+z",),)

    def refusal(self, screen: CommandScreen) -> str | None:
        """Refuse while something is on its way to Amazon: a process that stands still hears no answer."""
        count = len(screen.desk.in_flight())
        if not count:
            return None
        return f"Not now: {plural(count, 'action is', 'actions are')} on the way to Amazon. Try again when answered."

    def run(self, screen: CommandScreen) -> None:
        """Suspend."""
        screen.terminal.action_suspend_process()


COMMANDS: Final = (Theme(), Mouse(), Suspend())
