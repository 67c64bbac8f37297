"""The promises as data: what each says, and what proves it (`promises.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("promises.toml")
CODES = (*(f"R{number}" for number in range(1, 23)), *(f"S{number}" for number in range(1, 16)))
"""Every promise of the safety contract, in its order."""


@dataclass(frozen=True, slots=True)
class Promise:
    code: str
    says: str
    figure: str
    """What the figure at full size has to be."""
    proofs: tuple[str, ...]
    """Tests by file or name, and names of runs."""
    later: str | None = None
    """What brings it, when nothing here does yet."""


@dataclass(frozen=True, slots=True)
class Run:
    """A proof that is no test of pytest."""

    name: str
    command: str
    """Behind `python -m`; `{first}` and `{last}` stand for seeds, `{end}` for the one behind the last."""
    many: int = 1
    piece: int = 1
    start: int | None = None
    """The first seed of every whole run; None: the first that no kept run has used."""

    @property
    def seeded(self) -> bool:
        return "{first}" in self.command


@dataclass(frozen=True, slots=True)
class Book:
    promises: dict[str, Promise]
    runs: dict[str, Run]
    split: frozenset[str]
    """Test files whose tests are pieces of their own."""
    waiting: frozenset[str] = frozenset()
    """Pieces that hardly work while they run."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """How long pieces take, those that take long."""

    def proofs(self) -> Iterator[tuple[str, str]]:
        """Give (promise, proof) for each of them."""
        for promise in self.promises.values():
            for proof in promise.proofs:
                yield promise.code, proof


class PromiseError(ValueError):
    """promises.toml, or a choice of promises, cannot be understood; one sentence."""


def load(file: Path = FILE) -> Book:
    """Read the promises. Raises PromiseError when one is missing, unknown, or has neither proofs nor `later`."""
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    runs = {name: Run(name, **values) for name, values in data["runs"].items()}
    promises = {}
    for code in CODES:
        if code not in data["promises"]:
            raise PromiseError(f"{file.name} does not tell of {code}.")
        values = data["promises"][code]
        promises[code] = Promise(
            code, values["says"], values["figure"], tuple(values.get("proofs", ())), values.get("later")
        )
    for code in data["promises"].keys() - promises.keys():
        raise PromiseError(f"{file.name} tells of {code}, which is no promise.")
    cut = data["pieces"]
    book = Book(promises, runs, frozenset(cut["files"]), frozenset(cut["waiting"]), data["seconds"])
    for code, proof in book.proofs():
        if not proof.startswith("tests/") and proof not in runs:
            raise PromiseError(f"{proof} shall prove {code}; it is neither a test (tests/...) nor one of [runs].")
    return book


def chosen(book: Book, wanted: str) -> tuple[str, ...]:
    """Return the codes that `R8,R15` names, in their order; all of those that have proofs, or want one, for nothing."""
    names = {name for name in wanted.replace(",", " ").upper().split()}
    for name in sorted(names - book.promises.keys()):
        raise PromiseError(f"{name} is no promise; they are R1 to R22 and S1 to S15.")
    for name in sorted(names):
        later = book.promises[name].later
        if later:
            raise PromiseError(f"Nothing proves {name} yet: it {later}.")
    return tuple(c for c, promise in book.promises.items() if (c in names if names else promise.later is None))
