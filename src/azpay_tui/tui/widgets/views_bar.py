"""The saved views with their keys and counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.message import Message

from azpay_tui.domain.disagreements import DIFFERENCES
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

_URGENT: Final = ("attention", "unknown", "diverged", "orphans", "to-capture", "unpaid", "refunds", "all")
"""Whose orders are counted first where not every count has room."""
_KEYS: Final = 9
"""Views that have a digit."""

_NUMBERS: Final = re.compile(r"\[(\d)\]|\b(\d):")
"""What stands in front of a view's name."""


def bar_text(
    active: str, counts: Mapping[str, int], cells: int, names: Sequence[str] = VIEWS, total: int | None = None
) -> str:
    """Return the bar for a width: all counts when they fit, then shorter names, then the counts that matter most.

    Views of differences are left out before that, as long as they are empty. Where not every count has room, what is
    empty shows none either. `names` are the built-in views and behind
    them the saved ones, whose orders are counted (`total`) only while one of them is shown. What has no room even so is
    left out from the end, but for the active one.
    """

    def part(number: int, name: str, labels: Mapping[str, str], counted: Collection[str]) -> str:
        key = f"[{number}]" if name == active else f"{number}:" if number <= _KEYS else ""
        if name in VIEWS:
            count = f" {counts.get(name, 0):,}" if name in counted or name == active else ""
            return f"{key}{labels[name]}{count}"
        count = f" {total:,}" if name == active and total is not None else ""
        return f"{key}{display(name, 30)}{count}"

    def bar(labels: Mapping[str, str], gap: str, counted: Collection[str], kept: Sequence[str] = names) -> str:
        return gap.join(
            part(number, name, labels, counted)
            for number, name in enumerate(names, 1)
            if name in kept or name == active
        )

    text = ""
    filled = [name for name in names if name not in DIFFERENCES or counts.get(name)]
    for labels, gap, counted, kept in (
        (NAMES, "  ", VIEWS, names),
        (NAMES, " ", VIEWS, names),
        (NAMES, "  ", VIEWS, filled),
        (NAMES, " ", VIEWS, filled),
        (_SHORT, " ", VIEWS, filled),
        (_SHORT, " ", (), names),
        (_SHORT, " ", (), filled),
        *((_SHORT, " ", (), filled[:left]) for left in range(len(filled) - 1, 0, -1)),
    ):
        text = bar(labels, gap, counted, kept)
        if width(text) <= cells:
            break
    if not counted:
        most: tuple[str, ...] = ()
        for name in _URGENT:
            more = bar(labels, gap, (*most, name), kept)
            if counts.get(name) and width(more) <= cells:
                most, text = (*most, name), more
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
