"""Files that cannot be written or are gone, at every moment: refused before sending, kept after, sound once mended."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from tests.storage.bereft import CASES, MOMENTS
from tests.storage.processes import started
from tests.support.figures import full, size, tell

from azpay_tui.domain.intent import Verb


@pytest.mark.parametrize("verb", [Verb.CAPTURE, Verb.REFUND, Verb.AUTHORIZE] if full() else [Verb.REFUND])
def test_files_taken_away_at_any_moment_cost_no_money_and_no_outcome(verb: Verb) -> None:
    found, stride = [], size(16, 1)
    with tempfile.TemporaryDirectory() as public:  # a test's own directory is closed to everybody else
        Path(public).chmod(0o755)
        with started("bereft.py", public, verb, stride) as bereft:
            while line := bereft.hear():
                found.append(json.loads(line))
            assert bereft.wait() == 0
    wrong = [f"{f['way']}, {f['moment']}: {text}" for f in found for text in f["wrong"]]
    refused = sum(f["word"].startswith("refused") for f in found)
    says = f"{verb}: files taken away, {refused} refused with the reason"
    tell("R15", len(found), len(wrong), seed=wrong[0] if wrong else "", says=says)
    assert wrong == []
    assert [(f["way"], f["moment"]) for f in found] == CASES[::stride]
    early = {f["way"]: f["word"] for f in found if f["moment"] == MOMENTS[0] and "cannot be" in f["way"]}
    assert all("Check owner and permissions" in word for word in early.values()), early
