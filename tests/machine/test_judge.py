"""What the oracle says of a void that was given up and asked for again: Amazon takes no key that told the two apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.machine.judge import disagreements
from tests.support.office import Office, open_office

from azpay_tui.domain.intent import Intent, Verb


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def twice(office: Office) -> tuple[Intent, Intent]:
    """A void that Amazon never got and a person gave up, and one 20 minutes later that it carried out."""
    order_id = office.make("authorized")
    office.fault("void", "close-before", times=20)
    first = office.act(order_id, Verb.VOID)
    office.sim("DELETE", "/_sim/faults")
    office.world(minutes=20)
    first = office.desk.settle(first.id, "abandoned", "it is still open in Seller Central")
    second = office.act(order_id, Verb.VOID)
    assert (first.state, second.state) == ("abandoned", "succeeded")
    return first, second


def said(office: Office, *intents: Intent) -> list[str]:
    return list(disagreements(office.simulator, intents, set()))


def blamed(told: str, intent: Intent) -> bool:
    return told.startswith(f"{intent.id} void") and told.endswith("and it happened")


def test_what_was_given_up_is_not_charged_with_what_happened_after_it_was_asked_for_again(
    office: Office, twice: tuple[Intent, Intent]
) -> None:
    assert said(office, *twice) == []


def test_what_happened_before_it_was_asked_for_again_was_not_to_be_given_up(
    office: Office, twice: tuple[Intent, Intent]
) -> None:
    first, second = twice
    late = replace(second, draft=replace(second.draft, at=second.draft.at + timedelta(minutes=1)))
    (told,) = said(office, first, late)
    assert blamed(told, first)


@pytest.mark.parametrize("state", ["refused", "abandoned"])
@pytest.mark.parametrize("by", ["rule", "answer", "read-back", None])
def test_who_else_says_that_it_did_not_happen_has_to_be_right(
    office: Office, twice: tuple[Intent, Intent], state: str, by: str | None
) -> None:
    first, second = twice
    ended = replace(first, state=state, settled_by=by)  # type: ignore[arg-type]
    (told,) = said(office, ended, second)
    assert blamed(told, first)


def test_where_both_say_it_did_not_happen_both_are_told(office: Office, twice: tuple[Intent, Intent]) -> None:
    first, second = twice
    assert len(said(office, first, replace(second, state="abandoned", settled_by="person ops"))) == 2
