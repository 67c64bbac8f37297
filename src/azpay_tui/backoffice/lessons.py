"""What the objects of an order prove about points that Amazon's documents leave open; pure.

Each proof is a value and one sentence of evidence; None where the objects prove nothing, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from azpay_tui.domain.order import Charge, Permission, Refund
from azpay_tui.learned import Value

OPEN: Final = ("AuthorizationInitiated", "Authorized")
"""States of a charge that holds, or may come to hold, the buyer's money."""
Proof = tuple[Value | None, str]


def short(object_id: str) -> str:
    """Return an id so that a report does not give it away: its beginning and its last four characters."""
    return f"{object_id[:4]}...{object_id[-4:]}"


def blocks(permission: Permission, charges: Sequence[Charge]) -> Proof:
    """Whether an open authorization over a part of the order keeps the next one from being made."""
    reasons = [reason.code for reason in permission.reasons]
    held, taken = _sums(charges)
    order = f"order {short(permission.id)}"
    if permission.state == "Chargeable":
        return False, f"Chargeable: {order} has an open authorization and takes another one."
    if permission.state != "NonChargeable" or "ChargeInProgress" not in reasons:
        why = f" ({', '.join(reasons)})" if reasons else ""
        return None, f"{order.capitalize()} is {permission.state}{why}, which says nothing of open authorizations."
    if reduces(permission, charges)[0] is None:
        return None, f"NonChargeable with ChargeInProgress, but not every charge of {order} was named."
    if permission.limit is None or held + taken >= permission.limit.minor:
        return None, f"NonChargeable with ChargeInProgress, but nothing is left of {order}: authorize a part only."
    return True, (
        f"NonChargeable with ChargeInProgress: {order} has an open authorization over a part of its amount "
        "(and no other, if every charge was named)."
    )


def reduces(permission: Permission, charges: Sequence[Charge]) -> Proof:
    """Whether open authorizations are taken off the balance; `charges` should be all that the order has."""
    if permission.limit is None or permission.balance is None or permission.state == "Closed":
        return None, f"Order {short(permission.id)} shows no balance to compare."
    gone = permission.limit.minor - permission.balance.minor
    held, taken = _sums(charges)
    sums = f"limit {permission.limit}, balance {permission.balance}"
    if gone == taken:
        return False, f"{sums}: the open authorization is not taken off."
    if gone == taken + held:
        return True, f"{sums}: the open authorization is taken off."
    return None, f"{sums}: the charges named do not explain it; name every charge of the order."


def _sums(charges: Sequence[Charge]) -> tuple[int, int]:
    """Return what is authorized and open, and what was captured, in minor units."""
    held = sum(charge.amount.minor for charge in charges if charge.state in OPEN)
    return held, sum(charge.captured.minor for charge in charges if charge.captured is not None)


def counted(charge: Charge, refunds: Sequence[Refund], waiting: int) -> Proof:
    """Whether refundedAmount counts refunds that are being decided, which make `waiting` minor units."""
    done = sum(refund.amount.minor for refund in refunds if refund.state == "Refunded")
    total = charge.refunded.minor if charge.refunded is not None else 0
    sums = f"refundedAmount of charge {short(charge.id)} is {charge.refunded or 'empty'}"
    if total == done:
        return False, f"{sums} while a refund is being decided."
    if total == done + waiting:
        return True, f"{sums}, a refund being decided included."
    return None, f"{sums}, which the refunds named do not explain; name every refund of the charge."


def agreed(found: Sequence[Proof], otherwise: str) -> Proof:
    """Return the one value that all proofs agree on, with the first proof."""
    settled = [(value, evidence) for value, evidence in found if value is not None]
    if not settled:
        return None, " ".join(evidence for _, evidence in found) or otherwise
    if len({value for value, _ in settled}) > 1:
        return None, f"The answers differ: {' '.join(evidence for _, evidence in settled)}"
    return settled[0]
