"""The line above the list: what it is narrowed to, its order, and where in it one is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from azpay_tui.domain.money import Money
from azpay_tui.tui import theme
from azpay_tui.tui.display import display
from azpay_tui.tui.sight import SORTS, Sight
from azpay_tui.tui.widgets.line import Line, Part, justified

MANY: Final = "1,000+"
"""Stands for a number of orders above what is counted."""


def sight_text(sight: Sight) -> str:
    """Say what a list is narrowed to and how it is sorted."""
    name = f"{display(sight.name, 30)}: " if sight.name else ""
    narrowed = display(sight.filter.text, 200) if sight.filter else "none"
    # The status line counts unknown outcomes alone.
    also = "  (outcomes and states not known)" if sight.view == "unknown" and not sight.filter else ""
    return f"{name}filter: {narrowed}  sort: {SORTS[sight.sorted_by][0]}{also}"


def place_text(position: int | None, total: int | None) -> str:
    """Say which order of how many one is on; a number that is not known is left out."""
    count = MANY if total is None else f"{total:,}"
    return count if position is None else f"{position:,} of {count}"


def selected_text(count: int, sums: Sequence[Money], *, drawing: bool) -> str:
    """Say how many orders are selected and what they sum up to, each currency by itself."""
    if not count:
        return ""
    added = " + ".join(display(str(money), 30) for money in sums)
    return f"{'range: ' if drawing else ''}{count:,} selected{f' ({added})' if added else ''}"


def arrived_text(count: int) -> str:
    """Say how many orders came that are not shown."""
    return f"{count} new, press . to show" if count else ""


class FilterLine(Line):
    """One line; the place in the list stays whole, the filter is cut."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id)
        self._halves = ("", "")

    def show(self, left: str, right: str) -> None:
        """Show two texts at both ends; outside text in them must have passed `display`."""
        self._halves = (left, right)
        self.put((f"{left}  {right}", theme.PLAIN))

    def parts_for(self, cells: int) -> Sequence[Part]:
        """Set the halves to both ends."""
        return ((justified(*self._halves, cells), theme.PLAIN),)
