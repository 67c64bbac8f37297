"""What docs/safety.md says of the proofs: promises with their last figures, planted bugs, changes that tests notice."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.tables import table
from tests.planted.bugs import BUGS
from tests.safety.kept import FIGURES, MUTATION, totals
from tests.safety.promises import Promise, load

MODULES = Path(__file__).parents[1] / "tests" / "mutation" / "modules.toml"
_NOT_YET = "not kept yet"


def _kept(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def _named(proofs: tuple[str, ...]) -> str:
    """Return proofs as links from docs/ to their files."""
    return "<br>".join(
        f"[{proof.removeprefix('tests/')}](../{proof.partition('::')[0]})"
        if proof.startswith("tests/")
        else f"*{proof}*"
        for proof in proofs
    )


def _promises(letter: str) -> str:
    kept = _kept(FIGURES)
    last = kept.get("promises", {})
    when = f"The last run was of version {kept['version']}, on {kept['day']}.\n\n" if kept else ""

    def rows() -> Iterator[tuple[str, ...]]:
        for promise in load().promises.values():
            if promise.code.startswith(letter):
                yield (promise.code, promise.says, promise.figure, _figure(promise, last), _proved(promise))

    return when + table(("", "Promise", "What has to come out", "The last run", "Proved by"), rows())


def _figure(promise: Promise, last: dict[str, Any]) -> str:
    if promise.later is not None:
        return f"later: it {promise.later}"
    figure = last.get(promise.code)
    if figure is None:
        return _NOT_YET
    said = f"; {figure['says']}" if figure["says"] else ""
    return f"{figure['runs']:,} tries, {figure['violations']:,} violations{said}"


def _proved(promise: Promise) -> str:
    return _named(promise.proofs) or "-"


def reliability() -> str:
    """The promises about money."""
    return _promises("R")


def security() -> str:
    """The promises about data."""
    return _promises("S")


def seeds() -> str:
    """Every kept run of the simulation, and their sum."""
    rows = [
        (f"{done.first:,} to {done.last:,}", f"{done.schedules:,}", f"{done.violations:,}", done.version)
        for done in totals()
    ]
    total = sum(done.schedules for done in totals()), sum(done.violations for done in totals())
    rows.append(("all together", f"{total[0]:,}", f"{total[1]:,}", ""))
    return table(("Seeds", "Schedules", "Violations", "Version"), rows)


def planted_bugs() -> str:
    """Every bug that is planted, and the test that fails because of it."""
    rows = ((bug.name, bug.says, _named((bug.catch,))) for bug in BUGS)
    return table(("Bug", "What the program does with it", "Caught by"), rows)


def mutation() -> str:
    """How many small changes the tests notice."""
    kept = _kept(MUTATION)
    modules = tomllib.loads(MODULES.read_text(encoding="utf-8"))
    modules.pop("goal")

    def rows() -> Iterator[tuple[str, ...]]:
        for name, module in modules.items():
            score, files = kept.get(name), ", ".join(f"`{file}`" for file in module["files"])
            if score is None:
                yield (name, files, _NOT_YET, "", "", "", "")
                continue
            percent = 100 * score["noticed"] / score["tried"]
            noticed = f"{score['noticed']:,} of {score['tried']:,} ({percent:.1f} %)"
            counts = (f"{score['made']:,}", noticed, f"{score['typed']:,}", f"{score['unexplained']:,}")
            yield (name, files, *counts, score["version"])

    names = ("Modules", "Files", "Changes", "Noticed of those tried", "By types", "Survivors not explained", "Version")
    return table(names, rows())
