"""Get, Update and Close Charge Permission."""

from __future__ import annotations

from azpay_tui.simulator import bodies, rules
from azpay_tui.simulator.operations.base import Ask, Desk, Result
from azpay_tui.simulator.render import permission_json
from azpay_tui.simulator.wire import ApiError


def get(desk: Desk, ask: Ask) -> Result:
    """Get Charge Permission."""
    order = desk.permission(ask.target)
    return Result(200, permission_json(order, desk.settings, desk.now), ask.target)


def update(desk: Desk, ask: Ask) -> Result:
    """Update Charge Permission: the merchant's own fields change one by one, what is not named stays."""
    wish = bodies.read_permission_update(ask.body, desk.settings)
    order = desk.permission(ask.target)
    if order.state not in ("Chargeable", "NonChargeable"):
        raise ApiError(422, "ChargePermissionNotModifiable", f"The charge permission is [{order.state}].")
    if wish.metadata and desk.settings.metadata_once and order.metadata_changed:
        raise ApiError(422, "ChargePermissionNotModifiable", "The merchantMetadata was changed before.")
    if wish.recurring and order.kind == "OneTime" and not desk.settings.recurring_metadata_taken:
        raise ApiError(400, "InvalidParameterCombination", "[recurringMetadata] is for recurring charge permissions.")
    order.metadata = {**order.metadata, **wish.metadata}
    order.metadata_changed = order.metadata_changed or bool(wish.metadata)
    order.recurring = {**order.recurring, **wish.recurring}
    desk.keep(order)
    return Result(200, permission_json(order, desk.settings, desk.now), ask.target)


def close(desk: Desk, ask: Ask) -> Result:
    """Close Charge Permission, with or without its open charges."""
    cancel_open = bodies.read_closure(ask.body)
    order = desk.permission(ask.target)
    if order.state not in ("Chargeable", "NonChargeable"):
        raise ApiError(422, "InvalidChargePermissionStatus", f"The charge permission is [{order.state}].")
    rules.close(order, ask.code or desk.settings.closure_reason, desk.now)
    if cancel_open:
        rules.cancel_open_charges(order, "ChargePermissionCanceled", desk.now)
    desk.keep(order)
    return Result(200, permission_json(order, desk.settings, desk.now), ask.target)
