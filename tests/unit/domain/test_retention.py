"""Since when nothing is due with an order: from there the buyer's personal data expires."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, OpenIntent, Order, Permission, Refund, ShopFacts
from azpay_tui.domain.retention import duty, ended_at

ID = "S01-1234567-0000001"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MADE = NOW - timedelta(days=60)
LATER = NOW - timedelta(days=50)
HUNDRED = Money(10000, "USD")


def permission(state: str = "Closed", **changes: object) -> Permission:
    values: dict[str, object] = {"limit": HUNDRED, "balance": HUNDRED, "created": MADE, "updated": LATER}
    return Permission(ID, state, "OneTime", **{**values, **changes})  # type: ignore[arg-type]


def charge(state: str, **changes: object) -> Charge:
    return Charge(f"{ID}-C000001", state, HUNDRED, created=MADE, **changes)  # type: ignore[arg-type]


def refund(state: str, **changes: object) -> Refund:
    return Refund(f"{ID}-R000002", f"{ID}-C000001", state, HUNDRED, created=MADE, **changes)  # type: ignore[arg-type]


def intent(state: str) -> OpenIntent:
    return OpenIntent("I-000001", "refund", f"{ID}-C000001", state, HUNDRED, MADE, "ops")


CLOSED = Order(ID, permission=permission())
CAPTURED = Order(
    ID, permission=permission("Chargeable", balance=Money(0, "USD")), charges=(charge("Captured", captured=HUNDRED),)
)
OPEN = Order(ID, permission=permission("Chargeable"))
UNREAD = Order(ID, shop=ShopFacts(created=MADE))

ENDED = {
    "closed": (CLOSED, LATER),
    "captured in full": (CAPTURED, LATER),
    "captured long before the authorization would have lapsed": (
        replace(CAPTURED, charges=(charge("Captured", captured=HUNDRED, expires=NOW - timedelta(days=1)),)),
        LATER,
    ),
    "cancelled here": (replace(OPEN, canceled_here=True), LATER),
    "gone at Amazon": (Order(ID, missing=frozenset({ID}), shop=ShopFacts(created=MADE)), MADE),
    "refunded later": (
        replace(CAPTURED, refunds=(refund("Refunded", updated=NOW - timedelta(days=3)),)),
        NOW - timedelta(days=3),
    ),
    "the permission lapsed": (
        replace(OPEN, permission=permission("Chargeable", expires=NOW - timedelta(days=2))),
        NOW - timedelta(days=2),
    ),
    "an authorization lapsed after the order was closed": (
        replace(CLOSED, charges=(charge("Authorized", expires=NOW - timedelta(days=5)),)),
        NOW - timedelta(days=5),
    ),
    "never read": (UNREAD, MADE + timedelta(days=180)),
}


@pytest.mark.parametrize("name", ENDED)
def test_an_ended_order_counts_from_its_last_change(name: str) -> None:
    order, since = ENDED[name]
    assert ended_at(order, NOW, MADE, None) == since


def test_an_act_of_ours_counts_as_a_change() -> None:
    assert ended_at(CLOSED, NOW, MADE, NOW - timedelta(days=1)) == NOW - timedelta(days=1)
    assert ended_at(CLOSED, NOW, MADE, MADE) == LATER


DUE = {
    "can be charged": (OPEN, "it can still be charged"),
    "part of it captured": (
        replace(OPEN, charges=(charge("Captured", captured=Money(4000, "USD")),)),
        "it can still be charged",
    ),
    "authorized": (replace(CLOSED, charges=(charge("Authorized", expires=NOW + timedelta(days=1)),)), "authorization"),
    "being captured": (
        replace(CLOSED, charges=(charge("CaptureInitiated", expires=NOW + timedelta(days=1)),)),
        "authorization or a capture",
    ),
    "being refunded": (replace(CAPTURED, refunds=(refund("RefundInitiated"),)), "a refund is not decided"),
    "a refund with an unknown word": (replace(CAPTURED, refunds=(refund("Odd"),)), "a refund is not decided"),
    **{
        f"intent {state}": (replace(CLOSED, intents=(intent(state),)), "a refund is not settled (I-000001)")
        for state in ("intent", "sent", "unknown", "attention", "accepted")
    },
}


@pytest.mark.parametrize("name", DUE)
def test_what_is_due_keeps_the_data(name: str) -> None:
    order, says = DUE[name]
    assert ended_at(order, NOW, MADE, None) is None
    assert says in (duty(order, NOW) or "")


@pytest.mark.parametrize("code", ["diverged", "refund-declined", "refund-late", "stuck", "unrecognised"])
def test_money_astray_keeps_the_data_until_somebody_reviewed_it(code: str) -> None:
    assert ended_at(CLOSED, NOW, MADE, None, (code,)) is None
    assert ended_at(CLOSED, NOW, MADE, None, ()) == LATER


@pytest.mark.parametrize("code", ["declined", "lapsed", "suspended", "stop-shipment"])
def test_trouble_in_which_no_money_is_astray_does_not(code: str) -> None:
    assert ended_at(CLOSED, NOW, MADE, None, (code,)) == LATER


def test_a_reminder_keeps_the_data() -> None:
    assert ended_at(CLOSED, NOW, MADE, None, reminder=True) is None
    assert ended_at(UNREAD, NOW, MADE, None, reminder=True) is None


def test_of_an_order_that_was_never_read_nothing_is_said_before_its_time() -> None:
    assert duty(UNREAD, NOW) == "it was never read from Amazon"
    assert ended_at(Order(ID), NOW, None, None) is None


def test_a_shop_that_dates_an_unread_order_into_the_future_keeps_nobody_for_ever() -> None:
    for created in (datetime(9999, 12, 31, tzinfo=UTC), NOW + timedelta(days=1)):
        assert ended_at(Order(ID, shop=ShopFacts(created=created)), NOW, MADE, None) == MADE + timedelta(days=180)
