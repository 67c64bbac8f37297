"""Orders made in a named situation, each so that a client finds one row of the action matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from azpay_tui.simulator import rules
from azpay_tui.simulator.amounts import EXPONENTS, refund_cap
from azpay_tui.simulator.book import Book
from azpay_tui.simulator.fields import Fields
from azpay_tui.simulator.model import Charge, Order, Refund
from azpay_tui.simulator.people import make_buyer
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.wire import JsonValue

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Situation:
    """A state of affairs by name: how old its last charge (or the order) is unless asked otherwise, what it is."""

    age: timedelta
    says: str


SITUATIONS: Final[dict[str, Situation]] = {
    "open": Situation(2 * _HOUR, "A permission that can be charged and was not yet."),
    "pending": Situation(_HOUR, "An authorization that Amazon is still deciding."),
    "authorized": Situation(
        _DAY, "A hold on the buyer, to be captured or voided; after 7 days its capture takes time."
    ),
    "lapsed": Situation(31 * _DAY, "An authorization that was not captured within its 30 days."),
    "capturing": Situation(8 * _DAY, "A capture that Amazon is still deciding."),
    "part-captured": Situation(
        2 * _DAY, "A charge captured in part (40 % unless said); the rest can be charged again."
    ),
    "captured": Situation(3 * _DAY, "A charge captured in full; the permission is closed."),
    "closed-authorized": Situation(2 * _DAY, "A permission the merchant closed while a charge was authorized."),
    "suspended-authorized": Situation(2 * _DAY, "An authorized charge under a payment method that became invalid."),
    "suspended": Situation(_DAY, "A permission without charges whose payment method the buyer has to repair."),
    "declined-soft": Situation(5 * _HOUR, "A charge declined in a way that may succeed when tried again."),
    "declined-hard": Situation(6 * _HOUR, "A charge declined for good; the payment method has to be changed."),
    "rejected": Situation(8 * _HOUR, "A charge Amazon rejected; the permission is closed."),
    "voided": Situation(2 * _DAY, "An authorization the merchant canceled; the permission can be charged again."),
    "canceled": Situation(2 * _DAY, "A permission the merchant closed together with its charges."),
    "part-refunded": Situation(6 * _DAY, "A captured charge with a refund of a part (30 % unless said)."),
    "refunded": Situation(6 * _DAY, "A captured charge refunded in full; the surplus is left."),
    "refund-cap": Situation(9 * _DAY, "A captured charge refunded up to the most that can be refunded."),
    "refunding": Situation(4 * _DAY, "A captured charge with a refund that Amazon is still deciding."),
    "refund-declined": Situation(5 * _DAY, "A captured charge whose refund Amazon declined."),
    "unknown": Situation(3 * _HOUR, "A permission and a charge in states that nobody documents."),
}

_CAPTURED: Final = frozenset(
    {"part-captured", "captured", "part-refunded", "refunded", "refund-cap", "refunding", "refund-declined"}
)
_REFUNDED: Final = frozenset({"part-refunded", "refunded", "refunding", "refund-declined"})
_WISH_FIELDS: Final = (
    "number", "amount", "currency", "limit", "situation", "age", "captured", "refunded", "buyer_name", "buyer_email",
)  # fmt: skip
_MAX_AMOUNT: Final = 15_000_000


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as asked for; amounts in minor units, ``age`` of its last charge, or of the order without one."""

    situation: str
    currency: str = "USD"
    amount: int = 12_000
    limit: int = 12_000
    number: str | None = None
    age: timedelta | None = None
    captured: int | None = None
    refunded: int | None = None
    buyer_name: str | None = None
    buyer_email: str | None = None


def read_wish(value: JsonValue, prefix: str = "") -> Wish:
    """Read one posted order strictly. Raises FieldError."""
    fields = Fields(value, _WISH_FIELDS, prefix)
    situation = fields.text("situation", limit=40, choices=tuple(SITUATIONS)) or "open"
    currency = fields.text("currency", limit=3, choices=tuple(EXPONENTS)) or "USD"
    amount = fields.amount("amount", currency) or 120 * 10 ** EXPONENTS[currency]
    limit = fields.amount("limit", currency) or amount
    captured, refunded = fields.amount("captured", currency), fields.amount("refunded", currency)
    if limit < amount:
        raise fields.invalid("limit", "at least the amount")
    if amount > _MAX_AMOUNT:
        raise fields.invalid("amount", "at most 150,000 (10,000,000 yen)")
    if captured is not None and (captured > amount or situation not in _CAPTURED):
        raise fields.invalid("captured", "at most the amount, and only where something was captured")
    if captured == limit and situation == "part-captured":
        raise fields.invalid("captured", "less than the limit, else nothing is left to capture")
    if refunded is not None and situation not in _REFUNDED:
        raise fields.invalid("refunded", f"only with {', '.join(sorted(_REFUNDED))}")
    taken = captured if captured is not None else amount
    if refunded is not None and refunded > refund_cap(taken, currency):
        raise fields.invalid("refunded", "at most the refund cap of the captured amount")
    if situation == "part-refunded" and refunded is not None and refunded >= taken:
        raise fields.invalid("refunded", "less than the captured amount")
    if (situation == "part-refunded" and taken < 2) or (situation == "part-captured" and amount < 2):
        raise fields.invalid("amount", "large enough to be divided")
    return Wish(
        situation=situation,
        currency=currency,
        amount=amount,
        limit=limit,
        number=fields.text("number", limit=256),
        age=fields.span("age"),
        captured=captured,
        refunded=refunded,
        buyer_name=fields.text("buyer_name", limit=500),
        buyer_email=fields.text("buyer_email", limit=500),
    )


def make_order(
    wish: Wish,
    book: Book,
    settings: Settings,
    now: datetime,
    origin: Literal["sample", "control"] = "control",
) -> Order:
    """Make the order and put it into the book. Its objects are held: they wait for the clock to be moved."""
    age = SITUATIONS[wish.situation].age if wish.age is None else wish.age
    has_charge = wish.situation not in ("open", "suspended")
    made = (now - age).replace(microsecond=0)
    created = made - timedelta(minutes=2) if has_charge else made
    buyer = make_buyer(book.random, wish.currency, len(book) + 1)
    order = Order(
        permission_id=book.new_permission_id(),
        number=wish.number or f"SIM-{len(book) + 1:05d}",
        currency=wish.currency,
        amount=wish.amount,
        limit=wish.limit,
        created=created,
        updated=created,
        buyer=replace(buyer, name=wish.buyer_name or buyer.name, email=wish.buyer_email or buyer.email),
        origin=origin,
    )
    if has_charge:
        charge = add_charge(order, book, wish.amount, made)
        _shape_charge(wish, order, charge, book, settings, now)
    if wish.situation == "suspended":
        rules.suspend(order, "PaymentMethodInvalid", _later(made, now, 10))
    if wish.situation == "unknown":
        order.state = "UnderReview"
    if order.state in ("Chargeable", "NonChargeable") and rules.permission_expires(order) <= now:
        rules.close(order, "Expired", rules.permission_expires(order))
    book.add(order)
    return order


def add_charge(order: Order, book: Book, amount: int, made: datetime) -> Charge:
    """Add a held, authorized charge."""
    charge = Charge(book.new_charge_id(order), amount, made, made, "Authorized", held=True)
    order.charges.append(charge)
    return charge


def add_refund(order: Order, charge: Charge, book: Book, amount: int, made: datetime, state: str) -> Refund:
    """Add a held refund in a state."""
    refund = Refund(book.new_refund_id(order), charge.charge_id, amount, made, made, state, held=True)
    charge.refunds.append(refund)
    return refund


def _later(moment: datetime, now: datetime, minutes: int) -> datetime:
    """A moment after another one, never after now."""
    return min(now.replace(microsecond=0), moment + timedelta(minutes=minutes))


def _shape_charge(wish: Wish, order: Order, charge: Charge, book: Book, settings: Settings, now: datetime) -> None:
    made = charge.created
    soon = _later(made, now, 1)
    decides = now + timedelta(seconds=settings.delay_seconds)
    lapses = rules.charge_expires(charge, settings)
    match wish.situation:
        case "pending":
            charge.state, charge.decides_at = "AuthorizationInitiated", decides
        case "capturing":
            charge.state, charge.capturing, charge.decides_at = "CaptureInitiated", charge.amount, decides
            charge.updated = max(made, _later(now - 2 * timedelta(minutes=20), now, 0))
        case "lapsed":
            rules.cancel_charge(charge, "ExpiredUnused", min(lapses, now.replace(microsecond=0)))
        case "authorized" | "closed-authorized" | "suspended-authorized":
            if wish.situation == "closed-authorized":
                rules.close(order, "MerchantClosed", _later(made, now, 30))
            elif wish.situation == "suspended-authorized":
                rules.suspend(order, "PaymentMethodInvalid", _later(made, now, 30))
            if lapses <= now:
                rules.cancel_charge(charge, "ExpiredUnused", lapses)
        case "declined-soft":
            rules.decline_charge(order, charge, "SoftDeclined", soon)
        case "declined-hard":
            rules.decline_charge(order, charge, "HardDeclined", soon)
        case "rejected":
            rules.decline_charge(order, charge, "AmazonRejected", soon)
        case "voided":
            rules.cancel_charge(charge, "MerchantCanceled", _later(made, now, 45))
        case "canceled":
            rules.close(order, "MerchantClosed", _later(made, now, 45))
            rules.cancel_charge(charge, "ChargePermissionCanceled", _later(made, now, 45))
        case "unknown":
            charge.state = "PartiallySettled"
        case _:
            _take_money(wish, order, charge, book, now, decides)


def _take_money(wish: Wish, order: Order, charge: Charge, book: Book, now: datetime, decides: datetime) -> None:
    part = max(1, charge.amount * 40 // 100) if wish.situation == "part-captured" else charge.amount
    taken = wish.captured if wish.captured is not None else part
    at = _later(charge.created, now, 60)
    rules.finish_capture(order, charge, taken, at)
    if wish.situation == "captured" and order.state == "Chargeable":
        rules.close(order, "MerchantClosed", at)
    back = wish.refunded if wish.refunded is not None else max(1, taken * 30 // 100)
    returned = _later(at, now, 120)
    match wish.situation:
        case "part-refunded":
            add_refund(order, charge, book, back, returned, "Refunded")
        case "refunded":
            add_refund(order, charge, book, taken if wish.refunded is None else back, returned, "Refunded")
        case "refund-cap":
            cap = refund_cap(taken, order.currency)
            for amount in (taken, cap - taken):
                if amount:
                    add_refund(order, charge, book, amount, returned, "Refunded")
        case "refunding":
            add_refund(order, charge, book, back, returned, "RefundInitiated").decides_at = decides
        case "refund-declined":
            add_refund(order, charge, book, back, returned, "Declined").reason = "AmazonRejected"
