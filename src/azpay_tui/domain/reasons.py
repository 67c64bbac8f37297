"""Every reason code in words for the operator, with the next step (API guide: reason codes, error handling)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reason code in plain words."""

    sentence: str
    """What happened."""
    next_step: str
    """What to do about it."""
    known: bool = True
    """False when this version does not know the code; then the sentence holds the raw word."""


_BUYER_REPAIRS: Final = "Ask the buyer to repair the payment method at pay.amazon.com, then refresh (a r)."
_NOTHING: Final = "Nothing to do."
_REFRESH: Final = "Refresh the order (a r) and look at what is offered now."
_REPORT: Final = "Please report this with the request id; it is a fault of this program."

_CODES: Final[dict[str, tuple[str, str]]] = {
    # Permission that cannot be charged
    "ChargeInProgress": (
        "Another charge of this order is under way.",
        "Capture or void that charge first, or wait until it is decided.",
    ),
    "PaymentMethodInvalid": ("The buyer's payment method was refused.", _BUYER_REPAIRS),
    "PaymentMethodDeleted": ("The buyer deleted the payment method.", _BUYER_REPAIRS),
    "BillingAddressDeleted": ("The billing address of the payment method was deleted.", _BUYER_REPAIRS),
    "PaymentMethodExpired": ("The buyer's card expired.", _BUYER_REPAIRS),
    "PaymentMethodNotAllowed": ("This payment method is not allowed for the order.", _BUYER_REPAIRS),
    "PaymentMethodNotSet": ("The order has no payment method.", _BUYER_REPAIRS),
    "MFAFailed": ("The buyer did not pass the bank's verification.", _BUYER_REPAIRS),
    "MFANotCompleted": ("The buyer has not finished the bank's verification.", _BUYER_REPAIRS),
    "AmountNotSet": ("Amazon says that no amount is set for the order.", _REFRESH),
    # Permission that is closed
    "MerchantClosed": ("The shop closed the order.", _NOTHING),
    "BuyerClosed": ("The buyer closed the agreement in the wallet.", "Ask the buyer to order again."),
    "AmazonClosed": ("Amazon closed the order because it was charged in full.", _NOTHING),
    "Expired": ("The order reached the end of its life (180 days).", "Ask the buyer to order again."),
    # Charge
    "MerchantCanceled": ("The shop ended it.", _NOTHING),
    "ChargePermissionCanceled": ("It ended because the order was cancelled.", _NOTHING),
    "BuyerCanceled": ("The buyer cancelled it.", "Ask the buyer before charging again."),
    "AmazonCanceled": ("Amazon cancelled it.", "Do not ship; ask the buyer to order again."),
    "ExpiredUnused": ("The authorization lapsed without a capture.", "Authorize again (a a) shortly before shipping."),
    "SoftDeclined": (
        "The payment was declined for now; another try may succeed.",
        "Authorize again (a a); after a second decline ask the buyer for another payment method.",
    ),
    "HardDeclined": ("The payment was declined for good; the same card will fail again.", _BUYER_REPAIRS),
    "AmazonRejected": (
        "Amazon rejected it. For an order: it was ended, do not ship. For a refund: the account balance is negative "
        "or the maximum was already refunded.",
        "For an order ask the buyer to order again; for a refund pay the buyer another way.",
    ),
    "ProcessingFailure": (
        "Amazon could not process it because of an internal error; a refund may have been paid through a claim.",
        "Refresh (a r), then try again; check claims before refunding again.",
    ),
    "TransactionTimedOut": (
        "Amazon could not decide in time.",
        "Authorize again (a a); when it repeats ask for another payment method.",
    ),
    "StopShipmentAtypicalAuth": (
        "Amazon says: do not ship this order.",
        "Stop the parcel and look into Seller Central.",
    ),
    "StopShipment": ("Amazon says: do not ship this order.", "Stop the parcel and look into Seller Central."),
    # Errors
    "InvalidHeaderValue": ("Amazon did not accept a header of the request.", _REPORT),
    "MissingHeader": ("Amazon misses a header of the request.", _REPORT),
    "MissingHeaderValue": ("Amazon misses the value of a header.", _REPORT),
    "InvalidRequest": ("Amazon did not accept the request.", _REPORT),
    "InvalidParameterValue": ("Amazon did not accept a value of the request.", _REPORT),
    "MissingParameterValue": ("Amazon misses a value of the request.", _REPORT),
    "InvalidParameterCombination": ("Amazon says that values of the request do not go together.", _REPORT),
    "InvalidRequestFormat": ("Amazon could not read the request.", _REPORT),
    "UnrecognizedField": ("Amazon does not know a field of the request.", _REPORT),
    "InvalidSandboxSimulationSpecified": (
        "The simulation code does not fit the call.",
        "Use a code of that operation.",
    ),
    "DuplicateIdempotencyKey": (
        "This request key was used before with other contents.",
        "Refresh (a r); the journal keeps the intent until a person settles it.",
    ),
    "CurrencyMismatch": ("The currency is not that of the checkout.", "Use the order's currency."),
    "TransactionAmountExceeded": (
        "The amount is more than Amazon allows here.",
        "Refresh (a r) and use a smaller amount.",
    ),
    "PeriodicAmountExceeded": ("The monthly maximum of this agreement is reached.", "Charge again next month."),
    "TransactionCountExceeded": (
        "The number of charges or refunds Amazon allows is reached.",
        "No further one is possible.",
    ),
    "UnauthorizedAccess": (
        "Amazon does not let this account do that.",
        "Check the account and the key in Seller Central.",
    ),
    "InvalidAccountStatus": ("Amazon says the merchant account is not in good standing.", "Look into Seller Central."),
    "InvalidRequestSignature": (
        "Amazon did not accept the signature.",
        "Check that public_key_id and private_key_file belong together and to this environment.",
    ),
    "ResourceNotFound": (
        "Amazon does not know this id here.",
        "Check the id, and that region and environment of the profile are those of the order.",
    ),
    "UnsupportedOperation": ("Amazon does not offer this operation.", _REPORT),
    "RequestNotSupported": ("Amazon does not offer this request.", _REPORT),
    "InvalidChargePermissionStatus": ("The order's status does not allow it.", _REFRESH),
    "ChargePermissionNotModifiable": ("The order is closed and cannot be changed.", _REFRESH),
    "InvalidChargeStatus": ("The charge's status does not allow it.", _REFRESH),
    "TooManyRequests": ("Amazon asks to send less often.", "The program waits and goes on by itself."),
    "RequestThrottled": ("Amazon asks to send less often.", "The program waits and goes on by itself."),
    "InternalServerError": ("Amazon had an internal error.", "The outcome is read back before anything else is done."),
    "ServiceUnavailable": (
        "Amazon is not available at the moment.",
        "The outcome is read back before anything else is done.",
    ),
}

_WARNINGS: Final[dict[str, str]] = {
    "second-hold": "An authorization is live: this puts a second hold on the buyer's money.",
    "beyond-capture": "This gives back more than was taken.",
    "refund-under-way": "Another refund of this charge is under way and counts as spent.",
    "nothing-charged": "Nothing was charged: to call the order off use cancel.",
    "leaves-authorization": "The authorization stays capturable; no new one can be made.",
    "leaves-pending": "What is under way at Amazon stays so.",
    "decision-under-way": "Amazon is still deciding about an authorization of this order.",
    "same-card": "The same card will probably be declined again; the buyer should choose another.",
    "partly-known": "Not all charges of this order may be known here.",
}
WARNINGS: Final = tuple(_WARNINGS)
"""Names of all warnings."""


def explain(code: str) -> Explanation:
    """Put a reason code into words; an unknown code is shown as it came."""
    found = _CODES.get(code)
    if found is None:
        return Explanation(
            f"Amazon gives the reason {code!r}, which this version does not know.",
            "Look the order up in Seller Central.",
            known=False,
        )
    return Explanation(*found)


def known_codes() -> tuple[str, ...]:
    """Return every code that has words."""
    return tuple(_CODES)


def warning_sentence(name: str) -> str:
    """Return the sentence of a named warning; raises `KeyError` for a name that does not exist."""
    return _WARNINGS[name]
