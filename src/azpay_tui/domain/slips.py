"""Slips: which lines of an order a capture takes or a refund gives back, and what that comes to in minor units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, owing, refund_limits
from azpay_tui.domain.goods import Goods, Line, LinesUnknown, Slip, SlipError, SlipLimit, ordered, spread
from azpay_tui.domain.intent import State, Verb, Wish
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.sale import Pieces

_NOTHING_DONE: Final[frozenset[State]] = frozenset({"declined", "refused", "abandoned"})
ELSEWHERE: Final = "recorded, not sent to Amazon"
"""What is said, always, of a refund that was made elsewhere."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A slip as it was written down, with what became of it: a slip has no state but that of its intent."""

    intent: str
    """Id of the intent it was made for; empty for a refund that was made elsewhere."""
    verb: Verb
    """Capture or refund."""
    charge: str
    """Id of the charge that was captured or refunded; empty while Amazon did not name it yet."""
    state: State | None
    """Where the intent stands; None for a refund that was made elsewhere."""
    slip: Slip
    number: int = 0
    """Its own number in this journal, from 1."""
    order_id: str = ""
    refund: str | None = None
    """Id of the refund that Amazon made."""
    at: datetime | None = None
    person: str = ""
    note: str = ""
    """What was written down of a refund that was made elsewhere."""

    @property
    def counts(self) -> bool:
        """Whether its pieces are taken or given back: also while the outcome is open, then nobody has them twice."""
        return self.state not in _NOTHING_DONE

    @property
    def became(self) -> str:
        """What became of it, in words."""
        return ELSEWHERE if self.state is None else str(self.state)


def given_elsewhere(booked: Iterable[Booked]) -> str:
    """Say what was recorded as given back elsewhere, which no sum counts, before money is refunded; empty: nothing."""
    given = ", ".join(str(one.slip.total) for one in booked if one.state is None)
    return f"Recorded here as given back elsewhere: {given}; what is refunded now is on top of that." if given else ""


def parts(slip: Slip) -> tuple[str, ...]:
    """Say in words what a slip is made of, a line each; outside text in it is as it came."""
    said = [f"{line.quantity} x {line.name} {line.amount} ({line.key})" for line in slip.goods.lines]
    if slip.goods.shipping:
        said.append(f"shipping {slip.goods.shipping}")
    if slip.adjustment:
        said.append(f"adjustment {'+' if slip.adjustment.minor > 0 else ''}{slip.adjustment}")
    if slip.document:
        said.append(f"document {slip.document}")
    if slip.shipment:
        said.append(f"shipment {slip.shipment}")
    return (*said, "back to the stock") if slip.restock else tuple(said)


def left_to_capture(order: Order, booked: Sequence[Booked]) -> Goods:
    """Return what of the order's lines no capture took yet, without what was cancelled before any did.

    Raises `SlipError` where the lines cannot tell.
    """
    captures = [one.slip.goods for one in booked if one.verb is Verb.CAPTURE and one.counts]
    left = goods_of(order).minus(captures)
    return without(left, [one for one in cancelled_pieces(order) if not one.taken])


def goods_of(order: Order) -> Goods:
    """Return an order's lines as they were when some of them were cancelled here, which those now may not mean.

    Raises `SlipError` where they cannot be read, `LinesUnknown` where they are others since.
    """
    goods = ordered(order.shop.lines, order.shop.amount)
    if any(one.among != goods.fingerprint for one in cancelled_pieces(order)):
        raise LinesUnknown(
            "The lines of this order changed since some were cancelled here: which these are is unknown."
        )
    return goods


def cancelled_pieces(order: Order) -> tuple[Pieces, ...]:
    """Return the pieces that were cancelled here, oldest first; none where nothing was, or the whole sale."""
    return order.cancelled.pieces if order.cancelled is not None else ()


def without(goods: Goods, cancelled: Iterable[Pieces]) -> Goods:
    """Return goods without pieces that were cancelled; those that are not among them do not count."""
    for one in cancelled:
        pieces = dict(one.lines)
        wanted = {line.key: min(pieces.get(line.key, 0), line.quantity) for line in goods.lines}
        shipping = Money.zero(goods.shipping)
        if one.shipping is not None and one.shipping.same_currency(shipping):
            shipping = min(one.shipping, goods.shipping)
        goods = goods.minus([_cut(goods, wanted, shipping)])
    return goods


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
    goods = goods_of(order)
    if captures or charge.captured != goods.total or len(limits.captured_charges(order)) != 1:
        raise LinesUnknown(f"No slip tells which lines {charge.id} took.")
    return goods.minus(refunds)


def left_for(order: Order, verb: Verb, target: str, booked: Sequence[Booked]) -> Goods:
    """Return what a slip of this verb and object can be made of; raises `SlipError` where nobody can tell.

    Of what was captured, pieces that were cancelled and went back are left out.
    """
    if verb is not Verb.REFUND:
        return left_to_capture(order, booked)
    charge = order.charge(target)
    if charge is None:
        raise SlipError(f"{target} is not known here; refresh the order.")
    return not_given_back(order, charge, booked, _went_back(order, charge, booked))


def not_given_back(order: Order, charge: Charge, booked: Sequence[Booked], gone: Iterable[Pieces]) -> Goods:
    """Return what a charge took and neither a slip gave back nor is among pieces that are gone: that is gone once.

    Raises `SlipError` where nobody can tell.
    """
    left, had = left_to_refund(order, charge, booked), _had(order, charge, booked)
    return _less_of(left, without(had, gone))


def _had(order: Order, charge: Charge, booked: Sequence[Booked]) -> Goods:
    return left_to_refund(order, charge, [one for one in booked if one.verb is Verb.CAPTURE])


def _went_back(order: Order, charge: Charge, booked: Sequence[Booked]) -> Sequence[Pieces]:
    """Return the cancelled pieces of a charge but for those, the newest of them, that are still due to the buyer.

    What went back in one sum has no slip; none where all that no slip gave back is due.
    """
    gone = [one for one in cancelled_pieces(order) if one.taken]
    had, due = _had(order, charge, booked), owing.due_of(order, charge)
    if order.cancelled is None or order.cancelled.goal(charge.id) is None or not due.same_currency(had.shipping):
        return ()
    left = left_to_refund(order, charge, booked)
    open_ = left.total - _less_of(left, without(had, gone)).total
    if due and open_.minor - due.minor <= len(had.lines):  # pieces do not always divide a line evenly
        return ()
    while gone and (cost := without(had, gone[:-1]).total - without(had, gone).total) <= due:
        gone, due = gone[:-1], due - cost
    return gone


def _less_of(one: Goods, other: Goods) -> Goods:
    """Return of each line, and of the shipping, the one of which less is left; both name the same lines."""
    lines = tuple(min(pair, key=lambda line: line.quantity) for pair in zip(one.lines, other.lines, strict=True))
    return replace(min(one, other, key=lambda goods: goods.shipping.minor), lines=lines)


def slip_of(order: Order, wish: Wish, booked: Sequence[Booked]) -> Slip | None:
    """Return the slip of a wish, checked against the order, or the one that covers all lines.

    A capture or refund of all that is left by lines has such a slip without being asked, and a refund of the pieces
    that were cancelled last, while it is due, has one of these; another one has none, for which lines it would be is
    not guessed.
    Raises `SlipError`, or `SlipLimit` for more than there is.
    """
    slip = wish.slip
    if slip is None:
        return _covering(order, wish, booked)
    if wish.amount != slip.total:
        raise SlipError(f"The slip comes to {slip.total}, the amount is {wish.amount}: leave the amount out.")
    left_for(order, wish.verb, wish.target, booked).minus([slip.goods])
    charge = order.charge(wish.target)
    if charge is not None:
        check_money(slip, wish.verb, order, charge)
    return slip


def check_money(slip: Slip, verb: Verb, order: Order, charge: Charge) -> None:
    """Raise `SlipError` when a slip comes to more money than its charge can take or give back."""
    if verb is Verb.REFUND:
        check_refund(slip, order, charge)
    else:
        check_capture(slip, charge)


def _covering(order: Order, wish: Wish, booked: Sequence[Booked]) -> Slip | None:
    takes = wish.verb in (Verb.CAPTURE, Verb.REFUND) or (wish.verb is Verb.AUTHORIZE and wish.capture_now)
    if not takes or wish.amount is None:
        return None
    try:
        left = left_for(order, wish.verb, wish.target, booked)
        whole = draw(left, {line.key: line.quantity for line in left.lines}, left.shipping, None)
        if whole.total == wish.amount:
            return whole
        # Of pieces that were cancelled just this amount goes back, as long as it did not.
        gone = [one for one in cancelled_pieces(order) if one.taken] if _still_due(order, wish) else []
        slips = (draw(left, dict(one.lines), one.shipping, None) for one in gone[-1:])
        return next((slip for slip in slips if slip.total == wish.amount), None)
    except SlipError:
        return None


def _still_due(order: Order, wish: Wish) -> bool:
    """Whether a wish refunds no more than what is still to go back for what was cancelled."""
    charge, amount = order.charge(wish.target), wish.amount
    if wish.verb is not Verb.REFUND or charge is None or amount is None:
        return False
    due = owing.due_of(order, charge)
    return due.same_currency(amount) and amount <= due


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
            raise SlipError(f"There is no line {key[:60]!r} to take here; the lines are {names[:300]}.")
        if pieces < 0:
            raise SlipError(f"Line {key}: the quantity {pieces} is below nothing.")
        if pieces > lines[key].quantity:
            raise SlipLimit(f"Line {key}: {pieces} are wanted, {lines[key].quantity} are left.")
    freight = Money.zero(left.shipping) if shipping is None else shipping
    extra = Money.zero(left.shipping) if adjustment is None else adjustment
    if not (freight.same_currency(left.shipping) and extra.same_currency(left.shipping)):
        raise SlipError(f"The lines of this order are in {left.shipping.currency}; so must be shipping and adjustment.")
    if freight.minor < 0:
        raise SlipError("Shipping cannot be below nothing; what is kept is an adjustment.")
    if freight > left.shipping:
        raise SlipLimit(f"Shipping: {freight} is wanted, {left.shipping} is left.")
    slip = Slip(_cut(left, wanted, freight), extra)
    if slip.total.minor <= 0:
        raise SlipError(f"This comes to {slip.total}; there must be more than nothing.")
    return slip


def _cut(left: Goods, wanted: Mapping[str, int], freight: Money) -> Goods:
    """Take so many pieces of each key and so much of the shipping, which are there."""
    tax = Money.zero(freight)
    if left.shipping:
        tax = spread(left.shipping_tax, (freight.minor, (left.shipping - freight).minor))[0]
    return Goods(tuple(line.take(wanted[line.key]) for line in left.lines if wanted.get(line.key)), freight, tax)


def check_capture(slip: Slip, charge: Charge) -> None:
    """Raise `SlipError` when a slip comes to more than the charge has authorized."""
    _same_currency(slip, charge)
    if slip.total > charge.amount:
        raise SlipLimit(f"The slip comes to {slip.total}, the charge has only {charge.amount} authorized.")


def check_refund(slip: Slip, order: Order, charge: Charge) -> None:
    """Raise `SlipError` when a slip comes to more than is left of what was captured, or up to Amazon's cap.

    Above what was captured goes only an adjustment, never lines and shipping.
    """
    _same_currency(slip, charge)
    left, cap = refund_limits.refundable(order, charge), refund_limits.refund_left(order, charge)
    goods = slip.total if slip.adjustment.minor < 0 else slip.goods.total
    if goods > left:
        raise SlipLimit(f"Lines and shipping come to {goods}, of what was captured {left} is left.")
    if slip.total > cap:
        raise SlipLimit(f"The slip comes to {slip.total}, Amazon lets {cap} be refunded of this charge now.")


def _same_currency(slip: Slip, charge: Charge) -> None:
    lines, held = slip.total, charge.amount
    if not lines.same_currency(held):
        raise SlipError(f"The lines of this order are in {lines.currency}, the charge in {held.currency}.")
