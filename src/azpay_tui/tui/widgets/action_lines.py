"""What the pane of actions says: a line for each action that is valid, and for each that is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Final

from rich.text import Text

from azpay_tui.domain import limits, refund_limits
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import OpenIntent, Order
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.words import LETTERS, NAMES, absolute, local, object_name

_PER_CHARGE: Final = frozenset({Verb.CAPTURE, Verb.VOID, Verb.REFUND})


def amount_of(order: Order, offer: Offer, now: datetime) -> str:
    """Say how much an action is about: what is left by itself, and the most that is possible where that is more."""
    charge = order.charge(offer.target) if offer.target else None
    match offer.verb:
        case Verb.AUTHORIZE:
            left = limits.chargeable_left(order, now)
        case Verb.CAPTURE | Verb.VOID:
            left = charge.amount if charge else None
        case Verb.REFUND:
            left = refund_limits.refundable(order, charge) if charge else None
        case _:
            return ""
    most = f"at most {offer.maximum}" if offer.maximum is not None and offer.maximum != left else ""
    return ", ".join(part for part in (str(left) if left else "", most) if part)


def action_line(order: Order, offer: Offer, now: datetime, where: tzinfo) -> Text:
    """Set one valid action: warning sign, keys, name, amount, names of the warnings."""
    sign = "!" if offer.verdict == "warn" else " "
    text = Text(f"{sign} a {LETTERS[offer.verb]}  ")
    text.append(NAMES[offer.verb], "bold")
    amount = amount_of(order, offer, now)
    if amount:
        text.append(f" {amount}")
    if offer.warnings:
        text.append(f" (! {', '.join(offer.warnings)})")
    elif offer.reason:
        text.append(f" ({display(local(offer.reason, where), 300)})")
    return text


def settle_line(intent: OpenIntent) -> Text:
    """Set the one thing that a person may decide."""
    amount = f" {intent.amount}" if intent.amount else ""
    text = Text("! a s  ")
    text.append("Settle", "bold")
    return text.append(f" {intent.verb}{amount}: its outcome is not known")


def more_line(above: str) -> Text:
    """Set what may be charged above the total."""
    text = Text("  a m  ")
    text.append("Charge more", "bold")
    return text.append(f" ({display(above, 300)})")


def refusal_line(offer: Offer, where: tzinfo) -> Text:
    """Set one action that is not valid: `-`, name, object, reason and the date when time changes it."""
    name = NAMES[offer.verb]
    which = f", {object_name(offer.target)}" if offer.target and offer.verb in _PER_CHARGE else ""
    return Text(f"- {name}{which}: {why_not(offer, where)}")


def why_not(offer: Offer, where: tzinfo) -> str:
    """Say why an action is not valid, and until when where time decides."""
    when = f" Changes {absolute(offer.changes_at, where)}." if offer.changes_at else ""
    return f"{display(local(offer.reason or 'Not valid now.', where), 400)}{when}"


def groups(order: Order, offers: Iterable[Offer]) -> Iterator[tuple[str, list[Offer]]]:
    """Group the valid offers by the object they act on: charges, oldest first, then the order."""
    valid = [offer for offer in offers if offer.verdict != "no"]
    for charge in order.charges:
        of_charge = [offer for offer in valid if offer.target == charge.id]
        if of_charge:
            yield f"{object_name(charge.id)}, {display(charge.state, 40)}, {charge.amount}", of_charge
    charge_ids = {charge.id for charge in order.charges}
    rest = [offer for offer in valid if offer.target not in charge_ids]
    if rest:
        yield object_name(order.id), rest
