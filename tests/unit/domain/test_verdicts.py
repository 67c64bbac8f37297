"""What one attempt is judged to be, word for word, and the keys that every host and every later version must make."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.figures import tell
from tests.support.orders import NOW, ORDER, captured, charge, charge_id, intent, order, permission, refund, refund_id
from tests.support.wishes import AUTHORIZE, CAPTURE, CLOSE, FIFTY, REFUND, VOID

from azpay_tui.domain.attempt import CLOCK_LIMIT, Answer, Judgement, classify, clock_is_off, judge_fact
from azpay_tui.domain.idempotency import derive_key, key_base
from azpay_tui.domain.intent import Place, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order

SAID = "What happened."


def answer(status: int | None, **more: Any) -> Answer:
    return Answer(**{"kind": "answered", "message": SAID, "status": status, **more})


@pytest.mark.parametrize(
    ("given", "judged"),
    [
        (answer(None, kind="unsent"), Judgement("unsent", SAID)),
        (answer(None, kind="lost"), Judgement("unknown", SAID)),
        (answer(201, kind="lost"), Judgement("unknown", SAID)),  # a cut answer whose status was read
        (answer(422, kind="lost", reason_code="HardDeclined"), Judgement("unknown", SAID)),
        (answer(None), Judgement("unknown", SAID)),
        (answer(200), Judgement("unknown", SAID)),
        (answer(204, message=""), Judgement("unknown", "Amazon's answer does not fit the request.")),
        (answer(300, fact=charge("Captured", amount=50_00)), Judgement("unknown", SAID)),
        (answer(199, fact=charge("Captured", amount=50_00)), Judgement("unknown", SAID)),
        (answer(299, fact=charge("Captured", amount=50_00)), Judgement("succeeded", None, charge_id())),
        (answer(429), Judgement("later", "TooManyRequests")),
        (answer(429, reason_code="RequestThrottled"), Judgement("later", "RequestThrottled")),
        (answer(405, reason_code="RequestNotSupported"), Judgement("refused", "RequestNotSupported")),
        (answer(409, reason_code="InvalidChargeStatus"), Judgement("refused", "InvalidChargeStatus")),
        (answer(406, reason_code="InvalidChargeStatus"), Judgement("unknown", "InvalidChargeStatus")),
        (answer(410, reason_code="ResourceNotFound"), Judgement("unknown", "ResourceNotFound")),
        (answer(500), Judgement("unknown", SAID)),
        (answer(503, reason_code="ServiceUnavailable"), Judgement("unknown", "ServiceUnavailable")),
    ],
)
def test_an_attempt_is_judged_word_for_word(given: Answer, judged: Judgement) -> None:
    found = classify(CAPTURE, given, 1)
    tell("R4", 1, int(found != judged), seed=str(given) if found != judged else "")
    assert found == judged


@pytest.mark.parametrize(
    ("wish", "fact", "judged"),
    [
        (CAPTURE, charge("Captured", amount=50_00), Judgement("succeeded", None, charge_id())),
        (CAPTURE, charge("CaptureInitiated", "Why"), Judgement("accepted", None, charge_id())),
        (CAPTURE, charge("Declined", "Why"), Judgement("declined", "Why", charge_id())),
        (VOID, charge("Canceled", "Why"), Judgement("succeeded", None, charge_id())),
        (AUTHORIZE, charge("Authorized", "Why", amount=50_00), Judgement("succeeded", None, charge_id())),
        (REFUND, refund(50_00, "RefundInitiated", "Why"), Judgement("accepted", None, refund_id())),
        (CLOSE, permission("Closed", "Why"), Judgement("succeeded", None, None)),
    ],
)
def test_an_object_names_what_was_made_and_gives_a_reason_only_for_a_decline(
    wish: Wish, fact: Any, judged: Judgement
) -> None:
    assert judge_fact(wish, fact) == judged


@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_is_judged_by_the_correction_that_was_in_force(sign: int) -> None:
    """A refusal shows a wrong clock only as far as the correction did not make up for it."""
    hour = sign * timedelta(hours=1)
    given = answer(403, reason_code="InvalidRequestSignature", server_date=NOW + hour, received_at=NOW)
    assert classify(CAPTURE, given, 1) == Judgement("clock", "InvalidRequestSignature")
    assert classify(CAPTURE, given, 1, offset=hour) == Judgement("refused", "InvalidRequestSignature")
    assert classify(CAPTURE, given, 1, offset=-hour).state == "clock"
    assert not clock_is_off(given, hour - sign * CLOCK_LIMIT)
    assert clock_is_off(given, hour - sign * (CLOCK_LIMIT + timedelta(seconds=1)))
    assert not clock_is_off(answer(403, server_date=NOW + hour), timedelta())
    assert not clock_is_off(answer(403, received_at=NOW), timedelta())


PLACE = Place("v2", "na", "sandbox", "M1")
PARTLY = order(charge("Captured", amount=60_00, refunded=5_00), refunds=[refund(5_00)])
KEYS = [
    (REFUND, captured(), 0, "554a36ea0f5cff43f08c32dec14406e7"),
    (REFUND, captured(), 1, "dcb8ec831dd0fc9ddb66c6c7abd31123"),
    (REFUND, PARTLY, 0, "17b6f758356fc2737f250ec923d900d9"),
    (CAPTURE, order(charge("Authorized", amount=50_00)), 0, "a2bd7a65be6486519bbd9a1d441088ef"),
    (VOID, order(charge("Authorized", amount=50_00)), 0, "c3ef506b5be18e0495e51140669211d8"),
    (AUTHORIZE, order(charge("Canceled", amount=50_00)), 0, "0378ee3c6a8fd42f42cba7f68e27d571"),
    (
        Wish(Verb.AUTHORIZE, ORDER, ORDER, FIFTY, capture_now=True, pending_allowed=True),
        order(),
        0,
        "89aef39b252053e6becdbfc9d870169a",
    ),
    (
        Wish(Verb.CAPTURE, ORDER, charge_id(), Money(50, "JPY")),
        order(charge("Authorized", currency="JPY")),
        0,
        "3e835497a1cbb269e64da771a1bb7afc",
    ),
]


@pytest.mark.parametrize(("wish", "made", "counter", "key"), KEYS)
def test_a_key_is_the_same_on_every_host_and_in_every_version(wish: Wish, made: Order, counter: int, key: str) -> None:
    """Two versions at work on one account, or an update between a try and its repetition, must not double a wish."""
    found = derive_key(key_base(PLACE, wish, made), counter)
    tell("R9", 1, int(found != key))
    assert found == key


def test_only_a_charge_that_was_made_makes_the_next_authorization_another_wish() -> None:
    made = captured()
    plain = key_base(PLACE, AUTHORIZE, made)
    for other in (
        intent("refund", "accepted", result=refund_id()),
        intent("capture", "succeeded", result=charge_id()),
        intent("authorize", "unknown", target=ORDER),
    ):
        assert key_base(PLACE, AUTHORIZE, replace(made, intents=(other,))) == plain
    replied = intent("authorize", "succeeded", target=ORDER, result=charge_id(2))
    assert key_base(PLACE, AUTHORIZE, replace(made, intents=(replied,))) != plain
