"""The rows below the panes: the keys, what happened, and how well the data is in step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from textual.strip import Strip

from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.domain.queue import about
from azpay_tui.domain.rows import FirstSync, SyncStatus
from azpay_tui.domain.switching import sign
from azpay_tui.tui import theme
from azpay_tui.tui.display import display, width, wrap
from azpay_tui.tui.widgets.line import Line, Part, justified
from azpay_tui.tui.widgets.words import plural, span

STALE_AFTER: Final = timedelta(minutes=15)
"""Without an answer from Amazon for this long, what is shown is called STALE."""
FIRST_EVERY: Final = timedelta(seconds=4)
"""How far a first sync is is painted no more often than this."""
LONGEST_MESSAGE: Final = 5
"""Lines of a message before it is cut."""
_CALM: Final = frozenset({"ONLINE", "STARTING"})


def is_stale(status: SyncStatus, now: datetime) -> bool:
    """Tell whether Amazon has not answered for too long."""
    return status.last_success is None or now - status.last_success > STALE_AFTER


def age(status: SyncStatus, now: datetime) -> str:
    """Say how old the newest answer of Amazon is, in whole minutes."""
    if status.last_success is None:
        return "never synced"
    minutes = now - status.last_success
    return "synced just now" if minutes < timedelta(minutes=1) else f"synced {span(minutes)} ago"


def first_text(first: FirstSync, left: timedelta | None) -> str:
    """Say how far reading many orders for the first time is, and how long the rest takes at Amazon's pace."""
    rest = f", {about(left)} left" if left is not None else ""
    return f"first sync {first.done:,}/{first.total:,}{rest}"


def status_text(
    status: SyncStatus, profile: ProfileInfo, now: datetime, where: tzinfo, first: str = ""
) -> tuple[str, str]:
    """Return the left and right half of the status line; `first` says how far a first sync is."""
    word: str = status.connection
    if word not in _CALM and word != "SLOW" and status.since is not None:
        word += f" since {status.since.astimezone(where):%H:%M}"
    if is_stale(status, now) and status.connection != "STARTING":
        word += "  STALE"
    # The view of the same name holds states that are not known as well, so here it is said what is counted.
    unknown = f"unknown {status.unknown}" if not status.unknown else plural(status.unknown, "unknown outcome")
    synced = f"{word}  {age(status, now)}"
    if status.connection == "STARTING" and status.last_success is None and not status.queue and not status.errors:
        synced = "NOTHING TO SYNC YET"
    waiting = f"queue {status.queue:,}"
    if first and status.connection in _CALM and not is_stale(status, now):
        synced, waiting = word, first
    counts = [waiting, f"errors {status.errors:,}"]
    # Money of unknown whereabouts comes first: what is last may be cut.
    left = "  ".join([synced, *([unknown, *counts] if status.unknown else [*counts, unknown])])
    auto = sign(profile.policy, status.switch, profile.capturing, profile.read_only_reason or profile.paused)
    mode = f"{'RW' if profile.writable else 'RO'}{f' {auto}' if auto else ''}"
    return left, f"{mode}  {display(profile.host, 30)}"


class StatusLine(Line):
    """The last row, always: connection, age of the data, queue, errors, unknown outcomes, RO or RW, AUTO, host."""

    def __init__(self, profile: Callable[[], ProfileInfo], where: tzinfo, *, id: str | None = None) -> None:
        """`profile` gives it as it is now, for steps pause and go on; `where` is its time zone."""
        super().__init__(id=id)
        self._profile = profile
        self._where = where
        self._halves = ("", "")
        self._first: tuple[str, datetime] | None = None

    def show(self, status: SyncStatus, now: datetime, left: timedelta | None = None) -> None:
        """Show how well the data is in step at `now` (UTC); paints only a changed text.

        `left`: how long a first sync still takes. How far it is changes with every read, so it is said seldom.
        """
        if status.first is None:
            self._first = None
        elif self._first is None or abs(now - self._first[1]) >= FIRST_EVERY:
            self._first = (first_text(status.first, left), now)
        first = self._first[0] if self._first is not None else ""
        self._halves = status_text(status, self._profile(), now, self._where, first)
        calm = status.connection in _CALM
        self.put(("  ".join(self._halves), theme.PLAIN if calm else theme.WARNING))

    def parts_for(self, cells: int) -> Sequence[Part]:
        """Set the halves to both ends; where both have no room, the host is what can be missed."""
        style = self._parts[0][1] if self._parts else theme.PLAIN
        left, right = self._halves
        if width(left) + 1 + width(right) > cells:
            right = right.partition("  ")[0]
        return ((justified(left, right, cells), style),)


class MessageLine(Line):
    """What happened last, and how many actions are on their way; the message stays until the next one.

    A message that does not fit takes more lines, so that what happened to the money is never cut.
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id)
        self._said = ""
        self._flight = self._unread = ""
        self._style = theme.PLAIN

    @property
    def said(self) -> str:
        """The message that is shown."""
        return self._said

    def say(self, text: str, *, warning: bool = False, link: str = "") -> None:
        """Show a message; outside text in it must have passed `display`. `link`: an address it leads to."""
        style = theme.WARNING if warning else theme.PLAIN
        self._said, self._style = text, style.update_link(link) if link else style
        self._show()

    def in_flight(self, count: int) -> None:
        """Show how many actions are on their way to Amazon."""
        self._flight = f"~ {count} in flight" if count else ""
        self._show()

    def unread(self, count: int) -> None:
        """Show how many warnings nobody took note of; `@` lists them."""
        self._unread = f"! {count} unread, @" if count else ""
        self._show()

    @property
    def _right(self) -> str:
        return "  ".join(part for part in (self._unread, self._flight) if part)

    def _lines(self, cells: int) -> list[str]:
        lines = wrap(self._said, cells, LONGEST_MESSAGE)
        if self._right and width(lines[-1]) + 1 + width(self._right) > cells and len(lines) < LONGEST_MESSAGE:
            lines.append("")
        return [*lines[:-1], justified(lines[-1], self._right, cells)]

    def _show(self) -> None:
        self.put((f"{self._said}  {self._right}", self._style))
        self._set_height()

    def _set_height(self) -> None:
        height = len(self._lines(self.size.width)) if self.size.width else 1
        if height != self.size.height:
            self.styles.height = height

    def on_resize(self) -> None:
        """Take as many lines as the width asks for."""
        self._set_height()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the message."""
        lines = self._lines(self.size.width)
        return self.draw(((lines[y] if y < len(lines) else "", self._style),))


class KeysLine(Line):
    """The keys that work here, as many as fit."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id)
        self._hints: tuple[str, ...] = ()

    def show(self, hints: Sequence[str]) -> None:
        """Show hints such as `Enter detail`, most important first."""
        self._hints = tuple(hints)
        self.put(("  ".join(hints), theme.KEYS))

    def parts_for(self, cells: int) -> Sequence[Part]:
        """Leave out from the end what does not fit whole."""
        text = ""
        for hint in self._hints:
            longer = f"{text}  {hint}" if text else hint
            if width(longer) > cells:
                break
            text = longer
        return ((text, theme.KEYS),)
