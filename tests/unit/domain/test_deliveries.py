"""Parcels that Amazon is told of: what may be typed, what an answer proves, when nothing is sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.support.goods import recorded, slip

from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.deliveries import (
    Delivery,
    Outcome,
    Parcel,
    ParcelError,
    delivery_key,
    is_carrier,
    judge,
    not_told,
    parcel_of,
    to_offer,
    told_before,
    why_not_again,
)
from azpay_tui.domain.intent import Place, State, Verb

ORDER, OTHER = "S01-1234567-0000001", "S01-1234567-0000002"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARCEL = Parcel(ORDER, "UPS", "1Z999AA10123456784")
PLACE = Place("v2", "eu", "sandbox", "M1")


def tried(outcome: Outcome, parcel: Parcel = PARCEL, number: int = 1) -> Delivery:
    return Delivery(number, parcel, AT, "ops", outcome)


@pytest.mark.parametrize(
    ("carrier", "tracking", "found"),
    [
        ("UPS", "1Z999AA10123456784", PARCEL),
        (" ups ", " 1Z999AA10123456784 ", PARCEL),
        ("DHL_PAKET-DE", "00 3404/3416.1-2_3", Parcel(ORDER, "DHL_PAKET-DE", "00 3404/3416.1-2_3")),
    ],
)
def test_a_parcel_is_read_with_its_carrier_in_capitals(carrier: str, tracking: str, found: Parcel) -> None:
    assert parcel_of(ORDER, carrier, tracking) == found


@pytest.mark.parametrize(
    ("carrier", "tracking", "sentence"),
    [
        ("", "1Z9", "Say who carries it: Amazon's code of the carrier, such as UPS."),
        ("UPS\x1b[2J", "1Z9", r"'UPS\x1b[2J' is no code of a carrier, such as UPS: letters, digits, - and _."),
        ("U" * 65, "1Z9", f"'{'U' * 60}' is no code of a carrier, such as UPS: letters, digits, - and _."),
        ("ＵＰＳ", "1Z9", "'ＵＰＳ' is no code of a carrier, such as UPS: letters, digits, - and _."),
        ("UPS", " ", "Say the tracking number."),
        ("UPS", "1Z9\n2", r"'1Z9\n2' is no tracking number, such as 1Z999AA10123456784."),
        ("UPS", "9" * 61, f"'{'9' * 60}' is no tracking number, such as 1Z999AA10123456784."),
    ],
)
def test_what_can_be_no_parcel_is_refused_in_one_sentence(carrier: str, tracking: str, sentence: str) -> None:
    with pytest.raises(ParcelError) as refused:
        parcel_of(ORDER, carrier, tracking)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(("text", "is_one"), [(" ups ", True), ("DHL_PAKET-DE", True), ("", False), ("U.P.S.", False)])
def test_what_is_no_code_of_a_carrier_is_known_before_it_is_typed_again(text: str, is_one: bool) -> None:
    assert is_carrier(text) is is_one


def test_only_an_order_has_parcels() -> None:
    with pytest.raises(ParcelError, match="is no order that Amazon knows"):
        parcel_of(f"{ORDER}-C000001", "UPS", "1Z9")


def answered(status: int, code: str | None = None) -> Answer:
    return Answer("answered", "Amazon answered.", status, code)


ENDS: list[tuple[Answer, Outcome]] = [
    (Answer("unsent", "Amazon cannot be reached."), "unsent"),
    (Answer("lost", "The connection was lost."), "unknown"),
    (answered(200), "sent"),
    (answered(200, "OddAnswer"), "unknown"),
    (answered(302), "unknown"),
    (answered(400, "InvalidInputFormat"), "refused"),
    (answered(400, "InvalidParameterValue"), "refused"),
    (answered(401, "InvalidRequestSignature"), "refused"),
    (answered(403, "InvalidAccountStatus"), "refused"),
    (answered(404, "ResourceNotFound"), "refused"),
    (answered(400, "SomethingNew"), "unknown"),
    (answered(400), "unknown"),
    (answered(408), "unknown"),
    (answered(429, "TooManyRequests"), "refused"),
    (answered(500, "InternalServerError"), "unknown"),
    (answered(503, "InvalidParameterValue"), "unknown"),
]


@pytest.mark.parametrize(("answer", "outcome"), ENDS)
def test_only_a_clear_answer_is_more_than_unknown(answer: Answer, outcome: Outcome) -> None:
    found, why = judge(answer, ())
    assert (found, why.endswith(".")) == (outcome, True)


@pytest.mark.parametrize(
    ("earlier", "outcome"), [("unknown", "unknown"), ("sent", "refused"), ("refused", "refused"), ("unsent", "refused")]
)
def test_a_bad_value_after_a_lost_answer_proves_nothing(earlier: Outcome, outcome: Outcome) -> None:
    assert judge(answered(400, "InvalidParameterValue"), [tried(earlier)])[0] == outcome
    assert judge(answered(400, "InvalidInputFormat"), [tried(earlier)])[0] == "refused"


def test_what_amazon_has_or_may_have_is_not_sent_again() -> None:
    elsewhere = Parcel(OTHER, "UPS", PARCEL.tracking)
    assert told_before(PARCEL, []) is None
    assert told_before(PARCEL, [tried("refused"), tried("unsent")]) is None
    lost, sent = tried("unknown", number=3), tried("sent", number=2)
    assert told_before(PARCEL, [lost]) is lost
    assert told_before(PARCEL, [lost, sent, tried("sent", elsewhere)]) is sent
    assert told_before(elsewhere, [lost, sent]) is sent


def test_the_reason_names_who_sent_it_when_and_what_to_do() -> None:
    assert why_not_again(PARCEL, tried("sent")) is None
    assert why_not_again(PARCEL, tried("unknown")) == (
        "1Z999AA10123456784 was sent by ops at 2026-03-01 12:00 UTC and no answer came, so Amazon may have it."
    )
    assert why_not_again(replace(PARCEL, carrier="DHL"), tried("sent")) == (
        f"1Z999AA10123456784 was sent by ops at 2026-03-01 12:00 UTC for {ORDER} with UPS, and Amazon takes a number "
        "once: check it."
    )


def test_the_key_is_of_the_parcel_and_changes_with_each_refusal_alone() -> None:
    key = delivery_key(PLACE, PARCEL, ())
    assert len(key) == 32
    assert delivery_key(PLACE, PARCEL, [tried("unknown"), tried("sent"), tried("unsent")]) == key
    elsewhere = tried("refused", Parcel(OTHER, "UPS", PARCEL.tracking))
    assert delivery_key(PLACE, PARCEL, [elsewhere]) == key
    others = [
        delivery_key(PLACE, PARCEL, [tried("refused")]),
        delivery_key(PLACE, PARCEL, [tried("refused")] * 2),
        delivery_key(PLACE, replace(PARCEL, carrier="DHL"), ()),
        delivery_key(PLACE, replace(PARCEL, tracking="2"), ()),
        delivery_key(PLACE, replace(PARCEL, order_id=OTHER), ()),
        delivery_key(replace(PLACE, environment="live"), PARCEL, ()),
        delivery_key(replace(PLACE, region="na"), PARCEL, ()),
        delivery_key(replace(PLACE, merchant="M2"), PARCEL, ()),
    ]
    assert len({key, *others}) == 9


@pytest.mark.parametrize("outcome", ["sent", "refused", "unknown", "unsent"])
def test_the_number_of_the_newest_slip_is_offered_until_amazon_may_have_it(outcome: Outcome) -> None:
    first = replace(recorded(ORDER, slip("TEA=1", tracking="UPS:1Z1")), verb=Verb.CAPTURE)
    second = replace(recorded(ORDER, slip("TEA=1", tracking="1Z2")), verb=Verb.CAPTURE)
    back = recorded(ORDER, slip("TEA=1", tracking="UPS:1Z3"))
    plain = replace(recorded(ORDER, slip("TEA=1")), verb=Verb.CAPTURE)
    slips = [plain, back, second, first]
    assert to_offer([plain, back], []) is None
    assert to_offer(slips, []) == ("", "1Z2")
    assert not_told([plain, back], []) is None
    assert not_told(slips, []) == "1Z2: Amazon was not told of it"
    assert not_told([first], []) == "UPS 1Z1: Amazon was not told of it"
    told = [tried(outcome, Parcel(ORDER, "DHL", "1Z2"))]
    assert to_offer(slips, told) == (("UPS", "1Z1") if outcome in ("sent", "unknown") else ("", "1Z2"))


@pytest.mark.parametrize("state", ["declined", "refused", "abandoned"])
def test_a_capture_that_never_was_ships_nothing(state: State) -> None:
    never = replace(recorded(ORDER, slip("TEA=1", tracking="UPS:1Z1")), verb=Verb.CAPTURE, state=state)
    assert to_offer([never], []) is None


def test_why_is_said_only_where_amazon_was_not_told() -> None:
    said = {outcome: replace(tried(outcome), why="No room.").why_not for outcome in ("sent", "refused", "unknown")}
    assert said == {"sent": "", "refused": ": No room.", "unknown": ": No room."}
    assert tried("refused").why_not == ""


def test_each_outcome_has_its_words() -> None:
    words = {outcome: tried(outcome).became for outcome in ("sent", "refused", "unknown", "unsent")}
    assert words == {
        "sent": "sent to Amazon",
        "refused": "refused by Amazon",
        "unknown": "not known whether Amazon has it",
        "unsent": "not sent",
    }
