"""Amazon's state and reason words as open strings with the values this version knows (API guide, reason codes).

A word is never turned into a closed enumeration on input: Amazon adds values, and an unknown one is kept, shown raw
and switches the verbs of its object off.
"""

from __future__ import annotations

from typing import Final

# Charge permission
CHARGEABLE: Final = "Chargeable"
NON_CHARGEABLE: Final = "NonChargeable"
CLOSED: Final = "Closed"
PERMISSION_STATES: Final = frozenset({CHARGEABLE, NON_CHARGEABLE, CLOSED})

# Charge
AUTHORIZATION_INITIATED: Final = "AuthorizationInitiated"
AUTHORIZED: Final = "Authorized"
CAPTURE_INITIATED: Final = "CaptureInitiated"
CAPTURED: Final = "Captured"
CANCELED: Final = "Canceled"
DECLINED: Final = "Declined"
CHARGE_STATES: Final = frozenset({AUTHORIZATION_INITIATED, AUTHORIZED, CAPTURE_INITIATED, CAPTURED, CANCELED, DECLINED})
LIVE_CHARGE: Final = frozenset({AUTHORIZATION_INITIATED, AUTHORIZED, CAPTURE_INITIATED})
"""Charges that still hold or move the buyer's money."""

# Refund
REFUND_INITIATED: Final = "RefundInitiated"
REFUNDED: Final = "Refunded"
REFUND_STATES: Final = frozenset({REFUND_INITIATED, REFUNDED, DECLINED})

# Kinds of permission
ONE_TIME: Final = "OneTime"
RECURRING: Final = "Recurring"
SAVED_WALLET: Final = "PaymentMethodOnFile"

# Reasons of a permission that cannot be charged
CHARGE_IN_PROGRESS: Final = "ChargeInProgress"
PAYMENT_METHOD_REASONS: Final = frozenset(
    {
        "PaymentMethodInvalid",
        "PaymentMethodDeleted",
        "BillingAddressDeleted",
        "PaymentMethodExpired",
        "PaymentMethodNotAllowed",
        "PaymentMethodNotSet",
        "MFAFailed",
    }
)
"""Reasons that only the buyer can clear, by repairing the payment method."""

# Reasons of a charge
SOFT_DECLINED: Final = "SoftDeclined"
HARD_DECLINED: Final = "HardDeclined"
AMAZON_REJECTED: Final = "AmazonRejected"
PROCESSING_FAILURE: Final = "ProcessingFailure"
TRANSACTION_TIMED_OUT: Final = "TransactionTimedOut"
EXPIRED_UNUSED: Final = "ExpiredUnused"
MERCHANT_CANCELED: Final = "MerchantCanceled"
PERMISSION_CANCELED: Final = "ChargePermissionCanceled"
AMAZON_CANCELED: Final = "AmazonCanceled"
BUYER_CANCELED: Final = "BuyerCanceled"
ORDER_CANCELED: Final = frozenset({PERMISSION_CANCELED, AMAZON_CANCELED})
"""Reasons of an ended charge that say the whole order was called off."""
SOFT_DECLINES: Final = frozenset({SOFT_DECLINED, PROCESSING_FAILURE, TRANSACTION_TIMED_OUT})
HARD_DECLINES: Final = frozenset({HARD_DECLINED, "PaymentMethodNotAllowed", "MFANotCompleted", "MFAFailed"})

STOP_SHIPMENT: Final = frozenset({"StopShipmentAtypicalAuth", "StopShipment"})
"""Reasons that mean: do not ship, whatever the state says."""
