"""Changes the modules that decide about money, one small change at a time, and counts those that a test notices.

`python -m tests.mutation.drive [NAME ...]` (`make mutation`, `make mutation ONLY=intent,money`). Exit code 0: the goal
is reached and every survivor is explained; 1: not so; 69: the tool cannot be had, which is said in one sentence.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.safety.kept import MUTATION, keep_mutation
from tests.safety.results import version
from tests.tools import ROOT, Unavailable, environment

HERE = Path(__file__).parent
BUILD = ROOT / "build" / "mutation"
_CAUGHT = frozenset({1, 3, 24, 36, 37, 152, 255, -24, -9})
"""Exit codes of a mutant's tests: failed, or without end."""
_CONFIG = """
[tool.pytest.ini_options]
pythonpath = ["."]
addopts = ["--import-mode=importlib", "--strict-markers"]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"

[tool.mutmut]
source_paths = ["src"]
only_mutate = {files}
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
"""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change that no test notices."""

    name: str
    change: str
    """The lines that go (`-`) and come (`+`)."""


@dataclass(frozen=True, slots=True)
class Score:
    name: str
    tried: int
    survivors: tuple[Survivor, ...]

    @property
    def percent(self) -> float:
        return 100 * (self.tried - len(self.survivors)) / self.tried if self.tried else 0.0


def main(arguments: list[str]) -> int:
    modules = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))
    goal = modules.pop("goal")
    only = os.environ.get("ONLY", "").replace(",", " ").split()
    names = arguments or only or list(modules)
    if set(names) - set(modules):
        sys.stderr.write(f"Name modules out of these: {', '.join(modules)}.\n")
        return os.EX_USAGE
    try:
        programs = environment("mutation", with_program=True)
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return os.EX_UNAVAILABLE
    good = True
    for name in names:
        score = measured(programs, name, modules[name])
        unexplained = list(not_explained(score.survivors, explanations()))
        for survivor in unexplained:
            print(f"{survivor.name}\n{survivor.change}")
        killed = score.tried - len(score.survivors)
        print(
            f"{name}: {killed} of {score.tried} changes noticed, {score.percent:.1f} %; "
            f"{len(score.survivors) - len(unexplained)} survivors explained, {len(unexplained)} not"
        )
        if os.environ.get("KEEP"):
            keep_mutation(MUTATION, name, score.tried, killed, len(unexplained), version()[0])
        good = good and score.percent >= goal and not unexplained
    return int(not good)


def measured(programs: Path, name: str, module: dict[str, Any]) -> Score:
    """Try every change of a module in a copy of the program."""
    home = BUILD / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for part in ("src", "tests"):
        shutil.copytree(ROOT / part, home / part, ignore=shutil.ignore_patterns("__pycache__"))
    files = [f"src/azpay_tui/{file}" for file in module["files"]]
    config = _CONFIG.format(files=json.dumps(files), tests=json.dumps(module["tests"]))
    (home / "pyproject.toml").write_text(config, encoding="utf-8")
    tool = str(programs / "mutmut")
    with (home / "log").open("wb") as log:
        done = subprocess.run(
            ["nice", tool, "run", "--max-children", os.environ.get("JOBS") or "1"], cwd=home, stdout=log, stderr=log
        )
    results = dict(_results(home / "mutants"))
    if done.returncode or not results or None in results.values():
        raise SystemExit(f"The changes of {name} could not be tried; see {(home / 'log').relative_to(ROOT)}.")
    lived = [mutant for mutant, code in results.items() if code not in _CAUGHT]
    return Score(name, len(results), tuple(Survivor(mutant, _change(tool, home, mutant)) for mutant in sorted(lived)))


def _results(directory: Path) -> Iterator[tuple[str, int | None]]:
    for meta in sorted(directory.rglob("*.py.meta")):
        yield from json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items()


def _change(tool: str, home: Path, mutant: str) -> str:
    shown = subprocess.run([tool, "show", mutant], cwd=home, capture_output=True, text=True, check=True).stdout
    lines = [line for line in shown.splitlines() if line[:1] in "-+" and not line.startswith(("---", "+++"))]
    return "\n".join(f"{line[0]}{line[1:].strip()}" for line in lines)


def explanations() -> dict[str, str]:
    """Return why a change cannot be noticed, or need not be, by the lines of the change."""
    data = tomllib.loads((HERE / "explained.toml").read_text(encoding="utf-8"))
    return {change["change"].strip(): reason["why"] for reason in data["reason"] for change in reason["changes"]}


def not_explained(survivors: tuple[Survivor, ...], known: dict[str, str]) -> Iterator[Survivor]:
    for survivor in survivors:
        if survivor.change.strip() not in known:
            yield survivor


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
