"""Create, Get, Capture and Cancel Charge."""

from __future__ import annotations

from azpay_tui.simulator import bodies, rules
from azpay_tui.simulator.amounts import MAX_CHARGES, single_maximum
from azpay_tui.simulator.codes import DECLINES
from azpay_tui.simulator.model import GUARANTEE, REFUSAL_REASONS, Charge, Order
from azpay_tui.simulator.operations.base import Ask, Desk, Result, check_currency, declined, wrong_code
from azpay_tui.simulator.render import charge_json
from azpay_tui.simulator.wire import ApiError


def get(desk: Desk, ask: Ask) -> Result:
    """Get Charge."""
    order, charge = desk.charge(ask.target)
    return Result(200, charge_json(order, charge, desk.settings), ask.target)


def create(desk: Desk, ask: Ask) -> Result:
    """Create Charge: an authorization, captured at once when asked. A decline is a refusal that leaves no charge."""
    wish = bodies.read_create_charge(ask.body, desk.settings)
    if ask.code == "CaptureInitiated" and not wish.capture_now:
        raise wrong_code(ask.code)
    order = desk.permission(wish.permission_id)
    _check_new(desk, order, wish)
    verdict = _verdict(desk, order, ask.code)
    if verdict is not None and (ask.code is not None or verdict in REFUSAL_REASONS or not wish.may_pend):
        desk.keep(order)
        rules.apply_decline(order, verdict, desk.now)
        raise declined(verdict)
    charge = Charge(
        charge_id=desk.book.new_charge_id(order),
        amount=wish.amount,
        created=desk.now,
        updated=desk.now,
        state="AuthorizationInitiated" if wish.may_pend else "Authorized",
        capture_now=wish.capture_now,
        soft_descriptor=wish.soft_descriptor,
        channel=wish.channel,
        initiator=wish.initiator,
        metadata=wish.metadata,
        provider_reference=wish.provider_reference,
    )
    order.charges.append(charge)
    status = 201
    if ask.code == "CaptureInitiated":
        _start_capture(desk, charge, wish.amount, None)
    elif wish.may_pend:
        charge.decides_at, charge.verdict = desk.soon, verdict
        status = desk.settings.pending_charge_status
    elif wish.capture_now:
        rules.finish_capture(order, charge, wish.amount, desk.now)
    desk.keep(order)
    return Result(status, charge_json(order, charge, desk.settings), charge.charge_id, wish.capture_now)


def _verdict(desk: Desk, order: Order, code: str | None) -> str | None:
    """Why the charge is declined: what the simulation code says, else what an act arranged for the next charge."""
    if code is not None:
        return code if code in DECLINES else None
    arranged, order.next_decline = order.next_decline, None
    if arranged is not None:
        desk.keep(order)
    return arranged


def _check_new(desk: Desk, order: Order, wish: bodies.CreateCharge) -> None:
    check_currency(order, wish.currency)
    state, reasons = rules.reported_state(order, desk.settings)
    if state != "Chargeable":
        raise ApiError(
            422, "InvalidChargePermissionStatus", f"The charge permission is [{state}] ({', '.join(reasons)})."
        )
    counted = [
        charge
        for charge in order.charges
        if desk.settings.ended_charges_counted or charge.state not in ("Canceled", "Declined")
    ]
    if order.kind == "OneTime" and len(counted) >= MAX_CHARGES:
        raise ApiError(422, "TransactionCountExceeded", f"A charge permission takes {MAX_CHARGES} charges.")
    if wish.amount > single_maximum(order.currency):
        raise ApiError(400, "TransactionAmountExceeded", "The amount is more than one charge may be.")
    left = rules.balance(order, desk.settings, desk.now)
    if wish.amount > min(left, rules.room(order, desk.now) if wish.capture_now else left):
        raise _exceeded(order)


def _exceeded(order: Order) -> ApiError:
    if order.kind == "Recurring":
        return ApiError(400, "PeriodicAmountExceeded", "The amount is more than what is left for this month.")
    return ApiError(400, "TransactionAmountExceeded", "The amount is more than what can be charged.")


def _start_capture(desk: Desk, charge: Charge, amount: int, verdict: str | None) -> None:
    charge.state, charge.capturing, charge.verdict = "CaptureInitiated", amount, verdict
    charge.updated, charge.decides_at, charge.held = desk.now, desk.soon, False


def capture(desk: Desk, ask: Ask) -> Result:
    """Capture Charge: at once within 7 days of the authorization, decided later after that."""
    wish = bodies.read_capture(ask.body)
    order, charge = desk.charge(ask.target)
    check_currency(order, wish.currency)
    if order.state == "Closed" and not desk.settings.capture_after_close and charge.state == "Authorized":
        raise ApiError(422, "InvalidChargePermissionStatus", "The charge permission is [Closed].")
    if charge.state != "Authorized":
        raise ApiError(422, "InvalidChargeStatus", f"The charge is [{charge.state}] and cannot be captured.")
    if wish.amount > charge.amount:
        raise ApiError(400, "TransactionAmountExceeded", "The amount is more than what was authorized.")
    if wish.amount > rules.room(order, desk.now):
        raise ApiError(400, "TransactionAmountExceeded", "The amount is more than what can be captured.")
    refusal = desk.refusal(order, charge)
    if ask.code == "AmazonRejected" and desk.settings.rejected_capture_refused:
        refusal = ask.code
    if refusal == "AmazonRejected":
        desk.keep(order)
        rules.decline_charge(order, charge, refusal, desk.now)
    if refusal is not None:
        raise declined(refusal)
    charge.soft_descriptor = wish.soft_descriptor or charge.soft_descriptor
    charge.verdict = None
    status = 200
    if ask.code is not None or desk.now - charge.created > GUARANTEE:
        _start_capture(desk, charge, wish.amount, "AmazonRejected" if ask.code == "AmazonRejected" else None)
        status = desk.settings.capture_initiated_status
    else:
        rules.finish_capture(order, charge, wish.amount, desk.now)
    desk.keep(order)
    return Result(status, charge_json(order, charge, desk.settings), ask.target)


def void(desk: Desk, ask: Ask) -> Result:
    """Cancel Charge: the hold on the buyer ends, the permission stays as it is."""
    bodies.read_cancellation(ask.body)
    order, charge = desk.charge(ask.target)
    if charge.state not in ("AuthorizationInitiated", "Authorized"):
        raise ApiError(422, "InvalidChargeStatus", f"The charge is [{charge.state}] and cannot be canceled.")
    rules.cancel_charge(charge, "MerchantCanceled", desk.now)
    desk.keep(order)
    return Result(200, charge_json(order, charge, desk.settings), ask.target)
