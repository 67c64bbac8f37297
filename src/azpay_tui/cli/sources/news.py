"""What sources that are asked by themselves have to tell a person who watches."""

from __future__ import annotations

from azpay_tui.backoffice.ports import Desk
from azpay_tui.cli.output import say, shown


class SourceNews:
    """Tells standard error of every run that failed, and of the first good one after it."""

    def __init__(self, desk: Desk) -> None:
        """Know what is known already; nothing is told of it."""
        self._desk = desk
        self._seen = {state.name: state.ended_at for state in desk.sources()}
        self._failing: set[str] = set()

    def __call__(self) -> None:
        """Tell what ended since the last look."""
        for state in self._desk.sources():
            if state.ended_at is None or state.ended_at == self._seen.get(state.name):
                continue
            self._seen[state.name] = state.ended_at
            failed = state.word == "failed"
            if failed or state.name in self._failing:
                say(shown(f"{state.name}: {state.message}"))
            (self._failing.add if failed else self._failing.discard)(state.name)
