"""The prompt for a text to find; drawn in one row, because a field that opens and blinks costs kilobytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.message import Message

from azpay_tui.tui import theme
from azpay_tui.tui.display import display, fit, width
from azpay_tui.tui.widgets.line import Line, Part

MAX_TERM: Final = 100


class FindPrompt(Line, can_focus=True):
    """One line of typed text; takes every key while it has the focus, so that no letter is a command.

    | Key | Does |
    |---|---|
    | Enter | find |
    | Esc | leave |
    | Backspace, Ctrl-U | delete one, all |
    """

    DEFAULT_CSS = """
    FindPrompt { display: none; }
    """

    @dataclass
    class Entered(Message):
        """A text was entered; empty means: forget the last one."""

        term: str

    class Left(Message):
        """The prompt was left without finding anything."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id)
        self.term = ""
        """What was typed so far."""

    def open(self) -> None:
        """Show an empty prompt and take the keys."""
        self._type("")
        self.display = True
        self.focus()

    def _type(self, term: str) -> None:
        self.term = term[:MAX_TERM]
        self.put((self.term, theme.BOLD))

    def parts_for(self, cells: int) -> Sequence[Part]:
        """Show the end of the text, where one types, and a cursor that does not blink."""
        shown = self.term
        while width(shown) > max(1, cells - 3):
            shown = shown[1:]
        return (("/ ", theme.BOLD), (fit(f"{shown}_", cells - 2), theme.PLAIN))

    def on_key(self, event: events.Key) -> None:
        """Take every key."""
        event.stop()
        event.prevent_default()
        match event.key:
            case "enter":
                self.post_message(self.Entered(self.term.strip()))
            case "escape" | "ctrl+c":
                self.post_message(self.Left())
            case "backspace":
                self._type(self.term[:-1])
            case "ctrl+u":
                self._type("")
            case _ if event.is_printable and event.character:
                self._type(self.term + display(event.character))

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of a pasted text; nothing in it is a key."""
        event.stop()
        event.prevent_default()
        self._type(self.term + display(event.text.strip().split("\n")[0], MAX_TERM))
