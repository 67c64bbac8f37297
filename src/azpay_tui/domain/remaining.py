"""What an order still costs of which lines were cancelled here: what may be charged for the rest, and what was."""

from __future__ import annotations

from collections.abc import Sequence

from azpay_tui.domain import limits, refund_limits
from azpay_tui.domain.goods import Goods, SlipError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.order import Order
from azpay_tui.domain.sale import Cancelled
from azpay_tui.domain.slips import Booked, cancelled_pieces, goods_of, left_to_capture, without


def uncaptured(order: Order, booked: Sequence[Booked]) -> Goods | None:
    """Return what no capture took, and was not cancelled; None where slips do not tell of all that was captured."""
    for charge in limits.captured_charges(order):
        slips = [one.slip for one in booked if one.counts and one.verb is Verb.CAPTURE and one.charge == charge.id]
        if not slips or total([slip.total for slip in slips], slips[0].total) != charge.captured:
            return None
    try:
        return left_to_capture(order, booked)
    except SlipError:
        return None


def rest_to_charge(order: Order, booked: Sequence[Booked]) -> Money | None:
    """Return how much may still be taken for an order of which lines were cancelled here; None where none were.

    It is what the slips leave of the lines, to the minor unit; where they do not tell, what the rest of the lines
    costs, less what was taken and does not go back for them. Nothing where the lines cannot tell.
    """
    taken, cancelled = limits.captured_total(order), order.cancelled
    if cancelled is None or cancelled.whole or not cancelled.pieces or taken is None:
        return None
    left = uncaptured(order, booked)
    if left is not None and left.shipping.same_currency(taken):
        return left.total
    rest = _rest(order, cancelled, taken)
    return Money.zero(taken) if rest is None else max(rest[1], Money.zero(taken))


def rest_is_paid(order: Order) -> bool:
    """Whether lines were cancelled here, and what was taken pays for all the others; False where lines cannot tell."""
    taken, cancelled = limits.captured_total(order), order.cancelled
    if cancelled is None or cancelled.whole or not cancelled.pieces or taken is None:
        return False
    rest = _rest(order, cancelled, taken)
    return rest is not None and rest[0].minor > 0 and rest[1].minor <= 0


def taken_for_cancelled(order: Order) -> bool:
    """Whether more was taken than the lines cost that were not cancelled, and did not go back; False: nobody can tell.

    Each line may be off by one minor unit: its pieces do not always divide it evenly.
    """
    taken, cancelled = limits.captured_total(order), order.cancelled
    if cancelled is None or cancelled.whole or not cancelled.pieces or taken is None:
        return False
    rest, returned = _rest(order, cancelled, taken), refund_limits.refunded_total(order)
    if rest is None or returned is None:
        return False
    back = taken - rest[0] + rest[1]  # what goes back for lines that had been captured
    over, untaken = taken - rest[0] - max(returned, back), left_out(order)
    return untaken is not None and min(over, untaken).minor > len(order.shop.lines)


def left_out(order: Order) -> Money | None:
    """Return what the pieces cost that were cancelled here before they were captured; None where nobody can tell."""
    untaken = [one for one in cancelled_pieces(order) if not one.taken]
    if not untaken:
        return Money.zero(order.amount) if order.amount is not None else None
    try:
        goods = goods_of(order)
    except SlipError:
        return None
    return goods.total - without(goods, untaken).total


def _rest(order: Order, cancelled: Cancelled, taken: Money) -> tuple[Money, Money] | None:
    """Return what the lines cost that were not cancelled, and what of that was not taken; None where nobody can tell.

    The second is below nothing where more was taken.
    """
    try:
        goods = goods_of(order)
        charged = without(goods, [one for one in cancelled.pieces if not one.taken]).total
        rest = without(goods, cancelled.pieces).total
    except SlipError:
        return None
    goals = [goal.refunded for goal in cancelled.goals]
    if not all(amount.same_currency(rest) for amount in (taken, *goals)):
        return None
    back = min(total(goals, rest), charged - rest)  # a goal counts what went back for other reasons as well
    return rest, rest - (taken - back)
