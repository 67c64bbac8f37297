"""Where the shop and Amazon disagree about an order: each kind with what it means and with what puts it right.

Amazon's facts are the truth about money; the shop's word is what somebody in the shop will act on. Nothing is judged
while Amazon is still deciding, or before it was read again after the shop's word changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from azpay_tui.domain import limits, states
from azpay_tui.domain.claims import Claim
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.moments import written
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, ShopFacts
from azpay_tui.domain.reasons import Explanation, Step
from azpay_tui.domain.status import charged_elsewhere, status_of

_CORRECT: Final = Step("Correct the order in the shop.")
_LOOK_UP: Final = "Look for the order in the shop, by the buyer and the day"

KINDS: Final[dict[str, Explanation]] = {
    "not-in-shop": Explanation(
        "Amazon has the order, and no source of the shop names it.",
        "Money may be held or taken for an order that nobody sends.",
        (Step(f"{_LOOK_UP}; make it there, or call it off here."),),
    ),
    "not-at-amazon": Explanation(
        "The shop names the order, and Amazon does not know it here.",
        "Nothing is held or taken for it here.",
        (Step("Check that the shop's ids are of this region and environment; else correct the order in the shop."),),
    ),
    "same-number": Explanation(
        "The shop gives one number to several payments.",
        "The buyer may have been charged twice.",
        (Step("Compare the payments, and call off the one that the shop's order does not need."),),
    ),
    "two-orders": Explanation(
        "Two orders of the shop name this one payment.",
        "It pays for one of them.",
        (Step("Find out in the shop which of them it pays for; hold the other one's parcel."),),
    ),
    "cancel-held": Explanation(
        "The shop called the order off, and Amazon still holds money for it.",
        "The buyer's money is held until the authorization ends.",
        (
            Step("Void the authorization{}, unless the order is to be sent after all.", Verb.VOID),
            Step("Cancel the order{}, unless it is to be sent after all.", Verb.CANCEL),
            Step("Void it in Seller Central, or correct the order in the shop."),
        ),
    ),
    "failed-held": Explanation(
        "The shop takes the payment for failed, and Amazon holds the money.",
        "The buyer's money is held until the authorization ends.",
        (
            Step("Void the authorization{}, or mark the order as authorized in the shop.", Verb.VOID),
            Step("Mark the order as authorized in the shop, or void it in Seller Central."),
        ),
    ),
    "refund-due": Explanation(
        "The shop called the order off or gave money back, and Amazon shows the money with you.",
        "The buyer does not have it back.",
        (
            Step("Refund it{}, or correct the order in the shop.", Verb.REFUND),
            Step("Pay the buyer another way, or correct the order in the shop."),
        ),
    ),
    "capture-due": Explanation(
        "The shop counts the order as paid, and the money is only held.",
        "It is lost when the authorization ends.",
        (
            Step("Capture it{}.", Verb.CAPTURE),
            Step("Hold the parcel, and correct the order in the shop."),
        ),
    ),
    "no-money": Explanation(
        "The shop counts on money that Amazon neither took nor holds.",
        "There is no money for this order.",
        (
            Step("Hold the parcel; authorize again{}, or correct the order in the shop.", Verb.AUTHORIZE),
            Step("Hold the parcel, and correct the order in the shop."),
        ),
    ),
    "paid-unseen": Explanation(
        "Amazon took the money, and the shop does not know.",
        "You have the buyer's money.",
        (Step("Mark the order as paid in the shop."),),
    ),
    "refund-unseen": Explanation(
        "All the money went back, and the shop counts the order as paid.",
        "The buyer has it back.",
        (Step("Mark the order as refunded in the shop; stop the parcel if it has not left."),),
    ),
    "captured-less": Explanation(
        "The shop counts the order as paid, and less than its amount was captured.",
        "The rest is missing.",
        (
            Step("Charge the rest{}, or correct the amount in the shop.", Verb.AUTHORIZE),
            Step("Ask the buyer for the rest, or correct the amount in the shop."),
        ),
    ),
    "captured-more": Explanation(
        "More was captured than the shop's amount.",
        "The buyer paid too much.",
        (
            Step("Refund the difference{}, or correct the amount in the shop.", Verb.REFUND),
            Step("Pay the difference back another way, or correct the amount in the shop."),
        ),
    ),
    "charged-elsewhere": Explanation(
        "What Amazon has left to charge does not fit the charges known here.",
        "A charge may have been made elsewhere.",
        (Step("Learn of it with azpay discover or azpay orders track CHARGE-ID, then refresh{}.", Verb.REFRESH),),
    ),
}
"""Code of a difference -> what it means, the money, what to do, best first; the last step is always possible."""

CODES: Final = tuple(KINDS)
ORPHANS: Final = frozenset({"not-in-shop", "not-at-amazon"})
"""Codes of orders that only one side has; all others are of orders on which the two disagree."""

Shows = Literal["held", "uncaptured", "kept", "untouched", "nothing", "returned", "less", "more"]
"""What Amazon shows: money held; held and needed for the amount; with the shop; with the shop and nothing of it ever
given back; neither held nor taken; all given back; less or more of it with the shop than the shop's amount."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One kind of disagreement: the shop says one of these, Amazon shows that."""

    claims: frozenset[Claim]
    shows: Shows
    code: str
    sentence: str
    """With names of `_Facts` in braces."""


DIFFERENCES: Final = frozenset({"orphans", "diverged"})
"""Views of orders on which shop and Amazon disagree."""


def none_found(view: str, *, heard: bool, reading: bool) -> str:
    """Say why the view `orphans` or `diverged` is empty, as far as it is known.

    `heard`: a source of the shop's side named any order yet; `reading`: not all that is due was read from Amazon.
    """
    if not heard:
        known = "No orphan can be told" if view == "orphans" else "There is nothing to compare"
        return f"{known}: the shop did not name any order yet."
    so_far = " read so far" if reading else ""
    if view == "orphans":
        return f"No orphans: shop and Amazon have the same orders{so_far}."
    return f"Shop and Amazon agree on every order{so_far}."


def _rule(claims: str, shows: Shows, code: str, sentence: str) -> _Rule:
    return _Rule(frozenset(claims.split()), shows, code, f"The shop says {{said}}; {sentence}")  # type: ignore[arg-type]


RULES: Final = (
    _rule("canceled refunded", "held", "cancel-held", "Amazon still holds {held}."),
    _rule("failed", "held", "failed-held", "Amazon holds {held}."),
    _rule("canceled refunded", "kept", "refund-due", "of {captured} captured, {kept} did not go back."),
    _rule("part-refunded", "untouched", "refund-due", "nothing of {captured} captured went back."),
    _rule("paid shipped part-refunded", "uncaptured", "capture-due", "Amazon only holds {held}."),
    _rule("authorized paid shipped part-refunded", "nothing", "no-money", "Amazon took and holds nothing ({word})."),
    _rule("open authorized failed", "kept", "paid-unseen", "Amazon took {captured}."),
    _rule("authorized paid shipped part-refunded", "returned", "refund-unseen", "all of {captured} went back."),
    _rule("paid shipped", "less", "captured-less", "{captured} of {amount} was captured."),
    _rule("paid shipped", "more", "captured-more", "{kept} was captured and kept, for an amount of {amount}."),
)
"""Every disagreement about money; several may hold at once."""

JUDGED: Final = frozenset(
    {
        "AUTHORIZED", "REFUNDED", "PART-REFUNDED", "PART-CAPTURED", "CAPTURED", "SUSPENDED", "CANCELED", "DECLINED",
        "VOIDED", "EXPIRED", "CLOSED", "OPEN",
    }
)  # fmt: skip
"""Status words that say how things stand; all others wait for something, or say that it is not known."""
_MISSING_MONEY: Final = frozenset[Shows]({"uncaptured", "nothing", "less"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which the shop and Amazon disagree."""

    code: str
    """One of `CODES`."""
    sentence: str
    """What each of them says; holds the shop's own words, so outside text."""
    steps: tuple[Step, ...]
    """What puts it right, best first; the last one is always possible."""

    @property
    def explanation(self) -> Explanation:
        """The kind in general words, with this order's steps."""
        kind = KINDS[self.code]
        return Explanation(self.sentence, kind.money, self.steps)


@dataclass(frozen=True, slots=True)
class _Facts:
    """Amazon's side in one currency."""

    held: Money
    captured: Money
    kept: Money
    """Captured, without what was or is being refunded."""
    settled: Money
    """Given back for certain."""
    amount: Money | None
    """The shop's amount, where it can be compared."""

    def shows(self, what: Shows) -> bool:
        """Tell whether Amazon shows that."""
        captured, amount = bool(self.captured), self.amount
        match what:
            case "held":
                return bool(self.held)
            case "uncaptured":
                return bool(self.held) and (not captured if amount is None else self.captured < amount)
            case "kept":
                return self.kept.minor > 0
            case "untouched":
                return captured and self.kept == self.captured
            case "nothing":
                return not self.held and not captured
            case "returned":
                return captured and self.settled >= self.captured
            case "less":
                return captured and not self.held and amount is not None and self.captured < amount and bool(self.kept)
            case "more":
                return amount is not None and self.kept > amount


def differences(order: Order, now: datetime, word: str | None = None) -> tuple[Difference, ...]:
    """Return on what the shop and Amazon disagree at `now` (UTC), in the order of `CODES`, each code once.

    `word` is the order's status word, when it is at hand. Raises `AmountError` for amounts that cannot be added up.
    """
    found = {difference.code: difference for difference in _all(order, now, word or status_of(order, now))}
    return tuple(found[code] for code in CODES if code in found)


def _all(order: Order, now: datetime, word: str) -> Iterator[Difference]:
    shop = order.shop
    if order.id in order.missing:
        if shop.named:
            yield _plain("not-at-amazon", f"The shop names this order{_as(shop)}; Amazon does not know it here.")
        return
    if _orphaned(order):
        until = f"; it was last asked {written(shop.asked_at)}" if shop.asked_at else ""
        steps = _orphan_steps(_facts(order, now), word)
        yield Difference("not-in-shop", f"Nothing of the shop names this order{until}.", steps)
    for number, other in shop.shared[:1]:
        more = f" and {len(shop.shared) - 1} more" if len(shop.shared) > 1 else ""
        yield _plain("same-number", f"The shop gives the number {number} to {other}{more} as well.")
    numbers, once = _numbers(shop), _is_for_one_order(order)
    if len(numbers) > 1 and once:
        yield _plain("two-orders", f"The shop's orders {' and '.join(numbers)} name this one payment.")
    if charged_elsewhere(order):
        yield _plain("charged-elsewhere", KINDS["charged-elsewhere"].sentence)
    elif word in JUDGED and not order.unread and not shop.waits and (once or len(numbers) < 2):
        yield from _about_money(order, now, word, several=len(numbers) > 1)


def _plain(code: str, sentence: str) -> Difference:
    return Difference(code, sentence, KINDS[code].steps)


def _as(shop: ShopFacts) -> str:
    return f" as {shop.number}" if shop.number else ""


def _orphaned(order: Order) -> bool:
    """Whether the shop could have named the order and did not; what is older than its oldest one is not expected."""
    shop, created = order.shop, order.created
    if not shop.asked or shop.named:
        return False
    return shop.since is None or created is None or created >= shop.since


def _orphan_steps(facts: _Facts | None, word: str) -> tuple[Step, ...]:
    always = KINDS["not-in-shop"].steps
    if word == "NEW":
        return (Step("Refresh it{} to see what Amazon has of it.", Verb.REFRESH), *always)
    if facts is not None and facts.shows("kept"):
        return (Step(f"{_LOOK_UP}; if nothing is to be sent, refund it{{}}.", Verb.REFUND), *always)
    if facts is not None and facts.shows("held"):
        return (Step(f"{_LOOK_UP}; if nothing is to be sent, void it{{}}.", Verb.VOID), *always)
    return always


def _numbers(shop: ShopFacts) -> tuple[str, ...]:
    """Return the numbers under which one source of the shop names the order: of the source that has the most."""
    by_source: dict[str, list[str]] = {}
    for sighting in shop.sightings:
        if sighting.side == "shop" and sighting.number:
            by_source.setdefault(sighting.source, []).append(sighting.number)
    found = sorted(by_source.values(), key=len)
    return tuple(found[-1]) if found else ()


def _facts(order: Order, now: datetime) -> _Facts | None:
    held, captured = limits.held_total(order, now), limits.captured_total(order)
    spent, settled = limits.refunded_total(order), limits.settled_refunds(order)
    if held is None or captured is None or spent is None or settled is None:
        return None
    amount = order.shop.amount
    comparable = amount is not None and amount.known and amount.same_currency(captured)
    return _Facts(held, captured, captured - spent, settled, amount if comparable else None)


def _is_for_one_order(order: Order) -> bool:
    """Whether the permission is for one order: others are charged again and again, for many orders of the shop."""
    return order.permission is not None and order.permission.kind == states.ONE_TIME


def _about_money(order: Order, now: datetime, word: str, *, several: bool) -> Iterator[Difference]:
    shop, facts = order.shop, _facts(order, now)
    claims = {sighting.claim for sighting in shop.sightings if sighting.side == "shop" and sighting.claim is not None}
    if facts is None or shop.claim is None or (several and len(claims) > 1):  # which order counts is not known
        return
    known = limits.fully_known(order)
    values = {
        "said": said(shop), "held": facts.held, "captured": facts.captured, "kept": facts.kept,
        "amount": facts.amount, "word": word,
    }  # fmt: skip
    for rule in RULES:
        if shop.claim not in rule.claims or not facts.shows(rule.shows):
            continue
        if rule.shows in ("less", "more") and not _is_for_one_order(order):
            continue
        missing = rule.shows in _MISSING_MONEY
        if missing and shop.shared:  # the other payment of the same number may be the one that counts
            continue
        doubt = " Not every charge of it is known here." if missing and not known else ""
        yield Difference(rule.code, rule.sentence.format(**values) + doubt, KINDS[rule.code].steps)


def said(shop: ShopFacts) -> str:
    """Return the shop's own word, with what it means where that is another one; empty when it says nothing."""
    claim = shop.claim or ""
    if shop.status is None or shop.status.casefold() == claim:
        return claim
    return f'"{shop.status}"{f" ({claim})" if claim else ""}'
