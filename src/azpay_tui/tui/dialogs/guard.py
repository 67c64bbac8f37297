"""What keeps a stray byte, key, paste or repeat from confirming anything: the parts every dialog is made of."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

Monotonic = Callable[[], float]
"""Returns seconds that only ever grow."""

QUIET: Final = 0.12
"""Seconds without any key that must lie before an Enter that counts; a calm Tab, Enter takes 0.16."""
PASTE_REFUSED: Final = "Paste is refused here: type it."
TOO_QUICK: Final = "Too quick, press Enter again."


class Arrivals:
    """When input reached the program, to tell a person's Enter from one in a burst."""

    def __init__(self, clock: Monotonic, noise: Monotonic) -> None:
        """Start with no input seen; `clock` is `time.monotonic`, or a test's own.

        `noise` tells when the terminal last sent what made no key, such as an answer or a byte that is no text.
        """
        self._clock = clock
        self._noise = noise
        self._last = float("-inf")

    def _at(self, event: events.Event) -> float:
        # The event carries the time at which its bytes were read. A busy loop could pull apart what came at once.
        return event.time if self._clock is time.monotonic else self._clock()

    def isolated(self, event: events.Event) -> bool:
        """Tell whether nothing else arrived within `QUIET` seconds before this event (which is not noted yet)."""
        return self._at(event) - max(self._last, self._noise()) >= QUIET

    def note(self, event: events.Event) -> None:
        """Remember that this event arrived; noting one twice is harmless."""
        self._last = max(self._last, self._at(event))


class Push(Widget, can_focus=True):
    """A button that answers to Enter alone; the mouse moves the focus to it and no more."""

    DEFAULT_CSS = """
    Push {
        width: auto;
        height: 1;
        margin: 0 2 0 0;
        &#commit { width: 1fr; }
        &:focus { text-style: reverse bold; }
        &:disabled { color: $text-muted; }
    }
    """

    label: reactive[str] = reactive("")
    """What pressing it does; the program's own words only."""

    @dataclass
    class Entered(Message):
        """Enter was pressed on the button."""

        push: Push
        isolated: bool
        """Whether no other input came right before it."""

        @property
        def control(self) -> Push:
            """The button, for selectors."""
            return self.push

    def __init__(self, label: str, arrivals: Arrivals, *, id: str, disabled: bool = False) -> None:
        """Make a button that judges its Enter by the dialog's `arrivals`."""
        super().__init__(id=id, disabled=disabled)
        self.set_reactive(Push.label, label)
        self._arrivals = arrivals

    def _text(self) -> str:
        off = " (off)" if self.disabled else ""
        return f"{'>' if self.has_focus else ' '} [ {self.label} ]{off} "

    def render(self) -> RenderResult:
        """Draw the label in brackets, with `>` in front when focused and `(off)` behind when disabled."""
        return Text(self._text(), no_wrap=True)

    def get_content_width(self, container: object, viewport: object) -> int:
        """Return the width for every look of the button, so that none moves its neighbours."""
        return len(self.label) + len("> [  ] (off) ")

    def on_key(self, event: events.Key) -> None:
        """Take Enter, with the word whether it stands alone; note every other key at once.

        The dialog notes a key too, but only when it has bubbled up: an Enter right behind it would be here before.
        """
        isolated = self._arrivals.isolated(event)
        self._arrivals.note(event)
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Entered(self, isolated))

    def on_paste(self, event: events.Paste) -> None:
        """Note a paste at once, for the same reason."""
        self._arrivals.note(event)


class TypedInput(Input):
    """A field that is typed by hand: no paste of any kind, Enter never submits."""

    DEFAULT_CSS = """
    TypedInput {
        height: 1;
        border: none;
        padding: 0 1;
        background: $boost;
        &:focus { border: none; text-style: bold; background: $boost; }
    }
    """

    @dataclass
    class Refused(Message):
        """A paste was refused."""

        field: TypedInput

        @property
        def control(self) -> TypedInput:
            """The field, for selectors."""
            return self.field

    def __init__(self, arrivals: Arrivals, *, id: str, value: str = "", max_length: int = 20) -> None:
        """Make a field whose keys count as input of the dialog's `arrivals`."""
        super().__init__(value, id=id, max_length=max_length, select_on_focus=False, compact=True)
        self.cursor_blink = False
        self._arrivals = arrivals

    async def _on_key(self, event: events.Key) -> None:
        # Only this; the framework goes on with the handler of the base class by itself.
        self._arrivals.note(event)

    def _on_paste(self, event: events.Paste) -> None:
        self._arrivals.note(event)
        event.stop()
        event.prevent_default()
        self.post_message(self.Refused(self))

    def action_paste(self) -> None:
        """Refuse the program's own clipboard too."""
        self.post_message(self.Refused(self))
