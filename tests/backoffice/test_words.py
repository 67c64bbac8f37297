"""What every situation says: reasons and refusals in whole sentences, with steps that are possible there."""

from __future__ import annotations

import re

import pytest
from tests.support.office import Office

from azpay_tui.backoffice.errors import CredentialsError, OfflineError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.offer import valid_verbs
from azpay_tui.domain.order import Order
from azpay_tui.domain.reasons import Step, explain
from azpay_tui.domain.telling import tell
from azpay_tui.simulator.situations import SITUATIONS


def steps(order: Order, valid: frozenset[Verb]) -> list[Step]:
    """Return the next step of every reason Amazon gives in an order."""
    found = [explain(reason.code, "order") for reason in (order.permission.reasons if order.permission else ())]
    found += [explain(charge.reason, "charge") for charge in order.charges if charge.reason]
    found += [explain(refund.reason, "refund") for refund in order.refunds if refund.reason]
    assert all(words.known for words in found)
    return [words.step(valid) for words in found]


@pytest.mark.parametrize("blocks", [False, True])
@pytest.mark.parametrize("situation", [name for name in SITUATIONS if name != "unknown"])
def test_the_next_step_is_one_that_is_offered(office: Office, situation: str, blocks: bool) -> None:
    office.sim("PATCH", "/_sim/settings", {"charge_in_progress_blocks": blocks})
    order = office.order(office.make(situation))
    offers = office.desk.offers(order)
    valid = valid_verbs(offers)
    assert {step.command for step in steps(order, valid)} <= valid | {None}
    for offer in offers:
        if offer.verdict == "no":
            assert re.fullmatch(r"[A-Z0-9].*[.]", offer.reason or ""), offer


def test_a_decline_keeps_what_amazon_calls_the_request(office: Office) -> None:
    order_id = office.make("open")
    office.fault("authorize", "status", code=422, reason="HardDeclined")
    intent = office.act(order_id, Verb.AUTHORIZE)
    assert intent.state == "declined"
    assert intent.request_id
    [kept] = office.desk.intents(order_id=order_id)
    assert kept.request_id == intent.request_id
    told = tell(intent, valid_verbs(office.desk.offers(office.order(order_id))))
    assert told.code == "HardDeclined"
    assert told.quote == f"HardDeclined, request id {intent.request_id}"


def test_an_order_locked_by_an_unknown_outcome_says_when_it_is_looked_at_again(office: Office) -> None:
    order_id = office.make("authorized")
    office.fault("capture", "close-before", times=9)
    intent = office.act(order_id, Verb.CAPTURE)
    assert intent.state == "unknown"
    reason = office.offer(order_id, Verb.VOID).reason or ""
    assert "is not settled (unknown): whether money moved is not known." in reason
    assert re.search(r"It is read back by itself, next at \d{4}-\d\d-\d\d \d\d:\d\d UTC;", reason)
    assert f"azpay journal resume {intent.id}. Do not repeat it." in reason


# The way to Amazon


@pytest.mark.parametrize("fault", ["close-before", "reset-after"])
def test_an_object_that_cannot_be_read_says_that_nothing_was_sent(office: Office, fault: str) -> None:
    order_id = office.make("authorized")
    office.fault("get-charge", fault, times=9)
    with pytest.raises(OfflineError) as caught:
        office.ready(order_id, Verb.CAPTURE)
    assert caught.value.message.endswith("Nothing was sent.")
    assert "could not be read. The connection to Amazon was lost. Nothing" in caught.value.message
    assert office.effects() == []


def test_a_lost_connection_is_said_once(office: Office) -> None:
    order_id = office.make("authorized")
    office.transport.reachable = False
    with pytest.raises(OfflineError) as caught:
        office.ready(order_id, Verb.CAPTURE)
    assert caught.value.message == "Amazon cannot be reached: connection refused. Nothing was sent."
    off = office.offer(order_id, Verb.CAPTURE)
    assert off.reason == ("Amazon cannot be reached: connection refused. Actions are off until there is a connection.")
    assert off.waits
    with pytest.raises(OfflineError) as again:
        office.desk.sync_once(all_=True)
    assert again.value.message == caught.value.message


def test_refused_credentials_say_what_to_check(office: Office) -> None:
    order_id = office.make("authorized")
    office.fault("get-permission", "status", code=403, reason="InvalidRequestSignature", times=9)
    with pytest.raises(CredentialsError) as caught:
        office.ready(order_id, Verb.CAPTURE)
    assert caught.value.message == (
        "Amazon refused the credentials (InvalidRequestSignature). Amazon did not accept the signature. "
        "Check that public_key_id and private_key_file belong together and to this environment. Nothing was sent."
    )
