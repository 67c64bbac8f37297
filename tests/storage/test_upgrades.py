"""A program killed while it brings a database up to date: the old one whole or the new one whole, nothing between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.storage.processes import started
from tests.support.figures import full, size, tell

from azpay_tui.store.sqlite import CACHE_SCHEMA, JOURNAL_SCHEMA

EVERY = [("journal", version) for version in range(JOURNAL_SCHEMA)] + [("cache", v) for v in range(CACHE_SCHEMA)]
SOME = [("journal", 2), ("cache", 2)]


@pytest.mark.parametrize(("database", "version"), EVERY if full() else SOME)
def test_killed_at_any_statement_it_is_the_old_or_the_new_one_whole(place: Path, database: str, version: int) -> None:
    found = []
    with started("upgrading.py", place, database, version, size(13, 1)) as killing:
        while line := killing.hear():
            found.append(json.loads(line))
        assert killing.wait() == 0
    wrong = [f"{f['at']} {f['statement']!r}: {text}" for f in found for text in f["wrong"]]
    halves = sum(f["half"] for f in found)
    says = f"{database} from {version}: {halves} half-done transactions undone"
    tell("R20", len(found), len(wrong), seed=wrong[0] if wrong else "", says=says)
    assert wrong == []
    assert len(found) > 1
    assert halves or not full(), "nothing half-done was ever on the disk: the test proves nothing"
