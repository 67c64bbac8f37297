"""How an intent stands decides exit code and words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from tests.support.orders import NOW, SITUATIONS

from azpay_tui.backoffice.records import Event, SaleDone, SaleReady
from azpay_tui.cli import intent_shapes, money
from azpay_tui.cli.keeping import became, line_of
from azpay_tui.cli.outcome import CommandError, as_command_error
from azpay_tui.cli.sales import code_of_done, said_of
from azpay_tui.domain.cancelling import Wanted, plan
from azpay_tui.domain.intent import Intent, IntentDraft, Place, Prepared, Seen, State, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.policy import Policy
from azpay_tui.paths import ConfigError
from azpay_tui.store.errors import CacheUnavailable, JournalUnavailable, NewerSchema, WrongPlace

ORDER = "S01-1111111-1111111"


def intent(state: State, reason: str | None = None) -> Intent:
    wish = Wish(Verb.CAPTURE, ORDER, f"{ORDER}-C000001", Money(1250, "EUR"))
    draft = IntentDraft(
        wish=wish,
        place=Place("v2", "eu", "simulator", "A1"),
        prepared=Prepared("POST", "/charges", b"{}"),
        key_base="b",
        counter=0,
        key="k",
        seen=Seen(()),
        person="ada",
        session="s",
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Intent("I-000001", draft, state, reason, 1, None, None, None, None, False)


@pytest.mark.parametrize(
    ("state", "reason", "code", "outcome"),
    [
        ("succeeded", None, 0, "succeeded"),
        ("succeeded", "already so", 0, "succeeded"),
        ("accepted", None, 0, "accepted"),
        ("declined", "SoftDeclined", 4, "declined"),
        ("refused", "TransactionAmountExceeded", 4, "refused"),
        ("unknown", None, 5, "unknown"),
        ("sent", None, 5, "unknown"),
        ("intent", None, 5, "unknown"),
        ("attention", "A person must look.", 5, "unknown"),
        ("abandoned", "offline: connection refused.", 6, "abandoned"),
        ("abandoned", "changed: the state was Authorized, is Canceled", 3, "abandoned"),
    ],
)
def test_each_state_has_one_exit_code(
    state: State, reason: str | None, code: int, outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert money.report(intent(state, reason), as_json=True) == code
    value = json.loads(capsys.readouterr().out)
    assert (value["outcome"], value["amount"]) == (outcome, {"amount": "12.50", "currency": "EUR"})
    assert ("error" in value) == (code in (3, 6))
    assert not str(value["reason"]).startswith(("offline:", "changed:"))


def test_the_reason_of_an_unsent_one_reads_as_a_sentence() -> None:
    assert intent_shapes.plain_reason(intent("abandoned", "offline: connection refused.")) == "Connection refused."


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 7),
        (WrongPlace("x"), 7),
        (NewerSchema("x"), 3),
        (JournalUnavailable("x"), 1),
        (CacheUnavailable("x"), 1),
        (CommandError("x", 2), 2),
    ],
)
def test_each_error_of_a_lower_layer_has_one_exit_code(error: Exception, code: int) -> None:
    found = as_command_error(error)
    assert found is not None
    assert (found.exit_code, found.message) == (code, "x")


def test_what_nobody_expected_is_no_command_error() -> None:
    assert as_command_error(KeyError("x")) is None


def test_a_watch_tells_what_became_of_an_action_and_not_that_it_is_on_its_way() -> None:
    assert [became(intent(state)) for state in ("intent", "sent")] == [None, None]
    unknown = became(intent("unknown", "No answer came."))
    assert unknown is not None
    assert "unknown. No answer came. Whether money moved is not known yet." in unknown
    assert (became(intent("succeeded")) or "").endswith(": succeeded.")


def test_a_watch_tells_what_the_configuration_says_so_that_no_terminal_minds() -> None:
    said = line_of(Event("automatic", problem="Automatic steps pause. a" + "\u0301" * 50))
    assert said == "Automatic steps pause. á\u0301\u0301"


@pytest.mark.parametrize("state", ["sent", "unknown", "attention"])
def test_a_step_in_doubt_is_no_sale_that_went_well(state: State) -> None:
    """S2.8: what is written down here is told apart from what happened at Amazon, and the way on is named."""
    order = SITUATIONS["4 authorized"]()
    ready = SaleReady(order, plan(order, Wanted(), Policy(), NOW, "ops"), NOW)
    done = SaleDone((intent(state),), (), None)
    assert said_of(ready, done) == (
        f"{order.id}: the sale is cancelled here. What became of capture 12.50 EUR is not known yet: "
        "settle it first (azpay journal resume I-000001). Then the same command goes on."
    )
    assert code_of_done(done) == 5
    assert said_of(ready, SaleDone((intent("succeeded"),), (), None)) == f"{order.id}: the sale is cancelled."
