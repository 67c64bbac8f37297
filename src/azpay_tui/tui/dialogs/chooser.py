"""A dialog with lines to choose from, which typing narrows down."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from azpay_tui.tui import theme
from azpay_tui.tui.dialogs.dialog import Dialog, hand_on
from azpay_tui.tui.dialogs.guard import Monotonic
from azpay_tui.tui.display import display, wrap
from azpay_tui.tui.widgets.choices import Choice, Choices
from azpay_tui.tui.widgets.line import Line

MAX_TYPED: Final = 60
DETAIL_LINES: Final = 2


class Chooser(Dialog[object]):
    """Returns the value of the line that Enter was pressed on, or None.

    | Key | Does |
    |---|---|
    | letters, digits, blank, paste | narrow the lines down |
    | arrows, PgUp PgDn, Home End | move |
    | Enter | choose |
    | Esc | forget what was typed; then close |
    """

    DEFAULT_CSS = """
    Chooser {
        #box { height: 100%; max-height: 40; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self, heading: str, *, keys: str = "Type to find. Enter chooses, Esc closes.", clock: Monotonic = time.monotonic
    ) -> None:
        """`heading` and `keys`, the line that says what keys do, are the program's own words."""
        super().__init__(heading, clock)
        self.typed = ""
        """What was typed to find."""
        self._keys_text = keys
        self._chosen = False
        self._typed_line = Line(id="typed")
        self._keys_line = Line(id="chooser-keys")
        self._details = tuple(Line() for _ in range(DETAIL_LINES))
        self.list = Choices(id="choices")

    @abstractmethod
    def choices(self, typed: str) -> Sequence[Choice]:
        """Return what to choose from when `typed` was typed; each chooser has its own."""

    def content(self) -> ComposeResult:
        """The line one types on, the choices, what is said of one, and the keys."""
        yield self._typed_line
        yield self.list
        yield from self._details
        yield self._keys_line

    def on_mount(self) -> None:
        """Show everything there is to choose; what was typed ahead counts already."""
        self._keys_line.put((self._keys_text, theme.KEYS))
        choice = self.list.choice
        self.fill(None if choice is None else choice.value)

    def fill(self, at: object = None) -> None:
        """Show what there is to choose now, the cursor on a value or on the first one."""
        self._typed_line.put(("/ ", theme.BOLD), (f"{self.typed}_", theme.PLAIN))
        self.list.show(self.choices(self.typed), at)
        self._say()

    def on_resize(self) -> None:
        """Say it in lines of the new width."""
        self.call_after_refresh(self._say)

    @on(Choices.Moved)
    def _say(self) -> None:
        choice = self.list.choice
        if choice is not None:
            text = choice.detail
        else:
            text = "Nothing is called so here." if self.typed else "There is nothing to choose."
        room = max(20, self._details[0].size.width or 78)
        lines = wrap(text, room, DETAIL_LINES)
        for line, shown in zip(self._details, [*lines, *[""] * DETAIL_LINES], strict=False):
            line.put((shown, theme.PLAIN))

    def on_key(self, event: events.Key) -> None:
        """Take every key; none goes further."""
        self.arrivals.note(event)
        event.stop()
        event.prevent_default()
        if self.app.screen is not self:
            if not self._chosen:
                hand_on(self.app.screen, event)
            return  # What was typed behind a choice is for nobody: it could come before the choice has run.
        if self.out_of_sight:
            if event.key in ("escape", "ctrl+c"):
                self.dismiss(None)
            return
        match event.key:
            case "escape" if self.typed:
                self.type("")
            case "escape" | "ctrl+c":
                self.dismiss(None)
            case "enter":
                if self.list.choice is not None:
                    self.choose(self.list.choice)
            case "up" | "down":
                self.list.move(-1 if event.key == "up" else 1)
            case "pageup" | "pagedown":
                self.list.page(-1 if event.key == "pageup" else 1)
            case "home":
                self.list.to_top()
            case "end":
                self.list.to_end()
            case "backspace":
                self.type(self.typed[:-1])
            case "ctrl+u":
                self.type("")
            case _ if event.is_printable and event.character:
                self.type(self.typed + display(event.character))

    def early(self, event: events.Key) -> None:
        """Take what was typed ahead: nothing here can be regretted."""
        if not self.list.choices:
            self.fill()
        self.on_key(event)

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of a pasted text as typed."""
        self.arrivals.note(event)
        event.stop()
        event.prevent_default()
        lines = event.text.strip().splitlines()
        if lines:
            self.type(self.typed + display(lines[0], MAX_TYPED))

    def type(self, typed: str) -> None:
        """Narrow down by a text."""
        self.typed = typed[:MAX_TYPED]
        self.fill()

    def choose(self, choice: Choice) -> None:
        """Return a choice; one that is off only says why."""
        if not choice.off:
            self._chosen = True
            self.dismiss(choice.value)
