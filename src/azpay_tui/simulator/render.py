"""The objects as Amazon's answers show them: full key sets, null where there is no value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from azpay_tui.simulator.amounts import format_amount
from azpay_tui.simulator.model import Buyer, Charge, Order, Refund
from azpay_tui.simulator.rules import balance, buyer_visible, charge_expires, permission_expires, reported_state
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.wire import Plain, compact

_DESCRIPTIONS: Final = {
    "ChargeInProgress": "A charge is in progress.",
    "PaymentMethodInvalid": "The payment method of the buyer was declined.",
    "MerchantClosed": "Closed by the merchant.",
    "AmazonClosed": "Closed by Amazon: the whole amount was charged.",
    "AmazonCanceled": "Canceled by Amazon.",
    "Expired": "The time for it is over.",
    "SoftDeclined": "The payment was declined; it may succeed when tried again.",
    "HardDeclined": "The payment was declined; it will not succeed with this payment method.",
    "AmazonRejected": "Amazon declined the payment.",
    "ProcessingFailure": "An internal error occurred.",
    "TransactionTimedOut": "The payment was not decided in time.",
    "ExpiredUnused": "The authorization was not captured in time.",
    "MerchantCanceled": "Canceled by the merchant.",
    "ChargePermissionCanceled": "The charge permission was closed.",
    "BuyerCanceled": "The buyer canceled the checkout.",
    "Declined": "The payment was declined.",
}
STORE_NAME: Final = "Simulated Store"
METADATA: Final = ("merchantReferenceId", "merchantStoreName", "noteToBuyer", "customInformation")


def describe(reason: str | None) -> str | None:
    """Amazon's free text next to a reason code."""
    return None if reason is None else _DESCRIPTIONS.get(reason, f"{reason}.")


def price(minor: int, currency: str) -> dict[str, Plain]:
    """A price object with its amount as a string."""
    return {"amount": format_amount(minor, currency), "currencyCode": currency}


def status_json(state: str, reason: str | None, updated: datetime) -> dict[str, Plain]:
    """The statusDetails of everything but a permission."""
    return {
        "state": state,
        "reasonCode": reason,
        "reasonDescription": describe(reason),
        "lastUpdatedTimestamp": compact(updated),
    }


def person_json(buyer: Buyer, owner: str) -> dict[str, Plain]:
    """Who the buyer is; the id is made from that of the ``owner`` when the buyer never signed in."""
    return {
        "name": buyer.name,
        "email": buyer.email,
        "buyerId": buyer.buyer_id or f"amzn1.account.{owner.replace('-', '')}",
        "primeMembershipTypes": None,
        "phoneNumber": buyer.phone,
    }


def address_json(buyer: Buyer) -> dict[str, Plain]:
    """The buyer's address with all documented keys."""
    return {
        "name": buyer.name,
        "addressLine1": buyer.line1,
        "addressLine2": buyer.line2,
        "addressLine3": None,
        "city": buyer.city,
        "county": None,
        "district": None,
        "stateOrRegion": buyer.region,
        "postalCode": buyer.postal_code,
        "countryCode": buyer.country,
        "phoneNumber": buyer.phone,
    }


def permission_json(order: Order, settings: Settings, now: datetime) -> dict[str, Plain]:
    """A charge permission; buyer and addresses are null after 30 days."""
    state, reasons = reported_state(order, settings)
    visible = buyer_visible(order, now)
    buyer = order.buyer
    return {
        "chargePermissionId": order.permission_id,
        "chargePermissionReferenceId": None,
        "platformId": None,
        "buyer": person_json(buyer, order.permission_id) if visible else None,
        "shippingAddress": address_json(buyer) if visible else None,
        "billingAddress": address_json(buyer) if visible and order.currency in ("EUR", "GBP") else None,
        "paymentPreferences": [{"paymentDescriptor": "Your selected Amazon payment method"}],
        "statusDetails": {
            "state": state,
            "reasons": [{"reasonCode": code, "reasonDescription": describe(code)} for code in reasons] or None,
            "lastUpdatedTimestamp": compact(order.updated),
        },
        "creationTimestamp": compact(order.created),
        "expirationTimestamp": compact(permission_expires(order)),
        "merchantMetadata": metadata_json(order),
        "releaseEnvironment": "Sandbox",
        "limits": {
            "amountLimit": price(order.limit, order.currency),
            "amountBalance": price(balance(order, settings, now), order.currency),
        },
        "chargePermissionType": order.kind,
        "recurringMetadata": {"frequency": None, "amount": None, **order.recurring},
        "presentmentCurrency": order.currency,
    }


def metadata_json(order: Order, more: Mapping[str, str] | None = None) -> dict[str, Plain]:
    """The merchant's own fields of an order, with those of a charge put over them; null where nothing was said."""
    given = {} if order.origin == "checkout" else {"merchantReferenceId": order.number, "merchantStoreName": STORE_NAME}
    known = {**given, **order.metadata, **(more or {})}
    return {name: known.get(name) for name in METADATA}


def charge_json(order: Order, charge: Charge, settings: Settings) -> dict[str, Plain]:
    """A charge; captureAmount and refundedAmount are null before the capture."""
    taken = charge.captured
    refunded = charge.refunded(settings.pending_refunds_counted)
    return {
        "chargeId": charge.charge_id,
        "chargeAmount": price(charge.amount, order.currency),
        "chargePermissionId": order.permission_id,
        "captureAmount": None if taken is None else price(taken, order.currency),
        "refundedAmount": None if taken is None else price(refunded, order.currency),
        "softDescriptor": charge.soft_descriptor,
        "providerMetadata": {"providerReferenceId": charge.provider_reference},
        "convertedAmount": price(charge.amount, order.currency),
        "conversionRate": "1.00",
        "channel": charge.channel,
        "chargeInitiator": charge.initiator,
        "statusDetails": status_json(charge.state, charge.reason, charge.updated),
        "creationTimestamp": compact(charge.created),
        "expirationTimestamp": compact(charge_expires(charge, settings)),
        "releaseEnvironment": "Sandbox",
        "merchantMetadata": metadata_json(order, charge.metadata),
        "platformId": None,
        "webCheckoutDetails": None,
    }


def refund_json(order: Order, refund: Refund) -> dict[str, Plain]:
    """A refund."""
    return {
        "refundId": refund.refund_id,
        "chargeId": refund.charge_id,
        "creationTimestamp": compact(refund.created),
        "refundAmount": price(refund.amount, order.currency),
        "statusDetails": status_json(refund.state, refund.reason, refund.updated),
        "softDescriptor": refund.soft_descriptor,
        "releaseEnvironment": "Sandbox",
    }
