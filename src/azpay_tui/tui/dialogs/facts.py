"""What an action dialog says: every fact it shows, and which words each verb uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.cells import cell_len
from rich.text import Text

from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.domain.charging import above_total
from azpay_tui.domain.goods import Slip
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import AmountError, Money, parse_amount
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.reasons import warning_sentence
from azpay_tui.domain.retention import no_buyer
from azpay_tui.domain.slips import parts
from azpay_tui.domain.status import status_of
from azpay_tui.tui.display import display, wrap
from azpay_tui.tui.widgets.sums import sums
from azpay_tui.tui.widgets.words import ENVIRONMENTS, glyph, local, object_name, order_name, outside, plural, zone

COMMITS: Final[dict[Verb, str]] = {
    Verb.AUTHORIZE: "Authorize",
    Verb.CAPTURE: "Capture",
    Verb.VOID: "Void this authorization",
    Verb.REFUND: "Refund",
    Verb.CANCEL: "Cancel the order",
    Verb.CLOSE: "Close the order",
}
AMOUNT_VERBS: Final = frozenset({Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND})
TYPED_VERBS: Final = frozenset({Verb.REFUND, Verb.CANCEL, Verb.CLOSE})
"""Money out or irreversible: something must be typed, whether or not there is a warning."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a person must be able to read before confirming."""

    label: str
    value: str
    """Empty means that it is not known: then nothing can be confirmed."""


NO_KEY: Final = "-"
"""Stands for the request key until Amazon was asked about exactly what is wanted."""


def about(profile: ProfileInfo, order: Order, now: datetime) -> tuple[Fact, ...]:
    """Say where something is done, by whom and to which order."""
    word = status_of(order, now)
    environment = f"{ENVIRONMENTS[profile.environment]} / {outside(profile.name, 30)}"
    return (
        Fact("Environment", environment if profile.name else ""),
        Fact("Signed in as", outside(profile.person, 60)),
        Fact("Order", order_name(order) if order.id else ""),
        Fact("Status", f"{glyph(word)} {word}" if word else ""),
        Fact("Buyer", outside(order.buyer_name, 60) or no_buyer(order)),
    )


def facts_of(profile: ProfileInfo, order: Order, offer: Offer, now: datetime) -> tuple[Fact, ...]:
    """List what the dialog shows of one order and one action, in reading order."""
    know = local(to_know(offer), zone(profile.timezone))
    above = above_total(order, profile.policy, now) if offer.verb is Verb.AUTHORIZE else ""
    return (
        *about(profile, order, now),
        Fact("Acts on", acts_on(order, offer)),
        *([Fact("Know this", know)] if know else []),
        *(Fact(line.label, str(line.amount) if line.amount is not None else "") for line in sums(order, now).lines),
        *([Fact("Above total", outside(above, 400))] if above else []),
    )


def slip_facts(chosen: Slip | None, covering: Slip | None) -> tuple[Fact, ...]:
    """Say which lines an action takes or gives back: every one of those chosen, else that it is all of them."""
    if chosen is not None:
        return (Fact("Slip", "; ".join(display(said, 160) for said in parts(chosen))),)
    if covering is not None:
        pieces = sum(line.quantity for line in covering.goods.lines)
        return (Fact("Slip", f"all lines that are left: {plural(pieces, 'piece', 'pieces')}"),)
    return ()


def slip_hint(slip: Slip, typed: bool) -> str:
    """Say beside the amount that lines were chosen."""
    return f"(the lines come to {slip.total}{'; type it; paste is refused' if typed else ''})"


def acts_on(order: Order, offer: Offer) -> str:
    """Name the object an action is for, with its state and amount; empty when it is not known here."""
    if offer.target is None:
        return ""
    if offer.target == order.id:
        return "the whole order" if order.permission is not None else ""
    charge = order.charge(offer.target)
    if charge is None:
        return ""
    return f"{object_name(charge.id)} of {charge.amount}, {display(charge.state, 40)}"


def to_know(offer: Offer) -> str:
    """Return what an offer says beyond its warnings, which have boxes of their own."""
    reason = offer.reason or ""
    for name in offer.warnings:
        reason = reason.replace(warning_sentence(name), "")
    return display(" ".join(reason.split()), 400)


def missing(facts: Sequence[Fact]) -> str | None:
    """Return the label of the first fact without a value."""
    return next((fact.label for fact in facts if not fact.value.strip()), None)


LABEL_WIDTH: Final = 15
_MOST_LINES: Final = 100
"""More than any value has."""


def lay_out(facts: Sequence[Fact], width: int) -> Text:
    """Set facts in two columns where both fit, else one below the other; nothing is cut, long values wrap
    beside their label.
    """
    label_width = LABEL_WIDTH
    half = width // 2
    text = Text()
    column = 0
    for fact in facts:
        value = fact.value or "NOT KNOWN"
        used = label_width + cell_len(value)
        if column and used <= width - half:
            text.append(" " * (half - column))
            column = 0
        else:
            text.append("\n" if text else "")
            column = used if used < half else 0
        text.append(fact.label.ljust(label_width))
        for number, line in enumerate(wrap(value, max(1, width - label_width), _MOST_LINES)):
            text.append(f"\n{' ' * label_width}" if number else "")
            text.append(line, "bold")
    return text


def read_amount(typed: str, offer: Offer) -> Money | str:
    """Read a typed amount and hold it against the offer's limits; a `str` is the sentence saying what is wrong."""
    if offer.maximum is None:
        return "The limits of this action are not known; refresh the order."
    if not typed:
        return f"Type the amount in {offer.maximum.currency}."
    try:
        amount = parse_amount(typed, offer.maximum.currency)
    except AmountError as error:
        return display(str(error), 160)
    if amount.minor <= 0 or (offer.minimum is not None and amount < offer.minimum):
        return f"{amount} is too little: at least {offer.minimum or 'more than nothing'}."
    if amount > offer.maximum:
        return f"{amount} is too much: at most {offer.maximum}."
    return amount


def amount_hint(
    offer: Offer, left: Money | None, typed: bool, asked: Money | None = None, *, fixed: bool = False
) -> str:
    """Say beside the amount what it may be, and what was asked for where it must be typed once more."""
    if fixed:
        return "(the only amount that the shop's policy allows)"
    parts = [f"you asked for {asked}"] if asked is not None and typed else []
    parts += [f"{left} is left"] if left is not None else []
    if offer.maximum is not None and offer.maximum != left:
        parts.append(f"at most {offer.maximum}")
    parts.append("type it; paste is refused" if typed else "change it by typing")
    return f"({'; '.join(parts)})"


def checked_line(age: float | None, *, checking: bool, problem: str | None) -> str:
    """Say how old the live check is, in steps that do not repaint each second; `age` in seconds."""
    if checking:
        return "Checking live at Amazon ..."
    if problem is not None:
        return problem
    if age is None:
        return "Not checked live yet."
    if age < 10:
        return "Checked live just now: unchanged since you opened this order."
    if age < 60:
        return f"Checked live {int(age) // 10 * 10} s ago: unchanged since you opened this order."
    return "Checked live more than 60 s ago: press any key to check again."
