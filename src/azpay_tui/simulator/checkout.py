"""A checkout session: what the merchant said of it, who signed in, what it still lacks, what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from azpay_tui.simulator.amounts import EXPONENTS
from azpay_tui.simulator.model import Buyer

OPEN_FOR: Final = timedelta(hours=24)
KEPT_FOR: Final = timedelta(days=30)
#: How long a simulated payment method keeps an authorization pending.
METHOD_DECIDES: Final = timedelta(seconds=30)
#: The least that an order's limit is raised to when overcharging is allowed, in whole units.
_OVERCHARGE_LEAST: Final = {"JPY": 70_000}
#: What a recurring permission may take in a calendar month, in whole units.
_MONTH: Final = {"USD": 1_000, "JPY": 100_000}

#: Last digits of the buyer's payment method -> what it simulates in sandbox.
METHODS: Final[dict[str, str]] = {
    "1111": "The payment succeeds.",
    "0005": "The payment succeeds.",
    "4444": "The payment succeeds.",
    "9424": "The payment succeeds.",
    "0000": "The payment succeeds.",
    "1212": "The payment succeeds (Japan).",
    "3064": "The session is Canceled with BuyerCanceled.",
    "3434": "The session is Canceled with Declined when it is completed.",
    "0701": "The authorization is pending and is approved after 30 seconds.",
    "4354": "The authorization is pending and is declined with HardDeclined after 30 seconds.",
}

#: What a session may lack, in the order of Amazon's answers.
CONSTRAINTS: Final[dict[str, str]] = {
    "BuyerNotAssociated": "There is no buyer associated with the session; the buyer has to sign in.",
    "ChargeAmountNotSet": "chargeAmount is not set.",
    "CheckoutResultReturnUrlNotSet": "checkoutResultReturnUrl is not set.",
    "PaymentIntentNotSet": "paymentIntent is not set.",
    "RecurringFrequencyNotSet": "recurringMetadata.frequency is not set.",
}


@dataclass(slots=True)
class Session:
    """One checkout session; amounts in minor units of ``currency``.

    ``web`` are the merchant's addresses, ``approved`` whether the buyer confirmed what is set now, ``method`` the
    last digits of the payment method, ``token`` names the buyer to Get Buyer.
    """

    session_id: str
    store_id: str
    created: datetime
    updated: datetime
    state: str = "Open"
    reason: str | None = None
    web: dict[str, str] = field(default_factory=dict)
    intent: str | None = None
    may_pend: bool = False
    currency: str | None = None
    amount: int | None = None
    total: int | None = None
    presentment: str | None = None
    soft_descriptor: str | None = None
    overcharge: bool | None = None
    extend: bool | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    kind: Literal["OneTime", "Recurring"] = "OneTime"
    recurring: dict[str, Any] = field(default_factory=dict)
    scopes: list[str] | None = None
    delivery: dict[str, Any] = field(default_factory=dict)
    provider_reference: str | None = None
    platform_id: str | None = None
    supplementary: str | None = None
    buyer: Buyer | None = None
    token: str | None = None
    method: str = "1111"
    approved: bool = False
    permission_id: str | None = None
    charge_id: str | None = None

    def lacks(self) -> list[str]:
        """The constraints that stand between the session and its completion."""
        missing = {
            "BuyerNotAssociated": self.buyer is None,
            "ChargeAmountNotSet": self.amount is None,
            "CheckoutResultReturnUrlNotSet": "checkoutResultReturnUrl" not in self.web,
            "PaymentIntentNotSet": self.intent is None,
            "RecurringFrequencyNotSet": self.kind == "Recurring" and not self.recurring.get("frequency"),
        }
        return [name for name in CONSTRAINTS if missing[name]]

    def limit(self, unpublished: int) -> int:
        """What the permission will allow: the order total, or much more when overcharging is allowed.

        A recurring permission has the cap of a calendar month, ``unpublished`` whole units where none is published.
        """
        currency = self.currency or "USD"
        unit = 10 ** EXPONENTS[currency]
        order = max(self.amount or 0, self.total or 0)
        if self.kind == "Recurring":
            return int(_MONTH.get(currency, unpublished) * unit)
        return int(max(9 * order, _OVERCHARGE_LEAST.get(currency, 500) * unit)) if self.overcharge else order

    def expires(self) -> datetime:
        """When an open session is canceled."""
        return self.created + OPEN_FOR

    def gone(self, now: datetime) -> bool:
        """Whether Amazon has deleted it."""
        return now >= self.expires() + KEPT_FOR

    def settle(self, now: datetime) -> bool:
        """Let the session expire when its time has come; answer whether it did."""
        if self.state != "Open" or now < self.expires():
            return False
        self.cancel("Expired", self.expires())
        return True

    def cancel(self, reason: str, now: datetime) -> None:
        """End the session without a permission."""
        self.state, self.reason, self.updated = "Canceled", reason, now
