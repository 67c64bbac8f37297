"""Orders in every situation the action matrix speaks of, made of plain facts and without any rule of the product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, OpenIntent, Order, Permission, Reason, Refund, ShopFacts

NOW: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ORDER: Final = "S01-1234567-7654321"
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
LIMIT: Final = 120_00
LIVE: Final = ("AuthorizationInitiated", "Authorized", "CaptureInitiated")


def charge_id(number: int = 1) -> str:
    return f"{ORDER}-C{number:06d}"


def refund_id(number: int = 1) -> str:
    return f"{ORDER}-R{number:06d}"


def permission(
    state: str = "Chargeable",
    *codes: str,
    limit: int | None = LIMIT,
    balance: int | None = LIMIT,
    currency: str = "USD",
    kind: str = "OneTime",
    age: timedelta = 2 * HOUR,
    expires: datetime | None = None,
) -> Permission:
    return Permission(
        id=ORDER,
        state=state,
        kind=kind,
        reasons=tuple(Reason(code) for code in codes),
        limit=None if limit is None else Money(limit, currency),
        balance=None if balance is None else Money(balance, currency),
        created=NOW - age,
        expires=expires,
    )


def charge(
    state: str,
    reason: str | None = None,
    *,
    number: int = 1,
    amount: int = LIMIT,
    captured: int | None = None,
    refunded: int | None = None,
    currency: str = "USD",
    age: timedelta = DAY,
) -> Charge:
    if state == "Captured" and captured is None:
        captured = amount
    return Charge(
        id=charge_id(number),
        state=state,
        amount=Money(amount, currency),
        reason=reason,
        captured=None if captured is None else Money(captured, currency),
        refunded=None if refunded is None else Money(refunded, currency),
        created=NOW - age,
        expires=NOW - age + timedelta(days=30),
        updated=NOW - age,
    )


def refund(
    amount: int,
    state: str = "Refunded",
    reason: str | None = None,
    *,
    number: int = 1,
    of: int = 1,
    currency: str = "USD",
    age: timedelta = HOUR,
) -> Refund:
    return Refund(refund_id(number), charge_id(of), state, Money(amount, currency), reason, None, NOW - age, NOW - age)


def order(
    *charges: Charge,
    state: str = "Chargeable",
    codes: Sequence[str] = (),
    refunds: Sequence[Refund] = (),
    complete: bool = True,
    limit: int = LIMIT,
    currency: str = "USD",
    kind: str = "OneTime",
    age: timedelta = 40 * DAY,
    amount: int | None = None,
) -> Order:
    """Make an order whose balance is what its captures leave of the limit."""
    taken = sum(c.captured.minor for c in charges if c.state == "Captured" and c.captured is not None)
    made = permission(state, *codes, limit=limit, balance=max(0, limit - taken), currency=currency, kind=kind, age=age)
    known = ShopFacts(number="1001", amount=None if amount is None else Money(amount, currency), complete=complete)
    return Order(id=ORDER, shop=known, permission=made, charges=charges, refunds=tuple(refunds))


def intent(
    verb: str,
    state: str = "unknown",
    *,
    target: str | None = None,
    amount: int | None = LIMIT,
    result: str | None = None,
    currency: str = "USD",
    age: timedelta = timedelta(minutes=1),
) -> OpenIntent:
    money = None if amount is None else Money(amount, currency)
    return OpenIntent("I1", verb, target or charge_id(), state, money, NOW - age, "ops", result)


def busy(made: Order) -> Order:
    """Return the order as Amazon shows it when a live charge makes the permission ChargeInProgress."""
    shown = made.permission
    live = any(c.state in LIVE for c in made.charges)
    if shown is None or not live or shown.state not in ("Chargeable", "NonChargeable"):
        return made
    reasons = (*shown.reasons, Reason("ChargeInProgress"))
    return replace(made, permission=replace(shown, state="NonChargeable", reasons=reasons))


def repaired_later(made: Order, age: timedelta = HOUR) -> Order:
    """Return an order whose permission took its state last this long ago, after all of its charges."""
    assert made.permission is not None
    return replace(made, permission=replace(made.permission, updated=NOW - age))


def captured(state: str = "Closed", *refunds: Refund, refunded: int | None = None) -> Order:
    """Return an order captured in full, closed unless said otherwise."""
    codes = {"Closed": ("AmazonClosed",), "NonChargeable": ("PaymentMethodExpired",)}.get(state, ())
    taken = charge("Captured", refunded=refunded, age=2 * DAY)
    limit = LIMIT if state == "Closed" else 2 * LIMIT
    return order(taken, state=state, codes=codes, refunds=refunds, limit=limit)


SITUATIONS: Final[dict[str, Callable[[], Order]]] = {
    "2 open": lambda: order(),
    "3 pending": lambda: order(charge("AuthorizationInitiated", age=HOUR)),
    "4 authorized": lambda: order(charge("Authorized", age=3 * DAY)),
    "5 authorized, aged": lambda: order(charge("Authorized", age=8 * DAY)),
    "6 lapsed by reason": lambda: order(charge("Canceled", "ExpiredUnused", age=31 * DAY)),
    "6 lapsed by age": lambda: order(charge("Authorized", age=31 * DAY)),
    "7 capturing": lambda: order(charge("CaptureInitiated", age=8 * DAY)),
    "7 capturing, suspended": lambda: order(
        charge("CaptureInitiated", age=8 * DAY), state="NonChargeable", codes=["PaymentMethodExpired"]
    ),
    "7 capturing, closed": lambda: order(
        charge("CaptureInitiated", age=8 * DAY), state="Closed", codes=["MerchantClosed"]
    ),
    "8 part captured": lambda: order(charge("Captured", captured=48_00)),
    "9 captured": lambda: order(charge("Captured"), state="Closed", codes=["AmazonClosed"]),
    "10 closed, authorized": lambda: order(charge("Authorized"), state="Closed", codes=["MerchantClosed"]),
    "11 suspended, authorized": lambda: order(
        charge("Authorized"), state="NonChargeable", codes=["PaymentMethodInvalid"]
    ),
    "12 suspended": lambda: order(state="NonChargeable", codes=["PaymentMethodInvalid"]),
    "13 declined soft": lambda: order(charge("Declined", "SoftDeclined")),
    "13 processing failure": lambda: order(charge("Declined", "ProcessingFailure")),
    "13 timed out": lambda: order(charge("Declined", "TransactionTimedOut")),
    "14 declined hard": lambda: order(charge("Declined", "HardDeclined")),
    "14 declined hard, suspended": lambda: order(
        charge("Declined", "HardDeclined"), state="NonChargeable", codes=["PaymentMethodInvalid"]
    ),
    "15 rejected": lambda: order(charge("Declined", "AmazonRejected"), state="Closed", codes=["AmazonCanceled"]),
    "16 voided": lambda: order(charge("Canceled", "MerchantCanceled")),
    "17 canceled": lambda: order(
        charge("Canceled", "ChargePermissionCanceled"), state="Closed", codes=["MerchantClosed"]
    ),
    "17 closed, none": lambda: order(state="Closed", codes=["Expired"]),
    "23 unknown order": lambda: order(charge("Authorized"), state="UnderReview"),
    "23 unknown charge": lambda: order(charge("PartiallySettled")),
    "23 unknown order, none": lambda: order(state="UnderReview"),
}
"""Every row v2 can reach but 18 to 22, by number and name; the refund rows are made with `captured`."""
