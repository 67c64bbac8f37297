"""Which pieces of an order's lines one act cancels: such as no capture took yet, or such as were captured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from azpay_tui.domain import limits
from azpay_tui.domain.goods import Goods, Slip, SlipError, SlipLimit, ordered
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.remaining import uncaptured
from azpay_tui.domain.sale import Pieces
from azpay_tui.domain.slips import Booked, cancelled_pieces, draw, left_to_capture, not_given_back


def cut(
    order: Order, lines: Mapping[str, int], shipping: Money | None, booked: Sequence[Booked]
) -> tuple[Pieces, Slip]:
    """Return the pieces to cancel and what they cost; one act is about captured pieces, or about none of these.

    What was not captured comes first, because nothing has to go back for it. Raises `SlipError` where there are not so
    many, where only some of them were captured, and where nobody can tell.
    """
    captured, free = limits.captured_charges(order), uncaptured(order, booked)
    pieces = Pieces(tuple(sorted(lines.items())), shipping, among=_fingerprint(order))
    if not captured:
        return pieces, draw(left_to_capture(order, booked), lines, shipping, None)
    there = _there(free, lines, shipping)
    if free is not None and there:
        try:
            return pieces, draw(free, lines, shipping, None)
        except SlipLimit as error:
            raise SlipLimit(
                f"Of these only {' and '.join(there)} was not captured yet: cancel that by itself first, then the rest."
            ) from error
    if len(captured) > 1:
        raise SlipError("Several charges were captured: refund the lines of each (azpay refund --charge --line).")
    gone = [one for one in cancelled_pieces(order) if one.taken]
    left = not_given_back(order, captured[0], booked, gone)
    return replace(pieces, taken=True), draw(_naming(left, free), lines, shipping, None)


def _fingerprint(order: Order) -> str:
    try:
        return ordered(order.shop.lines, order.shop.amount).fingerprint
    except SlipError:
        return ""


def _there(free: Goods | None, lines: Mapping[str, int], shipping: Money | None) -> list[str]:
    """Return in words what of that which is wanted was not captured."""
    if free is None:
        return []
    counts = {line.key: min(line.quantity, lines.get(line.key, 0)) for line in free.lines}
    found = [f"{key}={count}" for key, count in counts.items() if count > 0]
    if shipping is not None and shipping.minor > 0 and free.shipping:
        found.append(f"shipping {free.shipping}")
    return found


def _naming(left: Goods, free: Goods | None) -> Goods:
    """Add the lines of which nothing is left: that is something else than a line that the order does not have."""
    keys = {line.key for line in left.lines}
    none_left = () if free is None else free.lines
    return replace(
        left, lines=(*left.lines, *(line for line in none_left if not line.quantity and line.key not in keys))
    )
