"""What one attempt proves, for every verb and every answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.orders import NOW, charge, charge_id, permission, refund, refund_id
from tests.support.wishes import AUTHORIZE, CANCEL, CAPTURE, CLOSE, REFUND, VOID, WISHES

from azpay_tui.domain.attempt import Answer, classify, judge_fact, refuses
from azpay_tui.domain.intent import Wish
from azpay_tui.domain.order import Fact

NAMES = [wish.verb.value for wish in WISHES]


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


@pytest.mark.parametrize("wish", WISHES, ids=NAMES)
@pytest.mark.parametrize("attempt", [1, 2, 7])
def test_what_never_left_is_proven_unsent_and_what_was_lost_is_unknown(wish: Wish, attempt: int) -> None:
    assert classify(wish, Answer("unsent", "The name could not be found."), attempt).state == "unsent"
    assert classify(wish, Answer("lost", "No answer in time."), attempt).state == "unknown"
    # a status without a whole answer proves nothing
    assert classify(wish, Answer("lost", "The answer was cut.", 200), attempt).state == "unknown"
    assert classify(wish, Answer("answered", "Odd."), attempt).state == "unknown"


@pytest.mark.parametrize("wish", WISHES, ids=NAMES)
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


@pytest.mark.parametrize("wish", WISHES, ids=NAMES)
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


@pytest.mark.parametrize("wish", WISHES, ids=NAMES)
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


def test_a_refusal_is_known_by_its_code() -> None:
    assert refuses("InvalidParameterValue")
    assert not any(map(refuses, ("InternalServerError", "invalidparametervalue", "", None)))
