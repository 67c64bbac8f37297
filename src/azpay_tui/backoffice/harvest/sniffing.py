"""Telling from its first lines what a source gives, such as orders.csv, a table or JSON, and what it should not."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Final

from azpay_tui.backoffice.harvest.contract import is_contract
from azpay_tui.backoffice.harvest.decoding import encoding_of
from azpay_tui.backoffice.harvest.goods import is_lines
from azpay_tui.backoffice.harvest.ids import find
from azpay_tui.backoffice.harvest.reading import Format, Reading
from azpay_tui.domain.mapping import GENERIC, Field

_DELIMITERS: Final = "\t,;|"
"""Where two fit equally well the first one is taken."""
_TITLE_LINES: Final = 20
"""The line of titles is one of the first ones; others may stand before it."""
_FEWEST: Final = 2
_NAMING: Final[frozenset[Field]] = frozenset(("number", "permission", "ids"))
"""Where nobody said what the columns are: how many have to be known, and which one of these among them."""
_ARRAY: Final = re.compile(r"\[\s*(?:[\[{\"\]]|\Z)")
_OBJECT: Final = re.compile(r"\{\s*(?:[\"}]|\Z)")
_HTML: Final = re.compile(
    r"(?:(?:<\?xml\b[^>]{0,200}\?>|<!--(?:(?!-->).){0,2000}-->)\s*){0,9}<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
PROMPT: Final = re.compile(
    r"(?:enter )?(?:password|passphrase)(?: for [^:\n]{1,200})?: ?|[^\s:]{1,100}'s password: ?", re.IGNORECASE
)
"""Somebody asks for a password where data should be."""
MYSQL_ERROR: Final = re.compile(r"ERROR [0-9]{3,5} \([0-9A-Z]{5}\)(?: at line [0-9]+)?: .{1,300}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What the first lines tell."""

    format: Format
    problem: str | None = None
    """Why the source is not what it should be, one sentence without its name; what is in it is read all the same."""
    delimiter: str = ""
    title_line: int = 0
    """Of a table: the number of the line of titles, from 1."""


def sniff(head: bytes, reading: Reading, whole: bool) -> Sniffed:
    """Tell the format from the first bytes; `whole` says whether there is no more."""
    packed = _packed(head)
    if packed is not None:
        return Sniffed("text", packed)
    text = _text(head)
    start = text.lstrip()
    first = start.partition("\n")[0]
    if encoding_of(head)[0] == "utf-8" and is_contract(first):
        return Sniffed("contract")
    if encoding_of(head)[0] == "utf-8" and is_lines(first):
        return Sniffed("lines")
    if is_web_page(head):
        return Sniffed("text", "this is a web page, not data; often a login page, or an error of the web server.")
    if _ARRAY.match(start) or _OBJECT.match(start):
        return Sniffed("json")
    lines = text.split("\n")
    if not whole and len(lines) > 1:
        lines.pop()  # it may be a half one
    delimiter, at = _titles(lines[:_TITLE_LINES], reading)
    problem = _problem(lines[: at or _TITLE_LINES])
    if at:
        return Sniffed("table", problem, delimiter, at)
    if problem is None and reading.mapping is not None and start:
        problem = "the line of titles is missing, or none of its titles is known; only ids were read."
    return Sniffed("text", problem)


def is_web_page(head: bytes) -> bool:
    """Tell whether the first bytes are those of a web page, also behind a prologue of XML or comments."""
    return _HTML.match(_text(head).lstrip()) is not None


def _text(head: bytes) -> str:
    """Decode the first bytes; every line end is that of Unix."""
    encoding, skip = encoding_of(head)
    text = head[skip:].decode(encoding, "replace").replace("\r\n", "\n")
    return text if "\n" in text else text.replace("\r", "\n")


def _packed(head: bytes) -> str | None:
    if head.startswith(b"\x1f\x8b"):
        return "this is gzip; unpack it first, such as with gzip -dc."
    if head.startswith((b"PK\x03\x04", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf")):
        return "this is a compressed file or a spreadsheet; unpack it, or export it as CSV, first."
    return None


def _problem(lines: list[str]) -> str | None:
    for line in lines:
        if PROMPT.match(line):
            return "it asks for a password instead of giving data; let it find one by itself, such as in ~/.my.cnf."
        if error := MYSQL_ERROR.match(line):
            return f"the database says: {error[0].rstrip('.')}."
    return None


def _titles(lines: list[str], reading: Reading) -> tuple[str, int]:
    """Return delimiter and number of the line of titles; 0 when there is none."""
    mapping = GENERIC if reading.mapping is None else reading.mapping
    best, chosen = 0, ("", 0)
    for number, line in enumerate(lines, 1):
        if find(line):
            break  # here the data begins
        line = PROMPT.sub("", line, count=1) if PROMPT.match(line) else line
        for delimiter in _DELIMITERS:
            titles = cells_of(line.rstrip("\r"), delimiter)
            if titles is None:
                continue
            known = mapping.places(titles)
            if reading.mapping is None and (len(known) < _FEWEST or not _NAMING & known.keys()):
                continue  # a line of text may hold one or two of so many names
            if len(known) > best:
                best, chosen = len(known), (delimiter, number)
    return chosen


def cells_of(line: str, delimiter: str) -> list[str] | None:
    """Split one line; None when its quotes are not closed."""
    if '"' not in line or delimiter == "\t":
        return line.split(delimiter)
    try:
        rows = list(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
