"""A person's decision is held against what Amazon shows later: once per new fact, and never against a later action."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.office import Office, open_office

from azpay_tui.backoffice.errors import BusyError, ChangedError, NotValidError, UsageError
from azpay_tui.domain import dossier
from azpay_tui.domain.intent import Intent, State, Verb
from azpay_tui.simulator.wire import Request, Response


def undecided(office: Office, verb: Verb = Verb.CAPTURE, situation: str = "authorized") -> tuple[str, Intent]:
    """An action that never reached Amazon, and of which nobody knows that."""
    order_id = office.make(situation)
    office.fault(str(verb), "reset-before", times=4)
    amount = "10.00" if verb in (Verb.CAPTURE, Verb.REFUND) else None
    intent = office.act(order_id, verb, amount)
    assert intent.state == "unknown"
    office.world(minutes=16)  # before, a machine may repeat it, and nobody may decide
    return order_id, intent


def elsewhere(office: Office, order_id: str, act: str, amount: str | None = "10.00") -> None:
    """Somebody does it in Seller Central, and the next refresh sees it."""
    office.sim(
        "POST", "/_sim/acts", {"act": act, "id": target(office, order_id), **({"amount": amount} if amount else {})}
    )
    look(office, order_id)


def target(office: Office, order_id: str) -> str:
    return office.order(order_id).charges[0].id


def look(office: Office, order_id: str) -> None:
    office.world(minutes=20)
    office.desk.refresh([order_id], wait=True)


@pytest.mark.parametrize("decision", ["refused", "abandoned"])
def test_a_decision_that_a_read_contradicts_waits_for_a_person_again(office: Office, decision: State) -> None:
    order_id, intent = undecided(office)
    office.desk.settle(intent.id, decision, "Seller Central shows nothing")
    elsewhere(office, order_id, "capture-elsewhere")
    asked = office.desk.wait(intent.id, 0)
    assert asked.state == "attention"
    charge = target(office, order_id)[-7:]
    assert asked.reason == (
        f"It was settled as {decision}, but a later read shows that charge {charge} is Captured, captured 10.00 USD: "
        "a person must look."
    )
    assert "unknown" in office.desk.reader.row(order_id).attention  # type: ignore[union-attr]


def test_the_same_fact_is_told_once(office: Office) -> None:
    order_id, intent = undecided(office)
    office.desk.settle(intent.id, "refused", "nothing there")
    elsewhere(office, order_id, "capture-elsewhere")
    assert office.desk.wait(intent.id, 0).state == "attention"
    again = office.desk.settle(intent.id, "refused", "somebody did that in Seller Central, it was not us")
    assert "knowing that charge" in (again.reason or "")
    for _ in range(3):
        look(office, order_id)
        assert office.desk.wait(intent.id, 0).state == "refused"


def test_what_was_known_at_the_decision_is_no_news(office: Office) -> None:
    order_id, intent = undecided(office)
    office.desk.settle(intent.id, "succeeded", "the bank says so, whatever Amazon shows")
    look(office, order_id)
    assert office.desk.wait(intent.id, 0).state == "succeeded"
    elsewhere(office, order_id, "void-elsewhere", None)
    asked = office.desk.wait(intent.id, 0)
    assert asked.state == "attention"
    assert "is Canceled" in (asked.reason or "")


def test_a_read_that_agrees_ends_the_looking(office: Office) -> None:
    order_id, intent = undecided(office)
    office.desk.settle(intent.id, "succeeded", "seen in Seller Central")
    elsewhere(office, order_id, "capture-elsewhere")
    agreed = office.desk.wait(intent.id, 0)
    assert (agreed.state, agreed.reconciled, agreed.settled_by) == ("succeeded", True, "person ops")


def test_a_later_action_of_ours_is_no_contradiction(office: Office) -> None:
    order_id, intent = undecided(office)
    office.desk.settle(intent.id, "refused", "nothing there")
    assert office.act(order_id, Verb.CAPTURE, "10.00").state == "succeeded"
    look(office, order_id)
    assert office.desk.wait(intent.id, 0).state == "refused"


def test_a_refund_said_to_be_refused_and_seen_in_the_totals_comes_back(office: Office) -> None:
    order_id, intent = undecided(office, Verb.REFUND, "captured")
    office.desk.settle(intent.id, "refused", "nothing there")
    elsewhere(office, order_id, "refund-elsewhere")
    assert office.desk.wait(intent.id, 0).state == "attention"


def test_while_the_order_is_busy_it_waits(office: Office) -> None:
    order_id, intent = undecided(office)
    office.desk.settle(intent.id, "refused", "nothing there")
    office.fault("void", "reset-before", times=4)
    other = office.act(order_id, Verb.VOID)
    assert other.state == "unknown"
    elsewhere(office, order_id, "capture-elsewhere")
    assert office.desk.wait(intent.id, 0).state == "refused", "an order has one open intent"
    office.desk.sync_once()
    look(office, order_id)
    assert office.desk.wait(other.id, 0).state == "refused"
    assert office.desk.wait(intent.id, 0).state == "attention"


def test_all_that_was_sent_and_came_back_is_in_the_dossier(office: Office) -> None:
    order_id, intent = undecided(office, Verb.REFUND, "captured")
    office.world(minutes=-16)
    found = office.desk.dossier(intent.id)
    assert [attempt.number for attempt in found.attempts] == [1, 2, 3, 4]
    assert {attempt.outcome for attempt in found.attempts} == {"unknown"}
    text = {f"{line.label}: {line.value}" for line in dossier.lines(found, office.order(order_id), office.desk.now())}
    assert f"Request key: {intent.draft.key}" in text
    assert "Read back: what was read last proves neither that it happened nor that it did not" in text
    assert "Changed since: nothing: all is as it was when it was confirmed" in text
    assert any(
        line.startswith("Repeating: the same request is repeated by itself until 2026-01-15 12:15") for line in text
    )
    assert "succeeded: It happened at Amazon. 10.00 USD counts as done; the order is free again." in text
    office.world(minutes=20)
    later = {line.label: line.value for line in dossier.lines(found, office.order(order_id), office.desk.now())}
    assert later["Repeating"].endswith("only at a person's word, with the same key and bytes")
    office.desk.settle(intent.id, "refused", "support says so")
    settled = office.desk.dossier(intent.id)
    told = {line.label: line.value for line in dossier.lines(settled, None, office.desk.now())}
    assert told["Because"] == "support says so"
    assert "YOUR DECISION" not in told
    with pytest.raises(UsageError, match="no intent"):
        office.desk.dossier("I-999999")


def test_while_a_machine_may_repeat_it_nobody_decides(office: Office) -> None:
    _, intent = undecided(office, Verb.REFUND, "captured")
    office.world(minutes=-2)
    with pytest.raises(NotValidError, match="Not yet: the outcome is being learned"):
        office.desk.settle(intent.id, "abandoned", "nothing there")
    assert office.desk.wait(intent.id, 0).state == "unknown"


@pytest.mark.parametrize("decision", ["refused", "abandoned"])
def test_a_wrong_word_is_held_against_amazon_before_the_same_wish_gets_a_new_key(
    office: Office, decision: State
) -> None:
    order_id = office.make("captured")
    office.sim("PATCH", "/_sim/settings", {"pending_refunds_counted": True})
    office.fault("refund", "reset-after")
    office.transport.after = unreachable(office)
    intent = office.act(order_id, Verb.REFUND, "10.00")
    office.transport.after = None
    office.transport.reachable = True
    office.world(minutes=16)
    with pytest.raises(ChangedError, match=r"Amazon shows now that charge .* refunded 10.00 USD"):
        office.desk.settle(intent.id, decision, "nothing there")
    assert office.desk.wait(intent.id, 0).state == "unknown"
    assert len(office.effects()) == 1


def test_who_repeats_a_request_is_waited_for(tmp_path: Path) -> None:
    """A second process may not decide while the first, which did not make the intent, sends it again."""
    with open_office(tmp_path) as office:
        _, intent = undecided(office, Verb.REFUND, "captured")
    said: list[str] = []
    with (
        open_office(tmp_path, office.simulator, local=office.local) as first,
        open_office(tmp_path, office.simulator, local=office.local) as second,
    ):

        def decide(request: Request) -> None:
            if request.method == "POST":
                for desk in (first.desk, second.desk):
                    with pytest.raises(BusyError, match="being sent") as refused:
                        desk.settle(intent.id, "abandoned", "nothing there")
                    said.append(refused.value.message)

        first.transport.before = decide
        (settled,) = first.desk.resume(intent.id)
    assert settled.state == "accepted"
    assert len(said) == 2


def unreachable(office: Office) -> Callable[[Request, Response], None]:
    """Let the network go away with the first answer to a request that moves money."""

    def after(request: Request, _answer: Response) -> None:
        if request.method != "GET":
            office.transport.reachable = False

    return after


def test_a_decision_needs_a_note_and_a_writable_profile(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        order_id, intent = undecided(office)
        with pytest.raises(UsageError, match="note"):
            office.desk.settle(intent.id, "refused", " ")
    with (
        open_office(tmp_path, office.simulator, local=office.local, read_only="Read-only: test.") as again,
        pytest.raises(NotValidError, match="Read-only"),
    ):
        again.desk.settle(intent.id, "refused", "why")
    assert order_id
