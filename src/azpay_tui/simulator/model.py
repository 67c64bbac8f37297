"""What the simulator knows of an order: the permission with its charges and their refunds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

GUARANTEE: Final = timedelta(days=7)
PERMISSION_LIFE: Final = timedelta(days=180)
BUYER_WINDOW: Final = timedelta(days=30)

#: Charges in these states keep a permission busy and can still take money.
LIVE: Final = frozenset({"AuthorizationInitiated", "Authorized", "CaptureInitiated"})

DECLINE_REASONS: Final = ("SoftDeclined", "HardDeclined", "AmazonRejected", "ProcessingFailure", "TransactionTimedOut")
#: Refusals of Create Charge that no charge can be in: they concern the buyer's payment method.
REFUSAL_REASONS: Final = {"PaymentMethodNotAllowed": "PaymentMethodNotAllowed", "MFANotCompleted": "MFAFailed"}
REFUND_DECLINE_REASONS: Final = ("AmazonRejected", "ProcessingFailure")
BLOCK_REASONS: Final = (
    "PaymentMethodInvalid", "PaymentMethodDeleted", "BillingAddressDeleted", "PaymentMethodExpired",
    "PaymentMethodNotAllowed", "PaymentMethodNotSet", "MFAFailed", "AmountNotSet",
)  # fmt: skip


@dataclass(slots=True)
class Refund:
    """Money on its way back to the buyer; ``held`` objects wait for the clock to be moved."""

    refund_id: str
    charge_id: str
    amount: int
    created: datetime
    updated: datetime
    state: str = "RefundInitiated"
    reason: str | None = None
    soft_descriptor: str | None = None
    decides_at: datetime | None = None
    held: bool = False


@dataclass(slots=True)
class Charge:
    """One authorization and its single capture, amounts in minor units of the order's currency."""

    charge_id: str
    amount: int
    created: datetime
    updated: datetime
    state: str
    reason: str | None = None
    captured: int | None = None
    capturing: int | None = None
    capture_now: bool = False
    soft_descriptor: str | None = None
    channel: str = "Web"
    initiator: str = "CITU"
    metadata: dict[str, str] = field(default_factory=dict)
    provider_reference: str | None = None
    decides_at: datetime | None = None
    verdict: str | None = None
    held: bool = False
    refunds: list[Refund] = field(default_factory=list)
    next_refusal: str | None = None

    def refunded(self, pending: bool) -> int:
        """Sum of the refunds that succeeded, and of those being decided when ``pending``."""
        states = ("Refunded", "RefundInitiated") if pending else ("Refunded",)
        return sum(refund.amount for refund in self.refunds if refund.state in states)


@dataclass(frozen=True, slots=True)
class Buyer:
    """A made-up buyer with an address."""

    name: str
    email: str
    phone: str
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str
    buyer_id: str | None = None


@dataclass(slots=True)
class Order:
    """A charge permission and everything under it; ``amount`` is the shop's, ``limit`` Amazon's.

    ``metadata`` is what requests set of merchantMetadata, ``recurring`` the kept recurringMetadata; an ``extended``
    permission lives 13 months. The limit of a Recurring permission is that of a calendar month.
    """

    permission_id: str
    number: str
    currency: str
    amount: int
    limit: int
    created: datetime
    updated: datetime
    buyer: Buyer
    origin: Literal["sample", "control", "checkout"]
    state: str = "Chargeable"
    reasons: list[str] = field(default_factory=list)
    next_decline: str | None = None
    charges: list[Charge] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    metadata_changed: bool = False
    recurring: dict[str, Any] = field(default_factory=dict)
    extended: bool = False
    kind: Literal["OneTime", "Recurring"] = "OneTime"

    def captured(self, since: datetime | None = None) -> int:
        """What was taken so far, or since a moment; refunds do not give it back to the limit."""
        return sum(charge.captured or 0 for charge in self.charges if since is None or charge.updated >= since)

    def capturing(self) -> int:
        """What captures under way will take."""
        return sum(charge.capturing or 0 for charge in self.charges if charge.state == "CaptureInitiated")

    def charge_ids(self) -> list[str]:
        """Ids of all charges, oldest first."""
        return [charge.charge_id for charge in self.charges]

    def refund_ids(self) -> list[str]:
        """Ids of all refunds, by charge, oldest first."""
        return [refund.refund_id for charge in self.charges for refund in charge.refunds]


def permission_id_of(any_id: str) -> str:
    """The permission a charge or refund belongs to: the first 19 characters of its id."""
    return any_id[:19]
