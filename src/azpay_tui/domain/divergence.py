"""Where the shop and Amazon disagree about an order, and what puts it right.

Amazon's facts are the truth about money; the shop's word is what somebody in the shop will act on. Nothing is judged
while Amazon is still deciding, or before it was read again after the shop's word changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from azpay_tui.domain import limits, refund_limits, states
from azpay_tui.domain.claims import Claim
from azpay_tui.domain.disagreements import CODES, KINDS, LOOK_UP
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.moments import written
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, ShopFacts
from azpay_tui.domain.reasons import Explanation, Step
from azpay_tui.domain.remaining import rest_is_paid
from azpay_tui.domain.status import charged_elsewhere, status_of

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
        return (Step(f"{LOOK_UP}; if nothing is to be sent, refund it{{}}.", Verb.REFUND), *always)
    if facts is not None and facts.shows("held"):
        return (Step(f"{LOOK_UP}; if nothing is to be sent, void it{{}}.", Verb.VOID), *always)
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
    spent, settled = refund_limits.refunded_total(order), refund_limits.settled_refunds(order)
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
        if missing and rest_is_paid(order):
            continue
        doubt = " Not every charge of it is known here." if missing and not known else ""
        yield Difference(rule.code, rule.sentence.format(**values) + doubt, KINDS[rule.code].steps)


def said(shop: ShopFacts) -> str:
    """Return the shop's own word, with what it means where that is another one; empty when it says nothing."""
    claim = shop.claim or ""
    if shop.status is None or shop.status.casefold() == claim:
        return claim
    return f'"{shop.status}"{f" ({claim})" if claim else ""}'
