"""Whether a sale can be cancelled at all: not while it is not known what was taken for it."""

from __future__ import annotations

from azpay_tui.domain import limits, states
from azpay_tui.domain.intent import OPEN_STATES
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Order, kind_of
from azpay_tui.domain.status import charged_elsewhere
from azpay_tui.domain.words import unrecognised_why

ELSEWHERE = (
    "The balance at Amazon shows a charge that is not known here, whose money nobody would give back: learn of it "
    "first (azpay discover, or azpay orders track CHARGE-ID)."
)
"""Why nothing ends an order for which money may have been taken elsewhere."""


class PlanError(ValueError):
    """A sale cannot be cancelled so; the text is one sentence that says why and what to do."""


def refuse(order: Order) -> None:
    """Raise `PlanError` while nothing can be planned: too little is known, or something is being decided."""
    if order.id in order.missing:
        raise PlanError("Amazon does not know this id here: check the id, region and environment, then refresh.")
    if order.permission is None or limits.unread_charges(order):
        raise PlanError("Not all of this order was read from Amazon yet: refresh it first.")
    if order.permission.kind != states.ONE_TIME:
        raise PlanError(
            f"This is a {order.permission.kind} permission, which pays for more than one sale: refund its charges or "
            "close it by themselves."
        )
    odd = next((why for _, why in unrecognised_why(order)), None)
    if odd is not None:
        raise PlanError(odd)
    busy = next((intent for intent in order.intents if intent.state in OPEN_STATES), None)
    if busy is not None:
        raise PlanError(
            f"{busy.named} by {busy.person}, confirmed {written(busy.at)}, is not settled ({busy.state}): first "
            f"azpay journal resume {busy.id}."
        )
    running = next((charge for charge in order.charges if charge.state == states.CAPTURE_INITIATED), None)
    if running is not None:
        raise PlanError(f"A capture of {running.amount} is being decided: wait for it, then cancel the sale again.")
    if taken_elsewhere(order):
        raise PlanError(lost(order) or ELSEWHERE)


def lost(order: Order) -> str | None:
    """Say which charge of an order Amazon does not find, one sentence; None when it finds all of them."""
    found = next((one for one in sorted(order.missing) if kind_of(one) == "charge"), None)
    if found is None:
        return None
    return (
        f"Amazon does not find {found}, so what was paid with it is not known: refresh the order later, or look into "
        "Seller Central."
    )


def taken_elsewhere(order: Order) -> bool:
    """Whether the balance at Amazon shows that more may have been taken than is known here.

    One that shows less is no sign of it: it may lag behind a capture.
    """
    permission, captured = order.permission, limits.captured_total(order)
    if not charged_elsewhere(order) or permission is None or permission.limit is None or permission.balance is None:
        return False
    if captured is None or not (
        permission.limit.same_currency(permission.balance) and captured.same_currency(permission.limit)
    ):
        return True
    return permission.limit - permission.balance > captured
