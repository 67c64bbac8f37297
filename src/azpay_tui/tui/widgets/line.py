"""A widget of one line that is painted only when its text changes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from azpay_tui.tui.display import fit, width
from azpay_tui.tui.theme import PLAIN

Part = tuple[str, Style]
"""A displayed text and how it looks; few parts make few bytes."""


def justified(left: str, right: str, cells: int) -> str:
    """Set two texts to both ends of a line; the right one stays whole, the left one is cut."""
    if not right:
        return fit(left, cells)
    room = cells - width(right) - 1
    return f"{fit(left, room)} {right}" if room > 0 else fit(right, cells)


class Line(Widget):
    """One line of parts; subclasses call `put` whenever their text may have changed."""

    DEFAULT_CSS = """
    Line { height: 1; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id)
        self._parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """What the line says."""
        return "".join(text for text, _ in self._parts)

    def put(self, *parts: Part) -> None:
        """Show parts side by side; paints nothing when they are shown already."""
        if parts != self._parts:
            self._parts = parts
            self.refresh()

    def parts_for(self, cells: int) -> Sequence[Part]:
        """Return the parts for a width; overridden where the text depends on it."""
        return self._parts

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        return self.draw(self.parts_for(self.size.width))

    def draw(self, parts: Sequence[Part]) -> Strip:
        """Return parts as a line padded to the width."""
        cells = self.size.width
        left, segments = cells, []
        for text, style in parts:
            shown = text if width(text) <= left else fit(text, left)
            if shown:
                segments.append(Segment(shown, style))
                left -= width(shown)
        if left > 0:
            segments.append(Segment(" " * left, PLAIN))
        return Strip(segments, cells)
