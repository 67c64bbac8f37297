"""One message, as it stands in a journal."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from azpay_tui.domain.announcements import of_test
from azpay_tui.domain.messages import Message, MessageDraft

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def message() -> Message:
    body = of_test(NOW, profile="shop", environment="simulator")
    return Message("M-000007-0a1b2c3d", 7, MessageDraft("shop", "webhook", "", "a test", body), NOW, "ops", "waiting")


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.touch(0o600)
    file.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    return file
