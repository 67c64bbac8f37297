"""The pages, and what works on every one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.tui.commands.base import Argument, Command
from azpay_tui.tui.display import display

if TYPE_CHECKING:
    from azpay_tui.tui.screens.base import CommandScreen
    from azpay_tui.tui.screens.jobs import JobsScreen
    from azpay_tui.tui.screens.lapses import LapsesScreen
    from azpay_tui.tui.screens.log import LogScreen
    from azpay_tui.tui.screens.page import PageScreen
    from azpay_tui.tui.screens.policy import PolicyScreen
    from azpay_tui.tui.screens.sync import SyncScreen

MAX_TERM: Final = 100


class Jobs(Command):
    """Jobs and unknowns."""

    id, name, shown, sentence = "jobs", "jobs", "!", "Show what is being sent, what is unknown, and what ended last."
    keys, place, rank, aliases = (("exclamation_mark",),), "everywhere", 14, ("unknowns",)

    def run(self, screen: CommandScreen) -> None:
        """Open the page."""
        from azpay_tui.tui.screens.jobs import JobsScreen

        screen.open_page(JobsScreen(screen.desk, screen.sitting))


class Log(Command):
    """Messages and calls."""

    id, name, shown, sentence = "log", "log", "@", "Show every message of this sitting and every call to Amazon."
    keys, place, rank, aliases = (("at",),), "everywhere", 15, ("messages", "calls")

    def run(self, screen: CommandScreen) -> None:
        """Open the page; whoever reads the log has taken note."""
        from azpay_tui.tui.screens.log import LogScreen

        screen.open_page(LogScreen(screen.desk, screen.sitting))


class Sync(Command):
    """The sync page."""

    id, name, shown, sentence = "sync-page", "sync page", "S", "Show what is read next, and why an order was not read."
    keys, place, rank, aliases = (("S",),), "everywhere", 16, ("queue",)

    def run(self, screen: CommandScreen) -> None:
        """Open the page."""
        from azpay_tui.tui.screens.sync import SyncScreen

        screen.open_page(SyncScreen(screen.desk, screen.sitting, screen.order_here()))


class Policy(Command):
    """The policy page."""

    id, name, sentence = "policy", "policy", "Show what the shop's policy narrows, and what else the profile decides."
    place, aliases = "everywhere", ("settings", "config")

    def run(self, screen: CommandScreen) -> None:
        """Open the page."""
        from azpay_tui.tui.screens.policy import PolicyScreen

        screen.open_page(PolicyScreen(screen.desk, screen.sitting, screen.order_here()))


class SwitchOn(Command):
    """Automatic steps on."""

    id, name, shown = "switch-on", "switch on", "s"
    sentence = "Have done without a person what payment_action and close_after_capture say: opens the dialog."
    keys, place, rank = (("s",),), "policy", 0

    def refusal(self, screen: PolicyScreen) -> str | None:
        """Refuse where nothing may be automatic."""
        return screen.why_not_switch()

    def run(self, screen: PolicyScreen) -> None:
        """Ask for the dialog."""
        screen.post_message(screen.SwitchWanted())


class SwitchOff(Command):
    """Automatic steps off."""

    id, name, shown = "switch-off", "switch off", "o"
    sentence = "Do nothing more without a person, at once and in every process."
    keys, place, rank = (("o",),), "policy", 1

    def run(self, screen: PolicyScreen) -> None:
        """Do it."""
        screen.switch_off()


class Lapses(Command):
    """The lapse calendar."""

    id, name, shown, sentence = "lapses", "lapses", "L", "Show how much money lapses on each of the next 30 days."
    keys, place, rank, aliases = (("L",),), "everywhere", 17, ("calendar",)

    def run(self, screen: CommandScreen) -> None:
        """Open the page."""
        from azpay_tui.tui.screens.lapses import LapsesScreen

        screen.open_page(LapsesScreen(screen.desk, screen.sitting))


class LapsesPart(Command):
    """What ends: authorizations, guarantees, orders."""

    id, name, shown = "lapses-part", "30/7/180 days", "Tab"
    sentence = "Show when authorizations end (30 days), when guarantees do (7), when orders close at Amazon (180)."
    keys, place, rank = (("tab",),), "lapses", 0

    def run(self, screen: LapsesScreen) -> None:
        """Step."""
        screen.step_mark()


class RefreshLine(Command):
    """Read the order of a line, or ask its source."""

    id, name, shown = "refresh-line", "refresh", "r"
    sentence = "Read the order of the line from Amazon, or ask the source of the line, now."
    keys, place, rank = (("r",),), "sync", 2

    def refusal(self, screen: SyncScreen) -> str | None:
        """Refuse on a line about neither."""
        known = screen.order_here() is not None or screen.source_here() is not None
        return None if known else "This line is about no order and no source."

    def run(self, screen: SyncScreen) -> None:
        """Do it in the background."""
        order_id, source = screen.order_here(), screen.source_here()
        if order_id is not None:
            screen.desk.refresh([order_id])
            screen.say(f"Reading {display(order_id, 40)} from Amazon.")
        elif source is not None:
            screen.desk.run_source(source)
            screen.say(f"Asking source {display(source, 40)}.")


class SettleLine(Command):
    """Decide about the action of a line."""

    id, name, shown, sentence = "settle-line", "settle", "s", "Decide about the action of the line: opens the dialog."
    keys, place, rank = (("s",),), "jobs", 0

    def refusal(self, screen: JobsScreen) -> str | None:
        """Refuse where nothing may be decided."""
        return screen.why_not_settle()

    def run(self, screen: JobsScreen) -> None:
        """Open the dialog."""
        screen.settle()


class Leave(Command):
    """Back to the orders."""

    id, name, shown, sentence = "leave", "back", "q, Esc", "Leave the page for the orders."
    keys, place, rank = (("q",), ("escape",)), "page", 7

    def run(self, screen: PageScreen) -> None:
        """Leave."""
        screen.go_back()


class OpenOrder(Command):
    """From a line to its order."""

    id, name, shown, sentence = "open-order", "order", "Enter", "Go to the order that the line is about."
    keys, place, rank = (("enter",),), "page", 1

    def run(self, screen: PageScreen) -> None:
        """Open it."""
        screen.open_order()


class CopyLine(Command):
    """Copy what the line is about."""

    id, name, shown, sentence = "copy-line", "copy", "y", "Copy what the line is about to the terminal's clipboard."
    keys, place, rank = (("y",),), "page", 2

    def run(self, screen: PageScreen) -> None:
        """Copy."""
        screen.copy_line()


class FindLine(Command):
    """Find a text in the lines."""

    id, name, shown, sentence = "find-line", "find", "/", "Find a text in the lines of the page."
    keys, place, rank, argument = (("slash",),), "page", 3, Argument("text")

    def run(self, screen: PageScreen) -> None:
        """Ask for it."""
        screen.message.ask("/ ", lambda term: self._find(screen, term), limit=MAX_TERM)

    def enter(self, screen: PageScreen, argument: str) -> None:
        """Find it at once."""
        self._find(screen, argument)

    def _find(self, screen: PageScreen, term: str) -> None:
        screen.term = term
        find_line(screen, forward=True)


def find_line(screen: PageScreen, *, forward: bool) -> None:
    """Go to the next line that holds the text."""
    if screen.term and not screen.body.find(screen.term, forward=forward):
        screen.say(f"/{display(screen.term, 40)}: in no line of this page.")


class _Again(Command):
    """Base of the commands that find the same text again."""

    place = "page"

    def refusal(self, screen: PageScreen) -> str | None:
        """Refuse before there is a text."""
        return None if screen.term else "Nothing to find yet: press / first."


class NextLine(_Again):
    """Next one."""

    id, name, shown, sentence = "find-next-line", "next", "n", "Find the same text further down the page."
    keys = (("n",),)

    def run(self, screen: PageScreen) -> None:
        """Find."""
        find_line(screen, forward=True)


class PreviousLine(_Again):
    """Previous one."""

    id, name, shown, sentence = "find-previous-line", "previous", "N", "Find the same text further up the page."
    keys = (("N",),)

    def run(self, screen: PageScreen) -> None:
        """Find."""
        find_line(screen, forward=False)


class LogPart(Command):
    """Messages, calls, or both."""

    id, name, shown, sentence = "log-part", "all/messages/calls", "Tab", "Show both, only the messages, only the calls."
    keys, place, rank = (("tab",),), "log", 0

    def run(self, screen: LogScreen) -> None:
        """Step."""
        screen.step_part()


COMMANDS: Final = (
    Jobs(),
    Log(),
    Sync(),
    Policy(),
    SwitchOn(),
    SwitchOff(),
    Lapses(),
    LapsesPart(),
    RefreshLine(),
    OpenOrder(),
    SettleLine(),
    Leave(),
    CopyLine(),
    FindLine(),
    NextLine(),
    PreviousLine(),
    LogPart(),
)
