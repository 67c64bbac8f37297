"""The sandbox simulation codes that are confirmed, by operation; every other code is refused as Amazon does."""

from __future__ import annotations

from typing import Final

from azpay_tui.simulator.routes import Operation

#: Codes of Create Charge that decline at once, and what they leave behind.
DECLINES: Final[dict[str, str]] = {
    "SoftDeclined": "422; the permission stays Chargeable.",
    "HardDeclined": "422; the permission becomes NonChargeable with PaymentMethodInvalid.",
    "AmazonRejected": "422; the permission is Closed with AmazonCanceled.",
    "TransactionTimedOut": "422; the permission stays Chargeable.",
}
_CLOSE: Final = {"AmazonClosed": "The permission is Closed with AmazonClosed."}

#: Operation -> code -> what it forces.
CODES: Final[dict[Operation, dict[str, str]]] = {
    "authorize": {
        **DECLINES,
        "CaptureInitiated": "With captureNow only: 201 and a charge in CaptureInitiated that is captured later.",
    },
    "capture": {
        "CaptureInitiated": "The charge is in CaptureInitiated and is captured later.",
        "AmazonRejected": "The charge is in CaptureInitiated and is declined later.",
    },
    "complete-session": {
        "BuyerCanceled": "400 CheckoutSessionCanceled; the session is Canceled with BuyerCanceled.",
        "AmazonCanceled": "400 CheckoutSessionCanceled; the session is Canceled with AmazonCanceled.",
        "Declined": "400 CheckoutSessionCanceled; the session is Canceled with Declined.",
        "AuthorizationInitiated": (
            "202 and a charge in AuthorizationInitiated; with paymentIntent Authorize and"
            " canHandlePendingAuthorization only."
        ),
    },
    "close": _CLOSE,
    "cancel": _CLOSE,
}
