import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.domain import states
from azpay_tui.domain.reasons import WARNINGS, explain, known_codes, warning_sentence

DOCUMENTED = [
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
    "SoftDeclined",
    "HardDeclined",
    "AmazonRejected",
    "ProcessingFailure",
    "TransactionTimedOut",
    "ChargePermissionCanceled",
    "ExpiredUnused",
    "StopShipmentAtypicalAuth",
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
    "PeriodicAmountExceeded",
    "UnauthorizedAccess",
    "InvalidAccountStatus",
    "InvalidRequestSignature",
    "ResourceNotFound",
    "UnsupportedOperation",
    "RequestNotSupported",
    "InvalidChargePermissionStatus",
    "ChargePermissionNotModifiable",
    "InvalidChargeStatus",
    "TransactionCountExceeded",
    "MFANotCompleted",
    "TooManyRequests",
    "RequestThrottled",
    "InternalServerError",
    "ServiceUnavailable",
]


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_documented_code_has_a_sentence_and_a_next_step(code: str) -> None:
    found = explain(code)
    assert found.known
    for text in (found.sentence, found.next_step):
        assert re.fullmatch(r"[A-Z].*[.]", text)
        assert code not in text.split()


def test_every_code_the_rules_rest_on_has_words() -> None:
    sets = (
        states.PAYMENT_METHOD_REASONS,
        states.SOFT_DECLINES,
        states.HARD_DECLINES,
        states.ORDER_CANCELED,
        states.STOP_SHIPMENT,
        {states.CHARGE_IN_PROGRESS, states.AMAZON_REJECTED, states.EXPIRED_UNUSED, states.BUYER_CANCELED},
    )
    assert set().union(*sets) <= set(known_codes())


@pytest.mark.parametrize("code", sorted(states.PAYMENT_METHOD_REASONS))
def test_what_only_the_buyer_can_clear_sends_to_the_buyer(code: str) -> None:
    assert "Ask the buyer" in explain(code).next_step


@pytest.mark.parametrize("code", sorted(states.STOP_SHIPMENT))
def test_a_stopped_shipment_is_called_so(code: str) -> None:
    assert "do not ship" in explain(code).sentence


@given(st.text(max_size=60).filter(lambda text: text not in known_codes()))
def test_an_unknown_code_is_shown_as_it_came_and_never_raw_to_a_terminal(code: str) -> None:
    found = explain(code)
    assert not found.known
    assert repr(code) in found.sentence
    assert found.sentence.isprintable()
    assert found.next_step


def test_every_named_warning_of_the_matrix_has_its_sentence() -> None:
    assert sorted(WARNINGS) == [
        "beyond-capture",
        "decision-under-way",
        "leaves-authorization",
        "leaves-pending",
        "nothing-charged",
        "partly-known",
        "refund-under-way",
        "same-card",
        "second-hold",
    ]
    sentences = [warning_sentence(name) for name in WARNINGS]
    assert len(set(sentences)) == len(sentences)
    assert all(re.fullmatch(r"[A-Z].*[.]", sentence) for sentence in sentences)


def test_a_warning_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        warning_sentence("anything")
