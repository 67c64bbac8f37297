"""Amazon's ids, wherever they stand in a text."""

from __future__ import annotations

import re
from typing import Final

from azpay_tui.backoffice.harvest.reading import BadLine, Environment, Reading
from azpay_tui.domain.order import ORDER_ID_LENGTH

_ID: Final = re.compile(r"(?<=[A-Z][0-9]{2})-[0-9]{7}-[0-9]{7}(?![0-9])(?:-[ACR][0-9]{6}(?![0-9]))?", re.ASCII)
"""An id without its first three characters: searching for a hyphen first is three times as fast."""
_FRONT: Final = 3
LONGEST: Final = 27
"""Characters of the longest id."""

# Amazon Pay's ids (guide: samples of charge permissions and billing agreements): S and C are the sandbox's, P and B are
# live. Others exist and nobody says what they mean, so they are taken everywhere. The simulator hands out sandbox ids.
_SANDBOX: Final = frozenset("SC")
_LIVE: Final = frozenset("PB")
_FOREIGN: Final[dict[Environment, tuple[frozenset[str], str]]] = {
    "simulator": (_LIVE, "live environment, and this profile is the simulator's"),
    "sandbox": (_LIVE, "live environment, and this profile is the sandbox's"),
    "live": (_SANDBOX, "sandbox, and this profile is the live one"),
}


def foreign(object_id: str, environment: Environment | None) -> str | None:
    """Say of which other environment an id certainly is; None when it may be of this one."""
    if environment is None or object_id[0] not in _FOREIGN[environment][0]:
        return None
    return _FOREIGN[environment][1]


Found = dict[str, tuple[str, ...]]
"""The charges and refunds of each order, in the order of the text; older authorization ids are charge ids already."""


def find(text: str) -> list[str]:
    """Return every id of a text as it stands there, repetitions included."""
    return [text[match.start() - _FRONT : match.end()] for match in _ID.finditer(text)]


class Finder:
    """Finds the ids of one source that belong to its profile's environment, and counts those that do not."""

    def __init__(self, reading: Reading) -> None:
        nothing: tuple[frozenset[str], str] = (frozenset(), "")
        self._foreign, self._whose = nothing if reading.environment is None else _FOREIGN[reading.environment]
        self._source = reading.source
        self._count = 0
        self._first = (0, "")

    def group(self, text: str, line: int, *, block: bool = False) -> Found:
        """Return the ids of a text by order; `line` is its number, of a block of lines that of its first."""
        found: Found = {}
        for match in _ID.finditer(text):
            start = match.start() - _FRONT
            if text[start] in self._foreign:
                self._count += 1
                if not self._first[1]:
                    self._first = (line + (text.count("\n", 0, start) if block else 0), text[start : match.end()])
            else:
                _add(found, text[start : match.end()])
        return found

    def again(self, text: str) -> Found:
        """Return the ids of a text that was a part of one before."""
        found: Found = {}
        for object_id in find(text):
            if object_id[0] not in self._foreign:
                _add(found, object_id)
        return found

    def complaint(self, unit: str) -> BadLine | None:
        """Return what there is to say of ids of another environment; `unit` is what was counted, such as `line`."""
        if not self._count:
            return None
        line, example = self._first
        ids = "1 id is" if self._count == 1 else f"{self._count:,} ids are"
        first = "" if self._count == 1 else "the first one is "
        return BadLine(
            line,
            f"{self._source}: {ids} of Amazon's {self._whose}; not taken: {first}{example} in {unit} {line}.",
            "source",
        )


def _add(found: Found, object_id: str) -> None:
    order_id = object_id[:ORDER_ID_LENGTH]
    others = found.setdefault(order_id, ())
    if len(object_id) > ORDER_ID_LENGTH:
        if object_id[ORDER_ID_LENGTH + 1] == "A":
            object_id = f"{order_id}-C{object_id[ORDER_ID_LENGTH + 2 :]}"
        if object_id not in others:
            found[order_id] = (*others, object_id)


def split(object_ids: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the charges and the refunds among an order's ids."""
    charges = tuple(i for i in object_ids if i[20] == "C")
    return (
        (object_ids, ()) if len(charges) == len(object_ids) else (charges, tuple(i for i in object_ids if i[20] == "R"))
    )
