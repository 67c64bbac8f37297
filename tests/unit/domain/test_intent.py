from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import (
    DAY,
    NOW,
    ORDER,
    SITUATIONS,
    captured,
    charge,
    charge_id,
    intent,
    order,
    permission,
    refund,
    refund_id,
)
from tests.support.random_orders import orders

from azpay_tui.domain.intent import (
    KEYED_VERBS,
    MONEY_VERBS,
    OPEN_STATES,
    REPLAY_WINDOW,
    RETRY_AFTER,
    Answer,
    Place,
    Seen,
    Verb,
    Wish,
    classify,
    derive_key,
    judge_fact,
    key_base,
)
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Fact, Order

FIFTY = Money(50_00, "USD")
AUTHORIZE = Wish(Verb.AUTHORIZE, ORDER, ORDER, FIFTY)
CAPTURE = Wish(Verb.CAPTURE, ORDER, charge_id(), FIFTY)
VOID = Wish(Verb.VOID, ORDER, charge_id())
REFUND = Wish(Verb.REFUND, ORDER, charge_id(), FIFTY)
CANCEL = Wish(Verb.CANCEL, ORDER, ORDER)
CLOSE = Wish(Verb.CLOSE, ORDER, ORDER)
WISHES = [AUTHORIZE, CAPTURE, VOID, REFUND, CANCEL, CLOSE]
names = [wish.verb.value for wish in WISHES]

PLACE = Place("v2", "na", "sandbox", "M1")


def answered(status: int, code: str | None = None, fact: Fact | None = None, skew: timedelta | None = None) -> Answer:
    return Answer(
        "answered",
        "Amazon answered.",
        status,
        code,
        fact=fact,
        server_date=None if skew is None else NOW + skew,
        received_at=NOW,
    )


# What one attempt proves


@pytest.mark.parametrize("wish", WISHES, ids=names)
@pytest.mark.parametrize("attempt", [1, 2, 7])
def test_what_never_left_is_proven_unsent_and_what_was_lost_is_unknown(wish: Wish, attempt: int) -> None:
    assert classify(wish, Answer("unsent", "The name could not be found."), attempt).state == "unsent"
    assert classify(wish, Answer("lost", "No answer in time."), attempt).state == "unknown"
    # a status without a whole answer proves nothing
    assert classify(wish, Answer("lost", "The answer was cut.", 200), attempt).state == "unknown"
    assert classify(wish, Answer("answered", "Odd."), attempt).state == "unknown"


@pytest.mark.parametrize("wish", WISHES, ids=names)
@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize("status", [100, 204, 300, 301, 302, 307, 408, 418, 425, 500, 502, 503, 504, 599])
def test_odd_answers_and_every_server_error_are_unknown(wish: Wish, attempt: int, status: int) -> None:
    for code in (None, "InternalServerError", "ProcessingFailure", "HardDeclined", "InvalidChargeStatus"):
        assert classify(wish, answered(status, code), attempt).state == "unknown"


@pytest.mark.parametrize("code", ["TooManyRequests", "RequestThrottled", None])
@pytest.mark.parametrize("attempt", [1, 2])
def test_throttling_means_the_same_key_later(code: str | None, attempt: int) -> None:
    assert classify(CAPTURE, answered(429, code), attempt).state == "later"


REFUSALS = [
    (400, "InvalidParameterValue"),
    (400, "TransactionAmountExceeded"),
    (400, "CurrencyMismatch"),
    (400, "PeriodicAmountExceeded"),
    (401, "UnauthorizedAccess"),
    (403, "InvalidRequestSignature"),
    (403, "InvalidAccountStatus"),
    (404, "ResourceNotFound"),
    (422, "InvalidChargeStatus"),
    (422, "InvalidChargePermissionStatus"),
    (422, "TransactionCountExceeded"),
]


@pytest.mark.parametrize("wish", WISHES, ids=names)
@pytest.mark.parametrize(("status", "code"), REFUSALS)
def test_a_known_refusal_counts_only_while_no_attempt_may_have_had_an_effect(
    wish: Wish, status: int, code: str
) -> None:
    first = classify(wish, answered(status, code), 1)
    assert (first.state, first.reason) == ("refused", code)
    assert classify(wish, answered(status, code), 2).state == "unknown"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
@pytest.mark.parametrize("code", ["Moonphase", "DuplicateIdempotencyKey", ""])
def test_an_unknown_code_and_a_used_key_are_read_back(status: int, code: str) -> None:
    for wish in WISHES:
        assert classify(wish, answered(status, code), 1).state == "unknown"


@pytest.mark.parametrize(
    "code",
    [
        "SoftDeclined",
        "HardDeclined",
        "PaymentMethodNotAllowed",
        "MFANotCompleted",
        "TransactionTimedOut",
        "AmazonRejected",
    ],
)
def test_a_synchronous_decline_is_final_for_its_key(code: str) -> None:
    for wish in (AUTHORIZE, CAPTURE, REFUND):
        for attempt in (1, 2):
            judged = classify(wish, answered(422, code), attempt)
            assert (judged.state, judged.reason) == ("declined", code)
    for wish in (VOID, CANCEL, CLOSE):
        assert classify(wish, answered(422, code), 1).state == "unknown"
    for status in (400, 403, 404, 409, 500):
        assert classify(CAPTURE, answered(status, code), 1).state == "unknown"


@pytest.mark.parametrize("skew", [timedelta(minutes=4, seconds=1), timedelta(hours=-1)])
def test_a_refusal_with_a_foreign_date_corrects_the_clock_once(skew: timedelta) -> None:
    for status, code in ((403, "InvalidRequestSignature"), (401, "UnauthorizedAccess")):
        assert classify(CAPTURE, answered(status, code, skew=skew), 1).state == "clock"
        assert classify(CAPTURE, answered(status, code, skew=skew), 1, clock_corrected=True).state == "refused"


@pytest.mark.parametrize("skew", [timedelta(minutes=4), timedelta(minutes=-4), timedelta(0), None])
def test_a_refusal_with_our_date_is_a_refusal(skew: timedelta | None) -> None:
    assert classify(CAPTURE, answered(403, "InvalidRequestSignature", skew=skew), 1).state == "refused"


def test_a_verdict_on_the_payment_is_no_matter_of_the_clock() -> None:
    late = timedelta(hours=1)
    assert classify(CAPTURE, answered(422, "InvalidChargeStatus", skew=late), 1).state == "refused"
    assert classify(CAPTURE, answered(422, "HardDeclined", skew=late), 1).state == "declined"


# What an object proves

FACTS: dict[str, Sequence[tuple[Fact, str | None]]] = {
    "authorize": [
        (charge("Authorized", amount=50_00, number=9), "succeeded"),
        (charge("AuthorizationInitiated", amount=50_00, number=9), "accepted"),
        (charge("CaptureInitiated", amount=50_00, number=9), "accepted"),
        (charge("Captured", amount=50_00, number=9), "succeeded"),
        (charge("Declined", "SoftDeclined", amount=50_00, number=9), "declined"),
        (charge("Canceled", "MerchantCanceled", amount=50_00, number=9), "succeeded"),
        (charge("Authorized", amount=50_01, number=9), None),
        (charge("Authorized", amount=50_00, number=9, currency="EUR"), None),
        (replace(charge("Authorized", amount=50_00), id="S01-7654321-7654321-C000009"), None),
        (charge("PartiallySettled", amount=50_00, number=9), None),
    ],
    "capture": [
        (charge("Captured", amount=60_00, captured=50_00), "succeeded"),
        (charge("Captured", amount=50_00, captured=40_00), None),
        (replace(charge("Captured", amount=50_00), captured=None), None),
        (charge("CaptureInitiated", amount=50_00), "accepted"),
        (charge("Declined", "ProcessingFailure", amount=50_00), "declined"),
        (charge("Authorized", amount=50_00), None),
        (charge("Canceled", "MerchantCanceled", amount=50_00), None),
        (charge("PartiallySettled", amount=50_00), None),
        (charge("Captured", amount=50_00, number=2), None),
    ],
    "void": [
        (charge("Canceled", "MerchantCanceled"), "succeeded"),
        (charge("Authorized"), None),
        (charge("Captured"), None),
        (charge("Canceled", "MerchantCanceled", number=2), None),
    ],
    "refund": [
        (refund(50_00, "RefundInitiated"), "accepted"),
        (refund(50_00, "Refunded"), "succeeded"),
        (refund(50_00, "Declined", "AmazonRejected"), "declined"),
        (refund(50_00, "Reversed"), None),
        (refund(49_99, "Refunded"), None),
        (refund(50_00, "Refunded", of=2), None),
        (refund(50_00, "Refunded", currency="EUR"), None),
        (charge("Captured"), None),
    ],
    "cancel": [
        (permission("Closed"), "succeeded"),
        (permission("Chargeable"), None),
        (permission("UnderReview"), None),
        (replace(permission("Closed"), id="S01-0000000-0000000"), None),
        (charge("Canceled", "ChargePermissionCanceled"), None),
    ],
}
FACTS["close"] = FACTS["cancel"]


@pytest.mark.parametrize("wish", WISHES, ids=names)
def test_an_object_proves_a_wish_only_when_id_amount_and_state_fit(wish: Wish) -> None:
    for fact, state in FACTS[wish.verb.value]:
        judged = judge_fact(wish, fact)
        assert (judged.state if judged else None) == state, fact
        # the answer to the request says the same, and what proves nothing is unknown
        for status in (200, 201, 202):
            for attempt in (1, 2):
                assert classify(wish, answered(status, fact=fact), attempt).state == (state or "unknown")
        if judged is not None and state == "declined":
            assert judged.reason


def test_an_object_of_another_kind_proves_nothing() -> None:
    facts: list[Fact] = [charge("PartiallySettled"), refund(1, "Reversed"), permission("UnderReview")]
    assert all(judge_fact(wish, fact) is None for wish in WISHES for fact in facts)
    assert judge_fact(CAPTURE, permission("Closed")) is None
    assert judge_fact(CLOSE, refund(50_00)) is None


def test_what_was_made_is_named() -> None:
    made = charge("Authorized", amount=50_00, number=9)
    assert classify(AUTHORIZE, answered(201, fact=made), 1).result_id == charge_id(9)
    assert classify(REFUND, answered(201, fact=refund(50_00, "RefundInitiated", number=4)), 1).result_id == refund_id(4)


# The key


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


# What was seen


def differences(before: Order, after: Order) -> dict[str, tuple[str, str]]:
    found = Seen.of(before).differences(Seen.of(after))
    return {what: (old, new) for what, old, new in found}


@pytest.mark.parametrize("name", SITUATIONS)
def test_an_unchanged_order_shows_no_difference(name: str) -> None:
    made = SITUATIONS[name]()
    later = replace(
        made,
        refreshed_at=NOW,
        charges=tuple(replace(c, updated=NOW, description="words") for c in made.charges),
        shop=replace(made.shop, number="other"),
    )
    assert differences(made, later) == {}


def test_each_compared_fact_is_seen() -> None:
    before = order(charge("Authorized", amount=50_00))
    assert differences(before, order(charge("Captured", amount=50_00))) == {
        f"{ORDER} balance": ("120.00 USD", "70.00 USD"),
        f"{charge_id()} state": ("Authorized", "Captured"),
        f"{charge_id()} captured": ("", "50.00 USD"),
    }
    assert differences(before, order(charge("Authorized", "StopShipment", amount=50_00))) == {
        f"{charge_id()} reason": ("", "StopShipment"),
    }
    assert differences(captured(), captured("Closed", refund(5_00), refunded=5_00)) == {
        f"{charge_id()} refunded": ("", "5.00 USD"),
        f"{refund_id()} state": ("", "Refunded"),
    }
    assert differences(order(), order(state="NonChargeable", codes=["MFAFailed", "ChargeInProgress"])) == {
        f"{ORDER} state": ("Chargeable", "NonChargeable"),
        f"{ORDER} reasons": ("", "ChargeInProgress MFAFailed"),
    }


def test_a_charge_that_appears_or_vanishes_is_a_difference() -> None:
    one, two = order(charge("Authorized")), order(charge("Authorized"), charge("AuthorizationInitiated", number=2))
    assert differences(one, two) == {f"{charge_id(2)} state": ("", "AuthorizationInitiated")}
    assert differences(two, one) == {f"{charge_id(2)} state": ("AuthorizationInitiated", "")}
    assert f"{ORDER} state" in differences(Order(ORDER), one)


def test_a_balance_of_zero_is_not_the_same_as_none() -> None:
    zero = replace(order(), permission=permission(balance=0))
    none = replace(order(), permission=permission(balance=None))
    assert differences(none, zero) == {f"{ORDER} balance": ("", "0.00 USD")}
    # Amazon writes nothing or zero for what was never captured
    assert differences(order(charge("Authorized")), order(charge("Authorized", captured=0, refunded=0))) == {}


def test_the_order_of_reasons_is_no_difference() -> None:
    codes = ["ChargeInProgress", "MFAFailed"]
    assert differences(order(state="NonChargeable", codes=codes), order(state="NonChargeable", codes=codes[::-1])) == {}


@given(orders(), orders())
def test_differences_are_empty_only_for_equal_facts(one: Order, two: Order) -> None:
    assert differences(one, one) == {}
    assert {what: (new, old) for what, (old, new) in differences(one, two).items()} == differences(two, one)


# Fixed figures


def test_states_and_verbs_are_split_as_the_journal_needs_them() -> None:
    assert sorted(OPEN_STATES) == ["attention", "intent", "sent", "unknown"]
    assert set(MONEY_VERBS) == set(Verb) - {Verb.REFRESH}
    assert set(KEYED_VERBS) == {Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND}


def test_the_janitor_waits_longer_each_time_and_then_asks() -> None:
    minute = timedelta(minutes=1)
    assert 15 * minute == REPLAY_WINDOW
    assert (minute / 2, 2 * minute, 10 * minute, 60 * minute, 360 * minute, *([DAY] * 6)) == RETRY_AFTER
