"""Figures that are kept in docs/: of the last whole run, and the seeds that the simulation has been through."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.safety.pieces import ROOT, Piece
from tests.safety.results import Outcome
from tests.safety.table import Row

FIGURES = ROOT / "docs" / "safety-figures.json"
MUTATION = ROOT / "docs" / "safety-mutation.json"
TOTALS = ROOT / "docs" / "safety-totals.json"
SIMULATION = "simulation"
"""The run whose seeds are counted: it takes the most of them, so what the others draw from the same ones is new too."""


@dataclass(frozen=True, slots=True)
class Range:
    """Seeds of the simulation that one whole run went through; no two ranges share a seed."""

    first: int
    last: int
    schedules: int
    violations: int
    version: str


def totals(file: Path = TOTALS) -> tuple[Range, ...]:
    """Return what has been run so far."""
    return tuple(Range(**row) for row in _read(file)) if file.exists() else ()


def next_seed(file: Path = TOTALS) -> int:
    """Return the first seed that no kept run has used."""
    return max((done.last for done in totals(file)), default=0) + 1


def keep(found: Sequence[Row], pieces: Sequence[Piece], outcomes: Mapping[str, Outcome], version: str) -> None:
    """Write the figures of a whole run, and add the seeds of its simulation to those that were used."""
    promises = {row.code: {"runs": row.runs, "violations": row.violations, "says": row.says} for row in found}
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    _write(FIGURES, {"version": version, "day": day, "promises": promises})
    seeded = [piece for piece in pieces if piece.source == SIMULATION and piece.seeds]
    if not seeded:
        return
    first = min(piece.seeds[0] for piece in seeded if piece.seeds)
    last = max(piece.seeds[1] for piece in seeded if piece.seeds)
    if any(done.first <= last and first <= done.last for done in totals()):
        return  # the same run, kept once more
    violations = sum(f.violations for piece in seeded for f in outcomes[piece.name].figures)
    _write(TOTALS, [*map(asdict, totals()), asdict(Range(first, last, last - first + 1, violations, version))])


def keep_mutation(file: Path, name: str, counts: Mapping[str, int], version: str) -> None:
    """Write down how many changes of some modules there are, were tried and noticed, by name."""
    known = _read(file) if file.exists() else {}
    known[name] = {**counts, "version": version}
    _write(file, known)


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _write(file: Path, data: object) -> None:
    file.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
