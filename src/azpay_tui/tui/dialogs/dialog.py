"""What every dialog is: opaque, closed to the commands of the app, and hidden where it would be cut."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Final, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingsMap, BindingType
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.tui.dialogs.guard import Arrivals, Monotonic
from azpay_tui.tui.timely import Timely
from azpay_tui.tui.widgets.environment import headed, mark, profile_of

SMALLEST: Final = (60, 15)
"""Columns and rows below which a dialog counts as hidden."""

ResultType = TypeVar("ResultType")


def hand_on(screen: Screen[object], event: events.Key) -> None:
    """Give a key that was typed ahead to the screen that is there by now; one without `early` gets nothing."""
    early: Callable[[events.Key], None] | None = getattr(screen, "early", None)
    if early is not None:
        early(event)


_LEAVE: Final = BindingsMap([Binding("escape,ctrl+c", "leave", "Close", show=False)])


class Dialog(Timely, ModalScreen[ResultType]):
    """An opaque dialog that keeps every command of the app out while it is open."""

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-full"), (94, "-framed")]  # noqa: RUF012 (the framework declares it)
    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background;
        #box {
            width: 100%;
            max-width: 90;
            height: auto;
            max-height: 100%;
            border-top: solid $foreground;
            border-bottom: solid $foreground;
            background: $background;
        }
        #too-small { display: none; width: 100%; height: 100%; background: $background; }
        &.-hidden #box { display: none; }
        &.-hidden #too-small { display: block; }
        &.-simulator #box { border-top: dashed $secondary; border-bottom: dashed $secondary; }
        &.-sandbox #box { border-top: solid $warning; border-bottom: solid $warning; }
        &.-live #box { border-top: double $error; border-bottom: double $error; }
        /* Where the list shows beside the box, its words must not read on into those of the dialog. */
        &.-framed #box { max-width: 92; border: solid $foreground; }
        &.-framed.-simulator #box { border: dashed $secondary; }
        &.-framed.-sandbox #box { border: solid $warning; }
        &.-framed.-live #box { border: double $error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+c", "leave", "Close", show=False)]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """The widget with the focus. The base class paints the whole screen when it changes; the two widgets are enough."""

    def __init__(self, heading: str, clock: Monotonic = time.monotonic) -> None:
        """Make a dialog with a heading (the program's own words) that measures time by `clock`."""
        super().__init__()
        self.heading = heading
        self.clock = clock
        self._answered = False
        self._had_focus: Widget | None = None
        self.arrivals = Arrivals(clock, self._noise_at)

    def _noise_at(self) -> float:
        return float(getattr(self.app._driver, "noise_at", float("-inf")))

    @property
    def _binding_chain(self) -> list[tuple[DOMNode, BindingsMap]]:
        if self.out_of_sight:
            return [(self, _LEAVE)]
        # A modal screen stops the app's ordinary bindings but not its priority ones; here both are off.
        return [entry for entry in super()._binding_chain if entry[0] is not self.app]

    @property
    def profile(self) -> ProfileInfo | None:
        """Where one is, as the frame says it: what the app works on."""
        return profile_of(self.app)

    @property
    def too_small(self) -> bool:
        """Whether the terminal is too small to show what would be confirmed, or may be: it is being resized."""
        if getattr(self.app._driver, "resizing", False):
            return True
        return self.app.size.width < SMALLEST[0] or self.app.size.height < SMALLEST[1]

    def compose(self) -> ComposeResult:
        """Put the content into the box, beside it the notice for a terminal that is too small."""
        # Otherwise an empty screen is painted first, at a quarter of the whole dialog's bytes.
        self.app.delay_update(0.05)
        width, height = SMALLEST
        # It covers the screen below, which says what its own keys do, and with it where one is.
        text = (
            f"{headed(self.profile, self.heading).strip()}\n"
            f"This dialog needs {width}x{height}. Nothing can be confirmed.\nEsc: close it, nothing sent."
        )
        yield Static(text, id="too-small", markup=False)
        with Vertical(id="box") as box:
            mark(self, self.profile)
            box.border_title = headed(self.profile, self.heading)
            yield from self.content()

    def content(self) -> ComposeResult:
        """Yield what the dialog shows; each dialog has its own."""
        yield from ()

    @property
    def out_of_sight(self) -> bool:
        """Whether the content is hidden: then no key may do anything in it but leave."""
        return self.has_class("-hidden")

    def on_resize(self) -> None:
        """Hide what would be cut; what had the focus has it again when there is room, a button that commits aside."""
        too_small = self.too_small
        if too_small and not self.out_of_sight:
            self._had_focus = self.focused
        self.set_class(too_small, "-hidden")
        if not too_small and self._had_focus is not None:
            again, self._had_focus = self._had_focus, None
            beginnings = self.query("#cancel") if again.id == "commit" else ()
            self.call_after_refresh(self.set_focus, next(iter(beginnings), again))

    def on_key(self, event: events.Key) -> None:
        """Remember every key, whatever it is for."""
        self.arrivals.note(event)

    def early(self, event: events.Key) -> None:
        """Take a key that was typed before the dialog was there: it is remembered, and it is for nothing in here."""
        self.arrivals.note(event)

    def on_paste(self, event: events.Paste) -> None:
        """Remember a paste that no field took, and let it go no further."""
        self.arrivals.note(event)
        event.stop()

    def dismiss(self, result: ResultType | None = None) -> AwaitComplete:
        """Close with an answer; a second one, which arrived before the dialog was gone, closes nothing else."""
        if self._answered:
            return AwaitComplete()
        self._answered = True
        return super().dismiss(result)

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
