"""A dialog with one button that commits, which works once everything was read and nothing else stands in its way."""

from __future__ import annotations

from typing import ClassVar

from textual.widgets import Static

from azpay_tui.tui.dialogs.dialog import ResultType
from azpay_tui.tui.dialogs.guard import Monotonic, Push
from azpay_tui.tui.dialogs.question import ARM, STALE
from azpay_tui.tui.dialogs.read_first import READY, TICK, ReadFirst


class Armed(ReadFirst[ResultType]):
    """Says all the while why its button does not work yet, and returns an answer when that is pressed.

    Beside what `ReadFirst` wants, its content has the facts `#facts`, the line `#why` and the button `#commit`.
    """

    DEFAULT_CSS = """
    Armed {
        #facts { height: auto; }
        #why { height: 1; text-style: bold; }
    }
    """
    WOULD_BE: ClassVar[str]
    """What would become of what is shown."""

    def __init__(self, heading: str, clock: Monotonic) -> None:
        """Begin to count the seconds since the dialog was opened; heading and clock as in `Dialog`."""
        super().__init__(heading, clock)
        self._opened = clock()
        self._said = ""

    def on_mount(self) -> None:
        """Focus the harmless button."""
        self.query_one("#cancel").focus()
        self.set_interval(TICK, self._paint)
        self.call_after_refresh(self._paint)

    @property
    def _stale(self) -> bool:
        """Whether what the dialog was opened with no longer counts."""
        return self.clock() - self._opened >= STALE

    def _barred(self) -> str | None:
        """Return why nothing can be confirmed however long one reads, or None; each dialog has its own."""
        return None

    def _lacking(self) -> str | None:
        """Return what a person who read it all has yet to do, or None; each dialog has its own."""
        return None

    def _answer(self) -> ResultType:
        """Return what is confirmed; each dialog has its own."""
        raise NotImplementedError

    def _blocked(self) -> str | None:
        """Return the first reason why nothing can be confirmed now, or None."""
        if self.too_small:
            return f"The terminal is too small to show what would be {self.WOULD_BE}."
        barred = self._barred()
        if barred is not None:
            return barred
        if not self.is_mounted or self.clock() - self._opened < ARM:
            return "A moment ..."
        return "Read all of it first: PgDn." if self._unread() else self._lacking()

    def _paint(self) -> None:
        """Bring the line and the button in step; paints only what differs."""
        if not self.is_mounted or self._answered:
            return
        self._note_reading()
        blocked = self._blocked()
        said = self._hint or blocked or READY
        if said != self._said:
            self._said = said
            self.query_one("#why", Static).update(said, layout=False)
        self._let("commit", blocked)

    def _press(self, push: Push) -> None:
        if push.id == "commit" and self._blocked() is None:
            self.dismiss(self._answer())
