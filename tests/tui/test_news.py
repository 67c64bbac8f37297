"""The message after an action: whole at 80 columns for every code, with keys that exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from tests.support.figures import tell
from tests.tui.desk import NOW

from azpay_tui.domain.intent import MONEY_VERBS, Intent, IntentDraft, Place, Prepared, Seen, State, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.reasons import known_codes
from azpay_tui.domain.telling import ALREADY_SO
from azpay_tui.tui.commands import COMMANDS
from azpay_tui.tui.display import hidden, wrap
from azpay_tui.tui.news import news, why
from azpay_tui.tui.widgets.status_line import LONGEST_MESSAGE
from azpay_tui.tui.widgets.words import keys_of

ORDER = "S01-4821907-5530172"
REQUEST = "0f6cb17d-5b4e-4f0e-9a52-7d1b2f0c9e11"
ALL = frozenset(Verb)


def intent(state: State, reason: str | None, verb: Verb = Verb.CAPTURE, **more: object) -> Intent:
    of_charge = verb in (Verb.CAPTURE, Verb.VOID, Verb.REFUND)
    draft = IntentDraft(
        wish=Wish(verb, ORDER, f"{ORDER}-C000001" if of_charge else ORDER, Money(1_234_567, "USD")),
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
    made = Intent("I-000001", draft, state, reason, 1, None, None, None, None, False, REQUEST)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", known_codes())
@pytest.mark.parametrize("verb", MONEY_VERBS)
def test_nothing_of_it_is_cut_at_80_columns(code: str, verb: Verb) -> None:
    states: tuple[State, ...] = ("declined", "refused", "unknown", "attention")
    for state in states:
        for valid in (frozenset[Verb](), ALL):
            made = intent(state, code, verb, next_due=NOW + timedelta(minutes=2))
            text, warning = news(made, NOW, UTC, valid)
            assert warning
            assert len(wrap(text, 80, 99)) <= LONGEST_MESSAGE, text
            assert REQUEST in text
            assert code in text


def test_a_decline_names_the_money_the_key_and_what_to_quote() -> None:
    text, warning = news(intent("declined", "SoftDeclined", Verb.AUTHORIZE), NOW, UTC, {Verb.AUTHORIZE})
    assert warning
    assert "DECLINED. Declined for now; another try may succeed. No money was taken and none is held." in text
    assert "Next: Authorize again (a a);" in text
    assert f"Quote: SoftDeclined, request id {REQUEST}." in text


def test_the_next_look_at_an_unknown_outcome_is_in_the_profiles_zone() -> None:
    made = intent("unknown", "Amazon did not answer in time.", next_due=NOW + timedelta(minutes=2))
    text, _ = news(made, NOW, ZoneInfo("Asia/Tokyo"), ALL)
    assert "next at 2026-11-20 21:02 JST; refresh (a r) to look now." in text


def test_keys_that_are_named_are_those_of_the_commands() -> None:
    shown = {command.id: command.shown for command in COMMANDS}
    for verb in Verb:
        assert keys_of(verb) in shown[verb].split(", ")


def test_what_was_so_already_is_a_sentence_of_its_own() -> None:
    text, warning = news(intent("succeeded", ALREADY_SO), NOW, UTC, ALL)
    assert not warning
    assert text.endswith("12,345.67 USD  ok. It was so already; nothing was sent.")
    assert news(intent("succeeded", None), NOW, UTC, ALL)[0].endswith("12,345.67 USD  ok")


@pytest.mark.parametrize("state", get_args(State))
def test_a_word_of_amazons_reaches_no_message_as_it_came(state: State) -> None:
    made = intent(state, "Gone\x1b]52;c;aGk=\x07 \u202eby\x9b31m", next_due=NOW + timedelta(minutes=2))
    texts = [news(made, NOW, UTC, valid)[0] for valid in (frozenset[Verb](), ALL)] + [why(made, UTC)]
    raw = [text for text in texts if hidden(text)]
    tell("S1", len(texts), len(raw))
    assert not raw
