"""A list of choices in a dialog: one of them, or as many as are wanted. Nothing in it can act at Amazon."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from azpay_tui.tui.dialogs.dialog import Dialog
from azpay_tui.tui.dialogs.guard import Monotonic
from azpay_tui.tui.widgets.options import Options


@dataclass(frozen=True, slots=True)
class Choice:
    """One line to choose."""

    value: str
    """What is returned for it."""
    text: str
    """What is shown; outside text in it must have passed `display`."""
    on: bool = False
    """Whether it holds already."""


class Choose(Dialog[tuple[str, ...] | None]):
    """Choose one line by Enter, or with `many` several by Space; Escape chooses nothing and returns None."""

    DEFAULT_CSS = """
    Choose {
        #choices { height: auto; max-height: 60vh; border: none; padding: 0; background: $background; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", "Switch", show=False),
        Binding("j", "by(1)", "Down", show=False),
        Binding("k", "by(-1)", "Up", show=False),
        Binding("q", "leave", "Close", show=False),
    ]

    def __init__(
        self,
        heading: str,
        choices: Sequence[Choice],
        *,
        note: str = "",
        many: bool = False,
        clock: Monotonic = time.monotonic,
    ) -> None:
        """Make a dialog of choices under a heading (the program's own words); `note` stands above them."""
        super().__init__(heading, clock)
        self._choices = tuple(choices)
        self._note = note
        self._many = many
        self._on = {choice.value for choice in choices if choice.on}
        self._list = Options(*(Option(self._line(choice)) for choice in choices), id="choices", markup=False)

    def _line(self, choice: Choice) -> Text:
        if self._many:
            return Text(f"[{'x' if choice.value in self._on else ' '}] {choice.text}")
        return Text(f"{'*' if choice.on else ' '} {choice.text}")

    def content(self) -> ComposeResult:
        """List the choices."""
        if self._note:
            yield Static(self._note, markup=False)
        yield self._list
        keys = "Space switches, Enter takes what has an x" if self._many else "Enter takes the line"
        yield Static(f"j k and arrows move. {keys}, Esc changes nothing.", markup=False)

    def on_mount(self) -> None:
        """Begin on the line that holds, else on the first."""
        self._list.focus()
        holding = [index for index, choice in enumerate(self._choices) if choice.on]
        self._list.highlighted = holding[0] if holding else 0

    def action_by(self, lines: int) -> None:
        """Move by lines, negative is up."""
        if lines > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def action_switch(self) -> None:
        """Switch the line, where several may hold."""
        index = self._list.highlighted
        if not self._many or index is None:
            return
        self._on ^= {self._choices[index].value}
        self._list.replace_option_prompt_at_index(index, self._line(self._choices[index]))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if self._many:
            self.dismiss(tuple(choice.value for choice in self._choices if choice.value in self._on))
        else:
            self.dismiss((self._choices[event.option_index].value,))
