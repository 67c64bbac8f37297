"""Asks before leaving while something is on its way to Amazon."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from azpay_tui.domain.intent import Intent
from azpay_tui.tui.dialogs.dialog import Dialog
from azpay_tui.tui.dialogs.guard import TOO_QUICK, Monotonic, Push
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.words import object_name, plural

LOOK: Final = 1.0
"""Seconds between looks at what is still in flight."""


def in_flight_line(intent: Intent) -> str:
    """Say what one intent in flight does: verb, amount, object, where it stands."""
    wish = intent.draft.wish
    amount = f" {wish.amount}" if wish.amount else ""
    stands = "outcome unknown" if intent.state == "unknown" else "no answer yet"
    return display(f"~ {wish.verb}{amount}, {object_name(wish.target)} of {wish.order_id} ({stands})", 200)


class QuitDialog(Dialog[bool]):
    """Ask whether to leave; staying is the default, Escape stays."""

    DEFAULT_CSS = """
    QuitDialog {
        #list { height: auto; max-height: 40vh; margin: 1 0; }
        #list > Static { height: auto; }
        #why, #buttons { height: 1; }
    }
    """

    def __init__(self, in_flight: Callable[[], Sequence[Intent]], *, clock: Monotonic = time.monotonic) -> None:
        """Make the question for what `in_flight` returns, which may be nothing; it is asked again while one thinks."""
        super().__init__("QUIT", clock)
        self._look = in_flight
        self._in_flight = tuple(in_flight())

    def content(self) -> ComposeResult:
        """Say what is in flight and what leaving means, then the two buttons."""
        yield Static(id="count", markup=False)
        with VerticalScroll(id="list", can_focus=False):
            yield Static(id="lines", markup=False)
        yield Static(id="means", markup=False)
        yield Static(id="why", markup=False)
        with Horizontal(id="buttons"):
            yield Push("Stay", self.arrivals, id="cancel")
            yield Push("Quit", self.arrivals, id="commit")

    def on_mount(self) -> None:
        """Focus the default: stay."""
        self._show()
        self.query_one("#cancel").focus()
        self.set_interval(LOOK, self._look_again)

    def _look_again(self) -> None:
        now = tuple(self._look())
        if now != self._in_flight:
            self._in_flight = now
            self._show()

    def _show(self) -> None:
        count = len(self._in_flight)
        on_the_way = f"{plural(count, 'action is', 'actions are')} on the way to Amazon:"
        self.query_one("#count", Static).update(on_the_way if count else "Nothing is on the way. Leave the console?")
        self.query_one("#lines", Static).update("\n".join(map(in_flight_line, self._in_flight)))
        self.query_one("#list").display = bool(count)
        self.query_one("#means", Static).update(
            "Leaving waits for the answer until its time is up. Nothing is lost: the next start settles it."
            if count
            else ""
        )

    @on(Push.Entered)
    def _pressed(self, event: Push.Entered) -> None:
        if event.isolated:
            self.dismiss(event.push.id == "commit")
        else:
            self.query_one("#why", Static).update(TOO_QUICK)

    def action_leave(self) -> None:
        """Stay."""
        self.dismiss(False)
