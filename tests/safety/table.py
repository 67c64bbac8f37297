"""The table at the end: of each promise what was tried, what was found, and what replays it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.safety.pieces import Piece
from tests.safety.promises import Book
from tests.safety.results import Figure, Outcome

PLANTED = "R22"
_SAID = 3


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one promise."""

    code: str
    runs: int
    violations: int
    seed: str
    """Replays the first violation."""
    says: str
    """Measured figures."""
    wrong: tuple[str, ...]
    """Why it does not count as proved, a clause each; empty when it does."""


def rows(
    book: Book, codes: Iterable[str], pieces: Sequence[Piece], outcomes: Mapping[str, Outcome], log: Mapping[str, str]
) -> tuple[Row, ...]:
    """Judge each promise; `outcomes` and `log` go by the name of the piece.

    A promise holds when something proves it, everything that proves it ran and passed, and each of them told what it
    tried, which is no less than one try and no violation.
    """
    return tuple(_row(book, code, pieces, outcomes, log) for code in codes)


def _row(
    book: Book, code: str, pieces: Sequence[Piece], outcomes: Mapping[str, Outcome], log: Mapping[str, str]
) -> Row:
    told: list[Figure] = [f for outcome in outcomes.values() for f in outcome.figures if f.promise == code]
    wrong: list[str] = []
    its = [piece for piece in pieces if code in piece.told]
    if not book.promises[code].proofs:
        wrong.append("nothing proves it")
    spoke: set[str] = set()
    for piece in its:
        outcome = outcomes.get(piece.name)
        if outcome is None:
            wrong.append(f"{piece.name} did not run")
            continue
        if outcome.code:
            wrong.append(f"{piece.name} failed, see {log[piece.name]}")
        if any(figure.promise == code and figure.runs > 0 for figure in outcome.figures):
            spoke.add(piece.source)
    wrong += [
        f"{source} told nothing" for source in dict.fromkeys(piece.source for piece in its) if source not in spoke
    ]
    violations = sum(figure.violations for figure in told)
    if violations:
        wrong.append(f"{violations} violations")
    seed = next((figure.seed or "not told" for figure in told if figure.violations), "")
    said = list(dict.fromkeys(figure.says for figure in told if figure.says))
    return Row(code, sum(figure.runs for figure in told), violations, seed, "; ".join(said[:_SAID]), tuple(wrong))


def text(found: Sequence[Row]) -> str:
    """Return the table for people, with what is wrong below it, and what became of the planted bugs."""
    head = ("promise", "runs", "violations", "seed of the first", "figure")
    cells = [head, *((r.code, f"{r.runs:,}", f"{r.violations:,}", r.seed or "-", r.says or "-") for r in found)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, "-" * len(lines[0]))
    planted = next((row for row in found if row.code == PLANTED and row.runs), None)
    if planted is not None:
        lines += ["", f"planted bugs caught: {planted.runs - planted.violations} of {planted.runs}"]
    faults = [f"{row.code}: {reason}" for row in found for reason in row.wrong]
    lines += ["", *faults] if faults else []
    good = sum(not row.wrong for row in found)
    lines += ["", f"{good} of {len(found)} promises hold."]
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    numbers = (1, 2)
    cells = (
        cell.rjust(width) if column in numbers else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()
