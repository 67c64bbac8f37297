"""What there is to run, in pieces small enough that stopping loses little."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.safety.promises import Book, Run

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Piece:
    """One process to run; what it proves is told for every promise in `told`."""

    name: str
    command: tuple[str, ...]
    told: tuple[str, ...]
    source: str
    """The proof it is a piece of."""
    seeds: tuple[int, int] | None = None
    waits: bool = False
    """Whether it hardly works while it runs."""

    @property
    def kind(self) -> str:
        """What takes as long as this one: its name without its seeds."""
        return self.name.rpartition(" ")[0] if self.seeds else self.name

    @property
    def file(self) -> str:
        """A name for files: its log, its figures."""
        return re.sub(r"[^A-Za-z0-9]+", "-", self.name).strip("-")


def pieces(book: Book, codes: Iterable[str], first_seed: int) -> tuple[Piece, ...]:
    """Return the pieces that prove these promises, each once, however many promises it proves."""
    wanted = set(codes)
    told: dict[str, list[str]] = {}
    for code, proof in book.proofs():
        if code in wanted:
            told.setdefault(proof, []).append(code)
    for proof in sorted(told):
        whole = proof.partition("::")[0]
        if whole != proof and whole in told:
            told[whole] += [code for code in told.pop(proof) if code not in told[whole]]
    found: list[Piece] = []
    for proof, its in told.items():
        if proof in book.runs:
            found += _of_run(book.runs[proof], tuple(its), first_seed)
        else:
            found += _of_test(proof, tuple(its), proof in book.split, book.waiting)
    return tuple(found)


def _of_run(run: Run, told: tuple[str, ...], first_seed: int) -> Iterator[Piece]:
    if not run.seeded:
        yield Piece(run.name, _module(run.command), told, run.name)
        return
    start = first_seed if run.start is None else run.start
    end = start + run.many
    for first in range(start, end, run.piece):
        last = min(first + run.piece, end) - 1
        command = _module(run.command.format(first=first, last=last, end=last + 1))
        yield Piece(f"{run.name} {first}-{last}", command, told, run.name, (first, last))


def _of_test(proof: str, told: tuple[str, ...], split: bool, waiting: Collection[str]) -> Iterator[Piece]:
    names = [f"{proof}::{name}" for name in names_in(ROOT / proof)] if split else [proof]
    for name in names:
        command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name)
        yield Piece(name, command, told, proof, waits=name in waiting)


def _module(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *command.split())


def names_in(file: Path) -> tuple[str, ...]:
    """Return the names of the tests of a file, as they stand in it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return tuple(node.name for node in functions if node.name.startswith("test_"))
