"""An outcome and what proves it become durable together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.making import NOW, answer, draft, oid
from tests.support.figures import tell

from azpay_tui import points
from azpay_tui.domain.intent import State
from azpay_tui.points import Point
from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.journal.digests import digest_of_attempt
from azpay_tui.store.opening import Stores

STATES: tuple[State, ...] = ("succeeded", "accepted", "declined", "refused", "unknown")


@pytest.fixture
def unproved(data_dir: Path) -> Iterator[list[str]]:
    """Look at the file after every commit, as the next start would after a kill, for outcomes without evidence."""
    found: list[str] = []
    seen = 0

    def look(point: Point) -> None:
        nonlocal seen
        if point != "committed":
            return
        seen += 1
        with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
            found.extend(
                row[0]
                for row in connection.execute(
                    "SELECT intent_id FROM attempt WHERE outcome IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evidence "
                    "WHERE evidence.intent_id = attempt.intent_id AND evidence.attempt = attempt.number)"
                )
            )

    points.visit(look)
    yield found
    points.visit(None)
    assert seen, "nothing was committed"


def test_no_commit_leaves_an_outcome_without_what_proves_it(stores: Stores, unproved: list[str]) -> None:
    for number, state in enumerate(STATES):
        made = stores.journal.open_intent(draft(oid(number)))
        attempt = stores.journal.start_attempt(made.id, NOW)
        stores.journal.record(made.id, attempt, answer(), state, None, None, None, NOW)
    tell("R3", len(STATES), len(unproved))
    assert not unproved


def test_a_row_that_an_index_does_not_find_any_more_is_damage(stores: Stores) -> None:
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    with closing(sqlite3.connect(stores.data.journal)) as raw:
        assert len(digest_of_attempt(raw.execute, 1, 1)) == 64
        with pytest.raises(JournalUnavailable, match="The journal is damaged: a row that was written is not found"):
            digest_of_attempt(raw.execute, 1, 2)
