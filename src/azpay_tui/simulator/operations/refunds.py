"""Create and Get Refund."""

from __future__ import annotations

from azpay_tui.simulator import bodies
from azpay_tui.simulator.model import Refund
from azpay_tui.simulator.operations.base import Ask, Desk, Result, check_currency, declined
from azpay_tui.simulator.render import refund_json
from azpay_tui.simulator.wire import ApiError


def get(desk: Desk, ask: Ask) -> Result:
    """Get Refund."""
    order, refund = desk.refund(ask.target)
    return Result(200, refund_json(order, refund), ask.target)


def create(desk: Desk, ask: Ask) -> Result:
    """Create Refund: always decided later, up to the captured amount with its surplus."""
    wish = bodies.read_refund(ask.body)
    order, charge = desk.charge(wish.charge_id)
    check_currency(order, wish.currency)
    if charge.state != "Captured" or charge.captured is None:
        raise ApiError(422, "InvalidChargeStatus", f"The charge is [{charge.state}] and cannot be refunded.")
    counted = [
        refund for refund in charge.refunds if desk.settings.declined_refunds_counted or refund.state != "Declined"
    ]
    if len(counted) >= desk.settings.refunds_per_charge:
        raise ApiError(422, "TransactionCountExceeded", f"A charge takes {desk.settings.refunds_per_charge} refunds.")
    if wish.amount > desk.refundable(order, charge):
        raise ApiError(400, "TransactionAmountExceeded", "The amount is more than what can be refunded.")
    refusal = desk.refusal(order, charge)
    if refusal is not None:
        raise declined(refusal)
    refund = Refund(
        refund_id=desk.book.new_refund_id(order),
        charge_id=charge.charge_id,
        amount=wish.amount,
        created=desk.now,
        updated=desk.now,
        soft_descriptor=wish.soft_descriptor,
        decides_at=desk.soon,
    )
    charge.refunds.append(refund)
    desk.keep(order)
    return Result(201, refund_json(order, refund), refund.refund_id)
