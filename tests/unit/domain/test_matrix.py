"""The verdicts of the action matrix, written down row by row from the document and not from the code.

Columns: capture, void, cancel, close, authorize, refund. `warn` cells name their warning. Each order is judged as
Amazon shows it with and without ChargeInProgress for a live charge; that only ever makes `authorize` a `no`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from tests.support.orders import (
    DAY,
    LIMIT,
    LIVE,
    NOW,
    ORDER,
    SITUATIONS,
    busy,
    captured,
    charge,
    charge_id,
    order,
    refund,
)

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order, Unnamed
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.reasons import WARNINGS, warning_sentence

VERBS: Final = (Verb.CAPTURE, Verb.VOID, Verb.CANCEL, Verb.CLOSE, Verb.AUTHORIZE, Verb.REFUND)

nothing, pending, keeps = "warn nothing-charged", "warn leaves-pending", "warn leaves-authorization"
deciding, second, card = "warn decision-under-way", "warn second-hold", "warn same-card"

ROWS: Final[dict[str, tuple[str, str, str, str, str, str]]] = {
    # situation                      capture void   cancel  close    authorize refund
    "2 open":                        ("no",  "no",  "yes",  nothing,  "yes",    "no"),
    "3 pending":                     ("no",  "yes", "yes",  pending,  deciding, "no"),
    "4 authorized":                  ("yes", "yes", "yes",  keeps,    second,   "no"),
    "5 authorized, aged":            ("yes", "yes", "yes",  keeps,    second,   "no"),
    "6 lapsed by reason":            ("no",  "no",  "yes",  nothing,  "yes",    "no"),
    "6 lapsed by age":               ("no",  "no",  "yes",  nothing,  "yes",    "no"),
    "7 capturing":                   ("no",  "no",  "no",   pending,  "no",     "no"),
    "7 capturing, suspended":        ("no",  "no",  "no",   pending,  "no",     "no"),
    "7 capturing, closed":           ("no",  "no",  "no",   "no",     "no",     "no"),
    "8 part captured":               ("no",  "no",  "no",   "yes",    "yes",    "yes"),
    "9 captured":                    ("no",  "no",  "no",   "no",     "no",     "yes"),
    "10 closed, authorized":         ("yes", "yes", "no",   "no",     "no",     "no"),
    "11 suspended, authorized":      ("yes", "yes", "yes",  "yes",    "no",     "no"),
    "12 suspended":                  ("no",  "no",  "yes",  "yes",    "no",     "no"),
    "13 declined soft":              ("no",  "no",  "yes",  nothing,  "yes",    "no"),
    "13 processing failure":         ("no",  "no",  "yes",  nothing,  "yes",    "no"),
    "13 timed out":                  ("no",  "no",  "yes",  nothing,  "yes",    "no"),
    "14 declined hard":              ("no",  "no",  "yes",  "yes",    card,     "no"),
    "14 declined hard, suspended":   ("no",  "no",  "yes",  "yes",    "no",     "no"),
    "15 rejected":                   ("no",  "no",  "no",   "no",     "no",     "no"),
    "16 voided":                     ("no",  "no",  "yes",  nothing,  "yes",    "no"),
    "17 canceled":                   ("no",  "no",  "no",   "no",     "no",     "no"),
    "17 closed, none":               ("no",  "no",  "no",   "no",     "no",     "no"),
    "23 unknown order":              ("no",  "no",  "no",   "no",     "no",     "no"),
    "23 unknown charge":             ("no",  "no",  "no",   "no",     "no",     "no"),
    "23 unknown order, none":        ("no",  "no",  "no",   "no",     "no",     "no"),
}  # fmt: skip


def judge(made: Order) -> dict[Verb, Offer]:
    """Return the one offer of each verb of an order with at most one charge."""
    found = offers(made, Policy(), NOW)
    assert len({offer.verb for offer in found}) == len(found) == 7
    return {offer.verb: offer for offer in found}


def word(offer: Offer) -> str:
    return " ".join([offer.verdict, *offer.warnings])


def explained(found: dict[Verb, Offer]) -> None:
    for offer in found.values():
        if offer.verdict != "yes":
            assert offer.reason is not None, offer
            assert offer.reason.endswith("."), offer
            assert "{" not in offer.reason, offer
        for name in offer.warnings:
            assert warning_sentence(name) in (offer.reason or "")


@pytest.mark.parametrize("name", ROWS)
def test_each_row_gives_its_verdicts(name: str) -> None:
    found = judge(SITUATIONS[name]())
    assert tuple(word(found[verb]) for verb in VERBS) == ROWS[name]
    assert word(found[Verb.REFRESH]) == "yes"
    explained(found)


@pytest.mark.parametrize("name", ROWS)
def test_each_row_gives_its_verdicts_while_amazon_reports_a_charge_in_progress(name: str) -> None:
    made = SITUATIONS[name]()
    found = judge(busy(made))
    alive = any(c.state in LIVE for c in made.charges) and not name.startswith(("10", "23", "7 capturing, closed"))
    capture, void, cancel, close, authorize, given = ROWS[name]
    expected = (capture, void, cancel, close, "no" if alive else authorize, given)
    assert tuple(word(found[verb]) for verb in VERBS) == expected
    explained(found)
    if alive and not name.startswith(("7 capturing, s", "11")):
        assert "ChargeInProgress" in (found[Verb.AUTHORIZE].reason or "")


def test_the_table_is_complete() -> None:
    assert set(ROWS) == set(SITUATIONS)
    assert {name.split()[0] for name in ROWS} == {str(n) for n in range(2, 24)} - {str(n) for n in range(18, 23)}
    named = {name for cells in ROWS.values() for cell in cells for name in cell.split()[1:]}
    of_no_row = {
        "beyond-capture",
        "refund-under-way",
        "partly-known",
        "sale-cancelled",
        "lines-cancelled",
        "cancelled-before",
    }
    assert named == set(WARNINGS) - of_no_row


@pytest.mark.parametrize(
    "code",
    [
        "PaymentMethodInvalid",
        "PaymentMethodDeleted",
        "BillingAddressDeleted",
        "PaymentMethodExpired",
        "PaymentMethodNotAllowed",
        "PaymentMethodNotSet",
        "MFAFailed",
    ],
)
def test_rows_11_and_12_are_every_reason_only_the_buyer_can_clear(code: str) -> None:
    for made, row in ((order(charge("Authorized")), "11 suspended, authorized"), (order(), "12 suspended")):
        assert made.permission is not None
        for codes in ((code,), (code, "ChargeInProgress")):
            stopped = order(*made.charges, state="NonChargeable", codes=codes)
            found = judge(stopped)
            assert tuple(word(found[verb]) for verb in VERBS) == ROWS[row]
            assert code in (found[Verb.AUTHORIZE].reason or "")
            assert "buyer" in (found[Verb.AUTHORIZE].reason or "")


@pytest.mark.parametrize(
    "name", [name for name in ROWS if name.split()[0] in ("2", "3", "4", "5", "6", "8", "13", "16")]
)
@pytest.mark.parametrize("codes", [("Moonphase",), ("AmountNotSet",), ("ChargeInProgress", "Moonphase"), ()])
def test_an_unknown_reason_forbids_authorize_alone(name: str, codes: tuple[str, ...]) -> None:
    found = judge(order(*SITUATIONS[name]().charges, state="NonChargeable", codes=codes))
    capture, void, cancel, close, _, given = ROWS[name]
    assert tuple(word(found[verb]) for verb in VERBS) == (capture, void, cancel, close, "no", given)
    for code in codes:
        assert code in (found[Verb.AUTHORIZE].reason or "")


BESIDE: Final[dict[tuple[str, str], tuple[str, str, str, str, str, str]]] = {
    # What a suspended (12) or closed (10, 17) order makes of a charge that has its own row in an open order
    ("NonChargeable", "3 pending"):          ("no",  "yes", "yes", pending, "no", "no"),
    ("NonChargeable", "5 authorized, aged"): ("yes", "yes", "yes", "yes",   "no", "no"),
    ("NonChargeable", "6 lapsed by reason"): ("no",  "no",  "yes", "yes",   "no", "no"),
    ("NonChargeable", "6 lapsed by age"):    ("no",  "no",  "yes", "yes",   "no", "no"),
    ("NonChargeable", "8 part captured"):    ("no",  "no",  "no",  "yes",   "no", "yes"),
    ("NonChargeable", "13 declined soft"):   ("no",  "no",  "yes", "yes",   "no", "no"),
    ("NonChargeable", "16 voided"):          ("no",  "no",  "yes", "yes",   "no", "no"),
    ("NonChargeable", "17 canceled"):        ("no",  "no",  "yes", "yes",   "no", "no"),
    ("Closed", "3 pending"):                 ("no",  "yes", "no",  "no",    "no", "no"),
    ("Closed", "5 authorized, aged"):        ("yes", "yes", "no",  "no",    "no", "no"),
    ("Closed", "6 lapsed by reason"):        ("no",  "no",  "no",  "no",    "no", "no"),
    ("Closed", "6 lapsed by age"):           ("no",  "no",  "no",  "no",    "no", "no"),
    ("Closed", "8 part captured"):           ("no",  "no",  "no",  "no",    "no", "yes"),
    ("Closed", "13 declined soft"):          ("no",  "no",  "no",  "no",    "no", "no"),
    ("Closed", "14 declined hard"):          ("no",  "no",  "no",  "no",    "no", "no"),
    ("Closed", "16 voided"):                 ("no",  "no",  "no",  "no",    "no", "no"),
}  # fmt: skip


@pytest.mark.parametrize(("state", "name"), BESIDE)
def test_every_charge_on_a_suspended_or_closed_order(state: str, name: str) -> None:
    codes = ["PaymentMethodInvalid"] if state == "NonChargeable" else ["MerchantClosed"]
    made = order(*SITUATIONS[name]().charges, state=state, codes=codes)
    for shown in (made, busy(made)):
        found = judge(shown)
        assert tuple(word(found[verb]) for verb in VERBS) == BESIDE[(state, name)]
        explained(found)


# Rows 18 to 22: refunds, on an order that is open, suspended or closed

REFUNDS: Final[dict[str, tuple[Callable[[str], Order], str, int]]] = {
    # captured 120.00, so the cap is 138.00
    "18 nothing refunded": (lambda state: captured(state), "yes", 138_00),
    "18 part refunded": (lambda state: captured(state, refund(36_00)), "yes", 102_00),
    "18 part refunded elsewhere": (lambda state: captured(state, refunded=36_00), "yes", 102_00),
    "18 nine refunds": (
        lambda state: captured(state, *(refund(1_00, number=n) for n in range(1, 10))), "yes", 129_00,
    ),
    "19 all refunded": (lambda state: captured(state, refund(LIMIT)), "warn beyond-capture", 18_00),
    "19 more refunded": (lambda state: captured(state, refund(137_99)), "warn beyond-capture", 1),
    "20 cap reached": (lambda state: captured(state, refund(LIMIT), refund(18_00, number=2)), "no", 0),
    "20 cap reached in flight": (
        lambda state: captured(state, refund(LIMIT), refund(18_00, "RefundInitiated", number=2)), "no", 0,
    ),
    "20 ten refunds": (lambda state: captured(state, *(refund(1_00, number=n) for n in range(1, 11))), "no", 0),
    "20 ten refunds, one in flight": (
        lambda state: captured(
            state, *(refund(1_00, number=n) for n in range(1, 10)), refund(1_00, "RefundInitiated", number=10)
        ),
        "no",
        0,
    ),
    "21 refunding": (lambda state: captured(state, refund(36_00, "RefundInitiated")), "warn refund-under-way", 102_00),
    "21 refunding, counted by Amazon": (
        lambda state: captured(state, refund(36_00, "RefundInitiated"), refunded=36_00),
        "warn refund-under-way",
        102_00,
    ),
    "21 refunding, all": (
        lambda state: captured(state, refund(LIMIT, "RefundInitiated")),
        "warn beyond-capture refund-under-way",
        18_00,
    ),
    "22 declined": (lambda state: captured(state, refund(36_00, "Declined", "AmazonRejected")), "yes", 138_00),
    "22 eleven, one declined": (
        lambda state: captured(
            state, *(refund(1_00, number=n) for n in range(1, 10)), refund(1_00, "Declined", number=10)
        ),
        "yes",
        129_00,
    ),
    "22 declined, another under way": (
        lambda state: captured(
            state, refund(20_00, "RefundInitiated"), refund(36_00, "Declined", "ProcessingFailure", number=2)
        ),
        "warn refund-under-way",
        118_00,
    ),
}  # fmt: skip


@pytest.mark.parametrize("state", ["Chargeable", "NonChargeable", "Closed"])
@pytest.mark.parametrize("name", REFUNDS)
def test_refund_rows(name: str, state: str) -> None:
    make, expected, largest = REFUNDS[name]
    found = judge(make(state))
    explained(found)
    offer = found[Verb.REFUND]
    assert word(offer) == expected
    assert offer.target == charge_id()
    if expected == "no":
        assert offer.maximum is None
    else:
        assert (offer.minimum, offer.maximum) == (Money(1, "USD"), Money(largest, "USD"))
    row = {"Chargeable": "8 part captured", "Closed": "9 captured"}.get(state)
    if row is not None:
        assert tuple(word(found[verb]) for verb in VERBS[:5]) == ROWS[row][:5]


def test_a_refused_refund_names_the_limit() -> None:
    cap, count = judge(REFUNDS["20 cap reached"][0]("Closed")), judge(REFUNDS["20 ten refunds"][0]("Closed"))
    assert "138.00 USD" in (cap[Verb.REFUND].reason or "")
    assert "Amazon allows 10" in (count[Verb.REFUND].reason or "")


@pytest.mark.parametrize(
    ("code", "said"), [("AmazonRejected", "balance is negative"), ("ProcessingFailure", "claim"), (None, "declined")]
)
def test_after_a_declined_refund_the_reason_and_another_way_are_shown(code: str | None, said: str) -> None:
    offer = judge(captured("Closed", refund(36_00, "Declined", code)))[Verb.REFUND]
    assert said in (offer.reason or "")
    assert "another way" in (offer.reason or "")


def test_a_declined_refund_is_told_until_as_much_was_given_back() -> None:
    declined = refund(3_00, "Declined", "AmazonRejected", age=DAY)
    assert judge(captured("Closed", declined, refund(3_00, number=2)))[Verb.REFUND].reason is None
    last = judge(captured("Closed", declined))[Verb.REFUND].reason or ""
    former = judge(captured("Closed", declined, refund(2_00, number=2)))[Verb.REFUND].reason or ""
    assert last.startswith("The last refund was declined. ")
    assert former == last.replace("The last refund", "A refund of 3.00 USD")


def test_refunds_that_only_somebody_vouched_for_are_named() -> None:
    made = captured("Closed")
    vouched = Unnamed("refund", charge_id(), Money(120_00, "USD"), NOW)
    part, all_ = (judge(replace(made, unnamed=(vouched,) * many))[Verb.REFUND] for many in (1, 2))
    assert (part.maximum, all_.verdict) == (Money(18_00, "USD"), "no")
    assert "Refunds of 120.00 USD count as made though Amazon's total does not show them" in (part.reason or "")
    assert "Refunds of 240.00 USD count as made" in (all_.reason or "")


def test_a_refund_in_an_unknown_state_forbids_refunds_alone() -> None:
    made = captured("Chargeable", refund(1_00, "Reversed"))
    found = judge(made)
    assert tuple(word(found[verb]) for verb in VERBS) == (*ROWS["8 part captured"][:5], "no")
    assert "'Reversed'" in (found[Verb.REFUND].reason or "")


@pytest.mark.parametrize("name", ["23 unknown order", "23 unknown order, none", "23 unknown charge"])
def test_an_unknown_state_is_shown_raw(name: str) -> None:
    raw = "'UnderReview'" if "order" in name else "'PartiallySettled'"
    found = judge(SITUATIONS[name]())
    assert all(raw in (found[verb].reason or "") for verb in VERBS)


# What the cells say


def test_sentences_name_what_they_speak_of() -> None:
    def said(name: str, verb: Verb) -> str:
        return judge(SITUATIONS[name]())[verb].reason or ""

    assert "authorize first" in said("2 open", Verb.CAPTURE)
    assert "24 hours" in said("3 pending", Verb.CAPTURE)
    assert "pending and be declined" in said("5 authorized, aged", Verb.CAPTURE)
    assert judge(SITUATIONS["4 authorized"]())[Verb.CAPTURE].reason is None
    assert "2026-03-01 12:00 UTC" in said("6 lapsed by age", Verb.CAPTURE)
    assert "2026-03-01 12:00 UTC" in said("6 lapsed by reason", Verb.CAPTURE)
    assert "one capture per charge" in said("8 part captured", Verb.CAPTURE)
    assert "Money was taken" in said("8 part captured", Verb.CANCEL)
    assert "already closed" in said("9 captured", Verb.CLOSE)
    assert "PaymentMethodInvalid" in said("12 suspended", Verb.AUTHORIZE)
    assert "Declined so far: 1" in said("13 declined soft", Verb.AUTHORIZE)
    assert "do not ship" in said("15 rejected", Verb.AUTHORIZE)
    assert "AmazonCanceled" in said("15 rejected", Verb.CANCEL)
    assert "MerchantClosed" in said("17 canceled", Verb.CANCEL)


def test_targets_are_the_objects_acted_on() -> None:
    found = judge(SITUATIONS["4 authorized"]())
    for verb in (Verb.AUTHORIZE, Verb.CANCEL, Verb.CLOSE, Verb.REFRESH):
        assert found[verb].target == ORDER
    for verb in (Verb.CAPTURE, Verb.VOID, Verb.REFUND):
        assert found[verb].target == charge_id()
        assert judge(SITUATIONS["2 open"]())[verb].target is None
    verbs = [offer.verb for offer in offers(SITUATIONS["4 authorized"](), Policy(), NOW)]
    assert verbs == ["authorize", "capture", "void", "refund", "cancel", "close", "refresh"]


@pytest.mark.parametrize("reason", ["HardDeclined", "PaymentMethodNotAllowed", "MFANotCompleted", "Moonphase", None])
def test_a_decline_that_is_not_known_to_pass_warns_of_the_same_card(reason: str | None) -> None:
    found = judge(order(charge("Declined", reason)))
    assert tuple(word(found[verb]) for verb in VERBS) == ROWS["14 declined hard"]


@pytest.mark.parametrize("reason", ["ChargePermissionCanceled", "AmazonCanceled"])
def test_an_order_called_off_that_still_reads_as_open_is_not_charged_again(reason: str) -> None:
    found = judge(order(charge("Canceled", reason)))
    assert tuple(word(found[verb]) for verb in VERBS) == ("no", "no", "yes", nothing, "no", "no")


def test_an_authorization_the_buyer_ended_may_be_made_again() -> None:
    found = judge(order(charge("Canceled", "BuyerCanceled")))
    assert tuple(word(found[verb]) for verb in VERBS) == ROWS["16 voided"]


@pytest.mark.parametrize("state", ["Chargeable", "NonChargeable"])
def test_a_rejection_forbids_authorize_before_the_order_shows_it(state: str) -> None:
    codes = ["PaymentMethodInvalid"] if state == "NonChargeable" else []
    found = judge(order(charge("Declined", "AmazonRejected"), state=state, codes=codes))
    assert tuple(word(found[verb]) for verb in VERBS) == ("no", "no", "yes", "yes", "no", "no")


def test_a_captured_charge_without_an_amount_is_not_refunded() -> None:
    made = order(replace(charge("Captured"), captured=None))
    offer = judge(made)[Verb.REFUND]
    assert (offer.verdict, offer.maximum) == ("no", None)
    assert "how much was captured" in (offer.reason or "")
