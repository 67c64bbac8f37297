"""The dialog in which a person switches automatic steps on: reads what that means, then types what is switched on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from azpay_tui.backoffice.ports import ProfileInfo
from azpay_tui.domain.switching import mode_of, warnings_of
from azpay_tui.tui.dialogs.guard import TOO_QUICK, Monotonic, Push, TypedInput
from azpay_tui.tui.dialogs.question import ARM
from azpay_tui.tui.dialogs.read_first import TICK, ReadFirst

_LONGEST: Final = 40


class SwitchDialog(ReadFirst[bool]):
    """Ask for the name of the mode; returns whether it is to be switched on, and never acts itself."""

    DEFAULT_CSS = """
    SwitchDialog {
        #box { height: 100%; max-height: 18; }
        #facts { height: auto; }
        #why { height: 1; text-style: bold; }
        .row > .label { width: 12; }
        #typed { width: 1fr; }
    }
    """

    def __init__(self, profile: ProfileInfo, *, clock: Monotonic = time.monotonic) -> None:
        """Make the question for what the policy of a profile wants."""
        self.mode = mode_of(profile.policy)
        super().__init__("SWITCH ON what is done without a person", clock)
        self._info = profile
        self._opened = clock()

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

    def on_mount(self) -> None:
        """Focus the harmless button."""
        self.query_one("#cancel").focus()
        self.set_interval(TICK, self._paint)
        self._paint()

    def _blocked(self) -> str | None:
        """Return the first reason why nothing can be switched on now, or None."""
        if self.too_small:
            return "The terminal is too small to show what would be switched on."
        if not self.is_mounted or self.clock() - self._opened < ARM:
            return "A moment ..."
        if self._unread():
            return "Read all of it first: PgDn."
        typed = self.query_one("#typed", TypedInput).value.strip()
        return None if typed == self.mode else f"Type {self.mode} to switch it on."

    def _paint(self) -> None:
        """Bring hint and button in step."""
        if not self.is_mounted or self._answered:
            return
        self._note_reading()
        blocked = self._blocked()
        said = self._hint or blocked or "Ready: Tab to the right button, then Enter."
        self.query_one("#why", Static).update(Text(said), layout=False)
        commit = self.query_one("#commit", Push)
        if blocked is not None and commit.has_focus:
            self.query_one("#cancel").focus()
        commit.disabled = blocked is not None

    @on(Input.Changed)
    def _touched(self) -> None:
        self._hint = ""
        self._paint()

    @on(Push.Entered)
    def _pressed(self, event: Push.Entered) -> None:
        if event.push.id == "cancel" and event.isolated:
            self.action_leave()
        elif not event.isolated:
            self._refuse(TOO_QUICK)
        elif self._blocked() is None:
            self.dismiss(True)
