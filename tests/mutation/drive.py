"""Changes the modules that decide about money, one small change at a time, and counts those that a test notices.

`python -m tests.mutation.drive [NAME ...]` (`make mutation`, `make mutation ONLY=intent,money`). SAMPLE=15: only the
changes whose number within their function ends in 1 or 5. Exit code 0: the goal is reached and every survivor is
explained; 1: not so; 69: the tool cannot be had, which is said in one sentence.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.trying import Survivor, measured
from tests.safety.kept import MUTATION, keep_mutation
from tests.safety.results import version
from tests.tools import Unavailable, environment

HERE = Path(__file__).parent


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
        sample = "" if score.tried == score.made else f" (a sample of {score.made:,})"
        explained = len(score.survivors) - len(unexplained)
        print(
            f"{name}: {killed:,} of {score.tried:,} changes{sample} noticed, {score.percent:.1f} %, "
            f"{score.typed:,} of them by the type check; {explained:,} survivors explained, {len(unexplained):,} not"
        )
        if os.environ.get("KEEP"):
            counts = {"made": score.made, "tried": score.tried, "noticed": killed, "typed": score.typed}
            keep_mutation(MUTATION, name, {**counts, "unexplained": len(unexplained)}, version()[0])
        good = good and score.percent >= goal and not unexplained
    return int(not good)


@dataclass(frozen=True, slots=True)
class Explanations:
    """Why some changes cannot be noticed, or need not be."""

    changes: frozenset[str]
    """The lines of a change."""
    patterns: tuple[re.Pattern[str], ...]
    """What the lines of every change of one kind are like."""

    def hold(self, change: str) -> bool:
        """Whether a change is explained."""
        return change.strip() in self.changes or any(pattern.fullmatch(change.strip()) for pattern in self.patterns)


def explanations() -> Explanations:
    """Read `explained.toml`."""
    reasons = tomllib.loads((HERE / "explained.toml").read_text(encoding="utf-8"))["reason"]
    changes = (change["change"].strip() for reason in reasons for change in reason.get("changes", ()))
    patterns = (re.compile(pattern) for reason in reasons for pattern in reason.get("patterns", ()))
    return Explanations(frozenset(changes), tuple(patterns))


def not_explained(survivors: tuple[Survivor, ...], known: Explanations) -> Iterator[Survivor]:
    for survivor in survivors:
        if not known.hold(survivor.change):
            yield survivor


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
