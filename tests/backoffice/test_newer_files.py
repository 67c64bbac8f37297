"""Beside the cache of a newer program the background refresh says once what is so and what to do, and stays quiet."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.office import open_office

from azpay_tui.store.opening import rebuild_cache
from azpay_tui.store.sqlite import CACHE_SCHEMA


def test_a_cache_of_a_newer_program_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_office(tmp_path) as office:
        order_id = office.make("authorized")
        simulator, local = office.simulator, office.local
    with closing(sqlite3.connect(tmp_path / "data" / "cache.db")) as connection:
        connection.execute(f"PRAGMA user_version = {CACHE_SCHEMA + 1}")
    with open_office(tmp_path, simulator, local=local) as office, caplog.at_level(logging.WARNING):
        for _ in range(3):
            office.desk.works.refresher.turn()
        assert office.desk.reader.row(order_id) is not None, "what is known is shown"
    (record,) = caplog.records
    assert record.exc_info is None
    said = record.getMessage()
    assert "shown as they are known and not refreshed" in said
    assert "was written by a newer azpay" in said
    assert "Use that version, or make the cache anew for this one with azpay doctor --rebuild-cache." in said

    rebuild_cache(tmp_path / "data", datetime.now(UTC))
    caplog.clear()
    with open_office(tmp_path, simulator, local=local) as office, caplog.at_level(logging.WARNING):
        office.desk.works.refresher.turn()
        assert office.desk.reader.row(order_id) is not None
    assert not caplog.records, "and that helps"
