"""What is told of an action that ended, or did not: the money, the next step, what to quote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.orders import NOW, ORDER, charge_id

from azpay_tui.domain.intent import Intent, IntentDraft, Place, Prepared, Seen, State, Verb, Wish
from azpay_tui.domain.moments import written
from azpay_tui.domain.money import Money
from azpay_tui.domain.telling import in_doubt, is_code, plain, tell, unsent

ALL = frozenset(Verb)


def intent(state: State, reason: str | None = None, verb: Verb = Verb.CAPTURE, **more: object) -> Intent:
    draft = IntentDraft(
        wish=Wish(verb, ORDER, charge_id(), Money(12_00, "USD")),
        place=Place("v2", "na", "simulator", "A1"),
        prepared=Prepared("POST", "/charges", b"{}"),
        key_base="b",
        counter=0,
        key="k",
        seen=Seen(()),
        person="ada",
        session="s",
        at=NOW,
    )
    made = Intent("I-000001", draft, state, reason, 1, None, None, None, None, False, "req-7")
    return replace(made, **more)  # type: ignore[arg-type]


def words(made: Intent) -> str:
    return tell(made, ALL).text(lambda verb: f"key of {verb}")


def test_a_decline_tells_money_next_step_code_and_request() -> None:
    assert words(intent("declined", "SoftDeclined", Verb.AUTHORIZE)) == (
        "Declined for now; another try may succeed. No money was taken and none is held. "
        "Next: Authorize again (key of authorize); after another decline ask the buyer for another payment method. "
        "Quote: SoftDeclined, request id req-7."
    )


def test_a_step_that_is_not_possible_is_not_named() -> None:
    told = tell(intent("declined", "SoftDeclined", Verb.AUTHORIZE), {Verb.CLOSE})
    assert told.step is not None
    assert told.step.command is Verb.REFRESH


def test_a_declined_refund_is_told_as_a_refund() -> None:
    assert "The buyer got nothing back" in words(intent("declined", "AmazonRejected", Verb.REFUND))


def test_a_refusal_says_that_nothing_was_changed() -> None:
    text = words(intent("refused", "InvalidChargeStatus"))
    assert "Nothing was changed at Amazon; no money moved." in text
    assert "Next: Refresh the order (key of refresh)" in text
    read = words(intent("refused", "The charge is Canceled at Amazon (MerchantCanceled)."))
    assert read.startswith("The charge is Canceled at Amazon (MerchantCanceled). No money moved by it.")


def test_a_code_nobody_knows_is_shown_raw() -> None:
    text = words(intent("refused", "BrandNewReason"))
    assert "'BrandNewReason', which this version does not know" in text
    assert "Quote: BrandNewReason, request id req-7." in text


@pytest.mark.parametrize(
    "reason",
    [
        "offline: Amazon cannot be reached: the connection was refused. Nothing was sent.",
        "offline: the program ended before anything was sent.",
        "changed: the order changed at Amazon: state was Authorized, is Canceled.",
        "offline: Amazon allows no more requests for another 30 seconds; nothing was sent.",
        None,
    ],
)
def test_what_was_not_sent_says_so_once_and_shows_no_prefix(reason: str | None) -> None:
    text = words(intent("abandoned", reason))
    assert text.count("othing was sent") == 1
    assert "offline:" not in text
    assert "changed:" not in text
    assert "Next: " in text
    assert "Quote" not in text


def test_an_unknown_outcome_says_what_is_done_about_it_and_when() -> None:
    due = NOW + timedelta(minutes=2)
    text = words(intent("unknown", "Amazon did not answer in time.", next_due=due))
    assert text.startswith("Amazon did not answer in time. Whether money moved is not known yet.")
    assert f"Do not repeat it. It is read back by itself, next at {written(due)}; refresh (key of refresh)" in text
    assert "InternalServerError" in words(intent("unknown", "InternalServerError"))
    lost = "The connection to Amazon was lost after the request was sent: what became of it is unknown."
    assert "Whether money moved" not in words(intent("unknown", lost))


def test_what_a_person_must_decide_says_how() -> None:
    text = words(intent("attention", "The outcome could not be learned: a person must look and decide."))
    assert "azpay journal settle I-000001" in text
    assert "Whether money moved is not known." in text


def test_what_a_person_decided_claims_nothing_about_the_money() -> None:
    for state in ("succeeded", "refused", "abandoned"):
        done = intent(state, "settled by a person", settled_by="person ada")  # type: ignore[arg-type]
        assert words(done) == f"Settled as {state} by ada."


def test_success_says_nothing_more_unless_it_was_so_already() -> None:
    assert words(intent("succeeded")) == ""
    assert "nothing was sent" in words(intent("succeeded", "already so"))
    assert "9 working days" in words(intent("accepted", verb=Verb.REFUND))
    assert "24 hours" in words(intent("accepted", verb=Verb.AUTHORIZE))


def test_codes_and_sentences_are_told_apart() -> None:
    assert is_code("SoftDeclined")
    assert not is_code("Amazon did not answer in time.")
    assert not is_code("")
    assert plain("offline: x.") == "X."
    assert plain(None) == ""
    assert unsent("It is offline") == "It is offline. Nothing was sent."


def test_a_step_in_doubt_says_what_comes_before_going_on() -> None:
    assert in_doubt(intent("unknown", verb=Verb.REFUND)) == (
        "What became of refund 12.00 USD is not known yet: settle it first (azpay journal resume I-000001)."
    )
