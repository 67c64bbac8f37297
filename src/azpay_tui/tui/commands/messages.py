"""Messages that wait or did not arrive: sent again or dropped where they stand, on the page of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.tui.commands.base import Command
from azpay_tui.tui.display import display

if TYPE_CHECKING:
    from azpay_tui.tui.screens.jobs import JobsScreen


class RetryMessage(Command):
    """Send the message of a line again."""

    id, name, shown = "retry-message", "send again", "t"
    sentence = "Have the message of the line sent again, now: one that failed, or that waits for its time."
    keys, place, rank, held = (("t",),), "jobs", 3, False

    def refusal(self, screen: JobsScreen) -> str | None:
        """Refuse on a line about no message."""
        return _no_message(screen)

    def run(self, screen: JobsScreen) -> None:
        """Do it in the background."""
        message = screen.message_here()
        if message is not None:
            screen.retry_message(message)


class DropMessage(Command):
    """Send the message of a line no more."""

    id, name, shown = "drop-message", "drop", "d"
    sentence = "Have the message of the line not sent any more; it stays in the history of its order."
    keys, place, rank, held = (("d",),), "jobs", 4, False

    def refusal(self, screen: JobsScreen) -> str | None:
        """Refuse on a line about no message."""
        return _no_message(screen)

    def run(self, screen: JobsScreen) -> None:
        """Do it in the background."""
        message = screen.message_here()
        if message is not None:
            screen.drop_message(message.id)


def _no_message(screen: JobsScreen) -> str | None:
    why = screen.desk.profile.read_only_reason
    if why is not None:
        return display(why, 300)
    return None if screen.message_here() is not None else "This line is about no message."


COMMANDS: Final = (RetryMessage(), DropMessage())
