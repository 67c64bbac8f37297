"""The dialog in which a person decides about an action that no rule can settle, after reading all there is of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.domain.dossier import SETTLEMENTS, Dossier, Line, lines, means
from azpay_tui.domain.intent import Intent, State
from azpay_tui.domain.order import Order
from azpay_tui.tui.dialogs.boxes import OutcomeBox
from azpay_tui.tui.dialogs.guard import Monotonic, Push, TypedInput
from azpay_tui.tui.dialogs.question import ARM
from azpay_tui.tui.dialogs.read_first import READY, TICK, WIDEST, ReadFirst
from azpay_tui.tui.display import display, wrap
from azpay_tui.tui.feed import READ_ERRORS

_LABEL: Final = 14
_MOST_LINES: Final = 60
"""Lines that one value may take."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One intent with all there is of it, and the order as it is known."""

    dossier: Dossier
    order: Order | None

    @property
    def intent(self) -> Intent:
        """The intent."""
        return self.dossier.intent


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, and on what."""

    seen: Intent
    """As it was shown."""
    outcome: State | None
    """None: Amazon is asked again with the very same request."""
    note: str = ""


def gather(desk: Desk, intent_id: str) -> Matter:
    """Collect what is known of an intent; touches files, raises what a read of them may raise."""
    dossier = desk.dossier(intent_id)
    return Matter(dossier, desk.reader.order(dossier.intent.draft.wish.order_id))


def lay_out(found: Iterable[Line], width: int) -> Text:
    """Set facts one below the other under their headings; nothing is cut, long values wrap beside their label."""
    text = Text()
    for line in found:
        text.append("\n" if text else "")
        if not line.value:
            text.append(line.label, "bold underline")
            continue
        text.append(display(line.label, _LABEL).ljust(_LABEL))
        value = display(line.value, 4000)
        for number, part in enumerate(wrap(value, max(1, width - _LABEL), _MOST_LINES)):
            text.append(f"\n{' ' * _LABEL}" if number else "")
            text.append(part)
    return text


class SettleDialog(ReadFirst[Decision | None]):
    """Decide about one intent, or have Amazon asked again with the same request.

    Reads the order live first. Nothing can be decided before all of it was read, an outcome was chosen and a note was
    typed. Returns None when nothing is decided; never acts itself.
    """

    DEFAULT_CSS = """
    SettleDialog {
        #box { height: 100%; max-height: 40; }
        #facts { height: auto; }
        #live { height: 1; text-style: italic; }
        #means { height: 2; }
        #why { height: 1; text-style: bold; }
        .row > .label { width: 12; }
        #buttons > #again { width: auto; }
    }
    """

    @dataclass
    class Read(Message):
        """The live read ended."""

        answer: Matter | str
        """Or the sentence why Amazon could not be asked."""

    def __init__(self, desk: Desk, matter: Matter, where: tzinfo, *, clock: Monotonic = time.monotonic) -> None:
        """Make a dialog about what was gathered; `where` is the profile's zone."""
        super().__init__(f"SETTLE {matter.intent.id}: what became of it?", clock)
        self._desk, self._where = desk, where
        self._matter = matter
        self._outcome: State | None = None
        self._live: str | None = None
        """How the live read ended; None while it is under way."""
        self._opened = clock()
        self._texts: dict[str, str] = {}

    @property
    def profile(self) -> ProfileInfo:
        """Where one is."""
        return self._desk.profile

    def content(self) -> ComposeResult:
        """All facts above, the outcomes, the note and the buttons below."""
        with VerticalScroll(id="facts-area", can_focus=False):
            yield Static(self._facts(), id="facts", markup=False)
        yield Static(self._said("live"), id="live", markup=False)
        yield from (OutcomeBox(outcome) for outcome in SETTLEMENTS)
        yield Static(self._said("means"), id="means", markup=False)
        with Horizontal(classes="row"):
            yield Static("Why (note)", classes="label")
            yield from self._field(TypedInput(self.arrivals, id="note", max_length=400))
        yield Static(self._said("why"), id="why", markup=False)
        with Horizontal(id="buttons"):
            yield Push("Cancel", self.arrivals, id="cancel")
            yield Push("Repeat it", self.arrivals, id="again", disabled=True)
            yield Push("Settle", self.arrivals, id="commit", disabled=True)
        yield Static("PgDn reads on. Tab moves, Space chooses. Esc: close, nothing changed.", id="keys")

    def on_mount(self) -> None:
        """Focus the harmless button and read the order live."""
        self.query_one("#cancel").focus()
        self.run_worker(self._read, thread=True, group="read")
        self.set_interval(TICK, self._paint)

    # The live read

    def _read(self) -> None:
        intent = self._matter.intent
        problem = ""
        try:
            self._desk.refresh([intent.draft.wish.order_id], wait=True)
        except READ_ERRORS as error:
            problem = display(str(error), 200)
        try:
            self.post_message(self.Read(problem or gather(self._desk, intent.id)))
        except READ_ERRORS as error:
            self.post_message(self.Read(display(str(error), 200)))

    @on(Read)
    def _take(self, message: Read) -> None:
        if isinstance(message.answer, str):
            self._live = f"Amazon could not be asked: {message.answer}"
        else:
            self._live = "Read from Amazon just now."
            self._show(message.answer)
        self._paint()

    def _show(self, matter: Matter) -> None:
        if not matter.intent.open:
            decided = f"{matter.intent.id} is {matter.intent.state} by now: there is nothing to decide."
            self.app.notify(decided, markup=False)
            self.action_leave()
            return
        self._matter = matter
        self.query_one("#facts", Static).update(self._facts())
        self._read_to = 0.0
        self.call_after_refresh(self._paint)

    # What is said

    def _facts(self) -> Text:
        width = min(self.app.size.width, WIDEST) - 2
        return lay_out(lines(self._matter.dossier, self._matter.order, self._desk.now(), self._where), width)

    def _said(self, name: str) -> str:
        match name:
            case "live":
                return self._live or "Reading the order from Amazon ..."
            case "means":
                return means(self._outcome, self._matter.intent) if self._outcome else "Choose what happened."
            case _:
                return self._hint or self._blocked() or READY

    def _unready(self) -> str | None:
        """Return why neither button works yet, or None."""
        if self.too_small:
            return "The terminal is too small to show what would be decided."
        if self.profile.read_only_reason is not None:
            return display(self.profile.read_only_reason, 200)
        if self._live is None:
            return "Wait: the order is being read from Amazon."
        if not self.is_mounted:
            return "A moment ..."
        if self._unread():
            return "Read all of it first: PgDn."
        return "A moment ..." if self.clock() - self._opened < ARM else None

    def _blocked(self) -> str | None:
        """Return the first reason why nothing can be decided now, or None."""
        unready = self._unready()
        if unready is not None:
            return unready
        if self._outcome is None:
            return "Choose an outcome with Space, or have the very same request repeated."
        return None if self._note() else "Say in the note why: the next person must understand it."

    def _note(self) -> str:
        return self.query_one("#note", TypedInput).value.strip()

    def _paint(self) -> None:
        """Bring texts and buttons in step; paints only what differs."""
        if not self.is_mounted or self._answered:
            return
        self._note_reading()
        for name in ("live", "means", "why"):
            said = self._said(name)
            if self._texts.get(name) != said:
                self._texts[name] = said
                self.query_one(f"#{name}", Static).update(Text(said), layout=False)
        self._let("again", self._unready())
        self._let("commit", self._blocked())
        self.query_one("#commit", Push).label = f"Settle as {self._outcome}" if self._outcome else "Settle"

    # What a person does

    @on(OutcomeBox.Picked)
    def _picked(self, message: OutcomeBox.Picked) -> None:
        self._outcome = message.outcome
        for box in self.query(OutcomeBox):
            box.picked = box.outcome == message.outcome
        self._touched()

    def _press(self, push: Push) -> None:
        if push.id == "again" and self._unready() is None:
            self.dismiss(Decision(self._matter.intent, None))
        elif push.id == "commit" and self._blocked() is None:
            self.dismiss(Decision(self._matter.intent, self._outcome, self._note()))
