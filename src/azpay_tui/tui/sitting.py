"""What lasts from the console's start to its end and belongs to no screen: what was said, and what was typed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from azpay_tui.tui.widgets.words import local

KEPT: Final = 500
"""Messages that are remembered."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message; its text has passed `display`."""

    at: datetime
    """UTC."""
    text: str
    warning: bool
    link: str = ""
    """An address the whole message leads to, where the terminal can do that."""


class Sitting:
    """Remembers every message, and keeps a warning that came by itself until a person took note of it.

    Used on the app's own thread only.
    """

    def __init__(self, now: Callable[[], datetime], where: tzinfo = UTC) -> None:
        """`now` gives UTC; moments in messages are put into the time zone `where`."""
        self._now, self._where = now, where
        self._listeners: list[Callable[[], None]] = []
        self.said: deque[Said] = deque(maxlen=KEPT)
        """Every message, oldest first."""
        self.line = Said(now(), "", False)
        """What the message line says."""
        self._unread: list[str] = []
        self._kept: str | None = None
        self.typed: list[str] = []
        """What was entered on the `:` line, oldest first."""

    def remember(self, line: str) -> None:
        """Remember a line of the `:` line as the newest."""
        if line in self.typed:
            self.typed.remove(line)
        self.typed.append(line)
        del self.typed[:-KEPT]

    @property
    def unread(self) -> int:
        """How many warnings came by themselves and nobody took note of."""
        return len(self._unread)

    def say(self, text: str, *, warning: bool = False, unasked: bool = False, link: str = "", about: str = "") -> None:
        """Remember a message and show it; an empty one only clears the line.

        What comes by itself (`unasked`) and is no warning does not push an unread warning off the line, unless both
        are `about` the same thing: then the newer one is what holds, and the warning is unread no longer.
        """
        said = Said(self._now(), local(text, self._where), warning, link)
        if text:
            self.said.append(said)
        outdated = bool(about) and self._kept == about
        if about and about in self._unread:
            self._unread.remove(about)
        if unasked and warning:
            self._unread.append(about)
        if not unasked or warning or outdated or self._kept is None:
            self.line, self._kept = said, about if unasked and warning else None
        self._tell()

    def take_note(self) -> None:
        """Count every warning as read."""
        if self._unread:
            self._unread, self._kept = [], None
            self._tell()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every message; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
