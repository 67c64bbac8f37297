"""What each action says of the order afterwards: sums, what becomes of the rest, and until when."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.orders import DAY, HOUR, LIMIT, NOW, ORDER, SITUATIONS, charge, charge_id, order, refund

from azpay_tui.domain.intent import MONEY_VERBS, Verb, Wish
from azpay_tui.domain.moments import written
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.outlook import PREFIX, after


def said(made: Order, verb: Verb, cents: int | None = None, **more: bool) -> str:
    target = charge_id() if verb in (Verb.CAPTURE, Verb.VOID, Verb.REFUND) else ORDER
    amount = None if cents is None else Money(cents, "USD")
    sentence = after(made, Wish(verb, ORDER, target, amount, **more), NOW)
    assert sentence.startswith(PREFIX)
    return sentence.removeprefix(PREFIX)


def test_a_full_capture_closes_the_order() -> None:
    made = order(charge("Authorized"))
    assert said(made, Verb.CAPTURE, LIMIT) == (
        "captured 120.00 USD, left to charge 0.00 USD, the order closes; refunds stay possible."
    )


def test_a_part_capture_gives_up_the_rest_of_that_authorization() -> None:
    assert said(order(charge("Authorized")), Verb.CAPTURE, 48_00) == (
        "captured 48.00 USD, the other 72.00 USD of this authorization gone (only a new one can take it), "
        "left to charge 72.00 USD, the order stays open."
    )


def test_a_capture_adds_to_what_was_captured() -> None:
    made = order(charge("Captured", captured=48_00), charge("Authorized", number=2, amount=72_00))
    sentence = after(made, Wish(Verb.CAPTURE, ORDER, charge_id(2), Money(72_00, "USD")), NOW)
    assert "captured 120.00 USD, left to charge 0.00 USD, the order closes" in sentence


def test_a_late_capture_may_take_hours_and_be_declined() -> None:
    assert "may be a decline" in said(order(charge("Authorized", age=8 * DAY)), Verb.CAPTURE, LIMIT)
    assert "decline" not in said(order(charge("Authorized", age=6 * DAY)), Verb.CAPTURE, LIMIT)


def test_a_capture_on_a_closed_order_leaves_it_closed() -> None:
    made = order(charge("Authorized"), state="Closed", codes=["MerchantClosed"])
    assert "the order stays closed" in said(made, Verb.CAPTURE, LIMIT)


def test_a_capture_guesses_nothing_where_charges_are_missing_here() -> None:
    made = order(charge("Authorized", amount=20_00))
    assert made.permission is not None
    odd = replace(made, permission=replace(made.permission, balance=Money(50_00, "USD")))
    assert "what is left to charge is not known here" in said(odd, Verb.CAPTURE, 20_00)


def test_an_authorization_says_until_when_it_is_guaranteed_and_when_it_lapses() -> None:
    sentence = said(order(), Verb.AUTHORIZE, LIMIT)
    assert sentence.startswith("120.00 USD of the buyer's money held, nothing taken;")
    assert f"guaranteed until {written(NOW + 7 * DAY)}" in sentence
    assert f"lapses on {written(NOW + 30 * DAY)}" in sentence


def test_a_second_hold_says_what_is_held_in_all() -> None:
    made = order(charge("Authorized", amount=50_00))
    assert "70.00 USD of the buyer's money held (120.00 USD in all)" in said(made, Verb.AUTHORIZE, 70_00)


def test_an_authorization_that_may_take_long_says_until_when() -> None:
    sentence = said(order(), Verb.AUTHORIZE, LIMIT, pending_allowed=True)
    assert f"Amazon decides until {written(NOW + timedelta(hours=24))}" in sentence


def test_authorize_and_capture_says_that_the_money_is_taken() -> None:
    sentence = said(order(), Verb.AUTHORIZE, LIMIT, capture_now=True)
    assert sentence.startswith("captured 120.00 USD, taken at once; left to charge 0.00 USD, the order closes")


def test_a_void_lets_the_hold_go_and_says_how_long_the_order_lives() -> None:
    made = order(charge("Authorized"), age=40 * DAY)
    sentence = said(made, Verb.VOID)
    assert "the hold of 120.00 USD on the buyer's money ends and nothing is taken" in sentence
    assert f"stays open until {written(NOW + 140 * DAY)} and can be authorized again" in sentence
    closed = order(charge("Authorized"), state="Closed", codes=["MerchantClosed"])
    assert "stays closed, so nothing more can be charged" in said(closed, Verb.VOID)


def test_a_refund_says_what_is_given_in_all_and_what_is_left() -> None:
    """S2.10, S2.18: the limit, and when the money arrives."""
    made = order(charge("Captured", refunded=30_00), refunds=[refund(30_00)])
    assert said(made, Verb.REFUND, 10_00) == (
        "refunded 40.00 USD of 120.00 USD captured, left to refund 80.00 USD (with goodwill 98.00), "
        "the buyer has it in days, at most 9 working days; it cannot be charged again."
    )


def test_a_refund_above_what_was_taken_says_who_pays_it() -> None:
    made = order(charge("Captured"))
    sentence = said(made, Verb.REFUND, 138_00)
    assert "18.00 USD more than was taken, which you pay yourself" in sentence
    assert "left to refund 0.00 USD, the buyer" in sentence
    assert "more than was taken" not in said(made, Verb.REFUND, 120_00)


def test_cancelling_says_what_ends() -> None:
    """S4.16."""
    sentence = said(order(charge("Authorized")), Verb.CANCEL)
    assert "closed for good" in sentence
    assert "the hold of 120.00 USD ends" in sentence
    assert "Amazon tells the buyer" in sentence
    assert "hold" not in said(order(), Verb.CANCEL)


def test_closing_says_what_stays() -> None:
    open_ = said(order(charge("Authorized", age=DAY)), Verb.CLOSE)
    assert f"the authorized 120.00 USD can still be captured until {written(NOW + 29 * DAY)}" in open_
    part = said(order(charge("Captured", captured=48_00)), Verb.CLOSE)
    assert "the captured 48.00 USD stay yours and can be refunded" in part
    assert "what Amazon is deciding goes on" in said(order(charge("AuthorizationInitiated", age=HOUR)), Verb.CLOSE)


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("verb", MONEY_VERBS)
@pytest.mark.parametrize("cents", [None, 1, LIMIT, 2 * LIMIT])
def test_every_situation_has_a_whole_sentence(name: str, verb: Verb, cents: int | None) -> None:
    sentence = said(SITUATIONS[name](), verb, cents)
    assert re.fullmatch(r"[^{}]+[.]", sentence)
    assert "None" not in sentence
    assert len(sentence) <= 230
