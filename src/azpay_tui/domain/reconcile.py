"""What changed between an order as known and fresh facts, for the timeline."""

from __future__ import annotations

from dataclasses import dataclass

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Order, Permission, Refund


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, in words a timeline shows."""

    what: str
    object_id: str
    amount: Money | None


def changes(before: Order | None, after: Order) -> list[Change]:
    """List what happened at Amazon from one snapshot to the next, permission first, then charges and refunds."""
    found: list[Change] = []
    if after.permission is not None:
        found += _of_permission(before.permission if before else None, after.permission)
    for charge in after.charges:
        found += _of_charge(before.charge(charge.id) if before else None, charge)
    old = {refund.id: refund for refund in before.refunds} if before else {}
    for refund in after.refunds:
        found += _of_refund(old.get(refund.id), refund)
    return found


def _state(state: str, reason: str | None) -> str:
    return f"{state} ({reason})" if reason else state


def _codes(permission: Permission) -> frozenset[str]:
    return frozenset(reason.code for reason in permission.reasons)


def _of_permission(before: Permission | None, after: Permission) -> list[Change]:
    reasons = " ".join(reason.code for reason in after.reasons)
    word = f"order {_state(after.state, reasons)}"
    if before is None:
        return [Change(word, after.id, after.limit)]
    found = []
    if (before.state, _codes(before)) != (after.state, _codes(after)):
        found.append(Change(word, after.id, None))
    if before.balance != after.balance:
        found.append(Change("balance", after.id, after.balance))
    # Names no address: the timeline outlives the buyer's personal data.
    if after.billing is not None and before.billing != after.billing:
        found.append(Change("billing address given" if before.billing is None else "billing address", after.id, None))
    return found


def _of_charge(before: Charge | None, after: Charge) -> list[Change]:
    word = f"charge {_state(after.state, after.reason)}"
    amount = after.captured if after.state == "Captured" else after.amount
    if before is None or (before.state, before.reason) != (after.state, after.reason):
        return [Change(word, after.id, amount)]
    if before.refunded != after.refunded:
        return [Change("refunded in total", after.id, after.refunded)]
    return []


def _of_refund(before: Refund | None, after: Refund) -> list[Change]:
    if before is None or (before.state, before.reason) != (after.state, after.reason):
        return [Change(f"refund {_state(after.state, after.reason)}", after.id, after.amount)]
    return []
