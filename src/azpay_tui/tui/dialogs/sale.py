"""The dialog in which a sale is cancelled or an order deleted: every step with its amount, confirmed once for all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import ProfileInfo, SaleReady
from azpay_tui.domain.deleting import KEPT
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import AmountError, Money, parse_amount, total
from azpay_tui.domain.reasons import warning_sentence
from azpay_tui.domain.unwinding import Step
from azpay_tui.tui.dialogs import facts
from azpay_tui.tui.dialogs.armed import Armed
from azpay_tui.tui.dialogs.boxes import AcceptBox
from azpay_tui.tui.dialogs.facts import Fact
from azpay_tui.tui.dialogs.guard import Monotonic, Push, TypedInput
from azpay_tui.tui.dialogs.read_first import WIDEST
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.sums import sums
from azpay_tui.tui.widgets.words import local, object_name, zone

Ends = Literal["cancel", "unfulfilled", "delete"]
"""What a person wants to end: the sale, a sale that cannot be fulfilled, or every trace of the order."""
TITLES: Final[dict[Ends, str]] = {
    "cancel": "CANCEL SALE: what is held ends, what was taken goes back",
    "unfulfilled": "CANNOT FULFIL: cancel the sale, the buyer is to order again",
    "delete": "DELETE ORDER: it leaves the lists for good",
}
COMMITS: Final[dict[Ends, str]] = {
    "cancel": "Cancel the sale",
    "unfulfilled": "Cancel the sale",
    "delete": "Delete the order",
}
_LAST: Final = 4


@dataclass(frozen=True, slots=True)
class SaleAnswer:
    """What was confirmed."""

    ends: Ends
    ready: SaleReady
    """The record that was shown."""
    accepted: tuple[str, ...]
    note: str


def goes_back(ready: SaleReady) -> Money | None:
    """Return what the steps of a plan give back in all; None when nothing."""
    back = [step.amount for step in ready.plan.steps if step.verb is Verb.REFUND and step.amount]
    return total(back, back[0]) if back else None


class SaleDialog(Armed[SaleAnswer | None]):
    """Confirm everything that ending a sale needs, at once.

    Shows a plan that was made on a live read. The commit button works only when all of it was read, what is asked for
    is typed (the amount that goes back, else the last four of the order's id), every warning is accepted, and the plan
    is younger than 60 seconds. Returns None when nothing is to be done; never acts itself.
    """

    DEFAULT_CSS = """
    SaleDialog {
        #box { height: 100%; max-height: 32; }
        #accepts { height: auto; }
        .row > .label { width: 30; }
        #typed { width: 18; }
        .hint { width: 1fr; height: 1; padding: 0 1; }
    }
    """
    WOULD_BE = "confirmed"

    def __init__(
        self, desk: Desk, ready: SaleReady, ends: Ends, *, note: str = "", clock: Monotonic = time.monotonic
    ) -> None:
        """Make a dialog about a plan; `note` stands in the note's field to begin with."""
        super().__init__(TITLES[ends], clock)
        self._desk, self._ready, self._ends = desk, ready, ends
        self._first_note = note
        self._back = goes_back(ready)

    @property
    def profile(self) -> ProfileInfo:
        """Where it would be done."""
        return self._desk.profile

    def content(self) -> ComposeResult:
        """The facts and the plan above, what is typed and the buttons below."""
        width = min(self.app.size.width, WIDEST) - 2
        with VerticalScroll(id="facts-area", can_focus=False):
            yield Static(facts.lay_out(tuple(self._facts()), width), id="facts", markup=False)
            with Vertical(id="accepts"):
                for name in self._ready.plan.warnings:
                    yield AcceptBox(name, warning_sentence(name))
        with Horizontal(classes="row"):
            back = self._back
            what = f"Goes back, in {back.currency}" if back is not None else "Last 4 of the order id"
            yield Static(what, classes="label", markup=False)
            yield from self._field(TypedInput(self.arrivals, id="typed", max_length=20))
            yield Static("type it; paste is refused", classes="hint")
        with Horizontal(classes="row"):
            word = "Reason" if self._ready.plan.needs_note else "Note"
            yield Static(f"{word} (stays here)", classes="label", markup=False)
            yield from self._field(TypedInput(self.arrivals, id="note", value=self._first_note, max_length=200))
        yield Static("", id="why", markup=False)
        with Horizontal(id="buttons"):
            yield Push("Keep the order", self.arrivals, id="cancel")
            yield Push(COMMITS[self._ends], self.arrivals, id="commit", disabled=True)
        yield Static("Tab moves. Enter on the left, or Esc: close, nothing sent.", id="keys")

    # What is said

    def _facts(self) -> Iterator[Fact]:
        profile, order, plan = self.profile, self._ready.order, self._ready.plan
        yield from facts.about(profile, order, self._ready.read_at)
        yield Fact("Refunds", plan.cancelled.refunds)
        for line in sums(order, self._ready.read_at).lines:
            yield Fact(line.label, str(line.amount) if line.amount is not None else "not known")
        for number, step in enumerate(plan.steps, 1):
            yield Fact(f"Step {number}", step_text(step))
        if not plan.steps:
            yield Fact("At Amazon", "nothing is to be done now")
        for text in plan.sums:
            yield Fact("Adds up", display(text, 300))
        for text in plan.left:
            yield Fact("Then", display(local(text, zone(profile.timezone)), 300))
        if self._ends == "delete":
            yield Fact("Deleted", f"No import brings it back. {KEPT}")

    def _barred(self) -> str | None:
        return "The plan is more than 60 s old: close this and open it again." if self._stale else None

    def _lacking(self) -> str | None:
        missing = [box.warning for box in self.query(AcceptBox) if not box.accepted]
        if missing:
            return f"Accept {missing[0]} with Space, or keep the order."
        if not self._is_typed():
            return f"Type {self._back.decimal()}." if self._back else "Type the last 4 characters of the order id."
        if self._ready.plan.needs_note is not None and not self._note():
            return "Say in the note why: the shop's policy wants a reason."
        return None

    def _note(self) -> str:
        return self.query_one("#note", TypedInput).value.strip()

    def _is_typed(self) -> bool:
        typed = self.query_one("#typed", TypedInput).value.strip()
        if self._back is None:
            return typed == self._ready.order.id[-_LAST:]
        try:
            return parse_amount(typed, self._back.currency) == self._back
        except AmountError:
            return False

    # What a person does

    @on(AcceptBox.Changed)
    def _accepted(self) -> None:
        self._touched()

    def _answer(self) -> SaleAnswer:
        return SaleAnswer(self._ends, self._ready, tuple(self._ready.plan.warnings), self._note())


def step_text(step: Step) -> str:
    """Say what a step does."""
    amount = f" {step.amount}" if step.amount else ""
    return f"{step.verb}{amount}, {object_name(step.target)}: {step.why}"
