"""What keeps a stray byte, key, paste or repeat from confirming anything: the parts every dialog is made of."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult, RenderResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingsMap, BindingType
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from azpay_tui.backoffice.ports import ProfileInfo
from azpay_tui.tui.timely import Timely
from azpay_tui.tui.widgets.environment import headed, mark, profile_of

Monotonic = Callable[[], float]
"""Returns seconds that only ever grow."""

QUIET: Final = 0.12
"""Seconds without any key that must lie before an Enter that counts; a calm Tab, Enter takes 0.16."""
SMALLEST: Final = (60, 15)
"""Columns and rows below which a dialog counts as hidden."""
PASTE_REFUSED: Final = "Paste is refused here: type it."
TOO_QUICK: Final = "Too quick, press Enter again."

ResultType = TypeVar("ResultType")


class Arrivals:
    """When input reached the program, to tell a person's Enter from one in a burst."""

    def __init__(self, clock: Monotonic, noise: Monotonic) -> None:
        """Start with no input seen; `clock` is `time.monotonic`, or a test's own.

        `noise` tells when the terminal last sent what made no key, such as an answer or a byte that is no text.
        """
        self._clock = clock
        self._noise = noise
        self._last = float("-inf")

    def _at(self, event: events.Event) -> float:
        # The event carries the time at which its bytes were read. A busy loop could pull apart what came at once.
        return event.time if self._clock is time.monotonic else self._clock()

    def isolated(self, event: events.Event) -> bool:
        """Tell whether nothing else arrived within `QUIET` seconds before this event (which is not noted yet)."""
        return self._at(event) - max(self._last, self._noise()) >= QUIET

    def note(self, event: events.Event) -> None:
        """Remember that this event arrived; noting one twice is harmless."""
        self._last = max(self._last, self._at(event))


class Push(Widget, can_focus=True):
    """A button that answers to Enter alone; the mouse moves the focus to it and no more."""

    DEFAULT_CSS = """
    Push {
        width: auto;
        height: 1;
        margin: 0 2 0 0;
        &#commit { width: 1fr; }
        &:focus { text-style: reverse bold; }
        &:disabled { color: $text-muted; }
    }
    """

    label: reactive[str] = reactive("")
    """What pressing it does; the program's own words only."""

    @dataclass
    class Entered(Message):
        """Enter was pressed on the button."""

        push: Push
        isolated: bool
        """Whether no other input came right before it."""

        @property
        def control(self) -> Push:
            """The button, for selectors."""
            return self.push

    def __init__(self, label: str, arrivals: Arrivals, *, id: str, disabled: bool = False) -> None:
        """Make a button that judges its Enter by the dialog's `arrivals`."""
        super().__init__(id=id, disabled=disabled)
        self.set_reactive(Push.label, label)
        self._arrivals = arrivals

    def _text(self) -> str:
        off = " (off)" if self.disabled else ""
        return f"{'>' if self.has_focus else ' '} [ {self.label} ]{off} "

    def render(self) -> RenderResult:
        """Draw the label in brackets, with `>` in front when focused and `(off)` behind when disabled."""
        return Text(self._text(), no_wrap=True)

    def get_content_width(self, container: object, viewport: object) -> int:
        """Return the width for every look of the button, so that none moves its neighbours."""
        return len(self.label) + len("> [  ] (off) ")

    def on_key(self, event: events.Key) -> None:
        """Take Enter, with the word whether it stands alone; note every other key at once.

        The dialog notes a key too, but only when it has bubbled up: an Enter right behind it would be here before.
        """
        isolated = self._arrivals.isolated(event)
        self._arrivals.note(event)
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Entered(self, isolated))

    def on_paste(self, event: events.Paste) -> None:
        """Note a paste at once, for the same reason."""
        self._arrivals.note(event)


class TypedInput(Input):
    """A field that is typed by hand: no paste of any kind, Enter never submits."""

    DEFAULT_CSS = """
    TypedInput {
        height: 1;
        border: none;
        padding: 0 1;
        background: $boost;
        &:focus { border: none; text-style: bold; background: $boost; }
    }
    """

    @dataclass
    class Refused(Message):
        """A paste was refused."""

        field: TypedInput

        @property
        def control(self) -> TypedInput:
            """The field, for selectors."""
            return self.field

    def __init__(self, arrivals: Arrivals, *, id: str, value: str = "", max_length: int = 20) -> None:
        """Make a field whose keys count as input of the dialog's `arrivals`."""
        super().__init__(value, id=id, max_length=max_length, select_on_focus=False, compact=True)
        self.cursor_blink = False
        self._arrivals = arrivals

    async def _on_key(self, event: events.Key) -> None:
        # Only this; the framework goes on with the handler of the base class by itself.
        self._arrivals.note(event)

    def _on_paste(self, event: events.Paste) -> None:
        self._arrivals.note(event)
        event.stop()
        event.prevent_default()
        self.post_message(self.Refused(self))

    def action_paste(self) -> None:
        """Refuse the program's own clipboard too."""
        self.post_message(self.Refused(self))


class AcceptBox(Widget, can_focus=True):
    """One named warning to accept, told by a sign and not by colour."""

    DEFAULT_CSS = """
    AcceptBox {
        height: auto;
        &:focus { text-style: reverse bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "accept", "Accept", show=False)]

    accepted: reactive[bool] = reactive(False)
    """Whether the warning is accepted."""

    @dataclass
    class Changed(Message):
        """The box was switched."""

        box: AcceptBox

        @property
        def control(self) -> AcceptBox:
            """The box, for selectors."""
            return self.box

    def __init__(self, warning: str, sentence: str) -> None:
        """Make a box for a warning by its name and sentence."""
        super().__init__(classes="accept")
        self.warning = warning
        self._sentence = sentence

    def render(self) -> RenderResult:
        """Draw `[x]` or `[ ]`, the name and the sentence."""
        mark, cursor = ("x" if self.accepted else " "), (">" if self.has_focus else " ")
        return Text(f"{cursor} [{mark}] I accept {self.warning}: {self._sentence}")

    def action_accept(self) -> None:
        """Accept, or take it back."""
        self.accepted = not self.accepted
        self.post_message(self.Changed(self))


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
