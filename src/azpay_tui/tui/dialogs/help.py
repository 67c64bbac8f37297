"""Shows every key of the place one is in, from the table of commands itself."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from azpay_tui.tui.dialogs.guard import Dialog, Monotonic
from azpay_tui.tui.display import display

HelpEntry = tuple[str, str, str, bool, str | None]
"""Key, name, sentence, whether it works now, and why not."""


def help_text(entries: Iterable[HelpEntry]) -> Text:
    """Set the entries one below the other; one that is off has `-` in front and its reason behind."""
    rows = [(display(key, 30), display(name, 60), display(what, 300), on, why) for key, name, what, on, why in entries]
    width = max((cell_len(row[0]) for row in rows), default=0) + 2
    text = Text()
    for key, name, sentence, enabled, reason in rows:
        text.append("\n" if text else "")
        text.append("  " if enabled else "- ")
        text.append(key + " " * (width - cell_len(key)), "bold")
        text.append(name)
        if sentence and sentence != name:
            text.append(f": {sentence}")
        if not enabled:
            text.append(f" (off: {display(reason or 'not now', 200)})")
    return text


class HelpScreen(Dialog[None]):
    """The keys that work here; any way of closing changes nothing."""

    DEFAULT_CSS = """
    HelpScreen {
        #box { height: 100%; max-height: 40; }
        #list { height: 1fr; }
        #list > Static { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,question_mark,enter", "leave", "Close", show=False)]

    def __init__(self, entries: Iterable[HelpEntry], *, title: str = "HELP", clock: Monotonic = time.monotonic) -> None:
        """Make the page for a table of commands; `title` is the program's own words."""
        super().__init__(title, clock)
        self._text = help_text(entries)

    def content(self) -> ComposeResult:
        """Show the table, scrollable."""
        with VerticalScroll(id="list"):
            yield Static(self._text, markup=False)
        yield Static("Arrows and PgDn scroll, Esc closes.")

    def on_mount(self) -> None:
        """Let the arrows scroll at once."""
        self.query_one("#list").focus()
