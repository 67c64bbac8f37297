"""Charges and refunds of an order as a tree of lines, with every reason in plain words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from rich.text import Text

from azpay_tui.domain import limits, refund_limits, states
from azpay_tui.domain.concerns import concern
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.methods import method_words
from azpay_tui.domain.order import Charge, Order, Refund
from azpay_tui.domain.reasons import About, explain
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.words import absolute, keys_of, outside, relative, short

Said = tuple[str, About]
"""A reason code and what it is said of."""


def plain_reason(
    code: str, of: About, valid: Collection[Verb], description: str | None = None, *, short_: bool = False
) -> str:
    """Return a reason code with what it means for the money and the next step with its keys.

    `valid` are the verbs offered now; Amazon's own text follows only for a code not known here. `short_`: only what it
    means.
    """
    known = explain(code, of)
    if short_:
        return display(f"{code}: {known.sentence}", 500)
    own = "" if known.known or not description else f" Amazon says: {outside(description, 300)}"
    step = known.step(valid).write(keys_of)
    return display(f"{code}: {known.sentence} {known.money} {step}", 500) + own


def pressing(order: Order, codes: Collection[str]) -> dict[Said, str | None]:
    """Return the reasons why an order needs a person, by its attention codes, each with Amazon's own text."""
    found: dict[Said, str | None] = {}
    if "suspended" in codes and order.permission is not None:
        found |= {(reason.code, "order"): reason.description for reason in order.permission.reasons}
    charge = order.charges[-1] if order.charges else None
    if "declined" in codes:
        decline = order.declines[-1] if order.declines else None
        newer = charge is None or charge.created is None or decline is None or decline.at > charge.created
        if decline is not None and decline.reason and newer:
            found[decline.reason, "charge"] = None
        elif charge is not None and charge.reason:
            found[charge.reason, "charge"] = charge.description
    if "lapsed" in codes and charge is not None and charge.reason:
        found[charge.reason, "charge"] = charge.description
    if "refund-declined" in codes:
        declined = (refund_limits.declined_refund(order, charge) for charge in order.charges)
        found |= {(refund.reason, "refund"): refund.description for refund in declined if refund and refund.reason}
    return found


_SAID_BY: Final[dict[str, About]] = {
    "declined": "charge",
    "lapsed": "charge",
    "suspended": "order",
    "refund-declined": "refund",
}
"""Attention codes that a reason of Amazon's says better."""


def pressing_lines(codes: Iterable[str], reasons: dict[Said, str | None], valid: Collection[Verb]) -> Iterator[Text]:
    """Yield in full why an order needs a person: Amazon's reasons, then what no reason says.

    An unknown outcome is told with its action.
    """
    for (code, of), description in reasons.items():
        yield Text(f"  {plain_reason(code, of, valid, description)}")
    said = {of for _, of in reasons}
    for code in codes:
        if code != "unknown" and _SAID_BY.get(code) not in said:
            found = concern(code)
            yield Text(f"  {code}: {found.sentence} {found.money} {found.step(valid).write(keys_of)}")


@dataclass(frozen=True, slots=True)
class Reasons:
    """How the tree shows reasons: those that stand above it already only in short."""

    valid: Collection[Verb] = ()
    """Verbs offered now."""
    above: Collection[Said] = ()

    def text(self, code: str, of: About, description: str | None = None) -> str:
        """Return a reason in words."""
        return plain_reason(code, of, self.valid, description, short_=(code, of) in self.above)


_PLAIN: Final = Reasons()


def decline_lines(order: Order, now: datetime, reasons: Reasons = _PLAIN) -> Iterator[Text]:
    """Yield the declines that left no charge at Amazon."""
    for decline in order.declines:
        amount = f" of {decline.amount}" if decline.amount else ""
        why = reasons.text(decline.reason, "charge") if decline.reason else "no reason given."
        yield Text(f"x an authorization{amount} was declined {relative(decline.at, now)}: {why}")


def charge_lines(order: Order, reasons: Reasons = _PLAIN) -> Iterator[Text]:
    """Yield the tree: the order at Amazon, its charges, below each its refunds, then ids that were not read."""
    permission = order.permission
    if permission is not None:
        yield Text.assemble(
            "order   ", (display(permission.state, 40), "bold"), f"  {display(method_words(permission.kind), 60)}"
        )
        for reason in permission.reasons:
            yield Text("        " + reasons.text(reason.code, "order", reason.description))
    for charge in order.charges:
        yield from _charge(order, charge, reasons)
    known = {charge.id for charge in order.charges}
    for refund in order.refunds:
        if refund.charge_id not in known:
            yield from _refund(refund, "`- ", reasons)
    for object_id in sorted(order.unread):
        yield Text(f"{display(object_id, 40)}: not read from Amazon yet; refresh (a r)")
    for object_id in sorted(order.missing):
        yield Text(f"{display(object_id, 40)}: Amazon does not know this id here")


def _charge(order: Order, charge: Charge, reasons: Reasons) -> Iterator[Text]:
    refunds = order.refunds_of(charge.id)
    yield Text.assemble(
        f"`- charge {display(short(charge.id), 40)}  ", (display(charge.state, 40), "bold"), f"  {charge.amount}"
    )
    stem = "|  " if refunds else "   "
    if charge.captured is not None:
        yield Text(f"   {stem}captured {charge.captured}, refunded {charge.refunded or '0'}")
    if charge.reason:
        yield Text(f"   {stem}{reasons.text(charge.reason, 'charge', charge.description)}")
    for number, refund in enumerate(refunds, 1):
        yield from _refund(refund, "   `- " if number == len(refunds) else "   |- ", reasons)


def _refund(refund: Refund, stem: str, reasons: Reasons) -> Iterator[Text]:
    yield Text.assemble(
        f"{stem}refund {display(short(refund.id), 40)}  ", (display(refund.state, 40), "bold"), f"  {refund.amount}"
    )
    arrives = refund_limits.refund_arrives(refund)
    if arrives is not None:
        yield Text(f"         expected by {arrives:%Y-%m-%d}")
    if refund.reason:
        yield Text(f"         {reasons.text(refund.reason, 'refund', refund.description)}")


def deadline_lines(order: Order, now: datetime, where: tzinfo) -> Iterator[Text]:
    """Yield what ends when: the guarantee and the authorization of live charges, and the order itself."""
    ends: list[tuple[str, datetime | None]] = []
    several = len(order.charges) > 1
    for charge in order.charges:
        if charge.state == states.AUTHORIZED:
            which = f" {display(short(charge.id), 40)}" if several else ""
            ends.append((f"7-day guarantee{which}", limits.guarantee_end(charge)))
            ends.append((f"Authorization{which}", limits.authorization_end(charge)))
    if order.permission is not None and order.permission.state != states.CLOSED:
        ends.append(("Order", limits.permission_end(order)))
    width = max((len(label) for label, _ in ends), default=0) + 2
    for label, end in ends:
        if end is None:
            yield Text(f"{label.ljust(width)}not known")
        elif end > now:
            yield Text(f"{label.ljust(width)}ends {relative(end, now)}  {absolute(end, where)}")
        else:
            yield Text(f"{label.ljust(width)}ended {relative(end, now)}  {absolute(end, where)}")
