"""Random orders, possible and impossible, for properties that must hold whatever Amazon says."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from tests.support.orders import NOW, ORDER, charge_id, refund_id

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, LocalDecline, OpenIntent, Order, Permission, Reason, Refund, ShopFacts

PERMISSION_STATES: Final = ("Chargeable", "NonChargeable", "Closed", "UnderReview")
PERMISSION_REASONS: Final = (
    "ChargeInProgress",
    "PaymentMethodInvalid",
    "MFAFailed",
    "AmountNotSet",
    "MerchantClosed",
    "AmazonCanceled",
    "Expired",
    "Moon{phase}",
    "StopShipmentAtypicalAuth",
)
CHARGE_STATES: Final = (
    "AuthorizationInitiated",
    "Authorized",
    "CaptureInitiated",
    "Captured",
    "Canceled",
    "Declined",
    "PartiallySettled",
)
CHARGE_REASONS: Final = (
    None,
    "SoftDeclined",
    "HardDeclined",
    "AmazonRejected",
    "ProcessingFailure",
    "ExpiredUnused",
    "MerchantCanceled",
    "ChargePermissionCanceled",
    "AmazonCanceled",
    "BuyerCanceled",
    "Full{moon}",
)
REFUND_STATES: Final = ("RefundInitiated", "Refunded", "Declined", "Reversed")
INTENT_STATES: Final = ("intent", "sent", "unknown", "attention", "accepted")
VERBS: Final = ("authorize", "capture", "void", "refund", "cancel", "close")

_ages = st.one_of(
    st.timedeltas(timedelta(0), timedelta(days=200)),
    st.sampled_from([timedelta(days=days) for days in (1, 5, 7, 28, 30, 178, 180)]),
)
_times = st.one_of(st.none(), _ages.map(lambda age: NOW - age))
_ends = st.one_of(st.none(), st.timedeltas(timedelta(days=-5), timedelta(days=200)).map(lambda left: NOW + left))


@st.composite
def monies(draw: st.DrawFn, currency: str, tidy: bool) -> Money:
    """Draw an amount of one currency; when untidy sometimes of another or an unknown one."""
    if not tidy and draw(st.integers(0, 9)) == 0:
        currency = draw(st.sampled_from(["USD", "JPY", "EUR", "CHF", "XYZ"]))
    minor = draw(st.integers(0, 200_00))
    return Money(minor, currency, draw(st.integers(0, 3))) if currency == "XYZ" else Money(minor, currency)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Draw an order as the cache might hold it: half of them in words this version knows and in one currency."""
    tidy = draw(st.booleans())
    words = slice(0, -1) if tidy else slice(None)
    currency = draw(st.sampled_from(["USD", "USD", "EUR", "JPY", "CHF"]))
    amount = monies(currency, tidy)
    maybe = st.one_of(st.none(), amount)
    charges = []
    for number in range(1, draw(st.integers(0, 4)) + 1):
        state = draw(st.sampled_from(CHARGE_STATES[words]))
        charges.append(
            Charge(
                id=charge_id(number),
                state=state,
                amount=draw(amount),
                reason=draw(st.sampled_from(CHARGE_REASONS)),
                captured=draw(maybe),
                refunded=draw(maybe),
                created=draw(_times),
                expires=draw(_ends),
                updated=draw(_times),
            )
        )
    refunds = [
        Refund(
            id=refund_id(number),
            charge_id=charge_id(draw(st.integers(1, 4))),
            state=draw(st.sampled_from(REFUND_STATES[words])),
            amount=draw(amount),
            reason=draw(st.sampled_from(CHARGE_REASONS)),
            created=draw(_times),
        )
        for number in range(1, draw(st.integers(0, 4)) + 1)
    ]
    ids = [ORDER, *(charge_id(n) for n in range(1, 7)), *(refund_id(n) for n in range(1, 7))]
    intents = [
        OpenIntent(
            id=f"I{number}",
            verb=draw(st.sampled_from(VERBS)),
            target=draw(st.sampled_from(ids)),
            state=draw(st.sampled_from(INTENT_STATES)),
            amount=draw(maybe),
            at=NOW - draw(_ages),
            person="ops",
            result_id=draw(st.one_of(st.none(), st.sampled_from(ids))),
        )
        for number in range(draw(st.sampled_from([0, 0, 0, 1, 2])))
    ]
    declines = [
        LocalDecline(NOW - draw(_ages), draw(maybe), draw(st.sampled_from(["SoftDeclined", "HardDeclined", "Odd"])))
        for _ in range(draw(st.sampled_from([0, 0, 1])))
    ]
    permission = Permission(
        id=ORDER,
        state=draw(st.sampled_from(PERMISSION_STATES[words])),
        kind=draw(st.sampled_from(["OneTime", "OneTime", "OneTime", "Recurring", "PaymentMethodOnFile", "Lease"])),
        reasons=tuple(Reason(code) for code in draw(st.lists(st.sampled_from(PERMISSION_REASONS), max_size=2))),
        limit=draw(maybe),
        balance=draw(maybe),
        created=draw(_times),
        expires=draw(_ends),
    )
    rare = st.sampled_from([False] * 6 + [True])
    return Order(
        id=ORDER,
        shop=ShopFacts(amount=draw(maybe), complete=draw(st.booleans())),
        permission=None if draw(rare) else permission,
        charges=tuple(charges),
        refunds=tuple(refunds),
        unread=frozenset(draw(st.lists(st.sampled_from(ids[5:]), max_size=1))) if draw(rare) else frozenset(),
        missing=frozenset({ORDER}) if draw(rare) and draw(rare) else frozenset(),
        intents=tuple(intents),
        declines=tuple(declines),
        canceled_here=draw(rare),
    )
