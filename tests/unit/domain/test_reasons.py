import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import NOW, SITUATIONS, busy, captured, charge, order, refund

from azpay_tui.domain import states
from azpay_tui.domain.intent import MONEY_VERBS, Verb
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.offer import valid_verbs
from azpay_tui.domain.order import Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.reasons import (
    WARNINGS,
    About,
    Explanation,
    about,
    explain,
    known_codes,
    meanings,
    warning_sentence,
)

DOCUMENTED: dict[About | None, list[str]] = {
    "order": [
        "ChargeInProgress",
        "PaymentMethodInvalid",
        "PaymentMethodDeleted",
        "BillingAddressDeleted",
        "PaymentMethodExpired",
        "PaymentMethodNotAllowed",
        "PaymentMethodNotSet",
        "MFAFailed",
        "AmountNotSet",
        "TransactionAmountExceeded",
        "MerchantClosed",
        "MerchantCanceled",
        "BuyerClosed",
        "BuyerCanceled",
        "AmazonCanceled",
        "AmazonClosed",
        "Expired",
    ],
    "charge": [
        "SoftDeclined",
        "HardDeclined",
        "AmazonRejected",
        "ProcessingFailure",
        "TransactionTimedOut",
        "MerchantCanceled",
        "ChargePermissionCanceled",
        "BuyerCanceled",
        "AmazonCanceled",
        "ExpiredUnused",
        "StopShipmentAtypicalAuth",
        "PaymentMethodNotAllowed",
        "MFANotCompleted",
    ],
    "refund": ["AmazonRejected", "ProcessingFailure"],
    None: [
        # The checkout's session
        "BuyerCanceled",
        "AmazonCanceled",
        "Expired",
        "Declined",
        # Errors
        "InvalidHeaderValue",
        "MissingHeader",
        "MissingHeaderValue",
        "InvalidRequest",
        "InvalidParameterValue",
        "MissingParameterValue",
        "InvalidParameterCombination",
        "InvalidRequestFormat",
        "UnrecognizedField",
        "InvalidSandboxSimulationSpecified",
        "DuplicateIdempotencyKey",
        "CurrencyMismatch",
        "TransactionAmountExceeded",
        "PeriodicAmountExceeded",
        "CheckoutSessionCanceled",
        "UnauthorizedAccess",
        "InvalidAccountStatus",
        "InvalidRequestSignature",
        "ResourceNotFound",
        "UnsupportedOperation",
        "RequestNotSupported",
        "AmountMismatch",
        "InvalidCheckoutSessionStatus",
        "InvalidChargePermissionStatus",
        "ChargePermissionNotModifiable",
        "InvalidChargeStatus",
        "TransactionCountExceeded",
        "SoftDeclined",
        "HardDeclined",
        "PaymentMethodNotAllowed",
        "MFANotCompleted",
        "TransactionTimedOut",
        "AmazonRejected",
        "TooManyRequests",
        "RequestThrottled",
        "InternalServerError",
        "ProcessingFailure",
        "ServiceUnavailable",
    ],
}
"""Every state reason code and every error code of Amazon's guide, by what it is said of."""
SEEN_ONLY = {"StopShipment"}
"""Codes that Amazon sends and its guide does not name."""
CODES = [(code, of) for of, codes in DOCUMENTED.items() for code in codes]


def valid_of(made: Order) -> frozenset[Verb]:
    return valid_verbs(offers(made, Policy(), NOW))


@pytest.mark.parametrize(("code", "of"), CODES)
def test_every_documented_code_says_what_it_means_for_the_money_and_what_to_do_next(
    code: str, of: About | None
) -> None:
    found = explain(code, of)
    assert found.known, f"domain/reasons.py has no words for {code} said of {of}"
    for text in (found.sentence, found.money):
        assert re.fullmatch(r"[A-Z].*[.]", text)
        assert code not in text.split()
    for step in found.steps:
        assert re.fullmatch(r"[A-Z].*[.]", step.text)
        assert step.text.count("{}") == (step.command is not None)
    assert found.steps[-1].command in (None, Verb.REFRESH)


def test_no_code_has_words_that_the_guide_does_not_name() -> None:
    more = set(known_codes()) - {code for code, _ in CODES} - SEEN_ONLY
    assert not more, f"domain/reasons.py has words for {sorted(more)}: add them to DOCUMENTED above"


def test_every_code_the_rules_rest_on_has_words() -> None:
    no_reasons = states.PERMISSION_STATES | states.CHARGE_STATES | states.REFUND_STATES
    no_reasons |= {states.ONE_TIME, states.RECURRING, states.SAVED_WALLET}
    named = [value for name, value in vars(states).items() if name.isupper()]
    codes = {code for value in named for code in ([value] if isinstance(value, str) else value)} - no_reasons
    assert codes >= states.STOP_SHIPMENT | {states.EXPIRED_UNUSED}
    mute = codes - set(known_codes())
    assert not mute, f"domain/states.py names {sorted(mute)}: give them words in domain/reasons.py"


@pytest.mark.parametrize("code", sorted(states.PAYMENT_METHOD_REASONS))
def test_what_only_the_buyer_can_clear_sends_to_the_buyer(code: str) -> None:
    assert "Ask the buyer" in explain(code, "order").step(MONEY_VERBS).text


@pytest.mark.parametrize("code", sorted(states.STOP_SHIPMENT))
def test_a_stopped_shipment_is_called_so(code: str) -> None:
    assert "do not ship" in explain(code).sentence


def test_the_same_word_means_something_else_for_a_refund() -> None:
    assert "balance is negative" in explain("AmazonRejected", "refund").sentence
    assert "ended the order" in explain("AmazonRejected", "charge").sentence
    assert "claim" in explain("ProcessingFailure", "refund").sentence
    assert explain("ProcessingFailure", "refund").money.startswith("The buyer got nothing")


def test_a_decline_says_that_nothing_was_taken() -> None:
    for code in states.SOFT_DECLINES | states.HARD_DECLINES | {states.AMAZON_REJECTED}:
        assert explain(code, "charge").money == "No money was taken and none is held."


@pytest.mark.parametrize(
    ("verb", "of"),
    [
        (Verb.AUTHORIZE, "charge"),
        (Verb.CAPTURE, "charge"),
        (Verb.VOID, "charge"),
        (Verb.REFUND, "refund"),
        (Verb.CANCEL, "order"),
        (Verb.CLOSE, "order"),
    ],
)
def test_an_answer_speaks_of_what_the_verb_acts_on(verb: Verb, of: About) -> None:
    assert about(verb) == of


def test_the_way_to_a_command_stands_where_it_belongs() -> None:
    step = explain("SoftDeclined", "charge").step({Verb.AUTHORIZE})
    assert step.command is Verb.AUTHORIZE
    assert step.write(lambda verb: f"key of {verb}").startswith("Next: Authorize again (key of authorize);")
    assert explain("MerchantClosed").step(()).write(lambda verb: "never") == "Nothing to do."


# What is named must be possible

EXPECTED = {
    "6 lapsed by reason": Verb.AUTHORIZE,
    "11 suspended, authorized": Verb.REFRESH,
    "12 suspended": Verb.REFRESH,
    "13 declined soft": Verb.AUTHORIZE,
    "13 processing failure": Verb.AUTHORIZE,
    "13 timed out": Verb.AUTHORIZE,
    "14 declined hard": Verb.AUTHORIZE,
    "14 declined hard, suspended": Verb.REFRESH,
    "15 rejected": None,
    "16 voided": None,
    "17 canceled": None,
}


def reasons_in(made: Order) -> list[Explanation]:
    found = [explain(reason.code, "order") for reason in (made.permission.reasons if made.permission else ())]
    found += [explain(item.reason, "charge") for item in made.charges if item.reason]
    return found + [explain(item.reason, "refund") for item in made.refunds if item.reason]


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_step_names_only_what_the_matrix_offers_there(name: str) -> None:
    for made in (SITUATIONS[name](), busy(SITUATIONS[name]())):
        valid = valid_of(made)
        for found in reasons_in(made):
            assert found.step(valid).command in valid | {None}


@pytest.mark.parametrize(("name", "command"), EXPECTED.items())
def test_the_next_step_of_each_situation(name: str, command: Verb | None) -> None:
    made = SITUATIONS[name]()
    steps = {found.step(valid_of(made)).command for found in reasons_in(made)}
    assert steps == {command}


@pytest.mark.parametrize(
    ("state", "command"),
    [("Authorized", Verb.CAPTURE), ("AuthorizationInitiated", Verb.VOID), ("CaptureInitiated", Verb.REFRESH)],
)
def test_a_charge_in_progress_is_finished_by_what_its_state_allows(state: str, command: Verb) -> None:
    made = busy(order(charge(state, age=timedelta(hours=1))))
    [found] = reasons_in(made)
    assert found.step(valid_of(made)).command is command


def test_a_declined_refund_is_tried_again_until_nothing_is_left() -> None:
    again = captured("Closed", refund(50_00, "Declined", "AmazonRejected"))
    assert reasons_in(again)[-1].step(valid_of(again)).command is Verb.REFUND
    over = captured("Closed", refund(138_00), refund(50_00, "Declined", "AmazonRejected", number=2), refunded=138_00)
    assert reasons_in(over)[-1].step(valid_of(over)).command is None


def test_every_meaning_can_be_reached_and_ends_with_what_is_always_possible() -> None:
    for code, of, words in meanings():
        assert explain(code, of) is words
        assert words.step(()) in words.steps
        assert all(step.command in (*MONEY_VERBS, Verb.REFRESH, None) for step in words.steps)


# Unknown codes and warnings


@given(st.text(max_size=60).filter(lambda text: text not in known_codes()))
def test_an_unknown_code_is_shown_as_it_came_and_never_raw_to_a_terminal(code: str) -> None:
    found = explain(code)
    assert not found.known
    assert repr(code) in found.sentence
    assert found.sentence.isprintable()
    assert found.step(()).command is Verb.REFRESH


def test_every_named_warning_of_the_matrix_has_its_sentence() -> None:
    assert sorted(WARNINGS) == [
        "beyond-capture",
        "cancelled-before",
        "decision-under-way",
        "leaves-authorization",
        "leaves-pending",
        "lines-cancelled",
        "nothing-charged",
        "partly-known",
        "refund-under-way",
        "sale-cancelled",
        "same-card",
        "second-hold",
    ]
    sentences = [warning_sentence(name) for name in WARNINGS]
    assert len(set(sentences)) == len(sentences)
    assert all(re.fullmatch(r"[A-Z].*[.]", sentence) for sentence in sentences)


def test_a_warning_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        warning_sentence("anything")
