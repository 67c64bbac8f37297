from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import (
    DAY,
    HOUR,
    LIMIT,
    NOW,
    ORDER,
    SITUATIONS,
    busy,
    captured,
    charge,
    charge_id,
    intent,
    order,
    permission,
    refund,
    refund_id,
    repaired_later,
)
from tests.support.random_orders import orders

from azpay_tui.domain import status
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import LocalDecline, Order, Reason, ShopFacts, Unnamed
from azpay_tui.domain.sale import Cancelled

Made = Callable[[], Order]


def declined_locally(made: Order, *, age: timedelta = HOUR, reason: str = "SoftDeclined") -> Order:
    return replace(made, declines=(LocalDecline(NOW - age, Money(LIMIT, "USD"), reason),))


def made_unnamed(made: Order, *, age: timedelta) -> Order:
    return replace(made, unnamed=(Unnamed("refund", charge_id(), Money(10_00, "USD"), NOW - age),))


def cancelled_here(made: Order) -> Order:
    return replace(made, cancelled=Cancelled(NOW, "ops", True, "automatic"))


WORDS: dict[str, tuple[Made, str]] = {
    # 1: comes before everything else
    "unknown outcome": (lambda: replace(SITUATIONS["4 authorized"](), intents=(intent("capture"),)), "UNKNOWN"),
    "needs a person": (lambda: replace(SITUATIONS["2 open"](), intents=(intent("cancel", "attention"),)), "UNKNOWN"),
    "unknown on a never read": (lambda: Order(ORDER, intents=(intent("authorize"),)), "UNKNOWN"),
    # 2
    "never read": (lambda: Order(ORDER), "NEW"),
    "not found": (lambda: Order(ORDER, missing=frozenset({ORDER})), "NOT FOUND"),
    "gone": (lambda: replace(SITUATIONS["9 captured"](), missing=frozenset({ORDER})), "NOT FOUND"),
    "charge not found": (lambda: replace(SITUATIONS["2 open"](), missing=frozenset({charge_id()})), "OPEN"),
    # 3
    "odd order": (SITUATIONS["23 unknown order"], "UNRECOGNISED"),
    "odd charge": (SITUATIONS["23 unknown charge"], "UNRECOGNISED"),
    "odd refund": (lambda: captured("Closed", refund(10_00, "Reversed")), "UNRECOGNISED"),
    "odd beats flight": (
        lambda: order(charge("CaptureInitiated"), charge("PartiallySettled", number=2)),
        "UNRECOGNISED",
    ),
    "odd currency": (
        lambda: order(replace(charge("Authorized"), amount=Money(1_000, "KWD", 3))),
        "UNRECOGNISED",
    ),
    # 4: in this order
    "capturing": (SITUATIONS["7 capturing"], "CAPTURING"),
    "own capture sent": (
        lambda: replace(SITUATIONS["4 authorized"](), intents=(intent("capture", "sent"),)),
        "CAPTURING",
    ),
    "own capture accepted": (
        lambda: replace(SITUATIONS["4 authorized"](), intents=(intent("capture", "accepted"),)),
        "CAPTURING",
    ),
    "own capture arrived": (
        lambda: replace(SITUATIONS["9 captured"](), intents=(intent("capture", "accepted"),)),
        "CAPTURED",
    ),
    "capturing and refunding": (
        lambda: order(
            charge("Captured", amount=50_00),
            charge("CaptureInitiated", number=2, amount=70_00),
            refunds=[refund(10_00, "RefundInitiated")],
        ),
        "CAPTURING",
    ),
    "refunding": (lambda: captured("Closed", refund(10_00, "RefundInitiated")), "REFUNDING"),
    "refunding and pending": (
        lambda: order(
            charge("Captured", amount=50_00),
            charge("AuthorizationInitiated", number=2, amount=70_00),
            refunds=[refund(10_00, "RefundInitiated")],
        ),
        "REFUNDING",
    ),
    "own refund accepted": (
        lambda: replace(captured(), intents=(intent("refund", "accepted", result=refund_id()),)),
        "REFUNDING",
    ),
    "own refund arrived": (
        lambda: replace(captured("Closed", refund(LIMIT)), intents=(intent("refund", "accepted", result=refund_id()),)),
        "REFUNDED",
    ),
    "pending": (SITUATIONS["3 pending"], "PENDING"),
    "pending beside a hold": (
        lambda: order(charge("Authorized", amount=50_00), charge("AuthorizationInitiated", number=2, amount=70_00)),
        "PENDING",
    ),
    "own authorization accepted": (
        lambda: replace(
            SITUATIONS["2 open"](), intents=(intent("authorize", "accepted", target=ORDER, result=charge_id()),)
        ),
        "PENDING",
    ),
    # 5
    "authorized": (SITUATIONS["4 authorized"], "AUTHORIZED"),
    "authorized, aged": (SITUATIONS["5 authorized, aged"], "AUTHORIZED"),
    "authorized, closed": (SITUATIONS["10 closed, authorized"], "AUTHORIZED"),
    "authorized, suspended": (SITUATIONS["11 suspended, authorized"], "AUTHORIZED"),
    "authorized beside a refunded part": (
        lambda: order(
            charge("Captured", amount=50_00),
            charge("Authorized", number=2, amount=70_00),
            refunds=[refund(50_00)],
        ),
        "AUTHORIZED",
    ),
    # 6
    "refunded": (lambda: captured("Closed", refund(LIMIT)), "REFUNDED"),
    "refunded beyond": (lambda: captured("Closed", refund(LIMIT), refund(10_00, number=2)), "REFUNDED"),
    "refunded elsewhere": (lambda: captured("Closed", refunded=LIMIT), "REFUNDED"),
    "part refunded": (lambda: captured("Closed", refund(LIMIT - 1)), "PART-REFUNDED"),
    "part refunded elsewhere": (lambda: captured("Closed", refunded=1), "PART-REFUNDED"),
    "part of a part refunded": (
        lambda: order(charge("Captured", captured=50_00), refunds=[refund(10_00)]),
        "PART-REFUNDED",
    ),
    "refund declined": (lambda: captured("Closed", refund(LIMIT, "Declined")), "CAPTURED"),
    # 7 and 9
    "part captured": (SITUATIONS["8 part captured"], "PART-CAPTURED"),
    "part captured, busy": (
        lambda: order(charge("Captured", captured=48_00), state="NonChargeable", codes=["ChargeInProgress"]),
        "PART-CAPTURED",
    ),
    "part captured, then declined": (
        lambda: order(charge("Captured", amount=50_00), charge("Declined", "SoftDeclined", number=2)),
        "PART-CAPTURED",
    ),
    "captured": (SITUATIONS["9 captured"], "CAPTURED"),
    "captured, limit not reached": (lambda: order(charge("Captured"), limit=138_00, amount=LIMIT), "CAPTURED"),
    "captured, order worth more": (lambda: order(charge("Captured"), limit=138_00, amount=138_00), "PART-CAPTURED"),
    "captured a part, closed": (
        lambda: order(charge("Captured", captured=48_00), state="Closed", codes=["MerchantClosed"]),
        "CAPTURED",
    ),
    # 10
    "suspended": (SITUATIONS["12 suspended"], "SUSPENDED"),
    "suspended for no reason": (lambda: order(state="NonChargeable"), "SUSPENDED"),
    "suspended for two reasons": (
        lambda: order(state="NonChargeable", codes=["ChargeInProgress", "MFAFailed"]),
        "SUSPENDED",
    ),
    "suspended, part captured": (
        lambda: order(charge("Captured", captured=48_00), state="NonChargeable", codes=["PaymentMethodInvalid"]),
        "SUSPENDED",
    ),
    "suspended, canceled": (lambda: replace(SITUATIONS["12 suspended"](), canceled_here=True), "SUSPENDED"),
    "suspended, declined": (SITUATIONS["14 declined hard, suspended"], "SUSPENDED"),
    # 11
    "canceled here": (lambda: replace(SITUATIONS["17 closed, none"](), canceled_here=True), "CANCELED"),
    "canceled elsewhere": (SITUATIONS["17 canceled"], "CANCELED"),
    "canceled by Amazon": (
        lambda: order(charge("Canceled", "AmazonCanceled"), state="Closed", codes=["AmazonCanceled"]),
        "CANCELED",
    ),
    "canceled, then declined": (
        lambda: order(
            charge("Canceled", "ChargePermissionCanceled"),
            charge("Declined", "SoftDeclined", number=2),
            state="Closed",
        ),
        "CANCELED",
    ),
    # 12
    "declined soft": (SITUATIONS["13 declined soft"], "DECLINED"),
    "declined hard": (SITUATIONS["14 declined hard"], "DECLINED"),
    "rejected": (SITUATIONS["15 rejected"], "DECLINED"),
    "declined at once": (lambda: declined_locally(SITUATIONS["2 open"]()), "DECLINED"),
    "declined after a void": (lambda: declined_locally(SITUATIONS["16 voided"]()), "DECLINED"),
    "declined before a void": (lambda: declined_locally(SITUATIONS["16 voided"](), age=9 * DAY), "VOIDED"),
    "declined, then voided": (
        lambda: order(charge("Declined", "SoftDeclined"), charge("Canceled", "MerchantCanceled", number=2)),
        "VOIDED",
    ),
    # 13
    "voided": (SITUATIONS["16 voided"], "VOIDED"),
    "lapsed by reason": (SITUATIONS["6 lapsed by reason"], "EXPIRED"),
    "lapsed by age": (SITUATIONS["6 lapsed by age"], "EXPIRED"),
    "voided, closed": (
        lambda: order(charge("Canceled", "MerchantCanceled"), state="Closed", codes=["MerchantClosed"]),
        "VOIDED",
    ),
    # 14
    "closed": (SITUATIONS["17 closed, none"], "CLOSED"),
    "open": (SITUATIONS["2 open"], "OPEN"),
    "open, busy elsewhere": (lambda: order(state="NonChargeable", codes=["ChargeInProgress"]), "OPEN"),
}


@pytest.mark.parametrize("name", WORDS)
def test_the_first_matching_status_wins(name: str) -> None:
    made, word = WORDS[name]
    assert status.status_of(made(), NOW) == word


def test_every_status_word_has_an_example() -> None:
    apart = {word for _, word in WORDS.values()} ^ set(status.STATUS_WORDS)
    assert not apart, f"each word of STATUS_WORDS needs an example in WORDS, and no other has one: {sorted(apart)}"


@pytest.mark.parametrize("name", ["3 pending", "4 authorized", "5 authorized, aged", "7 capturing"])
def test_charge_in_progress_does_not_change_the_status(name: str) -> None:
    made = SITUATIONS[name]()
    assert status.status_of(busy(made), NOW) == status.status_of(made, NOW)


ATTENTION: dict[str, tuple[Made, tuple[str, ...]]] = {
    "fresh": (lambda: order(charge("Authorized", age=DAY)), ()),
    "open": (SITUATIONS["2 open"], ()),
    "captured": (SITUATIONS["9 captured"], ()),
    "voided": (SITUATIONS["16 voided"], ()),
    "canceled": (SITUATIONS["17 canceled"], ()),
    "unknown": (lambda: replace(SITUATIONS["2 open"](), intents=(intent("authorize"),)), ("unknown",)),
    "guarantee ends in 48 h": (lambda: order(charge("Authorized", age=5 * DAY)), ("lapses-soon",)),
    "guarantee ends in 49 h": (lambda: order(charge("Authorized", age=5 * DAY - HOUR)), ()),
    "guarantee over": (lambda: order(charge("Authorized", age=7 * DAY)), ()),
    "authorization ends in 48 h": (lambda: order(charge("Authorized", age=28 * DAY)), ("lapses-soon",)),
    "lapsed": (SITUATIONS["6 lapsed by age"], ("lapsed",)),
    "lapsed, closed": (lambda: order(charge("Canceled", "ExpiredUnused"), state="Closed"), ()),
    "rest lapsed": (
        lambda: order(
            charge("Captured", amount=50_00), charge("Canceled", "ExpiredUnused", number=2, amount=70_00, age=31 * DAY)
        ),
        ("lapsed",),
    ),
    "unneeded lapsed": (
        lambda: order(
            charge("Captured", amount=50_00), charge("Canceled", "ExpiredUnused", number=2), limit=90_00, amount=50_00
        ),
        (),
    ),
    "declined": (SITUATIONS["13 declined soft"], ("declined",)),
    "rejected": (SITUATIONS["15 rejected"], ("declined",)),
    "rest declined": (
        lambda: order(charge("Captured", amount=50_00), charge("Declined", "SoftDeclined", number=2, amount=70_00)),
        ("declined",),
    ),
    "rest declined at once": (lambda: declined_locally(SITUATIONS["8 part captured"]()), ("declined",)),
    "suspended": (SITUATIONS["12 suspended"], ("suspended",)),
    "repaired": (lambda: repaired_later(SITUATIONS["14 declined hard"]()), ("repaired",)),
    "rest declined, then repaired": (
        lambda: repaired_later(
            order(charge("Captured", amount=50_00), charge("Declined", "HardDeclined", number=2, amount=70_00))
        ),
        ("repaired",),
    ),
    "failed without a charge, then repaired": (
        lambda: repaired_later(replace(order(), asked=NOW - DAY)),
        ("repaired",),
    ),
    "failed after one was voided, then repaired": (
        lambda: repaired_later(replace(order(charge("Canceled", "MerchantCanceled", age=2 * DAY)), asked=NOW - DAY)),
        ("repaired",),
    ),
    "failed after one lapsed, then repaired": (
        lambda: repaired_later(replace(SITUATIONS["6 lapsed by reason"](), asked=NOW - DAY)),
        ("lapsed", "repaired"),
    ),
    "rest failed without a charge, then repaired": (
        lambda: repaired_later(replace(order(charge("Captured", amount=50_00, age=2 * DAY)), asked=NOW - DAY)),
        ("repaired",),
    ),
    "repaired, and nothing more is wanted": (
        lambda: repaired_later(
            replace(order(charge("Captured", amount=50_00, age=2 * DAY), amount=50_00), asked=NOW - DAY)
        ),
        (),
    ),
    "repaired, and being authorized": (
        lambda: repaired_later(replace(order(), asked=NOW - DAY, intents=(intent("authorize", "sent", target=ORDER),))),
        (),
    ),
    "refund declined": (lambda: captured("Closed", refund(10_00, "Declined")), ("refund-declined",)),
    "refund declined, then made": (
        lambda: captured("Closed", refund(10_00, "Declined", age=DAY), refund(10_00, number=2)),
        (),
    ),
    "refund declined, then made, and its id is not known": (
        lambda: made_unnamed(captured("Closed", refund(10_00, "Declined", age=DAY), refunded=10_00), age=HOUR),
        (),
    ),
    "refund made of which the id is not known, then one declined": (
        lambda: made_unnamed(captured("Closed", refund(10_00, "Declined", age=HOUR)), age=DAY),
        ("refund-declined",),
    ),
    "refund on its way": (lambda: captured("Closed", refund(10_00, "RefundInitiated", age=10 * DAY)), ()),
    "refund late": (
        lambda: captured("Closed", refund(10_00, "RefundInitiated", age=14 * DAY)),
        ("refund-late",),
    ),
    "diverged": (
        lambda: replace(order(), permission=permission(balance=20_00)),
        ("diverged",),
    ),
    "not read yet": (
        lambda: replace(order(), permission=permission(balance=20_00), unread=frozenset({charge_id()})),
        (),
    ),
    "do not ship, charge": (lambda: order(charge("Authorized", "StopShipmentAtypicalAuth")), ("stop-shipment",)),
    "do not ship, order": (lambda: order(codes=["StopShipment"]), ("stop-shipment",)),
    "pending in time": (lambda: order(charge("AuthorizationInitiated", age=DAY - HOUR)), ()),
    "pending too long": (lambda: order(charge("AuthorizationInitiated", age=DAY)), ("stuck",)),
    "capturing too long": (lambda: order(charge("CaptureInitiated", age=DAY)), ("stuck",)),
    "sent too long": (
        lambda: replace(order(), intents=(intent("close", "sent", target=ORDER, age=HOUR),)),
        ("stuck",),
    ),
    "odd": (SITUATIONS["23 unknown charge"], ("unrecognised",)),
    "cancelled here, still open at Amazon": (lambda: cancelled_here(SITUATIONS["4 authorized"]()), ("cancel-open",)),
    "cancelled here, captured since": (
        lambda: cancelled_here(SITUATIONS["9 captured"]()),
        ("refund-due", "charged-after-cancel"),
    ),
    "somebody not told": (lambda: replace(order(), untold=("M-000001-0a1b2c3d",)), ("message-failed",)),
    "several": (
        lambda: order(
            charge("Captured", amount=50_00),
            charge("Authorized", "StopShipmentAtypicalAuth", number=2, amount=70_00, age=6 * DAY),
            refunds=[refund(10_00, "Declined")],
        ),
        ("lapses-soon", "refund-declined", "stop-shipment"),
    ),
}


@pytest.mark.parametrize("name", ATTENTION)
def test_what_needs_a_person(name: str) -> None:
    """S2.18: a refund that is late among it."""
    made, codes = ATTENTION[name]
    assert status.attention(made(), NOW) == codes


def test_every_attention_code_has_an_example() -> None:
    apart = {code for _, codes in ATTENTION.values() for code in codes} ^ set(status.ATTENTION_CODES)
    assert not apart, f"each code of ATTENTION_CODES needs an example in ATTENTION, and no other: {sorted(apart)}"


SHIP: dict[str, tuple[Made, str]] = {
    "captured": (SITUATIONS["9 captured"], "SHIP"),
    "captured, limit not reached": (lambda: order(charge("Captured"), limit=138_00, amount=LIMIT), "SHIP"),
    "captured, part given back": (lambda: captured("Closed", refund(10_00)), "SHIP"),
    "captured, part going back": (lambda: captured("Closed", refund(10_00, "RefundInitiated")), "SHIP"),
    "captured, refund declined": (lambda: captured("Closed", refund(LIMIT, "Declined")), "SHIP"),
    "all going back": (lambda: captured("Closed", refund(LIMIT, "RefundInitiated")), "HOLD"),
    "refunded": (lambda: captured("Closed", refund(LIMIT)), "HOLD"),
    "part captured": (SITUATIONS["8 part captured"], "HOLD"),
    "part captured, the rest authorized": (
        lambda: order(charge("Captured", amount=50_00), charge("Authorized", number=2, amount=70_00)),
        "SHIP",
    ),
    "authorized": (SITUATIONS["4 authorized"], "SHIP"),
    "authorized, last second": (lambda: order(charge("Authorized", age=7 * DAY - timedelta(seconds=1))), "SHIP"),
    "authorized, guarantee over": (lambda: order(charge("Authorized", age=7 * DAY)), "HOLD"),
    "authorized, suspended": (SITUATIONS["11 suspended, authorized"], "SHIP"),
    "authorized, closed": (SITUATIONS["10 closed, authorized"], "SHIP"),
    "authorized, do not ship": (lambda: order(charge("Authorized", "StopShipmentAtypicalAuth")), "HOLD"),
    "captured, do not ship": (
        lambda: order(charge("Captured", "StopShipment"), state="Closed", codes=["AmazonClosed"]),
        "HOLD",
    ),
    "authorized, age not known": (lambda: order(replace(charge("Authorized"), created=None)), "HOLD"),
    "authorized, expired early": (lambda: order(replace(charge("Authorized"), expires=NOW)), "HOLD"),
    "captured, outcome unknown": (lambda: replace(captured(), intents=(intent("refund"),)), "HOLD"),
    "never read": (lambda: Order(ORDER), "HOLD"),
    "not found": (lambda: replace(captured(), missing=frozenset({ORDER})), "HOLD"),
    "odd": (lambda: order(charge("Captured"), charge("PartiallySettled", number=2)), "HOLD"),
    "canceled": (SITUATIONS["17 canceled"], "HOLD"),
    "pending": (SITUATIONS["3 pending"], "HOLD"),
    "capturing": (SITUATIONS["7 capturing"], "HOLD"),
    "declined": (SITUATIONS["13 declined soft"], "HOLD"),
    "suspended": (SITUATIONS["12 suspended"], "HOLD"),
    "open": (SITUATIONS["2 open"], "HOLD"),
}


@pytest.mark.parametrize("name", SHIP)
def test_whether_the_parcel_may_leave(name: str) -> None:
    """S2.4, S3.21, S3.22: captured, or authorized inside the guarantee; never before."""
    made, word = SHIP[name]
    found = status.ship(made(), NOW)
    assert found.word == word
    assert found.reason.endswith(".")


def test_a_hold_says_what_it_waits_for() -> None:
    def reason(made: Order) -> str:
        return status.ship(made, NOW).reason

    assert "48.00 USD of 120.00 USD" in reason(SITUATIONS["8 part captured"]())
    assert "7-day guarantee" in reason(SITUATIONS["5 authorized, aged"]())
    assert "2026-03-06 12:00 UTC" in reason(SITUATIONS["4 authorized"]())
    assert "not to ship" in reason(order(charge("Authorized", "StopShipment")))


@pytest.mark.parametrize(
    ("made", "end"),
    [
        (lambda: order(charge("Authorized", age=DAY)), NOW + 6 * DAY),
        (lambda: order(charge("Authorized", age=8 * DAY)), NOW + 22 * DAY),
        (lambda: order(charge("Authorized", age=DAY), charge("Authorized", number=2, age=3 * DAY)), NOW + 4 * DAY),
        (lambda: order(age=10 * DAY), NOW + 170 * DAY),
        (lambda: order(charge("Authorized", age=31 * DAY), age=40 * DAY), NOW + 140 * DAY),
        (lambda: order(charge("Captured", captured=48_00), age=10 * DAY), NOW + 170 * DAY),
        (lambda: order(charge("Captured"), limit=138_00, amount=LIMIT), None),
        (lambda: order(age=181 * DAY), None),
        (lambda: order(kind="Recurring"), None),
        (SITUATIONS["9 captured"], None),
        (SITUATIONS["17 closed, none"], None),
        (lambda: Order(ORDER), None),
    ],
)
def test_the_next_deadline(made: Made, end: object) -> None:
    assert status.expires_at(made(), NOW) == end


def test_what_blocks_payment_and_what_is_merely_busy() -> None:
    assert not status.payment_blocked(order())
    assert not status.payment_blocked(order(state="NonChargeable", codes=["ChargeInProgress"]))
    assert status.usable(order(state="NonChargeable", codes=["ChargeInProgress"]))
    for codes in (["PaymentMethodExpired"], ["Moonphase"], [], ["ChargeInProgress", "MFAFailed"]):
        made = order(state="NonChargeable", codes=codes)
        assert status.payment_blocked(made)
        assert not status.usable(made)
    assert not status.usable(order(state="Closed"))
    assert not status.usable(order(state="UnderReview"))
    assert not status.usable(Order(ORDER))


def test_objects_in_another_currency_than_the_order_are_not_recognised() -> None:
    made = order(charge("Authorized"), charge("Captured", number=2, currency="EUR"))
    assert status.unrecognised(made) == (charge_id(2),)
    mixed = replace(charge("Captured"), refunded=Money(10, "JPY"))
    assert status.unrecognised(order(mixed)) == (charge_id(1),)
    assert status.unrecognised(captured("Closed", refund(10_00, currency="GBP"))) == (refund_id(1),)
    assert status.unrecognised(replace(order(), shop=ShopFacts(amount=Money(1, "EUR")))) == ()


@given(orders())
def test_every_order_has_a_status_a_verdict_and_known_codes(made: Order) -> None:
    assert status.status_of(made, NOW) in status.STATUS_WORDS
    assert set(status.attention(made, NOW)) <= set(status.ATTENTION_CODES)
    found = status.ship(made, NOW)
    assert found.word in ("SHIP", "HOLD")
    assert found.reason
    end = status.expires_at(made, NOW)
    assert end is None or end > NOW


@pytest.mark.parametrize(
    ("made", "moment"),
    [
        (lambda: order(charge("Authorized", age=DAY)), NOW + 4 * DAY),  # 48 hours before the guarantee ends
        (lambda: order(charge("Authorized", age=6 * DAY)), NOW + DAY),
        (lambda: order(charge("Authorized", age=8 * DAY)), NOW + 20 * DAY),  # 48 hours before it lapses
        (lambda: order(charge("Authorized", age=29 * DAY)), NOW + DAY),
        (lambda: order(charge("AuthorizationInitiated", age=HOUR)), NOW + 23 * HOUR),
        (lambda: captured("Closed", refund(1, "RefundInitiated", age=DAY)), NOW + 10 * DAY),
        (lambda: order(age=10 * DAY), NOW + 170 * DAY),
        (lambda: order(kind="Recurring"), None),
    ],
)
def test_when_time_alone_changes_something(made: Made, moment: object) -> None:
    assert status.changes_at(made(), NOW) == moment


@given(orders(), st.floats(0, 1))
def test_nothing_changes_by_time_before_it_is_said_to(made: Order, part: float) -> None:
    change = status.changes_at(made, NOW)
    assert change is None or change > NOW
    span = timedelta(days=400) if change is None else change - NOW - timedelta(microseconds=1)
    later = NOW + span * part
    for derived in (status.status_of, status.attention, status.ship, status.expires_at):
        assert derived(made, later) == derived(made, NOW)


@given(orders())
def test_a_reason_not_to_ship_holds_whatever_else_is_true(made: Order) -> None:
    if made.permission is None:
        return
    stopped = replace(made.permission, reasons=(*made.permission.reasons, Reason("StopShipmentAtypicalAuth")))
    held = replace(made, permission=stopped)
    assert status.ship(held, NOW).word == "HOLD"
    assert "stop-shipment" in status.attention(held, NOW)
