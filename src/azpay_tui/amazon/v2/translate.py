"""From the wire of API v2 to the domain's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from azpay_tui.amazon.v2 import wire
from azpay_tui.amazon.v2.wire import UnreadableError
from azpay_tui.domain.money import AmountError, Money, parse_wire
from azpay_tui.domain.order import (
    Address,
    Buyer,
    Charge,
    Fact,
    ObjectKind,
    Permission,
    Reason,
    Refund,
    kind_of,
    order_id_of,
)


def permission(body: bytes) -> Permission:
    """Read a charge permission. Raises `UnreadableError`."""
    got = wire.parse(body, wire.Permission)
    status, limits = got.status_details, got.limits or wire.Limits()
    return Permission(
        id=_id(got.charge_permission_id, "permission"),
        state=status.state,
        kind=got.charge_permission_type or "",
        reasons=tuple(Reason(reason.reason_code, reason.reason_description) for reason in status.reasons or ()),
        limit=_money(limits.amount_limit),
        balance=_money(limits.amount_balance),
        created=got.creation_timestamp,
        expires=got.expiration_timestamp,
        updated=status.last_updated_timestamp,
        environment=got.release_environment,
        reference=got.merchant_metadata.merchant_reference_id if got.merchant_metadata else None,
        buyer=Buyer(got.buyer.name, got.buyer.email) if got.buyer else None,
        shipping=_address(got.shipping_address),
        billing=_address(got.billing_address),
    )


def charge(body: bytes) -> Charge:
    """Read a charge. Raises `UnreadableError`, also when its ids contradict each other."""
    got = wire.parse(body, wire.Charge)
    charge_id = _id(got.charge_id, "charge")
    if order_id_of(charge_id) != _id(got.charge_permission_id, "permission"):
        raise UnreadableError("the charge belongs to another order than its id says")
    amount = _amount(got.charge_amount)
    captured, refunded = _money(got.capture_amount), _money(got.refunded_amount)
    for other in (captured, refunded):
        if other is not None and (other.currency, other.exponent) != (amount.currency, amount.exponent):
            raise UnreadableError("its amounts are in several currencies")
    status = got.status_details
    return Charge(
        id=charge_id,
        state=status.state,
        amount=amount,
        reason=status.reason_code,
        description=status.reason_description,
        captured=captured,
        refunded=refunded,
        created=got.creation_timestamp,
        expires=got.expiration_timestamp,
        updated=status.last_updated_timestamp,
    )


def refund(body: bytes) -> Refund:
    """Read a refund. Raises `UnreadableError`, also when its ids contradict each other."""
    got = wire.parse(body, wire.Refund)
    refund_id, charge_id = _id(got.refund_id, "refund"), _id(got.charge_id, "charge")
    if order_id_of(refund_id) != order_id_of(charge_id):
        raise UnreadableError("the refund belongs to another order than its charge")
    status = got.status_details
    return Refund(
        id=refund_id,
        charge_id=charge_id,
        state=status.state,
        amount=_amount(got.refund_amount),
        reason=status.reason_code,
        description=status.reason_description,
        created=got.creation_timestamp,
        updated=status.last_updated_timestamp,
    )


READERS: Final[dict[ObjectKind, Callable[[bytes], Fact]]] = {
    "permission": permission,
    "charge": charge,
    "refund": refund,
}
"""How to read the object of each kind."""


def _id(text: str, kind: ObjectKind) -> str:
    if kind_of(text) != kind:
        raise UnreadableError(f"it names no {kind} by a known form of id")
    return text


def _money(price: wire.Price | None) -> Money | None:
    return None if price is None else _amount(price)


def _amount(price: wire.Price) -> Money:
    try:
        return parse_wire(price.amount, price.currency_code)
    except AmountError:
        raise UnreadableError("an amount in it is no amount") from None


def _address(got: wire.Address | None) -> Address | None:
    if got is None:
        return None
    return Address(
        name=got.name,
        line1=got.address_line1,
        line2=got.address_line2,
        line3=got.address_line3,
        city=got.city,
        region=got.state_or_region,
        postal_code=got.postal_code,
        country=got.country_code,
        phone=got.phone_number,
    )
