"""Known bugs are caught: some of them here, all of them by `make safety`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.planted.bugs import BUGS, Bug, Edit
from tests.planted.catching import judged, try_to_catch
from tests.planted.planting import PACKAGE, PlantError, plant
from tests.safety.pieces import ROOT, names_in

QUICK = ("timeout-is-failure", "no-unique-index")
"""One of the rules, one in a process of its own, one of the database, one of the way to Amazon."""


@pytest.mark.always
def test_there_are_thirty_different_bugs() -> None:
    assert len({bug.name for bug in BUGS}) == len({bug.edits for bug in BUGS}) == len(BUGS) == 30


@pytest.mark.always
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_every_bug_fits_the_program_and_has_a_test(bug: Bug) -> None:
    assert bug.edits
    for edit in bug.edits:
        text = (PACKAGE / edit.file).read_text(encoding="utf-8")
        assert text.count(edit.old) == 1, f"{edit.file} does not have the lines that {bug.name} changes"
        assert edit.new != edit.old
    file, _, name = bug.catch.partition("::")
    assert name in names_in(ROOT / file)


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.name in QUICK], ids=lambda bug: bug.name)
def test_a_bug_is_caught(bug: Bug) -> None:
    verdict = try_to_catch(bug)
    assert verdict.caught, verdict.says


def test_what_is_no_bug_is_not_caught() -> None:
    bug = next(bug for bug in BUGS if bug.name == "timeout-is-failure")
    harmless = replace(bug, edits=())
    assert not try_to_catch(harmless).caught


def test_a_bug_that_does_not_fit_is_an_error_and_no_catch(tmp_path: Path) -> None:
    with pytest.raises(PlantError, match=r"stands 0 times in domain/money\.py"):
        plant(replace(BUGS[0], edits=(Edit("domain/money.py", "no such line", ""),)), tmp_path)


@pytest.mark.parametrize(
    ("code", "case", "caught"),
    [
        (1, '<testcase classname="a" name="b"><failure/></testcase>', True),
        (1, '<testcase classname="a" name="b"><error/></testcase>', False),
        (2, '<testcase classname="a" name="b"><failure/></testcase>', False),
        (0, '<testcase classname="a" name="b"/>', False),
        (0, '<testcase classname="a" name="b"><skipped/></testcase>', False),
        (5, "", False),
    ],
    ids=["failed", "broken before the test", "collection broken", "passed", "skipped", "no test"],
)
def test_only_a_test_that_failed_catches(tmp_path: Path, code: int, case: str, caught: bool) -> None:
    report = tmp_path / "report.xml"
    report.write_text(f"<testsuites><testsuite>{case}</testsuite></testsuites>")
    assert judged(code, report, "").caught == caught
