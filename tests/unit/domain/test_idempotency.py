"""What makes two wishes one and the same on the wire, and what makes them two."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import DAY, NOW, ORDER, captured, charge, charge_id, intent, order, refund, refund_id
from tests.support.random_orders import orders
from tests.support.wishes import AUTHORIZE, CAPTURE, REFUND, VOID, WISHES

from azpay_tui.domain.idempotency import derive_key, key_base
from azpay_tui.domain.intent import Place, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order

PLACE = Place("v2", "na", "sandbox", "M1")


def key(order_: Order, wish: Wish = REFUND, counter: int = 0, place: Place = PLACE) -> str:
    return derive_key(key_base(place, wish, order_), counter)


def test_the_key_is_what_amazon_takes() -> None:
    assert len(key(captured())) == 32
    assert set(key(captured())) <= set("0123456789abcdef")


def test_the_same_wish_on_the_same_state_has_the_same_key_everywhere() -> None:
    here = captured("Closed", refund(10_00))
    there = replace(
        here,
        shop=replace(here.shop, number="other", complete=False),
        refreshed_at=NOW,
        charges=tuple(replace(c, updated=NOW + DAY, refunded=Money(10_00, "USD")) for c in here.charges),
    )
    assert key(here) == key(there)
    assert key(here, replace(REFUND, note="by phone")) == key(here)


@pytest.mark.parametrize(
    "other",
    [
        replace(PLACE, region="eu"),
        replace(PLACE, environment="live"),
        replace(PLACE, merchant="M2"),
    ],
)
def test_another_place_has_another_key(other: Place) -> None:
    assert key(captured(), place=other) != key(captured())


def test_every_part_of_the_wish_and_the_counter_change_the_key() -> None:
    made = captured()
    variants = [
        REFUND,
        replace(REFUND, amount=Money(50_01, "USD")),
        replace(REFUND, amount=Money(50_00, "EUR")),
        replace(REFUND, target=charge_id(2)),
        CAPTURE,
        VOID,
        AUTHORIZE,
        replace(AUTHORIZE, capture_now=True),
        replace(AUTHORIZE, pending_allowed=True),
    ]
    keys = [key(made, wish, counter) for wish in variants for counter in (0, 1, 2)]
    assert len(set(keys)) == len(keys)


def test_a_recorded_refund_gives_the_next_equal_one_a_new_key() -> None:
    made = captured()
    one = captured("Closed", refund(50_00, "RefundInitiated"))
    two = captured("Closed", refund(50_00), refund(50_00, "RefundInitiated", number=2))
    assert len({key(made), key(one), key(two)}) == 3
    # progress of a known refund is no new state
    assert key(one) == key(captured("Closed", refund(50_00, "Refunded")))


def test_a_declined_refund_adds_nothing_and_still_is_one_more_known() -> None:
    assert key(captured("Closed", refund(50_00, "Declined", "ProcessingFailure"))) != key(captured())


def test_an_own_refund_counts_from_its_reply_on_and_once() -> None:
    replied = intent("refund", "accepted", amount=50_00, result=refund_id(1))
    made = replace(captured(), intents=(replied,))
    assert key(made) != key(captured())
    read = replace(captured("Closed", refund(50_00, "RefundInitiated")), intents=(replied,))
    assert key(made) == key(read)
    unsettled = replace(captured(), intents=(intent("refund", "unknown", amount=50_00),))
    assert key(unsettled) == key(captured())  # without a reply nothing was seen


def test_what_happens_to_another_charge_does_not_change_the_key_of_a_refund() -> None:
    first = order(charge("Captured", amount=60_00))
    both = order(
        charge("Captured", amount=60_00), charge("Captured", number=2, amount=10_00), refunds=[refund(1, of=2)]
    )
    assert key(first) == key(both)
    assert key(first, AUTHORIZE) != key(both, AUTHORIZE)


def test_an_equal_authorization_after_a_void_is_a_new_wish() -> None:
    before = order(charge("Canceled", "ExpiredUnused", amount=50_00))
    ids = [
        before,
        order(*before.charges, charge("Canceled", "MerchantCanceled", number=2, amount=50_00)),
    ]
    assert key(ids[0], AUTHORIZE) != key(ids[1], AUTHORIZE)
    # a charge counts from the moment its id is known
    unread = replace(before, unread=frozenset({charge_id(2)}))
    replied = replace(before, intents=(intent("authorize", "accepted", target=ORDER, result=charge_id(2)),))
    assert key(unread, AUTHORIZE) == key(replied, AUTHORIZE) == key(ids[1], AUTHORIZE)


@given(orders(), st.sampled_from(WISHES))
def test_every_wish_on_every_order_has_a_key(made: Order, wish: Wish) -> None:
    assert key(made, wish) == key(made, wish)
    assert key(made, wish, 1) != key(made, wish, 2)
