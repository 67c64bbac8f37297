"""Whether a test runs every branch of what decides about money: `python -m tests.safety.covered`.

Journal, attempt classification, money, display door and signer, by tests that run in one process. Exit code 0: every
branch; 1: not, with the lines that no test runs, or a test failed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.safety.pieces import ROOT

SOURCE = "src/azpay_tui"
FILES = (
    "domain/intent.py",
    "domain/attempt.py",
    "domain/idempotency.py",
    "domain/effect.py",
    "domain/money.py",
    "amazon/v2/signing.py",
    "tui/display.py",
    *(f"store/journal/{file.name}" for file in sorted((ROOT / SOURCE / "store" / "journal").glob("*.py"))),
)
FUNCTIONS = (("cli/output.py", "shown"),)
"""Single functions of files that otherwise decide nothing here."""
TESTS = (
    "tests/unit/domain/test_intent.py",
    "tests/unit/domain/test_attempt.py",
    "tests/unit/domain/test_idempotency.py",
    "tests/unit/domain/test_effect.py",
    "tests/unit/domain/test_verdicts.py",
    "tests/unit/domain/test_money.py",
    "tests/amazon/test_signing.py",
    "tests/tui/test_display.py",
    "tests/cli/test_output.py",
    "tests/store",
    "tests/backoffice",
)


@dataclass(frozen=True, slots=True)
class Gap:
    """What no test runs of a file."""

    file: str
    lines: tuple[int, ...]
    branches: tuple[tuple[int, int], ...]
    """From which line to which; a negative one is the end of a function."""

    def __str__(self) -> str:
        lines = ", ".join(map(str, self.lines)) or "none"
        ways = ", ".join(f"{start}->{end if end > 0 else 'end'}" for start, end in self.branches) or "none"
        return f"{self.file}: lines {lines}; branches {ways}"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="azpay-covered-") as directory:
        report = Path(directory) / "coverage.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", "--cov"]
        done = subprocess.run([*command, "--cov-branch", f"--cov-report=json:{report}", *TESTS], cwd=ROOT, check=False)
        if done.returncode:
            return 1
        data = json.loads(report.read_text(encoding="utf-8"))
    found = list(gaps(data))
    for gap in found:
        print(f"not run by any test: {gap}")
    print(f"{len(FILES) + len(FUNCTIONS) - len(found)} of {len(FILES) + len(FUNCTIONS)} modules with every branch run")
    return int(bool(found))


def gaps(data: dict[str, Any]) -> Iterator[Gap]:
    """Give every file of which a line or a branch was not run; one that was not even loaded has all of them."""
    files = data["files"]
    measured = [(name, files.get(f"{SOURCE}/{name}")) for name in FILES]
    for name, function in FUNCTIONS:
        whole = files.get(f"{SOURCE}/{name}")
        measured.append((f"{name}, {function}", whole and whole["functions"][function]))
    for name, seen in measured:
        if seen is None:
            yield Gap(name, (0,), ())
        elif seen["missing_lines"] or seen["missing_branches"]:
            ways = tuple((start, end) for start, end in seen["missing_branches"])
            yield Gap(name, tuple(seen["missing_lines"]), ways)


if __name__ == "__main__":
    sys.exit(main())
