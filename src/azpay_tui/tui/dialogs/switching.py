"""The dialog in which a person switches automatic steps on: reads what that means, then types what is switched on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.domain.switching import mode_of, warnings_of
from azpay_tui.tui.dialogs.armed import Armed
from azpay_tui.tui.dialogs.guard import Monotonic, Push, TypedInput

_LONGEST: Final = 40


class SwitchDialog(Armed[bool]):
    """Ask for the name of the mode; returns whether it is to be switched on, and never acts itself."""

    DEFAULT_CSS = """
    SwitchDialog {
        #box { height: 100%; max-height: 18; }
        .row > .label { width: 12; }
        #typed { width: 1fr; }
    }
    """
    WOULD_BE = "switched on"

    def __init__(self, profile: ProfileInfo, *, clock: Monotonic = time.monotonic) -> None:
        """Make the question for what the policy of a profile wants."""
        self.mode = mode_of(profile.policy)
        super().__init__("SWITCH ON what is done without a person", clock)
        self._info = profile

    @property
    def profile(self) -> ProfileInfo:
        """Where one is."""
        return self._info

    def content(self) -> ComposeResult:
        """What is switched on and what that means above, the field and the buttons below."""
        with VerticalScroll(id="facts-area", can_focus=False):
            yield Static(Text("\n".join(self._facts())), id="facts", markup=False)
        with Horizontal(classes="row"):
            yield Static("Type it", classes="label")
            yield from self._field(TypedInput(self.arrivals, id="typed", max_length=_LONGEST))
        yield Static(id="why", markup=False)
        with Horizontal(id="buttons"):
            yield Push("Cancel", self.arrivals, id="cancel")
            yield Push(f"Switch on {self.mode}", self.arrivals, id="commit", disabled=True)
        yield Static("PgDn reads on. Tab moves. Esc: close, nothing changed.", id="keys")

    def _facts(self) -> Iterator[str]:
        yield f"For orders made from now on, without a person: {self.mode}"
        yield ""
        yield from (f"- {sentence}" for sentence in warnings_of(self.mode))
        yield ""
        yield "Every step is in the journal, signed policy. :switch-off ends it at once."

    def _lacking(self) -> str | None:
        typed = self.query_one("#typed", TypedInput).value.strip()
        return None if typed == self.mode else f"Type {self.mode} to switch it on."

    def _answer(self) -> bool:
        return True
