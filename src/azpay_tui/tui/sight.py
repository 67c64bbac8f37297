"""What a list shows: a view, narrowed by a filter, in an order, with columns; and the words for all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from azpay_tui.domain.filters import EVERYTHING, Filter
from azpay_tui.domain.rows import VIEWS

SORTS: Final[dict[str, tuple[str, str]]] = {
    "-created": ("newest", "newest first"),
    "created": ("oldest", "oldest first"),
    "expires": ("expires^", "what expires soonest"),
    "-expires": ("expires v", "what expires last, before it what never does"),
    "amount": ("amount^", "by currency, the smallest amount first"),
    "-amount": ("amount v", "by currency, the largest amount first"),
    "number": ("number^", "order number, as people count"),
    "-number": ("number v", "order number backwards, before it what has none"),
    "status": ("status^", "status word, each newest first"),
    "-status": ("status v", "status word backwards"),
    "trouble": ("urgent", "the most urgent first"),
}
"""Sorts by the name the reader knows: the word in the line above the list, and a few more for the menu."""


def default_sort(view: str) -> str:
    """Return the sort that a view has by itself."""
    return "trouble" if view == "attention" else "-created"


def sorts_of(view: str) -> tuple[str, ...]:
    """Return the sorts that a view can have, its own first."""
    own = default_sort(view)
    return (own, *(name for name in SORTS if name not in (own, "trouble")))


@dataclass(frozen=True, slots=True)
class Sight:
    """What a list shows."""

    view: str = VIEWS[0]
    """A built-in view."""
    filter: Filter = EVERYTHING
    sort: str | None = None
    """None: the view's own."""
    columns: tuple[str, ...] | None = None
    """Which optional columns; None: by the width."""
    name: str | None = None
    """The name it is saved under."""

    @property
    def key(self) -> str:
        """What tells it from the other views: a saved one's name behind a sign that no built-in one has."""
        return self.view if self.name is None else f"={self.name}"

    @property
    def sorted_by(self) -> str:
        """The name of the sort."""
        return self.sort or default_sort(self.view)

    def sorting(self, sort: str) -> Sight:
        """Return it with another sort."""
        return replace(self, sort=None if sort == default_sort(self.view) else sort)
