"""Tries the changes of some modules in a copy of the program, part after part.

What was tried is kept below `build/mutation`: a run that was stopped goes on where it was, and after any change of the
program or of a test only what nobody noticed is tried again, and what is in a function that is another one now.
RESTART=1 tries everything anew.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.tools import LOCKS, ROOT

BUILD = ROOT / "build" / "mutation"
SOURCE = ROOT / "src" / "azpay_tui"
_CAUGHT = frozenset({1, 3, 24, 36, 37, 152, 255, -24, -9})
"""Exit codes of a mutant's tests: failed, or without end."""
_TYPED = 37
"""Exit code of a mutant that the type check does not let pass; its tests are not run."""
_MEMORY = Path("/dev/shm")
"""Where files of tests cost the least; they are written and removed thousands of times."""
_CONFIG = """
[tool.pytest.ini_options]
pythonpath = ["."]
addopts = ["--import-mode=importlib", "--strict-markers"]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
tmp_path_retention_policy = "none"

[tool.mutmut]
source_paths = ["src"]
only_mutate = {files}
pytest_add_cli_args = [
    "-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "pytest_asyncio.plugin",
    "--assert=plain", {without}
]
pytest_add_cli_args_test_selection = {tests}
type_check_command = {types}
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
    made: int
    """How many changes there are; tried is a part of them where SAMPLE says so."""
    tried: int
    typed: int
    """How many of them the type check notices."""
    survivors: tuple[Survivor, ...]

    @property
    def percent(self) -> float:
        return 100 * (self.tried - len(self.survivors)) / self.tried if self.tried else 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """Some files that the same tests look at."""

    files: tuple[str, ...]
    """Relative to the package."""
    tests: tuple[str, ...]
    without: tuple[str, ...]
    """Tests of these that take too long for what they add."""

    @property
    def name(self) -> str:
        return Path(self.files[0]).stem


def parts_of(name: str, module: dict[str, Any]) -> tuple[Part, ...]:
    """Return the parts of a module; raises `SystemExit` where a file that is to be changed is in none, or in two."""
    parts = tuple(
        Part(tuple(part["files"]), tuple(part["tests"]), tuple(part.get("without", ())))
        for part in module.get("parts", [module])
    )
    named = sorted(file for part in parts for file in part.files)
    found = (file for pattern in module["files"] for file in SOURCE.glob(pattern))
    meant = sorted(str(file.relative_to(SOURCE)) for file in found if _has_functions(file))
    if named != meant:
        wrong = ", ".join(sorted(set(named) ^ set(meant)) or named)
        raise SystemExit(f"tests/mutation/modules.toml: each file of {name} belongs to one part; look at {wrong}.")
    return parts


def _has_functions(file: Path) -> bool:
    """Whether there is anything that can be changed: data of modules, such as tables, is not."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in nodes)


def measured(programs: Path, name: str, module: dict[str, Any]) -> Score:
    """Try every change of a module."""
    scores = [_part(programs, BUILD / name / part.name, part) for part in parts_of(name, module)]
    survivors = tuple(survivor for score in scores for survivor in score.survivors)
    made, tried, typed = (sum(of) for of in zip(*((one.made, one.tried, one.typed) for one in scores), strict=True))
    return Score(name, made, tried, typed, survivors)


def _part(programs: Path, home: Path, part: Part) -> Score:
    if os.environ.get("RESTART"):
        shutil.rmtree(home, ignore_errors=True)
    state = _digest(part)
    if not (home / "state").exists() or (home / "state").read_text(encoding="utf-8") != state:
        _forget_survivors(home)
        _copy(home, part)
        (home / "state").write_text(state, encoding="utf-8")
    for _ in range(2):  # what is in a function that is another one now is known after the first time only
        left = [name for name, code in _results(home).items() if code is None and _is_chosen(name)]
        if left or not _results(home):
            _try(programs, home, left)
    if not _results(home) or any(code is None for name, code in _results(home).items() if _is_chosen(name)):
        raise SystemExit(f"Not every change of {', '.join(part.files)} was tried; see {_told(home)}.")
    results = _results(home)
    tried = {name: code for name, code in results.items() if _is_chosen(name)}
    lived = sorted(name for name, code in tried.items() if code not in _CAUGHT)
    typed = sum(code == _TYPED for code in tried.values())
    score = Score(part.name, len(results), len(tried), typed, tuple(_survivors(programs, home, lived)))
    print(f"  {', '.join(part.files)}: {len(tried) - len(lived)} of {len(tried)}", flush=True)
    return score


def _is_chosen(name: str) -> bool:
    """Whether a change is to be tried: each has a number within its function, and SAMPLE may say how that ends."""
    return not os.environ.get("SAMPLE") or name[-1] in os.environ["SAMPLE"]


def _digest(part: Part) -> str:
    """Tell one state of the program, of a part's tests and of what all tests share from another."""
    shared = (file for file in (ROOT / "tests").rglob("*.py") if not file.name.startswith("test_"))
    tests = (ROOT / test.partition("::")[0] for test in part.tests)
    digest = hashlib.sha256(repr((part, _CONFIG)).encode())
    for file in sorted((LOCKS / "mutation.lock", *(ROOT / "src").rglob("*.py"), *shared, *tests)):
        digest.update(f"{file.relative_to(ROOT)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _forget_survivors(home: Path) -> None:
    """Have the changes tried again that nobody noticed, by the tests and the program as they are now."""
    mutants = home / "mutants"
    (mutants / "mutmut-stats.json").unlink(missing_ok=True)
    for place in (home / "tests", mutants / "tests"):
        shutil.rmtree(place, ignore_errors=True)
    for meta in mutants.rglob("*.py.meta"):
        data = json.loads(meta.read_text(encoding="utf-8"))
        codes = data["exit_code_by_key"]
        data["exit_code_by_key"] = {name: code if code in _CAUGHT else None for name, code in codes.items()}
        meta.write_text(json.dumps(data), encoding="utf-8")


def _copy(home: Path, part: Part) -> None:
    """Make the copy, or bring it up to date; the tool keeps what it knows of functions that are as they were."""
    home.mkdir(parents=True, exist_ok=True)
    for place in ("src", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / place, home / place, ignore=ignored, dirs_exist_ok=True)
    files = [f"src/azpay_tui/{file}" for file in part.files]
    for file in files:
        os.utime(home / file)  # or the tool takes it for the one it has changed already
    types = [sys.executable, "tests/mutation/typed.py", "mypy", str(ROOT / "pyproject.toml"), *files]
    without = ", ".join(json.dumps(f"--deselect={test}") for test in part.without)
    config = _CONFIG.format(
        files=json.dumps(files), tests=json.dumps(part.tests), without=without, types=json.dumps(types)
    )
    (home / "pyproject.toml").write_text(config, encoding="utf-8")


def _try(programs: Path, home: Path, names: Sequence[str]) -> None:
    """Try the changes of these names, without names those that were not tried yet or that SAMPLE chooses."""
    sample = os.environ.get("SAMPLE")
    wanted = names if names and sample else [f"*[{sample}]"] if sample else []
    command = ["nice", str(programs / "mutmut"), "run", "--max-children", os.environ.get("JOBS") or "1", *wanted]
    with (
        tempfile.TemporaryDirectory(prefix="azpay-mutation-", dir=_MEMORY if _MEMORY.is_dir() else None) as files,
        (home / "log").open("wb") as log,
    ):
        environment = {
            **os.environ,
            "TMPDIR": files,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "MYPY_CACHE_DIR": str(BUILD / "types"),
        }
        done = subprocess.run(command, cwd=home, env=environment, stdout=log, stderr=log, check=False)
    if done.returncode:
        raise SystemExit(f"The changes could not be tried; see {_told(home)}.")


def _told(home: Path) -> Path:
    return (home / "log").relative_to(ROOT)


def _results(home: Path) -> dict[str, int | None]:
    metas = (json.loads(meta.read_text(encoding="utf-8")) for meta in sorted((home / "mutants").rglob("*.py.meta")))
    return {name: code for meta in metas for name, code in meta["exit_code_by_key"].items()}


def _survivors(programs: Path, home: Path, mutants: Sequence[str]) -> Iterator[Survivor]:
    for mutant in mutants:
        command = [str(programs / "mutmut"), "show", mutant]
        shown = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True).stdout
        lines = [line for line in shown.splitlines() if line[:1] in "-+" and not line.startswith(("---", "+++"))]
        yield Survivor(mutant, "\n".join(f"{line[0]}{line[1:].strip()}" for line in lines))
