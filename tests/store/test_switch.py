"""The switch of automatic steps in the journal: who turned it is told, and no step outlives what it rests on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW, answer, draft, oid, tracked

from azpay_tui.domain.intent import IntentDraft
from azpay_tui.domain.switch import POLICY, Switch
from azpay_tui.domain.switching import MOST_FAILURES
from azpay_tui.store.cache import steps
from azpay_tui.store.errors import SwitchedOff
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.journal.switched import switch_of
from azpay_tui.store.opening import Stores
from azpay_tui.store.times import to_text

ON = Switch("on", "authorize", NOW, "ops")


@pytest.fixture
def on(stores: Stores) -> Stores:
    """Stores in which it was switched on."""
    assert stores.journal.turn(ON, None) == ON
    return stores


def own(number: int) -> IntentDraft:
    return replace(draft(oid(number)), person=POLICY, switch=ON)


def faults(stores: Stores) -> str:
    found = JournalReader(stores.data.path).verify()
    assert found is not None
    return " ".join(found.faults())


def test_it_reads_as_it_was_turned_and_nobody_turns_what_he_has_not_seen(on: Stores) -> None:
    assert on.reader.switch() == ON
    assert on.reader.status(NOW).switch == ON
    with pytest.raises(SwitchedOff):
        on.journal.turn(replace(ON, position="off"), None)
    stopped = Switch("stopped", "authorize", NOW + timedelta(minutes=1), POLICY, "Five.")
    assert on.journal.turn(stopped, ON) == stopped
    assert on.reader.switch() == stopped
    assert faults(on) == ""


def test_a_step_is_durable_only_while_its_switch_stands(on: Stores) -> None:
    on.journal.track([tracked(oid(1)), tracked(oid(2))], NOW)
    made = on.journal.open_intent(own(1))
    assert made.draft.person == POLICY
    opened = JournalReader(on.data.path).trail(order_id=oid(1))[-1]
    assert (opened.data["switched_by"], opened.data["switched_at"]) == ("ops", to_text(NOW))
    on.journal.turn(replace(ON, position="off", at=NOW + timedelta(seconds=1)), ON)
    with pytest.raises(SwitchedOff):
        on.journal.open_intent(own(2))
    assert [intent.id for intent in on.journal.intents()] == [made.id]
    assert faults(on) == ""


def test_what_a_person_settles_of_an_automatic_step_is_told_as_theirs(on: Stores) -> None:
    made = on.journal.open_intent(own(1))
    on.journal.start_attempt(made.id, NOW)
    on.journal.record(made.id, 1, answer(500), "attention", "no answer", None, None, NOW)
    on.journal.move(made.id, "succeeded", "seen", "person ops", NOW, note="looked it up")
    told = JournalReader(on.data.path).trail(order_id=oid(1))
    assert [(row.kind, row.person) for row in told] == [
        ("intent", POLICY), ("attempt", POLICY), ("outcome", POLICY), ("settle", "ops"),
    ]  # fmt: skip


def edits() -> Iterator[str | None]:
    texts = {"position": "on", "mode": "authorize", "at": "2026-03-01T12:00:00.000000Z", "person": "ops", "why": ""}
    kept: dict[str, object] = {**texts, "after": 0}
    for name in kept:
        yield json.dumps({**kept, name: "another"})
    yield "no json"
    yield None


@pytest.mark.parametrize("text", tuple(edits()))
def test_an_edit_of_it_is_found(on: Stores, text: str | None) -> None:
    edit(on.data.journal, text)
    wanted = "it is gone" if text is None else "it was changed afterwards"
    assert f"how the switch of automatic steps stands is not as the audit chain says: {wanted}" in faults(on)


@pytest.mark.parametrize("name", ["position", "at", "after"])
@pytest.mark.parametrize("value", [7.5, None, "never"])
def test_nothing_is_done_by_a_switch_that_azpay_never_wrote(name: str, value: object) -> None:
    kept = {"position": "on", "mode": "authorize", "at": to_text(NOW), "person": "ops", "why": "", "after": 0}
    assert switch_of(json.dumps(kept)) == ON
    assert switch_of(json.dumps({**kept, name: value})) is None


def test_one_that_nobody_turned_is_found(stores: Stores) -> None:
    stores.journal.track([tracked(oid(1))], NOW)
    with closing(sqlite3.connect(stores.data.journal, isolation_level=None)) as connection:
        connection.execute("INSERT INTO meta VALUES ('automatic', '{}')")
    assert "the switch of automatic steps" in faults(stores)


def edit(path: Path, text: str | None) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if text is None:
            connection.execute("DELETE FROM meta WHERE name = 'automatic'")
        else:
            connection.execute("UPDATE meta SET value = ? WHERE name = 'automatic'", (text,))


def test_only_failures_in_a_row_count(on: Stores) -> None:
    on.journal.track([tracked(oid(number)) for number in range(1, 12)], NOW)
    ends = ["succeeded", *["declined"] * 2, "abandoned", "refused", "attention", "declined"]
    for number, state in enumerate(ends, 1):
        made = on.journal.open_intent(own(number))
        on.journal.move(made.id, state, "why", "rule", NOW)  # type: ignore[arg-type]
    assert [on.reader.failures(after) for after in (0, 3, 7)] == [MOST_FAILURES, 3, 0]
    turned = on.journal.turn(ON, ON)
    assert turned.after == len(ends)


@pytest.mark.parametrize(("sql", "index"), [(steps._ALL, "row_all_status"), (steps._SINCE, "row_revision")])
def test_orders_are_found_by_an_index(on: Stores, sql: str, index: str) -> None:
    values = (*steps._WORDS, 0, "[]", *([1] if "revision" in index else []), 10)
    with closing(sqlite3.connect(on.data.cache)) as cache:
        plan = " ".join(str(row[3]) for row in cache.execute(f"EXPLAIN QUERY PLAN {sql}", values))
    assert f"SEARCH r USING INDEX {index}" in plan
