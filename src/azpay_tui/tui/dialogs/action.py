"""The one dialog through which money moves: shows what would happen, from a live read, returns what was confirmed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from azpay_tui.backoffice.errors import BackOfficeError, ChangedError, OfflineError
from azpay_tui.backoffice.ports import Desk, Ready
from azpay_tui.domain.intent import Seen, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.reasons import warning_sentence
from azpay_tui.tui.dialogs import facts
from azpay_tui.tui.dialogs.guard import (
    PASTE_REFUSED,
    TOO_QUICK,
    AcceptBox,
    Dialog,
    Monotonic,
    Push,
    TypedInput,
)
from azpay_tui.tui.display import display

ARM: Final = 0.8
"""Seconds after opening before anything can be confirmed."""
STALE: Final = 60.0
"""Seconds after which a live check no longer counts."""
RETRY: Final = 5.0
"""Seconds after which a key press tries a failed check again."""
DEBOUNCE: Final = 0.4
"""Seconds of calm after the last change of the amount before it is checked live."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """A confirmed wish, ready to be submitted."""

    ready: Ready
    """The record that was shown and confirmed; its wish holds the note."""
    accepted: tuple[str, ...]
    """Names of the warnings that were accepted."""
    note: str
    """What the person wrote; stays local."""


class ActionDialog(Dialog[ActionResult | None]):
    """Confirm one action on one object.

    Opens with what is known, reads the order live in a thread, and lets the commit button work only while the record
    from that read is for this very amount, younger than 60 seconds, complete, and everything asked for is typed.
    Returns None when nothing is to be sent; never acts itself.
    """

    DEFAULT_CSS = """
    ActionDialog {
        #box { height: 100%; max-height: 26; }
        #facts-area { height: 1fr; scrollbar-size-vertical: 1; }
        #facts, #live, #after, #accepts, #amount-hint, #keys { height: auto; }
        #live { text-style: italic; }
        #why { height: 2; text-style: bold; }
        .row { height: 1; }
        .row > .label { width: 24; }
        .row > .edge { width: 1; }
        #amount { width: 18; }
        #last4 { width: 8; }
        #note { width: 1fr; }
        .hint { width: 1fr; height: 1; padding: 0 1; }
        #buttons { height: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "scroll_facts(-1)", "Facts up", show=False),
        Binding("pagedown", "scroll_facts(1)", "Facts down", show=False),
    ]

    @dataclass
    class Checked(Message):
        """A live check ended."""

        number: int
        """Which check; answers of replaced checks are dropped."""
        wish: Wish
        answer: Ready | BackOfficeError

    def __init__(
        self, desk: Desk, offer: Offer, order: Order, *, amount: Money | None = None, clock: Monotonic = time.monotonic
    ) -> None:
        """Make a dialog for an offer with a target.

        `amount` is used instead of the suggested one where the field does not have to be typed. `clock` gives seconds.
        """
        super().__init__(clock)
        if offer.target is None:
            raise ValueError("An action needs an object to act on.")
        self._desk, self._offer, self._order, self._target = desk, offer, order, offer.target
        self._has_amount = offer.verb in facts.AMOUNT_VERBS
        self._left = desk.suggest(order, offer.verb, offer.target) if self._has_amount else None
        self._first = (amount or self._left or offer.minimum) if self._has_amount else None
        self._must_type = offer.verb in facts.TYPED_VERBS or bool(offer.warnings)
        self._opened = clock()
        self._seen = Seen.of(order)
        self._ready: Ready | None = None
        self._checked_at = 0.0
        self._failure: BackOfficeError | None = None
        self._failed: Wish | None = None
        self._checking: Wish | None = None
        self._number = 0
        self._hint = ""
        self._done = False
        self._read_to = 0.0
        self._debounce: Timer | None = None
        self._texts: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Facts above, fields and buttons below."""
        verb = self._offer.verb
        yield self.notice()
        with Vertical(id="box") as box:
            box.border_title = facts.TITLES[verb]
            with VerticalScroll(id="facts-area", can_focus=False):
                yield Static(id="facts", markup=False)
                yield Static(id="live", markup=False)
                yield Static(id="after", markup=False)
                yield Vertical(id="accepts")
            if self._has_amount:
                start = "" if self._must_type or self._first is None else self._first.decimal()
                currency = self._offer.maximum.currency if self._offer.maximum else ""
                with Horizontal(classes="row"):
                    yield Static(f"{facts.COMMITS[verb]} amount {currency}", classes="label", markup=False)
                    yield from self._field(TypedInput(self.arrivals, id="amount", value=start))
                yield Static(id="amount-hint", markup=False)
            else:
                with Horizontal(classes="row", id="last4-row") as row:
                    row.display = self._must_type
                    yield Static("Last 4 of the order id", classes="label")
                    yield from self._field(TypedInput(self.arrivals, id="last4", max_length=4))
                    yield Static("type them; paste is refused", classes="hint")
            with Horizontal(classes="row"):
                yield Static("Note (stays here)", classes="label")
                yield from self._field(TypedInput(self.arrivals, id="note", max_length=200))
            yield Static(id="why", markup=False)
            with Horizontal(id="buttons"):
                yield Push("Keep the order" if verb is Verb.CANCEL else "Cancel", self.arrivals, id="cancel")
                yield Push(facts.COMMITS[verb], self.arrivals, id="commit", disabled=True)
            yield Static("Tab moves. Enter on the left button, or Esc: close, nothing sent.", id="keys")

    def _field(self, field: TypedInput) -> ComposeResult:
        # Brackets show where the field is without colour.
        yield Static("[", classes="edge", markup=False)
        yield field
        yield Static("]", classes="edge", markup=False)

    def on_mount(self) -> None:
        """Focus the harmless button and read the order live."""
        self.set_class(self._desk.profile.environment == "live", "-live")
        self._get("#cancel").focus()
        self._ask_warnings(self._offer.warnings)
        self.set_interval(0.25, self._paint)
        self._check(self._wish(self._first))
        self._paint()

    # What is wanted, and what stands in its way

    def _get(self, selector: str) -> Widget:
        return self.query_one(selector)

    def _typed(self, selector: str) -> str:
        return self.query_one(selector, TypedInput).value

    def _wish(self, amount: Money | None) -> Wish:
        return Wish(self._offer.verb, self._order.id, self._target, amount)

    @property
    def _limits(self) -> Offer:
        return self._ready.offer if self._ready is not None and self._ready.offer.maximum else self._offer

    def _wanted(self) -> Wish | str:
        """Return the wish as the fields say it, or the sentence saying what is wrong with them."""
        if not self._has_amount:
            return self._wish(None)
        amount = facts.read_amount(self._typed("#amount"), self._limits)
        return amount if isinstance(amount, str) else self._wish(amount)

    def _age(self) -> float:
        return self.clock() - self._checked_at

    def _shown(self) -> tuple[facts.Fact, ...]:
        order, offer = (self._ready.order, self._ready.offer) if self._ready else (self._order, self._offer)
        return facts.facts_of(self._desk.profile, order, offer, self._desk.now())

    def _boxes(self) -> Iterable[AcceptBox]:
        return self.query(AcceptBox)

    def _blocked(self) -> str | None:
        """Return the first reason why nothing can be confirmed now, or None."""
        if self.too_small:
            return "The terminal is too small to show what would be confirmed."
        wanted = self._wanted()
        if isinstance(wanted, str):
            return wanted
        if self._failure is not None and self._failed == wanted:
            return "Nothing can be confirmed: see above. A key press tries again."
        ready = self._ready
        if ready is None or ready.wish != wanted:
            return "Wait: Amazon is being asked about exactly this."
        if self._age() >= STALE:
            return "The live check is too old; it is made again."
        if ready.offer.verdict == "no":
            return display(ready.offer.reason or "Amazon does not allow this now.", 200)
        lacking = facts.missing((*self._shown(), *self._outcome()))
        if lacking is not None:
            return f"{lacking} is not known, so nothing can be confirmed. Refresh the order."
        if self._must_type and not self._has_amount and self._typed("#last4") != self._order.id[-4:]:
            return "Type the last 4 characters of the order id."
        open_boxes = [box.warning for box in self._boxes() if not box.accepted]
        if open_boxes or {box.warning for box in self._boxes()} != set(ready.offer.warnings):
            return f"Accept each warning with Space: {', '.join(open_boxes)}."
        area = self.query_one("#facts-area", VerticalScroll)
        if area.size.height == 0 or self._read_to < area.max_scroll_y:
            return "Read all facts first: PgDn."
        return "A moment ..." if self.clock() - self._opened < ARM else None

    def _outcome(self) -> tuple[facts.Fact, ...]:
        ready = self._ready
        if ready is None or ready.wish != self._wanted():
            return ()
        return (facts.Fact("After this", display(ready.after, 300)), facts.Fact("Request key", display(ready.key, 64)))

    # Live checks

    def _check(self, wish: Wish) -> None:
        self._number += 1
        self._checking = wish
        self._failure = None
        self._run_check(self._number, wish, self._seen)

    @work(thread=True, group="check")
    def _run_check(self, number: int, wish: Wish, seen: Seen) -> None:
        try:
            answer: Ready | BackOfficeError = self._desk.check(wish, seen)
        except BackOfficeError as error:
            answer = error
        self.post_message(self.Checked(number, wish, answer))

    @on(Checked)
    def _take_answer(self, event: Checked) -> None:
        if event.number != self._number or self._done:
            return
        self._checking = None
        self._checked_at = self.clock()
        match event.answer:
            case ChangedError() as error:
                self._done = True
                said = display(f"Nothing was sent. {error}", 600)
                self.app.notify(said, severity="warning", timeout=20, markup=False)
                self.dismiss(None)
                return
            case BackOfficeError() as error:
                self._failure, self._failed, self._ready = error, event.wish, None
            case ready:
                self._ready, self._seen = ready, ready.seen
                self._ask_warnings(ready.offer.warnings)
        self._paint()

    def _check_again_if_needed(self) -> None:
        """Check again what is too old or failed, but only when a person is there to press a key."""
        wanted = self._wanted()
        if self._checking is not None or self._done:
            return
        old = STALE if self._failure is None else RETRY
        if self._age() >= old:
            self._check(self._wish(self._first) if isinstance(wanted, str) else wanted)
            self._paint()

    def _check_wanted(self) -> None:
        wanted = self._wanted()
        known = (self._ready.wish if self._ready else None, self._checking, self._failed if self._failure else None)
        if not isinstance(wanted, str) and wanted not in known:
            self._check(wanted)
        self._paint()

    def _ask_warnings(self, warnings: tuple[str, ...]) -> None:
        """Show one box per warning; a box that stays keeps its answer, a new warning makes the amount be typed."""
        boxes = {box.warning: box for box in self._boxes()}
        for name, box in boxes.items():
            if name not in warnings:
                box.remove()
        new = [name for name in warnings if name not in boxes]
        if not new:
            return
        self.query_one("#accepts").mount(*(AcceptBox(name, warning_sentence(name)) for name in new))
        if not self._must_type:
            self._must_type = True
            if self._has_amount:
                self.query_one("#amount", TypedInput).value = ""
            else:
                self._get("#last4-row").display = True

    # Painting

    def _say(self, selector: str, text: object) -> None:
        plain = str(text)
        if self._texts.get(selector) != plain:
            self._texts[selector] = plain
            self.query_one(selector, Static).update(text)  # type: ignore[arg-type]

    def _paint(self) -> None:
        """Bring every text and the commit button in step; paints only what differs."""
        if self._done or not self.is_mounted:
            return
        self._read_to = max(self._read_to, self.query_one("#facts-area", VerticalScroll).scroll_offset.y)
        width = max(20, self._get("#facts").size.width or 74)
        self._say("#facts", facts.lay_out(self._shown(), width))
        self._say("#live", self._live())
        self._say("#after", facts.lay_out(self._outcome() or facts.NO_OUTCOME, width))
        if self._has_amount:
            self._say("#amount-hint", facts.amount_hint(self._limits, self._left, self._must_type))
        blocked = self._blocked()
        commit, cancel = self.query_one("#commit", Push), self.query_one("#cancel", Push)
        if blocked is not None and commit.has_focus:
            cancel.focus()
        commit.disabled = blocked is not None
        wanted = self._wanted()
        amount = None if isinstance(wanted, str) else wanted.amount
        commit.label = f"{facts.COMMITS[self._offer.verb]}{f' {amount}' if amount else ''}"
        self._say("#why", self._hint or blocked or "Ready: Tab to the right button, then Enter.")

    def _live(self) -> str:
        problem = None
        if self._failure is not None:
            off = "Offline: actions are off, nothing was sent. " if isinstance(self._failure, OfflineError) else ""
            problem = display(f"{off}{self._failure}", 400)
        elif self._ready is not None and self._ready.already_so and self._age() < STALE:
            problem = "Already so at Amazon: confirming sends nothing and records it as done."
        age = None if self._ready is None else self._age()
        return facts.checked_line(age, checking=self._checking is not None, problem=problem)

    # What a person does

    def on_key(self, event: events.Key) -> None:
        """Note the key (`Dialog`), drop an old hint, and look again at what is too old."""
        super().on_key(event)
        self._hint = ""
        self._check_again_if_needed()
        self._paint()

    @on(Input.Changed)
    def _field_changed(self, event: Input.Changed) -> None:
        self._hint = ""
        if event.input.id == "amount":
            if self._debounce is not None:
                self._debounce.stop()
            self._debounce = self.set_timer(DEBOUNCE, self._check_wanted)
        self._check_again_if_needed()
        self._paint()

    @on(Input.Submitted)
    def _leave_field(self) -> None:
        """Enter in a field moves to the harmless button; it never confirms."""
        self._get("#cancel").focus()

    @on(AcceptBox.Changed)
    def _accepted_changed(self) -> None:
        self._paint()

    @on(TypedInput.Refused)
    def _paste_refused(self) -> None:
        self._hint = PASTE_REFUSED
        self._paint()

    def action_scroll_facts(self, pages: int) -> None:
        """Scroll the facts where they do not fit."""
        area = self.query_one("#facts-area", VerticalScroll)
        area.scroll_relative(y=pages * max(1, area.size.height - 1), animate=False, immediate=True)
        self.call_after_refresh(self._paint)

    @on(Push.Entered)
    def _pressed(self, event: Push.Entered) -> None:
        if not event.isolated:
            self._hint = TOO_QUICK
            self._paint()
        elif event.push.id == "cancel":
            self.action_leave()
        else:
            self._confirm()

    def action_leave(self) -> None:
        """Close; nothing is sent."""
        if not self._done:
            self._done = True
            self.dismiss(None)

    def _confirm(self) -> None:
        """Return the record that is on screen, if nothing stands in its way at this very moment."""
        self._paint()
        ready = self._ready
        if self._done or ready is None or self._checking is not None or self._blocked() is not None:
            return
        self._done = True
        note = self._typed("#note").strip()
        self.dismiss(
            ActionResult(replace(ready, wish=replace(ready.wish, note=note)), tuple(ready.offer.warnings), note)
        )
