"""The one door for outside text: what a terminal may be sent, and how wide it is there.

Light on purpose (no Textual), because the command line uses it too. Everything that did not originate in this
program passes `display` before it is shown anywhere: widgets, dialogs, messages, clipboard, errors.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, Literal

from rich.cells import cell_len, split_graphemes

REPLACEMENT: Final = "\ufffd"
"""Stands for every character that could steer a terminal or hide in plain text."""
ELLIPSIS: Final = "…"
"""Ends a text that was cut."""
MAX_LENGTH: Final = 200
"""Characters of one text unless the caller says otherwise."""

_BLANKS: Final = frozenset("\t\n")
_UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_UNSAFE_RANGES: Final = (
    (0x061C, 0x061C),  # bidirectional mark
    (0x200E, 0x200F),
    (0x202A, 0x202E),
    (0x2066, 0x2069),
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFF9, 0xFFFB),  # interlinear annotation
    # No glyph, and terminals do not agree on their width.
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180E, 0x180E),
    (0x200B, 0x200B),
    (0x2060, 0x2065),
    (0x206A, 0x206F),
    (0x3164, 0x3164),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),  # shorthand
    (0x1D173, 0x1D17A),  # musical notation
    (0xE0000, 0xE00FF),  # tags
    (0xE01F0, 0xE0FFF),
    (0xFDD0, 0xFDEF),  # no characters, as the last two of each plane
)
_JOINER: Final = "\u200d"
_NON_JOINER: Final = "\u200c"
_VARIATIONS: Final = frozenset(
    map(chr, (*range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
"""What says how the character before it is drawn; a row of them could carry a text that nobody sees."""
_ZERO_WIDTH: Final = frozenset({_NON_JOINER, _JOINER})
_MAX_MARKS: Final = 2


@lru_cache(4096)
def unsafe(character: str) -> bool:
    """Tell whether a character could steer a terminal, has no glyph, or is none."""
    point = ord(character)
    if 0x20 <= point < 0x7F:
        return False
    if unicodedata.category(character) in _UNSAFE_CATEGORIES or point & 0xFFFE == 0xFFFE:
        return True
    return any(first <= point <= last for first, last in _UNSAFE_RANGES)


def hidden(text: str) -> bool:
    """Tell whether a text holds characters that `display` has to replace."""
    return any(unsafe(character) for character in text if character not in _BLANKS)


def display(text: str, limit: int = MAX_LENGTH) -> str:
    """Return outside text as it may be shown on one line, at most `limit` characters long.

    Control characters, surrogates, private use, noncharacters, bidirectional controls, line and paragraph separators,
    byte order mark, tags and what else has no glyph become U+FFFD; tab and newline become a space; the result is NFC
    with at most two combining marks in a row; a cut text ends with an ellipsis. The
    result passes unchanged through another call with the same limit.
    """
    if limit <= 0:
        return ""
    # One character more than needed tells that something was cut; marks may be dropped below, so look a bit further.
    cut = len(text) > limit * 4
    text = text[: limit * 4] if cut else text
    if not text.isascii() or not text.isprintable():
        text = "".join(" " if c in _BLANKS else REPLACEMENT if unsafe(c) else c for c in text)
        if not text.isascii():
            text = _calm(unicodedata.normalize("NFC", text))
    if len(text) > limit or cut:
        text = text[: limit - 1] + ELLIPSIS
        # The cut may have left a joiner without what it joined.
        text = text if text[:-1].isascii() else _calm(unicodedata.normalize("NFC", text))
    return text


def _calm(text: str) -> str:
    """Drop combining marks beyond two in a row, and joiners and variations where widths would not be certain."""
    kept: list[str] = []
    marks = 0
    for index, character in enumerate(text):
        if character in _ZERO_WIDTH or unicodedata.category(character) in ("Mn", "Me"):
            following = text[index + 1 : index + 2]
            if marks >= _MAX_MARKS or not _joins(kept, character, following):
                continue
            marks += 1
        else:
            marks = 0
        kept.append(character)
    return "".join(kept)


def _joins(before: list[str], character: str, following: str) -> bool:
    if character == _JOINER:
        # Between pictures only: elsewhere the next character would be measured as nothing and drawn all the same.
        picture = bool(before) and unicodedata.category(before[-1]) in ("So", "Sk", "Mn")
        return picture and bool(following) and unicodedata.category(following) == "So"
    if character == _NON_JOINER:
        return bool(before) and not before[-1].isascii() and bool(following) and not following.isascii()
    if character in _VARIATIONS:
        return bool(before) and not before[-1].isascii() and before[-1] not in _VARIATIONS
    return True


def width(text: str) -> int:
    """Return how many cells a displayed text takes."""
    return cell_len(text)


def fit(text: str, cells: int, align: Literal["left", "right"] = "left") -> str:
    """Return a displayed text in exactly `cells` cells: padded with blanks, or cut with an ellipsis."""
    if cells <= 0:
        return ""
    size = cell_len(text)
    if size > cells:
        text = _cut(text, cells - 1) + ELLIPSIS
        size = cell_len(text)
    padding = " " * (cells - size)
    return padding + text if align == "right" else text + padding


def wrap(text: str, cells: int, most: int) -> list[str]:
    """Break a displayed text at blanks into lines of at most `cells` cells, `most` lines; what is over is cut."""
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < most - 1 and cell_len(rest) > cells:
        head = _cut(rest, cells)
        at = head.rfind(" ") if rest[len(head) : len(head) + 1] != " " else len(head)
        head = head[:at] if at > 0 else head or rest[:1]
        lines.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    if rest or not lines:
        lines.append(rest if cell_len(rest) <= cells else fit(rest, cells))
    return lines


def _cut(text: str, cells: int) -> str:
    if text.isascii():
        return text[:cells]
    spans, _ = split_graphemes(text)
    used, end = 0, 0
    for _start, stop, size in spans:  # pragma: no branch - a text that is cut is longer than that
        if used + size > cells:
            break
        used, end = used + size, stop
    return text[:end]
