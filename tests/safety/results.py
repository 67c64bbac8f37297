"""What was run and what it found, kept in files so that a run can be stopped and taken up again."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.safety.pieces import ROOT, Piece

BUILD = ROOT / "build" / "safety"
_SOURCES = ("src", "tests", "docs/safety-totals.json", "pyproject.toml", "requirements.lock")


@dataclass(frozen=True, slots=True)
class Figure:
    """A line that a test told, see tests/support/figures.py."""

    promise: str
    runs: int
    violations: int
    seed: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece ended."""

    code: int
    seconds: float
    figures: tuple[Figure, ...]


class Results:
    """The results for one state of the program, below `build/safety/`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def log(self, piece: Piece) -> Path:
        return self.directory / f"{piece.file}.log"

    def figures(self, piece: Piece) -> Path:
        """The file that the tests of a piece write to while they run."""
        return self.directory / f"{piece.file}.figures"

    def outcome(self, piece: Piece) -> Outcome | None:
        """Return how a piece ended, None when it was not run to its end."""
        file = self._file(piece)
        if not file.exists():
            return None
        data = json.loads(file.read_text(encoding="utf-8"))
        return Outcome(data["code"], data["seconds"], tuple(Figure(**figure) for figure in data["figures"]))

    def keep(self, piece: Piece, code: int, seconds: float) -> Outcome:
        """Keep how a piece ended, with what it told."""
        told = self.figures(piece)
        lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
        outcome = Outcome(code, round(seconds, 1), tuple(Figure(**json.loads(line)) for line in lines))
        draft = self._file(piece).with_suffix(".draft")
        draft.write_text(json.dumps(asdict(outcome), indent=1) + "\n", encoding="utf-8")
        draft.replace(self._file(piece))
        return outcome

    def first_seed(self, fresh: int) -> int:
        """Return the seed this run began with; `fresh` becomes it when it begins now."""
        file = self.directory / "first-seed"
        if not file.exists():
            file.write_text(f"{fresh}\n", encoding="ascii")
        return int(file.read_text(encoding="ascii"))

    def clear(self) -> None:
        shutil.rmtree(self.directory)
        self.directory.mkdir()

    def _file(self, piece: Piece) -> Path:
        return self.directory / f"{piece.file}.json"


def version() -> tuple[str, bool]:
    """Return what stands for the state of the program: commit and whether it was changed since, or a hash of it all."""
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    if asked.returncode:
        return f"tree-{_digest()}", True
    changes = subprocess.run(
        ["git", "status", "--porcelain", "--", *_SOURCES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    commit = asked.stdout.strip()[:12]
    return (f"{commit}-changed-{_digest()}", True) if changes else (commit, False)


def _digest() -> str:
    files = [file for name in _SOURCES for file in sorted([ROOT / name, *(ROOT / name).rglob("*")]) if file.is_file()]
    total = hashlib.sha256()
    for file in files:
        if "__pycache__" not in file.parts:
            total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:12]
