"""A simulated world that stands still at one moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.simulator.signer import KEY_ID, PLAIN_KEY_ID, World, private_key

from azpay_tui.simulator.core import Simulator

START = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    public = private_key().public_key()
    return World(Simulator({KEY_ID: public, PLAIN_KEY_ID: public}, seed=7, base=lambda: START))
