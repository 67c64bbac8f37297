"""What an action dialog asks, without a screen: what is wanted, what stands in its way, and when to read live again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from azpay_tui.backoffice.errors import BackOfficeError, OfflineError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Ready
from azpay_tui.domain import outlook
from azpay_tui.domain.goods import Slip
from azpay_tui.domain.intent import Seen, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.telling import unsent
from azpay_tui.tui.dialogs import facts
from azpay_tui.tui.dialogs.guard import Monotonic
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.words import local, refused, zone

ARM: Final = 0.8
"""Seconds after opening before anything can be confirmed."""
STALE: Final = 60.0
"""Seconds after which a live check no longer counts."""
RETRY: Final = 5.0
"""Seconds after which a failed check may be tried again."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """A confirmed wish, ready to be submitted."""

    ready: Ready
    """The record that was shown and confirmed; its wish holds the note."""
    accepted: tuple[str, ...]
    """Names of the warnings that were accepted."""
    note: str
    """What the person wrote; stays local."""


class Question:
    """One action on one object, from opening to the answer; it holds what is typed and the record of the live read."""

    def __init__(
        self,
        desk: Desk,
        offer: Offer,
        order: Order,
        amount: Money | None,
        clock: Monotonic,
        slip: Slip | None = None,
    ) -> None:
        """Start with what is known; `amount` stands in for the suggested one, and what a slip comes to for both.

        Raises `ValueError` without an object.
        """
        if offer.target is None:
            raise ValueError("An action needs an object to act on.")
        amount = slip.total if slip is not None else amount
        self.offer = offer
        """The offer as chosen; after a live read the one in `ready` counts."""
        self.has_amount = offer.verb in facts.AMOUNT_VERBS
        self.left = desk.suggest(order, offer.verb, offer.target) if self.has_amount else None
        """The amount used when none is given; None when nothing is left by itself."""
        self.must_type = offer.verb in facts.TYPED_VERBS or bool(offer.warnings)
        """Whether the amount or the last four of the id must be typed."""
        self.asked = amount
        """The amount that was asked for before the dialog opened."""
        self.first = (amount or self.left or offer.minimum) if self.has_amount else None
        """The amount the first live read is made for."""
        self.amount = "" if self.must_type or self.first is None else self.first.decimal()
        """The amount field as typed."""
        self.last4 = ""
        self.note = ""
        self.accepted: set[str] = set()
        self.ready: Ready | None = None
        """What the last live read found, for the wish in it."""
        self.failure: BackOfficeError | None = None
        self.checking: Wish | None = None
        """The wish that is being checked now."""
        self._desk, self._order, self._target, self._clock = desk, order, offer.target, clock
        self._slip = slip
        self._opened = clock()
        self._checked_at = 0.0
        self._failed: Wish | None = None
        self._number = 0
        self._seen = Seen.of(order)
        self._zone = zone(desk.profile.timezone)

    # What is wanted

    @property
    def fixed(self) -> bool:
        """Whether the lines, or the shop's policy, leave the very amount in the field, which need not be typed."""
        if self._slip is not None and not self.must_type:
            return True
        least, most = self.limits.minimum, self.limits.maximum
        return self.limits.policy is not None and least == most == self.first and not self.must_type

    @property
    def needs_note(self) -> str | None:
        """Why a reason must be written into the note, as read live, else as chosen."""
        return self.ready.offer.needs_note if self.ready is not None else self.offer.needs_note

    def _wish(self, amount: Money | None) -> Wish:
        pending = self.offer.verb is Verb.AUTHORIZE and self._desk.profile.pending_authorization
        return Wish(self.offer.verb, self._order.id, self._target, amount, pending_allowed=pending, slip=self._slip)

    @property
    def limits(self) -> Offer:
        """The offer whose limits hold: as read live, else as chosen."""
        return self.ready.offer if self.ready is not None and self.ready.offer.maximum else self.offer

    @property
    def warnings(self) -> tuple[str, ...]:
        """Names of the warnings to accept, as read live, else as chosen."""
        return self.ready.offer.warnings if self.ready is not None else self.offer.warnings

    def wanted(self) -> Wish | str:
        """Return the wish as the fields say it, or the sentence saying what is wrong with them."""
        if not self.has_amount:
            return self._wish(None)
        amount = facts.read_amount(self.amount, self.limits)
        if isinstance(amount, str):
            return amount
        if self._slip is not None and amount != self._slip.total:
            return f"The lines come to {self._slip.total}: type just that, or close and choose the lines again."
        return self._wish(amount)

    # Live reads

    def first_wish(self) -> Wish:
        """Return what the dialog is opened for."""
        return self._wish(self.first)

    def to_check(self) -> Wish | None:
        """Return the wish that was typed and never checked, if there is one."""
        wanted = self.wanted()
        known = (self.ready.wish if self.ready else None, self.checking, self._failed)
        return None if isinstance(wanted, str) or wanted in known else wanted

    def to_check_again(self) -> Wish | None:
        """Return the wish whose check is too old or failed a while ago, if nothing is being checked."""
        old = RETRY if self.failure is not None else STALE
        if self.checking is not None or self.age < old:
            return None
        wanted = self.wanted()
        return self.first_wish() if isinstance(wanted, str) else wanted

    def start_check(self, wish: Wish) -> tuple[int, Seen]:
        """Note that a wish is being checked; returns the check's number and what the person saw of the order."""
        self._number += 1
        self.checking, self.failure, self._failed = wish, None, None
        return self._number, self._seen

    def take(self, number: int, wish: Wish, answer: Ready | BackOfficeError) -> bool:
        """Take the answer of a check; False when another one replaced it meanwhile."""
        if number != self._number:
            return False
        self.checking = None
        self._checked_at = self._clock()
        if isinstance(answer, BackOfficeError):
            self.failure, self._failed, self.ready = answer, wish, None
            return True
        self.ready, self._seen = answer, answer.seen
        self.accepted &= set(answer.offer.warnings)
        if answer.offer.warnings and not self.must_type:
            self.must_type = True
            self.amount = ""
        return True

    @property
    def age(self) -> float:
        """Seconds since the last live read ended."""
        return self._clock() - self._checked_at

    # What is shown

    def shown(self) -> tuple[facts.Fact, ...]:
        """Return the facts, from the one record used for the call as soon as there is one."""
        order, offer = (self.ready.order, self.ready.offer) if self.ready else (self._order, self.offer)
        found = facts.facts_of(self._desk.profile, order, offer, self._desk.now())
        elsewhere = self.ready.elsewhere if self.ready else ""
        found += (facts.Fact("Know this", elsewhere),) if elsewhere else ()
        return (*found, *facts.slip_facts(self._slip, self.ready.slip if self.ready else None))

    def outcome(self) -> tuple[facts.Fact, ...]:
        """Return what will be afterwards, as it is typed, and the request key once Amazon was asked about just that."""
        ready, wanted = self.ready, self.wanted()
        if ready is not None and ready.wish == wanted:
            after, key = ready.after, display(ready.key, 64)
        else:
            wish = self._wish(None) if isinstance(wanted, str) else wanted
            order = ready.order if ready is not None else self._order
            after, key = outlook.after(order, wish, self._desk.now()), facts.NO_KEY
        after = display(local(after, self._zone).removeprefix(outlook.PREFIX), 400)
        return (facts.Fact("After this", after), facts.Fact("Request key", key))

    def hint(self) -> str:
        """Say beside the amount what it may be."""
        if self._slip is not None:
            return facts.slip_hint(self._slip, self.must_type)
        return facts.amount_hint(self.limits, self.left, self.must_type, self.asked, fixed=self.fixed)

    def live(self) -> str:
        """Say how fresh all this is."""
        problem = None
        if self.failure is not None:
            off = "Offline: actions are off. " if isinstance(self.failure, OfflineError) else ""
            problem = display(f"{off}{unsent(refused(self.failure, self._zone))}", 400)
        elif self.ready is not None and self.ready.already_so and self.age < STALE:
            problem = "Already so at Amazon: confirming sends nothing and records it as done."
        age = None if self.ready is None else self.age
        return facts.checked_line(age, checking=self.checking is not None, problem=problem)

    def label(self) -> str:
        """Say on the button what it does, with the amount."""
        wanted = self.wanted()
        amount = None if isinstance(wanted, str) else wanted.amount
        return f"{facts.COMMITS[self.offer.verb]}{f' {amount}' if amount else ''}"

    # What stands in the way

    def blocked(self) -> str | None:
        """Return the first reason why this cannot be confirmed now, or None."""
        wanted = self.wanted()
        if isinstance(wanted, str):
            return wanted
        if self.failure is not None and self._failed == wanted:
            return "Nothing can be confirmed: see above. A key press tries again."
        ready = self.ready
        if ready is None or self.checking is not None or ready.wish != wanted:
            return "Wait: Amazon is being asked about exactly this."
        if self.age >= STALE:
            return "The live check is too old: press any key to check again."
        if ready.offer.verdict == "no":
            return display(local(ready.offer.reason or "Amazon does not allow this now.", self._zone), 200)
        lacking = facts.missing((*self.shown(), *self.outcome()))
        if lacking is not None:
            return f"{lacking} is not known, so nothing can be confirmed. Refresh the order."
        if self.needs_note is not None and not self.note.strip():
            return display(self.needs_note, 200)
        if self.must_type and not self.has_amount and self.last4 != self._order.id[-4:]:
            wrong = "That is not how the order id ends. " if len(self.last4) >= 4 else ""
            return f"{wrong}Type the last 4 characters of the order id."
        open_ = [name for name in ready.offer.warnings if name not in self.accepted]
        if open_:
            return f"Accept each warning with Space: {', '.join(open_)}."
        return "A moment ..." if self._clock() - self._opened < ARM else None

    def result(self) -> ActionResult | None:
        """Return what was confirmed, or None when something stands in the way at this very moment."""
        ready = self.ready
        if ready is None or self.blocked() is not None:
            return None
        note = self.note.strip()
        return ActionResult(replace(ready, wish=replace(ready.wish, note=note)), tuple(ready.offer.warnings), note)
