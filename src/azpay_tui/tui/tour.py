"""The short tour of the demo: one sentence at a time in the message line, each gone when its key was pressed."""

from __future__ import annotations

from typing import Final

_STEPS: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (frozenset({"down", "up"}), "j and k move. Start here: these orders need you."),
    (frozenset({"view-to-capture", "next-view"}), "press 2: orders whose money waits to be captured."),
    (frozenset({"open"}), "press Enter: one order whole."),
    (frozenset({"capture"}), "press a, then c: capture. Nothing is sent before you confirm it."),
    (frozenset({"find"}), "press / and type a part of a name or number; then Enter, n, N."),
    (frozenset({"help"}), "press ? for every key. It is a simulator: try anything. q quits."),
)


class Tour:
    """Knows which step is next."""

    def __init__(self) -> None:
        """Start at the first step."""
        self._step = 0

    @property
    def sentence(self) -> str | None:
        """What to say now; None when the tour is over."""
        if self._step >= len(_STEPS):
            return None
        return f"Tour {self._step + 1}/{len(_STEPS)}: {_STEPS[self._step][1]}"

    def did(self, command_id: str) -> bool:
        """Take note of a command; returns whether it was the one of this step."""
        if self._step < len(_STEPS) and command_id in _STEPS[self._step][0]:
            self._step += 1
            return True
        return False
