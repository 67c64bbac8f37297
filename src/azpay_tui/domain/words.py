"""What Amazon's state words say of an order as a whole: whether it can be charged, what is not understood."""

from __future__ import annotations

from collections.abc import Iterable

from azpay_tui.domain import limits, states
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Order


def last_charge(order: Order) -> Charge | None:
    """Return the newest charge."""
    return order.charges[-1] if order.charges else None


def payment_blocked(order: Order) -> bool:
    """Whether the permission is not chargeable for another reason than a charge in progress."""
    permission = order.permission
    if permission is None or permission.state != states.NON_CHARGEABLE:
        return False
    return any(reason.code != states.CHARGE_IN_PROGRESS for reason in permission.reasons) or not permission.reasons


def usable(order: Order) -> bool:
    """Whether the permission may be charged, now or when the charge in progress is done."""
    permission = order.permission
    if permission is None or permission.state == states.CLOSED or payment_blocked(order):
        return False
    return permission.state in (states.CHARGEABLE, states.NON_CHARGEABLE)


def unrecognised(order: Order) -> tuple[str, ...]:
    """Return the ids of objects with a state word or a currency this version does not know.

    A currency that is not the order's counts too, since nothing of it can be added up.
    """
    return tuple(object_id for object_id, _ in unrecognised_why(order))


def unrecognised_why(order: Order) -> tuple[tuple[str, str], ...]:
    """Return the ids of `unrecognised`, permission first, then charges and refunds, each with a sentence."""
    found: list[tuple[str, str | None]] = []
    permission, like = order.permission, limits.nothing_in(order)
    if permission is not None:
        why = _odd(permission.state, states.PERMISSION_STATES, (permission.limit, permission.balance), like)
        found.append((permission.id, why))
    for charge in order.charges:
        amounts = (charge.amount, charge.captured, charge.refunded)
        found.append((charge.id, _odd(charge.state, states.CHARGE_STATES, amounts, like)))
    for refund in order.refunds:
        found.append((refund.id, _odd(refund.state, states.REFUND_STATES, (refund.amount,), like)))
    return tuple((object_id, why) for object_id, why in found if why is not None)


def _odd(state: str, known: frozenset[str], amounts: Iterable[Money | None], like: Money | None) -> str | None:
    if state not in known:
        return f"Amazon gives the state {state!r}, which this version does not know; refresh and tell us."
    for amount in amounts:
        if amount is None:
            continue
        if not amount.known:
            return f"The currency {amount.currency!r} is not one this version moves; use Seller Central."
        if like is not None and not amount.same_currency(like):
            return f"It is in {amount.currency}, the order in {like.currency}: not moved here; use Seller Central."
    return None


def stop_shipment(order: Order) -> bool:
    """Whether any reason says not to ship."""
    codes = {charge.reason for charge in order.charges} | {refund.reason for refund in order.refunds}
    if order.permission is not None:
        codes |= {reason.code for reason in order.permission.reasons}
    codes |= {decline.reason for decline in order.declines}
    return bool(codes & states.STOP_SHIPMENT)
