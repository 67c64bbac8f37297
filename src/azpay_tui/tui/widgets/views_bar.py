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
from azpay_tui.tui.display import display, width
from azpay_tui.tui.widgets.line import Line, Part

NAMES: Final[dict[str, str]] = {
    "attention": "Attention",
    "to-capture": "To capture",
    "unpaid": "Unpaid",
    "refunds": "Refunds",
    "unknown": "Unknown",
    "all": "All",
    "orphans": "Orphans",
    "diverged": "Diverged",
}
_SHORT: Final[dict[str, str]] = NAMES | {
    "attention": "Attn",
    "to-capture": "Capture",
    "refunds": "Refund",
    "orphans": "Orphan",
    "diverged": "Differ",
}

_WHEN_FILLED: Final = frozenset({"orphans", "diverged"})
"""Views that stand in the bar only where there is room, or something in them."""
_KEYS: Final = 9
"""Views that have a digit."""

_NUMBERS: Final = re.compile(r"\[(\d)\]|\b(\d):")
"""What stands in front of a view's name."""


def bar_text(
    active: str, counts: Mapping[str, int], cells: int, names: Sequence[str] = VIEWS, total: int | None = None
) -> str:
    """Return the bar for a width: all counts when they fit, then shorter names, then only the active view's count.

    Views of differences are left out before that, as long as they are empty. `names` are the built-in views and behind
    them the saved ones, whose orders are counted (`total`) only while one of them is shown. What has no room even so is
    left out from the end, but for the active one.
    """

    def part(number: int, name: str, labels: Mapping[str, str], counted: bool) -> str:
        key = f"[{number}]" if name == active else f"{number}:" if number <= _KEYS else ""
        if name in VIEWS:
            count = f" {counts.get(name, 0):,}" if counted or name == active else ""
            return f"{key}{labels[name]}{count}"
        count = f" {total:,}" if name == active and total is not None else ""
        return f"{key}{display(name, 30)}{count}"

    def bar(labels: Mapping[str, str], gap: str, counted: bool, kept: Sequence[str] = names) -> str:
        return gap.join(
            part(number, name, labels, counted)
            for number, name in enumerate(names, 1)
            if name in kept or name == active
        )

    text = ""
    filled = [name for name in names if name not in _WHEN_FILLED or counts.get(name)]
    for labels, gap, counted, kept in (
        (NAMES, "  ", True, names),
        (NAMES, " ", True, names),
        (NAMES, "  ", True, filled),
        (NAMES, " ", True, filled),
        (_SHORT, " ", True, filled),
        (_SHORT, " ", False, names),
        (_SHORT, " ", False, filled),
        *((_SHORT, " ", False, filled[:left]) for left in range(len(filled) - 1, 0, -1)),
    ):
        text = bar(labels, gap, counted, kept)
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
        self._names: tuple[str, ...] = VIEWS
        self._total: int | None = None

    def show(
        self, active: str, counts: Mapping[str, int], names: Sequence[str] = VIEWS, total: int | None = None
    ) -> None:
        """Show which view is active, how many orders each built-in one has, and how many the active one."""
        self._active, self._counts, self._names, self._total = active, dict(counts), tuple(names), total
        self.put((f"{active} {sorted(counts.items())} {self._names} {total}", theme.PLAIN))

    def parts_for(self, cells: int) -> Sequence[Part]:
        """Set the bar for a width."""
        return ((bar_text(self._active, self._counts, cells, self._names, self._total), theme.PLAIN),)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Tell which view it was."""
        number = number_at("".join(text for text, _ in self.parts_for(self.size.width)), event.x)
        if number is not None:
            self.post_message(self.Pointed(number))
