"""A dialog whose facts have to be read to their end before anything can be confirmed in it."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from azpay_tui.tui.dialogs.dialog import Dialog, ResultType
from azpay_tui.tui.dialogs.guard import PASTE_REFUSED, TOO_QUICK, Monotonic, Push, TypedInput

TICK: Final = 0.25
"""Seconds between looks at ages; only what differs is painted."""
READY: Final = "Ready: Tab to the right button, then Enter."
WIDEST: Final = 90
"""Columns of the facts at the most."""


class ReadFirst(Dialog[ResultType]):
    """Keeps how far the facts were read, and a hint about what was refused.

    Its content has a scroll area `#facts-area`, a button `#cancel` that does nothing but close, other buttons that do
    something only by an Enter that stands alone, and `TypedInput`s.
    """

    DEFAULT_CSS = """
    ReadFirst {
        #facts-area { height: 1fr; scrollbar-size-vertical: 1; }
        .row { height: 1; }
        .row > .edge { width: 1; }
        #note { width: 1fr; }
        #buttons { height: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "scroll_facts(-1)", "Facts up", show=False),
        Binding("pagedown", "scroll_facts(1)", "Facts down", show=False),
    ]

    def __init__(self, heading: str, clock: Monotonic) -> None:
        """Begin with nothing read; heading and clock as in `Dialog`."""
        super().__init__(heading, clock)
        self._hint = ""
        self._read_to = 0.0

    def _paint(self) -> None:
        """Bring texts and buttons in step; each dialog has its own."""

    def _press(self, push: Push) -> None:
        """Do what a button does that is not `#cancel`, if nothing stands in its way; each dialog has its own."""

    def _area(self) -> VerticalScroll:
        return self.query_one("#facts-area", VerticalScroll)

    def _note_reading(self) -> None:
        """Remember how far the facts are scrolled."""
        self._read_to = max(self._read_to, self._area().scroll_offset.y)

    def _unread(self) -> bool:
        """Whether facts were never on the screen."""
        area = self._area()
        return area.size.height == 0 or self._read_to < area.max_scroll_y

    def _field(self, field: TypedInput) -> ComposeResult:
        # Brackets show where the field is without colour.
        yield Static("[", classes="edge", markup=False)
        yield field
        yield Static("]", classes="edge", markup=False)

    def _let(self, name: str, blocked: str | None) -> None:
        """Let a button work unless it is blocked; the focus never stays on one that does not."""
        button = self.query_one(f"#{name}", Push)
        if blocked is not None and button.has_focus:
            self.query_one("#cancel").focus()
        button.disabled = blocked is not None

    def _touched(self) -> None:
        """Drop an old hint, and say what stands in the way by now."""
        self._hint = ""
        self._paint()

    def _refuse(self, hint: str) -> None:
        """Say why what a person just did had no effect."""
        self._hint = hint
        self._paint()

    @on(Push.Entered)
    def _pressed(self, event: Push.Entered) -> None:
        if not event.isolated:
            self._refuse(TOO_QUICK)
        elif event.push.id == "cancel":
            self.action_leave()
        else:
            self._press(event.push)

    # A dialog that takes over what was typed does so in a handler of its own, which comes before this one.
    @on(Input.Changed)
    def _typed(self) -> None:
        self._touched()

    @on(TypedInput.Refused)
    def _paste_refused(self) -> None:
        self._refuse(PASTE_REFUSED)

    @on(Input.Submitted)
    def _leave_field(self) -> None:
        """Enter in a field moves to the harmless button; it never confirms."""
        self.query_one("#cancel").focus()

    def action_scroll_facts(self, pages: int) -> None:
        """Scroll the facts where they do not fit."""
        area = self._area()
        area.scroll_relative(y=pages * max(1, area.size.height - 1), animate=False, immediate=True)
        self._hint = ""
        self.call_after_refresh(self._paint)
