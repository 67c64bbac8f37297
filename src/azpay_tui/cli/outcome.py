"""Exit codes, and the one error a command raises: a sentence, a code for scripts and an exit code."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.paths import ConfigError
from azpay_tui.store.errors import OrderBusy, ReadOnly, StoreError, WrongPlace

OK: Final = 0
UNEXPECTED: Final = 1
USAGE: Final = 2
NOT_VALID: Final = 3
REFUSED: Final = 4
UNKNOWN: Final = 5
OFFLINE: Final = 6
CONFIGURATION: Final = 7
CRASH: Final = 70
SIGNALLED: Final = 128
"""Plus the signal's number."""

MEANINGS: Final[dict[int, str]] = {
    OK: "done, or accepted and being decided by Amazon",
    UNEXPECTED: "something unexpected",
    USAGE: "wrong usage: an unknown order, a malformed amount, several charges to choose from",
    NOT_VALID: "not valid now",
    REFUSED: "declined or refused by Amazon; a source of orders failed; a message did not arrive",
    UNKNOWN: "outcome unknown; do not repeat it, look into `azpay journal`",
    OFFLINE: "no connection, and nothing was sent; a source of orders cannot be reached",
    CONFIGURATION: "configuration or credentials",
    CRASH: "azpay crashed",
}
"""What each exit code tells a script."""


class CommandError(Exception):
    """Ends a command: one sentence for the operator, a word for scripts, an exit code."""

    def __init__(
        self, message: str, exit_code: int = USAGE, code: str = "usage", changes_at: datetime | None = None
    ) -> None:
        """Keep the parts; `changes_at` (UTC) says when time alone changes the answer."""
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.code = code
        self.changes_at = changes_at


class Terminated(BaseException):
    """A signal asked the program to end; not an `Exception`, so that nothing swallows it."""

    def __init__(self, number: int) -> None:
        """Keep the signal's number."""
        super().__init__(number)
        self.number = number


def as_command_error(error: Exception) -> CommandError | None:
    """Turn an error of a lower layer into the one that ends a command; None for what nobody expected."""
    match error:
        case CommandError():
            return error
        case BackOfficeError():
            return CommandError(error.message, error.exit_code, error.code, error.changes_at)
        case ConfigError():
            return CommandError(str(error), CONFIGURATION, "configuration")
        case WrongPlace():
            return CommandError(str(error), CONFIGURATION, "configuration")
        case ReadOnly():
            return CommandError(str(error), NOT_VALID, "not-valid")
        case OrderBusy():
            return CommandError(str(error), NOT_VALID, "busy")
        case StoreError():
            return CommandError(str(error), UNEXPECTED, "store")
        case _:
            return None
