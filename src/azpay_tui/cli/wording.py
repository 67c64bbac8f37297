"""Reason codes, declines and refusals in plain words for a terminal, with the command that is the next step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Final

from azpay_tui.domain.concerns import concern
from azpay_tui.domain.divergence import Difference, differences
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Order
from azpay_tui.domain.reasons import About, explain

_SAID_BY_REASONS: Final = frozenset({"declined", "suspended", "refund-declined"})
"""Attention codes whose reason, shown with its object, says it better."""


def way(order_id: str) -> Callable[[Verb], str]:
    """Return what names the command of a verb for an order."""
    return lambda verb: f"azpay {verb} {order_id}"


def meaning(code: str, of: About, order_id: str, valid: Collection[Verb], description: str | None = None) -> str:
    """Return what a reason code means, what became of the money and what to do next.

    Amazon's own text follows for a code that this version does not know.
    """
    known = explain(code, of)
    own = f" Amazon says: {description}" if description and not known.known else ""
    return f"{code}: {known.sentence} {known.money} {known.step(valid).write(way(order_id))}{own}"


def order_meanings(order: Order, codes: Iterable[str], valid: Collection[Verb]) -> Iterator[str]:
    """Yield why the order needs a person, what its own reasons mean, and the declines that left no charge at Amazon."""
    for code in codes:
        if code in _SAID_BY_REASONS:
            continue
        found = concern(code)
        yield f"{code}: {found.sentence} {found.money} {found.step(valid).write(way(order.id))}"
    for reason in order.permission.reasons if order.permission else ():
        yield meaning(reason.code, "order", order.id, valid, reason.description)
    for decline in order.declines:
        amount = f" of {decline.amount}" if decline.amount else ""
        why = meaning(decline.reason, "charge", order.id, valid) if decline.reason else "no reason given."
        yield f"An authorization{amount} was declined {written(decline.at)}: {why}"


def fix(found: Difference, order_id: str, valid: Collection[Verb]) -> str:
    """Return what puts a difference between shop and Amazon right, one sentence."""
    return found.explanation.step(valid).write(way(order_id)).removeprefix("Next: ")


def difference_meanings(order: Order, now: datetime, valid: Collection[Verb]) -> Iterator[str]:
    """Yield on what shop and Amazon disagree, with what it means for the money and with what puts it right."""
    for found in differences(order, now):
        yield f"{found.code}: {found.sentence} {found.explanation.money} Next: {fix(found, order.id, valid)}"


def dated(sentence: str, changes_at: datetime | None) -> str:
    """Return a refusal with the moment at which time changes it."""
    return sentence if changes_at is None else f"{sentence} Changes {written(changes_at)}."
