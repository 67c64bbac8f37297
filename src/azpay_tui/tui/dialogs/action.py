"""The one dialog through which money moves: shows what would happen, from a live read, returns what was confirmed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from azpay_tui.backoffice.errors import BackOfficeError, ChangedError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import ProfileInfo, Ready
from azpay_tui.domain.goods import Slip
from azpay_tui.domain.intent import Seen, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.outlook import TITLES
from azpay_tui.domain.reasons import warning_sentence
from azpay_tui.domain.telling import unsent
from azpay_tui.tui.dialogs import facts
from azpay_tui.tui.dialogs.boxes import AcceptBox
from azpay_tui.tui.dialogs.guard import Monotonic, Push, TypedInput
from azpay_tui.tui.dialogs.question import ActionResult, Question
from azpay_tui.tui.dialogs.read_first import READY, TICK, WIDEST, ReadFirst
from azpay_tui.tui.display import display

__all__ = ["ActionDialog", "ActionResult"]

DEBOUNCE: Final = 0.4
"""Seconds of calm after the last change of the amount before it is checked live."""


class ActionDialog(ReadFirst[ActionResult | None]):
    """Confirm one action on one object.

    Opens with what is known, reads the order live in a thread, and lets the commit button work only while the record
    from that read is for this very amount, younger than 60 seconds, complete, and everything asked for is typed.
    Returns None when nothing is to be sent; never acts itself.
    """

    DEFAULT_CSS = """
    ActionDialog {
        #box { height: 100%; max-height: 26; }
        #facts, #live, #after, #accepts, #amount-hint, #keys { height: auto; }
        #live { text-style: italic; }
        #why { height: 2; text-style: bold; }
        .row > .label { width: 24; }
        #amount { width: 18; }
        #last4 { width: 8; }
        .hint { width: 1fr; height: 1; padding: 0 1; }
    }
    """

    @dataclass
    class Checked(Message):
        """A live check ended."""

        number: int
        wish: Wish
        answer: Ready | BackOfficeError

    def __init__(
        self,
        desk: Desk,
        offer: Offer,
        order: Order,
        *,
        amount: Money | None = None,
        slip: Slip | None = None,
        clock: Monotonic = time.monotonic,
    ) -> None:
        """Make a dialog for an offer with a target.

        `amount` is used instead of the suggested one where the field does not have to be typed; of a `slip` it is what
        its lines come to. `clock` gives seconds.
        """
        super().__init__(TITLES[offer.verb], clock)
        self._desk = desk
        self._question = Question(desk, offer, order, amount, clock, slip)
        self._done = False
        self._debounce: Timer | None = None
        self._texts: dict[str, Text] = {}

    def content(self) -> ComposeResult:
        """Facts above, fields and buttons below; complete from the first frame, which is what a slow link pays for."""
        question, verb = self._question, self._question.offer.verb
        with VerticalScroll(id="facts-area", can_focus=False):
            yield self._static("facts")
            yield self._static("live")
            yield self._static("after")
            with Vertical(id="accepts"):
                for name in question.warnings:
                    yield AcceptBox(name, warning_sentence(name))
        if question.has_amount:
            currency = question.offer.maximum.currency if question.offer.maximum else ""
            with Horizontal(classes="row"):
                yield Static(f"{facts.COMMITS[verb]} amount {currency}", classes="label", markup=False)
                field = TypedInput(self.arrivals, id="amount", value=question.amount)
                field.disabled = question.fixed
                yield from self._field(field)
            yield self._static("amount-hint")
        else:
            with Horizontal(classes="row", id="last4-row") as row:
                row.display = question.must_type
                yield Static("Last 4 of the order id", classes="label")
                yield from self._field(TypedInput(self.arrivals, id="last4", max_length=4))
                yield Static("type them; paste refused", classes="hint")
        with Horizontal(classes="row"):
            word = "Reason" if question.needs_note else "Note"
            yield Static(f"{word} (stays here)", classes="label", markup=False)
            yield from self._field(TypedInput(self.arrivals, id="note", max_length=200))
        yield self._static("why")
        with Horizontal(id="buttons"):
            yield Push("Keep the order" if verb is Verb.CANCEL else "Cancel", self.arrivals, id="cancel")
            yield Push(question.label(), self.arrivals, id="commit", disabled=True)
        yield Static("Tab moves. Enter on the left, or Esc: close, nothing sent.", id="keys")

    @property
    def profile(self) -> ProfileInfo:
        """Where the action would be done."""
        return self._desk.profile

    def _static(self, name: str) -> Static:
        text = self._texts[name] = self._saying()[name]
        return Static(text, id=name, markup=False)

    def on_mount(self) -> None:
        """Focus the harmless button and read the order live."""
        self.query_one("#cancel").focus()
        self._check(self._question.first_wish())
        self.set_interval(TICK, self._paint)

    # Live checks

    def _check(self, wish: Wish | None) -> None:
        if wish is not None and not self._done:
            number, seen = self._question.start_check(wish)
            self._run_check(number, wish, seen)
            self._paint()

    @work(thread=True, group="check")
    def _run_check(self, number: int, wish: Wish, seen: Seen) -> None:
        try:
            answer: Ready | BackOfficeError = self._desk.check(wish, seen)
        except BackOfficeError as error:
            answer = error
        self.post_message(self.Checked(number, wish, answer))

    @on(Checked)
    def _take_answer(self, event: Checked) -> None:
        if self._done or not self._question.take(event.number, event.wish, event.answer):
            return
        if isinstance(event.answer, ChangedError):
            said = display(unsent(str(event.answer)), 600)
            self.app.notify(said, severity="warning", timeout=20, markup=False)
            self.action_leave()
            return
        self._ask_warnings()
        self._paint()

    def _ask_warnings(self) -> None:
        """Show one box per warning; a box that stays keeps its answer. A first warning makes something be typed."""
        question = self._question
        boxes = {box.warning: box for box in self.query(AcceptBox)}
        for name, box in boxes.items():
            if name not in question.warnings:
                box.remove()
        new = [AcceptBox(name, warning_sentence(name)) for name in question.warnings if name not in boxes]
        if new:
            self.query_one("#accepts").mount(*new)
        if question.has_amount:
            field = self.query_one("#amount", TypedInput)
            field.value, field.disabled = question.amount, question.fixed
        else:
            self.query_one("#last4-row").display = question.must_type

    # Painting

    def _blocked(self) -> str | None:
        """Return the first reason why nothing can be confirmed now, or None."""
        if self.too_small:
            return "The terminal is too small to show what would be confirmed."
        blocked = self._question.blocked()
        if blocked is not None or not self.is_mounted:
            return blocked
        return "Read all facts first: PgDn." if self._unread() else None

    def _saying(self) -> dict[str, Text]:
        """Return what every text says now, by the id of its widget."""
        question = self._question
        width = min(self.app.size.width, WIDEST) - 1
        return {
            "facts": facts.lay_out(question.shown(), width),
            "live": Text(question.live()),
            "after": facts.lay_out(question.outcome(), width),
            "amount-hint": Text(question.hint() if question.has_amount else ""),
            "why": Text(self._hint or self._blocked() or READY),
        }

    def _paint(self) -> None:
        """Bring every text and the commit button in step; paints only what differs."""
        if self._done or not self.is_mounted:
            return
        self._note_reading()
        width = min(self.app.size.width, WIDEST) - 1
        for name, text in self._saying().items():
            before = self._texts.get(name)
            if before is not None and before != text:
                self._texts[name] = text
                same = _height(before, width) == _height(text, width) is not None
                self.query_one(f"#{name}", Static).update(text, layout=not same)
        self._let("commit", self._blocked())
        self.query_one("#commit", Push).label = self._question.label()

    # What a person does

    def on_key(self, event: events.Key) -> None:
        """Note the key (`Dialog`), drop an old hint, and look again at what is too old."""
        super().on_key(event)
        self._touched()

    def _touched(self) -> None:
        self._hint = ""
        self._check(self._question.to_check_again())
        self._paint()

    def _read_fields(self) -> None:
        """Take over what stands in the fields."""
        question = self._question
        if question.has_amount:
            question.amount = self.query_one("#amount", TypedInput).value
        else:
            question.last4 = self.query_one("#last4", TypedInput).value
        question.note = self.query_one("#note", TypedInput).value

    @on(Input.Changed)
    def _field_changed(self, event: Input.Changed) -> None:
        self._read_fields()
        if event.input.id == "amount":
            if self._debounce is not None:
                self._debounce.stop()
            self._debounce = self.set_timer(DEBOUNCE, lambda: self._check(self._question.to_check()))

    @on(AcceptBox.Changed)
    def _accepted_changed(self, event: AcceptBox.Changed) -> None:
        accepted = self._question.accepted
        (accepted.add if event.box.accepted else accepted.discard)(event.box.warning)
        self._paint()

    def action_leave(self) -> None:
        """Close; nothing is sent."""
        if not self._done:
            self._done = True
            self.dismiss(None)

    def _press(self, push: Push) -> None:
        self._confirm()

    def _confirm(self) -> None:
        """Return the record that is on screen, if nothing stands in its way at this very moment."""
        self._read_fields()
        self._paint()
        result = self._question.result()
        if not self._done and result is not None and self._blocked() is None:
            self._done = True
            self.dismiss(result)


def _height(text: Text, width: int) -> int | None:
    """Return how many lines a text takes when none wraps, or None."""
    lines = text.plain.split("\n")
    return len(lines) if all(cell_len(line) <= width for line in lines) else None
