"""Lines to choose from, drawn by the list itself: a list of widgets costs kilobytes to open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from azpay_tui.tui import theme
from azpay_tui.tui.display import fit


@dataclass(frozen=True, slots=True)
class Choice:
    """One line; outside text in it must have passed `display`."""

    value: object
    """What is chosen with it, hashable; None: it is a heading, and the cursor passes it."""
    text: str
    detail: str = ""
    """What is said of it while the cursor is on it."""
    off: bool = False
    """Whether it cannot be chosen now: it has `-` in front."""
    copy: str = ""
    """What is copied of it; empty: nothing."""
    style: Style = theme.PLAIN
    """How it looks without the cursor."""


class Choices(Widget, can_focus=False):
    """Shows choices with a cursor; whoever owns it hands it keys. A cursor move repaints two lines."""

    DEFAULT_CSS = """
    Choices { height: 1fr; width: 1fr; }
    """

    class Moved(Message):
        """The cursor is on another choice."""

        def can_replace(self, message: Message) -> bool:
            """Let a later move stand for an earlier one."""
            return isinstance(message, Choices.Moved)

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id)
        self.choices: tuple[Choice, ...] = ()
        """What is shown."""
        self.at = 0
        """Index of the choice under the cursor."""
        self._top = 0

    @property
    def choice(self) -> Choice | None:
        """The choice under the cursor."""
        choice = self.choices[self.at] if self.at < len(self.choices) else None
        return choice if choice is not None and choice.value is not None else None

    def show(self, choices: Sequence[Choice], at: object = None) -> None:
        """Show choices, the cursor on the one of a value, or on what was nearest to it, else on the first."""
        new = tuple(choices)
        there = {choice.value: i for i, choice in reversed([*enumerate(new)]) if choice.value is not None}
        moved = self.choice.value if self.choice is not None else None
        place = next((there[value] for value in self._nearest(at) if value in there), min(there.values(), default=0))
        if new != self.choices or place != self.at:
            self.choices, self.at = new, place
            self._follow()
            self.refresh()
        if self.choice is not None and self.choice.value != moved:
            self.post_message(self.Moved())

    def _nearest(self, at: object) -> Iterator[object]:
        """Yield a value and those that stood around it: first what was below, then what was above."""
        if at is None:
            return
        shown = [choice.value for choice in self.choices]
        yield at
        if at in shown:
            place = shown.index(at)
            yield from shown[place + 1 :]
            yield from reversed(shown[:place])

    def move(self, step: int) -> None:
        """Move the cursor by choices, stopping at the ends."""
        there = [index for index, choice in enumerate(self.choices) if choice.value is not None]
        if not there:
            return
        place = there.index(self.at) if self.at in there else 0
        self._go(there[max(0, min(place + step, len(there) - 1))])

    def page(self, pages: float) -> None:
        """Move by what fits on the screen."""
        lines = int(max(1, self.size.height - 1) * abs(pages)) or 1
        self.move(lines if pages > 0 else -lines)

    def to_top(self) -> None:
        """Move to the first choice."""
        self.move(-len(self.choices))

    def to_end(self) -> None:
        """Move to the last choice."""
        self.move(len(self.choices))

    def find(self, term: str, *, forward: bool = True) -> bool:
        """Move to the next choice that holds a text, around the end; returns whether there is one."""
        wanted = term.casefold()
        there = [i for i, c in enumerate(self.choices) if c.value is not None and wanted in c.text.casefold()]
        if not there:
            return False
        if forward:
            self._go(next((index for index in there if index > self.at), there[0]))
        else:
            self._go(next((index for index in reversed(there) if index < self.at), there[-1]))
        return True

    def _go(self, at: int) -> None:
        if at == self.at:
            return
        before, self.at = self.at, at
        if self._follow():
            self.refresh()
        else:
            self.refresh(*(Region(0, line - self._top, self.size.width, 1) for line in (before, at)))
        self.post_message(self.Moved())

    def _follow(self) -> bool:
        """Bring the cursor into sight; returns whether something scrolled."""
        height = max(1, self.size.height)
        before = self._top
        if self.at < self._top:
            # A heading above the first choice is worth its line.
            self._top = self.at if any(c.value is not None for c in self.choices[: self.at]) else 0
        elif self.at >= self._top + height:
            self._top = self.at - height + 1
        self._top = max(0, min(self._top, len(self.choices) - height))
        return self._top != before

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._follow()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        cells, index = self.size.width, self._top + y
        if index >= len(self.choices):
            return Strip.blank(cells)
        choice = self.choices[index]
        if choice.value is None:
            return Strip([Segment(fit(choice.text, cells), theme.TITLES)], cells)
        here = index == self.at
        text = f"{'>' if here else ' '}{'-' if choice.off else ' '} {choice.text}"
        return Strip([Segment(fit(text, cells), theme.CURSOR if here else choice.style)], cells)
