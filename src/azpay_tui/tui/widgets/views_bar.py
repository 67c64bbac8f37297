"""The saved views with their keys and counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.message import Message

from azpay_tui.domain.rows import VIEWS
from azpay_tui.tui import theme
from azpay_tui.tui.display import width
from azpay_tui.tui.widgets.line import Line, Part

NAMES: Final[dict[str, str]] = {
    "attention": "Attention",
    "to-capture": "To capture",
    "unpaid": "Unpaid",
    "refunds": "Refunds",
    "unknown": "Unknown",
    "all": "All",
}
_SHORT: Final[dict[str, str]] = NAMES | {"attention": "Attn", "to-capture": "Capture"}


_NUMBERS: Final = re.compile(r"\[(\d)\]|\b(\d):")
"""What stands in front of a view's name."""


def bar_text(active: str, counts: Mapping[str, int], cells: int) -> str:
    """Return the bar for a width: all counts when they fit, then shorter names, then only the active view's count."""

    def bar(names: Mapping[str, str], gap: str, counted: bool) -> str:
        parts = []
        for number, view in enumerate(VIEWS, 1):
            key = f"[{number}]" if view == active else f"{number}:"
            count = f" {counts.get(view, 0):,}" if counted or view == active else ""
            parts.append(f"{key}{names[view]}{count}")
        return gap.join(parts)

    text = ""
    for names, gap, counted in ((NAMES, "  ", True), (NAMES, " ", True), (_SHORT, " ", True), (_SHORT, " ", False)):
        text = bar(names, gap, counted)
        if width(text) <= cells:
            break
    return text


def number_at(text: str, x: int) -> int | None:
    """Return the number of the view whose name stands at a column of the bar."""
    found = [match for match in _NUMBERS.finditer(text) if width(text[: match.start()]) <= x]
    return int(found[-1][1] or found[-1][2]) if found and x < width(text.rstrip()) else None


class ViewsBar(Line):
    """One line: the active view in brackets."""

    @dataclass
    class Pointed(Message):
        """A view was pointed at with the mouse."""

        number: int
        """From 1, as its key."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start on nothing."""
        super().__init__(id=id)
        self._active = VIEWS[0]
        self._counts: dict[str, int] = {}

    def show(self, active: str, counts: Mapping[str, int]) -> None:
        """Show which view is active and how many orders each has."""
        self._active, self._counts = active, dict(counts)
        self.put((f"{active} {sorted(counts.items())}", theme.PLAIN))

    def parts_for(self, cells: int) -> Sequence[Part]:
        """Set the bar for a width."""
        return ((bar_text(self._active, self._counts, cells), theme.PLAIN),)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Tell which view it was."""
        number = number_at("".join(text for text, _ in self.parts_for(self.size.width)), event.x)
        if number is not None:
            self.post_message(self.Pointed(number))
