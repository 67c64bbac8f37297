"""Answers are read strictly where rules depend on them and openly elsewhere; nothing crashes, nothing is guessed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.amazon.bodies import CHARGE, PERMISSION, REFUND, changed, encoded

from azpay_tui.amazon.v2 import translate
from azpay_tui.amazon.v2.wire import UnreadableError, parse_json, parse_problem, parse_time
from azpay_tui.domain.money import EXPONENTS, Money
from azpay_tui.domain.order import Address, Buyer, Charge, Permission, Reason, Refund

AT = datetime(2026, 1, 10, 9, 14, 32, tzinfo=UTC)


def test_permission() -> None:
    assert translate.permission(encoded(PERMISSION)) == Permission(
        id="S01-4821907-5530172",
        state="Chargeable",
        kind="OneTime",
        limit=Money(12000, "USD"),
        balance=Money(7000, "USD"),
        created=AT,
        expires=datetime(2026, 7, 9, 9, 14, 32, tzinfo=UTC),
        updated=datetime(2026, 1, 10, 9, 15, 2, tzinfo=UTC),
        environment="Sandbox",
        reference="ORD-2026-000417",
        buyer=Buyer("Ada Muster", "ada.muster@buyer.example"),
        shipping=Address("Ada Muster", "742 Sample Rd", "Unit 5", None, "Springfield", "IL", "62704", "US", "555-0100"),
    )


def test_charge() -> None:
    assert translate.charge(encoded(CHARGE)) == Charge(
        id="S01-4821907-5530172-C074310",
        state="Captured",
        amount=Money(5000, "USD"),
        captured=Money(5000, "USD"),
        refunded=Money(1250, "USD"),
        created=datetime(2026, 1, 10, 9, 14, 50, tzinfo=UTC),
        expires=datetime(2026, 2, 9, 9, 14, 50, tzinfo=UTC),
        updated=datetime(2026, 1, 12, 10, 15, 2, tzinfo=UTC),
    )


def test_refund() -> None:
    moment = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)
    assert translate.refund(encoded(REFUND)) == Refund(
        id="S01-4821907-5530172-R019284",
        charge_id="S01-4821907-5530172-C074310",
        state="RefundInitiated",
        amount=Money(1250, "USD"),
        created=moment,
        updated=moment,
    )


def test_null_and_missing_are_the_same() -> None:
    bare = {"chargePermissionId": PERMISSION["chargePermissionId"], "statusDetails": {"state": "Chargeable"}}
    nulls = {name: None for name in PERMISSION} | {
        **bare,
        "statusDetails": {"state": "Chargeable", "reasons": None, "lastUpdatedTimestamp": None},
        "limits": {"amountLimit": None, "amountBalance": None},
    }
    assert translate.permission(encoded(bare)) == translate.permission(encoded(nulls))
    assert translate.permission(encoded(bare)).kind == ""
    needed = ("chargeId", "chargePermissionId", "chargeAmount", "statusDetails")
    bare_charge = {name: CHARGE[name] for name in needed}
    null_charge = {name: value if name in needed else None for name, value in CHARGE.items()}
    assert translate.charge(encoded(bare_charge)).captured is None
    assert translate.charge(encoded(null_charge)) == translate.charge(
        encoded(changed(bare_charge, statusDetails=CHARGE["statusDetails"]))
    )


def test_unknown_words_and_keys_are_kept_or_ignored() -> None:
    permission = translate.permission(
        encoded(
            changed(
                PERMISSION,
                amazonPayToken="x",
                chargePermissionType="Subscription2",
                statusDetails={
                    "state": "Sleeping",
                    "reasons": [
                        {"reasonCode": "FullMoon", "reasonDescription": None, "new": 1},
                        {"reasonCode": "MFAFailed", "reasonDescription": "text"},
                    ],
                },
            )
        )
    )
    assert (permission.state, permission.kind) == ("Sleeping", "Subscription2")
    assert permission.reasons == (Reason("FullMoon"), Reason("MFAFailed", "text"))
    charge = translate.charge(encoded(changed(CHARGE, statusDetails={"state": "Odd", "reasonCode": "Why"})))
    assert (charge.state, charge.reason) == ("Odd", "Why")


def test_unknown_currency_is_kept_with_its_decimals() -> None:
    price = {"amount": "1.500", "currencyCode": "KWD"}
    charge = translate.charge(
        encoded(changed(CHARGE, chargeAmount=price, captureAmount=None, refundedAmount={**price, "amount": "0.500"}))
    )
    assert (charge.amount.minor, charge.amount.currency, charge.amount.exponent) == (1500, "KWD", 3)
    assert not charge.amount.known


def test_converted_amount_is_nobodys_business() -> None:
    for odd in ("50.00", 50, None, ["x"], {"amount": 1}):
        assert translate.charge(encoded(changed(CHARGE, convertedAmount=odd))).amount == Money(5000, "USD")


@pytest.mark.parametrize("odd", [5, True, ["x"], {"name": 5}, "text", "", {}])
def test_labels_of_an_unexpected_form_count_as_missing(odd: object) -> None:
    permission = translate.permission(
        encoded(changed(PERMISSION, buyer=odd, shippingAddress=odd, merchantMetadata=odd, releaseEnvironment={"a": 1}))
    )
    assert permission.reference is None
    assert permission.buyer in (None, Buyer())
    assert permission.environment is None
    assert permission.balance == Money(7000, "USD")


ODD_AMOUNTS = [
    5, 50.5, True, None, "", " 1", "1 ", "-1", "+1", "1e3", "1.", ".5", "1,000.00", "NaN", "Infinity", "0x10",
    "\u0661", "\uff11", "1.005", "1_000", "9" * 30, "1\n", ["1"], {},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD_AMOUNTS, ids=repr)
def test_amounts_are_strict(odd: object) -> None:
    for field in ("chargeAmount", "captureAmount", "refundedAmount"):
        with pytest.raises(UnreadableError):
            translate.charge(encoded(changed(CHARGE, **{f"{field}__amount": odd})))
    with pytest.raises(UnreadableError):
        translate.refund(encoded(changed(REFUND, refundAmount__amount=odd)))
    for field in ("amountLimit", "amountBalance"):
        with pytest.raises(UnreadableError):
            translate.permission(encoded(changed(PERMISSION, **{f"limits__{field}__amount": odd})))


@pytest.mark.parametrize("odd", ["usd", "US", "USDX", "", None, 5, "U\u0405D", "USD "])
def test_currencies_are_strict(odd: object) -> None:
    with pytest.raises(UnreadableError):
        translate.charge(encoded(changed(CHARGE, chargeAmount__currencyCode=odd)))


def test_one_charge_has_one_currency() -> None:
    with pytest.raises(UnreadableError, match="several currencies"):
        translate.charge(encoded(changed(CHARGE, refundedAmount__currencyCode="EUR")))


def test_extra_zero_decimals_are_an_amount() -> None:
    assert translate.charge(encoded(changed(CHARGE, chargeAmount__amount="475.4500"))).amount == Money(47545, "USD")
    yen = {"amount": "1400", "currencyCode": "JPY"}
    charge = translate.charge(encoded(changed(CHARGE, chargeAmount=yen, captureAmount=yen, refundedAmount=None)))
    assert charge.amount == Money(1400, "JPY")


@pytest.mark.parametrize(
    "odd",
    [None, 5, "", "S01-4821907-553017", "S01-4821907-5530172-C07431", "S01-4821907-5530172-A074310",
     "s01-4821907-5530172-C074310", "S01-4821907-5530172-C07431\u0660", "S01-4821907-5530172-C074310\n",
     "../S01-4821907-5530172-C074310", "x" * 1000],
)  # fmt: skip
def test_ids_have_the_known_form(odd: object) -> None:
    with pytest.raises(UnreadableError):
        translate.charge(encoded(changed(CHARGE, chargeId=odd)))
    with pytest.raises(UnreadableError):
        translate.permission(encoded(changed(PERMISSION, chargePermissionId=odd)))
    with pytest.raises(UnreadableError):
        translate.refund(encoded(changed(REFUND, refundId=odd)))


def test_ids_do_not_contradict_each_other() -> None:
    with pytest.raises(UnreadableError, match="another order"):
        translate.charge(encoded(changed(CHARGE, chargePermissionId="S01-4821907-5530173")))
    with pytest.raises(UnreadableError, match="another order"):
        translate.refund(encoded(changed(REFUND, chargeId="S01-4821907-5530173-C074310")))


@pytest.mark.parametrize(
    "state", [None, "", 5, "x" * 201, " Captured", ["Captured"], ...], ids=lambda state: repr(state)[:20]
)
def test_a_state_is_a_word(state: object) -> None:
    for read, body in ((translate.charge, CHARGE), (translate.refund, REFUND), (translate.permission, PERMISSION)):
        with pytest.raises(UnreadableError):
            read(encoded(changed(body, statusDetails__state=state)))


@pytest.mark.parametrize(
    "text",
    ["20260110T091432Z", "2026-01-10T09:14:32Z", "2026-01-10T09:14:32.000Z", "2026-01-10T10:14:32+01:00",
     "2026-01-10T04:14:32-0500", "20260110T091432+0000"],
)  # fmt: skip
def test_times_in_every_form_are_utc(text: str) -> None:
    moment = parse_time(text)
    assert moment == AT
    assert moment is not None
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["20260110", "2026-01-10", "20260110T091432", "2026-01-10T09:14:32", "2026-W02-6T09:14:32Z", "20261310T091432Z",
     "20260230T091432Z", "20260110T251432Z", "00000110T091432Z", "00010101T000000+0100", "99991231T235959-0100",
     "99991231T235959Z", "19691231T235959Z", 5, 5.0,
     True, [], "1768036472", "\u0662\u0660260110T091432Z", " 20260110T091432Z"],
)  # fmt: skip
def test_times_that_are_not_understood_are_no_guess(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)
    if not isinstance(text, str):
        return
    for read, body in ((translate.charge, CHARGE), (translate.refund, REFUND), (translate.permission, PERMISSION)):
        with pytest.raises(UnreadableError):
            read(encoded(changed(body, creationTimestamp=text)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b'{"a":1}{"b":2}',
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":"\xff"}',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b'{"a":' + b"[" * 33 + b"]" * 33 + b"}",
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"9" * 10_000 + b"}",
        b"<html>",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_strict_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_json(body)
    assert parse_problem(body).reason_code is None


def test_halves_of_surrogate_pairs_cannot_spread() -> None:
    body = json.dumps(changed(PERMISSION, buyer__name="a\ud800b", statusDetails__state="X\udfff")).encode()
    permission = translate.permission(body)
    assert permission.buyer is not None
    assert permission.buyer.name == "a\ufffdb"
    permission.state.encode()
    whole = json.dumps(changed(PERMISSION, buyer__name="\U0001f600")).encode()
    assert translate.permission(whole).buyer == Buyer("\U0001f600", "ada.muster@buyer.example")


def test_a_refusal_needs_no_form() -> None:
    assert parse_problem(b'{"reasonCode":"New","message":"Text"}').reason_code == "New"
    for body in (
        b'{"reasonCode":5}',
        b'{"reasonCode":null}',
        b'{"message":["x"]}',
        b"{}",
        b'{"reasonCode":"' + b"x" * 201 + b'"}',
    ):
        assert parse_problem(body).reason_code is None


def test_errors_do_not_repeat_the_body() -> None:
    with pytest.raises(UnreadableError) as caught:
        translate.permission(encoded(changed(PERMISSION, limits="canary-4711")))
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "limits" in str(caught.value)


@given(currency=st.sampled_from(sorted(EXPONENTS)), minor=st.integers(0, 10**12))
def test_every_amount_comes_back_as_it_was(currency: str, minor: int) -> None:
    money = Money(minor, currency)
    price = {"amount": money.decimal(), "currencyCode": currency}
    charge = translate.charge(encoded(changed(CHARGE, chargeAmount=price, captureAmount=price, refundedAmount=None)))
    assert charge.amount == charge.captured == money


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
BODIES = [(translate.permission, PERMISSION), (translate.charge, CHARGE), (translate.refund, REFUND)]


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in inner for place in places(child, (*path, key)))]


@given(data=st.data(), which=st.sampled_from(BODIES), value=JSON)
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject, which, value: object) -> None:
    """Whatever stands where: a fact whose id, state and amount are those of the body, or one typed refusal."""
    read, original = which
    path = data.draw(st.sampled_from(places(original)[1:]))
    body = changed(original)
    place = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    try:
        fact = read(encoded(body) if "\\ud" not in json.dumps(body) else json.dumps(body).encode())
    except UnreadableError:
        return
    assert fact.state == body["statusDetails"]["state"]
    assert fact.id == body[next(name for name in ("refundId", "chargeId", "chargePermissionId") if name in body)]
    if isinstance(fact, Charge | Refund):
        amount = body["chargeAmount" if isinstance(fact, Charge) else "refundAmount"]["amount"]
        assert fact.amount.decimal() == amount or amount.startswith("0")


@given(which=st.sampled_from(BODIES), cut=st.integers(0, 2000))
def test_a_cut_body_is_never_read(which, cut: int) -> None:
    read, original = which
    whole = encoded(original)
    with pytest.raises(UnreadableError):
        read(whole[: cut % len(whole)])


@given(body=st.binary(max_size=200))
def test_garbage_is_refused(body: bytes) -> None:
    for read, _ in BODIES:
        with pytest.raises(UnreadableError):
            read(body)
