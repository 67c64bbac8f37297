"""Create Delivery Tracker: tell Amazon which parcel carries an order."""

from __future__ import annotations

from azpay_tui.simulator import bodies
from azpay_tui.simulator.operations.base import Ask, Desk, Result
from azpay_tui.simulator.wire import ApiError, Plain


def track(desk: Desk, ask: Ask) -> Result:
    """Create Delivery Tracker; a tracking number can be used once. A bad id is a bad value here, not a 404."""
    wish = bodies.read_tracker(ask.body)
    order = desk.book.permission(wish.order_id)
    if order is None:
        raise _invalid(wish.named_by)
    if desk.settings.tracker_needs_capture and not any(charge.captured for charge in order.charges):
        raise _invalid(wish.named_by)
    seen: set[str] = set()
    for index, (_, number) in enumerate(wish.parcels):
        if number in desk.book.tracked or number in seen:
            raise _invalid(f"deliveryDetails[{index}].trackingNumber")
        seen.add(number)
    for _, number in wish.parcels:
        desk.book.track(number, order.permission_id)
    parcels: list[Plain] = [{"trackingNumber": number, "carrierCode": carrier} for carrier, number in wish.parcels]
    payload: dict[str, Plain] = {"amazonOrderReferenceId": order.permission_id, "deliveryDetails": parcels}
    return Result(200, payload, order.permission_id)


def _invalid(name: str) -> ApiError:
    return ApiError(400, "InvalidParameterValue", f"The value provided for [{name}] is invalid.")
