"""What may reach a terminal, and what else was found there; it shares no code with what it judges."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_OWN: Final = re.compile(
    r"""
      \x1b\[ (?: [0-9]{1,3} (?: ; [0-9]{1,3} )* )? m       # looks
    | \x1b\[ (?: [0-9]+ (?: ; [0-9]+ )? )? H               # the cursor to a place
    | \x1b\[ [0-9]* C                                      # the cursor to the right
    | \x1b\[ 2? K                                          # wipe a line, or its rest
    | \x1b\[ \? (?: 7 | 25 | 1000 | 1004 | 1006 | 1049 | 2004 | 2026 ) [hl]
    | \x1b\[ \? 2026 \$p                                   # can it update at once?
    | \x1b\]8;; (?: https://sellercentral[a-z.-]*/hz/me/pmd/payment-details\?orderReferenceId=[A-Z0-9-]{19} )? \x1b\\
    | \x1b\]52;c; (?P<clip> [A-Za-z0-9+/=]* ) \x07
    """,
    re.VERBOSE,
)
"""Every control sequence that the console itself writes."""
LOOKS: Final = re.compile(r"\x1b\[(?:1|0)m")
"""The only one of the command line: the head of a table."""

_NO_TEXT: Final = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_VISIBLE_FORMATS: Final = frozenset(
    map(chr, (*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD))
)
"""Signs of Arabic, Syriac and Kaithi that Unicode calls formats and that are seen like any letter."""
_UNSEEN: Final = frozenset(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0)))
_SUPPLEMENT: Final = range(0xE0000, 0xE1000)
_JOINERS: Final = "\u200c\u200d"
_SELECTORS: Final = frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_MOST_MARKS: Final = 2


def unfit(text: str, *, allowed: str = "") -> list[str]:
    """Return what must not stand in a text that a person reads: `U+001B`, `U+202E`, or a heap of marks."""
    found, marks = [], 0
    for place, character in enumerate(text):
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks == _MOST_MARKS + 1:
            found.append("a heap of marks")
        if character not in allowed and not _fit(character, text[place - 1 : place]):
            found.append(f"U+{ord(character):04X}")
    return found


def _fit(character: str, before: str) -> bool:
    point, category = ord(character), unicodedata.category(character)
    if character in _JOINERS or character in _SELECTORS:
        # A selector says how the picture or ideograph before it is drawn, a joiner ties letters or pictures.
        return bool(before) and not before.isascii() and not (character in _SELECTORS and before in _SELECTORS)
    if category in _NO_TEXT or character in _UNSEEN or point in _SUPPLEMENT:
        return False
    if category == "Cf":
        return character in _VISIBLE_FORMATS
    return point & 0xFFFE != 0xFFFE and not 0xFDD0 <= point <= 0xFDEF


def foreign(data: bytes, own: re.Pattern[str] = _OWN, *, allowed: str = "\r\n") -> list[str]:
    """Return what is in the bytes of a terminal that the program did not mean to write, with what is around it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"no UTF-8: {data[max(0, error.start - 20) : error.end + 20]!r}"]
    return [f"{what} in {around!r}" for what, around in _found(text, own, allowed)]


def _found(text: str, own: re.Pattern[str], allowed: str) -> Iterator[tuple[str, str]]:
    end = 0
    for match in (*own.finditer(text), None):
        start = len(text) if match is None else match.start()
        around = text[max(0, end - 10) : start + 30][:120]
        for what in unfit(text[end:start], allowed=allowed):
            yield what, around
        if match is not None:
            end = match.end()
            for what in unfit(clipped(match), allowed="\n"):
                yield f"{what} on the clipboard", around


def clipped(match: re.Match[str]) -> str:
    """Return what a sequence puts on the clipboard; empty when it is about something else."""
    content = match.groupdict().get("clip")
    return base64.b64decode(content).decode("utf-8", "surrogatepass") if content else ""


def sequences(data: bytes) -> Iterator[re.Match[str]]:
    """Yield the console's own control sequences."""
    yield from _OWN.finditer(data.decode("utf-8", "replace"))


def active(cell: str) -> bool:
    """Tell whether a spreadsheet would take a cell for a formula, also one that trims blanks first."""
    return cell[:1] in ("=", "+", "-", "@", "\t", "\r") or cell.strip()[:1] in ("=", "+", "-", "@")
