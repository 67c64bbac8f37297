"""What every benchmark shares: interleaved rounds, medians, one small table, JSON on request."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SHARED = "AZPAY_BENCH_DIR"
"""Environment variable: a directory in which several benchmarks use the same made-up shops."""


@dataclass
class Table:
    """Figures by row and column; the first column is what is measured against."""

    title: str
    columns: Sequence[str]
    unit: str = "ms"
    rows: list[tuple[str, list[float | None]]] = field(default_factory=list)

    def add(self, name: str, *values: float | None) -> None:
        """Add a row; None where something was not measured."""
        self.rows.append((name, list(values)))

    def print(self) -> None:
        """Print the figures, and in brackets how many times as large each is as the first of its row."""
        wide = max(len(name) for name, _ in self.rows)
        cells = [[_cell(value, values[0], at) for at, value in enumerate(values)] for _, values in self.rows]
        widths = [max(len(title), *(len(row[at]) for row in cells)) for at, title in enumerate(self.columns)]
        print(f"\n{self.title} ({self.unit}; in brackets: times the first column)")
        print("  ".join([" " * wide, *(title.rjust(width) for title, width in zip(self.columns, widths, strict=True))]))
        for (name, _), row in zip(self.rows, cells, strict=True):
            print("  ".join([name.ljust(wide), *(cell.rjust(width) for cell, width in zip(row, widths, strict=True))]))


def _cell(value: float | None, first: float | None, at: int) -> str:
    if value is None:
        return "-"
    ratio = f" ({value / first:.2f})" if at and first else ""
    return f"{_short(value)}{ratio}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def interleaved(cases: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Run every case once per round, so that a busy moment hits all of them; returns the median of each."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            found[name].append(case())
    return {name: statistics.median(values) for name, values in found.items()}


def timed(action: Callable[[], object], times: int = 1) -> float:
    """Return milliseconds per call."""
    start = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - start) * 1000 / times


def options(description: str | None, *, rounds: int) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"rounds, interleaved (default {rounds})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    return parser.parse_args()


def finish(tables: Sequence[Table], file: Path | None) -> None:
    """Print the tables; write them as JSON too when a file is named."""
    for table in tables:
        table.print()
    if file is not None:
        machine = {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "system": platform.system(),
            "cores": os.cpu_count(),
        }
        found = [
            {"title": t.title, "unit": t.unit, "columns": list(t.columns), "rows": [[n, *v] for n, v in t.rows]}
            for t in tables
        ]
        file.write_text(json.dumps({"machine": machine, "tables": found}, indent=1) + "\n", encoding="utf-8")


@contextmanager
def workplace() -> Iterator[Path]:
    """Give a private directory for made-up shops: the shared one, or one that goes away."""
    shared = os.environ.get(SHARED)
    if shared:
        yield Path(shared)
        return
    with tempfile.TemporaryDirectory(prefix="azpay-bench-") as directory:
        yield Path(directory)
