"""Every reason code in words for the operator: what it means, what became of the money, and what to do next.

Source: API guide, reason codes of charge permission, charge, refund and checkout session, and error handling.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Literal

from azpay_tui.domain.intent import Verb

About = Literal["order", "charge", "refund"]
"""What a code is said of: some codes mean different things for an order, a charge and a refund."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person can do next."""

    text: str
    """A sentence; with a command it has `{}` where the way to it belongs."""
    command: Verb | None = None
    """Id of the command that does it; the same word in the console and on the command line."""

    def write(self, way: Callable[[Verb], str]) -> str:
        """Return the advice with the way to its command, such as the keys or the words of the command line."""
        said = self.text if self.command is None else self.text.replace("{}", f" ({way(self.command)})")
        return said if said.startswith("Nothing") else f"Next: {said}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reason code in plain words."""

    sentence: str
    """What it means."""
    money: str
    """What became of the money."""
    steps: tuple[Step, ...]
    """What to do next, best first; the last one is always possible."""
    known: bool = True
    """False when this version does not know the code; then the sentence holds the raw word."""

    def step(self, valid: Collection[Verb]) -> Step:
        """Return the best step that is possible when these verbs are valid; `refresh` always is."""
        return next(step for step in self.steps if step.command in (None, Verb.REFRESH) or step.command in valid)


def about(verb: Verb) -> About:
    """Return what Amazon's answer to a verb speaks of."""
    if verb is Verb.REFUND:
        return "refund"
    return "order" if verb in (Verb.CANCEL, Verb.CLOSE) else "charge"


_NOTHING_TAKEN: Final = "No money was taken and none is held."
_NOTHING_CHANGED: Final = "Nothing was changed at Amazon; no money moved."
_NOT_KNOWN: Final = "Whether money moved is not known yet."
_KEPT: Final = "What was captured stays with you; a live authorization can still be captured."
_NOT_BACK: Final = "The buyer got nothing back by this refund."
_RELEASED: Final = "Nothing was taken by it; what it held is free again."

_NOTHING: Final = (Step("Nothing to do."),)
_REFRESH: Final = (Step("Refresh the order{} and look at what is offered now.", Verb.REFRESH),)
_ORDER_AGAIN: Final = (Step("Ask the buyer to order again."),)
_SHIP_NOT: Final = (Step("Do not ship; ask the buyer to order again."),)
_BUYER: Final = (Step("Ask the buyer to repair the payment method at pay.amazon.com, then refresh{}.", Verb.REFRESH),)
_REPORT: Final = (Step("Report it with the request id: it is a fault of this program."),)
_SETTLES_ITSELF: Final = (
    Step("Do not repeat it; the outcome is read back by itself. Refresh{} to look.", Verb.REFRESH),
)
_AGAIN: Final = (
    Step("Authorize again{}; after another decline ask the buyer for another payment method.", Verb.AUTHORIZE),
    Step("Ask the buyer for another payment method, then refresh{}.", Verb.REFRESH),
)
_OTHER_CARD: Final = (
    Step("Ask the buyer for another payment method, refresh, then authorize again{}.", Verb.AUTHORIZE),
    *_BUYER,
)
_NEW_AUTHORIZATION: Final = (
    Step("Authorize again{} within the week before shipping.", Verb.AUTHORIZE),
    *_ORDER_AGAIN,
)
_FREE_FIRST: Final = (
    Step("Capture that charge first{}, or wait until it is decided.", Verb.CAPTURE),
    Step("End that charge first{}, or wait until it is decided.", Verb.VOID),
    Step("Wait until it is decided, then refresh{}.", Verb.REFRESH),
)
_OTHER_WAY: Final = (
    Step("Look at your balance in Seller Central, then refund again{} or pay the buyer another way.", Verb.REFUND),
    Step("Look at your balance in Seller Central; pay the buyer another way."),
)
_NOT_TWICE: Final = (
    Step("Look for a claim in Seller Central, then refund again{}; do not pay twice.", Verb.REFUND),
    Step("Look for a claim in Seller Central; do not pay twice."),
)
_STOP: Final = (Step("Stop the parcel and look into Seller Central."),)

_Key = tuple[str, About | None]


def _words(sentence: str, money: str, steps: tuple[Step, ...]) -> Explanation:
    return Explanation(sentence, money, steps)


_OF_ORDERS: Final[dict[_Key, Explanation]] = {
    ("ChargeInProgress", None): _words(
        "A charge of this order is under way, so no other can be made.", "What it holds stays held.", _FREE_FIRST
    ),
    ("PaymentMethodInvalid", None): _words("The buyer's payment method was refused.", _KEPT, _BUYER),
    ("PaymentMethodDeleted", None): _words("The buyer deleted the payment method.", _KEPT, _BUYER),
    ("BillingAddressDeleted", None): _words("The payment method has no billing address any more.", _KEPT, _BUYER),
    ("PaymentMethodExpired", None): _words("The buyer's card expired.", _KEPT, _BUYER),
    ("PaymentMethodNotAllowed", None): _words("This payment method is not allowed for the order.", _KEPT, _BUYER),
    ("PaymentMethodNotAllowed", "charge"): _words(
        "This payment method is not allowed for the order.", _NOTHING_TAKEN, _BUYER
    ),
    ("PaymentMethodNotSet", None): _words("The order has no payment method.", _KEPT, _BUYER),
    ("MFAFailed", None): _words("The buyer did not pass the bank's verification.", _KEPT, _BUYER),
    ("MFAFailed", "charge"): _words("The buyer did not pass the bank's verification.", _NOTHING_TAKEN, _BUYER),
    ("MFANotCompleted", None): _words("The buyer has not finished the bank's verification.", _NOTHING_TAKEN, _BUYER),
    ("AmountNotSet", None): _words("Amazon says that no amount is set for the order.", _KEPT, _REFRESH),
    ("TransactionAmountExceeded", "order"): _words("Nothing is left to charge on this order.", _KEPT, _NOTHING),
    ("MerchantClosed", None): _words("The shop closed the order; no new charge can be made.", _KEPT, _NOTHING),
    ("MerchantCanceled", "order"): _words("The shop closed the order; no new charge can be made.", _KEPT, _NOTHING),
    ("BuyerClosed", None): _words("The buyer closed the agreement in the wallet.", _KEPT, _ORDER_AGAIN),
    ("BuyerCanceled", "order"): _words("The buyer cancelled the agreement in the wallet.", _KEPT, _ORDER_AGAIN),
    ("AmazonCanceled", "order"): _words("Amazon ended the order.", "Nothing more can be charged.", _SHIP_NOT),
    ("AmazonClosed", None): _words(
        "Amazon closed the order because it was charged in full.",
        "The money is yours; refunds stay possible.",
        _NOTHING,
    ),
    ("Expired", None): _words("The order reached the end of its life (180 days).", _KEPT, _ORDER_AGAIN),
    ("Declined", None): _words("The payment was declined at the checkout.", _NOTHING_TAKEN, _ORDER_AGAIN),
}

_OF_CHARGES: Final[dict[_Key, Explanation]] = {
    ("MerchantCanceled", None): _words("The shop ended this authorization.", _RELEASED, _NOTHING),
    ("ChargePermissionCanceled", None): _words("It ended because the order was cancelled.", _RELEASED, _NOTHING),
    ("BuyerCanceled", None): _words(
        "The buyer cancelled it.", _RELEASED, (Step("Ask the buyer before charging again."),)
    ),
    ("AmazonCanceled", None): _words("Amazon cancelled it.", _RELEASED, _SHIP_NOT),
    ("ExpiredUnused", None): _words("The authorization lapsed without a capture.", _RELEASED, _NEW_AUTHORIZATION),
    ("SoftDeclined", None): _words("Declined for now; another try may succeed.", _NOTHING_TAKEN, _AGAIN),
    ("HardDeclined", None): _words("Declined for good; the same card will fail again.", _NOTHING_TAKEN, _OTHER_CARD),
    ("AmazonRejected", None): _words("Amazon rejected it and ended the order.", _NOTHING_TAKEN, _SHIP_NOT),
    ("ProcessingFailure", None): _words("Amazon could not process it: an internal error.", _NOTHING_TAKEN, _AGAIN),
    ("TransactionTimedOut", None): _words("Amazon could not decide in time.", _NOTHING_TAKEN, _AGAIN),
    ("StopShipmentAtypicalAuth", None): _words("Amazon says: do not ship this order.", _KEPT, _STOP),
    ("StopShipment", None): _words("Amazon says: do not ship this order.", _KEPT, _STOP),
}

_OF_REFUNDS: Final[dict[_Key, Explanation]] = {
    ("AmazonRejected", "refund"): _words(
        "Amazon rejected it: your balance is negative, or the maximum was refunded already.",
        _NOT_BACK,
        _OTHER_WAY,
    ),
    ("ProcessingFailure", "refund"): _words(
        "It failed by an internal error, or the buyer was paid by a claim or chargeback already.",
        _NOT_BACK,
        _NOT_TWICE,
    ),
}

_FAULTS: Final = {
    "InvalidHeaderValue": "Amazon did not accept a header of the request.",
    "MissingHeader": "Amazon misses a header of the request.",
    "MissingHeaderValue": "Amazon misses the value of a header.",
    "InvalidRequest": "Amazon did not accept the request.",
    "InvalidParameterValue": "Amazon did not accept a value of the request.",
    "MissingParameterValue": "Amazon misses a value of the request.",
    "InvalidParameterCombination": "Amazon says that values of the request do not go together.",
    "InvalidRequestFormat": "Amazon could not read the request.",
    "UnrecognizedField": "Amazon does not know a field of the request.",
    "UnsupportedOperation": "Amazon does not offer this operation.",
    "RequestNotSupported": "Amazon does not offer this request.",
    "InvalidCheckoutSessionStatus": "The checkout's status does not allow it.",
    "CheckoutSessionCanceled": "The checkout was cancelled.",
    "AmountMismatch": "The amount is not the one agreed at the checkout.",
}
"""What this program never asks for, or asks wrongly when it has a fault."""

_OF_REQUESTS: Final[dict[_Key, Explanation]] = {
    **{(code, None): _words(sentence, _NOTHING_CHANGED, _REPORT) for code, sentence in _FAULTS.items()},
    ("InvalidSandboxSimulationSpecified", None): _words(
        "The simulation code does not fit the call.", _NOTHING_CHANGED, (Step("Use a code of that operation."),)
    ),
    ("DuplicateIdempotencyKey", None): _words(
        "Amazon knows this request key with other contents.",
        _NOT_KNOWN,
        (Step("Look in Seller Central what happened, then settle it: azpay journal settle."),),
    ),
    ("CurrencyMismatch", None): _words(
        "The currency is not that of the checkout.", _NOTHING_CHANGED, (Step("Use the order's currency."),)
    ),
    ("TransactionAmountExceeded", None): _words(
        "The amount is more than Amazon allows here.",
        _NOTHING_CHANGED,
        (Step("Refresh the order{} and use a smaller amount.", Verb.REFRESH),),
    ),
    ("PeriodicAmountExceeded", None): _words(
        "The monthly maximum of this agreement is reached.",
        _NOTHING_CHANGED,
        (Step("Charge again from the first of next month on."),),
    ),
    ("TransactionCountExceeded", None): _words(
        "The number of charges or refunds Amazon allows is reached.",
        _NOTHING_CHANGED,
        (Step("No further one is possible here; settle the rest with the buyer another way."),),
    ),
    ("UnauthorizedAccess", None): _words(
        "Amazon does not let this account do that.",
        _NOTHING_CHANGED,
        (Step("Check account and key in Seller Central and in the profile."),),
    ),
    ("InvalidAccountStatus", None): _words(
        "Amazon says the merchant account is not in good standing.",
        _NOTHING_CHANGED,
        (Step("Look into Seller Central."),),
    ),
    ("InvalidRequestSignature", None): _words(
        "Amazon did not accept the signature.",
        _NOTHING_CHANGED,
        (Step("Check that public_key_id and private_key_file belong together and to this environment."),),
    ),
    ("ResourceNotFound", None): _words(
        "Amazon does not know this id here.",
        _NOTHING_CHANGED,
        (Step("Check the id, and that region and environment of the profile are those of the order."),),
    ),
    ("InvalidChargePermissionStatus", None): _words(
        "The order's status does not allow it any more.", _NOTHING_CHANGED, _REFRESH
    ),
    ("ChargePermissionNotModifiable", None): _words(
        "The order is closed and cannot be changed.", _NOTHING_CHANGED, _REFRESH
    ),
    ("InvalidChargeStatus", None): _words(
        "The charge's status does not allow it any more.", _NOTHING_CHANGED, _REFRESH
    ),
    ("TooManyRequests", None): _words(
        "Amazon asks to send less often.", _NOT_KNOWN, (Step("Nothing to do: it waits and goes on by itself."),)
    ),
    ("RequestThrottled", None): _words(
        "Amazon asks to send less often.", _NOT_KNOWN, (Step("Nothing to do: it waits and goes on by itself."),)
    ),
    ("InternalServerError", None): _words("Amazon had an internal error.", _NOT_KNOWN, _SETTLES_ITSELF),
    ("ServiceUnavailable", None): _words("Amazon is not available at the moment.", _NOT_KNOWN, _SETTLES_ITSELF),
}

_WORDS: Final[dict[_Key, Explanation]] = {**_OF_REQUESTS, **_OF_CHARGES, **_OF_REFUNDS, **_OF_ORDERS}

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
    "sale-cancelled": "The sale was cancelled here: nothing should be charged for it any more.",
    "lines-cancelled": "Lines were cancelled here: this charges more than the other lines cost, or nobody can tell.",
    "cancelled-before": "Lines of this order were cancelled before: this cancels more of it.",
}
WARNINGS: Final = tuple(_WARNINGS)
"""Names of all warnings."""


def explain(code: str, of: About | None = None) -> Explanation:
    """Put a reason code into words, said of an order, a charge or a refund; an unknown code is shown as it came."""
    found = _WORDS.get((code, of)) or _WORDS.get((code, None))
    if found is not None:
        return found
    return Explanation(
        f"Amazon gives the reason {code!r}, which this version does not know.",
        "What became of the money is what the order's state says.",
        (Step("Look the order up in Seller Central, then refresh{}.", Verb.REFRESH),),
        known=False,
    )


def known_codes() -> tuple[str, ...]:
    """Return every code that has words."""
    return tuple(dict.fromkeys(code for code, _ in _WORDS))


def meanings() -> tuple[tuple[str, About | None, Explanation], ...]:
    """Return every code with what it may be said of and its words."""
    return tuple((code, of, words) for (code, of), words in _WORDS.items())


def warning_sentence(name: str) -> str:
    """Return the sentence of a named warning; raises `KeyError` for a name that does not exist."""
    return _WARNINGS[name]
