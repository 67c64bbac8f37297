"""Paths into a JSON object: which of its values is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

_NOTHING: Final = (None, "")
_STEP: Final = re.compile(r"(?P<name>[^.\[\]]+)(?:\[(?P<inner>[^\[\]=]+)(?:=(?P<wanted>[^\[\]]*))?\])?")


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    inner: str | None
    """Of a list only elements where this path leads to something."""
    wanted: str | None
    """... to this very text."""


def follow(record: object, path: str) -> object:
    """Return the value at the end of a path, None when there is none.

    A path goes from name to name: `orderCustomer.email`. A list on the way stands for each of its elements, and the
    first that leads to something counts. `meta_data[key=colour].value` takes of a list only the elements whose `key` is
    `colour`, `payments[ids.charge].state` only those where `ids.charge` leads to something; of these the last one
    counts, as shops put what is newer behind. `first_name + last_name` joins two values with a blank. A key that holds
    points itself is found as a whole.
    """
    if " + " in path:
        texts = (str(found) for part in path.split(" + ") if (found := follow(record, part)) not in _NOTHING)
        return " ".join(texts) or None
    if isinstance(record, dict) and path in record:
        return record[path]
    return next((found for found in _ends(record, _steps(path), 0) if found not in _NOTHING), None)


def _ends(value: object, steps: tuple[_Step, ...], at: int) -> Iterator[object]:
    """Yield what the rest of the path leads to, best first."""
    if isinstance(value, list):
        for each in value:
            yield from _ends(each, steps, at)
    elif at == len(steps):
        yield value
    elif isinstance(value, dict):
        step = steps[at]
        found = value.get(step.name)
        if step.inner is not None:
            elements = found if isinstance(found, list) else [found]
            found = [each for each in reversed(elements) if _fits(each, step.inner, step.wanted)]
        if at + 1 == len(steps) and step.inner is None:
            yield found
        else:
            yield from _ends(found, steps, at + 1)


def _fits(element: object, inner: str, wanted: str | None) -> bool:
    found = follow(element, inner)
    return found not in _NOTHING if wanted is None else str(found) == wanted


@cache
def _steps(path: str) -> tuple[_Step, ...]:
    """Take a path apart; what is written wrongly leads nowhere."""
    steps, at = [], 0
    while match := _STEP.match(path, at):
        steps.append(_Step(match["name"], match["inner"], match["wanted"]))
        at = match.end()
        if at == len(path):
            return tuple(steps)
        if path[at] != ".":
            break
        at += 1
    return (_Step(path, None, None),)
