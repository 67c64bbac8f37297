"""Slips: which lines of an order a capture takes or a refund gives back, and what that comes to in minor units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from azpay_tui.domain import limits
from azpay_tui.domain.goods import Goods, Line, SlipError, ordered, spread
from azpay_tui.domain.intent import State, Verb
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.order import Charge, Order

_NOTHING_DONE: Final[frozenset[State]] = frozenset({"declined", "refused", "abandoned"})


@dataclass(frozen=True, slots=True)
class Slip:
    """What one capture takes or one refund gives back."""

    goods: Goods
    adjustment: Money
    """On top of the goods, or below nothing: taken off, such as a fee that is kept."""
    document: str = ""
    """The shop's own number of the invoice or credit memo."""
    tracking: str = ""
    """The shipment's tracking number."""
    restock: bool = False
    """Whether the pieces of a refund go back to the stock."""

    @property
    def total(self) -> Money:
        """The amount of the capture or refund."""
        return self.goods.total + self.adjustment


@dataclass(frozen=True, slots=True)
class Booked:
    """A slip with the intent it was made for."""

    intent: str
    verb: Verb
    charge: str
    """Id of the charge that was captured or refunded."""
    state: State
    slip: Slip

    @property
    def counts(self) -> bool:
        """Whether its pieces are taken or given back: also while the outcome is open, then nobody has them twice."""
        return self.state not in _NOTHING_DONE


def left_to_capture(order: Order, booked: Sequence[Booked]) -> Goods:
    """Return what of the order's lines no capture took yet; raises `SlipError` where the lines cannot tell."""
    captures = [one.slip.goods for one in booked if one.verb is Verb.CAPTURE and one.counts]
    return ordered(order.shop.lines, order.shop.amount).minus(captures)


def left_to_refund(order: Order, charge: Charge, booked: Sequence[Booked]) -> Goods:
    """Return what of the lines that a charge took was not given back yet.

    A charge that was captured without a slip took all lines if it took their whole amount and no other charge took any.
    Raises `SlipError` where nobody can tell.
    """
    counting = [one for one in booked if one.counts]
    captures = [one for one in counting if one.verb is Verb.CAPTURE]
    own = [one.slip for one in captures if one.charge == charge.id]
    refunds = [one.slip.goods for one in counting if one.verb is Verb.REFUND and one.charge == charge.id]
    if own:
        return taken(own).minus(refunds)
    goods = ordered(order.shop.lines, order.shop.amount)
    if captures or charge.captured != goods.total or len(limits.captured_charges(order)) != 1:
        raise SlipError(f"No slip tells which lines {charge.id} took; say --amount instead.")
    return goods.minus(refunds)


def taken(slips: Sequence[Slip]) -> Goods:
    """Put the goods of slips together, at least one: what a charge took over all of them."""
    lines: dict[str, Line] = {}
    for line in (line for slip in slips for line in slip.goods.lines):
        known = lines.get(line.key)
        lines[line.key] = line if known is None else replace(
            line, quantity=known.quantity + line.quantity, amount=known.amount + line.amount, tax=known.tax + line.tax
        )  # fmt: skip
    like = slips[0].goods.shipping
    shipping = total([slip.goods.shipping for slip in slips], like)
    return Goods(tuple(lines.values()), shipping, total([slip.goods.shipping_tax for slip in slips], like))


def draw(left: Goods, wanted: Mapping[str, int], shipping: Money | None, adjustment: Money | None) -> Slip:
    """Make a slip of pieces of what is left, so many of each key (0, or not named: none), with a part of the shipping.

    Raises `SlipError` for a line that there is not, for more than is left, and for what comes to nothing.
    """
    lines = {line.key: line for line in left.lines}
    for key, pieces in wanted.items():
        if key not in lines:
            names = ", ".join(lines)
            raise SlipError(f"The order has no line {key[:60]!r}; its lines are {names[:300]}.")
        if pieces < 0:
            raise SlipError(f"Line {key}: the quantity {pieces} is below nothing.")
        if pieces > lines[key].quantity:
            raise SlipError(f"Line {key}: {pieces} are wanted, {lines[key].quantity} are left.")
    freight = Money.zero(left.shipping) if shipping is None else shipping
    extra = Money.zero(left.shipping) if adjustment is None else adjustment
    if not (freight.same_currency(left.shipping) and extra.same_currency(left.shipping)):
        raise SlipError(f"The lines of this order are in {left.shipping.currency}; so must be shipping and adjustment.")
    if freight.minor < 0:
        raise SlipError("Shipping cannot be below nothing; what is kept is an adjustment.")
    if freight > left.shipping:
        raise SlipError(f"Shipping: {freight} is wanted, {left.shipping} is left.")
    tax = Money.zero(freight)
    if left.shipping:
        tax = spread(left.shipping_tax, (freight.minor, (left.shipping - freight).minor))[0]
    parts = tuple(line.take(wanted[line.key]) for line in left.lines if wanted.get(line.key))
    slip = Slip(Goods(parts, freight, tax), extra)
    if slip.total.minor <= 0:
        raise SlipError(f"This comes to {slip.total}; there must be more than nothing.")
    return slip


def check_capture(slip: Slip, charge: Charge) -> None:
    """Raise `SlipError` when a slip comes to more than the charge has authorized."""
    _same_currency(slip, charge)
    if slip.total > charge.amount:
        raise SlipError(f"The slip comes to {slip.total}, the charge has only {charge.amount} authorized.")


def check_refund(slip: Slip, order: Order, charge: Charge) -> None:
    """Raise `SlipError` when a slip comes to more than is left of what was captured, or up to Amazon's cap.

    Above what was captured goes only an adjustment, never lines and shipping.
    """
    _same_currency(slip, charge)
    left, cap = limits.refundable(order, charge), limits.refund_left(order, charge)
    goods = slip.total if slip.adjustment.minor < 0 else slip.goods.total
    if goods > left:
        raise SlipError(f"Lines and shipping come to {goods}, of what was captured {left} is left.")
    if slip.total > cap:
        raise SlipError(f"The slip comes to {slip.total}, Amazon lets {cap} be refunded of this charge now.")


def _same_currency(slip: Slip, charge: Charge) -> None:
    lines, held = slip.total, charge.amount
    if not lines.same_currency(held):
        raise SlipError(f"The lines of this order are in {lines.currency}, the charge in {held.currency}.")
