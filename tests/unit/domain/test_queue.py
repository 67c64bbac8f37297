"""Why something is read when it is, in words, and how long the rest takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from azpay_tui.domain.calls import Budget
from azpay_tui.domain.queue import Queued, class_of, remaining, why
from azpay_tui.domain.rows import SyncStatus

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CALM = SyncStatus("ONLINE", NOW, NOW, 41, 0, 0, timedelta(), True)
CHARGE = Queued("S01-C1", "S01", "charge", "Authorized", NOW + timedelta(hours=1), NOW, 0, "", False)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "resting"),
        ({"state": "Captured"}, "captured"),
        ({"state": "Captured", "due": None}, "ended"),
        ({"state": "CaptureInitiated"}, "in flight"),
        ({"state": "AuthorizationInitiated", "due": None}, "in flight"),
        ({"state": "RefundInitiated"}, "in flight"),
        ({"state": None}, "never read"),
        ({"state": None, "missing": True}, "not found"),
        ({"state": "Teleported"}, "resting"),
    ],
)
def test_the_class_follows_from_what_amazon_said(changes: dict[str, object], name: str) -> None:
    assert class_of(replace(CHARGE, **changes)) == name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({}, {}, "Its time has not come yet."),
        ({"due": None, "state": "Declined"}, {}, "only when you ask (r)"),
        ({"attempts": 1, "error": "No answer."}, {}, "The last read failed: No answer."),
        ({"attempts": 3}, {}, "The last 3 reads failed: no reason was given."),
        ({"due": NOW}, {}, "waits for its turn among 41 at Amazon's pace."),
        ({"due": NOW}, {"holder": False}, "Another azpay on this data reads"),
        ({"due": NOW}, {"connection": "OFFLINE", "message": "No route."}, "which is OFFLINE: No route."),
        ({"due": NOW}, {"connection": "AUTH FAILED"}, "which is AUTH FAILED."),
        ({"missing": True, "state": None, "due": None}, {}, "Amazon does not know this id here"),
    ],
)
def test_the_reason_is_a_sentence(changes: dict[str, object], status: dict[str, object], words: str) -> None:
    said = why(replace(CHARGE, **changes), replace(CALM, **status), NOW)  # type: ignore[arg-type]
    assert words in said
    assert said.endswith((".", "sync."))


def test_what_is_left_takes_as_long_as_its_slowest_operation() -> None:
    budget = [Budget("get-charge", 20, 20, 2.0), Budget("get-permission", 0, 20, 2.0), Budget("get-refund", 5, 5, 0.0)]
    assert remaining([("charge", 120), ("permission", 30)], budget) == timedelta(seconds=50)
    assert remaining([("charge", 10)], budget) is None
    assert remaining([("refund", 10), ("other", 10)], budget) is None
    assert remaining([("charge", 10)], []) is None
