"""The table of what shop admins are used to names for every point a test that is there, and that says so itself."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
DOCUMENT: Final = ROOT / "docs" / "shop-workflows.md"
LAST: Final = (19, 13, 18, 58, 23)
"""The last point of each of the five manuals; the first is 1."""
POINTS: Final = tuple(f"S{manual}.{n}" for manual, last in enumerate(LAST) for n in range(1, last + 1))
STOREFRONT: Final = frozenset({"S1.13", *(f"S3.{n}" for n in range(5, 11)), "S4.5"})
"""What happens in the shop before there is an order, and what a manual says of its own page."""
LATER: Final[Mapping[str, frozenset[str]]] = {
    "notifications": frozenset({"S0.8", "S0.9", "S1.7", "S3.18", "S3.44", "S3.53"}),
    "settlement": frozenset({"S2.5"}),
    "the older API": frozenset({"S0.19", "S3.12", "S3.13", "S3.40", "S4.13", "S4.21"}),
}
"""What is still to come -> the points of which a part waits for it."""
UNPROVED: Final = frozenset({"S0.19", "S2.5"})
"""Points of which nothing can be there before that; of all others a test proves what is there."""

_ROW: Final = re.compile(r"^\| *(?P<point>S[0-9]+\.[0-9]+) *\|(?P<cells>.*)\| *$", re.MULTILINE)
_CITED: Final = re.compile(r"\bS(?P<manual>[0-9]+)\.(?P<first>[0-9]+)(?: to S(?P=manual)\.(?P<last>[0-9]+))?")
_TEST: Final = re.compile(r"`(?P<node>tests/[a-z0-9_/]+\.py::test_[a-z0-9_]+)`")


def cited(text: str) -> set[str]:
    """Return every point that a text names; `S0.13 to S0.17` are five."""
    return {
        f"S{found['manual']}.{n}"
        for found in _CITED.finditer(text)
        for n in range(int(found["first"]), int(found["last"] or found["first"]) + 1)
    }


def citations(source: str) -> Iterator[tuple[str, set[str]]]:
    """Give each test of a file with the points that it names."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, cited("\n".join(lines[node.lineno - 1 : node.end_lineno]))


@cache
def proofs() -> Mapping[str, set[str]]:
    """Every test of a file that names any point -> the points that it names."""
    found = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        source = file.read_text(encoding="utf-8")
        if file != Path(__file__) and _CITED.search(source):
            name = file.relative_to(ROOT).as_posix()
            found.update({f"{name}::{test}": points for test, points in citations(source)})
    return found


def faults(text: str, named: Mapping[str, set[str]]) -> Iterator[str]:
    """Give what is wrong with the table in `text`; `named` are the tests with the points that each of them names."""
    rows = [(found["point"], found["cells"].split(" | ")) for found in _ROW.finditer(text)]
    for point, count in Counter(point for point, _ in rows).items():
        if count > 1:
            yield f"{point} has {count} rows"
        if point not in POINTS:
            yield f"there is no point {point}"
    yield from (f"{point} has no row" for point in POINTS if point not in dict(rows))
    for point, cells in rows:
        if len(cells) != 3 or not all(cell.strip() for cell in cells):
            yield f"{point} needs what it is, where azpay has it, and what proves it"
        else:
            yield from _faults(point, [word.strip() for word in cells[2].split("<br>")], named)


def _faults(point: str, words: list[str], named: Mapping[str, set[str]]) -> Iterator[str]:
    tests = 0
    for word in words:
        kind, _, what = word.partition(": ")
        if test := _TEST.fullmatch(word):
            tests += 1
            if test["node"] not in named:
                yield f"{point}: there is no {test['node']}, or no test of that file names a point"
            elif point not in named[test["node"]]:
                yield f"{point}: {test['node']} does not name it"
        elif word == "storefront":
            if point not in STOREFRONT:
                yield f"{point} is no matter of the storefront"
        elif kind == "later":
            if point not in LATER.get(what, ()):
                yield f"{point} does not wait for {what}"
        else:
            yield f"{point}: {word!r} is no proof"
    if not tests and point not in STOREFRONT | UNPROVED:
        yield f"{point}: no test proves it"


def test_every_point_of_the_manuals_has_its_proof() -> None:
    assert list(faults(DOCUMENT.read_text(encoding="utf-8"), proofs())) == []


def test_the_points_stand_in_the_order_of_the_manuals() -> None:
    assert tuple(row["point"] for row in _ROW.finditer(DOCUMENT.read_text(encoding="utf-8"))) == POINTS


def test_no_test_names_a_point_that_there_is_not() -> None:
    assert {node: points - set(POINTS) for node, points in proofs().items() if points - set(POINTS)} == {}


def line(point: str, proof: str = "`tests/a.py::test_all`") -> str:
    return f"| {point} | it | there | {proof} |"


GOOD: Final = "\n".join(map(line, POINTS))
ALL: Final = {"tests/a.py::test_all": set(POINTS), "tests/a.py::test_nothing": set[str]()}


def test_a_whole_table_has_no_fault() -> None:
    assert list(faults(GOOD, ALL)) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (line("S2.7"), "", "S2.7 has no row"),
        ("| S2.7 |", "| S2.8 |", "S2.8 has 2 rows"),
        ("| S4.23 |", "| S4.24 |", "there is no point S4.24"),
        (line("S2.7"), line("S2.7", ""), "S2.7 needs what it is, where azpay has it"),
        (line("S2.7"), line("S2.7", "`tests/a.py::test_gone`"), "there is no tests/a.py::te"),
        (line("S2.7"), line("S2.7", "`tests/b.py::test_all`"), "there is no tests/b.py::te"),
        (line("S2.7"), line("S2.7", "`tests/a.py::test_nothing`"), "does not name it"),
        (line("S2.7"), line("S2.7", "storefront"), "S2.7 is no matter of the storefront"),
        (line("S2.7"), line("S2.7", "later: settlement"), "does not wait for settlement"),
        (line("S0.8"), line("S0.8", "later: notifications"), "S0.8: no test proves it"),
        (
            line("S2.7"),
            line("S2.7", "not yet: something"),
            "'not yet: something' is no proof",
        ),
        (line("S2.7"), line("S2.7", "a person looked"), "'a person looked' is no proof"),
    ],
)
def test_what_is_less_than_a_proof_is_told(before: str, after: str, said: str) -> None:
    assert GOOD.count(before) == 1
    assert any(said in fault for fault in faults(GOOD.replace(before, after), ALL))


def test_a_test_names_points_one_by_one_and_by_the_first_and_last() -> None:
    source = '''
async def test_one() -> None:
    """S0.2 to S0.4, S3.22: why."""


def test_two() -> None:  # S4.7 (200 to 230)
    assert "S01-1234567-1234567"


def helper() -> None:
    """S2.2."""
'''
    assert dict(citations(source)) == {"test_one": {"S0.2", "S0.3", "S0.4", "S3.22"}, "test_two": {"S4.7"}}
