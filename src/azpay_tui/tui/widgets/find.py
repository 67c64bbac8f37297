"""The message line, which becomes the prompt for a text to find: a field that opens elsewhere costs kilobytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.message import Message
from textual.strip import Strip

from azpay_tui.tui import theme
from azpay_tui.tui.display import display, fit, width
from azpay_tui.tui.widgets.line import Part
from azpay_tui.tui.widgets.status_line import MessageLine

MAX_TERM: Final = 100


class FindPrompt(MessageLine):
    """The message line; as a prompt it takes every key handed to it, so that no letter is a command.

    | Key | Does |
    |---|---|
    | Enter | find |
    | Esc | leave |
    | Backspace, Ctrl-U | delete one, all |
    """

    @dataclass
    class Entered(Message):
        """A text was entered; empty means: forget the last one."""

        term: str

    def __init__(self, *, id: str | None = None) -> None:
        """Start as the message line."""
        super().__init__(id=id)
        self.term = ""
        """What was typed so far."""
        self.prompting = False
        """Whether it is a prompt now."""

    def open(self) -> None:
        """Become a prompt with nothing typed; the screen hands it every key until it is closed.

        The focus stays where it is: moving it costs a repaint of both panes.
        """
        self.term, self.prompting = "", True
        self.refresh()

    def close(self) -> None:
        """Be the message line again."""
        self.prompting = False
        self.refresh()

    def _type(self, term: str) -> None:
        self.term = term[:MAX_TERM]
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the prompt on the last line of the message, or the message."""
        if not self.prompting or y < self.size.height - 1:
            return super().render_line(y)
        return self.draw(self._prompt(self.size.width))

    def _prompt(self, cells: int) -> Sequence[Part]:
        """Return the end of the text, where one types, and a cursor that does not blink."""
        shown = self.term
        while width(shown) > max(1, cells - 3):
            shown = shown[1:]
        return (("/ ", theme.BOLD), (fit(f"{shown}_", cells - 2), theme.PLAIN))

    def take_key(self, event: events.Key) -> None:
        """Take a key as a prompt."""
        event.stop()
        event.prevent_default()
        match event.key:
            case "enter":
                self.close()
                self.post_message(self.Entered(self.term.strip()))
            case "escape" | "ctrl+c":
                self.close()
            case "backspace":
                self._type(self.term[:-1])
            case "ctrl+u":
                self._type("")
            case _ if event.is_printable and event.character:
                self._type(self.term + display(event.character))

    def take_paste(self, event: events.Paste) -> None:
        """Take the first line of a pasted text; nothing in it is a key."""
        event.stop()
        self._type(self.term + display(event.text.strip().split("\n")[0], MAX_TERM))
