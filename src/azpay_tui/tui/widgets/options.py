"""The framework's list of options, safe against keys that come before it was laid out."""

from __future__ import annotations

from typing import Literal

from textual.widgets import OptionList


class Options(OptionList):
    """Moves by pages only once it has a size: before that the base class knows none of its own lines."""

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        if self.scrollable_content_region:
            super()._move_page(direction)
