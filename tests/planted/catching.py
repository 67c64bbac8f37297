"""Whether the test of a bug fails because of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.planted.bugs import Bug
from tests.planted.planting import plant
from tests.safety.pieces import ROOT
from tests.support import figures

_TESTS_FAILED = 1
"""Exit code of pytest; every other one but 0 means that tests could not be run."""


@dataclass(frozen=True, slots=True)
class Verdict:
    caught: bool
    says: str
    """The test that failed, or what happened in place of it."""


def environment() -> Mapping[str, str]:
    """Return the environment for tests at their small size: what they find with a bug is no figure."""
    return {name: value for name, value in os.environ.items() if name != figures.VARIABLE}


def try_to_catch(bug: Bug) -> Verdict:
    """Run the test of a bug on the program with the bug. Raises PlantError when the bug does not fit."""
    with tempfile.TemporaryDirectory(prefix="azpay-planted-") as directory:
        python = plant(bug, Path(directory))
        return judged(*_run([str(python)], ["-x", bug.catch], Path(directory) / "report.xml"))


def passes(bugs: Iterable[Bug]) -> Verdict:
    """Run the tests of these bugs on the program as it is; not `caught` is what is wanted."""
    with tempfile.TemporaryDirectory(prefix="azpay-planted-") as directory:
        tests = sorted({bug.catch for bug in bugs})
        return judged(*_run([sys.executable], tests, Path(directory) / "report.xml"))


def _run(python: list[str], arguments: list[str], report: Path) -> tuple[int, Path, str]:
    command = [*python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, report, done.stdout


def judged(code: int, report: Path, output: str) -> Verdict:
    """Judge a run of pytest: a test that failed catches; a test that could not run, or runs of nothing, do not."""
    cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    failed = [case for case in cases if case.find("failure") is not None]
    ran = [case for case in cases if case.find("skipped") is None]
    if any(case.find("error") is not None for case in cases) or code not in (0, _TESTS_FAILED) or not ran:
        return Verdict(False, f"the test could not run (exit code {code}): {output.strip()[-300:]}")
    if code == _TESTS_FAILED and failed:
        return Verdict(True, f"{failed[0].get('classname', '')}::{failed[0].get('name', '')}")
    return Verdict(False, "every test passed")
