"""What is chosen in a dialog with the space bar, told by a sign and not by colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from rich.text import Text
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from azpay_tui.domain.intent import State

_WORDS: Final[dict[State, str]] = {
    "succeeded": "it happened at Amazon",
    "refused": "Amazon turned it down",
    "abandoned": "it never reached Amazon",
}


class AcceptBox(Widget, can_focus=True):
    """One named warning to accept."""

    DEFAULT_CSS = """
    AcceptBox {
        height: auto;
        &:focus { text-style: reverse bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "accept", "Accept", show=False)]

    accepted: reactive[bool] = reactive(False)
    """Whether the warning is accepted."""

    @dataclass
    class Changed(Message):
        """The box was switched."""

        box: AcceptBox

        @property
        def control(self) -> AcceptBox:
            """The box, for selectors."""
            return self.box

    def __init__(self, warning: str, sentence: str) -> None:
        """Make a box for a warning by its name and sentence."""
        super().__init__(classes="accept")
        self.warning = warning
        self._sentence = sentence

    def render(self) -> RenderResult:
        """Draw `[x]` or `[ ]`, the name and the sentence."""
        mark, cursor = ("x" if self.accepted else " "), (">" if self.has_focus else " ")
        return Text(f"{cursor} [{mark}] I accept {self.warning}: {self._sentence}")

    def action_accept(self) -> None:
        """Accept, or take it back."""
        self.accepted = not self.accepted
        self.post_message(self.Changed(self))


class TickBox(Widget, can_focus=True):
    """Something that is so or not."""

    DEFAULT_CSS = """
    TickBox {
        height: 1;
        &:focus { text-style: reverse bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", "Choose", show=False)]

    ticked: reactive[bool] = reactive(False)
    """Whether it is so."""

    def __init__(self, sentence: str, *, id: str) -> None:
        """Make a box for a sentence, the program's own words."""
        super().__init__(id=id)
        self._sentence = sentence

    def render(self) -> RenderResult:
        """Draw `[x]` or `[ ]` and the sentence."""
        mark, cursor = ("x" if self.ticked else " "), (">" if self.has_focus else " ")
        return Text(f"{cursor} [{mark}] {self._sentence}", no_wrap=True)

    def action_tick(self) -> None:
        """Say that it is so, or not."""
        self.ticked = not self.ticked


class OutcomeBox(Widget, can_focus=True):
    """One of the outcomes to decide on."""

    DEFAULT_CSS = """
    OutcomeBox {
        height: 1;
        &:focus { text-style: reverse bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "pick", "Choose", show=False)]

    picked: reactive[bool] = reactive(False)
    """Whether it is the one."""

    @dataclass
    class Picked(Message):
        """A person chose it."""

        outcome: State

    def __init__(self, outcome: State) -> None:
        """Make the box of an outcome."""
        super().__init__(id=outcome)
        self.outcome: State = outcome

    def render(self) -> RenderResult:
        """Draw `(x)` or `( )`, the outcome and what it says."""
        mark, cursor = ("x" if self.picked else " "), (">" if self.has_focus else " ")
        return Text(f"{cursor} ({mark}) {self.outcome:<10} {_WORDS[self.outcome]}", no_wrap=True)

    def action_pick(self) -> None:
        """Choose it."""
        self.post_message(self.Picked(self.outcome))
